/** Web apps through the gateway: real upstreams, one for each quirk that real apps have. */
import { createHash, randomBytes } from 'node:crypto';
import type { IncomingMessage, RequestListener } from 'node:http';
import http from 'node:http';
import net from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import type { Manifest } from '../../protocol/manifest.ts';
import { freePort, open, type Rig, rig, type Server, serve, testManifests, upgrade } from './gateway/kit.ts';

/** What the upstream does; each test says. */
let handler: RequestListener;
let seen: IncomingMessage | undefined;
let upstream: Server;
let of: Rig;
let cookie: string;
let appCookie: string;

const beta = testManifests.find(({ id }) => id === 'beta') as Manifest;
/** `alpha` as it is; `loopback` and `upstream` are told other Hosts. */
const manifests: Manifest[] = [
  ...testManifests.filter(({ id }) => id === 'alpha'),
  { ...beta, id: 'loopback', opens: { ...beta.opens, host: 'loopback', origin: 'rewrite' } as Manifest['opens'] },
  { ...beta, id: 'upstream', opens: { ...beta.opens, host: 'upstream', origin: 'drop' } as Manifest['opens'] },
];

beforeAll(async () => {
  upstream = await serve((request, response) => {
    seen = request;
    handler(request, response);
  });
  upstream.server.on('upgrade', (request) => {
    seen = request;
  });
  const address = `http://127.0.0.1:${upstream.port}`;
  of = await rig({ manifests, settings: { apps: { alpha: address, loopback: address, upstream: address } } });
  ({ cookie } = await of.person('admin'));
  appCookie = await of.enter(cookie, 'alpha');
});
afterAll(async () => {
  await of.close();
  await upstream.close();
});
afterEach(() => {
  seen = undefined;
});

const own = () => `http://alpha.${of.host}`;
const get = (path = '/', headers: Record<string, string> = {}) =>
  of.app('alpha', path, { headers: { cookie: appCookie, ...headers } });
const answering = (status: number, headers: http.OutgoingHttpHeaders | string[], body = '') => {
  handler = (_request, response) => {
    response.writeHead(status, headers as http.OutgoingHttpHeaders);
    response.end(body);
  };
};

describe('the way in', () => {
  const ticket = async (body: unknown = {}) => {
    const reply = await of.shell('/api/apps/alpha/ticket', {
      method: 'POST',
      headers: { cookie, origin: of.origin, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    return {
      status: reply.status,
      url: reply.status === 200 ? new URL((reply.json() as { url: string }).url) : undefined,
    };
  };
  const enter = (url: URL | undefined, id = 'alpha', headers: Record<string, string> = {}) =>
    of.app(id, `${url?.pathname}${url?.search}`, { headers });

  test('is a ticket, good once, that lands where it was asked for', async () => {
    const { url } = await ticket({ path: '/graph?a=1' });
    expect(url?.origin).toBe(own());
    const first = await enter(url);
    expect([first.status, first.headers.location]).toEqual([303, '/graph?a=1']);
    // On localhost shell and app are two sites, where only a partitioned cookie works in a frame.
    expect(first.headers['set-cookie']?.[0]).toMatch(
      /^__Host-porthole-app=[\w-]{43}; Path=\/; HttpOnly; SameSite=None; Secure; Partitioned$/,
    );
    const second = await enter(url, 'alpha', { accept: 'text/html' });
    expect(second.status).toBe(401);
    expect(second.text).toContain('Open it from the desktop');
    expect(second.text).toContain(`href="${of.origin}/"`);
  });

  test('is not open at another app, after 30 s, or to a made-up ticket', async () => {
    const { url } = await ticket();
    expect((await enter(url, 'loopback')).status).toBe(401);
    expect((await enter(url)).status).toBe(401);
    const late = (await ticket()).url;
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 31_000 });
    try {
      expect((await enter(late)).status).toBe(401);
    } finally {
      vi.useRealTimers();
    }
    expect((await of.app('alpha', '/.porthole/enter')).status).toBe(401);
  });

  test('does not mind a used ticket of one who is in', async () => {
    const { url } = await ticket();
    await enter(url);
    expect((await enter(url, 'alpha', { cookie: appCookie })).status).toBe(303);
  });

  test.each(['//evil.test', '/\\evil.test', 'https://evil.test/', 'evil', ''])('never leads to %s', async (path) => {
    expect((await ticket({ path })).status).toBe(400);
    const { url } = await ticket();
    url?.searchParams.set('to', path);
    expect((await enter(url)).headers.location).toBe('/');
  });

  test('is shown to those who come without', async () => {
    const page = await of.app('alpha', '/x', { headers: { 'sec-fetch-mode': 'navigate' } });
    expect([page.status, page.headers['content-type']]).toEqual([401, 'text/html; charset=utf-8']);
    // In a frame whose session ended it must be seen, too.
    expect(page.headers['content-security-policy']).toContain(`frame-ancestors 'self' ${of.origin}`);
    const other = await of.app('alpha', '/x');
    expect([other.status, other.headers['content-type']]).toEqual([401, 'application/problem+json']);
  });
});

describe('what the upstream is told', () => {
  test('the browser’s own Host, and who forwards; nothing that the client claims of itself', async () => {
    answering(200, {});
    await get('/a/../b//c?d=%2f', {
      'x-forwarded-for': '203.0.113.1',
      'x-forwarded-host': 'evil.test',
      forwarded: 'for=203.0.113.1',
      'x-real-ip': '203.0.113.1',
      'remote-user': 'admin',
      'x-webauth-user': 'admin',
      authorization: 'Basic eDp5',
      'x-porthole-agent-token': 'x',
      connection: 'keep-alive, x-hop',
      'x-hop': '1',
      te: 'trailers',
    });
    expect(seen?.url).toBe('/a/../b//c?d=%2f');
    expect(seen?.headers).toMatchObject({
      host: `alpha.${of.host}`,
      'x-forwarded-host': `alpha.${of.host}`,
      'x-forwarded-proto': 'http',
      'x-forwarded-for': '127.0.0.1',
      authorization: 'Basic eDp5',
    });
    for (const name of [
      'forwarded',
      'x-real-ip',
      'remote-user',
      'x-webauth-user',
      'x-hop',
      'te',
      'x-porthole-agent-token',
    ])
      expect(seen?.headers).not.toHaveProperty(name);
  });

  test('the app’s cookies, never the gateway’s', async () => {
    answering(200, {});
    await get('/', { cookie: `a=1; ${appCookie}; porthole=x; b=2; __Host-porthole=y` });
    expect(seen?.headers.cookie).toBe('a=1; b=2');
    await get('/');
    expect(seen?.headers).not.toHaveProperty('cookie');
  });

  test('as its manifest wants: loopback and upstream Host, Origin rewritten or dropped', async () => {
    answering(200, {});
    for (const [id, host, origin] of [
      ['loopback', `localhost:${upstream.port}`, `http://localhost:${upstream.port}`],
      ['upstream', `127.0.0.1:${upstream.port}`, undefined],
    ] as const) {
      const headers = {
        cookie: await of.enter(cookie, id),
        origin: `http://${id}.${of.host}`,
        referer: `http://${id}.${of.host}/x`,
      };
      expect((await of.app(id, '/', { method: 'POST', headers })).status).toBe(200);
      expect(seen?.headers.host).toBe(host);
      expect(seen?.headers.origin).toBe(origin);
      expect(seen?.headers.referer).toBe(origin && `${origin}/x`);
      expect(seen?.headers['x-forwarded-host']).toBe(`${id}.${of.host}`);
    }
  });

  test('Host whitelists, Origin equal to Host, and ALLOWED_HOSTS are content', async () => {
    // SABnzbd and qBittorrent want their own name; Grafana and Uptime Kuma want Origin to be Host.
    handler = (request, response) => {
      const { host, origin } = request.headers;
      response.writeHead(origin === undefined || new URL(origin).host === host ? 200 : 403).end();
    };
    expect((await of.app('alpha', '/', { method: 'POST', headers: { cookie: appCookie, origin: own() } })).status).toBe(
      200,
    );
    const loopback = await of.enter(cookie, 'loopback');
    handler = (request, response) => {
      const port = Number(request.headers.host?.split(':')[1]);
      response.writeHead(port === upstream.port ? 200 : 401).end();
    };
    expect((await of.app('loopback', '/', { headers: { cookie: loopback } })).status).toBe(200);
  });
});

describe('what the browser is told', () => {
  test('that the shell may frame it: X-Frame-Options gone, frame-ancestors replaced, the rest kept', async () => {
    answering(200, [
      'X-Frame-Options',
      'DENY',
      'Content-Security-Policy',
      "default-src 'self'; frame-ancestors 'none'; script-src 'self'",
      'Content-Security-Policy',
      'img-src *',
    ]);
    const { headers, rawHeaders } = await get();
    expect(headers).not.toHaveProperty('x-frame-options');
    const policies = rawHeaders.filter((_, at) => rawHeaders[at - 1]?.toLowerCase() === 'content-security-policy');
    expect(policies).toEqual([
      `default-src 'self'; script-src 'self'; frame-ancestors 'self' ${of.origin}`,
      `img-src *; frame-ancestors 'self' ${of.origin}`,
    ]);
  });

  test('that nobody else may, where the app says nothing', async () => {
    answering(200, {});
    expect((await get()).headers['content-security-policy']).toBe(`frame-ancestors 'self' ${of.origin}`);
  });

  test('cookies of this host alone, never one of ours', async () => {
    answering(200, {
      'set-cookie': [
        'SID=1; HttpOnly; SameSite=Strict; Domain=localhost; path=/',
        'porthole=evil; Path=/',
        '__Host-porthole-app=evil; Secure; Path=/',
        '=porthole=evil',
        'Porthole=evil',
        'b=2; domain=.localhost',
      ],
    });
    expect((await get()).headers['set-cookie']).toEqual([
      'SID=1; HttpOnly; path=/; SameSite=None; Secure; Partitioned',
      'b=2; SameSite=None; Secure; Partitioned',
    ]);
  });

  test('nothing that lets siblings read it', async () => {
    for (const [value, passed] of [
      ['*', undefined],
      [`http://beta.${of.host}`, undefined],
      ['null', undefined],
      [own(), own()],
    ] as const) {
      answering(200, { 'access-control-allow-origin': value });
      expect((await get()).headers['access-control-allow-origin']).toBe(passed);
    }
  });

  test('redirects to the upstream’s own address as its own', async () => {
    for (const [from, to] of [
      [`http://127.0.0.1:${upstream.port}/login?x=1#y`, `${own()}/login?x=1#y`],
      [`http://localhost:${upstream.port}/`, `${own()}/`],
      [`//127.0.0.1:${upstream.port}/a`, `${own()}/a`],
      [`https://alpha.${of.host}/a`, `${own()}/a`],
      ['/relative', '/relative'],
      ['next', 'next'],
      ['https://elsewhere.example/x', 'https://elsewhere.example/x'],
    ] as const) {
      answering(302, { location: from });
      expect((await get()).headers.location).toBe(to);
    }
  });

  test.each(['"cookies"', '"*"', '"cache", "cookies"'])(
    'no Clear-Site-Data: %s, which reaches beyond it',
    async (what) => {
      answering(200, { 'clear-site-data': what });
      const reply = await get();
      expect([reply.status, reply.headers['clear-site-data']]).toEqual([200, undefined]);
    },
  );

  test('status, body, repeated headers and ranges as they are', async () => {
    answering(207, ['X-Twice', '1', 'X-Twice', '2', 'Content-Type', 'text/x-odd'], 'body');
    const reply = await get();
    expect([reply.status, reply.text, reply.headers['x-twice'], reply.headers['content-type']]).toEqual([
      207,
      'body',
      '1, 2',
      'text/x-odd',
    ]);
    handler = (request, response) => {
      response.writeHead(206, { 'content-range': 'bytes 1-2/4', 'x-asked': request.headers.range ?? '' }).end('od');
    };
    const part = await get('/', { range: 'bytes=1-2' });
    expect([part.status, part.text, part.headers['content-range'], part.headers['x-asked']]).toEqual([
      206,
      'od',
      'bytes 1-2/4',
      'bytes=1-2',
    ]);
  });

  test.each(['HEAD', 'OPTIONS', 'PROPFIND', 'DELETE'])('the answer to %s', async (method) => {
    answering(200, { 'x-method': method, ...(method === 'HEAD' ? { 'content-length': '5' } : {}) });
    const reply = await of.app('alpha', '/', { method, headers: { cookie: appCookie, origin: own() } });
    expect([reply.status, seen?.method]).toEqual([200, method]);
  });
});

describe('streams', () => {
  test('server-sent events come as they are sent', async () => {
    let send = (_: string) => {};
    handler = (_request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.flushHeaders();
      send = (text) => response.write(text);
    };
    const stream = await open({ port: of.port, host: `alpha.${of.host}`, path: '/', headers: { cookie: appCookie } });
    const next = () => new Promise<string>((resolve) => stream.once('data', (chunk) => resolve(String(chunk))));
    for (const text of ['data: 1\n\n', 'data: 2\n\n']) {
      const came = next();
      send(text);
      expect(await came).toBe(text);
    }
    // The browser leaves: so does the upstream's stream.
    const left = new Promise((resolve) => seen?.once('close', resolve));
    stream.destroy();
    await left;
  });

  test('a large upload arrives whole, and is not kept in memory', async () => {
    const block = randomBytes(1024 * 1024);
    const blocks = 300;
    handler = (request, response) => {
      const hash = createHash('sha256');
      request.on('data', (chunk) => hash.update(chunk));
      request.on('end', () => response.end(hash.digest('hex')));
    };
    const expected = createHash('sha256');
    const before = process.memoryUsage().rss;
    const request = http.request({
      host: '127.0.0.1',
      port: of.port,
      method: 'PUT',
      path: '/upload',
      headers: { host: `alpha.${of.host}`, cookie: appCookie, origin: own() },
    });
    const answered = new Promise<string>((resolve) =>
      request.once('response', (response) => response.once('data', (chunk) => resolve(String(chunk)))),
    );
    for (let i = 0; i < blocks; i++) {
      expected.update(block);
      if (!request.write(block)) await new Promise((resolve) => request.once('drain', resolve));
    }
    request.end();
    expect(await answered).toBe(expected.digest('hex'));
    // What the collector has not come round to is some 90 MiB; what is kept would be all of it.
    expect(process.memoryUsage().rss - before).toBeLessThan(200 * 1024 * 1024);
  });

  test('an answer that comes before the upload ended is passed on', async () => {
    handler = (_request, response) => void response.writeHead(413, { connection: 'close' }).end('no');
    const reply = await of.app('alpha', '/', {
      method: 'POST',
      headers: { cookie: appCookie, origin: own() },
      body: Buffer.alloc(1024),
    });
    expect([reply.status, reply.text]).toEqual([413, 'no']);
  });

  test('an upstream that breaks off in the middle is seen to break off', async () => {
    handler = (_request, response) => {
      response.writeHead(200, { 'content-length': '10' });
      response.write('12345', () => response.destroy());
    };
    await expect(get()).rejects.toThrow();
  });

  test('a kept connection that closes as it is used again does not show', async () => {
    const used = new WeakSet<object>();
    let cut = 0;
    handler = (request, response) => {
      if (used.has(request.socket)) {
        cut++;
        request.socket.destroy();
      } else response.end('ok');
      used.add(request.socket);
    };
    for (let i = 0; i < 10; i++) expect((await get()).text).toBe('ok');
    expect(cut).toBeGreaterThan(0);
  });
});

describe('WebSockets', () => {
  const host = () => `alpha.${of.host}`;

  test('carry bytes both ways, with their subprotocol, and end together', async () => {
    const result = await upgrade(of.port, host(), '/live?x=1', { cookie: `${appCookie}; a=1`, origin: own() });
    if (!('socket' in result)) throw new Error(`refused: ${result.status}`);
    expect(seen?.url).toBe('/live?x=1');
    expect(seen?.headers).toMatchObject({ host: host(), origin: own(), cookie: 'a=1', 'x-forwarded-for': '127.0.0.1' });
    const big = randomBytes(300_000);
    const echoed = new Promise<Buffer>((resolve) => result.socket.once('message', (data) => resolve(data as Buffer)));
    result.socket.send(big);
    expect((await echoed).equals(big)).toBe(true);
    const [theirs] = upstream.sockets.clients;
    const ended = new Promise((resolve) => theirs?.once('close', resolve));
    result.socket.terminate();
    await ended;
    const again = await upgrade(of.port, host(), '/', { cookie: appCookie, origin: own() });
    if (!('socket' in again)) throw new Error('refused');
    const closed = new Promise((resolve) => again.socket.once('close', resolve));
    for (const socket of upstream.sockets.clients) socket.terminate();
    await closed;
  });

  test('that the upstream refuses are refused with its status', async () => {
    const refusing = http.createServer((_request, response) => response.writeHead(403).end());
    const port = await freePort();
    await new Promise<void>((resolve) => refusing.listen(port, '127.0.0.1', resolve));
    const other = await rig({ manifests, settings: { apps: { alpha: `http://127.0.0.1:${port}` } } });
    const inside = await other.enter((await other.person('admin')).cookie, 'alpha');
    const origin = `http://alpha.${other.host}`;
    expect(await upgrade(other.port, `alpha.${other.host}`, '/', { cookie: inside, origin })).toMatchObject({
      status: 403,
    });
    await new Promise((resolve) => refusing.close(resolve));
    expect(await upgrade(other.port, `alpha.${other.host}`, '/', { cookie: inside, origin })).toMatchObject({
      status: 502,
    });
    await other.close();
  });

  test('of other protocols are answered over HTTP', async () => {
    answering(200, {}, 'plain');
    const reply = await get('/', { connection: 'upgrade, http2-settings', upgrade: 'h2c', 'http2-settings': 'x' });
    expect([reply.status, reply.text]).toEqual([200, 'plain']);
    expect(seen?.headers).not.toHaveProperty('upgrade');
  });
});

describe('an upstream that is down', () => {
  test('is a page that says so, tries again, and tells its address to administrators only', async () => {
    const port = await freePort();
    const other = await rig({ manifests: testManifests, settings: { apps: { alpha: `http://127.0.0.1:${port}` } } });
    const as = async (role: 'admin' | 'member') => {
      const inside = await other.enter((await other.person(role)).cookie, 'alpha');
      return (headers: Record<string, string>, method = 'GET') =>
        other.app('alpha', '/deep?x', {
          method,
          headers: { cookie: inside, origin: `http://alpha.${other.host}`, ...headers },
        });
    };
    const [admin, member] = [await as('admin'), await as('member')];
    const page = await admin({ 'sec-fetch-mode': 'navigate' });
    expect(page.status).toBe(502);
    expect(page.text).toContain(`Alpha does not answer at 127.0.0.1:${port}.`);
    expect(page.text).toContain('<script');
    expect(page.headers['content-security-policy']).toContain(`frame-ancestors 'self' ${other.origin}`);
    const theirs = await member({ 'sec-fetch-mode': 'navigate' });
    expect(theirs.text).toContain('Alpha does not answer.');
    expect(theirs.text).not.toContain(String(port));
    const problem = await member({});
    expect([problem.status, problem.headers['content-type']]).toEqual([502, 'application/problem+json']);
    expect(problem.json()).toMatchObject({ type: 'urn:porthole:upstream-down', status: 502 });
    expect((await admin({ 'sec-fetch-mode': 'navigate' }, 'POST')).text).not.toContain('<script');
    expect((await admin({}, 'HEAD')).headers['x-porthole-upstream']).toBe('down');
    await other.close();
  });

  test('or speaks no HTTP is one that does not answer', async () => {
    const garbage = net.createServer((socket) => socket.on('error', () => {}).end('SSH-2.0-nope\r\n'));
    await new Promise<void>((resolve) => garbage.listen(0, '127.0.0.1', resolve));
    const { port } = garbage.address() as net.AddressInfo;
    const other = await rig({ manifests: testManifests, settings: { apps: { alpha: `http://127.0.0.1:${port}` } } });
    const inside = await other.enter((await other.person('admin')).cookie, 'alpha');
    expect((await other.app('alpha', '/', { headers: { cookie: inside } })).status).toBe(502);
    await other.close();
    garbage.close();
  });
});

describe('malformed requests go no further', () => {
  const raw = (text: string) =>
    new Promise<string>((resolve) => {
      const socket = net.connect(of.port, '127.0.0.1', () => socket.write(text));
      let answer = '';
      socket.on('data', (chunk) => {
        answer += chunk;
        socket.destroySoon();
      });
      socket.on('close', () => resolve(answer.split('\r\n')[0] ?? ''));
      socket.on('error', () => {});
    });
  const head = () => `Host: alpha.${of.host}\r\nCookie: ${appCookie}\r\nOrigin: ${own()}\r\n`;

  test.each([
    ['two lengths', () => `POST / HTTP/1.1\r\n${head()}Content-Length: 1\r\nContent-Length: 2\r\n\r\nab`],
    [
      'length and chunks',
      () => `POST / HTTP/1.1\r\n${head()}Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
    ],
    ['another coding', () => `POST / HTTP/1.1\r\n${head()}Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n`],
    ['two hosts', () => `GET / HTTP/1.1\r\nHost: evil.test\r\n${head()}\r\n`],
    ['no host', () => 'GET / HTTP/1.1\r\n\r\n'],
    ['an address for a path', () => `GET http://evil.test/ HTTP/1.1\r\n${head()}\r\n`],
    ['an asterisk', () => `OPTIONS * HTTP/1.1\r\n${head()}\r\n`],
    ['a space before the colon', () => `GET / HTTP/1.1\r\n${head()}X-A : b\r\n\r\n`],
  ])('%s', async (_name, text) => {
    answering(200, {});
    expect(await raw(text())).toMatch(/^HTTP\/1\.1 400 /);
    expect(seen).toBeUndefined();
  });

  test('TRACE', async () => {
    expect(await raw(`TRACE / HTTP/1.1\r\n${head()}\r\n`)).toMatch(/^HTTP\/1\.1 405 /);
  });
});
