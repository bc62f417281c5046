/**
 * Puts text on the clipboard, on every origin: the clipboard API is there on https and localhost only, the copy event
 * wherever the person has just pressed something. False where neither was allowed.
 */
export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const fill = (event: ClipboardEvent) => {
      event.clipboardData?.setData('text/plain', text);
      event.preventDefault();
      event.stopImmediatePropagation();
    };
    document.addEventListener('copy', fill, { capture: true });
    const copied = document.execCommand('copy');
    document.removeEventListener('copy', fill, { capture: true });
    return copied;
  }
}
