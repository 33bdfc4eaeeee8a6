// The texts of the interface in the language of the user. One language is loaded at a time.
import type { Texts } from './en';

export type { Texts };
export type Language = 'en' | 'de';

/** The languages, each by its own name. */
export const LANGUAGES: Record<Language, string> = { en: 'English', de: 'Deutsch' };

const KEPT_AS = 'repairbridge.language';

const loaders: Record<Language, () => Promise<{ texts: Texts }>> = {
  en: () => import('./en'),
  de: () => import('./de'),
};

class Words {
  /** The language of the texts. */
  chosen: Language = $state('en');
  /** The same as the browser writes numbers and dates in it: English may be that of Britain. */
  language: string = $state('en');
  texts: Texts | null = $state.raw(null);

  /** Loads what the user chose, else the browser's language, else English. */
  async start(): Promise<void> {
    await this.#show(chosen() ?? ofBrowser());
  }

  async choose(language: Language): Promise<void> {
    localStorage.setItem(KEPT_AS, language);
    await this.#show(language);
  }

  async #show(language: Language): Promise<void> {
    const { texts } = await loaders[language]();
    this.texts = texts;
    this.chosen = language;
    this.language = navigator.languages.find((one) => one.split('-')[0] === language) ?? language;
    document.documentElement.lang = language;
  }
}

function chosen(): Language | null {
  const kept = localStorage.getItem(KEPT_AS);
  return kept !== null && kept in LANGUAGES ? (kept as Language) : null;
}

function ofBrowser(): Language {
  for (const wanted of navigator.languages) {
    const short = wanted.slice(0, 2);
    if (short in LANGUAGES) return short as Language;
  }
  return 'en';
}

export const words = new Words();

/** The texts. Called where they are shown, so that a change of the language changes them. */
export function t(): Texts {
  if (!words.texts) throw new Error('the texts are not loaded yet');
  return words.texts;
}
