/**
 * The table of routes made into something that answers: requests through hono, upgrades through the same checks.
 * In this order, for both: which host, from which origin, who is it, may they. Then the handler.
 */
import type { IncomingMessage, RequestListener } from 'node:http';
import type { Duplex } from 'node:stream';
import { getRequestListener, type HttpBindings } from '@hono/node-server';
import { Hono } from 'hono';
import { TrieRouter } from 'hono/router/trie-router';
import type { WebApp } from './apps/apps.ts';
import { isNavigation } from './http/navigation.ts';
import { notFound, ProblemError, refuse, refuseUpgrade, rendered, unexpected } from './http/problems.ts';
import { logUnexpected } from './log.ts';
import type { Metrics } from './metrics.ts';
import { clientAddress } from './policy/address.ts';
import type { Hosts } from './policy/hosts.ts';
import { isLoopbackAddress } from './policy/hosts.ts';
import { foreignToApp, foreignToShell } from './policy/origins.ts';
import { refusalFor } from './policy/who.ts';
import { allowedAncestors } from './proxy/csp.ts';
import { openFromDesktop } from './routes/apps.ts';
import { loopbackPaths } from './routes/health.ts';
import { shellHeaders } from './routes/page.ts';
import type { HttpRoute, Route, UpgradeRoute } from './routes/route.ts';
import type { Session, Sessions } from './sessions/sessions.ts';
import type { Tickets } from './sessions/tickets.ts';

export interface Gate {
  /** The shell's origin. */
  shell: string;
  /** A reverse proxy stands before us, on this machine. */
  behindProxy: boolean;
  hosts: Hosts;
  apps: ReadonlyMap<string, WebApp>;
  sessions: Sessions;
  tickets: Tickets;
  metrics: Metrics;
}

type Env = { Bindings: HttpBindings };
type Where = { kind: 'shell' } | { kind: 'app'; app: WebApp };

/** Each entry must say who may use it. @throws Error naming the first that does not */
export function checkTable(routes: readonly Route[]): void {
  for (const { method, path, who } of routes as readonly Partial<Route>[])
    if (who !== 'public' && who !== 'manifest' && !(Array.isArray(who) && who.length > 0))
      throw new Error(`Route ${method} ${path} names no one who may use it.`);
}

/** Which of our hosts is asked; what is malformed or not ours goes no further. @throws ProblemError */
function whereTo({ hosts, apps, shell }: Gate, incoming: IncomingMessage): Where {
  const { url = '', headers, rawHeaders, method } = incoming;
  const named = rawHeaders.filter((name, at) => at % 2 === 0 && name.toLowerCase() === 'host').length;
  if (named > 1 || !url.startsWith('/')) throw refuse(400, 'malformed', 'This request is malformed.');
  if (method === 'TRACE' || method === 'CONNECT') throw refuse(405, 'method', 'This method is not for here.');
  const coding = headers['transfer-encoding'];
  if (coding !== undefined && coding.trim().toLowerCase() !== 'chunked')
    throw refuse(400, 'malformed', 'This request is malformed.');
  const found = hosts.find(headers.host);
  if (found?.kind === 'shell') return found;
  const app = found && apps.get(found.id);
  if (app) return { kind: 'app', app };
  const path = url.split('?', 1)[0] ?? '';
  if (
    loopbackPaths.includes(path) &&
    hosts.isLoopback(headers.host) &&
    isLoopbackAddress(incoming.socket.remoteAddress)
  )
    return { kind: 'shell' };
  throw refuse(
    421,
    'unknown-host',
    'There is no Porthole at this address.',
    `The desktop of this box is at ${shell}/.`,
  );
}

/** The caller of this route, when they may. @throws ProblemError */
async function admit(gate: Gate, route: Route, incoming: IncomingMessage, where: Where): Promise<Session | undefined> {
  const upgrade = route.method === 'WS';
  const { method = 'GET', headers } = incoming;
  const asked = { method, headers, upgrade };
  const foreign =
    where.kind === 'app'
      ? foreignToApp({ ...asked, own: where.app.origin })
      : route.path === '/*'
        ? undefined
        : foreignToShell({ ...asked, own: gate.shell });
  if (foreign) throw foreign;
  if (route.who === 'public') return undefined;
  if (where.kind === 'app') {
    const session = await gate.tickets.find(headers.cookie, where.app.id);
    if (!session) throw openFromDesktop(gate.shell);
    // As if it were not there: what others may open is not told.
    if (!where.app.roles.includes(session.user.role)) throw notFound();
    return session;
  }
  const session = await gate.sessions.find(headers.cookie);
  const refusal = refusalFor(route.who === 'manifest' ? [] : route.who, session?.user.role);
  if (refusal) throw refusal;
  return session;
}

/** What the person or program is told of an error; what nobody foresaw goes to the log. */
function told(error: unknown, where: string): ProblemError {
  if (error instanceof ProblemError) return error;
  logUnexpected(where, error);
  return unexpected();
}

/** `frameAncestors`: on an app's host the page is seen in the app's frame. */
function errorResponse(error: ProblemError, incoming: IncomingMessage, frameAncestors?: string): Response {
  const { status, headers, body } = rendered(error, isNavigation(incoming), frameAncestors);
  return new Response(body, { status, headers });
}

export function buildApp(
  gate: Gate,
  routes: readonly Route[],
): {
  request: RequestListener;
  upgrade: (incoming: IncomingMessage, socket: Duplex, head: Buffer) => void;
} {
  checkTable(routes);
  const http = { shell: new Hono<Env>(), app: new Hono<Env>() };
  const sockets = { shell: new TrieRouter<UpgradeRoute>(), app: new TrieRouter<UpgradeRoute>() };
  const places = new WeakMap<IncomingMessage, Where>();
  const client = (incoming: IncomingMessage) => clientAddress(incoming, gate.behindProxy);

  const addHttp = (route: HttpRoute) => {
    http[route.host].on(route.method, [route.path], async (context) => {
      const { incoming, outgoing } = context.env;
      outgoing.once('finish', () => gate.metrics.count(incoming.method ?? '', route.path, outgoing.statusCode));
      const where = places.get(incoming) ?? whereTo(gate, incoming);
      const session = await admit(gate, route, incoming, where);
      const app = where.kind === 'app' ? where.app : undefined;
      return route.handler({
        session,
        app,
        client: client(incoming),
        params: context.req.param(),
        incoming,
        outgoing,
        context,
      });
    });
  };
  for (const route of routes)
    if (route.method === 'WS') sockets[route.host].add('WS', route.path, route);
    else addHttp(route);

  for (const [kind, host] of Object.entries(http)) {
    const around = kind === 'app' ? allowedAncestors(gate.shell) : undefined;
    host.notFound((context) => errorResponse(notFound(), context.env.incoming, around));
    host.onError((error, { env: { incoming, outgoing } }) => {
      const problem = told(error, `${incoming.method} ${incoming.headers.host}`);
      if (outgoing.headersSent) outgoing.destroy();
      return errorResponse(problem, incoming, around);
    });
  }
  const fence = shellHeaders(gate.shell);

  const listener = getRequestListener(
    async (request, env) => {
      const { incoming, outgoing } = env as HttpBindings;
      const kind = places.get(incoming)?.kind ?? 'shell';
      const answer = await http[kind].fetch(request, { incoming, outgoing });
      return kind === 'app' || outgoing.headersSent ? answer : fenced(answer, fence);
    },
    { overrideGlobalObjects: false },
  );

  return {
    request: (incoming, outgoing) => {
      try {
        places.set(incoming, whereTo(gate, incoming));
      } catch (error) {
        const { status, headers, body } = rendered(told(error, 'host'), isNavigation(incoming));
        // Whoever asks so is not worth reading on.
        outgoing.writeHead(status, { ...headers, connection: 'close' }).end(body);
        return;
      }
      void listener(incoming, outgoing);
    },
    upgrade: (incoming, socket, head) => {
      socket.on('error', () => socket.destroy());
      let counted: Route | undefined;
      const answered = async () => {
        const where = whereTo(gate, incoming);
        const path = (incoming.url ?? '').split('?', 1)[0] ?? '';
        if (incoming.method !== 'GET') throw refuse(400, 'malformed', 'This request is malformed.');
        const [matched, stash] = sockets[where.kind].match('WS', path);
        const [route, indices] = matched[0] ?? [];
        if (!route) throw notFound();
        counted = route;
        const session = await admit(gate, route, incoming, where);
        const params = Object.fromEntries(
          Object.entries(indices ?? {}).map(([name, value]) => [
            name,
            typeof value === 'number' ? (stash?.[value] ?? '') : value,
          ]),
        );
        const app = where.kind === 'app' ? where.app : undefined;
        await route.handler({ session, app, client: client(incoming), params, incoming, socket, head });
      };
      answered().then(
        () => counted && gate.metrics.count('WS', counted.path, 101),
        (error: unknown) => {
          const refusal = told(error, `upgrade ${incoming.headers.host}`);
          if (counted) gate.metrics.count('WS', counted.path, refusal.problem.status);
          refuseUpgrade(socket, refusal);
        },
      );
    },
  };
}

/** The shell's headers, where the answer does not say better. */
function fenced(answer: Response, headers: Record<string, string>): Response {
  const own = new Headers(answer.headers);
  for (const [name, value] of Object.entries(headers)) if (!own.has(name)) own.set(name, value);
  if (!own.has('cache-control')) own.set('cache-control', 'no-store');
  return new Response(answer.body, { status: answer.status, statusText: answer.statusText, headers: own });
}
