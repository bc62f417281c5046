import { once } from 'node:events';
import { readdir, readFile, readlink } from 'node:fs/promises';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { unknownTerminal } from '../../protocol/agent.ts';
import { encodePageFrame, windowBytes } from '../../protocol/terminal.ts';
import { type AgentProcess, startAgentProcess, type TestClient } from './agent-process.ts';

let agent: AgentProcess;
beforeAll(async () => {
  agent = await startAgentProcess();
});
afterEach(async () => {
  for (const { id } of await agent.list()) await remove(id);
});
afterAll(() => agent.stop());

const prompt = /[$#] $/;
const lines = (count: number, first = 1) =>
  Array.from({ length: count }, (_, index) => `${first + index}\r\n`).join('');

async function remove(id: string): Promise<void> {
  await agent.http('DELETE', `/terminals/${id}`);
}

/** The agent's own CPU time so far, in seconds. */
async function cpuTime(): Promise<number> {
  const fields = (await readFile(`/proc/${agent.process.pid}/stat`, 'utf8')).split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

describe('a shell', () => {
  test('is a login shell at home on a terminal of its own, and knows nothing of the agent', async () => {
    const { id } = await agent.open();
    const client = agent.attach(id);
    await client.until(prompt);
    client.input('shopt login_shell; stty size; stty -a; env; pwd; tty; echo the" end"\n');
    await client.until(/the end\r\n.*[$#] $/);
    const output = client.output.toString();
    expect(output).toMatch(/login_shell\s+on/);
    expect(output).toContain('\r\n24 80\r\n');
    expect(output).toMatch(/[^-]iutf8/);
    expect(output).toContain('TERM=xterm-256color\r\n');
    expect(output).toContain(`\r\n${agent.config.home}\r\n`);
    expect(output).toMatch(/\/dev\/pts\/\d+/);
    expect(output).not.toMatch(/PORTHOLE|NODE_|VITEST/);
    client.input('exit 3\n');
    await client.until(() => client.exit !== undefined);
    expect(client.exit).toEqual({ type: 'exit', code: 3, signal: 0 });
    expect(await client.closed).toBe(1000);
  });

  test('has job control', async () => {
    const { id } = await agent.open();
    const client = agent.attach(id);
    await client.until(prompt);
    client.input('sleep 1000\n');
    await client.until(/sleep 1000\r\n/);
    await vi.waitFor(async () => {
      client.input('\x1a');
      await client.until(/Stopped/, 200);
    });
    client.input('kill %1; echo $((40+2))\n');
    await client.until(/42\r\n/);
    await remove(id);
  });

  test('starts where it is asked to, and at home where that is gone', async () => {
    for (const [directory, expected] of [
      ['/usr/share', '/usr/share'],
      ['/nowhere', agent.config.home],
      ['/etc/passwd', agent.config.home],
      ['relative', agent.config.home],
    ] as const) {
      const { id } = await agent.open(undefined, { directory });
      const client = agent.attach(id);
      await client.until(prompt);
      client.input('pwd\n');
      await client.until(new RegExp(`\r\n?${expected}\r\n`));
      await remove(id);
    }
  });

  test('learns of a new size', async () => {
    const { id } = await agent.open(`trap 'stty size' WINCH; echo ready; while :; do read -t 1; done`);
    const client = agent.attach(id);
    await client.until(/ready/);
    client.resize(132, 43);
    await client.until(/43 132\r\n/);
    await remove(id);
  });

  test.each([
    ['exit 7', 7, 0],
    ['kill -TERM $$', 143, 15],
    ['kill -KILL $$', 137, 9],
  ])('%s: its end is told', async (script, code, signal) => {
    const { id } = await agent.open(script);
    const client = agent.attach(id);
    await client.until(() => client.exit !== undefined);
    expect(client.exit).toEqual({ type: 'exit', code, signal });
  });

  test('that does not exist ends with a message', async () => {
    const { id } = await agent.open('exec /no/such/shell');
    const client = agent.attach(id);
    expect(await client.closed).toBe(1000);
    expect(client.output.toString()).toContain('No such file');
    expect(client.exit?.code).toBe(127);
  });
});

describe('output', () => {
  test('of 1 MB and the end: in 200 runs no byte is lost', async () => {
    // No more than the ring holds: some have ended before the client comes.
    const expected = Buffer.from(
      Array.from({ length: 10_000 }, (_, index) => `${String(index + 1).padStart(100, '0')}\r\n`).join(''),
    );
    expect(expected.length).toBeGreaterThan(1_000_000);
    const ends = ['exit 0', 'exit 0', 'kill -KILL $$', 'sleep 60 & exit 0'];
    const run = async (index: number) => {
      const { id } = await agent.open(`set -m; seq -f %0100g 10000; ${ends[index % ends.length]}`);
      const client = agent.attach(id);
      expect(await client.closed).toBe(1000);
      expect(client.attached).toEqual([{ type: 'attached', start: 0, live: expect.any(Number), gap: false }]);
      expect(client.output.equals(expected), `run ${index}: ${client.output.length} of ${expected.length}`).toBe(true);
    };
    const waiting = Array.from({ length: 200 }, (_, index) => index).values();
    await Promise.all(
      Array.from({ length: 8 }, async () => {
        for (const index of waiting) await run(index);
      }),
    );
    expect(await agent.list()).toEqual([]);
  }, 120_000);

  test('of a program that ended while its client was behind comes whole, though a job of its holds the terminal', async () => {
    const { id } = await agent.open(`set -m; sleep 60 & head -c ${windowBytes + 6000} /dev/zero | tr '\\0' x; exit 9`);
    const client = agent.attach(id, { acknowledge: false });
    await client.until(() => client.offset === windowBytes);
    // Until what is left of an ended program's session would have had its time.
    await new Promise((resolve) => setTimeout(resolve, 400));
    expect(client.exit).toBeUndefined();
    client.acknowledge();
    await client.until(() => client.exit !== undefined);
    expect(client.output.toString()).toBe('x'.repeat(windowBytes + 6000));
    expect(client.exit?.code).toBe(9);
  });

  test('goes on when nobody looks, and is all there for who comes back', async () => {
    const { id } = await agent.open('seq 1000; echo half; read; seq 1001 2000; read');
    const first = agent.attach(id);
    await first.until(/half/);
    first.input('\n');
    first.socket.terminate();
    await vi.waitFor(async () => expect((await agent.list())[0]?.offset).toBeGreaterThan(9000));
    const second = agent.attach(id, { from: first.offset });
    await second.until(/\n2000\r\n/);
    expect(second.attached[0]).toMatchObject({ start: first.offset, gap: false });
    expect((first.output.toString() + second.output.toString()).replace('half\r\n', '').replace(/^\r\n/m, '')).toBe(
      lines(2000),
    );
    await remove(id);
  });

  test('over a connection that drops again and again: every line once', async () => {
    const { id } = await agent.open('for ((n = 1; n <= 4000; n++)); do echo $n; done; exit 0');
    const got: Buffer[] = [];
    let from = 0;
    let client: TestClient;
    do {
      client = agent.attach(id, { from });
      const current = client;
      await current.until(() => current.offset > from + 700 || current.exit !== undefined);
      if (current.exit === undefined) current.socket.terminate();
      await current.closed;
      got.push(current.output);
      from = current.offset;
    } while (client.exit === undefined);
    expect(Buffer.concat(got).toString()).toBe(lines(4000));
    expect(got.length).toBeGreaterThan(4);
  });

  test('that has left the ring is a gap, and what is left begins at a line', async () => {
    const { id } = await agent.open('seq 400000; echo all; read');
    await vi.waitFor(async () => expect((await agent.list())[0]?.offset).toBeGreaterThan(3_088_000), {
      timeout: 10_000,
    });
    const client = agent.attach(id, { from: 1000 });
    await client.until(/all\r\n$/);
    const [attached] = client.attached;
    expect(attached?.gap).toBe(true);
    expect(attached?.live).toBe(client.offset);
    const first = Number(/^\d+/.exec(client.output.toString())?.[0]);
    expect(client.output.toString()).toBe(`${lines(400_000 - first + 1, first)}all\r\n`);
    expect(client.output.length).toBeGreaterThan(1024 * 1024 - 100);
    await remove(id);
  });

  test('goes at most a window ahead of who does not acknowledge, and holds the program', async () => {
    const { id } = await agent.open('yes');
    const client = agent.attach(id, { acknowledge: false });
    await client.until(() => client.offset === windowBytes);
    const [before] = await agent.list();
    await vi.waitFor(async () => {
      const offset = (await agent.list())[0]?.offset;
      expect(offset).toBe(before?.offset);
      expect(offset).toBeLessThan(windowBytes + 64 * 1024);
    });
    expect(client.offset).toBe(windowBytes);
    client.acknowledge();
    await client.until(() => client.offset === 2 * windowBytes);
    await remove(id);
  });

  test('reaches the fast while another is slow; the slow one is told of its gap, and both see the end', async () => {
    const { id } = await agent.open('read; seq 400000; exit 5');
    const slow = agent.attach(id, { acknowledge: false });
    const fast = agent.attach(id);
    for (const client of [slow, fast]) await client.until(() => client.attached.length === 1);
    fast.input('\n');
    expect(await fast.closed).toBe(1000);
    expect(fast.output.toString()).toBe(`\r\n${lines(400_000)}`);
    expect(slow.offset).toBe(windowBytes);
    while (slow.exit === undefined) {
      const { offset } = slow;
      slow.acknowledge();
      await slow.until(() => slow.exit !== undefined || slow.offset > offset);
    }
    expect(slow.attached.map(({ gap }) => gap)).toEqual([false, true]);
    const first = Number(/^\d+/.exec(slow.output.toString())?.[0]);
    expect(slow.output.toString()).toBe(lines(400_000 - first + 1, first));
    expect(slow.exit.code).toBe(5);
  });

  test('^C comes through a flood at once, for a page that parses 2 MB/s', async () => {
    const { id } = await agent.open();
    const client = agent.attach(id, { acknowledge: false });
    await client.until(prompt);
    const parse = setInterval(() => {
      if (client.offset > parsed) {
        parsed = Math.min(client.offset, parsed + 64 * 1024);
        client.socket.send(encodePageFrame({ type: 'acknowledge', offset: parsed }));
      }
    }, 32);
    let parsed = 0;
    client.input("PS1='READY> '; yes\n");
    await client.until(() => client.offset > 1024 * 1024);
    const asked = performance.now();
    client.input('\x03');
    await client.until(() => client.output.subarray(-400).includes('READY> '));
    clearInterval(parse);
    expect(performance.now() - asked).toBeLessThan(1500);
    await remove(id);
  });
});

describe('input', () => {
  test('that a program does not read stalls nobody else, costs no CPU, and is bounded', async () => {
    const deaf = await agent.open('stty raw -echo; echo ready; exec sleep 1000');
    const stuck = agent.attach(deaf.id);
    await stuck.until(/ready/);
    for (let sent = 0; sent < 8; sent += 1) stuck.input(Buffer.alloc(1024 * 1024 - 1, 'x'));
    // Listened to no further: what is beyond the agent's bound stays with the client.
    await vi.waitFor(() => expect(stuck.socket.bufferedAmount).toBeLessThan(7.5 * 1024 * 1024));
    const echo = await agent.open('exec cat');
    const client = agent.attach(echo.id);
    await client.until(() => client.attached.length > 0);
    const before = await cpuTime();
    const began = performance.now();
    for (let round = 0; performance.now() - began < 1000; round += 1) {
      client.input(`round ${round}\n`);
      await client.until(new RegExp(`round ${round}\r\nround ${round}\r\n`));
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    expect((await cpuTime()) - before).toBeLessThan(0.3);
    expect(stuck.socket.bufferedAmount).toBeGreaterThan(4 * 1024 * 1024);
    expect(stuck.socket.readyState).toBe(stuck.socket.OPEN);
    await remove(deaf.id);
    await remove(echo.id);
    expect(await stuck.closed).toBe(1000);
  });

  test('that waits does not stop the output of the program that does not read it', async () => {
    const { id } = await agent.open('exec yes');
    const client = agent.attach(id);
    await client.until(/y/);
    for (let sent = 0; sent < 4; sent += 1) client.input(Buffer.alloc(1024 * 1024 - 1, 'line\n'));
    const offset = async () => (await agent.list()).find((terminal) => terminal.id === id)?.offset ?? 0;
    const before = await offset();
    await vi.waitFor(async () => expect(await offset()).toBeGreaterThan(before + 4 * 1024 * 1024), { timeout: 10_000 });
    await remove(id);
    await client.closed;
  });

  test('arrives whole, however much of it there is', async () => {
    const { id } = await agent.open('stty raw -echo; echo ready; head -c 3000000 | sha256sum');
    const client = agent.attach(id);
    await client.until(/ready/);
    const bytes = Buffer.alloc(3_000_000);
    for (let at = 0; at < bytes.length; at += 1) bytes[at] = (at * 7) >> 5;
    for (let at = 0; at < bytes.length; at += 500_000) client.input(bytes.subarray(at, at + 500_000));
    const { createHash } = await import('node:crypto');
    await client.until(new RegExp(createHash('sha256').update(bytes).digest('hex')));
  });

  test('of a terminal that ended never reaches another, though its descriptor is used again', async () => {
    const descriptors = async () => {
      const folder = `/proc/${agent.process.pid}/fd`;
      const found = await Promise.all(
        (await readdir(folder)).map(async (fd) => [fd, await readlink(`${folder}/${fd}`).catch(() => '')] as const),
      );
      return found.filter(([, target]) => target.endsWith('/ptmx')).map(([fd]) => fd);
    };
    let reused = 0;
    for (let round = 0; round < 5; round += 1) {
      const deaf = await Promise.all(
        Array.from({ length: 4 }, () => agent.open('stty raw -echo; echo $$ ready; exec sleep 1000')),
      );
      const clients = deaf.map(({ id }) => agent.attach(id));
      for (const client of clients) {
        await client.until(/ready/);
        for (let sent = 0; sent < 3; sent += 1) client.input(Buffer.alloc(300_000, 'LEAK'));
      }
      // So long that the agent tries to write at its longest interval: an heir is there before the next try.
      await new Promise((resolve) => setTimeout(resolve, 250));
      const before = await descriptors();
      for (const client of clients) process.kill(Number.parseInt(client.output.toString(), 10), 'SIGKILL');
      await Promise.all(clients.map((client) => client.closed));
      const heirs = await Promise.all(clients.map(() => agent.open('stty raw -echo; echo ready; exec cat')));
      reused += (await descriptors()).filter((fd) => before.includes(fd)).length;
      await new Promise((resolve) => setTimeout(resolve, 100));
      await Promise.all(
        heirs.map(async ({ id }) => {
          const heir = agent.attach(id);
          await heir.until(/ready/);
          heir.input('own\n');
          await heir.until(/own/);
          expect(heir.output.toString().slice(0, 80)).toBe('ready\nown\n');
          await remove(id);
          await heir.closed;
        }),
      );
    }
    expect(reused).toBeGreaterThan(0);
  }, 60_000);
});

describe('a terminal', () => {
  test('that ended stays until its end was seen', async () => {
    const { id } = await agent.open('echo bye; exit 4');
    await vi.waitFor(async () => expect(await agent.list()).toMatchObject([{ id, exit: { code: 4, signal: 0 } }]));
    const client = agent.attach(id);
    await client.until(() => client.exit !== undefined);
    expect(client.output.toString()).toBe('bye\r\n');
    await client.closed;
    await vi.waitFor(async () => expect(await agent.list()).toEqual([]));
    expect(await agent.attach(id).closed).toBe(unknownTerminal);
  });

  test('whose end was sent to a connection that broke is kept', async () => {
    const { id } = await agent.open('read; exit 4');
    const client = agent.attach(id);
    await client.until(() => client.attached.length === 1);
    client.input('\n');
    client.socket.on('message', () => client.exit && client.socket.terminate());
    await client.closed;
    await vi.waitFor(async () => expect((await agent.list())[0]?.exit?.code).toBe(4));
    const again = agent.attach(id, { from: client.offset });
    await again.until(() => again.exit !== undefined);
    await again.closed;
  });

  test('that is deleted is hung up; what ignores that is killed', async () => {
    const polite = await agent.open(`trap 'echo hung up; exit 6' HUP; echo ready; while :; do read -t 1; done`);
    const stubborn = await agent.open(`trap '' HUP TERM INT; echo ready; while :; do read -t 1; done`);
    const clients = [polite, stubborn].map(({ id }) => agent.attach(id));
    for (const client of clients) await client.until(/ready/);
    expect((await agent.http('DELETE', `/terminals/${polite.id}`)).status).toBe(204);
    expect((await agent.http('DELETE', `/terminals/${stubborn.id}`)).status).toBe(204);
    expect((await agent.http('DELETE', `/terminals/${stubborn.id}`)).status).toBe(404);
    expect(await agent.list()).toEqual([]);
    await Promise.all(clients.map((client) => client.closed));
    expect(clients.map((client) => client.exit)).toEqual([
      { type: 'exit', code: 6, signal: 0 },
      { type: 'exit', code: 137, signal: 9 },
    ]);
    expect(clients[0]?.output.toString()).toContain('hung up');
  });

  test('that nobody reads is deleted all the same', async () => {
    const { id } = await agent.open('echo $$; exec yes');
    const client = agent.attach(id, { acknowledge: false });
    await client.until(() => client.offset === windowBytes);
    const pid = Number(/^\d+/.exec(client.output.toString())?.[0]);
    await remove(id);
    await vi.waitFor(() => expect(() => process.kill(pid, 0)).toThrow('ESRCH'));
    client.socket.terminate();
  });

  test('too many: a clear problem, and room again when one is gone', async () => {
    const open = await Promise.all(Array.from({ length: 64 }, () => agent.open('exec sleep 1000')));
    const refused = await agent.http('POST', '/terminals', { body: { columns: 80, rows: 24 } });
    expect(refused.status).toBe(429);
    expect(refused.headers['content-type']).toBe('application/problem+json');
    expect(refused.json()).toMatchObject({ status: 429, title: expect.stringContaining('64 terminals') });
    const [last] = open;
    if (last !== undefined) await remove(last.id);
    await vi.waitFor(() => agent.open('exec sleep 1000'));
    for (const { id } of await agent.list()) await remove(id);
  });

  test.each([
    ['not JSON', 'x'],
    ['no size', {}],
    ['a size of zero', { columns: 0, rows: 24 }],
    ['half a cell', { columns: 1.5, rows: 24 }],
    ['a field that is not known', { columns: 80, rows: 24, command: 'rm' }],
    ['too much', { columns: 80, rows: 24, directory: `/${'x'.repeat(20_000)}` }],
  ])('with %s: 400', async (_, body) => {
    const answer = await agent.http('POST', '/terminals', { body });
    expect(answer.status).toBe(400);
    expect(answer.json()).toMatchObject({ type: 'urn:porthole:bad-request' });
  });
});

describe('frames', () => {
  test.each([
    ['of text', 'hello', 1003],
    ['that are empty', Buffer.alloc(0), 1002],
    ['of an unknown kind', Buffer.of(9), 1002],
    ['of no size', Buffer.of(1, 0, 0, 0, 0), 1002],
    ['that acknowledge what was not sent', encodePageFrame({ type: 'acknowledge', offset: 1e9 }), 1002],
    ['beyond 1 MiB', Buffer.alloc(1024 * 1024 + 1), 1009],
  ])('%s close the connection, and that alone', async (_, data, code) => {
    const { id } = await agent.open('echo ready; exec cat');
    const bad = agent.attach(id);
    const good = agent.attach(id);
    await bad.until(/ready/);
    await good.until(/ready/);
    bad.socket.send(data);
    expect(await bad.closed).toBe(code);
    good.input('still here\n');
    await good.until(/still here\r\nstill here/);
    await remove(id);
  });

  test('a client that was killed holds up nothing', async () => {
    const { id } = await agent.open('yes');
    const client = agent.attach(id, { acknowledge: false });
    await client.until(() => client.offset === windowBytes);
    client.socket.terminate();
    await once(client.socket, 'close');
    const offset = async () => (await agent.list())[0]?.offset ?? 0;
    const before = await offset();
    await vi.waitFor(async () => expect(await offset()).toBeGreaterThan(before + 1024 * 1024));
    await remove(id);
  });
});
