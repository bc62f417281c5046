/**
 * The build in dist/: `shell/`, the page as it is served, and `server/`, one file for each server. Made anew when the
 * sources are not those that it was made of, and then put in its place whole. `npm run build` is this alone.
 */
import {
  existsSync,
  lchownSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { HeldError, Lock } from './lock.ts';
import { StartError } from './settings.ts';
import { sourceHash } from './source-hash.ts';
import type { Say } from './tools.ts';

export const checkout = new URL('../..', import.meta.url).pathname.replace(/\/$/, '');

export type Build = { hash: string; folder: string };

const parts = ['shell', 'server'];
/** ms that another build is waited for */
const patience = 120_000;

/** The build of the sources as they are now, if there is one. */
function currentBuild(): Build | undefined {
  const folder = join(checkout, 'dist');
  const hash = sourceHash(checkout);
  try {
    const made = readFileSync(join(folder, 'build'), 'utf8').trim();
    return made === hash && parts.every((part) => existsSync(join(folder, part))) ? { hash, folder } : undefined;
  } catch {
    return undefined;
  }
}

async function takeTurn(path: string, say: Say): Promise<Lock> {
  const deadline = Date.now() + patience;
  for (let told = false; ; told = true) {
    try {
      return Lock.take(path);
    } catch (error) {
      if (!(error instanceof HeldError) || Date.now() > deadline) throw error;
      if (!told) say(`Waiting for the build of process ${error.pid}.`);
      await delay(100);
    }
  }
}

/** @throws StartError when it fails; the details went to stderr */
export async function build(say: Say): Promise<Build> {
  const current = currentBuild();
  if (current) return current;
  const folder = join(checkout, 'dist');
  const fresh = join(folder, `.new-${process.pid}`);
  let lock: Lock | undefined;
  try {
    mkdirSync(folder, { recursive: true });
    lock = await takeTurn(join(folder, '.lock'), say);
    const meanwhile = currentBuild();
    if (meanwhile) return meanwhile;
    say('Building the page (once).');
    const hash = sourceHash(checkout);
    // Said by whoever runs tests, and not for the build that they test.
    delete process.env['VITEST'];
    process.env['NODE_ENV'] = 'production';
    const { bundlePage, bundleServers } = await import('./bundle.ts');
    await bundlePage(checkout, join(fresh, 'shell'));
    await bundleServers(checkout, join(fresh, 'server'));
    rmSync(join(folder, 'build'), { force: true });
    for (const part of parts) {
      rmSync(join(folder, part), { recursive: true, force: true });
      renameSync(join(fresh, part), join(folder, part));
    }
    writeFileSync(join(folder, 'build'), `${hash}\n`);
    giveToOwner(folder);
    return { hash, folder };
  } catch (error) {
    if (['EACCES', 'EROFS', 'EPERM'].includes((error as NodeJS.ErrnoException).code ?? '')) {
      throw new StartError(
        `The build cannot be written to ${folder}: start Porthole once as the owner of the checkout.`,
      );
    }
    process.stderr.write(`${(error as Error).message}\n`);
    throw new StartError('The build failed: what is wrong stands above.');
  } finally {
    rmSync(fresh, { recursive: true, force: true });
    lock?.release();
  }
}

/** What root built in a person's checkout is that person's, its folders too, so that they can build there again. */
export function giveToOwner(folder: string, { uid, gid }: { uid: number; gid: number } = statSync(checkout)): void {
  if (process.getuid?.() !== 0 || uid === 0) return;
  lchownSync(folder, uid, gid);
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) giveToOwner(path, { uid, gid });
    else lchownSync(path, uid, gid);
  }
}

if (import.meta.main) {
  const say = (line: string) => process.stderr.write(`porthole: ${line}\n`);
  try {
    const { hash } = await build(say);
    say(`The build ${hash} is in dist/.`);
  } catch (error) {
    if (!(error instanceof StartError)) throw error;
    say(error.message);
    process.exitCode = 1;
  }
}
