// Forms of a sentence by number. Every language has `other`; the rest is as it needs.

export type Forms = Partial<Record<Intl.LDMLPluralRule, string>> & { other: string };

/** `{n}` in a form stands for the number, written as the language writes it. */
export function plurals(language: string): (n: number, forms: Forms) => string {
  const rules = new Intl.PluralRules(language);
  const numbers = new Intl.NumberFormat(language);
  return (n, forms) => (forms[rules.select(n)] ?? forms.other).replaceAll('{n}', numbers.format(n));
}

/** The sentences whose number is not 0; the first where all are. */
export function sentences(...all: [number, string][]): string {
  const some = all.filter(([n]) => n > 0);
  return (some.length > 0 ? some : all.slice(0, 1)).map(([, sentence]) => sentence).join(' ');
}
