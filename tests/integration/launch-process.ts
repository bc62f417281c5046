/** `sh bin/porthole ...` as a process under test, with all that it says; and the orchestrator's API as a script would use it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import type { Container } from '../../protocol/orchestrator.ts';
import { end, type ProcessIdentity } from '../../server/process/identity.ts';

export const checkout = new URL('../..', import.meta.url).pathname;

export type RunOptions = {
  env?: NodeJS.ProcessEnv;
  cwd?: string;
  uid?: number;
  gid?: number;
  /** In place of `sh bin/porthole`. */
  command?: [string, ...string[]];
};

export class Porthole {
  readonly process: ChildProcess;
  stdout = '';
  stderr = '';
  readonly #closed: Promise<number | null>;

  constructor(args: string[], { env = {}, command, ...options }: RunOptions = {}) {
    const [program, ...first] = command ?? ['sh', join(checkout, 'bin/porthole')];
    this.process = spawn(program, [...first, ...args], {
      ...options,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...env },
    });
    this.process.stdout?.on('data', (bytes) => {
      this.stdout += bytes;
    });
    this.process.stderr?.on('data', (bytes) => {
      this.stderr += bytes;
    });
    this.#closed = once(this.process, 'close').then(([code]) => code);
  }

  /** Resolves with the exit code when it has ended and all that it said has come. */
  async ended(): Promise<number | null> {
    return this.#closed;
  }

  /** Resolves with its address. @throws Error with all that it said when it ends first */
  async ready(): Promise<string> {
    const said = () => this.stdout.match(/^Porthole is ready: (\S+)$/m)?.[1];
    while (said() === undefined) {
      const over = this.#closed.then((code) => `ended with ${code}`);
      const more = once(this.process.stdout as NonNullable<ChildProcess['stdout']>, 'data').then(() => undefined);
      const why = await Promise.race([over, more]);
      if (why !== undefined && said() === undefined) throw new Error(`${why}:\n${this.stdout}${this.stderr}`);
    }
    return said() ?? '';
  }

  async stop(signal: NodeJS.Signals = 'SIGINT'): Promise<number | null> {
    if (this.process.exitCode === null && this.process.signalCode === null) this.process.kill(signal);
    return this.ended();
  }
}

/** Runs it to its end. */
export async function run(
  args: string[],
  options: RunOptions = {},
): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const porthole = new Porthole(args, options);
  const code = await porthole.ended();
  return { code, stdout: porthole.stdout, stderr: porthole.stderr };
}

/** Asks the orchestrator of a state folder, with the token that lies there. */
export async function orchestrator(state: string, method: string, path: string, body?: unknown): Promise<Container> {
  const token = readFileSync(join(state, 'gateway/orchestrator-token'), 'utf8').trim();
  const asked = request({
    socketPath: join(state, 'run/orchestrator.sock'),
    method,
    path: `/v1/containers/${path}`,
    agent: false,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
  });
  asked.end(body === undefined ? '' : JSON.stringify(body));
  const [response] = await once(asked, 'response');
  let text = '';
  for await (const part of response) text += part;
  if (response.statusCode !== 200) throw new Error(`${response.statusCode}: ${text}`);
  return JSON.parse(text);
}

/** The processes of a user's container, as its record has them. */
export function processesOf(state: string, userId: string): ProcessIdentity[] {
  return JSON.parse(readFileSync(join(state, 'orchestrator/containers', `${userId}.json`), 'utf8')).processes;
}

/** Who runs on a state folder: the launcher and its two servers. */
export function lockOf(state: string): { holder: ProcessIdentity; children: ProcessIdentity[] } {
  return JSON.parse(readFileSync(join(state, 'lock'), 'utf8'));
}

/** Ends all that was started on a state folder, and removes it. */
export async function clean(state: string): Promise<void> {
  try {
    const { holder, children } = lockOf(state);
    await end([holder, ...children], 5000);
  } catch {
    // Nothing holds it.
  }
  try {
    for (const name of readdirSync(join(state, 'orchestrator/containers'))) {
      if (name.endsWith('.json')) await end(processesOf(state, name.slice(0, -5)), 3000);
    }
  } catch {
    // There has never been a container.
  }
  rmSync(state, { recursive: true, force: true });
}
