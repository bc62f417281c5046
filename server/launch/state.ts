/**
 * The state folder: everything that is kept, and who may pass where. As root:
 *
 *   <state>/                root 0711      gateway and people's containers pass through it
 *     gateway/              gateway 0700   its database, and the orchestrator's token
 *     orchestrator/         root 0700      records, roots, logs, and that token's hash
 *     releases/             root 0755      what runs
 *     homes/                root 0711      each home is its owner's alone
 *     run/                  root 0711      sockets
 *
 * Without root all of it is the person's.
 */
import { execFileSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  closeSync,
  constants,
  existsSync,
  fchownSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { reasons } from './failures.ts';
import { StartError } from './settings.ts';

export type Owner = { uid: number; gid: number };

/** Bytes of a unix socket's path on Linux, without the end mark; and the longest path that we need below the state folder. */
const socketPathLimit = 107;
const longestSocket = `/run/agents/${'x'.repeat(32)}/agent.sock`.length;

/** With its parents. Node's own `recursive` never returns where a parent refuses with ENOENT, as /proc does. */
function makeFolder(path: string): void {
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) return;
  if (!existsSync(dirname(path))) makeFolder(dirname(path));
  mkdirSync(path, { mode: 0o711 });
}

/** @throws StartError naming the folder and the way out */
export function prepareState(state: string, gateway: Owner | undefined): void {
  if (Buffer.byteLength(state) + longestSocket > socketPathLimit) {
    const limit = socketPathLimit - longestSocket;
    throw new StartError(
      `The state folder ${state} has too long a path for sockets below it: at most ${limit} bytes. Choose another with --state.`,
    );
  }
  try {
    makeFolder(state);
    const self = process.getuid?.() ?? 0;
    const { uid } = statSync(state);
    if (uid !== self)
      throw new StartError(
        `The state folder ${state} belongs to another user (uid ${uid}): choose another with --state.`,
      );
    chmodSync(state, 0o711);
    for (const [name, mode] of [
      ['gateway', 0o700],
      ['orchestrator', 0o700],
      ['releases', 0o755],
      ['homes', 0o711],
      ['run', 0o711],
    ] as const) {
      const folder = join(state, name);
      mkdirSync(folder, { recursive: true, mode });
      chmodSync(folder, mode);
    }
    if (gateway) chownSync(join(state, 'gateway'), gateway.uid, gateway.gid);
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    const reason = code === 'ENOENT' ? 'no folder can be made there' : reasons[code];
    if (!reason) throw error;
    throw new StartError(`The state folder ${state} cannot be written: ${reason}. Choose another with --state.`);
  }
  if (!gateway) return;
  for (let folder = dirname(state); ; folder = dirname(folder)) {
    if ((statSync(folder).mode & 0o001) === 0) {
      throw new StartError(
        `The state folder ${state} lies in ${folder}, which the gateway's user may not pass: chmod o+x ${folder}, or choose another with --state.`,
      );
    }
    if (folder === '/') return;
  }
}

const hashOf = (token: string) => createHash('sha256').update(token).digest('hex');

/**
 * The orchestrator's bearer token: made at the first start, kept in the gateway's folder, and its hash in the
 * orchestrator's. What the gateway's user laid in its folder is not believed: only the token that has this hash is one.
 */
export function orchestratorToken(state: string, gateway: Owner | undefined): { token: string; hash: string } {
  const tokenFile = join(state, 'gateway/orchestrator-token');
  const hashFile = join(state, 'orchestrator/token.sha256');
  try {
    const hash = readFileSync(hashFile, 'utf8').trim();
    const file = openSync(tokenFile, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    try {
      const token = readFileSync(file, 'utf8').trim();
      if (hashOf(token) === hash) return { token, hash };
    } finally {
      closeSync(file);
    }
  } catch {
    // Not there, or not as it should be: a new one.
  }
  const token = randomBytes(32).toString('base64url');
  try {
    rmSync(tokenFile, { force: true });
  } catch {
    // A folder goes by `rm`: Node's own could be led elsewhere by a link that the gateway's user swaps in meanwhile.
    execFileSync('/bin/rm', ['-rf', '--', tokenFile]);
  }
  const file = openSync(tokenFile, 'wx', 0o600);
  try {
    writeFileSync(file, `${token}\n`);
    if (gateway) fchownSync(file, gateway.uid, gateway.gid);
  } finally {
    closeSync(file);
  }
  writeFileSync(hashFile, `${hashOf(token)}\n`, { mode: 0o600 });
  return { token, hash: hashOf(token) };
}
