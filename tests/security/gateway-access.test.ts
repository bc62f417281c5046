/** Who reaches what: every route and upgrade of the table, asked by everybody, from everywhere. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Role } from '../../protocol/manifest.ts';
import { checkTable } from '../../server/gateway/app.ts';
import type { Route } from '../../server/gateway/routes/route.ts';
import { ask, type Rig, rig, roles, type Server, serve, testManifests, upgrade } from '../integration/gateway/kit.ts';

let of: Rig;
let upstream: Server;
const people = new Map<Role, { id: string; cookie: string }>();
const appCookies = new Map<string, string>();
const appRoles = { alpha: ['admin', 'member'], beta: ['admin'], gamma: roles } as const;
type AppName = keyof typeof appRoles;

beforeAll(async () => {
  upstream = await serve((_request, response) => response.end('upstream'));
  const address = `http://127.0.0.1:${upstream.port}`;
  of = await rig({ settings: { apps: { alpha: address, beta: address, gamma: address } } });
  for (const role of roles) people.set(role, await of.person(role));
  for (const role of roles)
    for (const [id, allowed] of Object.entries(appRoles))
      if ((allowed as readonly Role[]).includes(role))
        appCookies.set(`${role} ${id}`, await of.enter(people.get(role)?.cookie ?? '', id));
});
afterAll(async () => {
  await of.close();
  await upstream.close();
});

const concrete = (path: string) => path.replace(':id', 'gamma').replace('*', 'some/path');

/** Asks the route as its own page would; the status, 101 for an opened socket. */
async function reach(
  route: Route,
  app: AppName | undefined,
  cookie: string | undefined,
  more: Record<string, string> = {},
) {
  const host = app ? `${app}.${of.host}` : of.host;
  const headers = { origin: `http://${host}`, ...(cookie ? { cookie } : {}), ...more };
  const path = concrete(route.path);
  if (route.method === 'WS') {
    const result = await upgrade(of.port, host, path, headers);
    if ('status' in result) return result.status;
    result.socket.terminate();
    return 101;
  }
  const method = route.method === 'ALL' ? 'POST' : route.method;
  const answer = await (app ? of.app(app, path, { method, headers }) : of.shell(path, { method, headers }));
  return answer.status;
}

/** Answers that say: you may, whatever else was wrong with the question. */
const admitted = (status: number) => ![401, 403, 421].includes(status);

describe('the matrix of routes and people', () => {
  test('covers shell and apps, requests and upgrades', () => {
    const kinds = new Set(
      of.gateway.routes.map(({ host, method }) => `${host} ${method === 'WS' ? 'socket' : 'request'}`),
    );
    expect(kinds.size).toBe(4);
    expect(of.gateway.routes.length).toBeGreaterThan(15);
  });

  test('on the shell each role reaches what names it, and nothing else', async () => {
    for (const route of of.gateway.routes.filter(({ host }) => host === 'shell')) {
      const open = route.who === 'public';
      // Signing out would take the session of the tests that follow.
      const fresh = route.method === 'DELETE' && route.path === '/api/session';
      const named = `${route.method} ${route.path}`;
      expect
        .soft(admitted(await reach(route, undefined, undefined)), `${named}: nobody`)
        .toBe(open || (route.path === '/api/session' && route.method === 'POST'));
      for (const role of roles) {
        const cookie = fresh ? await of.signIn(people.get(role)?.id ?? '') : people.get(role)?.cookie;
        const allowed = open || (Array.isArray(route.who) && route.who.includes(role));
        expect.soft(admitted(await reach(route, undefined, cookie)), `${named}: ${role}`).toBe(allowed);
      }
    }
  });

  test('an app answers those whom its manifest names, and is not there for others', async () => {
    const entries = of.gateway.routes.filter(({ host, who }) => host === 'app' && who === 'manifest');
    expect(entries.length).toBe(2);
    for (const route of entries)
      for (const app of Object.keys(appRoles) as AppName[]) {
        expect.soft(await reach(route, app, undefined), `${app}: nobody`).toBe(401);
        // The shell's cookie opens no app.
        expect.soft(await reach(route, app, people.get('admin')?.cookie), `${app}: shell cookie`).toBe(401);
        for (const role of roles) {
          const cookie = appCookies.get(`${role} ${app}`);
          if (cookie)
            expect.soft(await reach(route, app, cookie), `${app}: ${role}`).toBe(route.method === 'WS' ? 101 : 200);
        }
        // An app's cookie opens no other app.
        const other = app === 'gamma' ? 'alpha' : 'gamma';
        expect.soft(await reach(route, app, appCookies.get(`admin ${other}`)), `${app}: cookie of ${other}`).toBe(401);
      }
  });

  test('no ticket for an app that the role may not open, nor for one that is not there', async () => {
    const ask = (role: Role, id: string) =>
      of.shell(`/api/apps/${id}/ticket`, {
        method: 'POST',
        headers: { origin: of.origin, cookie: people.get(role)?.cookie ?? '', 'content-type': 'application/json' },
        body: '{}',
      });
    expect((await ask('member', 'beta')).status).toBe(404);
    expect((await ask('demo', 'alpha')).status).toBe(404);
    expect((await ask('admin', 'off')).status).toBe(404);
    expect((await ask('admin', 'terminal')).status).toBe(404);
    expect((await ask('admin', 'beta')).status).toBe(200);
  });

  test('a role that loses an app loses it at once', async () => {
    const cookie = appCookies.get('member alpha') ?? '';
    const roles = testManifests.find(({ id }) => id === 'alpha')?.roles as Role[];
    expect((await of.app('alpha', '/', { headers: { cookie } })).status).toBe(200);
    roles.splice(roles.indexOf('member'), 1);
    try {
      expect((await of.app('alpha', '/', { headers: { cookie } })).status).toBe(404);
    } finally {
      roles.push('member');
    }
  });

  test('the registry tells each role of its own apps, and of no upstream', async () => {
    for (const role of roles) {
      const { text } = await of.shell('/api/registry', { headers: { cookie: people.get(role)?.cookie ?? '' } });
      const ids = (JSON.parse(text) as { apps: { id: string }[] }).apps.map(({ id }) => id);
      expect(ids).toEqual(
        role === 'admin'
          ? ['terminal', 'alpha', 'beta', 'gamma']
          : role === 'member'
            ? ['terminal', 'alpha', 'gamma']
            : ['gamma'],
      );
      expect(text).not.toContain(String(upstream.port));
    }
  });
});

test('a table with an entry that names no one does not start', () => {
  const entry = { host: 'shell', method: 'GET', path: '/api/x', summary: '', handler: () => new Response() } as const;
  for (const who of [undefined, [], 'anyone'])
    expect(() => checkTable([{ ...entry, who } as unknown as Route])).toThrow('GET /api/x');
  expect(() =>
    checkTable([
      { ...entry, who: 'public' },
      { ...entry, who: ['demo'] },
    ]),
  ).not.toThrow();
});

describe('where a request comes from', () => {
  const origins = (own: string): Record<string, string | undefined> => ({
    absent: undefined,
    null: 'null',
    sibling: `http://beta.${new URL(own).host.replace(/^\w+\./, '')}`,
    'the other port': `http://${new URL(own).hostname}:1`,
    'a name that ends alike': `http://evil.${new URL(own).hostname}.test:${of.port}`,
    'the other scheme': own.replace('http:', 'https:'),
    'a name that begins alike': `${own}.evil.test`,
    empty: '',
  });

  test('every state change and every upgrade refuses a foreign origin', async () => {
    const changing = of.gateway.routes.filter(({ method }) => method !== 'GET');
    expect(changing.length).toBeGreaterThan(8);
    for (const route of changing) {
      const app = route.host === 'app' ? 'alpha' : undefined;
      const host = app ? `${app}.${of.host}` : of.host;
      const cookie = app ? appCookies.get('admin alpha') : people.get('admin')?.cookie;
      for (const [name, origin] of Object.entries(origins(`http://${host}`))) {
        const path = concrete(route.path);
        const headers: Record<string, string> = {
          ...(cookie ? { cookie } : {}),
          ...(origin === undefined ? {} : { origin }),
        };
        let status: number;
        if (route.method === 'WS') {
          const result = await upgrade(of.port, host, path, headers);
          status = 'status' in result ? result.status : 101;
          if ('socket' in result) result.socket.terminate();
        } else {
          const method = route.method === 'ALL' ? 'DELETE' : route.method;
          status = (await (app ? of.app(app, path, { method, headers }) : of.shell(path, { method, headers }))).status;
        }
        expect.soft(status, `${route.method} ${host}${path}: origin ${name}`).toBe(403);
      }
    }
  });

  test('an app may not ask the shell, nor the shell an app', async () => {
    for (const [host, cookie, origin] of [
      [of.host, people.get('admin')?.cookie, `http://alpha.${of.host}`],
      [`alpha.${of.host}`, appCookies.get('admin alpha'), of.origin],
    ] as const) {
      const result = await upgrade(of.port, host, host === of.host ? '/api/events' : '/', {
        cookie: cookie ?? '',
        origin,
      });
      expect(result).toMatchObject({ status: 403 });
    }
  });

  test('without an Origin the browser itself may vouch for it', async () => {
    const ask = (site: string) =>
      of.shell('/api/session', { method: 'DELETE', headers: { 'sec-fetch-site': site } }).then(({ status }) => status);
    expect(await ask('same-origin')).toBe(401);
    for (const site of ['same-site', 'cross-site', 'none']) expect(await ask(site)).toBe(403);
  });

  test('what only tells is for the shell itself and the address bar', async () => {
    const ask = (site: string) =>
      of.shell('/api/session', { headers: { cookie: people.get('demo')?.cookie ?? '', 'sec-fetch-site': site } });
    for (const site of ['same-origin', 'none']) expect((await ask(site)).status).toBe(200);
    for (const site of ['same-site', 'cross-site']) expect((await ask(site)).status).toBe(403);
  });

  test('an app’s own form with no referrer may post', async () => {
    const headers = { cookie: appCookies.get('admin alpha') ?? '', origin: 'null', 'sec-fetch-site': 'same-origin' };
    expect((await of.app('alpha', '/', { method: 'POST', headers })).status).toBe(200);
  });
});

describe('the asked host', () => {
  const strangers = () => [
    'evil.test',
    `evil.test:${of.port}`,
    'localhost',
    'localhost:1',
    `localhost.:${of.port}`,
    `127.0.0.1:${of.port}`,
    `[::1]:${of.port}`,
    `off.localhost:${of.port}`,
    `terminal.localhost:${of.port}`,
    `nobody.localhost:${of.port}`,
    `a.alpha.localhost:${of.port}`,
    `alpha.localhost.evil.test:${of.port}`,
    `localhost:${of.port}@evil.test`,
    '',
  ];

  test('that is none of ours is answered with 421 before anything else', async () => {
    for (const host of strangers())
      for (const path of ['/', '/api/session', '/.porthole/enter', '/agent/files', '/nothing']) {
        const answer = await ask({ port: of.port, host, path, headers: { cookie: people.get('admin')?.cookie ?? '' } });
        expect.soft(answer.status, `${host}${path}`).toBe(421);
        expect.soft(answer.headers['set-cookie']).toBeUndefined();
      }
  });

  test('counts for upgrades too', async () => {
    for (const host of strangers().filter(Boolean))
      expect(
        await upgrade(of.port, host, '/api/events', { origin: of.origin, cookie: people.get('admin')?.cookie ?? '' }),
      ).toMatchObject({ status: 421 });
  });

  test('health and metrics answer to this machine’s own names', async () => {
    for (const host of [`127.0.0.1:${of.port}`, of.host])
      for (const path of ['/healthz', '/metrics']) expect((await ask({ port: of.port, host, path })).status).toBe(200);
    for (const name of ['x-forwarded-for', 'X-Real-IP', 'Forwarded', 'Via', 'X-Forwarded-Proto'])
      expect((await of.shell('/metrics', { headers: { [name]: 'x' } })).status, name).toBe(403);
  });

  test('metrics are for this machine, also where a proxy does not say that it is one', async () => {
    const behind = await rig({ settings: { publicUrl: 'https://desk.example.org' } });
    try {
      expect((await behind.shell('/metrics')).status).toBe(403);
      expect((await behind.shell('/healthz')).status).toBe(200);
      expect((await ask({ port: behind.port, host: `127.0.0.1:${behind.port}`, path: '/metrics' })).status).toBe(200);
    } finally {
      await behind.close();
    }
  });

  test('letter case does not matter', async () => {
    expect((await ask({ port: of.port, host: of.host.toUpperCase(), path: '/healthz' })).status).toBe(200);
  });
});
