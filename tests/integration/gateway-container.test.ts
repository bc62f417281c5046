/** Containers and events: the gateway between a page and a real orchestrator socket. */
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { WebSocket } from 'ws';
import { type GatewayEvent, pingInterval } from '../../protocol/events.ts';
import type { Container } from '../../protocol/orchestrator.ts';
import { problem } from '../../protocol/problem.ts';
import { type Rig, rig, TestOrchestrator, upgrade } from './gateway/kit.ts';

let of: Rig;
beforeEach(async () => {
  of = await rig();
});
afterEach(async () => {
  vi.useRealTimers();
  await of.close();
});

const container = (userId: string, state: Container['state'] = 'running'): Container => ({
  userId,
  login: 'u',
  state,
  isolation: 'nspawn',
  uid: 70001,
  home: '/secret/home',
  agent: { socket: '/secret/socket', token: 'secret-token' },
});
const ask = (cookie: string, method: 'GET' | 'POST' = 'GET', to = of) =>
  to.shell('/api/container', { method, headers: { cookie, origin: to.origin } });

describe('POST /api/container', () => {
  test('starts the session’s own, under a login name from the address', async () => {
    of.orchestrator.make = (id) => container(id);
    const { id, cookie } = await of.person('member', 'Ada.Lovelace@example.org');
    const reply = await ask(cookie, 'POST');
    expect([reply.status, reply.json()]).toEqual([200, { state: 'running', isolation: 'nspawn' }]);
    expect(of.orchestrator.ensured).toEqual([{ userId: id, login: 'ada-lovelace' }]);
  });

  test('asked twice at once starts it once', async () => {
    of.orchestrator.make = (id) => container(id);
    const { cookie } = await of.person('member');
    const replies = await Promise.all([ask(cookie, 'POST'), ask(cookie, 'POST'), ask(cookie, 'POST')]);
    expect(replies.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect(of.orchestrator.ensured).toHaveLength(1);
  });

  test('passes on why it could not be', async () => {
    of.orchestrator.make = () => ({
      status: 500,
      problem: problem(500, 'no-nspawn', 'systemd-nspawn is missing.', 'Install it.'),
    });
    const { cookie } = await of.person('admin');
    const reply = await ask(cookie, 'POST');
    expect(reply.status).toBe(503);
    expect(reply.json()).toMatchObject({
      type: 'urn:porthole:no-nspawn',
      title: 'systemd-nspawn is missing.',
      detail: 'Install it.',
    });
  });

  test('without isolation is for administrators alone', async () => {
    const open = await rig({ settings: { isolation: 'none' } });
    open.orchestrator.make = (id) => ({ ...container(id), isolation: 'none' });
    const member = await ask((await open.person('member')).cookie, 'POST', open);
    expect([member.status, member.json()]).toMatchObject([403, { type: 'urn:porthole:needs-isolation' }]);
    expect((await ask((await open.person('admin')).cookie, 'POST', open)).json()).toEqual({
      state: 'running',
      isolation: 'none',
    });
    await open.close();
  });
});

describe('GET /api/container', () => {
  test('tells the state, and nothing of sockets, secrets or homes', async () => {
    const { id, cookie } = await of.person('member');
    expect((await ask(cookie)).json()).toEqual({ state: 'absent', isolation: 'nspawn' });
    of.orchestrator.set({ ...container(id, 'failed'), reason: 'It ended.' });
    await vi.waitFor(async () =>
      expect((await ask(cookie)).json()).toEqual({ state: 'failed', isolation: 'nspawn', reason: 'It ended.' }),
    );
    expect((await ask(cookie)).text).not.toContain('secret');
  });

  test('is answered from what the events told, without asking again', async () => {
    const { id, cookie } = await of.person('member');
    await vi.waitFor(() => expect(of.orchestrator.listeners).toBe(1));
    of.orchestrator.set(container(id));
    await vi.waitFor(async () => expect((await ask(cookie)).json()).toMatchObject({ state: 'running' }));
    const before = of.orchestrator.asked.length;
    await ask(cookie);
    expect(of.orchestrator.asked).toHaveLength(before);
  });

  test('says so when the orchestrator is down, and goes on when it is back', async () => {
    const { id, cookie } = await of.person('member');
    await of.orchestrator.close();
    expect((await ask(cookie)).json()).toMatchObject({ type: 'urn:porthole:orchestrator-down', status: 503 });
    const next = new TestOrchestrator();
    next.containers.set(id, container(id));
    await next.listen(join(of.folder, 'orchestrator.sock'));
    await vi.waitFor(() => expect(next.listeners).toBe(1), 10_000);
    expect((await ask(cookie)).json()).toMatchObject({ state: 'running' });
    of.orchestrator.close = () => next.close();
  });
});

describe('/api/events', () => {
  async function listen(cookie: string): Promise<{ socket: WebSocket; events: GatewayEvent[] }> {
    const events: GatewayEvent[] = [];
    const result = await upgrade(of.port, of.host, '/api/events', { cookie, origin: of.origin }, (socket) =>
      socket.on('message', (data) => events.push(JSON.parse(String(data)) as GatewayEvent)),
    );
    if (!('socket' in result)) throw new Error(`refused: ${result.status}`);
    return { socket: result.socket, events };
  }

  test('greets, tells the container’s state, and each change of it, to its owner only', async () => {
    const [ada, ben] = [await of.person('member'), await of.person('member')];
    const [hers, his] = [await listen(ada.cookie), await listen(ben.cookie)];
    const absent = { type: 'container', status: { state: 'absent', isolation: 'nspawn' } };
    const hello = { type: 'hello', build: 'build-1' };
    await vi.waitFor(() => expect([hers.events.length, his.events.length]).toEqual([2, 2]));
    of.orchestrator.set(container(ada.id, 'starting'));
    of.orchestrator.set(container(ada.id));
    of.orchestrator.set(container(ada.id));
    await vi.waitFor(() => expect(hers.events.length).toBeGreaterThanOrEqual(4));
    expect(hers.events.filter(({ type }) => type !== 'ping')).toEqual([
      hello,
      absent,
      { type: 'container', status: { state: 'starting', isolation: 'nspawn' } },
      { type: 'container', status: { state: 'running', isolation: 'nspawn' } },
    ]);
    expect(his.events).toEqual([hello, absent]);
    for (const { socket } of [hers, his]) socket.terminate();
  });

  test('tells a demo visitor of no container', async () => {
    const { socket, events } = await listen((await of.person('demo')).cookie);
    await vi.waitFor(() => expect(events.length).toBe(1));
    socket.ping();
    await new Promise((resolve) => socket.once('pong', resolve));
    expect(events).toEqual([{ type: 'hello', build: 'build-1' }]);
    socket.terminate();
  });

  test('pings', async () => {
    await of.close();
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    of = await rig();
    const { socket, events } = await listen((await of.person('demo')).cookie);
    await vi.waitFor(() => expect(events.length).toBe(1));
    vi.advanceTimersByTime(pingInterval);
    vi.useRealTimers();
    await vi.waitFor(() => expect(events).toContainEqual({ type: 'ping' }));
    socket.terminate();
  });

  test('tells the page to come back when the gateway stops', async () => {
    const { socket } = await listen((await of.person('member')).cookie);
    const closed = new Promise<number>((resolve) => socket.once('close', resolve));
    await of.gateway.close();
    expect(await closed).toBe(1001);
    const { orchestrator } = of;
    await orchestrator.close();
    of = await rig();
  });

  test('cuts off whoever talks too much', async () => {
    const { socket } = await listen((await of.person('member')).cookie);
    const closed = new Promise<number>((resolve) => socket.once('close', resolve));
    socket.send('x'.repeat(2000));
    expect(await closed).toBe(1009);
  });
});

test('a container of somebody who is no user any more is ended, and nobody else’s', async () => {
  const { id } = await of.person('member');
  await vi.waitFor(() => expect(of.orchestrator.listeners).toBe(1));
  of.orchestrator.set(container(id));
  of.orchestrator.set(container('ghost'));
  await vi.waitFor(() => expect(of.orchestrator.stopped).toEqual(['ghost']));
});
