/** Copy and paste on every origin: the clipboard API is there on https and localhost only. */
import type { Terminal } from '@xterm/xterm';

export async function copySelection(terminal: Terminal): Promise<boolean> {
  const text = terminal.getSelection();
  if (text === '') return false;
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // xterm.js answers the copy event with its selection.
    terminal.focus();
    return document.execCommand('copy');
  }
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
