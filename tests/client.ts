/** A person's session without a browser: signs in by a one-time address and asks the gateway as the page does. */
import { once } from 'node:events';
import WebSocket from 'ws';
import type { TerminalInfo } from '../protocol/agent.ts';
import { type AgentFrame, decodeAgentFrame, encodePageFrame } from '../protocol/terminal.ts';

export class Client {
  readonly origin: string;
  readonly #cookie: string;
  private constructor(origin: string, cookie: string) {
    this.origin = origin;
    this.#cookie = cookie;
  }

  /** @param url a one-time address as `npm start` and `porthole user link` print it */
  static async signIn(url: string): Promise<Client> {
    const { origin, hash } = new URL(url);
    const answer = await fetch(`${origin}/api/session`, {
      method: 'POST',
      headers: { origin, 'content-type': 'application/json' },
      body: JSON.stringify({ token: hash.replace('#token=', '') }),
    });
    if (!answer.ok) throw new Error(`sign-in: ${answer.status} ${await answer.text()}`);
    return new Client(
      origin,
      answer.headers
        .getSetCookie()
        .map((one) => one.split(';')[0])
        .join('; '),
    );
  }

  async send<T>(method: string, path: string, body?: unknown): Promise<T> {
    const answer = await fetch(this.origin + path, {
      method,
      headers: { origin: this.origin, cookie: this.#cookie, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
    return (answer.status === 204 ? undefined : await answer.json()) as T;
  }

  /** A new terminal, attached. */
  async terminal(): Promise<TerminalSocket> {
    const { id } = await this.send<TerminalInfo>('POST', '/agent/terminals', { columns: 80, rows: 24 });
    const socket = new WebSocket(`${this.origin.replace('http', 'ws')}/agent/terminals/${id}/socket?from=0`, {
      headers: { origin: this.origin, cookie: this.#cookie },
      perMessageDeflate: false,
    });
    const terminal = new TerminalSocket(socket);
    await once(socket, 'open');
    return terminal;
  }
}

/** One terminal's WebSocket; acknowledges what it gets at once. */
export class TerminalSocket {
  readonly #socket: WebSocket;
  #offset = 0;
  #text = '';
  readonly #waiting = new Set<() => void>();

  constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.on('message', (data: Buffer) => this.#take(decodeAgentFrame(data)));
  }

  #take(frame: AgentFrame): void {
    if (frame.type === 'attached') this.#offset = frame.start;
    if (frame.type === 'output') {
      this.#offset += frame.bytes.length;
      this.#text += Buffer.from(frame.bytes).toString('latin1');
      this.#socket.send(encodePageFrame({ type: 'acknowledge', offset: this.#offset }));
    }
    for (const look of [...this.#waiting]) look();
  }

  input(text: string): void {
    this.#socket.send(encodePageFrame({ type: 'input', bytes: Buffer.from(text) }));
  }

  /** Waits until the output since the last call has what is wanted, and forgets it. */
  async says(wanted: string | RegExp): Promise<void> {
    const found = () => (typeof wanted === 'string' ? this.#text.includes(wanted) : wanted.test(this.#text));
    if (!found()) {
      await new Promise<void>((resolve) => {
        const look = () => {
          if (!found()) return;
          this.#waiting.delete(look);
          resolve();
        };
        this.#waiting.add(look);
      });
    }
    this.#text = '';
  }

  close(): void {
    this.#socket.close();
  }
}
