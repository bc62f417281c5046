/** The IndexedDB in which the worker keeps the windows of each person: the page empties it at sign-out. */
export const windowRecords = { database: 'window-manager', store: 'states' } as const;
