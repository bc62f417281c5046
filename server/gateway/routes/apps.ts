/** What may be opened, and the way into each web app: on the shell's host, and on the apps' own. */
import { Registry, Ticket, TicketRequest } from '../../../protocol/api.ts';
import type { Manifest } from '../../../protocol/manifest.ts';
import { problem } from '../../../protocol/problem.ts';
import { registryFor, type WebApp } from '../apps/apps.ts';
import { type AppServices, proxyApp, proxyAppUpgrade } from '../apps/proxy.ts';
import { notFound, ProblemError } from '../http/problems.ts';
import { everyRole } from '../policy/who.ts';
import type { CookiePolicy } from '../sessions/cookies.ts';
import type { Tickets } from '../sessions/tickets.ts';
import { alreadySent, bodyOf, json, type Route, sessionOf } from './route.ts';

const enterPath = '/.porthole/enter';

export interface AppRouteServices extends AppServices {
  manifests: readonly Manifest[];
  apps: ReadonlyMap<string, WebApp>;
  tickets: Tickets;
  cookies: CookiePolicy;
}

/** A path on the app, and nothing that a browser could take for another origin. */
export function landing(app: WebApp, path: string | null): string {
  if (path === null || !/^\/(?![/\\])/.test(path) || !URL.canParse(path, app.origin)) return app.path;
  const url = new URL(path, app.origin);
  return url.origin === app.origin ? url.pathname + url.search + url.hash : app.path;
}

export const openFromDesktop = (shell: string): ProblemError =>
  new ProblemError(problem(401, 'signed-out', 'Open it from the desktop.', 'The way into this app begins there.'), {
    link: { href: `${shell}/`, text: 'Go to the desktop' },
  });

function appOf({ app }: { app: WebApp | undefined }): WebApp {
  if (!app) throw notFound();
  return app;
}

export function appRoutes(services: AppRouteServices): Route[] {
  const { manifests, apps, tickets, cookies, shown } = services;
  return [
    {
      host: 'shell',
      method: 'GET',
      path: '/api/registry',
      who: everyRole,
      summary: 'The apps that you may open',
      reply: Registry,
      handler: (call) => json({ apps: registryFor(sessionOf(call).user.role, manifests, apps) }),
    },
    {
      host: 'shell',
      method: 'POST',
      path: '/api/apps/:id/ticket',
      who: everyRole,
      summary: "A way into a web app's own origin, good once and for 30 s",
      request: TicketRequest,
      reply: Ticket,
      handler: async (call) => {
        const { hash, user } = sessionOf(call);
        const app = apps.get(call.params['id'] ?? '');
        if (!app?.roles.includes(user.role)) throw notFound();
        const { path = app.path } = await bodyOf(call, TicketRequest);
        const url = new URL(enterPath, app.origin);
        url.searchParams.set('ticket', tickets.issue(hash, app.id));
        url.searchParams.set('to', landing(app, path));
        return json({ url: url.href });
      },
    },
    {
      host: 'app',
      method: 'GET',
      path: enterPath,
      who: 'public',
      summary: "Trades a ticket for the app's own cookie",
      query: { ticket: 'from POST /api/apps/:id/ticket', to: 'path to land on' },
      status: 303,
      handler: async (call) => {
        const app = appOf(call);
        const { searchParams } = new URL(call.incoming.url ?? '/', app.origin);
        const headers = new Headers({ location: landing(app, searchParams.get('to')), 'cache-control': 'no-store' });
        const value = await tickets.enter(searchParams.get('ticket') ?? '', app.id, app.roles);
        if (value !== undefined) headers.set('set-cookie', `${cookies.app}=${value}${cookies.appAttributes}`);
        // A used ticket in the history is no harm to one who is in already.
        else if (!(await tickets.find(call.incoming.headers.cookie, app.id))) throw openFromDesktop(shown.shell);
        return new Response(null, { status: 303, headers });
      },
    },
    {
      host: 'app',
      method: 'ALL',
      path: '/*',
      who: 'manifest',
      summary: 'The app itself, passed on to its upstream',
      handler: async (call) => {
        await proxyApp(services, appOf(call), sessionOf(call), call.client.address, call.incoming, call.outgoing);
        return alreadySent();
      },
    },
    {
      host: 'app',
      method: 'WS',
      path: '/*',
      who: 'manifest',
      summary: "The app's WebSockets, passed on to its upstream",
      handler: (call) =>
        proxyAppUpgrade(
          services,
          appOf(call),
          sessionOf(call),
          call.client.address,
          call.incoming,
          call.socket,
          call.head,
        ),
    },
  ];
}
