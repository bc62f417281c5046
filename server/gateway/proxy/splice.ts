/** One WebSocket passed on: the handshake's headers edited, then bytes only; when one side ends, so does the other. */
import { type IncomingMessage, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { type Hop, limitConnect, openRequest, UpstreamError } from './forward.ts';
import { pairs } from './headers.ts';

const answerTimeout = 15_000;

/** What a WebSocket handshake asks for; what its answer may say: no cookie, nothing else of the upstream's. */
export const requestHandshake = [
  'sec-websocket-key',
  'sec-websocket-version',
  'sec-websocket-protocol',
  'sec-websocket-extensions',
];
const answerHandshake = ['sec-websocket-accept', 'sec-websocket-protocol', 'sec-websocket-extensions'];

/**
 * Resolves when both sides are spliced.
 * @param refused the upstream answered with something else than an upgrade: throws what the client is told
 * @throws UpstreamError, or what `refused` throws; nothing was written then
 */
export async function splice(
  client: Duplex,
  head: Buffer,
  hop: Hop,
  refused: (upstream: IncomingMessage) => never,
): Promise<void> {
  const request = openRequest(hop, [...hop.headers, 'Connection', 'Upgrade', 'Upgrade', 'websocket'], false);
  limitConnect(request);
  const gone = () => request.destroy();
  client.once('close', gone);
  const timer = setTimeout(() => request.destroy(new UpstreamError('no answer in time')), answerTimeout);
  try {
    const { upstream, socket, early } = await new Promise<{ upstream: IncomingMessage; socket: Duplex; early: Buffer }>(
      (resolve, reject) => {
        request.once('upgrade', (upstream, socket, early) => resolve({ upstream, socket, early }));
        request.once('response', (upstream) => {
          upstream.on('error', () => {});
          try {
            refused(upstream);
          } catch (error) {
            reject(error);
          } finally {
            upstream.destroy();
          }
        });
        request.on('error', (error) =>
          reject(error instanceof UpstreamError ? error : new UpstreamError(String(error), { cause: error })),
        );
        request.once('close', () => reject(new UpstreamError('it closed the connection')));
        request.end();
      },
    );
    client.off('close', gone);
    if (client.destroyed) {
      socket.destroy();
      return;
    }
    const answer = [...pairs(upstream.rawHeaders)].filter(([name]) => answerHandshake.includes(name.toLowerCase()));
    const lines = ['Connection', 'Upgrade', 'Upgrade', 'websocket', ...answer.flat()];
    client.write(`HTTP/1.1 101 ${STATUS_CODES[101]}\r\n${headerLines(lines)}\r\n`, 'latin1');
    join(client, socket, head, early);
  } finally {
    clearTimeout(timer);
  }
}

const headerLines = (raw: string[]) => [...pairs(raw)].map(([name, value]) => `${name}: ${value}\r\n`).join('');

function join(client: Duplex, upstream: Duplex, head: Buffer, early: Buffer): void {
  for (const socket of [client, upstream]) {
    if ('setNoDelay' in socket && typeof socket.setNoDelay === 'function') socket.setNoDelay(true);
    if ('setTimeout' in socket && typeof socket.setTimeout === 'function') socket.setTimeout(0);
    // Its 'close' says what is needed.
    socket.on('error', () => {});
  }
  if (early.length > 0) client.write(early);
  if (head.length > 0) upstream.write(head);
  client.pipe(upstream);
  upstream.pipe(client);
  client.once('close', () => upstream.destroy());
  upstream.once('close', () => client.destroySoon());
}

declare module 'node:stream' {
  interface Duplex {
    /** net.Socket's: ends, and destroys when all was written. */
    destroySoon(): void;
  }
}
