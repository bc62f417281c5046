/** What this browser keeps of the person to work without the box: who is signed in, what they may open, their windows. */
import { clear, createStore, get, set } from 'idb-keyval';
import type { User } from '../protocol/api.ts';
import type { RegistryApp } from '../protocol/manifest.ts';
import { windowRecords } from '../workers/window-manager/records.ts';

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

// Holds no word of anybody: that the gateway is still to be told of a sign-out.
const owed = 'sign-out-owed';

/** The person signed out, and the gateway has not heard of it: the browser may still hold the cookie of the session. */
export async function oweSignOut(): Promise<void> {
  await set(owed, true, store).catch(() => {});
}

export async function owesSignOut(): Promise<boolean> {
  return (await get<boolean>(owed, store).catch(() => undefined)) === true;
}

/** Nobody is signed in any more. Windows stay for when the same person is back; nobody else is shown them. */
export async function forgetSession(): Promise<void> {
  await clear(store).catch(() => {});
}

/** Leaves nothing of anybody: windows too, whose titles and folders say what was worked on. */
export async function forgetAll(): Promise<void> {
  const { database, store: name } = windowRecords;
  await Promise.all([forgetSession(), clear(createStore(database, name)).catch(() => {})]);
}
