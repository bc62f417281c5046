/** An app's own origin: everything there goes to its upstream, for those who came in through the shell. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { problem } from '../../../protocol/problem.ts';
import { isNavigation } from '../http/navigation.ts';
import { page } from '../http/page.ts';
import { ProblemError, rendered } from '../http/problems.ts';
import { allowedAncestors } from '../proxy/csp.ts';
import { forward, type Hop, UpstreamError, type UpstreamTarget } from '../proxy/forward.ts';
import { splice } from '../proxy/splice.ts';
import type { Live } from '../sessions/live.ts';
import type { Session } from '../sessions/sessions.ts';
import type { WebApp } from './apps.ts';
import { browserResponseHeaders, type Shown, upstreamRequestHeaders } from './headers.ts';

export interface AppServices {
  live: Live;
  shown: Shown;
}

const target = ({ upstream }: WebApp): UpstreamTarget => ({
  protocol: upstream.protocol === 'https:' ? 'https:' : 'http:',
  hostname: upstream.hostname,
  port: Number(upstream.port) || (upstream.protocol === 'https:' ? 443 : 80),
});

function hopTo(app: WebApp, incoming: IncomingMessage, address: string): Hop {
  return {
    target: target(app),
    method: incoming.method ?? 'GET',
    path: incoming.url ?? '/',
    headers: upstreamRequestHeaders(app, incoming.rawHeaders, incoming.headers, {
      address,
      https: app.origin.startsWith('https:'),
    }),
  };
}

export async function proxyApp(
  { live, shown }: AppServices,
  app: WebApp,
  session: Session,
  address: string,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Promise<void> {
  const release = live.hold(session, () => outgoing.destroy());
  outgoing.once('close', release);
  try {
    await forward(incoming, outgoing, hopTo(app, incoming, address), (upstream) => ({
      status: upstream.statusCode ?? 502,
      message: upstream.statusMessage,
      headers: browserResponseHeaders(app, upstream.rawHeaders, shown),
    }));
  } catch (error) {
    if (!(error instanceof UpstreamError)) throw error;
    if (outgoing.headersSent) outgoing.destroy();
    else answerDown(app, session, shown, incoming, outgoing);
  }
}

export async function proxyAppUpgrade(
  { live }: AppServices,
  app: WebApp,
  session: Session,
  address: string,
  incoming: IncomingMessage,
  socket: Duplex,
  head: Buffer,
): Promise<void> {
  const release = live.hold(session, () => socket.destroy());
  socket.once('close', release);
  try {
    await splice(socket, head, hopTo(app, incoming, address), ({ statusCode = 502 }): never => {
      throw new ProblemError(problem(statusCode < 400 ? 502 : statusCode, 'upstream-refused', `${app.name} refused.`));
    });
  } catch (error) {
    throw error instanceof UpstreamError ? down(app, session) : error;
  }
}

/** Tells the script of the page below that it is still we who answer. */
const downHeader = 'x-porthole-upstream';

const down = (app: WebApp, session: Session): ProblemError =>
  new ProblemError(
    problem(
      502,
      'upstream-down',
      session.user.role === 'admin'
        ? `${app.name} does not answer at ${app.upstream.host}.`
        : `${app.name} does not answer.`,
      session.user.role === 'admin'
        ? 'Start it, or say where it listens with the setting apps.'
        : 'Tell whoever looks after this box if it stays so.',
    ),
    { headers: { [downHeader]: 'down' } },
  );

/** Any answer that is not ours means that the app is back. */
const retry = `
addEventListener('load',()=>{const again=()=>setTimeout(async()=>{
try{const r=await fetch(location.href,{method:'HEAD',cache:'no-store',redirect:'manual'});
if(r.headers.get('${downHeader}')!=='down')return location.reload()}catch{}again()},2000);again()})`;

function answerDown(
  app: WebApp,
  session: Session,
  { shell }: Shown,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): void {
  const error = down(app, session);
  const again = incoming.method === 'GET';
  const answer = isNavigation(incoming)
    ? page({
        title: error.problem.title,
        text: again ? 'This page tries again by itself and shows it when it is back.' : 'What you sent did not arrive.',
        note: error.problem.detail,
        frameAncestors: allowedAncestors(shell),
        ...(again ? { script: retry } : {}),
      })
    : rendered(error, false);
  outgoing.writeHead(502, {
    ...answer.headers,
    [downHeader]: 'down',
    'content-length': Buffer.byteLength(answer.body),
  });
  outgoing.end(incoming.method === 'HEAD' ? undefined : answer.body);
}
