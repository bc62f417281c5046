/** What is said to an upstream, and what of its answer reaches the browser. Pure; the rules are `facts` of real apps. */
import type { IncomingHttpHeaders } from 'node:http';
import { agentTokenHeader } from '../../../protocol/agent.ts';
import { ancestors, framedBy } from '../proxy/csp.ts';
import { edited, type RawHeaders } from '../proxy/headers.ts';
import { isOurs, withoutOurs } from '../sessions/cookies.ts';
import type { WebApp } from './apps.ts';

/**
 * Who the client is, is the gateway's to say: apps that trust a proxy's word would otherwise trust anybody's.
 * (Grafana's X-WEBAUTH-USER, Remote-User, X-Auth-Request-User and their kin.)
 */
const claims =
  /^(forwarded|x-forwarded-.*|x-real-ip|x-original-.*|x-rewrite-url|true-client-ip|(x-)?remote[-_].*|x-webauth-.*|x-auth-request-.*|x-authentik-.*|cf-access-.*)$/;

/** Which Host the upstream is told. */
function toldHost(app: WebApp, asked: string): string {
  if (app.host === 'upstream') return app.upstream.host;
  if (app.host === 'loopback') return app.upstream.port ? `localhost:${app.upstream.port}` : 'localhost';
  return asked;
}

export interface Client {
  address: string;
  /** Of the shell, as browsers see it. */
  https: boolean;
}

export function upstreamRequestHeaders(
  app: WebApp,
  raw: RawHeaders,
  headers: IncomingHttpHeaders,
  client: Client,
): string[] {
  const asked = headers.host ?? '';
  const host = toldHost(app, asked);
  const rewritten = `${app.upstream.protocol}//${host}`;
  const kept = edited(raw, (name, value) => {
    if (name === 'host' || name === 'content-length' || name === agentTokenHeader || claims.test(name))
      return undefined;
    if (name === 'cookie') return withoutOurs(value);
    if (name === 'origin') {
      if (app.originHeader === 'drop') return undefined;
      return app.originHeader === 'rewrite' && value === app.origin ? rewritten : value;
    }
    if (name === 'referer') {
      if (value === app.origin || value.startsWith(`${app.origin}/`)) {
        if (app.originHeader === 'drop') return undefined;
        return app.originHeader === 'rewrite' ? rewritten + value.slice(app.origin.length) : value;
      }
      // The shell's address is none of the app's business, and nor is a ticket's.
      return undefined;
    }
    return value;
  });
  return [
    ...['Host', host],
    ...kept,
    ...['X-Forwarded-Host', asked],
    ...['X-Forwarded-Proto', client.https ? 'https' : 'http'],
    ...['X-Forwarded-For', client.address],
  ];
}

export interface Shown {
  /** The shell's origin. */
  shell: string;
  /** Attributes that the app's cookies need in a frame; '' where they need none. */
  framed: string;
}

export function browserResponseHeaders(app: WebApp, raw: RawHeaders, { shell, framed }: Shown): string[] {
  let policies = 0;
  const kept = edited(raw, (name, value) => {
    switch (name) {
      case 'x-frame-options':
        return undefined;
      case 'clear-site-data':
        // Its "cookies" are those of the whole domain: the person would be signed out of the desktop and of all apps.
        return undefined;
      case 'content-security-policy':
        policies++;
        return framedBy(value, shell);
      case 'set-cookie':
        return appCookie(value, framed);
      case 'access-control-allow-origin':
        // `*`, or whichever sibling asked: an app is for its own pages.
        return value === app.origin ? value : undefined;
      case 'location':
        return ownLocation(app, value);
      default:
        return value;
    }
  });
  if (policies === 0) kept.push('Content-Security-Policy', ancestors(shell));
  return kept;
}

/** Host-only, never one of ours; `undefined` drops it. */
export function appCookie(line: string, framed: string): string | undefined {
  const [pair = '', ...attributes] = line.split(';');
  const at = pair.indexOf('=');
  // A cookie without a name is sent as its bare value, which could spell one of ours.
  if (
    isOurs(at < 0 ? pair : pair.slice(0, at)) ||
    (at >= 0 && pair.slice(0, at).trim() === '' && isOurs(pair.slice(at + 1)))
  )
    return undefined;
  const dropped = framed === '' ? /^\s*domain\s*(=|$)/i : /^\s*(domain|samesite|secure|partitioned)\s*(=|$)/i;
  return [pair, ...attributes.filter((attribute) => !dropped.test(attribute))].join(';') + framed;
}

/** A redirect to the upstream's own address stays on the app's origin. */
export function ownLocation(app: WebApp, location: string): string {
  if (!/^(https?:)?\/\//i.test(location) || !URL.canParse(location, app.upstream.origin)) return location;
  const url = new URL(location, app.upstream.origin);
  const own = new URL(app.origin);
  const local = ['localhost', '127.0.0.1', '[::1]'];
  const sameName =
    url.hostname === app.upstream.hostname || (local.includes(url.hostname) && local.includes(app.upstream.hostname));
  const upstream = sameName && portOf(url) === portOf(app.upstream);
  // Also its own name with the scheme of the wire behind a proxy that ends TLS.
  const itself = url.host === own.host || (url.hostname === own.hostname && url.port === '');
  return upstream || itself ? app.origin + url.pathname + url.search + url.hash : location;
}

const portOf = (url: URL) => url.port || (url.protocol === 'https:' ? '443' : '80');
