/** What an echo costs at least: a PTY with `cat` on it, read and written directly in this process. */
import { openPty } from '../../server/agent/pty.ts';

const warmUp = 10;

/** Times from writing one byte to reading it again, in ms, in the order they were taken. */
export async function ptyEcho(keys: number): Promise<number[]> {
  let output = '';
  let heard = () => {};
  const ended = Promise.withResolvers<void>();
  const pty = await openPty(
    {
      file: 'bash',
      args: ['-c', 'stty raw -echo; printf ready; exec cat'],
      env: { PATH: '/usr/bin:/bin' },
      directory: '/',
      columns: 80,
      rows: 24,
    },
    {
      output(bytes) {
        output += String.fromCharCode(...bytes);
        heard();
      },
      inputTaken() {},
      exit: () => ended.resolve(),
    },
  );
  const says = async (text: string) => {
    while (!output.includes(text)) {
      await new Promise<void>((resolve) => {
        heard = resolve;
      });
    }
    output = '';
  };
  const times: number[] = [];
  try {
    await says('ready');
    for (let key = -warmUp; key < keys; key += 1) {
      const letter = 97 + ((key + warmUp) % 26);
      const pressed = performance.now();
      pty.write(Uint8Array.of(letter));
      await says(String.fromCharCode(letter));
      if (key >= 0) times.push(performance.now() - pressed);
    }
  } finally {
    pty.hangUp();
    await ended.promise;
  }
  return times;
}
