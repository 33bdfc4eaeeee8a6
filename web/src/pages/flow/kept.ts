// Changes to a flow that are not saved yet, kept in this browser so that closing the window loses nothing.
import type { Flow } from '../flows/document';

const key = (shop: string, flow: string) => `repairbridge.flow.${shop}.${flow}`;

/** What was being edited; nothing where it is as it is saved. */
export function kept(shop: string, flow: string): Flow | null {
  try {
    const text = localStorage.getItem(key(shop, flow));
    return text === null ? null : (JSON.parse(text) as Flow);
  } catch {
    return null;
  }
}

export function keep(shop: string, flow: string, edited: Flow | null): void {
  try {
    if (edited === null) localStorage.removeItem(key(shop, flow));
    else localStorage.setItem(key(shop, flow), JSON.stringify(edited));
  } catch {
    // Without storage the changes last as long as the window.
  }
}
