/**
 * The orchestrator: the only process of Porthole that is root. It keeps one container for each user, and has a handful
 * of verbs for that behind a bearer token: on a unix socket for the gateway, on 127.0.0.1 for scripts.
 *
 * It promises that containers outlive it, that a user's uid never changes or becomes another's, that it signals no
 * process but its own containers', and that it follows no path that a user could have laid.
 */
import { chmodSync, chownSync, mkdirSync, rmSync } from 'node:fs';
import type { Server } from 'node:http';
import { join } from 'node:path';
import { createAdaptorServer } from '@hono/node-server';
import * as v from 'valibot';
import { orchestratorApi } from './api.ts';
import { OrchestratorConfig } from './config.ts';
import { Containers } from './containers.ts';
import { makeFolders } from './launch-agent.ts';
import { Records } from './records.ts';

function say(line: { ready: true } | { error: string }): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

/** Resolves when it listens. @throws what the system says */
function listening(server: Server, at: { path: string } | { host: string; port: number }): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(at, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

async function main(): Promise<void> {
  const text = process.env['PORTHOLE_ORCHESTRATOR'];
  if (!text) throw new Error('The orchestrator is started by `porthole start`, not by itself.');
  delete process.env['PORTHOLE_ORCHESTRATOR'];
  const config = v.parse(OrchestratorConfig, JSON.parse(text));
  process.umask(0o022);
  mkdirSync(config.state, { recursive: true, mode: 0o700 });
  await makeFolders(config);

  const containers = new Containers(config, await Records.open(join(config.state, 'containers')));
  const api = orchestratorApi(containers, config.tokenHash);
  const servers: Server[] = [];
  const serve = () => {
    const server = createAdaptorServer({ fetch: api.fetch }) as Server;
    servers.push(server);
    return server;
  };

  await containers.reconcile();

  const { orchestratorPort: port } = config.settings;
  if (port > 0) {
    await listening(serve(), { host: '127.0.0.1', port }).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EADDRINUSE') throw error;
      throw new Error(
        `Port ${port} of 127.0.0.1 is taken: choose another for the orchestrator with --orchestrator-port (0: none).`,
      );
    });
  }
  const socket = join(config.run, 'orchestrator.sock');
  rmSync(socket, { force: true });
  const mask = process.umask(0o177);
  await listening(serve(), { path: socket });
  process.umask(mask);
  if (config.gatewayGid !== null) chownSync(socket, process.getuid?.() ?? 0, config.gatewayGid);
  chmodSync(socket, 0o660);

  const stop = async () => {
    for (const server of servers) server.close();
    await containers.close();
    for (const server of servers) server.closeAllConnections();
    process.exit(0);
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
  say({ ready: true });
}

main().catch((error: Error) => {
  say({ error: error.message });
  process.exit(1);
});
