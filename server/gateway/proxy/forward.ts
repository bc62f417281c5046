/**
 * One HTTP request passed on and its answer passed back, as streams both ways. Also used for agents: the target is an
 * address or a unix socket. On plain node:http, because what matters here is what a proxy library hides: the exact
 * header lists both ways, an answer's headers before the first byte of it, and each stream's end when the other ends.
 */
import http, { type IncomingMessage, type ServerResponse } from 'node:http';
import https from 'node:https';
import { isLoopbackAddress } from '../policy/hosts.ts';
import { bodyFraming } from './headers.ts';

export type UpstreamTarget = { socketPath: string } | { protocol: 'http:' | 'https:'; hostname: string; port: number };

export interface Hop {
  target: UpstreamTarget;
  method: string;
  path: string;
  /** Without framing and hop-by-hop headers. */
  headers: string[];
}

/** The upstream gave no answer: it is not there, or too slow. */
export class UpstreamError extends Error {}

const connectTimeout = 5_000;
/** For the answer's headers, once the whole request was sent. Long polls wait a minute or two. */
const answerTimeout = 180_000;
const maxHeaderSize = 64 * 1024;

const plainPool = new http.Agent({ keepAlive: true, maxFreeSockets: 32 });
const securePools = new Map<boolean, https.Agent>();

/** A self-signed certificate is fine on this very machine, where nobody can stand between. */
function pool(target: UpstreamTarget): http.Agent {
  if ('socketPath' in target || target.protocol === 'http:') return plainPool;
  const verify = !isLoopbackAddress(target.hostname) && target.hostname !== 'localhost';
  const secure = securePools.get(verify) ?? new https.Agent({ keepAlive: true, rejectUnauthorized: verify });
  securePools.set(verify, secure);
  return secure;
}

/** Opens the request to the upstream; no body was sent yet. */
export function openRequest(hop: Hop, headers: string[], reuse: boolean): http.ClientRequest {
  const { target } = hop;
  const common = { method: hop.method, path: hop.path, headers, maxHeaderSize };
  if ('socketPath' in target)
    return http.request({ ...common, socketPath: target.socketPath, agent: reuse ? plainPool : false });
  const { protocol, hostname, port } = target;
  const of = { ...common, hostname: hostname.replace(/^\[(.*)\]$/, '$1'), port };
  if (protocol === 'http:') return http.request({ ...of, agent: reuse ? pool(target) : false });
  const { rejectUnauthorized } = (pool(target) as https.Agent).options;
  return https.request({ ...of, rejectUnauthorized, agent: reuse ? pool(target) : false });
}

/** Destroys the request when it does not connect in time. */
export function limitConnect(request: http.ClientRequest): void {
  const timer = setTimeout(() => request.destroy(new UpstreamError('no connection in 5 s')), connectTimeout);
  request.once('socket', (socket) => {
    if (!socket.connecting) return clearTimeout(timer);
    socket.once('connect', () => clearTimeout(timer));
  });
  request.once('close', () => clearTimeout(timer));
}

export interface Answer {
  status: number;
  message?: string | undefined;
  headers: string[];
  /** Takes the place of the upstream's body. */
  body?: string;
}

/**
 * Resolves when the answer was passed on, or the client went away.
 * @throws UpstreamError while nothing was answered yet; the caller then answers.
 */
export async function forward(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  hop: Hop,
  answer: (upstream: IncomingMessage) => Answer,
): Promise<void> {
  const framing = bodyFraming(incoming.headers);
  const { upstream, request } = await exchange(incoming, outgoing, hop, framing);
  if (!upstream) return;
  const { status, message, headers, body } = answer(upstream);
  try {
    outgoing.writeHead(status, message, headers);
  } catch (error) {
    upstream.destroy();
    throw new UpstreamError('its answer was malformed', { cause: error });
  }
  if (body !== undefined) {
    upstream.resume();
    outgoing.end(body);
    return;
  }
  outgoing.flushHeaders();
  await new Promise<void>((resolve) => {
    outgoing.once('close', resolve);
    upstream.once('error', () => outgoing.destroy());
    // The answer came before the whole request was read: what is left of it goes nowhere.
    upstream.once('end', () => request.writableFinished || incoming.unpipe(request));
    upstream.once('close', () => upstream.complete || outgoing.destroy());
    upstream.pipe(outgoing);
  });
}

async function exchange(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  hop: Hop,
  framing: string[] | undefined,
): Promise<{ upstream: IncomingMessage | undefined; request: http.ClientRequest }> {
  // A kept connection may close just as it is used again: only what can be sent twice goes over one.
  const repeatable = framing === undefined && ['GET', 'HEAD', 'OPTIONS'].includes(hop.method);
  for (;;) {
    const request = openRequest(hop, [...hop.headers, ...(framing ?? [])], repeatable);
    limitConnect(request);
    const gone = () => request.destroy();
    outgoing.once('close', gone);
    try {
      return { upstream: await answered(request, incoming, framing !== undefined), request };
    } catch (error) {
      outgoing.off('close', gone);
      if (outgoing.destroyed || outgoing.closed) return { upstream: undefined, request };
      if (repeatable && request.reusedSocket) continue;
      throw error instanceof UpstreamError ? error : new UpstreamError(String(error), { cause: error });
    }
  }
}

function answered(request: http.ClientRequest, incoming: IncomingMessage, body: boolean): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    let timer: NodeJS.Timeout | undefined;
    const settled = () => clearTimeout(timer);
    request.once('finish', () => {
      timer = setTimeout(() => request.destroy(new UpstreamError('no answer in time')), answerTimeout);
    });
    request.once('response', (upstream) => {
      settled();
      resolve(upstream);
    });
    request.on('error', (error) => {
      settled();
      incoming.unpipe(request);
      reject(error);
    });
    request.once('close', () => {
      settled();
      reject(new UpstreamError('it closed the connection'));
    });
    incoming.once('error', () => request.destroy());
    if (body) incoming.pipe(request);
    else request.end();
  });
}
