/** From asking for a stopped container to the first prompt of a shell in it, through the gateway. */
import { readFile } from 'node:fs/promises';
import { request } from 'node:http';
import { join } from 'node:path';
import { Client } from '../client.ts';
import { isRoot, Stack } from '../stack.ts';
import { type Bench, median, quantile } from './report.ts';

const runs = 15;

/** Stops a user's container, as a script of the administrator's would: by the orchestrator's own API. */
async function stopContainer(stack: Stack, userId: string): Promise<void> {
  const token = await readFile(join(stack.state, 'gateway/orchestrator-token'), 'utf8');
  await new Promise<void>((resolve, reject) => {
    request(
      {
        socketPath: join(stack.state, 'run/orchestrator.sock'),
        method: 'POST',
        path: `/v1/containers/${userId}/stop`,
        headers: { authorization: `Bearer ${token.trim()}` },
      },
      (answer) => {
        // 404: this user has never had one.
        const done = answer.statusCode === 200 || answer.statusCode === 404;
        answer.resume().on('end', () => (done ? resolve() : reject(new Error(`stop: ${answer.statusCode}`))));
      },
    )
      .on('error', reject)
      .end();
  });
}

export const container: Bench = {
  name: 'container',
  async run() {
    const stack = await Stack.start();
    try {
      const client = await Client.signIn(stack.url);
      const [user] = await stack.users();
      if (!user) throw new Error('no user');
      const ready: number[] = [];
      const prompt: number[] = [];
      for (let run = -1; run < runs; run++) {
        await stopContainer(stack, user.id);
        const asked = performance.now();
        await client.send('POST', '/api/container');
        const ensured = performance.now();
        const terminal = await client.terminal();
        await terminal.says(/[$#] /);
        const prompted = performance.now();
        terminal.close();
        // The first run warms the cache.
        if (run < 0) continue;
        ready.push(ensured - asked);
        prompt.push(prompted - asked);
      }
      const note = `${isRoot ? 'nspawn' : 'no isolation'}, ${runs} runs, warm`;
      return {
        rows: [
          { what: 'Container asked for to agent ready, median', value: median(ready), unit: 'ms', note },
          {
            what: 'Container asked for to first prompt, median',
            value: median(prompt),
            unit: 'ms',
            limit: { at: 'most', value: 400 },
            note,
          },
          { what: 'Container asked for to first prompt, p95', value: quantile(prompt, 0.95), unit: 'ms', note },
        ],
        samples: { ready, prompt },
      };
    } finally {
      await stack.close();
    }
  },
};
