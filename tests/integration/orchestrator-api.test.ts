import { once } from 'node:events';
import { stat } from 'node:fs/promises';
import { createServer } from 'node:net';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { isAlive } from '../../server/process/identity.ts';
import { freePort } from '../stack.ts';
import { Stage } from './orchestrator-stage.ts';

describe('the API, without containers', () => {
  let stage: Stage;
  let port: number;

  beforeAll(async () => {
    port = await freePort();
    stage = await Stage.make('none', port, { PORTHOLE_SECRET: 'not for shells' });
    await stage.up();
  });
  afterAll(() => stage.close());

  const routes = [
    ['GET', '/v1/containers'],
    ['GET', '/v1/containers/u1'],
    ['POST', '/v1/containers/u1/ensure'],
    ['POST', '/v1/containers/u1/stop'],
    ['GET', '/v1/events'],
    ['GET', '/nothing'],
  ] as const;

  test.each(routes)('%s %s: nothing without the token', async (method, path) => {
    for (const authorization of ['', 'Bearer', 'Bearer wrong', `Basic ${stage.token}`, `Bearer ${stage.token}x`]) {
      const { status, type, body } = await stage.ask(method, path, undefined, authorization);
      expect([status, type], authorization).toEqual([401, 'application/problem+json']);
      expect(JSON.parse(body)).toMatchObject({ type: 'urn:porthole:unauthorized', status: 401 });
    }
  });

  test('what is not valid is refused in words', async () => {
    const refused: [string, string, unknown, number][] = [
      ['POST', '/v1/containers/u1/ensure', undefined, 400],
      ['POST', '/v1/containers/u1/ensure', '{', 400],
      ['POST', '/v1/containers/u1/ensure', { login: 'Root; rm' }, 400],
      ['POST', '/v1/containers/u1/ensure', { login: 'me', home: '/' }, 400],
      ['POST', '/v1/containers/u1/ensure', { login: 'x'.repeat(2000) }, 413],
      ['POST', '/v1/containers/..%2f..%2fetc/ensure', { login: 'me' }, 400],
      ['POST', '/v1/containers/U1/stop', undefined, 400],
      ['GET', '/v1/containers/u-1', undefined, 400],
      ['GET', '/v1/containers/nobody', undefined, 404],
      ['POST', '/v1/containers/nobody/stop', undefined, 404],
      ['GET', '/v1/elsewhere', undefined, 404],
    ];
    for (const [method, path, body, expected] of refused) {
      const answer = await stage.ask(method, path, body);
      expect([answer.status, answer.type], `${method} ${path}`).toEqual([expected, 'application/problem+json']);
      expect(JSON.parse(answer.body).status).toBe(expected);
    }
    expect(JSON.parse((await stage.ask('GET', '/v1/containers')).body)).toEqual([]);
  });

  test('the socket is for its owner and group only', async () => {
    expect((await stat(join(stage.state, 'run/orchestrator.sock'))).mode & 0o777).toBe(0o660);
  });

  test('the same answers on 127.0.0.1', async () => {
    const url = `http://127.0.0.1:${port}/v1/containers`;
    expect((await fetch(url)).status).toBe(401);
    expect((await fetch(url, { headers: { authorization: `Bearer ${stage.token}` } })).status).toBe(200);
  });

  test('the agent runs as the person themselves; another person is refused', async () => {
    const me = await stage.ensure('me', 'me');
    expect(me).toMatchObject({ state: 'running', isolation: 'none', uid: process.getuid?.(), home: homedir() });
    expect((await stage.inside(me, 'pwd')).output.trim()).toBe(homedir());
    expect((await stage.inside(me, 'env')).output).not.toMatch(/PORTHOLE_|not for shells/);
    const other = await stage.ask('POST', '/v1/containers/you/ensure', { login: 'you' });
    expect(other.status).toBe(409);
    expect(JSON.parse(other.body).title).toContain('one person only: me');
    const { processes } = await stage.record('me');
    expect((await stage.ask('POST', '/v1/containers/me/stop')).status).toBe(200);
    expect(processes.filter(isAlive)).toEqual([]);
  });

  test("where one person's was stopped another may come; of many at once one does", async () => {
    expect((await stage.ensure('you', 'you')).state).toBe('running');
    expect((await stage.ask('POST', '/v1/containers/me/ensure', { login: 'me' })).status).toBe(409);
    await stage.ask('POST', '/v1/containers/you/stop');
    const ids = ['n1', 'n2', 'n3', 'n4'];
    const answers = await Promise.all(ids.map((id) => stage.ask('POST', `/v1/containers/${id}/ensure`, { login: id })));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409, 409, 409]);
    for (const id of ids) await stage.ask('POST', `/v1/containers/${id}/stop`);
  });

  test('what the system says is for the log, and not for the wire', async () => {
    const { mkdir, rmdir } = await import('node:fs/promises');
    const inTheWay = join(stage.state, 'orchestrator/containers/z1.json');
    await mkdir(inTheWay);
    const { status, body } = await stage.ask('POST', '/v1/containers/z1/ensure', { login: 'zoe' });
    expect(status).toBe(500);
    expect(body).not.toContain(stage.state);
    expect(stage.log).toContain(inTheWay);
    expect((await stage.get('z1')).state).toBe('failed');
    expect((await stage.get('z1')).reason).not.toContain(stage.state);
    await rmdir(inTheWay);
  });

  test('SIGTERM ends it and leaves the agent; the next one finds it', async () => {
    const me = await stage.ensure('me', 'me');
    const events = await stage.open('GET', '/v1/events');
    events.resume();
    const closed = once(events, 'close').catch(() => {});
    expect(await stage.down()).toBe(0);
    await closed;
    expect((await stage.record('me')).processes.some(isAlive)).toBe(true);
    await stage.up();
    expect(await stage.get('me')).toEqual(me);
    await stage.ask('POST', '/v1/containers/me/stop');
    await vi.waitFor(async () => expect((await stage.get('me')).state).toBe('absent'));
  });
});

test('a taken port is said plainly', async () => {
  const taken = createServer().listen(0, '127.0.0.1');
  await once(taken, 'listening');
  const address = taken.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const stage = await Stage.make('none', address.port);
  try {
    await expect(stage.up()).rejects.toThrow(`Port ${address.port} of 127.0.0.1 is taken`);
  } finally {
    await stage.close();
    taken.close();
  }
});

test('no systemd-nspawn, or one that refuses: the container fails with the reason', async () => {
  const { chmod, mkdir, writeFile } = await import('node:fs/promises');
  if (process.getuid?.() !== 0) return console.warn('skipped: containers need root.');
  const stage = await Stage.make('nspawn', 0, { PATH: '/nowhere' });
  try {
    const tools = join(stage.state, 'tools');
    await mkdir(tools);
    await writeFile(
      join(tools, 'systemd-nspawn'),
      '#!/bin/sh\necho "Failed to clone: Operation not permitted" >&2\nexit 1\n',
    );
    await chmod(join(tools, 'systemd-nspawn'), 0o755);
    stage.environment['PATH'] = tools;
    await stage.up();
    const { state, reason } = await stage.ensure('u1', 'ada');
    expect(state).toBe('failed');
    expect(reason).toBe("The container ended at once (exit code 1): Porthole's log says why.");
    await vi.waitFor(() => expect(stage.log).toContain('(ada) did not start: it said: Failed to clone: Operation not'));
  } finally {
    await stage.close();
  }
});
