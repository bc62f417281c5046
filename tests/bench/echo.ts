/** A keystroke to its echo by `cat`: through gateway and agent, and on the same kind of PTY read directly in this process. */
import { Client } from '../client.ts';
import { Stack } from '../stack.ts';
import { ptyEcho } from './pty-floor.ts';
import { type Bench, median, quantile } from './report.ts';

const rounds = 6;
const keys = 100;

export const echo: Bench = {
  name: 'echo',
  async run() {
    const stack = await Stack.start();
    try {
      const client = await Client.signIn(stack.url);
      await client.send('POST', '/api/container');
      const terminal = await client.terminal();
      await terminal.says(/[$#] /);
      terminal.input('stty raw -echo; echo rea""dy; exec cat\r');
      await terminal.says('ready');
      const direct: number[] = [];
      const through: number[] = [];
      // In turn, so that a noisy machine is noisy for both.
      for (let round = 0; round < rounds; round++) {
        direct.push(...(await ptyEcho(keys)));
        for (let key = 0; key < keys; key++) {
          const letter = String.fromCharCode(97 + (key % 26));
          const pressed = performance.now();
          terminal.input(letter);
          await terminal.says(letter);
          through.push(performance.now() - pressed);
        }
      }
      terminal.close();
      const note = `${rounds * keys} keys`;
      return {
        rows: [
          { what: 'Keystroke to echo, PTY read directly, median', value: median(direct), unit: 'ms', note },
          { what: 'Keystroke to echo, through gateway and agent, median', value: median(through), unit: 'ms', note },
          {
            what: 'Keystroke to echo, through gateway and agent, p95',
            value: quantile(through, 0.95),
            unit: 'ms',
            note,
          },
          {
            what: 'Keystroke to echo, difference of the medians',
            value: median(through) - median(direct),
            unit: 'ms',
            limit: { at: 'most', value: 1 },
          },
        ],
        samples: { direct, through },
      };
    } finally {
      await stack.close();
    }
  },
};
