/** In which order a folder's entries are shown, and which. */
import type { DirectoryEntry } from '../../../protocol/agent.ts';
import { typeName } from './words.ts';

export type Column = 'name' | 'size' | 'type' | 'modified';
export interface Order {
  by: Column;
  descending: boolean;
}

const names = new Intl.Collator(undefined, { numeric: true, sensitivity: 'base' });

/** Case and accents apart, numbers by value; what is equal so far by its code units, so that the order is total. */
export function compareNames(a: string, b: string): number {
  return names.compare(a, b) || (a < b ? -1 : a > b ? 1 : 0);
}

const byColumn: Record<Column, (a: DirectoryEntry, b: DirectoryEntry) => number> = {
  name: () => 0,
  size: (a, b) => a.size - b.size,
  type: (a, b) => names.compare(typeName(a), typeName(b)),
  modified: (a, b) => a.modified - b.modified,
};

/** A new array: folders first whichever way, then by the column, then by name. */
export function sorted(entries: readonly DirectoryEntry[], { by, descending }: Order): DirectoryEntry[] {
  const turn = descending ? -1 : 1;
  const rank = (entry: DirectoryEntry) => (entry.kind === 'directory' ? 0 : 1);
  return [...entries].sort((a, b) => rank(a) - rank(b) || turn * (byColumn[by](a, b) || compareNames(a.name, b.name)));
}

export function isHidden(entry: Pick<DirectoryEntry, 'name'>): boolean {
  return entry.name.startsWith('.');
}
