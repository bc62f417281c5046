/**
 * `/agent/*`: passed on to the session's own agent and to no other, with the secret that only this agent accepts.
 *
 * The folder of the agent's socket is the member's own: they may lay there what they like, and a link would lead to
 * sockets that only the gateway may open. So what lies there is looked at just before connecting. What remains is a link
 * laid in the moment between: it then hears one request of the member's own making, which carries no secret but that of
 * their own container, and says nothing that the gateway's neighbours would take an order from.
 */
import { lstatSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { agentTokenHeader } from '../../../protocol/agent.ts';
import type { Container } from '../../../protocol/orchestrator.ts';
import { notFound, refuse } from '../http/problems.ts';
import { log } from '../log.ts';
import type { Orchestrator } from '../orchestrator.ts';
import { type Answer, forward, type Hop, UpstreamError } from '../proxy/forward.ts';
import { edited } from '../proxy/headers.ts';
import { requestHandshake, splice } from '../proxy/splice.ts';
import type { Live } from '../sessions/live.ts';
import type { Session } from '../sessions/sessions.ts';
import { contentHeaders, jsonHeaders } from './content.ts';

/** Of the browser's headers these reach the agent; no cookie, no credential. */
const passed = new Set([
  'accept',
  'content-type',
  'range',
  'if-range',
  'if-none-match',
  'if-modified-since',
  'if-match',
  'if-unmodified-since',
]);

const stopped = () =>
  refuse(503, 'container-stopped', 'Your container does not run.', 'Start it again from the desktop.');
const refusedByAgent = () => refuse(502, 'agent-refused', 'Your container did not answer as it should.');

export interface RelayServices {
  orchestrator: Orchestrator;
  live: Live;
}

/** A socket itself, and no link to one. */
function isSocket(path: string): boolean {
  try {
    return lstatSync(path).isSocket();
  } catch {
    return false;
  }
}

/** @throws ProblemError container-stopped */
async function runningContainer(orchestrator: Orchestrator, session: Session): Promise<Container> {
  const container = await orchestrator.container(session.user.id);
  if (container?.state !== 'running') throw stopped();
  if (!isSocket(container.agent.socket)) {
    log(`no socket lies at ${container.agent.socket}`);
    orchestrator.forget(session.user.id);
    throw stopped();
  }
  return container;
}

function hopTo(container: Container, incoming: IncomingMessage, also: readonly string[]): Hop {
  const url = incoming.url ?? '';
  // Routes match the decoded path: one that spells the prefix otherwise is not ours to translate.
  if (!url.startsWith('/agent/')) throw notFound();
  const headers = edited(incoming.rawHeaders, (name, value) =>
    passed.has(name) || also.includes(name) ? value : undefined,
  );
  return {
    target: { socketPath: container.agent.socket },
    method: incoming.method ?? 'GET',
    path: url.slice('/agent'.length),
    headers: ['Host', 'agent', 'Accept-Encoding', 'identity', ...headers, agentTokenHeader, container.agent.token],
  };
}

/** An agent that does not answer has ended, whatever was last said of it. */
function whenGone(error: unknown, { orchestrator }: RelayServices, session: Session): never {
  if (!(error instanceof UpstreamError)) throw error;
  log('an agent does not answer', error);
  orchestrator.forget(session.user.id);
  throw stopped();
}

/** `content`: the answer is a file's bytes. */
export async function relay(
  services: RelayServices,
  session: Session,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  content: boolean,
): Promise<void> {
  const hop = hopTo(await runningContainer(services.orchestrator, session), incoming, []);
  const query = new URL(hop.path, 'http://agent').searchParams;
  const release = services.live.hold(session, () => outgoing.destroy());
  outgoing.once('close', release);
  try {
    await forward(incoming, outgoing, hop, (upstream): Answer => {
      const status = upstream.statusCode ?? 502;
      // A 401 would tell the page that the person is signed out; a redirect has nowhere to lead.
      if (status === 401 || (status >= 300 && status < 400 && status !== 304)) {
        upstream.destroy();
        throw refusedByAgent();
      }
      const bytes = content && status < 400;
      return {
        status,
        headers: bytes
          ? contentHeaders(upstream.rawHeaders, upstream.headers['content-type'], query)
          : jsonHeaders(upstream.rawHeaders, status),
      };
    });
  } catch (error) {
    whenGone(error, services, session);
  }
}

export async function relayUpgrade(
  services: RelayServices,
  session: Session,
  incoming: IncomingMessage,
  socket: Duplex,
  head: Buffer,
): Promise<void> {
  const hop = hopTo(await runningContainer(services.orchestrator, session), incoming, requestHandshake);
  const release = services.live.hold(session, () => socket.destroy());
  socket.once('close', release);
  try {
    await splice(socket, head, hop, (upstream): never => {
      throw upstream.statusCode === 404 ? notFound() : refusedByAgent();
    });
  } catch (error) {
    whenGone(error, services, session);
  }
}
