/**
 * The few calls that a PTY needs and Node does not have. koffi is loaded when first wanted: it takes 11 ms, which
 * the agent's start need not wait for.
 * Numbers: include/uapi/asm-generic/{ioctls,termbits}.h, the same on x86-64 and arm64.
 */
const TCGETS = 0x5401;
const TCSETS = 0x5402;
const TIOCSWINSZ = 0x5414;
const TIOCSPTLCK = 0x40045431;
const TIOCGPTN = 0x80045430;
const IUTF8 = 0x4000;
/** Bytes of the kernel's `struct termios`, whose first four are `c_iflag`; larger than it is on any of ours. */
const termiosBytes = 64;

export interface Ioctl {
  /** Unlocks the slave of the master `fd` and says its number under /dev/pts. */
  unlock(fd: number): number;
  /** Sets the size, and tells the program in the foreground where it changed. */
  resize(fd: number, columns: number, rows: number): void;
  /** Erasing in the kernel's line editor then takes whole UTF-8 characters. */
  setUtf8(fd: number): void;
}

let loading: Promise<Ioctl> | undefined;

export function loadIoctl(): Promise<Ioctl> {
  loading ??= load();
  return loading;
}

async function load(): Promise<Ioctl> {
  const { default: koffi } = await import('koffi');
  const call = koffi.load(null).func('int ioctl(int fd, unsigned long request, ...)');
  const ioctl = (fd: number, name: string, request: number, argument: Uint8Array | Uint16Array | Int32Array) => {
    if (call(fd, request, 'void *', argument) !== 0) throw new Error(`${name} failed with errno ${koffi.errno()}`);
  };
  return {
    unlock(fd) {
      ioctl(fd, 'TIOCSPTLCK', TIOCSPTLCK, Int32Array.of(0));
      const number = new Int32Array(1);
      ioctl(fd, 'TIOCGPTN', TIOCGPTN, number);
      return number[0] as number;
    },
    resize(fd, columns, rows) {
      ioctl(fd, 'TIOCSWINSZ', TIOCSWINSZ, Uint16Array.of(rows, columns, 0, 0));
    },
    setUtf8(fd) {
      const termios = new Uint8Array(termiosBytes);
      ioctl(fd, 'TCGETS', TCGETS, termios);
      const flags = new Uint32Array(termios.buffer, 0, 1);
      flags[0] = (flags[0] as number) | IUTF8;
      ioctl(fd, 'TCSETS', TCSETS, termios);
    },
  };
}
