/**
 * A program on a pseudo-terminal of its own.
 *
 * It promises: every byte that the program wrote before it ended is given to `output` before `exit` is called; input
 * that a program does not read waits here, costs next to no CPU, and dies with the program: it never reaches another
 * terminal. Nothing here blocks.
 *
 * How it ends: when the last holder of the slave closes it, reading the master fails with EIO, after the last byte.
 * Where something outlives the program and holds the slave (`sleep 1000 &`), EIO does not come. Then the end is a read
 * that finds nothing: the kernel passes on what is still on its way before it answers EAGAIN (n_tty_read).
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, constants, openSync, readSync, writeSync } from 'node:fs';
import { constants as os } from 'node:os';
import { ReadStream } from 'node:tty';
import { ByteQueue } from './byte-queue.ts';
import { type Ioctl, loadIoctl } from './ioctl.ts';

export interface PtyOptions {
  file: string;
  args: readonly string[];
  env: Record<string, string>;
  directory: string;
  columns: number;
  rows: number;
}

/** `signal`: the number of the signal that ended it, 0 for none; `code` is then 128 more than that, as in a shell. */
export interface PtyExit {
  code: number;
  signal: number;
}

export interface PtyListener {
  /** The bytes are good during the call only. */
  output(bytes: Uint8Array): void;
  /** Waiting input became less. */
  inputTaken(): void;
  /** Once, after the last output. */
  exit(exit: PtyExit): void;
}

/** A PTY could not be made or the program not be started. */
export class PtyError extends Error {}

/** Between tries to write to a program that does not read (ms): at first, and after it has not for a while. */
const retryAfter = { least: 5, most: 80 };
/** How long what is left of a session may go on after its shell has ended (ms). */
const lingerTime = 100;
/** More than the kernel keeps of a PTY's output (8 KiB in flip buffers, 4 KiB read). */
const kernelBytes = 64 * 1024;
/** Between SIGHUP and SIGKILL (ms). */
const hangUpTime = 2_000;

/**
 * For all PTYs: what is read is used before the next read. The kernel gives 4095 bytes at a time; a buffer that this
 * fills makes libuv read on, up to 32 times a turn, and what came in one turn is sent together.
 */
const readBuffer = new Uint8Array(4095);

/** @throws PtyError */
export async function openPty(options: PtyOptions, listener: PtyListener): Promise<Pty> {
  const ioctl = await loadIoctl();
  let master = -1;
  let slave = -1;
  let child: ChildProcess;
  try {
    master = openSync('/dev/ptmx', constants.O_RDWR | constants.O_NOCTTY | constants.O_NONBLOCK);
    slave = openSync(`/dev/pts/${ioctl.unlock(master)}`, constants.O_RDWR | constants.O_NOCTTY);
    ioctl.setUtf8(slave);
    ioctl.resize(slave, options.columns, options.rows);
    child = spawn('setsid', ['--ctty', options.file, ...options.args], {
      cwd: options.directory,
      env: options.env,
      stdio: [slave, slave, slave],
    });
    if (child.pid === undefined) await once(child, 'spawn'); // fails with the reason
    return new Pty(master, child, ioctl, listener);
  } catch (error) {
    if (master >= 0) closeSync(master);
    throw new PtyError(error instanceof Error ? error.message : String(error), { cause: error });
  } finally {
    if (slave >= 0) closeSync(slave);
  }
}

export class Pty {
  readonly #fd: number;
  readonly #child: ChildProcess;
  readonly #ioctl: Ioctl;
  readonly #listener: PtyListener;
  readonly #stream: ReadStream;
  readonly #input = new ByteQueue();
  #retry: NodeJS.Timeout | undefined;
  #retryAfter = retryAfter.least;
  #paused = false;
  #exit: PtyExit | undefined;
  #linger: NodeJS.Timeout | undefined;
  #kill: NodeJS.Timeout | undefined;

  constructor(fd: number, child: ChildProcess, ioctl: Ioctl, listener: PtyListener) {
    this.#fd = fd;
    this.#child = child;
    this.#ioctl = ioctl;
    this.#listener = listener;
    // From here on the stream owns the descriptor.
    this.#stream = new ReadStream(fd, {
      onread: {
        buffer: readBuffer,
        callback: (count, buffer) => {
          listener.output(buffer.subarray(0, count));
          return true;
        },
      },
    });
    this.#stream.on('error', () => {}); // EIO is the end, and 'close' follows
    this.#stream.once('close', () => this.#closed());
    child.once('exit', (code, signal) => this.#exited(code, signal));
    child.on('error', () => {});
    this.#stream.resume();
  }

  /** Stops reading: before long the program's writes wait. */
  pause(): void {
    if (this.#paused) return;
    this.#paused = true;
    this.#stream.pause();
  }

  resume(): void {
    if (!this.#paused) return;
    this.#paused = false;
    if (this.#stream.destroyed) return;
    this.#stream.resume();
    if (this.#exit !== undefined) this.#waitForRest();
  }

  /** Bytes of input that the program has not taken yet. */
  get waitingInput(): number {
    return this.#input.length;
  }

  write(bytes: Uint8Array): void {
    if (this.#stream.destroyed) return;
    this.#input.push(bytes);
    if (this.#retry === undefined) this.#writeWaiting();
  }

  resize(columns: number, rows: number): void {
    if (!this.#stream.destroyed) this.#ioctl.resize(this.#fd, columns, rows);
  }

  /** What a closed terminal does to its programs; `exit` follows, at the latest after a grace period of 2 s. */
  hangUp(): void {
    this.resume();
    if (this.#exit !== undefined || this.#kill !== undefined) return;
    this.#signal('SIGHUP');
    this.#signal('SIGCONT');
    this.#kill = setTimeout(() => this.#signal('SIGKILL'), hangUpTime);
  }

  /** To the process group of the session's leader; only while that has not been waited for, so never to a stranger. */
  #signal(signal: NodeJS.Signals): void {
    const { pid } = this.#child;
    if (this.#exit !== undefined || pid === undefined) return;
    try {
      process.kill(-pid, signal);
    } catch {
      this.#child.kill(signal); // setsid(1) has not made the group yet
    }
  }

  #writeWaiting(): void {
    this.#retry = undefined;
    const before = this.#input.length;
    // Asked each time: a closed descriptor's number may be another terminal's by now.
    while (this.#input.length > 0 && !this.#stream.destroyed) {
      try {
        this.#input.shift(writeSync(this.#fd, this.#input.first()));
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') this.#input.clear();
        break;
      }
    }
    if (this.#input.length > 0) {
      const moved = this.#input.length < before;
      this.#retryAfter = moved ? retryAfter.least : Math.min(this.#retryAfter * 2, retryAfter.most);
      this.#retry = setTimeout(() => this.#writeWaiting(), this.#retryAfter);
    } else {
      this.#retryAfter = retryAfter.least;
    }
    if (this.#input.length < before) this.#listener.inputTaken();
  }

  #exited(code: number | null, signal: NodeJS.Signals | null): void {
    clearTimeout(this.#kill);
    const number = signal === null ? 0 : os.signals[signal];
    this.#exit = { code: code ?? 128 + number, signal: number };
    if (this.#stream.closed) this.#listener.exit(this.#exit);
    else this.#waitForRest();
  }

  /** EIO ends it sooner where nothing else holds the slave. */
  #waitForRest(): void {
    clearTimeout(this.#linger);
    this.#linger = setTimeout(() => this.#readRest(), lingerTime);
  }

  #readRest(): void {
    for (let read = 0; read < kernelBytes; ) {
      if (this.#paused || this.#stream.destroyed) return;
      let count = 0;
      try {
        count = readSync(this.#fd, readBuffer);
      } catch {
        // EAGAIN: nothing is on its way. EIO: nothing will be.
      }
      if (count === 0) break;
      read += count;
      this.#listener.output(readBuffer.subarray(0, count));
    }
    this.#stream.destroy();
  }

  /** The master is closed, which hangs up whoever still holds the slave. */
  #closed(): void {
    clearTimeout(this.#linger);
    clearTimeout(this.#retry);
    this.#input.clear();
    if (this.#exit !== undefined) this.#listener.exit(this.#exit);
    else this.hangUp();
  }
}
