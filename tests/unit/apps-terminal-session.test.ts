import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type WebSocket as ServerSocket, WebSocketServer } from 'ws';
import { unknownTerminal } from '../../protocol/agent.ts';
import { type Problem, problem } from '../../protocol/problem.ts';
import { acknowledgeBytes, decodePageFrame, encodeAgentFrame, type PageFrame } from '../../protocol/terminal.ts';
import { type SessionStatus, TerminalSession, verdict } from '../../shell/apps/terminal/session.ts';

/** A terminal of an agent's: real sockets, output that the test prints, faults that the test makes. */
class Agent {
  readonly server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
  readonly heard: PageFrame[] = [];
  /** The `from` of each socket. */
  readonly attaches: number[] = [];
  output = Buffer.alloc(0);
  socket: ServerSocket | undefined;
  /** How it greets: undefined to attach, or a close code. */
  greeting: number | undefined;
  #port = 0;

  constructor() {
    this.server.on('connection', (socket, request) => {
      const from = Number(new URL(request.url ?? '', 'ws://agent').searchParams.get('from'));
      this.attaches.push(from);
      this.socket = socket;
      socket.on('message', (data: Buffer) => this.heard.push(decodePageFrame(data)));
      if (typeof this.greeting === 'number') socket.close(this.greeting);
      else {
        const start = Math.min(from, this.output.length);
        socket.send(encodeAgentFrame({ type: 'attached', start, live: this.output.length, gap: false }));
        socket.send(encodeAgentFrame({ type: 'output', bytes: this.output.subarray(start) }));
      }
    });
  }
  async start(): Promise<void> {
    await once(this.server, 'listening');
    this.#port = (this.server.address() as AddressInfo).port;
  }
  url(from: number): string {
    return `ws://127.0.0.1:${this.#port}/?from=${from}`;
  }
  print(bytes: Buffer | string): void {
    const more = Buffer.from(bytes);
    this.output = Buffer.concat([this.output, more]);
    this.socket?.send(encodeAgentFrame({ type: 'output', bytes: more }));
  }
  cut(): void {
    this.socket?.terminate();
    this.socket = undefined;
  }
  async stop(): Promise<void> {
    for (const client of this.server.clients) client.terminate();
    await new Promise((done) => this.server.close(done));
  }
}

let agent: Agent;
let session: TerminalSession | undefined;
let statuses: SessionStatus[];
let shown: Buffer;
/** Calls of `parsed` that the screen owes; undefined: it parses at once. */
let unparsed: (() => void)[] | undefined;
/** ms */
let pause: number;
let diagnosis: undefined | 'gone' | Problem;

function open(connect = (from: number) => new WebSocket(agent.url(from))): TerminalSession {
  session = new TerminalSession({
    screen: {
      write: (bytes, parsed) => {
        shown = Buffer.concat([shown, bytes]);
        if (unparsed && parsed) unparsed.push(parsed);
        else parsed?.();
      },
      reset: () => {
        shown = Buffer.alloc(0);
      },
      mute: () => {},
    },
    connect,
    diagnose: async () => diagnosis,
    pause: () => pause,
    status: (status) => statuses.push(status),
  });
  return session;
}
const now = () => statuses.at(-1)?.kind;
const live = () => vi.waitFor(() => expect(now()).toBe('live'));
const heard = <T extends PageFrame['type']>(type: T) =>
  agent.heard.filter((frame): frame is Extract<PageFrame, { type: T }> => frame.type === type);

beforeEach(async () => {
  agent = new Agent();
  await agent.start();
  statuses = [];
  shown = Buffer.alloc(0);
  unparsed = undefined;
  pause = 5;
  diagnosis = undefined;
});
afterEach(async () => {
  session?.close();
  await agent.stop();
});

describe('a terminal session', () => {
  it('shows every byte once over sockets that are lost in the middle of output', async () => {
    open();
    await live();
    for (let line = 0; line < 400; line++) {
      agent.print(`line ${line}\r\n`);
      if (line % 50 === 25) {
        agent.cut();
        // Printed while nobody listens.
        agent.print(`away ${line}\r\n`);
        await vi.waitFor(() => expect(agent.socket).toBeDefined());
      }
    }
    await vi.waitFor(() => expect(shown.length).toBe(agent.output.length));
    expect(shown.equals(agent.output)).toBe(true);
    expect(agent.attaches).toHaveLength(9);
    expect(statuses.map(({ kind }) => kind)).toContain('reconnecting');
  });

  it('acknowledges what the screen has parsed, not what has arrived', async () => {
    unparsed = [];
    open();
    await live();
    agent.print(Buffer.alloc(acknowledgeBytes + 10, 'x'));
    await vi.waitFor(() => expect(shown.length).toBe(acknowledgeBytes + 10));
    expect(heard('acknowledge')).toEqual([]);
    for (const parsed of unparsed) parsed();
    await vi.waitFor(() =>
      expect(heard('acknowledge')).toEqual([{ type: 'acknowledge', offset: acknowledgeBytes + 10 }]),
    );
  });

  it('acknowledges nothing to a new socket that the last one sent', async () => {
    unparsed = [];
    open();
    await live();
    agent.print(Buffer.alloc(2 * acknowledgeBytes, 'x'));
    await vi.waitFor(() => expect(shown.length).toBe(2 * acknowledgeBytes));
    const before = unparsed.splice(0);
    // It comes back with less than there was: its offsets count anew.
    agent.output = Buffer.alloc(0);
    agent.cut();
    await vi.waitFor(() => expect(agent.attaches).toEqual([0, 2 * acknowledgeBytes]));
    await live();
    for (const parsed of before) parsed();
    session?.input('still here');
    await vi.waitFor(() => expect(heard('input')).toHaveLength(1));
    expect(heard('acknowledge')).toEqual([]);
  });

  it('sends keys as bytes while attached, and refuses them otherwise: they are not sent later', async () => {
    const terminal = open();
    expect(terminal.input('too early')).toBe(false);
    await live();
    expect(terminal.input('é\r')).toBe(true);
    await vi.waitFor(() => expect(heard('input').map(({ bytes }) => Buffer.from(bytes).toString())).toEqual(['é\r']));
    pause = 60_000;
    agent.cut();
    await vi.waitFor(() => expect(now()).toBe('reconnecting'));
    expect(terminal.input('rm -rf x\r')).toBe(false);
    terminal.hurry();
    await live();
    terminal.input('next');
    await vi.waitFor(() =>
      expect(heard('input').map(({ bytes }) => Buffer.from(bytes).toString())).toEqual(['é\r', 'next']),
    );
  });

  it('sends a large paste whole, in pieces', async () => {
    const terminal = open();
    await live();
    const text = '€uro '.repeat(20_000);
    terminal.input(text);
    const received = () => Buffer.concat(heard('input').map(({ bytes }) => bytes)).toString();
    await vi.waitFor(() => expect(received()).toBe(text));
    expect(heard('input').length).toBeGreaterThan(1);
  });

  it('tells a size after each attach and when it changes, not otherwise', async () => {
    const terminal = open();
    terminal.resize(80, 24);
    await live();
    terminal.resize(80, 24);
    terminal.resize(100, 30);
    terminal.resize(100, 30);
    await vi.waitFor(() => expect(heard('resize')).toHaveLength(2));
    agent.cut();
    await vi.waitFor(() => expect(agent.attaches).toHaveLength(2));
    await vi.waitFor(() => expect(heard('resize')).toHaveLength(3));
    expect(heard('resize').map(({ columns, rows }) => [columns, rows])).toEqual([
      [80, 24],
      [100, 30],
      [100, 30],
    ]);
  });

  it('says how the shell ended, after its last output, and asks no more', async () => {
    open();
    await live();
    agent.print('bye\r\n');
    agent.socket?.send(encodeAgentFrame({ type: 'exit', code: 3, signal: 0 }));
    await vi.waitFor(() => expect(statuses.at(-1)).toEqual({ kind: 'ended', code: 3, signal: 0 }));
    expect(shown.toString()).toBe('bye\r\n');
    session?.reconnect();
    session?.hurry();
    await vi.waitFor(() => expect(agent.server.clients.size).toBe(0));
    expect(agent.attaches).toHaveLength(1);
    expect(session?.input('x')).toBe(false);
  });

  it('knows a terminal that is gone', async () => {
    agent.greeting = unknownTerminal;
    open();
    await vi.waitFor(() => expect(now()).toBe('gone'));
    expect(agent.attaches).toHaveLength(1);
  });

  it('finds out that its container has stopped', async () => {
    open();
    await live();
    await agent.stop();
    await vi.waitFor(() => expect(now()).toBe('reconnecting'));
    diagnosis = 'gone';
    await vi.waitFor(() => expect(now()).toBe('gone'));
  });

  it('shows a problem that trying again would not mend', async () => {
    diagnosis = problem(401, 'signed-out', 'You are signed out.');
    await agent.stop();
    open();
    await vi.waitFor(() => expect(statuses.at(-1)).toEqual({ kind: 'refused', problem: diagnosis }));
  });

  it('asks again from the last byte when an agent breaks the protocol', async () => {
    open();
    await live();
    agent.print('good');
    await vi.waitFor(() => expect(shown.toString()).toBe('good'));
    agent.socket?.send(Buffer.from([9, 9, 9]));
    await vi.waitFor(() => expect(agent.attaches).toEqual([0, 4]));
    await live();
    agent.print(' again');
    await vi.waitFor(() => expect(shown.toString()).toBe('good again'));
  });

  it('takes a new socket at once when the network changed, losing nothing', async () => {
    open();
    await live();
    agent.print('one ');
    await vi.waitFor(() => expect(shown.toString()).toBe('one '));
    session?.reconnect();
    await vi.waitFor(() => expect(agent.attaches).toEqual([0, 4]));
    await live();
    session?.hurry();
    agent.print('two');
    await vi.waitFor(() => expect(shown.toString()).toBe('one two'));
    expect(agent.attaches).toHaveLength(2);
  });

  it('leaves the terminal alone once it is closed', async () => {
    open();
    await live();
    session?.close();
    await vi.waitFor(() => expect(agent.server.clients.size).toBe(0));
    session?.reconnect();
    expect(agent.attaches).toHaveLength(1);
    expect(now()).toBe('live');
  });
});

describe('what a failed attach means', () => {
  it.each([
    [503, 'container-stopped', 'gone'],
    [0, 'offline', undefined],
    [502, 'unknown', undefined],
    [429, 'too-many', undefined],
  ])('%i %s', (status, kind, means) => {
    expect(verdict(problem(status, kind, 'x'))).toBe(means);
  });
  it('shows what else there is', () => {
    const refused = problem(403, 'forbidden', 'Demo visitors have no container.');
    expect(verdict(refused)).toBe(refused);
  });
});
