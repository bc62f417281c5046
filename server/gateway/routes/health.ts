/** For those who look after the box. */
import * as v from 'valibot';
import { refuse } from '../http/problems.ts';
import type { Metrics } from '../metrics.ts';
import { isLoopbackAddress } from '../policy/hosts.ts';
import { json, type Route } from './route.ts';

const Health = v.object({ status: v.literal('ok'), build: v.string() });

/** These two also answer to this machine's own names: see `admit`. */
export const loopbackPaths: readonly string[] = ['/healthz', '/metrics'];

export function healthRoutes({ build, metrics }: { build: string; metrics: Metrics }): Route[] {
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
        // A reverse proxy on this machine speaks for somebody else.
        const relayed = headers['x-forwarded-for'] ?? headers['forwarded'] ?? headers['cf-connecting-ip'];
        if (!isLoopbackAddress(socket.remoteAddress) || relayed !== undefined)
          throw refuse(403, 'loopback-only', 'Only programs on this machine may read this.');
        return new Response(await metrics.text(), { headers: { 'content-type': metrics.contentType } });
      },
    },
  ];
}
