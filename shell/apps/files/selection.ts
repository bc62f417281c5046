/** What is selected in a list and where its cursor is, by name: it survives sorting and reloading. */

export interface Selection {
  names: ReadonlySet<string>;
  /** The entry that the keys move from. */
  cursor: string | undefined;
  /** Where a range that is stretched by Shift begins. */
  anchor: string | undefined;
}

export const nothing: Selection = { names: new Set(), cursor: undefined, anchor: undefined };

export function only(name: string): Selection {
  return { names: new Set([name]), cursor: name, anchor: name };
}

export function all(list: readonly string[], now: Selection): Selection {
  return { names: new Set(list), cursor: now.cursor ?? list[0], anchor: now.anchor ?? list[0] };
}

/** Ctrl: in or out, the others as they are. */
export function toggled(now: Selection, name: string): Selection {
  const names = new Set(now.names);
  if (!names.delete(name)) names.add(name);
  return { names, cursor: name, anchor: name };
}

/** Shift: all from the anchor to `name`, and nothing else. */
export function stretched(now: Selection, name: string, list: readonly string[]): Selection {
  const to = list.indexOf(name);
  const from = now.anchor === undefined ? -1 : list.indexOf(now.anchor);
  if (to < 0 || from < 0) return only(name);
  const names = new Set(list.slice(Math.min(from, to), Math.max(from, to) + 1));
  return { names, cursor: name, anchor: now.anchor };
}

/** The cursor `by` entries further (clamped), alone or stretching. Without a cursor it begins at the nearer end. */
export function moved(now: Selection, by: number, stretch: boolean, list: readonly string[]): Selection {
  if (list.length === 0) return nothing;
  const at = now.cursor === undefined ? -1 : list.indexOf(now.cursor);
  const target = at < 0 ? (by > 0 ? 0 : list.length - 1) : Math.max(0, Math.min(list.length - 1, at + by));
  const name = list[target] as string;
  return stretch && at >= 0 ? stretched(now, name, list) : only(name);
}

/** What of the selection is still in the list. */
export function kept(now: Selection, list: readonly string[]): Selection {
  const present = new Set(list);
  const still = (name: string | undefined) => (name !== undefined && present.has(name) ? name : undefined);
  return {
    names: new Set([...now.names].filter((name) => present.has(name))),
    cursor: still(now.cursor),
    anchor: still(now.anchor),
  };
}

/**
 * The entry that typing `typed` goes to: the first from the cursor on (from the one after it when a single letter is
 * typed, so that repeating it walks on) that begins so, whatever the case.
 */
export function typedAhead(typed: string, now: Selection, list: readonly string[]): string | undefined {
  const letters = [...typed.toLowerCase()];
  // The same letter again and again walks from one to the next.
  const repeated = letters.every((letter) => letter === letters[0]);
  const wanted = repeated ? (letters[0] ?? '') : typed.toLowerCase();
  const at = now.cursor === undefined ? -1 : list.indexOf(now.cursor);
  const first = repeated ? at + 1 : Math.max(0, at);
  for (let i = 0; i < list.length; i++) {
    const name = list[(first + i) % list.length] as string;
    if (name.toLowerCase().startsWith(wanted)) return name;
  }
  return undefined;
}
