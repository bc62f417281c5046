/** The person's home on the box, and the folder that their agent's socket lies in. */
import { existsSync } from 'node:fs';
import { chmod, chown, cp, mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

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
 */
export async function makeHome(home: string, uid: number): Promise<void> {
  if (existsSync(home)) return;
  const fresh = `${home}.new`;
  await rm(fresh, { recursive: true, force: true });
  await mkdir(fresh, { mode: 0o700 });
  if (existsSync('/etc/skel/.bashrc')) await cp('/etc/skel', fresh, { recursive: true });
  else for (const [name, text] of Object.entries(skeleton)) await writeFile(join(fresh, name), text);
  for (const entry of await readdir(fresh, { recursive: true })) await chown(join(fresh, entry), uid, uid);
  await chmod(fresh, 0o700);
  await chown(fresh, uid, uid);
  await rename(fresh, home);
}

/** The folder that the agent makes its socket in: the agent's own, and the gateway may pass. No socket of before is left in it. */
export async function makeSocketFolder(folder: string, uid: number, gid: number): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o710 });
  await rm(join(folder, 'agent.sock'), { force: true });
  await chmod(folder, 0o710);
  await chown(folder, uid, gid);
}
