// Numbers, times and durations as a language writes them. Pure; the parts call it with the chosen language.

/** Words that went on after others, as they stand alone. */
export function upper(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** Words of the server as a sentence of their own. */
export function sentence(text: string): string {
  return (/^\w+:\/\//.test(text) ? text : upper(text)).replace(/[^.!?…]$/, '$&.');
}

const cache = new Map<string, Intl.NumberFormat>();

function numbers(language: string, options: Intl.NumberFormatOptions): Intl.NumberFormat {
  const key = language + JSON.stringify(options);
  let format = cache.get(key);
  if (!format) cache.set(key, (format = new Intl.NumberFormat(language, options)));
  return format;
}

export function count(n: number, language: string): string {
  return numbers(language, {}).format(n);
}

/** A share of one as per cent, rounded down, so that only all is 100 %. */
export function share(part: number, whole: number, language: string): string {
  const value = whole === 0 ? 0 : Math.floor((part / whole) * 10_000) / 10_000;
  const digits = value === 1 || value === 0 ? 0 : value > 0.99 ? 2 : 1;
  // Rounding must not make 100 % of what is not all.
  const shown = Math.floor(value * 100 * 10 ** digits + 1e-9) / (100 * 10 ** digits);
  return numbers(language, { style: 'percent', minimumFractionDigits: digits, maximumFractionDigits: digits }).format(shown);
}

const STEPS: [Intl.RelativeTimeFormatUnit, number][] = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
  ['second', 1],
];

/** "3 minutes ago", "in 2 hours"; older than a month as a date. */
export function relative(at: Date, now: Date, language: string): string {
  const seconds = Math.round((at.getTime() - now.getTime()) / 1000);
  if (Math.abs(seconds) > 31 * 86_400) {
    return new Intl.DateTimeFormat(language, { dateStyle: 'medium' }).format(at);
  }
  const format = new Intl.RelativeTimeFormat(language, { numeric: 'auto' });
  if (Math.abs(seconds) < 5) return format.format(0, 'second');
  for (const [unit, size] of STEPS) {
    if (Math.abs(seconds) >= size) return format.format(Math.trunc(seconds / size), unit);
  }
  return format.format(0, 'second');
}

/** "7 hr, 14 min": the two largest units that are not nothing. */
export function duration(seconds: number, language: string): string {
  const whole = Math.max(0, Math.round(seconds));
  const parts: string[] = [];
  let rest = whole;
  for (const [unit, size] of STEPS) {
    const n = Math.floor(rest / size);
    rest -= n * size;
    if (n > 0 && parts.length < 2) {
      parts.push(numbers(language, { style: 'unit', unit, unitDisplay: 'short' }).format(n));
    } else if (parts.length > 0) {
      break;
    }
  }
  if (parts.length === 0) parts.push(numbers(language, { style: 'unit', unit: 'second', unitDisplay: 'short' }).format(0));
  return parts.join(' ');
}

/** A moment in full: date and time to the second. */
export function moment(at: Date, language: string): string {
  return new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'medium' }).format(at);
}

/** The time of a day; with the day where it is not today. */
export function clock(at: Date, now: Date, language: string): string {
  const sameDay = at.toDateString() === now.toDateString();
  const options: Intl.DateTimeFormatOptions = sameDay
    ? { timeStyle: 'short' }
    : { dateStyle: 'medium', timeStyle: 'short' };
  return new Intl.DateTimeFormat(language, options).format(at);
}

/** Bytes in the largest unit that leaves a number above one. */
export function size(bytes: number, language: string): string {
  const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte'];
  let at = 0;
  let value = bytes;
  while (value >= 1000 && at < units.length - 1) {
    value /= 1000;
    at += 1;
  }
  return numbers(language, { style: 'unit', unit: units[at] ?? 'byte', maximumFractionDigits: value < 10 && at > 0 ? 1 : 0 }).format(value);
}

/** Words of the server, with the moments in them as a clock of here shows them. */
export function withTimes(text: string, now: Date, language: string): string {
  return text.replace(/\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?Z/g, (at) => clock(new Date(at), now, language));
}
