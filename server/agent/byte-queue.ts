/** Bytes that wait, first in, first out, packed into blocks: a million single bytes cost a million bytes. */
const blockBytes = 64 * 1024;

export class ByteQueue {
  #blocks: Uint8Array[] = [];
  /** Where the first block's bytes begin and the last block's end. */
  #begin = 0;
  #end = 0;
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** Copies the bytes in. */
  push(bytes: Uint8Array): void {
    this.#length += bytes.length;
    let rest = bytes;
    while (rest.length > 0) {
      let last = this.#blocks.at(-1);
      if (last === undefined || this.#end === last.length) {
        last = new Uint8Array(blockBytes);
        this.#blocks.push(last);
        this.#end = 0;
      }
      const taken = rest.subarray(0, last.length - this.#end);
      last.set(taken, this.#end);
      this.#end += taken.length;
      rest = rest.subarray(taken.length);
    }
  }

  /** The first bytes, as many as lie together; empty when nothing waits. Good until the next call. */
  first(): Uint8Array {
    const block = this.#blocks[0];
    if (block === undefined) return new Uint8Array(0);
    return block.subarray(this.#begin, this.#blocks.length === 1 ? this.#end : block.length);
  }

  /** Takes `count` of the bytes that `first` gave. */
  shift(count: number): void {
    this.#begin += count;
    this.#length -= count;
    if (this.#length === 0) this.clear();
    else if (this.#begin === this.#blocks[0]?.length) {
      this.#blocks.shift();
      this.#begin = 0;
    }
  }

  clear(): void {
    this.#blocks = [];
    this.#begin = 0;
    this.#end = 0;
    this.#length = 0;
  }
}
