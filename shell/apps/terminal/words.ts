/** What the terminal says in words: its title, and how its shell ended. */

const longestTitle = 120;

/** Linux' signal names by number (signal(7), x86 and ARM). */
const signalNames: Readonly<Record<number, string>> = {
  1: 'SIGHUP',
  2: 'SIGINT',
  3: 'SIGQUIT',
  4: 'SIGILL',
  5: 'SIGTRAP',
  6: 'SIGABRT',
  7: 'SIGBUS',
  8: 'SIGFPE',
  9: 'SIGKILL',
  10: 'SIGUSR1',
  11: 'SIGSEGV',
  12: 'SIGUSR2',
  13: 'SIGPIPE',
  14: 'SIGALRM',
  15: 'SIGTERM',
  24: 'SIGXCPU',
  25: 'SIGXFSZ',
  31: 'SIGSYS',
};

export function signalName(signal: number): string {
  return signalNames[signal] ?? `signal ${signal}`;
}

/** "The shell ended with code 1", or by which signal. */
export function endText(code: number, signal: number): string {
  return signal === 0 ? `The shell ended with code ${code}` : `The shell was ended by ${signalName(signal)}`;
}

/** The same for a title bar. */
export function endTitle(name: string, code: number, signal: number): string {
  return `${name} (ended${signal === 0 ? `, code ${code}` : ` by ${signalName(signal)}`})`;
}

/**
 * A title that a program asked for, fit for a title bar: one line, no controls, none of the characters that turn the
 * direction of text or cannot be seen (a title must not pretend to be another window's), at most 120 characters.
 * Empty where nothing is left.
 */
export function cleanTitle(asked: string): string {
  const visible = asked
    .replace(/[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}]/gu, ' ')
    .replace(/\s+/gu, ' ')
    .trim();
  const characters = [...visible];
  return characters.length <= longestTitle ? visible : `${characters.slice(0, longestTitle - 1).join('')}…`;
}
