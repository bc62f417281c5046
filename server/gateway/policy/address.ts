/** Who is on the other end. */
import type { IncomingMessage } from 'node:http';
import { isLoopbackAddress } from './hosts.ts';

/**
 * The peer's address; behind a reverse proxy on this machine, what that proxy saw: the last entry of
 * X-Forwarded-For, for the ones before it are the client's own words.
 */
export function clientAddress(incoming: Pick<IncomingMessage, 'headers' | 'socket'>, behindProxy: boolean): string {
  const peer = incoming.socket.remoteAddress ?? '';
  if (!behindProxy || !isLoopbackAddress(peer)) return peer;
  const header = incoming.headers['x-forwarded-for'];
  const seen = (Array.isArray(header) ? header.join(',') : (header ?? '')).split(',').at(-1)?.trim();
  return seen === undefined || seen === '' ? peer : seen;
}
