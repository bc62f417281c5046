/** Puts the gateway together, and owns everything that it opens. */
import http from 'node:http';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Manifest } from '../../protocol/manifest.ts';
import { shellOrigin } from '../../protocol/settings.ts';
import { writeShellOrigin } from './address-file.ts';
import { buildApp } from './app.ts';
import { webApps } from './apps/apps.ts';
import { type GatewayConfig, StartError } from './config.ts';
import { listenControl } from './control.ts';
import { log } from './log.ts';
import { Metrics } from './metrics.ts';
import { Orchestrator } from './orchestrator.ts';
import { makeHosts } from './policy/hosts.ts';
import { Events } from './routes/events.ts';
import type { Route } from './routes/route.ts';
import { makeTable } from './routes/table.ts';
import { cookiePolicy, framesWithoutCookies } from './sessions/cookies.ts';
import { SignInLimit } from './sessions/limits.ts';
import { Live } from './sessions/live.ts';
import { firstAdminLink, Sessions } from './sessions/sessions.ts';
import { Tickets } from './sessions/tickets.ts';
import { openStore } from './store/sqlite.ts';
import type { Store } from './store/store.ts';

export interface Gateway {
  /** The shell's address; on a box without users with the first administrator's one-time token. */
  url: string;
  routes: readonly Route[];
  store: Store;
  close(): Promise<void>;
}

export const storeFile = (state: string): string => join(state, 'porthole.db');

/** From the first byte to the last header, ms: a client that trickles is cut off. */
const headersTimeout = 15_000;
const keepAliveTimeout = 65_000;
/** How long answers under way may take when the gateway stops, ms. */
const stopGrace = 300;

/** @throws StartError */
export async function startGateway(config: GatewayConfig, manifests: readonly Manifest[]): Promise<Gateway> {
  const { settings, state, build } = config;
  const shell = shellOrigin(settings);
  const apps = webApps(manifests, settings, shell);
  const cookies = cookiePolicy(shell);
  if (framesWithoutCookies(shell))
    log(`browsers keep no cookies for apps in frames below ${shell}: give --domain a name with a dot, or use https`);
  const store = openStore(storeFile(state));
  const live = new Live(store);
  const sessions = new Sessions(store, live, {
    cookie: cookies.session,
    firstAdminEmail: `admin@${new URL(shell).hostname}`,
  });
  const tickets = new Tickets(store, sessions, { cookie: cookies.app });
  const orchestrator = new Orchestrator(config.orchestrator);
  const events = new Events({ build, isolation: settings.isolation, orchestrator, live });
  const metrics = new Metrics(() => live.size);
  const hosts = makeHosts(settings, apps.keys());
  const routes = makeTable({
    shell,
    build,
    folder: config.shell,
    isolation: settings.isolation,
    manifests,
    apps,
    hosts,
    cookies,
    sessions,
    tickets,
    live,
    orchestrator,
    events,
    metrics,
    limit: new SignInLimit(),
    shown: { shell, framed: cookies.framed },
  });
  const gate = { shell, behindProxy: settings.publicUrl !== undefined, hosts, apps, sessions, tickets, metrics };
  const { request, upgrade } = buildApp(gate, routes);

  const server = http.createServer(
    {
      headersTimeout,
      keepAliveTimeout,
      // An upload takes as long as it takes; what is read whole has a limit of its own.
      requestTimeout: 0,
      connectionsCheckingInterval: 5_000,
      // Offers of other protocols (h2c) are declined by answering in this one.
      shouldUpgradeCallback: (incoming) => incoming.headers.upgrade?.toLowerCase() === 'websocket',
    },
    request,
  );
  server.on('upgrade', upgrade);
  const stop = new AbortController();
  const stopped = async (): Promise<void> => {
    stop.abort();
    events.close();
    live.close();
    server.close();
    await Promise.race([new Promise((resolve) => server.once('close', resolve)), pause(stopGrace)]);
    server.closeAllConnections();
    await store.close();
  };
  try {
    await listening(server, settings);
    writeShellOrigin(state, shell);
    const control = await listenControl(state, () => live.recheck());
    endForgotten(orchestrator, store);
    void orchestrator.listen(stop.signal);
    const withToken = (await store.users()).length === 0;
    if (!withToken) await store.withdrawFirstAdmin();
    const url = withToken ? await firstAdminLink(store, shell) : `${shell}/`;
    return {
      url,
      routes,
      store,
      close: async () => {
        control.close();
        await stopped();
      },
    };
  } catch (error) {
    await store.close();
    server.close();
    events.close();
    throw error;
  }
}

async function listening(server: http.Server, { host, port }: { host: string; port: number }): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once('error', reject);
  server.listen(port, host, resolve);
  try {
    await promise;
  } catch (error) {
    const reasons: Record<string, string> = {
      EADDRINUSE: `Port ${port} on ${host} is taken by another program: choose another with --port.`,
      EACCES: `Port ${port} on ${host} may not be opened by this user: choose one from 1024 up with --port.`,
      EADDRNOTAVAIL: `${host} is no address of this machine: choose another with --host.`,
      ENOTFOUND: `There is no host named ${host}: choose another with --host.`,
    };
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    throw new StartError(reasons[code] ?? `Port ${port} on ${host} could not be opened (${code}).`, { cause: error });
  }
}

/** Ends containers of users who are no more: one was removed while nothing could be told of it. */
function endForgotten(orchestrator: Orchestrator, store: Store): void {
  orchestrator.on('change', async ({ userId, state }) => {
    if (state === 'absent') return;
    try {
      if ((await store.users()).some(({ id }) => id === userId)) return;
      log(`ending the container of ${userId}, who is no user any more`);
      await orchestrator.stop(userId);
    } catch (error) {
      // Who is a user cannot be read: then nobody's container ends.
      log(`whether ${userId} is a user could not be found out`, error);
    }
  });
}
