/** An agent as it really runs: a process of its own on a unix socket, and clients that speak its protocol. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { type IncomingHttpHeaders, request } from 'node:http';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { vi } from 'vitest';
import { WebSocket } from 'ws';
import {
  type AgentConfig,
  agentConfigVariable,
  agentTokenHeader,
  type TerminalInfo,
  type TerminalRequest,
} from '../../protocol/agent.ts';
import { type AgentFrame, acknowledgeBytes, decodeAgentFrame, encodePageFrame } from '../../protocol/terminal.ts';

const main = fileURLToPath(new URL('../../server/agent/main.ts', import.meta.url));
export const token = 'the-token-of-this-container';

export interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  body: Buffer;
  json(): unknown;
}

/** What asks an agent. */
export interface AgentClient {
  http(method: string, path: string, options?: { headers?: Record<string, string>; body?: unknown }): Promise<Answer>;
  /** A new terminal that runs `script` (of bash) in place of a person's shell, or that shell. */
  open(script?: string, request?: Partial<TerminalRequest>): Promise<TerminalInfo>;
  list(): Promise<TerminalInfo[]>;
  attach(id: string, options?: AttachOptions): TestClient;
}

export interface AgentProcess extends AgentClient {
  process: ChildProcess;
  config: AgentConfig;
  /** Ends it, and removes all that it had. */
  stop(): Promise<void>;
}

export interface AttachOptions {
  from?: number;
  /** Acknowledge as a page does; true where it is left out. */
  acknowledge?: boolean;
  /** Answer pings; true where it is left out. */
  autoPong?: boolean;
}

/** Runs the file `run` of the folder it starts in, where there is one: a terminal with a program of the test's choice. */
const shell = `#!/bin/bash
if [ -f run ]; then exec /bin/bash ./run; fi
exec /bin/bash "$@"
`;

export async function startAgentProcess(): Promise<AgentProcess> {
  const folder = await mkdtemp(join(tmpdir(), 'porthole-agent-'));
  const home = join(folder, 'home');
  const socket = join(folder, 'agent.sock');
  await mkdir(home);
  await writeFile(join(folder, 'shell'), shell, { mode: 0o755 });
  const config: AgentConfig = { socket, token, shell: join(folder, 'shell'), home };
  const child = spawnAgent(config);
  const agent: AgentProcess = {
    ...agentClient(socket),
    process: child,
    config,
    async stop() {
      if (child.exitCode === null && child.signalCode === null) {
        child.kill();
        await once(child, 'exit');
      }
      await rm(folder, { recursive: true, force: true });
    },
  };
  await vi.waitFor(() => agent.http('GET', '/health'), { timeout: 10_000, interval: 5 });
  return agent;
}

export function agentClient(socket: string): AgentClient {
  const agent: AgentClient = {
    http: (method, path, options = {}) => http(socket, method, path, options),
    async open(script, wanted = {}) {
      const request: TerminalRequest = { columns: 80, rows: 24, ...wanted };
      if (script !== undefined) {
        request.directory = await mkdtemp(join(dirname(socket), 'run-'));
        await writeFile(join(request.directory, 'run'), script);
      }
      const answer = await agent.http('POST', '/terminals', { body: request });
      if (answer.status !== 201) throw new Error(`${answer.status}: ${answer.body}`);
      return answer.json() as TerminalInfo;
    },
    async list() {
      return (await agent.http('GET', '/terminals')).json() as TerminalInfo[];
    },
    attach: (id, options = {}) => new TestClient(socket, id, options),
  };
  return agent;
}

export function spawnAgent(config: AgentConfig): ChildProcess {
  return spawn(process.execPath, [main], {
    env: { ...process.env, [agentConfigVariable]: JSON.stringify(config) },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
}

function http(
  socketPath: string,
  method: string,
  path: string,
  { headers = {}, body }: { headers?: Record<string, string>; body?: unknown },
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request({
      socketPath,
      method,
      path,
      agent: false,
      headers: {
        [agentTokenHeader]: token,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
    });
    sent.once('error', reject);
    sent.once('response', (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk) => chunks.push(chunk));
      response.once('error', reject);
      response.once('end', () => {
        const all = Buffer.concat(chunks);
        const { statusCode: status = 0, headers } = response;
        resolve({ status, headers, body: all, json: () => JSON.parse(all.toString()) });
      });
    });
    sent.end(body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body));
  });
}

/** A page's side of a terminal, without the page. */
export class TestClient {
  readonly socket: WebSocket;
  readonly frames: AgentFrame[] = [];
  #output: Uint8Array[] = [];
  /** Offset after all output received. */
  offset = 0;
  #acknowledged = 0;
  #changed: (() => void)[] = [];
  readonly closed: Promise<number>;

  constructor(socketPath: string, id: string, { from, acknowledge = true, autoPong = true }: AttachOptions) {
    this.socket = new WebSocket(
      `ws+unix:${socketPath}:/terminals/${id}/socket${from === undefined ? '' : `?from=${from}`}`,
      { headers: { [agentTokenHeader]: token }, perMessageDeflate: false, autoPong },
    );
    this.socket.on('error', () => {});
    this.closed = new Promise((resolve) => this.socket.once('close', (code) => resolve(code)));
    this.socket.on('message', (data: Buffer) => {
      const frame = decodeAgentFrame(data);
      this.frames.push(frame);
      if (frame.type === 'attached') {
        this.#output = [];
        this.offset = frame.start;
        this.#acknowledged = frame.start;
      } else if (frame.type === 'output') {
        this.#output.push(frame.bytes);
        this.offset += frame.bytes.length;
        if (acknowledge && this.offset - this.#acknowledged >= acknowledgeBytes) this.acknowledge();
      }
      for (const changed of this.#changed.splice(0)) changed();
    });
  }

  /** Output since the last `attached`. */
  get output(): Buffer {
    const all = Buffer.concat(this.#output);
    this.#output = [all];
    return all;
  }

  get exit(): Extract<AgentFrame, { type: 'exit' }> | undefined {
    return this.frames.find((frame) => frame.type === 'exit');
  }

  get attached(): Extract<AgentFrame, { type: 'attached' }>[] {
    return this.frames.filter((frame) => frame.type === 'attached');
  }

  acknowledge(): void {
    this.#acknowledged = this.offset;
    this.socket.send(encodePageFrame({ type: 'acknowledge', offset: this.offset }));
  }

  input(text: string | Uint8Array): void {
    this.socket.send(encodePageFrame({ type: 'input', bytes: Buffer.from(text) }));
  }

  resize(columns: number, rows: number): void {
    this.socket.send(encodePageFrame({ type: 'resize', columns, rows }));
  }

  /** Waits until the output matches, or until what a frame may change is so. */
  async until(what: RegExp | (() => boolean), timeout = 15_000): Promise<void> {
    const met = typeof what === 'function' ? what : () => what.test(this.output.toString());
    const deadline = Date.now() + timeout;
    while (!met()) {
      const left = deadline - Date.now();
      if (left <= 0)
        throw new Error(`not within ${timeout} ms; got ${JSON.stringify(this.output.toString().slice(-300))}`);
      const { promise, resolve } = Promise.withResolvers<void>();
      const timer = setTimeout(resolve, left);
      this.#changed.push(resolve);
      await promise;
      clearTimeout(timer);
    }
  }
}
