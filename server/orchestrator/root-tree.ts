/**
 * The small root of a container: links into the box's /usr (which is bound over the empty `usr`), an /etc of its own
 * with two users in it, and empty folders for the rest. The box's own /etc, /root, /home and /var are never in it: of
 * /etc only the few files below that programs in /usr need, and of those what everyone on the box may read.
 *
 * Made at the first start, and again when the box's files, the host name or this file's `version` changed.
 */
import { createHash } from 'node:crypto';
import {
  copyFileSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readlinkSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { cp, mkdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const version = 1;

/** Folders that are links into /usr, where the box has them so. */
const merged = ['bin', 'sbin', 'lib', 'lib32', 'lib64', 'libx32'];
const empty = ['dev', 'home', 'opt/porthole', 'proc', 'root', 'run', 'sys', 'tmp', 'usr', 'var/tmp'];
/** What is taken of the box's /etc, where it is there. */
const shared = [
  'alternatives',
  'bash.bashrc',
  'inputrc',
  'ld.so.cache',
  'mime.types',
  'profile',
  'protocols',
  'services',
  'ssl/certs',
  'terminfo',
];

export type RootTree = { login: string; uid: number; hostname: string };

/** The files of /etc that are made: name and text. */
export function ownFiles({ login, uid, hostname }: RootTree): Record<string, string> {
  return {
    passwd: `root:x:0:0:root:/root:/usr/sbin/nologin\n${login}:x:${uid}:${uid}:${login}:/home/${login}:/bin/bash\n`,
    group: `root:x:0:\n${login}:x:${uid}:\n`,
    shells: '/bin/sh\n/bin/bash\n',
    'nsswitch.conf': 'passwd: files\ngroup: files\nhosts: files dns\n',
    hostname: `${hostname}\n`,
    hosts: `127.0.0.1 localhost ${hostname}\n::1 localhost ip6-localhost ip6-loopback\n`,
  };
}

/** Names everything that the tree is made of. */
function stamp(tree: RootTree): string {
  const sources = [...shared, 'localtime'].map((name) => {
    const found = lstatSync(join('/etc', name), { throwIfNoEntry: false });
    return [name, found?.mtimeMs, found?.size];
  });
  return createHash('sha256')
    .update(JSON.stringify([version, tree, sources]))
    .digest('hex');
}

/**
 * Copies what everyone on the box may read; links stay links. Without waiting in between: the hundreds of small links
 * take a fifth of the time that they take with a turn of the event loop for each.
 */
function copyPublic(from: string, to: string): void {
  const found = lstatSync(from);
  if (found.isSymbolicLink()) symlinkSync(readlinkSync(from), to);
  else if ((found.mode & 0o004) === 0) return;
  else if (found.isFile()) copyFileSync(from, to);
  else if (found.isDirectory()) {
    mkdirSync(to);
    for (const name of readdirSync(from)) copyPublic(join(from, name), join(to, name));
  }
}

/** Makes the tree at `root` where it is not there as it should be. Only while its container does not run. */
export async function makeRootTree(root: string, tree: RootTree): Promise<void> {
  const stampFile = `${root}.stamp`;
  const wanted = stamp(tree);
  if ((await readFile(stampFile, 'utf8').catch(() => '')) === wanted && existsSync(root)) return;
  const fresh = `${root}.new`;
  await Promise.all([fresh, stampFile, root].map((path) => rm(path, { recursive: true, force: true })));
  for (const folder of ['etc/ssl', `home/${tree.login}`, ...empty])
    await mkdir(join(fresh, folder), { recursive: true });
  for (const name of merged) {
    if (!existsSync(join('/usr', name))) continue;
    await symlink(`usr/${name}`, join(fresh, name));
  }
  for (const name of shared) {
    const from = join('/etc', name);
    if (existsSync(from)) copyPublic(from, join(fresh, 'etc', name));
  }
  await symlink('../usr/lib/os-release', join(fresh, 'etc/os-release'));
  await symlink('/proc/self/mounts', join(fresh, 'etc/mtab'));
  const localtime = statSync('/etc/localtime', { throwIfNoEntry: false })?.isFile();
  if (localtime && lstatSync('/etc/localtime').isSymbolicLink()) {
    await symlink(readlinkSync('/etc/localtime'), join(fresh, 'etc/localtime'));
  } else if (localtime) await cp('/etc/localtime', join(fresh, 'etc/localtime'));
  for (const [name, text] of Object.entries(ownFiles(tree))) await writeFile(join(fresh, 'etc', name), text);
  await rename(fresh, root);
  await writeFile(stampFile, wanted);
}
