// The scale of a chart: round steps up to a little above the most. Pure.

export function ticks(most: number, count = 4): number[] {
  const wanted = Math.max(most, count) / count;
  const power = 10 ** Math.floor(Math.log10(wanted));
  const step = Math.max(1, ([1, 2, 5, 10].find((one) => one * power >= wanted) ?? 10) * power);
  const all: number[] = [];
  for (let at = 0; at < most + step; at += step) all.push(at);
  return all;
}
