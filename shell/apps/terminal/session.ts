/**
 * The page's end of one terminal's WebSocket: attaches, resumes where it was after a lost socket, passes keys and
 * sizes on. It touches nothing but what it is given, so that it runs under test against a real server.
 */
import { unknownTerminal } from '../../../protocol/agent.ts';
import { type Problem, problemKind } from '../../../protocol/problem.ts';
import { type AgentFrame, decodeAgentFrame, encodePageFrame, type PageFrame } from '../../../protocol/terminal.ts';
import { type Act, detach, freshStream, parsed, receive, type Stream } from './stream.ts';

export type SessionStatus =
  | { kind: 'connecting' }
  | { kind: 'live' }
  /** The screen stays; keys are not accepted. */
  | { kind: 'reconnecting' }
  /** The shell ended. */
  | { kind: 'ended'; code: number; signal: number }
  /** There is no such terminal (any more). */
  | { kind: 'gone' }
  /** Asking again by itself would not help. */
  | { kind: 'refused'; problem: Problem };

/** What shows the output. All of it acts in the order in which it was called. */
export interface Screen {
  write(bytes: Uint8Array, parsed?: () => void): void;
  reset(): void;
  mute(on: boolean): void;
}

export interface SessionEdge {
  screen: Screen;
  /** A socket of this terminal that sends its output from `from` on. */
  connect(from: number): WebSocket;
  /**
   * Asked when a socket could not attach: undefined where it is worth trying again, 'gone' where the container has
   * stopped, or the problem that the person must know of.
   */
  diagnose(signal: AbortSignal): Promise<undefined | 'gone' | Problem>;
  /** ms before the repeat of this number. */
  pause(attempt: number): number;
  status(status: SessionStatus): void;
}

/** Input is sent in pieces of at most this (bytes), so that a large paste is no single huge message. */
const inputBytes = 16 * 1024;
/** A socket that was attached for less than this (ms) does not make the pauses short again. */
const settled = 5_000;

const encoder = new TextEncoder();

export class TerminalSession {
  readonly #edge: SessionEdge;
  #stream: Stream = freshStream;
  #status: SessionStatus = { kind: 'connecting' };
  #socket: WebSocket | undefined;
  /** Counts attachments: what was written under an earlier one is acknowledged no more. */
  #attachment = 0;
  #attachedAt = 0;
  #attempt = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #size: { columns: number; rows: number } | undefined;
  readonly #closing = new AbortController();

  constructor(edge: SessionEdge) {
    this.#edge = edge;
    this.#open();
  }

  get status(): SessionStatus {
    return this.#status;
  }

  /** What a key, a paste or a mouse report sends. False, and nothing sent, where the terminal is not attached. */
  input(data: string | Uint8Array): boolean {
    if (this.#status.kind !== 'live') return false;
    const bytes = typeof data === 'string' ? encoder.encode(data) : data;
    for (let at = 0; at < bytes.length; at += inputBytes)
      this.#send({ type: 'input', bytes: bytes.subarray(at, at + inputBytes) });
    return true;
  }

  /** Told to the agent when it differs from what it was last told, and after each attach. */
  resize(columns: number, rows: number): void {
    if (this.#size?.columns === columns && this.#size.rows === rows) return;
    this.#size = { columns, rows };
    if (this.#status.kind === 'live') this.#send({ type: 'resize', columns, rows });
  }

  /** Tries again at once; called when the network is back. A socket over the old network may be dead without saying so. */
  reconnect(): void {
    if (this.#closing.signal.aborted || !['connecting', 'live', 'reconnecting'].includes(this.#status.kind)) return;
    this.#attempt = 0;
    this.#open();
  }

  /** As `reconnect`, but leaves a socket alone that is open or opening. */
  hurry(): void {
    if (this.#socket === undefined) this.reconnect();
  }

  /** Lets go of the socket; the terminal itself lives on. */
  close(): void {
    this.#closing.abort();
    clearTimeout(this.#timer);
    this.#drop();
  }

  #set(status: SessionStatus): void {
    this.#status = status;
    this.#edge.status(status);
  }

  #send(frame: PageFrame): void {
    if (this.#socket?.readyState === 1) this.#socket.send(encodePageFrame(frame));
  }

  #drop(): void {
    const socket = this.#socket;
    this.#socket = undefined;
    this.#stream = detach(this.#stream);
    socket?.close();
  }

  #open(): void {
    clearTimeout(this.#timer);
    this.#drop();
    if (this.#status.kind === 'live') this.#set({ kind: 'reconnecting' });
    const socket = this.#edge.connect(this.#stream.received);
    socket.binaryType = 'arraybuffer';
    this.#socket = socket;
    // A socket that was let go of says nothing more.
    const mine = () => this.#socket === socket;
    socket.addEventListener('message', ({ data }) => mine() && this.#message(data));
    socket.addEventListener('close', ({ code }) => mine() && void this.#lost(code));
  }

  #message(data: unknown): void {
    if (!(data instanceof ArrayBuffer)) return;
    let frame: AgentFrame;
    let acts: Act[];
    try {
      frame = decodeAgentFrame(new Uint8Array(data));
      ({ stream: this.#stream, acts } = receive(this.#stream, frame));
    } catch {
      // An agent that breaks the protocol is left and asked anew, from the last byte that was understood.
      void this.#lost(1002);
      return;
    }
    if (frame.type === 'attached') {
      this.#attachment++;
      this.#attachedAt = Date.now();
    }
    for (const act of acts) this.#perform(act);
    if (frame.type === 'attached') {
      if (this.#size) this.#send({ type: 'resize', ...this.#size });
      this.#set({ kind: 'live' });
    }
  }

  #perform(act: Act): void {
    const { screen } = this.#edge;
    const attachment = this.#attachment;
    switch (act.do) {
      case 'reset':
        screen.reset();
        break;
      case 'mute':
        screen.mute(act.on);
        break;
      case 'write':
        screen.write(act.bytes, () => this.#parsed(act.end, attachment));
        break;
      case 'exit':
        this.#drop();
        this.#set({ kind: 'ended', code: act.code, signal: act.signal });
    }
  }

  #parsed(end: number, attachment: number): void {
    if (attachment !== this.#attachment) return;
    const { stream, acknowledge } = parsed(this.#stream, end);
    this.#stream = stream;
    if (acknowledge) this.#send({ type: 'acknowledge', offset: end });
  }

  async #lost(code: number): Promise<void> {
    const wasAttached = this.#status.kind === 'live';
    this.#drop();
    if (code === unknownTerminal) {
      this.#set({ kind: 'gone' });
      return;
    }
    if (wasAttached) {
      if (Date.now() - this.#attachedAt >= settled) this.#attempt = 0;
      this.#set({ kind: 'reconnecting' });
    } else {
      // A refused upgrade tells a page nothing: ask why.
      const why = await this.#edge.diagnose(this.#closing.signal).catch(() => undefined);
      if (this.#closing.signal.aborted || this.#socket) return;
      if (why) {
        this.#set(why === 'gone' ? { kind: 'gone' } : { kind: 'refused', problem: why });
        return;
      }
    }
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#open(), this.#edge.pause(this.#attempt++));
  }
}

/** What a failed look at the container means for a terminal that could not attach. */
export function verdict(of: Problem): undefined | 'gone' | Problem {
  const kind = problemKind(of);
  if (kind === 'container-stopped' || kind === 'agent-stopped') return 'gone';
  // No answer, busy or failing for now: the next attempt may find it well.
  if (of.status === 0 || of.status === 429 || of.status >= 500) return undefined;
  return of;
}
