/** For those who look after the box. */
import * as v from 'valibot';
import { refuse } from '../http/problems.ts';
import type { Metrics } from '../metrics.ts';
import { type Hosts, isLoopbackAddress } from '../policy/hosts.ts';
import { json, type Route } from './route.ts';

const Health = v.object({ status: v.literal('ok'), build: v.string() });

/** These two also answer to this machine's own names: see `admit`. */
export const loopbackPaths: readonly string[] = ['/healthz', '/metrics'];

/** A reverse proxy on this machine speaks for somebody else. */
const relayed = /^(forwarded|via|x-forwarded-.*|x-real-ip|cf-connecting-ip)$/;

export function healthRoutes({ build, metrics, hosts }: { build: string; metrics: Metrics; hosts: Hosts }): Route[] {
  return [
    {
      host: 'shell',
      method: 'GET',
      path: '/healthz',
      who: 'public',
      summary: 'Whether the gateway answers',
      reply: Health,
      handler: () => json({ status: 'ok', build }),
    },
    {
      host: 'shell',
      method: 'GET',
      path: '/metrics',
      who: 'public',
      summary: 'Counters for Prometheus, for this machine only',
      handler: async ({ incoming: { socket, headers } }) => {
        // Not every proxy says that it is one, but then it asks for the name that the world knows.
        const here = isLoopbackAddress(socket.remoteAddress) && hosts.isLoopback(headers.host);
        if (!here || Object.keys(headers).some((name) => relayed.test(name)))
          throw refuse(403, 'loopback-only', 'Only programs on this machine may read this.');
        return new Response(await metrics.text(), { headers: { 'content-type': metrics.contentType } });
      },
    },
  ];
}
