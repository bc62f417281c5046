/** What the service worker keeps for when there is no network, as workbox-precaching wants to be told. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** `revision` is null where the address already names the content. */
export type PrecacheEntry = { url: string; revision: string | null };

/** Not for the page to load: maps, what is served in another's place, and the worker itself. */
const left = /(\.(map|br|gz)|^service-worker\.js)$/;
/** Vite names what it puts here by its content. */
const named = /^assets\//;

export function allFiles(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort();
}

/** @param folder the built page */
export function precacheEntries(folder: string): PrecacheEntry[] {
  return allFiles(folder)
    .filter((file) => !left.test(file))
    .map((file) => ({
      url: `/${file}`,
      revision: named.test(file)
        ? null
        : createHash('sha256')
            .update(readFileSync(join(folder, file)))
            .digest('hex')
            .slice(0, 16),
    }));
}
