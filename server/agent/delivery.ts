/**
 * What one attached client gets, and when: its place in the ring of output, and its window. Every byte once and in
 * order; never more than the window unacknowledged; a client that the ring has left behind begins anew, told of the gap.
 */
import { type AgentFrame, acknowledgeBytes, FrameError, windowBytes } from '../../protocol/terminal.ts';
import type { OutputRing } from './output-ring.ts';

/** Output in one frame, at most: the page acknowledges whole frames, and each of these lets it. */
const frameBytes = 64 * 1024;

export class Delivery {
  readonly #ring: OutputRing;
  #sent = 0;
  #acknowledged = 0;
  #attached: AgentFrame | undefined;

  /** From `from` where the ring holds that, otherwise from the oldest that it has. */
  constructor(ring: OutputRing, from: number) {
    this.#ring = ring;
    if (from >= ring.start && from <= ring.end) this.#begin(from, false);
    else this.#begin(ring.cleanStart(), true);
  }

  /** The client has a window of output or more to parse. */
  get windowFull(): boolean {
    return this.#ring.end - this.#acknowledged >= windowBytes;
  }

  /** All output so far was sent. */
  get complete(): boolean {
    return this.#attached === undefined && this.#sent === this.#ring.end;
  }

  /** The next frame to send now, if there is one. An output's bytes are good until more is appended to the ring. */
  next(): AgentFrame | undefined {
    if (this.#sent < this.#ring.start) {
      // What it has not acknowledged is still on its way to it. Less than an acknowledgement's worth may stay so.
      if (this.#sent - this.#acknowledged >= acknowledgeBytes) return undefined;
      this.#begin(this.#ring.cleanStart(), true);
    }
    const attached = this.#attached;
    if (attached !== undefined) {
      this.#attached = undefined;
      return attached;
    }
    const room = windowBytes - (this.#sent - this.#acknowledged);
    const bytes = this.#ring.view(this.#sent, Math.min(room, frameBytes));
    if (bytes.length === 0) return undefined;
    this.#sent += bytes.length;
    return { type: 'output', bytes };
  }

  /**
   * True when it is news.
   * @throws FrameError for output that was never sent
   */
  acknowledge(offset: number): boolean {
    if (offset > this.#sent) throw new FrameError('an acknowledgement of output that was not sent');
    if (offset <= this.#acknowledged) return false;
    this.#acknowledged = offset;
    return true;
  }

  #begin(start: number, gap: boolean): void {
    this.#sent = start;
    this.#acknowledged = start;
    this.#attached = { type: 'attached', start, live: this.#ring.end, gap };
  }
}
