/** Where a window of Files has been: back and forward, as in a browser. */

export interface History {
  /** Paths; never empty. */
  paths: readonly string[];
  /** Which of them is shown. */
  index: number;
}

const longest = 50;

export function begin(path: string): History {
  return { paths: [path], index: 0 };
}

export function current(history: History): string {
  return history.paths[history.index] ?? '/';
}

/** Goes to `path`: what was ahead is forgotten. Where it is already, nothing changes. */
export function visit(history: History, path: string): History {
  if (path === current(history)) return history;
  const paths = [...history.paths.slice(0, history.index + 1), path].slice(-longest);
  return { paths, index: paths.length - 1 };
}

export function canStep(history: History, by: 1 | -1): boolean {
  return history.paths[history.index + by] !== undefined;
}

export function step(history: History, by: 1 | -1): History {
  return canStep(history, by) ? { ...history, index: history.index + by } : history;
}

/** The shown path under the name that the box gave it. */
export function rename(history: History, path: string): History {
  return { ...history, paths: history.paths.map((was, i) => (i === history.index ? path : was)) };
}
