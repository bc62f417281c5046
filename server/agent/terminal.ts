/**
 * A terminal: a PTY, its last output, and whoever is attached to it.
 *
 * It promises: a program runs on whether or not someone looks; while someone does, it is at most a window ahead of the
 * fastest of them, which is what keeps ^C quick; a client that does not take its output, and a program that does not
 * take its input, hold up nobody else.
 */
import type { TerminalInfo } from '../../protocol/agent.ts';
import type { AgentFrame } from '../../protocol/terminal.ts';
import { Delivery } from './delivery.ts';
import { OutputRing } from './output-ring.ts';
import { openPty, type Pty, type PtyExit, type PtyListener, type PtyOptions } from './pty.ts';

/** Waiting input at which clients are no longer listened to, and at which they are again (bytes). */
const inputBytes = { most: 1024 * 1024, resume: 256 * 1024 };
/** How long a client with a full window may hold the program up (ms). A page in the background may not run at all. */
const stallTime = 10_000;

/** One that is attached: the far side of `Attachment`. */
export interface Client {
  /** The frame is good during the call only. */
  send(frame: AgentFrame): void;
  /** The exit frame was sent: nothing more will be. */
  ended(): void;
  /** Whether to take further input from the client: false until the program has taken what there is. */
  listen(on: boolean): void;
}

export class Terminal {
  readonly id: string;
  readonly started = Date.now();
  readonly #ring = new OutputRing();
  readonly #attachments = new Set<Attachment>();
  readonly #ended: () => void;
  #pty: Pty | undefined;
  #exit: PtyExit | undefined;
  #hungUp = false;

  private constructor(id: string, ended: () => void) {
    this.id = id;
    this.#ended = ended;
  }

  /**
   * @param ended called once, when the program has ended and all of its output is here
   * @throws PtyError
   */
  static async open(id: string, options: PtyOptions, ended: () => void): Promise<Terminal> {
    const terminal = new Terminal(id, ended);
    const listener: PtyListener = {
      output: (bytes) => terminal.#output(bytes),
      inputTaken: () => terminal.#inputTaken(),
      exit: (exit) => terminal.#exited(exit),
    };
    terminal.#pty = await openPty(options, listener);
    return terminal;
  }

  get info(): TerminalInfo {
    const { id, started } = this;
    const attached = this.#attachments.size > 0;
    return { id, started, offset: this.#ring.end, attached, ...(this.#exit === undefined ? {} : { exit: this.#exit }) };
  }

  get exit(): PtyExit | undefined {
    return this.#exit;
  }

  /** Sends the client what it has not seen: output from the offset `from` on. */
  attach(client: Client, from: number): Attachment {
    const attachment = new Attachment(this, client, new Delivery(this.#ring, from));
    this.#attachments.add(attachment);
    attachment.offer();
    this.regulate();
    return attachment;
  }

  detach(attachment: Attachment): void {
    this.#attachments.delete(attachment);
    this.regulate();
  }

  /** The program is told that its terminal is gone; the exit follows within seconds. */
  hangUp(): void {
    this.#hungUp = true;
    this.#pty?.hangUp();
  }

  /** True where there is room for more input. */
  input(bytes: Uint8Array): boolean {
    this.#pty?.write(bytes);
    return (this.#pty?.waitingInput ?? 0) < inputBytes.most;
  }

  resize(columns: number, rows: number): void {
    this.#pty?.resize(columns, rows);
  }

  /** Reads on, or waits for the fastest of those who are attached. */
  regulate(): void {
    let wait = false;
    for (const attachment of this.#attachments) {
      if (!attachment.counts) continue;
      wait = attachment.windowFull;
      if (!wait) break;
    }
    if (!wait || this.#hungUp) {
      this.#pty?.resume();
      return;
    }
    this.#pty?.pause();
    for (const attachment of this.#attachments) attachment.expectProgress();
  }

  #output(bytes: Uint8Array): void {
    this.#ring.append(bytes);
    for (const attachment of this.#attachments) attachment.offer();
    this.regulate();
  }

  #inputTaken(): void {
    if ((this.#pty?.waitingInput ?? 0) > inputBytes.resume) return;
    for (const attachment of this.#attachments) attachment.listen();
  }

  #exited(exit: PtyExit): void {
    this.#exit = exit;
    this.#ended();
    for (const attachment of this.#attachments) {
      attachment.listen();
      attachment.offer();
    }
  }
}

/** A client on a terminal, from `Terminal.attach` to `detach`. */
export class Attachment {
  readonly #terminal: Terminal;
  readonly #client: Client;
  readonly #delivery: Delivery;
  /** Set in the turn of the event loop in which something was sent: what comes meanwhile goes out together. */
  #resting: NodeJS.Immediate | undefined;
  #stall: NodeJS.Timeout | undefined;
  #stalled = false;
  #listening = true;
  #finished = false;

  constructor(terminal: Terminal, client: Client, delivery: Delivery) {
    this.#terminal = terminal;
    this.#client = client;
    this.#delivery = delivery;
  }

  /**
   * The program waits for this client. Not while the client's own input waits for the program: its acknowledgements
   * wait behind that, and the two would wait for each other for ever.
   */
  get counts(): boolean {
    return !this.#stalled && this.#listening && !this.#finished;
  }

  get windowFull(): boolean {
    return this.#delivery.windowFull;
  }

  input(bytes: Uint8Array): void {
    if (this.#finished || this.#terminal.input(bytes) || !this.#listening) return;
    this.#listening = false;
    this.#client.listen(false);
    this.#terminal.regulate();
  }

  resize(columns: number, rows: number): void {
    this.#terminal.resize(columns, rows);
  }

  /** @throws FrameError */
  acknowledge(offset: number): void {
    if (!this.#delivery.acknowledge(offset)) return;
    clearTimeout(this.#stall);
    this.#stall = undefined;
    this.#stalled = false;
    this.offer();
    this.#terminal.regulate();
  }

  detach(): void {
    this.#finish();
    this.#terminal.detach(this);
  }

  /** Sends what there is, at once unless something was just sent. */
  offer(): void {
    if (this.#resting !== undefined || this.#finished) return;
    let sent = false;
    for (let frame = this.#delivery.next(); frame !== undefined; frame = this.#delivery.next()) {
      this.#client.send(frame);
      sent = true;
    }
    const { exit } = this.#terminal;
    if (exit !== undefined && this.#delivery.complete) {
      this.#finish();
      this.#client.send({ type: 'exit', ...exit });
      this.#client.ended();
    } else if (sent) {
      this.#resting = setImmediate(() => {
        this.#resting = undefined;
        this.offer();
      });
    }
  }

  /** Called while the program waits. */
  expectProgress(): void {
    if (!this.counts) return;
    this.#stall ??= setTimeout(() => {
      this.#stalled = true;
      this.#terminal.regulate();
    }, stallTime);
  }

  /** There is room for input again. */
  listen(): void {
    if (this.#listening) return;
    this.#listening = true;
    this.#client.listen(true);
    this.#terminal.regulate();
  }

  #finish(): void {
    this.#finished = true;
    clearImmediate(this.#resting);
    clearTimeout(this.#stall);
  }
}
