/**
 * What is open on behalf of a session: sockets, splices, streams. When the session ends, however that came,
 * they are closed; nothing goes on in the name of one who is no longer there.
 */
import type { Store } from '../store/store.ts';

/** setTimeout's longest, ms. */
const longest = 2 ** 31 - 1;

interface Held {
  closers: Set<() => void>;
  timer: NodeJS.Timeout | undefined;
}

export class Live {
  readonly #store: Store;
  readonly #held = new Map<string, Held>();

  constructor(store: Store) {
    this.#store = store;
  }

  /** `close` is called once, when the session ends. Returns the release for what has ended by itself. */
  hold(session: { hash: string; expires: number }, close: () => void): () => void {
    let held = this.#held.get(session.hash);
    if (!held) {
      held = { closers: new Set(), timer: undefined };
      this.#held.set(session.hash, held);
      this.#checkAt(session.hash, held, session.expires);
      // It may have ended since it was looked up.
      void this.#recheckOne(session.hash, Date.now()).catch(() => this.end(session.hash));
    }
    const { closers } = held;
    // A closer of one's own: the same function may be held twice.
    const closer = () => close();
    closers.add(closer);
    return () => {
      closers.delete(closer);
      const current = this.#held.get(session.hash);
      if (closers.size > 0 || current?.closers !== closers) return;
      clearTimeout(current.timer);
      this.#held.delete(session.hash);
    };
  }

  /** The session ended. */
  end(hash: string): void {
    const held = this.#held.get(hash);
    if (!held) return;
    this.#held.delete(hash);
    clearTimeout(held.timer);
    for (const close of held.closers) close();
  }

  /** The store was changed by somebody else: looks again at every session that holds something open. */
  async recheck(now = Date.now()): Promise<void> {
    await Promise.all([...this.#held.keys()].map((hash) => this.#recheckOne(hash, now)));
  }

  /** Sessions that hold something open, and how much. */
  get size(): { sessions: number; open: number } {
    let open = 0;
    for (const { closers } of this.#held.values()) open += closers.size;
    return { sessions: this.#held.size, open };
  }

  close(): void {
    for (const hash of [...this.#held.keys()]) this.end(hash);
  }

  async #recheckOne(hash: string, now: number): Promise<void> {
    const session = await this.#store.session(hash, now);
    const held = this.#held.get(hash);
    if (!session) this.end(hash);
    else if (held) this.#checkAt(hash, held, session.expires);
  }

  #checkAt(hash: string, held: Held, expires: number): void {
    clearTimeout(held.timer);
    const wait = Math.min(Math.max(expires - Date.now() + 1, 0), longest);
    held.timer = setTimeout(() => void this.#recheckOne(hash, Date.now()).catch(() => this.end(hash)), wait);
    held.timer.unref();
  }
}
