/**
 * Shell and apps are same-site, so SameSite protects neither from the other: whatever changes state, and every
 * upgrade, must say that it comes from the very origin that it asks.
 */
import type { IncomingHttpHeaders } from 'node:http';
import { type ProblemError, refuse } from '../http/problems.ts';

const reading = new Set(['GET', 'HEAD', 'OPTIONS']);

type Asked = { method: string; headers: IncomingHttpHeaders; upgrade: boolean; own: string };

const foreign = (own: string): ProblemError =>
  refuse(403, 'foreign-origin', 'This was not asked by the page it belongs to.', `Open ${own} and try again there.`);

/** The shell's host. `undefined`: may pass. */
export function foreignToShell({ method, headers, upgrade, own }: Asked): ProblemError | undefined {
  const site = headers['sec-fetch-site'];
  if (upgrade) return headers.origin === own ? undefined : foreign(own);
  // Answers of the API are for the shell's own page and for the address bar, also where they only tell.
  if (reading.has(method))
    return site === undefined || site === 'same-origin' || site === 'none' ? undefined : foreign(own);
  if (headers.origin === undefined) return site === 'same-origin' ? undefined : foreign(own);
  return headers.origin === own ? undefined : foreign(own);
}

/**
 * An app's host. Reading is the app's own matter; a form sent with `Referrer-Policy: no-referrer` says `Origin: null`,
 * where `Sec-Fetch-Site`, which no script can set, still tells that it is the app's own.
 */
export function foreignToApp({ method, headers, upgrade, own }: Asked): ProblemError | undefined {
  if (!upgrade && reading.has(method)) return undefined;
  if (headers.origin === own) return undefined;
  return !upgrade && headers['sec-fetch-site'] === 'same-origin' ? undefined : foreign(own);
}
