/** Copy and paste of a terminal. */
import type { Terminal } from '@xterm/xterm';
import { copyText } from '../../parts/clipboard.ts';

export async function copySelection(terminal: Terminal): Promise<void> {
  if (terminal.hasSelection()) await copyText(terminal.getSelection());
}

/** False where the browser does not let a page read the clipboard: its own keys still paste. */
export async function pasteClipboard(terminal: Terminal): Promise<boolean> {
  try {
    terminal.paste(await navigator.clipboard.readText());
    return true;
  } catch {
    return false;
  }
}
