/**
 * Keeps xterm.js from answering queries that it finds in a replay: the program that asked had its answer long ago, and
 * a second one would be typed into whatever runs now. Each handler swallows one kind of query and nothing else, so
 * what the person types meanwhile is not touched.
 */
import type { Terminal } from '@xterm/xterm';

/** xterm.js' own reports of focus (mode 1004), which turning the mode on sends at once. */
const focusReports = new Set(['\x1b[I', '\x1b[O']);

export interface Mute {
  set(on: boolean): void;
  /** Whether `data` of the terminal's onData is an answer that must not go out. */
  swallows(data: string): boolean;
}

export function makeMute(terminal: Terminal): Mute {
  let on = false;
  const muted = () => on;
  const { parser } = terminal;
  // DA1 and DA2; DSR and its private form; DECRQM, ANSI and private.
  parser.registerCsiHandler({ final: 'c' }, muted);
  parser.registerCsiHandler({ prefix: '>', final: 'c' }, muted);
  parser.registerCsiHandler({ final: 'n' }, muted);
  parser.registerCsiHandler({ prefix: '?', final: 'n' }, muted);
  parser.registerCsiHandler({ intermediates: '$', final: 'p' }, muted);
  parser.registerCsiHandler({ prefix: '?', intermediates: '$', final: 'p' }, muted);
  // Reports of the window's size, of settings (DECRQSS), of colours (OSC 4, 10, 11, 12 with a question mark).
  parser.registerCsiHandler({ final: 't' }, muted);
  parser.registerDcsHandler({ intermediates: '$', final: 'q' }, muted);
  for (const code of [4, 10, 11, 12]) parser.registerOscHandler(code, (data) => on && data.includes('?'));
  return {
    set: (to) => {
      on = to;
    },
    swallows: (data) => on && focusReports.has(data),
  };
}
