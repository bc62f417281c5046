/** Someone who is not root, for tests that run as root and start something as them. */
import { spawnSync } from 'node:child_process';
import { statSync } from 'node:fs';

const checkout = new URL('..', import.meta.url).pathname;
const owner = statSync(checkout);
const one = owner.uid === 0 ? { uid: 65_534, gid: 65_534 } : { uid: owner.uid, gid: owner.gid };

/** The checkout's owner, or the user nobody; undefined where we cannot become them, or they cannot read the checkout. */
export const person: { uid: number; gid: number } | undefined =
  process.getuid?.() === 0 && spawnSync('test', ['-r', `${checkout}bin/node`], one).status === 0 ? one : undefined;
/** To print where that skips a test. */
export const noPerson =
  'skipped: running as someone else needs root, and a checkout that its owner, or everyone, may read.';
