import { cleanTitle } from './words.ts';

/** What a terminal's window keeps over a reload. */
export interface TerminalState {
  /** The terminal that it shows; absent until there is one. */
  terminalId?: string;
  /** How the last shell ended, until there is a new one: the agent forgets a terminal whose end was seen. */
  ended?: { code: number; signal: number };
  /** Where its shell starts; absent: at home. */
  directory?: string;
  /** What the shell called itself last; its words may have left the scrollback. */
  title?: string;
  /** CSS px. */
  textSize?: number;
}

/** Any JSON as a state: what does not fit is left out. */
export function readState(of: unknown): TerminalState {
  if (of === null || typeof of !== 'object') return {};
  const { terminalId, ended, directory, title, textSize } = of as Record<string, unknown>;
  return {
    ...(typeof terminalId === 'string' && terminalId !== '' ? { terminalId } : {}),
    ...(isEnd(ended) ? { ended: { code: ended.code, signal: ended.signal } } : {}),
    ...(typeof directory === 'string' && directory.startsWith('/') ? { directory } : {}),
    ...(typeof title === 'string' ? { title: cleanTitle(title) } : {}),
    ...(typeof textSize === 'number' && Number.isFinite(textSize) ? { textSize } : {}),
  };
}

function isEnd(of: unknown): of is { code: number; signal: number } {
  const { code, signal } = (of ?? {}) as Record<string, unknown>;
  return Number.isInteger(code) && Number.isInteger(signal);
}
