/** The person's home on the box, and the folder that their agent's socket lies in. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, chown, cp, lchown, lstat, mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** What a first home holds where the box has no /etc/skel of its own. */
const skeleton = {
  '.profile': '[ -n "$BASH_VERSION" ] && [ -f "$HOME/.bashrc" ] && . "$HOME/.bashrc"\n',
  '.bashrc': [
    'case $- in *i*) ;; *) return ;; esac',
    'HISTCONTROL=ignoreboth',
    'shopt -s histappend checkwinsize',
    "PS1='\\[\\e[1;32m\\]\\u@\\h\\[\\e[0m\\]:\\[\\e[1;34m\\]\\w\\[\\e[0m\\]\\$ '",
    "alias ls='ls --color=auto' ll='ls -l' grep='grep --color=auto'",
    '',
  ].join('\n'),
};

/**
 * Makes the home where there is none. It appears whole or not at all; one that exists is the person's, and root follows
 * no path in it any more.
 * @param skel what a first home holds; its links stay the links that they are, and are not followed
 */
export async function makeHome(home: string, uid: number, skel = '/etc/skel'): Promise<void> {
  if (existsSync(home)) return;
  const fresh = `${home}.new`;
  await rm(fresh, { recursive: true, force: true });
  await mkdir(fresh, { mode: 0o700 });
  if (existsSync(join(skel, '.bashrc'))) await cp(skel, fresh, { recursive: true, verbatimSymlinks: true });
  else for (const [name, text] of Object.entries(skeleton)) await writeFile(join(fresh, name), text);
  await chmod(fresh, 0o700);
  await giveAll(fresh, uid);
  await rename(fresh, home);
}

/** Gives a folder and all that is in it to `uid`; of a link the link itself, never what it names. */
async function giveAll(path: string, uid: number): Promise<void> {
  if ((await lstat(path)).isDirectory()) for (const name of await readdir(path)) await giveAll(join(path, name), uid);
  await lchown(path, uid, uid);
}

/** The folder that the agent makes its socket in: the agent's own, and the gateway may pass. No socket of before is left in it. */
export async function makeSocketFolder(folder: string, uid: number, gid: number): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o710 });
  const socket = join(folder, 'agent.sock');
  // A folder that was laid there goes by `rm`: Node's own could be led elsewhere by a link swapped in meanwhile.
  await rm(socket, { force: true }).catch(() => promisify(execFile)('/bin/rm', ['-rf', '--', socket]));
  await chmod(folder, 0o710);
  await chown(folder, uid, gid);
}
