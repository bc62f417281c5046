/** What Porthole needs of the machine besides Node: found, or installed with a word about why. */
import { spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { StartError } from './settings.ts';

export type Say = (line: string) => void;

/** Where a program is; also where root's programs are when PATH does not say so. */
function findProgram(name: string, path = process.env['PATH'] ?? ''): string | undefined {
  const folders = [...path.split(delimiter), '/usr/local/sbin', '/usr/sbin', '/usr/bin', '/sbin', '/bin'];
  return folders
    .filter((folder) => folder.startsWith('/'))
    .map((folder) => join(folder, name))
    .find((file) => {
      try {
        accessSync(file, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });
}

/**
 * Whether sudo makes us root: without a password, or after asking the one who sits there for it. That it is installed
 * does not say that they may.
 * @param why said before they are asked
 */
export function canSudo(why: string, say: Say): boolean {
  const sudo = findProgram('sudo');
  if (!sudo) return false;
  if (spawnSync(sudo, ['-n', 'true'], { stdio: 'ignore' }).status === 0) return true;
  if (process.stdin.isTTY !== true) return false;
  say(`${why}: asking sudo.`);
  return spawnSync(sudo, ['-v'], { stdio: 'inherit' }).status === 0;
}

/** Goes on as root, in this process's place: the same command line and settings. Does not return. */
export function becomeRoot(script: string, args: readonly string[]): never {
  const sudo = findProgram('sudo');
  if (!sudo || !process.execve) throw new StartError('sudo is not there any more.');
  const kept = Object.entries(process.env)
    .filter(([name, value]) => value !== undefined && (name === 'PATH' || name.startsWith('PORTHOLE_')))
    .map(([name, value]) => `${name}=${value}`);
  const env = Object.fromEntries(Object.entries(process.env).filter(([, value]) => value !== undefined));
  process.execve(
    sudo,
    ['sudo', '--', 'env', ...kept, process.execPath, ...process.execArgv, script, ...args],
    env as NodeJS.ProcessEnv,
  );
  throw new StartError('sudo could not be started.');
}

/** @throws StartError where it is missing and cannot be installed */
export function needNspawn(say: Say): void {
  if (findProgram('systemd-nspawn')) return;
  const apt = findProgram('apt-get');
  if (!apt) {
    throw new StartError(
      'systemd-nspawn is missing: install it by your package manager (Debian: systemd-container), then start again. Without containers: --isolation none.',
    );
  }
  say("Installing systemd-container (Debian): it runs each person's container.");
  const run = (...args: string[]) =>
    spawnSync(apt, args, {
      stdio: ['ignore', 'ignore', 'inherit'],
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    }).status === 0;
  const install = () => run('install', '-y', '-q', '--no-install-recommends', 'systemd-container');
  if ((install() || (run('update', '-q') && install())) && findProgram('systemd-nspawn')) return;
  throw new StartError(
    'systemd-container could not be installed: look at the lines above, run `apt-get install systemd-container`, then start again.',
  );
}

const gatewayUser = 'porthole';

/** uid and gid of the system user that the gateway runs as; made when it is missing. @throws StartError */
export function needGatewayUser(say: Say): { uid: number; gid: number } {
  const ask = (flag: string) => {
    const { status, stdout } = spawnSync('id', [flag, gatewayUser], { stdio: ['ignore', 'pipe', 'ignore'] });
    return status === 0 ? Number(stdout.toString().trim()) : undefined;
  };
  const find = () => {
    const [uid, gid] = [ask('-u'), ask('-g')];
    return uid === undefined || gid === undefined ? undefined : { uid, gid };
  };
  const found = find();
  if (found) {
    if (found.uid === 0) throw new StartError(`The user ${gatewayUser} is root: the gateway must not be.`);
    return found;
  }
  say(`Making the system user ${gatewayUser}: what listens on the network runs as that user, not as root.`);
  const useradd = findProgram('useradd');
  const args = ['--system', '--user-group', '--no-create-home', '--home-dir', '/nonexistent'];
  if (useradd)
    spawnSync(useradd, [...args, '--shell', '/usr/sbin/nologin', gatewayUser], {
      stdio: ['ignore', 'ignore', 'inherit'],
    });
  const made = find();
  if (!made) throw new StartError(`The system user ${gatewayUser} could not be made: make it, then start again.`);
  return made;
}
