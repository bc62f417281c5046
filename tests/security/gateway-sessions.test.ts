/** Signing in and out: tokens, cookies, and that nothing outlives its session. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as v from 'valibot';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { closedBySignOut } from '../../protocol/events.ts';
import { user as userCommand } from '../../server/gateway/cli/user.ts';
import { GatewayConfig } from '../../server/gateway/config.ts';
import { Live } from '../../server/gateway/sessions/live.ts';
import { hashed, newSecret } from '../../server/gateway/sessions/secrets.ts';
import { firstAdminLink, hardExpiry, signInLink, softExpiry } from '../../server/gateway/sessions/sessions.ts';
import { cookieOf, open, type Reply, type Rig, rig, type Server, serve, upgrade } from '../integration/gateway/kit.ts';

let of: Rig;
let servers: Server[];
beforeEach(async () => {
  of = await rig();
  servers = [];
});
afterEach(async () => {
  vi.useRealTimers();
  await of.close();
  for (const server of servers) await server.close();
});

const post = (token: unknown, headers: Record<string, string> = {}): Promise<Reply> =>
  of.shell('/api/session', {
    method: 'POST',
    headers: { origin: of.origin, 'content-type': 'application/json', ...headers },
    body: typeof token === 'string' ? JSON.stringify({ token }) : JSON.stringify(token),
  });
const kind = (reply: Reply) => (reply.json() as { type: string }).type;
const firstToken = () => of.gateway.url.split('#token=')[1] ?? '';
const whoAmI = (cookie: string) => of.shell('/api/session', { headers: { cookie } });

describe('the first administrator', () => {
  test('signs in by the printed address, once', async () => {
    const reply = await post(firstToken());
    expect(reply.status).toBe(200);
    expect(reply.json()).toMatchObject({ user: { email: 'admin@localhost', name: 'Administrator', role: 'admin' } });
    expect((await whoAmI(cookieOf(reply))).json()).toEqual(reply.json());
    const again = await post(firstToken());
    expect([again.status, kind(again)]).toEqual([401, 'urn:porthole:token-used']);
    expect(again.headers['content-type']).toBe('application/problem+json');
    expect(await of.gateway.store.users()).toHaveLength(1);
  });

  test('is one, even when two come at once', async () => {
    const replies = await Promise.all(Array.from({ length: 8 }, () => post(firstToken())));
    expect(replies.map(({ status }) => status).sort()).toEqual([200, ...Array(7).fill(401)]);
    expect(await of.gateway.store.users()).toHaveLength(1);
  });

  test('is one, whichever of the addresses that were printed since is used', async () => {
    const links = await Promise.all(Array.from({ length: 4 }, () => firstAdminLink(of.gateway.store, of.origin)));
    const tokens = [firstToken(), ...links.map((link) => link.split('#token=')[1])];
    const replies = await Promise.all(tokens.map((token) => post({ token })));
    expect(replies.map(({ status }) => status).sort()).toEqual([200, ...Array(4).fill(401)]);
    expect(await of.gateway.store.users()).toHaveLength(1);
  });

  test('is told to start Porthole again where a link is no good and nobody is there to make one for', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    vi.setSystemTime(Date.now() + 25 * 60 * 60 * 1000);
    const expired = await post(firstToken());
    expect(kind(expired)).toBe('urn:porthole:token-expired');
    expect((expired.json() as { detail: string }).detail).toContain('Start Porthole again');
  });

  test('cannot come by the printed address any more once an administrator was added', async () => {
    await command('add', 'ada@example.org', '--role', 'admin');
    expect(kind(await post(firstToken()))).toBe('urn:porthole:token-unknown');
  });
});

describe('a token', () => {
  test('that was made up, was used, or is too old is told apart', async () => {
    const { id } = await of.person('member');
    const secret = newSecret();
    const created = Date.now() - 25 * 60 * 60 * 1000;
    await of.gateway.store.addToken({
      hash: hashed(secret),
      purpose: 'sign-in',
      userId: id,
      created,
      expires: Date.now() - 1,
    });
    const expired = await post(secret);
    expect([expired.status, kind(expired)]).toEqual([401, 'urn:porthole:token-expired']);
    expect((expired.json() as { detail: string }).detail).toContain('porthole user link EMAIL');
    expect(kind(await post('x'))).toBe('urn:porthole:token-unknown');
  });

  test('is kept as a hash only, and so are sessions', async () => {
    const { cookie } = await of.person('admin');
    const kept = ['porthole.db', 'porthole.db-wal']
      .map((name) => readFileSync(join(of.folder, 'state', name), 'latin1'))
      .join('');
    for (const secret of [firstToken(), cookie.split('=')[1] ?? '']) {
      expect(secret).toHaveLength(43);
      expect(kept).not.toContain(secret);
      expect(kept).toContain(hashed(secret));
    }
  });

  test('that is guessed at is refused after ten failures, and only failures count', async () => {
    for (let i = 0; i < 12; i++) await of.person('demo');
    for (let i = 0; i < 10; i++) expect((await post(`guess ${i}`)).status).toBe(401);
    const limited = await post('one more');
    expect([limited.status, kind(limited)]).toEqual([429, 'urn:porthole:too-many-attempts']);
    expect(Number(limited.headers['retry-after'])).toBeGreaterThan(0);
  });

  test('behind a proxy locks out the one who guesses, and nobody where it is not known who that is', async () => {
    await of.close();
    of = await rig({ settings: { publicUrl: 'https://desk.example.org' } });
    const from = async (address: string | undefined, times: number) => {
      let reply: Reply | undefined;
      const headers = address === undefined ? {} : { 'x-forwarded-for': address };
      for (let i = 0; i < times; i++) reply = await post(`guess ${i}`, headers);
      return reply?.status;
    };
    expect(await from('203.0.113.1', 11)).toBe(429);
    expect(await from('203.0.113.2', 1)).toBe(401);
    expect(await from(undefined, 12)).toBe(401);
    expect((await post(firstToken())).status).toBe(200);
  });

  test.each([
    ['no token', {}],
    ['a number', { token: 1 }],
    ['more than a token', { token: 'x', role: 'admin' }],
    ['an empty one', { token: '' }],
    ['a list', []],
  ])('with %s is bad input', async (_name, body) => {
    const reply = await post(body);
    expect([reply.status, kind(reply)]).toEqual([400, 'urn:porthole:invalid']);
  });

  test('that is too long, no JSON, or of another type is bad input', async () => {
    const of413 = await post('x'.repeat(70_000));
    expect(of413.status).toBe(413);
    expect((await post('x', { 'content-type': 'text/plain' })).status).toBe(415);
    const broken = await of.shell('/api/session', {
      method: 'POST',
      headers: { origin: of.origin, 'content-type': 'application/json' },
      body: '{',
    });
    expect(broken.status).toBe(400);
    expect(broken.text).not.toMatch(/at .*:\d+/);
  });
});

describe('the cookie', () => {
  const setCookie = (reply: Reply) => reply.headers['set-cookie']?.[0] ?? '';

  test('is host-only, HttpOnly and Strict', async () => {
    const line = setCookie(await post(firstToken()));
    expect(line).toMatch(/^porthole=[\w-]{43}; Max-Age=7776000; Path=\/; HttpOnly; SameSite=Strict$/);
  });

  test('is Secure and fixed to its host behind https', async () => {
    await of.close();
    of = await rig({ settings: { publicUrl: 'https://desk.example.org', domain: 'desk.example.org' } });
    const line = setCookie(await post(firstToken()));
    expect(line).toMatch(/^__Host-porthole=[\w-]{43}; Max-Age=7776000; Path=\/; HttpOnly; SameSite=Strict; Secure$/);
    const { cookie } = await of.person('member');
    expect(await of.enter(cookie, 'alpha')).toMatch(/^__Host-porthole-app=/);
  });

  test('changes at each sign-in, and the one before is void', async () => {
    const { id, cookie } = await of.person('member');
    const token = (await signInLink(of.gateway.store, of.origin, id)).split('#token=')[1];
    const reply = await post({ token }, { cookie });
    expect(cookieOf(reply)).not.toBe(cookie);
    expect((await whoAmI(cookie)).status).toBe(401);
    expect((await whoAmI(cookieOf(reply))).status).toBe(200);
  });

  test('that a failed sign-in brings along stays good', async () => {
    const { cookie } = await of.person('member');
    await post('wrong', { cookie });
    expect((await whoAmI(cookie)).status).toBe(200);
  });

  test('tossed in by a sibling beside the true one does no harm', async () => {
    const { cookie } = await of.person('member');
    expect((await whoAmI(`porthole=tossed; ${cookie}; porthole=`)).status).toBe(200);
  });

  test('is taken away at sign-out', async () => {
    const { cookie } = await of.person('member');
    const reply = await of.shell('/api/session', { method: 'DELETE', headers: { cookie, origin: of.origin } });
    expect(reply.status).toBe(204);
    expect(setCookie(reply)).toContain('porthole=; Max-Age=0');
    expect((await whoAmI(cookie)).status).toBe(401);
  });
});

describe('a session', () => {
  test('slides 30 days from its last use, and ends after 90', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    const start = Date.now();
    const { cookie } = await of.person('member');
    const day = 24 * 60 * 60 * 1000;
    for (let passed = 25 * day; passed < 85 * day; passed += 25 * day) {
      vi.setSystemTime(start + passed);
      const { expires } = (await whoAmI(cookie)).json() as { expires: number };
      expect(expires).toBe(Math.min(start + passed + softExpiry, start + hardExpiry));
    }
    vi.setSystemTime(start + 89 * day);
    expect((await whoAmI(cookie)).status).toBe(200);
    vi.setSystemTime(start + hardExpiry + 1);
    expect((await whoAmI(cookie)).status).toBe(401);
  });

  test('that is not used for 30 days ends', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    const { cookie } = await of.person('member');
    vi.setSystemTime(Date.now() + softExpiry + 1);
    expect((await whoAmI(cookie)).status).toBe(401);
  });
});

/** As `porthole user` runs it, with a hold of the store of its own. */
const command = (...args: string[]) =>
  userCommand(
    v.parse(GatewayConfig, {
      settings: { port: of.port, state: of.folder, isolation: 'nspawn' },
      state: join(of.folder, 'state'),
      shell: '/',
      build: '',
      orchestrator: { socket: join(of.folder, 'orchestrator.sock'), token: of.orchestrator.token },
    }),
    args,
  );

/** What sessions hold open, by the gateway's own count. */
const held = async () => Number(/^porthole_live_streams (\d+)$/m.exec((await of.shell('/metrics')).text)?.[1]);

describe('when a session ends, what it holds open is let go before the end is answered', () => {
  /** One of each: events, an agent's socket, an app's socket, an app's endless stream. `life`: of the session, ms. */
  async function everything(life?: number) {
    const upstream = await serve((_request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write('data: 1\n\n');
    });
    await of.close();
    of = await rig({ settings: { apps: { alpha: `http://127.0.0.1:${upstream.port}` } } });
    const socket = join(of.folder, 'agent.sock');
    servers.push(upstream, await serve((_request, response) => response.end(), socket));
    const person = await of.person('member');
    const container = {
      userId: person.id,
      login: 'u',
      state: 'running',
      isolation: 'nspawn',
      uid: 1,
      home: '/',
    } as const;
    of.orchestrator.set({ ...container, agent: { socket, token: 'secret' } });
    const appCookie = await of.enter(person.cookie, 'alpha');
    const hash = hashed(person.cookie.split('=')[1] ?? '');
    if (life !== undefined) await of.gateway.store.touchSession(hash, Date.now(), Date.now() + life);
    const app = `alpha.${of.host}`;
    const opened = await Promise.all([
      upgrade(of.port, of.host, '/api/events', { cookie: person.cookie, origin: of.origin }),
      upgrade(of.port, of.host, '/agent/terminals/1/socket', { cookie: person.cookie, origin: of.origin }),
      upgrade(of.port, app, '/live', { cookie: appCookie, origin: `http://${app}` }),
    ]);
    const closed = opened.map((result) => {
      if (!('socket' in result)) throw new Error(`refused: ${result.status}`);
      return new Promise<number>((resolve) => result.socket.once('close', resolve));
    });
    const endless = await open({ port: of.port, host: app, path: '/', headers: { cookie: appCookie } });
    endless.resume();
    const streamed = new Promise<void>((resolve) => {
      endless.once('error', () => resolve());
      endless.once('close', () => resolve());
    });
    // On the far sides, too: nothing goes on for nobody.
    const farEnded = servers.flatMap(({ sockets }) =>
      [...sockets.clients].map((client) => new Promise((resolve) => client.once('close', resolve))),
    );
    expect(farEnded).toHaveLength(2);
    return { person, appCookie, closed: Promise.all([...closed, streamed, ...farEnded]) };
  }

  test.each(['sign-out', 'removal of the user', 'sign-in anew'] as const)('%s', async (how) => {
    const { person, appCookie, closed } = await everything();
    expect(await held()).toBe(4);
    if (how === 'sign-out')
      await of.shell('/api/session', { method: 'DELETE', headers: { cookie: person.cookie, origin: of.origin } });
    else if (how === 'removal of the user') {
      expect(await command('remove', person.email)).not.toContain('not known');
      expect(of.orchestrator.stopped).toEqual([person.id]);
    } else {
      const token = (await signInLink(of.gateway.store, of.origin, person.id)).split('#token=')[1];
      await post({ token }, { cookie: person.cookie });
    }
    // No clock is asked how soon: it is done by now. That the far ends hear of it is awaited.
    expect(await held()).toBe(0);
    const [events] = await closed;
    expect(events).toBe(closedBySignOut);
    expect((await of.app('alpha', '/', { headers: { cookie: appCookie } })).status).toBe(401);
  });

  test('expiry', async () => {
    const life = 1000;
    const start = Date.now();
    const { closed } = await everything(life);
    expect((await closed)[0]).toBe(closedBySignOut);
    expect(Date.now() - start).toBeGreaterThanOrEqual(life);
  });
});

test('what is opened for a session that ended in the same moment is closed', async () => {
  const live = new Live(of.gateway.store);
  const closed = vi.fn();
  live.hold({ hash: 'ended', expires: Date.now() + 60_000 }, closed);
  await vi.waitFor(() => expect(closed).toHaveBeenCalledOnce());
  expect(live.size).toEqual({ sessions: 0, open: 0 });
});

test('a page that does not answer the close is cut off all the same', async () => {
  const { cookie } = await of.person('member');
  const result = await upgrade(of.port, of.host, '/api/events', { cookie, origin: of.origin });
  if (!('socket' in result)) throw new Error('refused');
  result.socket.pause();
  await of.shell('/api/session', { method: 'DELETE', headers: { cookie, origin: of.origin } });
  await vi.waitFor(async () => expect((await of.shell('/metrics')).text).toMatch(/porthole_live_streams 0/));
  result.socket.terminate();
});
