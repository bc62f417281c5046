/** The keys of text size: Ctrl (or Cmd) with plus, minus and zero, as everywhere. */
type Key = Pick<KeyboardEvent, 'key' | 'code' | 'ctrlKey' | 'metaKey' | 'altKey' | 'shiftKey'>;

/** CSS px to add; 0: back to the usual size; undefined: another key. */
export function textSizeStep(of: Key): 1 | -1 | 0 | undefined {
  if (of.altKey || of.ctrlKey === of.metaKey) return undefined;
  if (of.key === '+' || (of.key === '=' && !of.shiftKey) || of.code === 'NumpadAdd') return 1;
  // Ctrl+Shift+Minus is a control character of its own (^_): the program's.
  if ((of.key === '-' && !of.shiftKey) || of.code === 'NumpadSubtract') return -1;
  if ((of.key === '0' && !of.shiftKey) || of.code === 'Numpad0') return 0;
  return undefined;
}
