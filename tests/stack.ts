/**
 * The real thing for tests: `sh bin/porthole start` on a free port with a state folder of its own, as a person starts it.
 * Who starts a Stack closes it: that also stops its containers and removes its folder.
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';

const root = new URL('..', import.meta.url).pathname;
const porthole = join(root, 'bin/porthole');

/** Whether this machine can run containers; tests that need one say so when it cannot. */
export const isRoot = process.getuid?.() === 0;

/** A TCP port of 127.0.0.1 that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

/** The first line of a stream that `wanted` finds something in. @throws Error with all lines when the process ends first. */
export async function lineOf(child: ChildProcess, wanted: RegExp): Promise<RegExpMatchArray> {
  const seen: string[] = [];
  const { stdout, stderr } = child;
  if (!stdout || !stderr) throw new Error('the process has no pipes');
  return new Promise((resolve, reject) => {
    for (const stream of [stdout, stderr]) {
      createInterface({ input: stream }).on('line', (line) => {
        seen.push(line);
        const match = line.match(wanted);
        if (match) resolve(match);
      });
    }
    child.once('exit', (code) => reject(new Error(`ended with ${code} before ${wanted}:\n${seen.join('\n')}`)));
  });
}

export type UserRecord = { id: string; email: string; name: string; role: string };

export class Stack {
  readonly state: string;
  readonly port: number;
  readonly domain: string;
  /** What the last start printed. */
  url = '';
  readonly #flags: string[];
  #process: ChildProcess | undefined;

  private constructor(state: string, port: number, domain: string, flags: string[]) {
    this.state = state;
    this.port = port;
    this.domain = domain;
    this.#flags = flags;
  }

  /** The shell's origin. */
  get origin(): string {
    return `http://${this.domain}:${this.port}`;
  }

  /** An app's origin. */
  originOf(app: string): string {
    return `http://${app}.${this.domain}:${this.port}`;
  }

  /** @param flags more settings, as `npm start --` takes them */
  static async start(flags: string[] = [], domain = 'localhost'): Promise<Stack> {
    const state = await mkdtemp(join(tmpdir(), 'porthole-test-'));
    const stack = new Stack(state, await freePort(), domain, flags);
    try {
      await stack.up();
    } catch (error) {
      await stack.close();
      throw error;
    }
    return stack;
  }

  get pid(): number | undefined {
    return this.#process?.pid;
  }

  get settings(): string[] {
    const { port, domain, state } = this;
    return ['--port', `${port}`, '--domain', domain, '--orchestrator-port', '0', '--state', state, ...this.#flags];
  }

  /** Starts it (again), and waits until it says that it is ready. */
  async up(): Promise<void> {
    const child = spawn('sh', [porthole, 'start', ...this.settings], { stdio: ['ignore', 'pipe', 'pipe'] });
    this.#process = child;
    const [, url] = await lineOf(child, /^Porthole is ready: (\S+)$/);
    this.url = url ?? '';
  }

  /** Stops gateway and orchestrator as Ctrl-C does; containers live on. */
  async down(): Promise<void> {
    const child = this.#process;
    this.#process = undefined;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGINT');
    await once(child, 'exit');
  }

  /** `porthole user ...`: what it prints. */
  async user(...args: string[]): Promise<string> {
    const { stdout } = await promisify(execFile)('sh', [porthole, 'user', ...args, ...this.settings]);
    return stdout;
  }

  async users(): Promise<UserRecord[]> {
    return JSON.parse(await this.user('list', '--json'));
  }

  /** A fresh one-time sign-in address for a user. */
  async link(email: string): Promise<string> {
    const url = (await this.user('link', email)).match(/https?:\S+#token=\S+/)?.[0];
    if (!url) throw new Error(`no address for ${email}`);
    return url;
  }

  /** Folder on this box that is a user's home. */
  async home(email: string): Promise<string> {
    const user = (await this.users()).find((one) => one.email === email);
    if (!user) throw new Error(`no user ${email}`);
    return join(this.state, 'homes', user.id);
  }

  /** Ends everything that it started, containers too. */
  async close(): Promise<void> {
    await this.down();
    const child = spawn('sh', [porthole, 'start', '--stop-containers', ...this.settings], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#process = child;
    try {
      await lineOf(child, /^Porthole is ready/);
    } finally {
      await this.down();
      await rm(this.state, { recursive: true, force: true });
    }
  }
}
