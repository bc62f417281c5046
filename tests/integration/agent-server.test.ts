import { once } from 'node:events';
import { mkdtemp, readdir, readlink, rm, stat } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { WebSocket } from 'ws';
import { agentTokenHeader } from '../../protocol/agent.ts';
import { windowBytes } from '../../protocol/terminal.ts';
import { startAgent } from '../../server/agent/server.ts';
import { Terminal } from '../../server/agent/terminal.ts';
import { type AgentProcess, agentClient, spawnAgent, startAgentProcess, TestClient, token } from './agent-process.ts';

let agent: AgentProcess;
beforeEach(async () => {
  agent = await startAgentProcess();
});
afterEach(() => agent.stop());

const wrongTokens: [string, Record<string, string>][] = [
  ['no', { [agentTokenHeader]: '' }],
  ['another', { [agentTokenHeader]: 'x'.repeat(token.length) }],
  ['a longer', { [agentTokenHeader]: `${token}x` }],
  ['a doubled', { [agentTokenHeader]: `${token}, ${token}` }],
];

test('without its token an agent answers nothing, whatever is asked', async () => {
  const { id } = await agent.open('exec cat');
  for (const [, headers] of wrongTokens) {
    for (const [method, path] of [
      ['GET', '/health'],
      ['GET', '/alive'],
      ['GET', '/files'],
      ['HEAD', '/files/content?path=/etc/passwd'],
      ['GET', '/terminals'],
      ['POST', '/terminals'],
      ['DELETE', `/terminals/${id}`],
      ['GET', '/nothing'],
    ] as const) {
      const answer = await agent.http(method, path, { headers });
      expect(answer.status, `${method} ${path}`).toBe(401);
      expect(answer.headers['content-type']).toBe('application/problem+json');
    }
    const socket = new WebSocket(`ws+unix:${agent.config.socket}:/terminals/${id}/socket`, { headers });
    const [, response] = await once(socket, 'unexpected-response');
    expect(response.statusCode).toBe(401);
    socket.on('error', () => {});
    socket.terminate();
  }
  expect(await agent.list()).toHaveLength(1);
});

test('what it does not know is a 404, as a problem', async () => {
  for (const [method, path] of [
    ['GET', '/'],
    ['PUT', '/terminals'],
    ['GET', '/terminals/x'],
    ['DELETE', '/terminals/x'],
    ['GET', '/files/'],
  ] as const) {
    const answer = await agent.http(method, path);
    expect(answer.status).toBe(404);
    expect(answer.json()).toMatchObject({ status: 404, title: expect.any(String) });
  }
  for (const path of ['/', '/terminals', '/terminals/x/socket?from=-1', '/terminals/x/socket?from=1e3']) {
    const socket = new WebSocket(`ws+unix:${agent.config.socket}:${path}`, { headers: { [agentTokenHeader]: token } });
    const [, response] = await once(socket, 'unexpected-response');
    expect(response.statusCode).toBe(404);
    socket.on('error', () => {});
    socket.terminate();
  }
});

test('/alive answers at once and for as long as the agent lives', async () => {
  const sent = request({ socketPath: agent.config.socket, path: '/alive', headers: { [agentTokenHeader]: token } });
  sent.on('error', () => {});
  sent.end();
  const [response] = await once(sent, 'response');
  expect(response.statusCode).toBe(200);
  response.resume().on('error', () => {});
  const closed = new Promise((resolve) => response.once('close', resolve));
  agent.process.kill('SIGKILL');
  await closed;
  expect(response.complete).toBe(false);
});

test('told to end, it hangs its terminals up first', async () => {
  const { id } = await agent.open(`trap 'echo hung up; exit 1' HUP; echo $$ ready; while :; do read -t 1; done`);
  const client = agent.attach(id);
  await client.until(/ready/);
  const pid = Number(/^\d+/.exec(client.output.toString())?.[0]);
  const ended = once(agent.process, 'exit');
  agent.process.kill('SIGTERM');
  expect(await ended).toEqual([0, null]);
  expect(client.output.toString()).toContain('hung up');
  expect(() => process.kill(pid, 0)).toThrow('ESRCH');
});

test('it starts where an agent left its socket behind, and not where one listens', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'porthole-agent-'));
  const socket = join(folder, 'agent.sock');
  try {
    const first = spawnAgent({ ...agent.config, socket });
    const lives = () =>
      vi.waitFor(() => new TestClient(socket, 'x', {}).closed.then((code) => expect(code).toBe(4404)));
    await lives();
    const second = spawnAgent({ ...agent.config, socket });
    expect(await once(second, 'exit')).toEqual([1, null]);
    await lives();
    first.kill('SIGKILL');
    await once(first, 'exit');
    const third = spawnAgent({ ...agent.config, socket });
    await lives();
    expect((await stat(socket)).mode & 0o777).toBe(0o666);
    third.kill();
    await once(third, 'exit');
  } finally {
    await rm(folder, { recursive: true });
  }
});

test('without a configuration it says so and ends', async () => {
  const child = spawnAgent({} as typeof agent.config);
  expect(await once(child, 'exit')).toEqual([1, null]);
});

/** How many sockets this process has. */
async function openSockets(): Promise<number> {
  const names = await readdir('/proc/self/fd');
  const targets = await Promise.all(names.map((name) => readlink(`/proc/self/fd/${name}`).catch(() => '')));
  return targets.filter((target) => target.startsWith('socket:')).length;
}

test('a client that answers no ping is dropped; not one that does, nor one whose input waits', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  const socket = `${agent.config.socket}.2`;
  const local = await startAgent({ ...agent.config, socket }, (error) => expect.fail(String(error)));
  try {
    const { open, attach } = agentClient(socket);
    const { id } = await open('exec yes');
    const well = attach(id);
    const dead = attach(id, { autoPong: false });
    const deaf = await open('stty raw -echo; echo ready; exec sleep 1000');
    const waiting = attach(deaf.id);
    await waiting.until(/ready/);
    // Two fill what the agent keeps; then it no longer reads.
    for (let sent = 0; sent < 3; sent += 1) {
      await vi.waitFor(() => expect(waiting.socket.bufferedAmount).toBe(0));
      waiting.input(Buffer.alloc(1024 * 1024 - 1, 'x'));
    }
    const pinged = Promise.all([well, dead].map((client) => once(client.socket, 'ping')));
    vi.advanceTimersByTime(20_000);
    await pinged;
    // An answer to something sent later: the pong is there by then.
    const { offset } = well;
    await well.until(() => well.offset > offset + 2 * windowBytes);
    vi.advanceTimersByTime(20_000);
    expect(await dead.closed).toBe(1006);
    expect(well.socket.readyState).toBe(well.socket.OPEN);
    expect(waiting.socket.readyState).toBe(waiting.socket.OPEN);
    // Where input waits nothing is read, so that a connection's end is found by the ping alone.
    const before = await openSockets();
    waiting.socket.terminate();
    await waiting.closed;
    expect(await openSockets()).toBe(before - 1);
    vi.advanceTimersByTime(20_000);
    await vi.waitFor(async () => expect(await openSockets()).toBe(before - 2));
  } finally {
    vi.useRealTimers();
    await local.close();
  }
});

test('a client that parses nothing for 10 s no longer holds the program up, until it parses again', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const options = { file: 'yes', args: [], env: { PATH: '/usr/bin:/bin' }, directory: '/', columns: 80, rows: 24 };
  const ended = Promise.withResolvers<void>();
  const terminal = await Terminal.open('x', options, ended.resolve);
  try {
    const turns = async (met: () => boolean) => {
      for (let turn = 0; turn < 200_000 && !met(); turn += 1) await new Promise(setImmediate);
      expect(met()).toBe(true);
    };
    const offset = () => terminal.info.offset;
    const held = async () => {
      const before = offset();
      for (let turn = 0; turn < 500; turn += 1) await new Promise(setImmediate);
      return offset() === before;
    };
    let got = 0;
    let gaps = 0;
    const attachment = terminal.attach(
      {
        send(frame) {
          if (frame.type === 'output') got += frame.bytes.length;
          if (frame.type !== 'attached') return;
          got = frame.start;
          gaps += frame.gap ? 1 : 0;
        },
        ended() {},
        listen() {},
      },
      0,
    );
    await turns(() => got === windowBytes);
    expect(await held()).toBe(true);
    vi.advanceTimersByTime(9_999);
    expect(await held()).toBe(true);
    vi.advanceTimersByTime(1);
    await turns(() => offset() > 3 * 1024 * 1024);
    expect(got).toBe(windowBytes);
    expect(gaps).toBe(0);
    attachment.acknowledge(got);
    expect(gaps).toBe(1);
    expect(await held()).toBe(true);
  } finally {
    terminal.hangUp();
    await ended.promise;
    vi.useRealTimers();
  }
});
