/** What the page keeps in IndexedDB to work without the box: who is signed in, and what they may open. */
import { createStore, del, get, set } from 'idb-keyval';
import type { User } from '../protocol/api.ts';
import type { RegistryApp } from '../protocol/manifest.ts';

export type Kept = { user: User; apps: RegistryApp[] };

const store = createStore('porthole', 'shell');
// The form of what is kept; another version's is not read.
const key = 'session-1';

/** Undefined where nothing is kept, or where the browser keeps nothing (a private window, a full disk). */
export async function readKept(): Promise<Kept | undefined> {
  return get<Kept>(key, store).catch(() => undefined);
}

export async function keep(kept: Kept): Promise<void> {
  await set(key, kept, store).catch(() => {});
}

export async function forget(): Promise<void> {
  await del(key, store).catch(() => {});
}
