/**
 * One server as a child: started, waited for until it says that it is ready, started again when it ends by itself, ended
 * when we end. It says `{"ready": true, ...}` or `{"error": "..."}` as its first line; its log is our stderr.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { identify, type ProcessIdentity } from '../process/identity.ts';
import { StartError } from './settings.ts';
import type { Say } from './tools.ts';

export type ServiceOptions = {
  name: string;
  command: string;
  args: string[];
  environment: NodeJS.ProcessEnv;
  cwd: string;
  owner?: { uid: number; gid: number } | undefined;
  say: Say;
  /** Called with each process that is started. */
  onProcess: (identity: ProcessIdentity) => void;
  /** Called with what each of them says when it is ready. */
  onReady?: ((ready: Ready) => void) | undefined;
};

/** What it says when it is ready. */
export type Ready = { ready: true; url?: string };

/** ms */
const readyWithin = 30_000;
const endWithin = 5_000;
/** ms after which a process has lived long enough to forget that the ones before did not. */
const settledAfter = 30_000;

/** ms to wait before the start that follows `failures` ends in a row. */
export function restartDelay(failures: number): number {
  return Math.min(10_000, 250 * 2 ** (failures - 1));
}

export class Service {
  readonly #options: ServiceOptions;
  readonly #stopping = new AbortController();
  #child: ChildProcess | undefined;
  #kept: Promise<void> | undefined;

  constructor(options: ServiceOptions) {
    this.#options = options;
  }

  /**
   * Starts it, and from then on starts it again whenever it ends.
   * @throws StartError when it does not get ready; an AbortError once it was stopped
   */
  async start(): Promise<void> {
    const child = await this.#spawn();
    this.#kept = this.#keep(child).catch(() => {});
  }

  /** Ends it for good, with insistence after 5 s. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    const child = this.#child;
    if (child && child.exitCode === null && child.signalCode === null) {
      const exit = once(child, 'exit');
      const insist = setTimeout(() => child.kill('SIGKILL'), endWithin);
      child.kill('SIGTERM');
      await exit;
      clearTimeout(insist);
    }
    await this.#kept;
  }

  async #spawn(): Promise<ChildProcess> {
    const { name, command, args, environment, cwd, owner, onProcess, onReady } = this.#options;
    // What is started after that would be ended by no one.
    this.#stopping.signal.throwIfAborted();
    const child = spawn(command, args, {
      cwd,
      env: environment,
      stdio: ['ignore', 'pipe', 'inherit'],
      // Ctrl-C is for us; we tell them.
      detached: true,
      ...owner,
    });
    this.#child = child;
    await once(child, 'spawn').catch((error: Error) => {
      throw new StartError(`The ${name} could not be started: ${error.message}.`);
    });
    const identity = child.pid === undefined ? undefined : identify(child.pid);
    if (identity) onProcess(identity);
    const late = setTimeout(() => child.kill('SIGKILL'), readyWithin);
    try {
      const line = await firstLine(child);
      if (line === undefined) throw new StartError(`The ${name} ended before it was ready.`);
      const said = parse(line);
      if (!said?.ready) throw new StartError(said?.error ?? `The ${name} said what is not understood: ${line}`);
      onReady?.({ ...said, ready: true });
      return child;
    } catch (error) {
      child.kill('SIGKILL');
      throw error;
    } finally {
      clearTimeout(late);
    }
  }

  async #keep(first: ChildProcess): Promise<void> {
    const { name, say } = this.#options;
    let failures = 0;
    for (let child: ChildProcess | undefined = first; ; ) {
      const started = Date.now();
      if (child) {
        if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
        if (this.#stopping.signal.aborted) return;
        failures = Date.now() - started > settledAfter ? 1 : failures + 1;
        say(`The ${name} ended (${child.signalCode ?? `exit code ${child.exitCode}`}); starting it again.`);
      } else failures++;
      await delay(restartDelay(failures), undefined, { signal: this.#stopping.signal });
      child = undefined;
      try {
        child = await this.#spawn();
        say(`The ${name} runs again.`);
      } catch (error) {
        if (this.#stopping.signal.aborted) return;
        say(`The ${name} did not start: ${(error as Error).message}`);
      }
    }
  }
}

/** Undefined where it ends without one. What it prints later is not read by anyone, and must not block it. */
function firstLine(child: ChildProcess): Promise<string | undefined> {
  return new Promise((resolve) => {
    const lines = createInterface({ input: child.stdout as NonNullable<typeof child.stdout> });
    lines.on('line', resolve);
    lines.once('close', () => resolve(undefined));
  });
}

function parse(line: string): { ready?: true; url?: string; error?: string } | undefined {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
