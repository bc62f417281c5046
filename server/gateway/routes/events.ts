/** `/api/events`: one WebSocket a page, over which the gateway tells what changed. */

import { type WebSocket, WebSocketServer } from 'ws';
import type { ContainerStatus } from '../../../protocol/api.ts';
import { closedBySignOut, type GatewayEvent, pingInterval } from '../../../protocol/events.ts';
import type { Container } from '../../../protocol/orchestrator.ts';
import { log } from '../log.ts';
import type { Orchestrator } from '../orchestrator.ts';
import { everyRole, residents } from '../policy/who.ts';
import type { Live } from '../sessions/live.ts';
import type { Session } from '../sessions/sessions.ts';
import { statusOf } from './container.ts';
import { type Route, sessionOf } from './route.ts';

/** A page that reads nothing for this many bytes is cut off; it connects again and is told everything anew. */
const mostBuffered = 1024 * 1024;
/** After a close frame the other side has this long to answer it, ms. */
const closeGrace = 500;

export interface EventServices {
  build: string;
  isolation: ContainerStatus['isolation'];
  orchestrator: Orchestrator;
  live: Live;
}

/** Owns the pages' sockets. */
export class Events {
  readonly #services: EventServices;
  readonly #server = new WebSocketServer({ noServer: true, perMessageDeflate: false, maxPayload: 1024 });
  readonly #pages = new Map<WebSocket, Session>();
  readonly #ping: NodeJS.Timeout;
  readonly #changed = (container: Container): void => {
    for (const [socket, { user }] of this.#pages)
      if (user.id === container.userId && residents.includes(user.role)) this.#tellContainer(socket, container);
  };

  constructor(services: EventServices) {
    this.#services = services;
    services.orchestrator.on('change', this.#changed);
    this.#ping = setInterval(() => {
      for (const socket of this.#pages.keys()) send(socket, { type: 'ping' });
    }, pingInterval);
    this.#ping.unref();
  }

  route(): Route {
    return {
      host: 'shell',
      method: 'WS',
      path: '/api/events',
      who: everyRole,
      summary: 'What changes, see protocol/events.ts',
      handler: (call) => {
        const session = sessionOf(call);
        this.#server.handleUpgrade(call.incoming, call.socket, call.head, (socket) => this.#opened(socket, session));
      },
    };
  }

  /** Pages are told to come back. */
  close(): void {
    clearInterval(this.#ping);
    this.#services.orchestrator.off('change', this.#changed);
    for (const socket of this.#pages.keys()) closeSoon(socket, 1001);
  }

  get size(): number {
    return this.#pages.size;
  }

  #opened(socket: WebSocket, session: Session): void {
    const { live, build, orchestrator } = this.#services;
    this.#pages.set(socket, session);
    const release = live.hold(session, () => closeSoon(socket, closedBySignOut));
    socket.on('close', () => {
      release();
      this.#pages.delete(socket);
    });
    socket.on('error', () => socket.terminate());
    send(socket, { type: 'hello', build });
    if (!residents.includes(session.user.role)) return;
    orchestrator.container(session.user.id).then(
      (container) => this.#tellContainer(socket, container),
      // Told as soon as the orchestrator is back: its changes are then all news.
      (error: unknown) => log('the state of a container is not known', error),
    );
  }

  #tellContainer(socket: WebSocket, container: Container | undefined): void {
    send(socket, { type: 'container', status: statusOf(container, this.#services.isolation) });
  }
}

function send(socket: WebSocket, event: GatewayEvent): void {
  if (socket.readyState !== socket.OPEN) return;
  if (socket.bufferedAmount > mostBuffered) socket.terminate();
  else socket.send(JSON.stringify(event));
}

function closeSoon(socket: WebSocket, code: number): void {
  socket.close(code);
  setTimeout(() => socket.terminate(), closeGrace).unref();
}
