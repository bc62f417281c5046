/** Copy and paste of a terminal. */
import type { Terminal } from '@xterm/xterm';
import { copyText } from '../../parts/clipboard.ts';

export async function copySelection(terminal: Terminal): Promise<void> {
  if (terminal.hasSelection()) await copyText(terminal.getSelection());
}

/**
 * Text as it may be pasted: without control characters but tab and the ends of lines. An escape in it could end the
 * shell's bracketed paste, and what follows would run as if it had been typed.
 */
export function pasteable(text: string): string {
  return text.replace(/(?![\t\n\r])\p{Cc}/gu, '');
}

/** False where the browser does not let a page read the clipboard: its own keys still paste. */
export async function pasteClipboard(terminal: Terminal): Promise<boolean> {
  try {
    terminal.paste(pasteable(await navigator.clipboard.readText()));
    return true;
  } catch {
    return false;
  }
}

/** Pastes by the browser's own keys and menus, before xterm.js does, which lets control characters through. */
export function guardPastes(host: HTMLElement, terminal: Terminal, signal: AbortSignal): void {
  host.addEventListener(
    'paste',
    (event) => {
      event.preventDefault();
      event.stopPropagation();
      terminal.paste(pasteable(event.clipboardData?.getData('text/plain') ?? ''));
    },
    { capture: true, signal },
  );
}
