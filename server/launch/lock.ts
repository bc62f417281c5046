/**
 * One holder at a time of a file: who holds it stands in it, by pid, start time and boot, so that a lock whose holder
 * has ended is no obstacle. Beside the holder it names the processes that must not outlive them.
 */
import { randomUUID } from 'node:crypto';
import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import * as v from 'valibot';
import { identify, isAlive, ProcessIdentity } from '../process/identity.ts';

const Content = v.object({ holder: ProcessIdentity, children: v.array(ProcessIdentity) });
type Content = v.InferOutput<typeof Content>;

function read(path: string): { text: string; content?: Content } | undefined {
  try {
    const text = readFileSync(path, 'utf8');
    try {
      const checked = v.safeParse(Content, JSON.parse(text));
      return checked.success ? { text, content: checked.output } : { text };
    } catch {
      return { text };
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

export class HeldError extends Error {
  readonly pid: number;
  constructor(path: string, pid: number) {
    super(`${path} is held by process ${pid}`);
    this.pid = pid;
  }
}

export class Lock {
  /** Processes that the last holder left behind, when it did not let go itself. */
  readonly leftBehind: ProcessIdentity[];
  readonly #path: string;
  readonly #content: Content;

  private constructor(path: string, content: Content, leftBehind: ProcessIdentity[]) {
    this.#path = path;
    this.#content = content;
    this.leftBehind = leftBehind;
  }

  /** @throws HeldError while its holder lives; what the system says where the file cannot be made */
  static take(path: string): Lock {
    const holder = identify(process.pid);
    if (!holder) throw new Error('/proc is not there.');
    const content: Content = { holder, children: [] };
    const mine = `${path}.${randomUUID()}`;
    writeFileSync(mine, JSON.stringify(content), { mode: 0o600, flag: 'wx' });
    let leftBehind: ProcessIdentity[] = [];
    try {
      for (;;) {
        try {
          linkSync(mine, path);
          return new Lock(path, content, leftBehind);
        } catch (error) {
          if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
        }
        const found = read(path);
        if (!found) continue;
        if (found.content && isAlive(found.content.holder)) throw new HeldError(path, found.content.holder.pid);
        leftBehind = found.content?.children.filter(isAlive) ?? [];
        Lock.#discard(path, found.text);
      }
    } finally {
      rmSync(mine, { force: true });
    }
  }

  /** Takes a stale lock away, unless another just did and holds a new one. */
  static #discard(path: string, text: string): void {
    const aside = `${path}.${randomUUID()}`;
    try {
      renameSync(path, aside);
      if (readFileSync(aside, 'utf8') !== text) linkSync(aside, path);
    } catch (error) {
      if (!['ENOENT', 'EEXIST'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
    } finally {
      rmSync(aside, { force: true });
    }
  }

  /** Names the processes that must not outlive us. */
  nameChildren(children: ProcessIdentity[]): void {
    this.#content.children = children;
    const next = `${this.#path}.${randomUUID()}`;
    writeFileSync(next, JSON.stringify(this.#content), { mode: 0o600, flag: 'wx' });
    renameSync(next, this.#path);
  }

  release(): void {
    rmSync(this.#path, { force: true });
  }
}
