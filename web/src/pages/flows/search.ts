/** Whether every word that was typed stands somewhere in the texts, regardless of case and accents. */
export function found(typed: string, texts: string[]): boolean {
  const plain = (text: string) => text.normalize('NFKD').replace(/[\u0300-\u036f]/g, '').toLowerCase();
  const all = plain(texts.join(' '));
  return plain(typed).split(/\s+/).every((word) => all.includes(word));
}
