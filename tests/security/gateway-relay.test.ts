/** The way to a person's own agent, which may be hostile: what it is told, and what of it reaches the browser. */
import { symlink } from 'node:fs/promises';
import type { IncomingMessage, RequestListener } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import type { WebSocket } from 'ws';
import { agentTokenHeader } from '../../protocol/agent.ts';
import type { Container } from '../../protocol/orchestrator.ts';
import { type Rig, rig, type Server, serve, upgrade } from '../integration/gateway/kit.ts';

let of: Rig;
let agent: Server;
let handler: RequestListener;
let seen: IncomingMessage | undefined;
let person: { id: string; cookie: string };
let container: Container;

beforeAll(async () => {
  of = await rig();
  const socket = join(of.folder, 'agent.sock');
  const take = (request: IncomingMessage) => {
    seen = request;
  };
  agent = await serve((request, response) => {
    take(request);
    handler(request, response);
  }, socket);
  agent.server.on('upgrade', take);
  agent.sockets.options.verifyClient = ({ req }: { req: IncomingMessage }) => !req.url?.startsWith('/terminals/gone/');
  agent.sockets.on('headers', (headers) => headers.push('Set-Cookie: porthole=evil', 'X-Evil: 1'));
  person = await of.person('member');
  const base = { login: 'u', state: 'running', isolation: 'nspawn', uid: 1, home: '/' } as const;
  container = { ...base, userId: person.id, agent: { socket, token: 'the-secret' } };
});
beforeEach(() => {
  seen = undefined;
  of.orchestrator.set(container);
});
afterAll(async () => {
  await of.close();
  await agent.close();
});

const get = (path: string, headers: Record<string, string> = {}, method = 'GET', body?: string) =>
  of.shell(path, {
    method,
    headers: { cookie: person.cookie, origin: of.origin, ...headers },
    ...(body === undefined ? {} : { body }),
  });

const hostile = {
  'set-cookie': 'porthole=evil',
  'content-security-policy': "default-src *; script-src 'unsafe-inline'",
  'content-disposition': 'inline',
  'access-control-allow-origin': '*',
  'x-frame-options': 'ALLOWALL',
  'service-worker-allowed': '/',
  'clear-site-data': '"*"',
  location: 'https://evil.test/',
  refresh: '0;url=https://evil.test/',
  link: '<https://evil.test/>; rel=preload',
  'cache-control': 'public, max-age=99999',
  'x-evil': '1',
  'transfer-encoding': 'chunked',
};
const answering = (status: number, headers: Record<string, string> = {}, body = '{}') => {
  handler = (_request, response) => void response.writeHead(status, headers).end(body);
};
const passed = [
  'cache-control',
  'connection',
  'content-disposition',
  'content-length',
  'content-range',
  'content-security-policy',
  'content-type',
  'accept-ranges',
  'cross-origin-resource-policy',
  'date',
  'etag',
  'keep-alive',
  'last-modified',
  'referrer-policy',
  'transfer-encoding',
  'x-content-type-options',
];

describe('the agent is told', () => {
  test('its own secret and what it needs; no cookie, no credential, no secret of the client’s making', async () => {
    answering(200);
    await get('/agent/files?path=%2Fhome%2F..%2F%00', {
      authorization: 'Bearer x',
      [agentTokenHeader]: 'guessed',
      'X-Porthole-Agent-Token': 'guessed',
      'x-forwarded-for': '1.2.3.4',
      'accept-encoding': 'gzip',
      range: 'bytes=0-1',
    });
    expect(seen?.url).toBe('/files?path=%2Fhome%2F..%2F%00');
    expect({ ...seen?.headers }).toEqual({
      host: 'agent',
      'accept-encoding': 'identity',
      range: 'bytes=0-1',
      [agentTokenHeader]: 'the-secret',
      connection: 'keep-alive',
    });
  });

  test('a body as it was sent, up to its limit', async () => {
    let body = '';
    handler = (request, response) => {
      request.on('data', (chunk) => {
        body += chunk;
      });
      request.on('end', () => void response.writeHead(201).end('{"id":"1"}'));
    };
    const json = { 'content-type': 'application/json' };
    const reply = await get('/agent/terminals', json, 'POST', '{"columns":80,"rows":24}');
    expect([reply.status, reply.text, body]).toEqual([201, '{"id":"1"}', '{"columns":80,"rows":24}']);
    expect((await get('/agent/terminals', json, 'POST', 'x'.repeat(70_000))).status).toBe(413);
    expect((await get('/agent/terminals', { ...json, 'transfer-encoding': 'chunked' }, 'POST')).status).toBe(413);
  });

  test('nothing on a path that is no route', async () => {
    answering(200);
    for (const path of [
      '/agent',
      '/agent/',
      '/agent/health',
      '/agent/alive',
      '/agent/../api',
      '/%61gent/files',
      '/agent//files',
    ])
      expect((await get(path)).status, path).toBe(404);
    expect(seen).toBeUndefined();
  });
});

describe('of its answer reaches the browser', () => {
  test('JSON that is called JSON, whatever it says it is', async () => {
    for (const path of ['/agent/files', '/agent/terminals']) {
      answering(200, { ...hostile, 'content-type': 'text/html' }, '<script>alert(1)</script>');
      const { headers } = await get(path);
      expect(headers['content-type']).toBe('application/json');
      expect(headers['content-security-policy']).toBe("sandbox; default-src 'none'; frame-ancestors 'self'");
      expect(headers['cache-control']).toBe('private, no-store');
      expect(headers['x-content-type-options']).toBe('nosniff');
      expect(passed).toEqual(expect.arrayContaining(Object.keys(headers)));
      answering(404, { 'content-type': 'text/html' });
      expect((await get(path)).headers['content-type']).toBe('application/problem+json');
    }
  });

  test.each([
    ['text/html', 'text/plain; charset=utf-8', 'inline'],
    ['TEXT/HTML; charset=utf-16', 'text/plain; charset=utf-8', 'inline'],
    ['application/xhtml+xml', 'text/plain; charset=utf-8', 'inline'],
    ['application/javascript', 'text/plain; charset=utf-8', 'inline'],
    ['application/json', 'text/plain; charset=utf-8', 'inline'],
    ['image/svg+xml', 'application/octet-stream', 'attachment'],
    ['image/png', 'image/png', 'inline'],
    ['image/jpeg;x="', 'image/jpeg', 'inline'],
    ['video/mp4', 'video/mp4', 'inline'],
    ['audio/ogg', 'audio/ogg', 'inline'],
    ['application/pdf', 'application/pdf', 'inline'],
    ['multipart/x-mixed-replace', 'application/octet-stream', 'attachment'],
    ['application/x-shockwave-flash', 'application/octet-stream', 'attachment'],
    ['image/png, text/html', 'application/octet-stream', 'attachment'],
  ])('a file that says %s as %s, %s', async (claimed, type, kind) => {
    answering(200, { ...hostile, 'content-type': claimed });
    const { headers } = await get('/agent/files/content?path=/home/u/a%20%22b%22%0d%0aX:%20y.html');
    expect(headers['content-type']).toBe(type);
    expect(headers['content-disposition']).toBe(`${kind}; filename*=UTF-8''a%20%22b%22%0D%0AX%3A%20y.html`);
    expect(headers['content-security-policy']).toBe("sandbox; default-src 'none'; frame-ancestors 'self'");
    expect(passed).toEqual(expect.arrayContaining(Object.keys(headers)));
    const download = await get('/agent/files/content?path=/x.png&download');
    expect(download.headers['content-disposition']).toBe("attachment; filename*=UTF-8''x.png");
  });

  test('ranges, and that nothing changed', async () => {
    handler = (request, response) =>
      void response
        .writeHead(206, { 'content-range': 'bytes 0-1/9', etag: '"a"', 'x-range': request.headers.range })
        .end('ab');
    const part = await get('/agent/files/content?path=/x', { range: 'bytes=0-1' });
    expect([part.status, part.headers['content-range'], part.headers.etag, part.text]).toEqual([
      206,
      'bytes 0-1/9',
      '"a"',
      'ab',
    ]);
    answering(304, { etag: '"a"' }, '');
    expect((await get('/agent/files/content?path=/x', { 'if-none-match': '"a"' })).status).toBe(304);
    expect(seen?.headers['if-none-match']).toBe('"a"');
  });

  test.each([301, 302, 307, 401])('no %i', async (status) => {
    answering(status, hostile);
    const reply = await get('/agent/files');
    expect([reply.status, reply.headers.location]).toEqual([502, undefined]);
    expect(reply.json()).toMatchObject({ type: 'urn:porthole:agent-refused' });
  });
});

describe('a terminal’s socket', () => {
  const connect = (id = '1', headers: Record<string, string> = {}) =>
    upgrade(of.port, of.host, `/agent/terminals/${id}/socket?from=3`, {
      cookie: person.cookie,
      origin: of.origin,
      ...headers,
    });

  test('is spliced, with the secret and without cookies', async () => {
    const result = await connect('1', { [agentTokenHeader]: 'guessed', 'x-other': '1' });
    if (!('socket' in result)) throw new Error(`refused: ${result.status}`);
    expect(seen?.url).toBe('/terminals/1/socket?from=3');
    expect(seen?.headers[agentTokenHeader]).toBe('the-secret');
    expect(seen?.headers).not.toHaveProperty('cookie');
    expect(seen?.headers).not.toHaveProperty('x-other');
    expect(Object.keys(result.headers).sort()).toEqual(['connection', 'sec-websocket-accept', 'upgrade']);
    const echoed = new Promise<Buffer>((resolve) => result.socket.once('message', (data) => resolve(data as Buffer)));
    result.socket.send(Buffer.from([0, 97]));
    expect(await echoed).toEqual(Buffer.from([0, 97]));
    const closed = new Promise<[number, Buffer]>((resolve) =>
      result.socket.once('close', (code, why) => resolve([code, why])),
    );
    for (const socket of agent.sockets.clients) socket.close(4404, 'gone');
    expect(await closed).toEqual([4404, Buffer.from('gone')]);
  });

  test('passes pings, pongs and closes on, both ways', async () => {
    const accepted = new Promise<WebSocket>((resolve) => agent.sockets.once('connection', resolve));
    const result = await connect();
    if (!('socket' in result)) throw new Error(`refused: ${result.status}`);
    const ends = [result.socket, await accepted] as const;
    const heard = (socket: WebSocket, event: 'ping' | 'pong') =>
      new Promise<string>((resolve) => socket.once(event, (data: Buffer) => resolve(String(data))));
    for (const [from, to] of [ends, ends.toReversed() as [WebSocket, WebSocket]] as const) {
      const both = Promise.all([heard(to, 'ping'), heard(from, 'pong')]);
      from.ping('are you there');
      // The pong is the far side's own: it carries what was asked there.
      expect(await both).toEqual(['are you there', 'are you there']);
    }
    const unasked = heard(ends[1], 'pong');
    ends[0].pong('unasked');
    expect(await unasked).toBe('unasked');
    const closed = ends.map(
      (socket) =>
        new Promise<[number, string]>((resolve) => socket.once('close', (code, why) => resolve([code, String(why)]))),
    );
    ends[0].close(4321, 'bye');
    // The one that asked hears it back from the other.
    expect(await Promise.all(closed)).toEqual([
      [4321, 'bye'],
      [4321, 'bye'],
    ]);
  });

  test('that the agent refuses is refused, and counted as refused', async () => {
    const counted = async (status: number) =>
      Number(
        new RegExp(`route="/agent/terminals/:id/socket",status="${status}"\\} (\\d+)`).exec(
          (await of.shell('/metrics')).text,
        )?.[1] ?? 0,
      );
    const [opened, refused] = [await counted(101), await counted(502)];
    expect(await connect('gone')).toMatchObject({ status: 502 });
    expect([await counted(101), await counted(502)]).toEqual([opened, refused + 1]);
  });

  test('of a container that does not run is refused with 503', async () => {
    for (const state of ['absent', 'starting', 'failed'] as const) {
      of.orchestrator.set({ ...container, state });
      await vi.waitFor(async () => expect(await connect()).toMatchObject({ status: 503 }));
      expect((await get('/agent/files')).json()).toMatchObject({ type: 'urn:porthole:container-stopped', status: 503 });
    }
  });
});

describe('whose agent', () => {
  test('nobody reaches another’s, on any route: it is the session that decides', async () => {
    const other = await of.person('member');
    answering(200);
    const routes = of.gateway.routes.filter(({ path }) => path.startsWith('/agent/'));
    expect(routes.length).toBeGreaterThan(5);
    for (const { method, path } of routes) {
      const url = `${path.replace(':id', '1')}?user=${person.id}&userId=${person.id}`;
      const headers = { cookie: other.cookie, origin: of.origin, 'x-user': person.id };
      const reply =
        method === 'WS'
          ? await upgrade(of.port, of.host, url, headers)
          : await of.shell(url, { method, headers, ...(method === 'POST' ? { body: '{}' } : {}) });
      expect(reply, `${method} ${path}`).toMatchObject({ status: 503 });
    }
    expect(seen).toBeUndefined();
  });

  test('a link in the place of the socket leads nowhere', async () => {
    const socket = join(of.folder, 'link.sock');
    const neighbour = vi.fn();
    const victim = await serve((_request, response) => response.end('{}'), join(of.folder, 'victim.sock'));
    victim.server.on('connection', neighbour);
    await symlink(join(of.folder, 'victim.sock'), socket);
    const member = await of.person('member');
    of.orchestrator.set({ ...container, userId: member.id, agent: { socket, token: 't' } });
    const headers = { cookie: member.cookie, origin: of.origin };
    try {
      expect((await of.shell('/agent/files', { headers })).json()).toMatchObject({
        type: 'urn:porthole:container-stopped',
      });
      expect(await upgrade(of.port, of.host, '/agent/terminals/1/socket', headers)).toMatchObject({ status: 503 });
      expect(neighbour).not.toHaveBeenCalled();
    } finally {
      await victim.close();
    }
  });

  test('an agent that is gone is asked for again, not believed to run', async () => {
    const gone = await of.person('member');
    const socket = join(of.folder, 'nothing.sock');
    of.orchestrator.set({ ...container, userId: gone.id, agent: { socket, token: 't' } });
    const ask = () => of.shell('/agent/files', { headers: { cookie: gone.cookie } });
    await vi.waitFor(async () => expect((await ask()).status).toBe(503));
    const before = of.orchestrator.asked.length;
    expect((await ask()).json()).toMatchObject({ type: 'urn:porthole:container-stopped' });
    expect(of.orchestrator.asked.slice(before)).toEqual([`GET /v1/containers/${gone.id}`]);
  });
});
