/**
 * The shape of the table of routes. Every route and every upgrade is an entry that says who may use it; the app and
 * its description are made of the table and of nothing else.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import type { Context } from 'hono';
import * as v from 'valibot';
import type { WebApp } from '../apps/apps.ts';
import { refuse } from '../http/problems.ts';
import type { ClientAddress } from '../policy/address.ts';
import type { Who } from '../policy/who.ts';
import { signedOut } from '../policy/who.ts';
import type { Session } from '../sessions/sessions.ts';

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'ALL';

interface Entry {
  /** On the shell's host, or on each app's. */
  host: 'shell' | 'app';
  /** `/api/apps/:id/ticket`; `*` at the end for everything below. */
  path: string;
  who: Who;
  /** One line for the API's description. */
  summary: string;
}

/** What a handler is told. `session` is there wherever `who` is not `public`, `app` on app hosts. */
interface Asked {
  session: Session | undefined;
  app: WebApp | undefined;
  client: ClientAddress;
  params: Readonly<Record<string, string>>;
  incoming: IncomingMessage;
}

export interface Call extends Asked {
  context: Context;
  outgoing: ServerResponse;
}

export interface UpgradeCall extends Asked {
  socket: Duplex;
  head: Buffer;
}

export interface HttpRoute extends Entry {
  method: Method;
  query?: Readonly<Record<string, string>>;
  request?: v.GenericSchema;
  reply?: v.GenericSchema;
  /** Of the answer when all went well; 200 where left out. */
  status?: number;
  handler: (call: Call) => Response | Promise<Response>;
}

export interface UpgradeRoute extends Entry {
  method: 'WS';
  query?: Readonly<Record<string, string>>;
  handler: (call: UpgradeCall) => void | Promise<void>;
}

export type Route = HttpRoute | UpgradeRoute;

/** The session of a route that is not public. */
export function sessionOf(call: { session: Session | undefined }): Session {
  if (!call.session) throw signedOut();
  return call.session;
}

export const bodyLimit = 64 * 1024;
const bodyTimeout = 10_000;

/** The request's JSON body, checked. @throws ProblemError */
export async function bodyOf<S extends v.GenericSchema>(call: Call, schema: S): Promise<v.InferOutput<S>> {
  const { incoming } = call;
  if (!/^application\/json\s*(;|$)/i.test(incoming.headers['content-type'] ?? ''))
    throw refuse(415, 'not-json', 'The body must be JSON.', 'Send it with Content-Type: application/json.');
  const text = await readText(incoming);
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw refuse(400, 'not-json', 'The body is not JSON.');
  }
  const checked = v.safeParse(schema, json);
  if (checked.success) return checked.output;
  const issue = checked.issues[0];
  throw refuse(
    400,
    'invalid',
    'The body is not what is asked for here.',
    `${v.getDotPath(issue) ?? 'body'}: ${issue.message}`,
  );
}

async function readText(incoming: IncomingMessage): Promise<string> {
  const slow = setTimeout(() => incoming.destroy(), bodyTimeout);
  try {
    const chunks: Buffer[] = [];
    let size = 0;
    for await (const chunk of incoming as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > bodyLimit) throw refuse(413, 'too-large', 'The body is too long.', `At most ${bodyLimit} bytes.`);
      chunks.push(chunk);
    }
    return Buffer.concat(chunks).toString();
  } finally {
    clearTimeout(slow);
  }
}

export const json = (value: unknown, status = 200, headers: Record<string, string> = {}): Response =>
  new Response(JSON.stringify(value), { status, headers: { 'content-type': 'application/json', ...headers } });

/** The handler wrote the answer itself. */
export const alreadySent = (): Response => RESPONSE_ALREADY_SENT;
