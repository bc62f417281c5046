/** Who is on the other end. */
import type { IncomingMessage } from 'node:http';
import { isLoopbackAddress } from './hosts.ts';

export interface ClientAddress {
  address: string;
  /** False: nothing better is known than the peer, which may be a proxy and so stand for everybody. */
  certain: boolean;
}

/**
 * The peer's address; behind a reverse proxy on this machine, what that proxy saw: the last entry of
 * X-Forwarded-For, for the ones before it are the client's own words.
 */
export function clientAddress(
  incoming: Pick<IncomingMessage, 'headers' | 'socket'>,
  behindProxy: boolean,
): ClientAddress {
  const peer = incoming.socket.remoteAddress ?? '';
  if (!behindProxy) return { address: peer, certain: true };
  const header = isLoopbackAddress(peer) ? incoming.headers['x-forwarded-for'] : undefined;
  const seen = (Array.isArray(header) ? header.join(',') : (header ?? '')).split(',').at(-1)?.trim();
  return seen === undefined || seen === '' ? { address: peer, certain: false } : { address: seen, certain: true };
}
