/** What a terminal's window keeps over a reload. */
export interface TerminalState {
  /** The terminal that it shows; absent until there is one. */
  terminalId?: string;
  /** Where its shell starts; absent: at home. */
  directory?: string;
  /** CSS px. */
  textSize?: number;
}

/** Any JSON as a state: what does not fit is left out. */
export function readState(of: unknown): TerminalState {
  if (of === null || typeof of !== 'object') return {};
  const { terminalId, directory, textSize } = of as Record<string, unknown>;
  return {
    ...(typeof terminalId === 'string' && terminalId !== '' ? { terminalId } : {}),
    ...(typeof directory === 'string' && directory.startsWith('/') ? { directory } : {}),
    ...(typeof textSize === 'number' && Number.isFinite(textSize) ? { textSize } : {}),
  };
}
