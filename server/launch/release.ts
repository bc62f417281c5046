/**
 * A release: a copy of the build in the state folder that everyone may read, with the Node that runs it. The gateway's
 * user may not be able to read the checkout, and containers bind what does not change under them.
 */
import {
  chmodSync,
  cpSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
} from 'node:fs';
import { join } from 'node:path';
import { commandLines, identify } from '../process/identity.ts';
import type { Build } from './build.ts';

/** Releases that are kept besides those in use: the current one, and those that one may want to go back to. */
const kept = 3;

/** @returns the release's folder */
export function publish(build: Build, state: string): string {
  const releases = join(state, 'releases');
  const release = join(releases, build.hash);
  if (!existsSync(release)) {
    const fresh = join(releases, `.new-${process.pid}`);
    rmSync(fresh, { recursive: true, force: true });
    try {
      mkdirSync(fresh, { mode: 0o755 });
      cpSync(join(build.folder, 'server'), fresh, { recursive: true });
      cpSync(join(build.folder, 'shell'), join(fresh, 'shell'), { recursive: true });
      putNode(join(fresh, 'node'), releases);
      openToAll(fresh);
      renameSync(fresh, release);
    } catch (error) {
      rmSync(fresh, { recursive: true, force: true });
      // Another was faster: the same build, so the same release.
      if (!existsSync(release)) throw error;
    }
  }
  const now = new Date();
  utimesSync(release, now, now);
  return release;
}

/** Everyone may read it, and pass or run what its owner may, whatever the umask was of the one who built it. */
function openToAll(path: string): void {
  const found = lstatSync(path);
  if (found.isSymbolicLink()) return;
  const wanted = (found.mode & 0o7777) | 0o444 | (found.mode & 0o111 ? 0o111 : 0);
  if (wanted !== (found.mode & 0o7777)) chmodSync(path, wanted);
  if (found.isDirectory()) for (const name of readdirSync(path)) openToAll(join(path, name));
}

/**
 * Node is large: the file that runs us is linked where only we may change it, or that of another release where it is the
 * same, which its size and time of making tell; else it is copied.
 */
function putNode(path: string, releases: string): void {
  const { size, mtimeMs, uid, mode } = statSync(process.execPath);
  const ours = uid === process.getuid?.() && (mode & 0o022) === 0 && (mode & 0o555) === 0o555;
  const others = readdirSync(releases)
    .map((name) => join(releases, name, 'node'))
    .filter((node) => {
      const found = statSync(node, { throwIfNoEntry: false });
      return found?.size === size && Math.abs(found.mtimeMs - mtimeMs) < 1000;
    });
  for (const source of [...others, ...(ours ? [process.execPath] : [])]) {
    try {
      linkSync(source, path);
      return;
    } catch {
      // On another disk, or links are not allowed: it is copied.
    }
  }
  cpSync(process.execPath, path, { preserveTimestamps: true, dereference: true });
}

/** Whether it is one that a living process is about to publish. */
function isBeingMade(name: string): boolean {
  const pid = name.match(/^\.new-(\d+)$/)?.[1];
  return pid !== undefined && identify(Number(pid)) !== undefined;
}

/** Takes old releases away, but none that a running container was started from. Only by the one holder of the state folder. */
export function prune(state: string, current: string): void {
  const releases = join(state, 'releases');
  const running = commandLines()
    .flatMap(({ args }) => args)
    .join('\n');
  const old = readdirSync(releases)
    .filter((name) => !isBeingMade(name))
    .map((name) => join(releases, name))
    .filter((path) => path !== current)
    // One may vanish while we look.
    .flatMap((path) => {
      const found = statSync(path, { throwIfNoEntry: false });
      return found ? [{ path, used: found.mtimeMs }] : [];
    })
    .sort((a, b) => b.used - a.used)
    .slice(kept - 1)
    .filter(({ path }) => !running.includes(path));
  for (const { path } of old) rmSync(path, { recursive: true, force: true });
}
