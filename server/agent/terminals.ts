/**
 * All terminals of the agent. One that has ended stays until someone has seen its end, it is deleted, or its time is
 * up, so that a page that was away still learns how it went.
 */
import { randomUUID } from 'node:crypto';
import type { TerminalInfo } from '../../protocol/agent.ts';
import { problem } from '../../protocol/problem.ts';
import { ProblemError } from './problems.ts';
import { PtyError, type PtyOptions } from './pty.ts';
import { Terminal } from './terminal.ts';

const mostTerminals = 64;
/** How long an ended terminal waits to be seen (ms). */
const endedTime = 10 * 60_000;

export class Terminals {
  readonly #terminals = new Map<string, Terminal>();
  /** All that run, listed or not, and who waits for the last of them. */
  readonly #running = new Map<string, Terminal>();
  readonly #expiries = new Map<string, NodeJS.Timeout>();
  #opening = 0;
  #allEnded: (() => void) | undefined;

  list(): TerminalInfo[] {
    return [...this.#terminals.values()].map((terminal) => terminal.info);
  }

  get(id: string): Terminal | undefined {
    return this.#terminals.get(id);
  }

  /** @throws ProblemError */
  async open(options: PtyOptions): Promise<TerminalInfo> {
    if (this.#running.size + this.#opening >= mostTerminals) {
      throw new ProblemError(
        problem(
          429,
          'too-many-terminals',
          `There are ${mostTerminals} terminals open, the most there may be.`,
          'Close one, then try again.',
        ),
      );
    }
    this.#opening += 1;
    try {
      const id = randomUUID();
      const terminal = await Terminal.open(id, options, () => this.#ended(id));
      this.#terminals.set(id, terminal);
      this.#running.set(id, terminal);
      this.#dropOldest();
      return terminal.info;
    } catch (error) {
      if (!(error instanceof PtyError)) throw error;
      throw new ProblemError(problem(503, 'terminal-failed', 'The shell could not be started.', error.message));
    } finally {
      this.#opening -= 1;
    }
  }

  /** Hangs it up where it runs. @returns whether there was one */
  delete(id: string): boolean {
    const terminal = this.#terminals.get(id);
    this.forget(id);
    terminal?.hangUp();
    return terminal !== undefined;
  }

  /** Takes an ended terminal off the list. */
  forget(id: string): void {
    this.#terminals.delete(id);
    clearTimeout(this.#expiries.get(id));
    this.#expiries.delete(id);
  }

  /** Hangs all up, and answers when the last has ended. */
  async close(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#allEnded = resolve;
    for (const id of [...this.#terminals.keys()]) this.delete(id);
    if (this.#running.size > 0) await promise;
  }

  #ended(id: string): void {
    this.#running.delete(id);
    if (this.#terminals.has(id)) this.#expiries.set(id, setTimeout(() => this.forget(id), endedTime).unref());
    if (this.#running.size === 0) this.#allEnded?.();
  }

  /** Ended terminals keep their output: no more of them than may run. */
  #dropOldest(): void {
    const oldest = this.#expiries.keys().next().value;
    if (this.#terminals.size > 2 * mostTerminals && oldest !== undefined) this.forget(oldest);
  }
}
