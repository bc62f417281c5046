/** Write-behind: the newest value is always written in the end, one write at a time, those between are passed over. */

export type Saver<T> = {
  /** Returns at once. A write that fails is made up for by the next one. */
  save(value: T): void;
  /** Resolves when the newest value is written; tries again what failed, and rejects if it fails again. */
  flush(): Promise<void>;
};

export function makeSaver<T>(write: (value: T) => Promise<void>): Saver<T> {
  let waiting: { value: T } | null = null;
  let writing: Promise<void> | null = null;

  async function writeAll(): Promise<void> {
    // A turn later: what changes together is written together, and `writing` is set by then.
    await null;
    try {
      while (waiting !== null) {
        const writes: { value: T } = waiting;
        waiting = null;
        try {
          await write(writes.value);
        } catch (error) {
          waiting ??= writes;
          throw error;
        }
      }
    } finally {
      writing = null;
    }
  }

  async function flush(): Promise<void> {
    await writing?.catch(() => undefined);
    if (waiting === null && writing === null) return;
    writing ??= writeAll();
    await writing;
  }

  return {
    save(value) {
      waiting = { value };
      if (writing !== null) return;
      writing = writeAll();
      // `flush` tells whoever asks; until then the value waits for the next write.
      writing.catch(() => undefined);
    },
    flush,
  };
}
