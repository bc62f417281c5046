/**
 * The last output of one terminal. An offset is the number of bytes that came before; the ring holds those from
 * `start` to `end`. It takes memory as output comes, up to its capacity.
 */
const leastBytes = 4 * 1024;
/** How far to look for a line's start before beginning in the middle of one (bytes). */
const lineSearchBytes = 4 * 1024;

export class OutputRing {
  readonly #capacity: number;
  #buffer = new Uint8Array(0);
  #end = 0;

  /** @param capacity bytes; a power of two. */
  constructor(capacity = 1024 * 1024) {
    this.#capacity = capacity;
  }

  get start(): number {
    return Math.max(0, this.#end - this.#capacity);
  }

  get end(): number {
    return this.#end;
  }

  append(bytes: Uint8Array): void {
    this.#grow(this.#end + bytes.length);
    const kept = bytes.subarray(Math.max(0, bytes.length - this.#buffer.length));
    const at = (this.#end + bytes.length - kept.length) % this.#buffer.length;
    const before = kept.subarray(0, this.#buffer.length - at);
    this.#buffer.set(before, at);
    this.#buffer.set(kept.subarray(before.length), 0);
    this.#end += bytes.length;
  }

  /**
   * Output from `from` (between `start` and `end`) on: at most `limit` bytes, fewer where they do not lie together,
   * none at the end only. Good until the next `append`.
   */
  view(from: number, limit: number): Uint8Array {
    const count = Math.min(limit, this.#end - from);
    if (count <= 0) return new Uint8Array(0);
    const at = from % this.#buffer.length;
    return this.#buffer.subarray(at, Math.min(at + count, this.#buffer.length));
  }

  /** The oldest offset to show: where output was lost, the start of a line, or of a character in a very long one. */
  cleanStart(): number {
    const { start } = this;
    if (start === 0) return 0;
    const limit = Math.min(this.#end, start + lineSearchBytes);
    for (let at = start; at < limit; at += 1) if (this.#at(at) === 0x0a) return at + 1;
    let at = start;
    while (at < limit && at < start + 3 && ((this.#at(at) ?? 0) & 0xc0) === 0x80) at += 1;
    return at;
  }

  #at(offset: number): number | undefined {
    return this.#buffer[offset % this.#buffer.length];
  }

  /** Nothing has been lost before the buffer has its full size, so that what is in it keeps its place. */
  #grow(end: number): void {
    let size = Math.max(this.#buffer.length, Math.min(leastBytes, this.#capacity));
    while (size < end && size < this.#capacity) size *= 2;
    if (size === this.#buffer.length) return;
    const larger = new Uint8Array(size);
    larger.set(this.#buffer);
    this.#buffer = larger;
  }
}
