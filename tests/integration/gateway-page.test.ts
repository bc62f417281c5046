/** The page and the API's description, as a browser and a script get them. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Rig, rig } from './gateway/kit.ts';

let of: Rig;
beforeAll(async () => {
  of = await rig();
});
afterAll(() => of.close());

describe('the page', () => {
  test('is fenced in: its own scripts, the apps in frames, nobody around it', async () => {
    const { status, headers } = await of.shell('/');
    expect(status).toBe(200);
    const policy = String(headers['content-security-policy']);
    for (const directive of [
      "default-src 'self'",
      "script-src 'self'",
      `frame-src http://*.localhost:${of.port}`,
      `connect-src 'self' ws://localhost:${of.port}`,
      "frame-ancestors 'none'",
      "base-uri 'none'",
      "object-src 'none'",
    ])
      expect(policy.split('; ')).toContain(directive);
    expect(headers).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-cache',
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
      'cross-origin-opener-policy': 'same-origin',
    });
    // It would keep apps out of their frames.
    expect(headers).not.toHaveProperty('cross-origin-embedder-policy');
  });

  test('its hashed files are kept for good, and come packed', async () => {
    const plain = await of.shell('/assets/main-Dz3kQ9_a.js');
    expect([plain.text, plain.headers['cache-control']]).toEqual(['plain', 'public, max-age=31536000, immutable']);
    const packed = await of.shell('/assets/main-Dz3kQ9_a.js', { headers: { 'accept-encoding': 'gzip, br' } });
    expect([packed.text, packed.headers['content-encoding'], packed.headers['vary']]).toEqual([
      'packed',
      'br',
      'Accept-Encoding',
    ]);
    expect(packed.headers['content-type']).toBe(plain.headers['content-type']);
  });

  test.each([
    ['/sw.js', 'text/javascript; charset=utf-8'],
    ['/manifest.webmanifest', 'application/manifest+json'],
  ])('%s is asked for again each time', async (path, type) => {
    const { status, headers } = await of.shell(path);
    expect([status, headers['cache-control'], headers['content-type']]).toEqual([200, 'no-cache', type]);
  });

  test.each([
    '/nothing',
    '/assets/',
    '/assets',
    '/../state/porthole.db',
    '/..%2fstate%2fporthole.db',
    '/%2e%2e/state/porthole.db',
    '/assets/..%5c..%5cstate',
    '//state/porthole.db',
    '/%00',
    '/api/nothing',
    '/.porthole/enter',
  ])('%s is not there: a page for a person, a problem for a program', async (path) => {
    const page = await of.shell(path, { headers: { 'sec-fetch-mode': 'navigate', 'sec-fetch-site': 'none' } });
    expect([page.status, page.headers['content-type']]).toEqual([404, 'text/html; charset=utf-8']);
    expect(page.text).toContain('There is nothing at this address.');
    const problem = await of.shell(path);
    expect([problem.status, problem.headers['content-type']]).toEqual([404, 'application/problem+json']);
    expect(problem.json()).toMatchObject({ type: 'urn:porthole:not-found', status: 404 });
  });

  test('HEAD has no body, other methods are nothing here', async () => {
    const head = await of.shell('/', { method: 'HEAD' });
    expect([head.status, head.text]).toEqual([200, '']);
    expect((await of.shell('/', { method: 'POST', headers: { origin: of.origin } })).status).toBe(404);
  });
});

test('what goes wrong inside is told to nobody but the log', async () => {
  const { cookie } = await of.person('member');
  const session = of.gateway.store.session;
  of.gateway.store.session = () => Promise.reject(new Error('secret detail'));
  try {
    const reply = await of.shell('/api/session', { headers: { cookie } });
    expect([reply.status, reply.headers['content-type']]).toEqual([500, 'application/problem+json']);
    expect(reply.text).not.toContain('secret detail');
  } finally {
    of.gateway.store.session = session;
  }
});

describe('/api/openapi.json', () => {
  type Operation = {
    summary: string;
    security: unknown[];
    parameters?: { name: string; in: string }[];
    requestBody?: { content: Record<string, { schema: { type: string } }> };
    responses: Record<string, unknown>;
  };
  interface Document {
    openapi: string;
    info: { title: string; version: string };
    servers: { url: string }[];
    paths: Record<string, Record<string, Operation>>;
  }

  test('describes every route of the shell', async () => {
    const document = (await of.shell('/api/openapi.json')).json() as Document;
    expect(document.openapi).toBe('3.1.0');
    expect(document.servers).toEqual([{ url: of.origin }]);
    const described = Object.entries(document.paths).flatMap(([path, item]) =>
      Object.keys(item).map((method) => `${method} ${path}`),
    );
    const table = of.gateway.routes
      .filter(({ host, path }) => host === 'shell' && path !== '/*')
      .map(
        ({ method, path }) => `${method === 'WS' ? 'get' : method.toLowerCase()} ${path.replace(/:(\w+)/g, '{$1}')}`,
      );
    expect(described.sort()).toEqual([...new Set(table)].sort());
    expect(described.length).toBeGreaterThan(12);
    for (const [path, item] of Object.entries(document.paths))
      for (const operation of Object.values(item)) {
        expect(operation.summary).not.toBe('');
        expect(operation.security).toBeDefined();
        expect(Object.keys(operation.responses)).toContain('default');
        const named = operation.parameters?.filter((of) => of.in === 'path').map(({ name }) => name) ?? [];
        expect(named).toEqual([...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name));
      }
    expect(document.paths['/api/session']?.['post']?.requestBody?.content['application/json']?.schema).toMatchObject({
      type: 'object',
      required: ['token'],
      additionalProperties: false,
    });
  });
});
