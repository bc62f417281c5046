/** The agent on its unix socket: HTTP for the routes, upgrades for the terminals. Owns both, and ends both. */
import { chmod, unlink } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import type { Duplex } from 'node:stream';
import { type AgentConfig, agentTokenHeader } from '../../protocol/agent.ts';
import { createApp } from './app.ts';
import { noSuchResource, refuseUpgrade, unauthorised } from './problems.ts';
import { TerminalSockets } from './terminal-sockets.ts';
import { Terminals } from './terminals.ts';
import { tokenCheck } from './token.ts';

// An import would read all that the module exports, WebSocket too, which loads undici: 20 ms and more of the start.
const { createServer } = process.getBuiltinModule('node:http');

export interface Agent {
  /** Hangs the terminals up, then stops listening. */
  close(): Promise<void>;
}

/** @throws what listening throws, and an Error where another agent listens already */
export async function startAgent(config: AgentConfig, log: (error: unknown) => void): Promise<Agent> {
  const terminals = new Terminals();
  const sockets = new TerminalSockets(terminals);
  const accepted = tokenCheck(config.token);
  const server = createServer(createApp(config, accepted, terminals, log));

  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on('error', () => {}); // 'close' follows
    if (!accepted(request.headers[agentTokenHeader])) return refuseUpgrade(socket, unauthorised);
    const asked = /^\/terminals\/([\w-]+)\/socket(?:\?from=(\d{1,15}))?$/.exec(request.url ?? '');
    if (asked?.[1] === undefined) return refuseUpgrade(socket, noSuchResource);
    sockets.upgrade(request, socket, head, asked[1], Number(asked[2] ?? 0));
  });

  const listen = () =>
    new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(config.socket, () => {
        server.off('error', reject);
        resolve();
      });
    });
  try {
    await listen();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    if (await answers(config.socket)) throw new Error('another agent listens there', { cause: error });
    await unlink(config.socket);
    await listen();
  }
  // The folder it lies in says who may come here.
  await chmod(config.socket, 0o666);

  return {
    async close() {
      await terminals.close();
      sockets.close();
      server.close();
      server.closeAllConnections();
    },
  };
}

/** Someone listens on this socket, rather than having left it behind. */
function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = connect(path);
    probe.once('connect', () => resolve(true)).once('error', () => resolve(false));
    probe.once('close', () => probe.destroy());
    probe.once('connect', () => probe.destroy());
  });
}
