// Light or dark: as the system says, until the user says otherwise.

export type Theme = 'system' | 'light' | 'dark';
const KEPT_AS = 'repairbridge.theme';

class Looks {
  theme: Theme = $state(kept());

  start(): void {
    this.#apply();
  }

  choose(theme: Theme): void {
    this.theme = theme;
    if (theme === 'system') localStorage.removeItem(KEPT_AS);
    else localStorage.setItem(KEPT_AS, theme);
    this.#apply();
  }

  #apply(): void {
    if (this.theme === 'system') delete document.documentElement.dataset['theme'];
    else document.documentElement.dataset['theme'] = this.theme;
  }
}

function kept(): Theme {
  const value = localStorage.getItem(KEPT_AS);
  return value === 'light' || value === 'dark' ? value : 'system';
}

export const looks = new Looks();
