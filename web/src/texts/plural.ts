// Forms of a sentence by number. Every language has `other`; the rest is as it needs.

export type Forms = Partial<Record<Intl.LDMLPluralRule, string>> & { other: string };

/** `{n}` in a form stands for the number, written as the language writes it. */
export function plurals(language: string): (n: number, forms: Forms) => string {
  const rules = new Intl.PluralRules(language);
  const numbers = new Intl.NumberFormat(language);
  return (n, forms) => (forms[rules.select(n)] ?? forms.other).replaceAll('{n}', numbers.format(n));
}
