/**
 * The window manager's worker: owns geometry, focus and stacking, and keeps them saved over a reload.
 *
 * The page shows what it is told here, and never waits for it: a grab ends in one command, a worker that died is
 * replaced by one that starts from what the page shows.
 */
import { expose } from 'comlink';
import { createStore, get, set } from 'idb-keyval';
import { windowRecords } from './records.ts';
import { makeService } from './service.ts';

const store = createStore(windowRecords.database, windowRecords.store);

expose(
  makeService({
    read: (owner) => get(owner, store),
    write: (owner, record) => set(owner, record, store),
  }),
);
