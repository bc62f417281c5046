/**
 * A unix socket in the gateway's own folder, over which `porthole user` says that it changed the store: the gateway
 * looks again at whoever has something open, and answers when it has.
 */
import { chmod, rm } from 'node:fs/promises';
import net from 'node:net';
import { join } from 'node:path';
import { logUnexpected } from './log.ts';

const controlPath = (state: string) => join(state, 'control.sock');

/** Whoever connects says: look again. */
export async function listenControl(state: string, recheck: () => Promise<void>): Promise<net.Server> {
  const path = controlPath(state);
  await rm(path, { force: true });
  const server = net.createServer((socket) => {
    socket.on('error', () => {});
    socket.resume();
    recheck()
      .catch((error: unknown) => logUnexpected('recheck', error))
      .finally(() => socket.end('done\n'));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, resolve);
  });
  await chmod(path, 0o600);
  return server;
}

/** Resolves when the running gateway, if there is one, has looked. */
export async function tellGateway(state: string): Promise<void> {
  await new Promise<void>((resolve) => {
    const socket = net.connect(controlPath(state));
    socket.setTimeout(2_000, () => socket.destroy());
    socket.once('error', () => {});
    socket.once('close', () => resolve());
    socket.resume();
  });
}
