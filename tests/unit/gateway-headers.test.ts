/** Header edits, host names and cookies: what must hold for any input. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { WebApp } from '../../server/gateway/apps/apps.ts';
import {
  appCookie,
  browserResponseHeaders,
  ownLocation,
  upstreamRequestHeaders,
} from '../../server/gateway/apps/headers.ts';
import { clientAddress } from '../../server/gateway/policy/address.ts';
import { isLoopbackAddress, makeHosts } from '../../server/gateway/policy/hosts.ts';
import { framedBy } from '../../server/gateway/proxy/csp.ts';
import { edited, pairs } from '../../server/gateway/proxy/headers.ts';
import { disposition, inertType } from '../../server/gateway/relay/content.ts';
import { loginFrom } from '../../server/gateway/relay/login.ts';
import { landing } from '../../server/gateway/routes/apps.ts';
import { cookiePolicy, cookieValues, isOurs, withoutOurs } from '../../server/gateway/sessions/cookies.ts';
import { newUserId } from '../../server/gateway/sessions/secrets.ts';

const shell = 'https://desk.example.org';
const app: WebApp = {
  id: 'app',
  name: 'App',
  roles: ['admin'],
  origin: 'https://app.desk.example.org',
  upstream: new URL('http://127.0.0.1:3000'),
  path: '/',
  host: 'preserve',
  originHeader: 'pass',
};

const token = fc.stringMatching(/^[a-z0-9_-]{1,12}$/);
const printable = fc.string({ unit: 'grapheme-ascii', maxLength: 30 });
const directive = fc
  .tuple(token, fc.array(fc.constantFrom("'self'", "'none'", '*', 'https://a.test', 'data:'), { maxLength: 3 }))
  .map(([name, sources]) => [name, ...sources].join(' '));
const policy = fc.array(
  fc.oneof(
    directive,
    fc.constantFrom("frame-ancestors 'none'", 'FRAME-ANCESTORS *', ' frame-ancestors', "\tframe-ancestors 'self'"),
  ),
  { maxLength: 6 },
);

describe('Content-Security-Policy', () => {
  test('each policy has one frame-ancestors, ours, and keeps everything else in order', () => {
    fc.assert(
      fc.property(fc.array(policy, { minLength: 1, maxLength: 3 }), (policies) => {
        const after = framedBy(policies.map((of) => of.join(';')).join(','), shell).split(', ');
        expect(after).toHaveLength(policies.length);
        after.forEach((of, at) => {
          const kept = (policies[at] ?? [])
            .map((part) => part.trim())
            .filter((part) => part !== '' && !/^frame-ancestors/i.test(part));
          expect(of.split('; ')).toEqual([...kept, `frame-ancestors 'self' ${shell}`]);
        });
      }),
    );
  });

  test('a directive whose name only begins alike is kept', () => {
    expect(framedBy('frame-ancestors-x a', shell)).toBe(`frame-ancestors-x a; frame-ancestors 'self' ${shell}`);
  });
});

describe('hop-by-hop headers', () => {
  const named = fc.constantFrom(
    'Connection',
    'Keep-Alive',
    'TE',
    'Transfer-Encoding',
    'Upgrade',
    'X-A',
    'X-B',
    'Accept',
    'proxy-authorization',
  );
  test('never pass, nor does what Connection names; the rest does, in order', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(named, token)),
        fc.array(fc.constantFrom('x-a', 'X-B', 'close'), { maxLength: 3 }),
        (list, hop) => {
          const raw = [...list, ['connection', hop.join(' , ')] as const].flat();
          const kept = [...pairs(edited(raw, (_name, value) => value))];
          const gone = new Set([
            'connection',
            'keep-alive',
            'te',
            'transfer-encoding',
            'upgrade',
            'proxy-authorization',
            ...hop.map((name) => name.toLowerCase()),
          ]);
          for (const [name, value] of list) if (name === 'Connection') gone.add(value);
          expect(kept).toEqual(list.filter(([name]) => !gone.has(name.toLowerCase())));
        },
      ),
    );
  });
});

describe('cookies', () => {
  const ourNames = [
    'porthole',
    'porthole-app',
    '__Host-porthole',
    '__Host-porthole-app',
    'PORTHOLE',
    '__Secure-porthole',
    'porthole2',
  ];
  const pair = fc
    .tuple(fc.oneof(token, fc.constantFrom(...ourNames)), token)
    .map(([name, value]) => `${name}=${value}`);

  test('ours reach no upstream, the others all do', () => {
    fc.assert(
      fc.property(fc.array(pair), fc.constantFrom(';', '; ', ' ;  '), (list, between) => {
        const kept = list.filter((of) => !/^(__(Host|Secure)-)?porthole/i.test(of));
        expect(withoutOurs(list.join(between))).toBe(kept.length === 0 ? undefined : kept.join('; '));
      }),
    );
  });

  test('an upstream sets none of ours, and none for a domain', () => {
    fc.assert(
      fc.property(
        pair,
        fc.array(fc.oneof(printable, fc.constantFrom('Domain=x', ' DOMAIN = .x', 'domain', 'Path=/', 'HttpOnly'))),
        (of, attributes) => {
          const after = appCookie([of, ...attributes.map((text) => text.replaceAll(';', ''))].join(';'), '');
          if (isOurs(of.split('=')[0] ?? '')) expect(after).toBeUndefined();
          else {
            expect(after?.startsWith(of)).toBe(true);
            expect(
              after
                ?.split(';')
                .slice(1)
                .some((text) => /^\s*domain\s*(=|$)/i.test(text)),
            ).toBe(false);
          }
        },
      ),
    );
    for (const line of ['porthole', '=porthole=x', ' = __Host-porthole=x', ' porthole =x'])
      expect(appCookie(line, '')).toBeUndefined();
  });

  test('of a name are found wherever they stand', () => {
    expect(cookieValues('a=1; porthole=x;porthole=y ; portholes=z; =porthole', 'porthole')).toEqual(['x', 'y']);
    expect(cookieValues(undefined, 'porthole')).toEqual([]);
  });

  test('are as strict as the browser allows on each domain', () => {
    const on = (origin: string) => cookiePolicy(origin);
    expect(on('https://desk.example.org')).toMatchObject({
      session: '__Host-porthole',
      appAttributes: '; Path=/; HttpOnly; SameSite=Lax; Secure',
      framed: '',
    });
    expect(on('http://desk.example.org')).toMatchObject({
      session: 'porthole',
      app: 'porthole-app',
      appAttributes: '; Path=/; HttpOnly; SameSite=Lax',
      framed: '',
    });
    expect(on('http://localhost:7080')).toMatchObject({
      session: 'porthole',
      app: '__Host-porthole-app',
      framed: '; SameSite=None; Secure; Partitioned',
    });
    // desk.localhost is a site of its own: x.desk.localhost belongs to it.
    expect(on('http://desk.localhost:7080').framed).toBe('');
  });
});

describe('what passes a proxy', () => {
  test('no claim of the client’s about itself, whatever its letters', () => {
    const claim = fc.constantFrom(
      'X-Forwarded-For',
      'x-forwarded-user',
      'FORWARDED',
      'Remote-User',
      'X-Remote-User',
      'remote_user',
      'X-WebAuth-User',
      'X-Auth-Request-Email',
      'X-Real-IP',
      'Cf-Access-Jwt-Assertion',
      'X-Porthole-Agent-Token',
    );
    fc.assert(
      fc.property(fc.array(fc.tuple(claim, fc.constant('claimed'))), (list) => {
        const after = upstreamRequestHeaders(
          app,
          list.flat(),
          { host: 'app.desk.example.org' },
          { address: '9.9.9.9', https: true },
        );
        expect(after.filter((text) => text === 'claimed')).toEqual([]);
        expect([...pairs(after)].filter(([name]) => name === 'X-Forwarded-For')).toEqual([
          ['X-Forwarded-For', '9.9.9.9'],
        ]);
      }),
    );
  });

  test('one Host, and no address of the shell', () => {
    const raw = ['Host', 'app.desk.example.org', 'Referer', `${shell}/?token=x`];
    const after = upstreamRequestHeaders(app, raw, { host: 'app.desk.example.org' }, { address: '', https: true });
    expect([...pairs(after)].filter(([name]) => /^(host|referer)$/i.test(name))).toEqual([
      ['Host', 'app.desk.example.org'],
    ]);
  });

  test('always says who may frame it', () => {
    const header = fc.tuple(
      fc.constantFrom('X-Frame-Options', 'content-security-policy', 'Content-Security-Policy', 'X-A'),
      directive,
    );
    fc.assert(
      fc.property(fc.array(header), (list) => {
        const after = [...pairs(browserResponseHeaders(app, list.flat(), { shell, framed: '' }))];
        expect(after.filter(([name]) => name.toLowerCase() === 'x-frame-options')).toEqual([]);
        const policies = after.filter(([name]) => name.toLowerCase() === 'content-security-policy');
        expect(policies.length).toBeGreaterThan(0);
        for (const [, value] of policies) expect(value.endsWith(`frame-ancestors 'self' ${shell}`)).toBe(true);
      }),
    );
  });

  test('a redirect elsewhere stays as it is, one home comes home', () => {
    expect(ownLocation(app, 'http://localhost:3000/x')).toBe(`${app.origin}/x`);
    expect(ownLocation(app, 'http://127.0.0.1:3001/x')).toBe('http://127.0.0.1:3001/x');
    expect(ownLocation(app, 'http://app.desk.example.org/x')).toBe(`${app.origin}/x`);
    expect(ownLocation(app, 'http://[')).toBe('http://[');
    fc.assert(
      fc.property(printable, (text) => {
        if (!/^(https?:)?\/\//i.test(text)) expect(ownLocation(app, text)).toBe(text);
      }),
    );
  });

  test('one lands on the app, whatever path is asked for', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          printable,
          fc.webPath(),
          printable.map((text) => `/${text}`),
          printable.map((text) => `/\t/${text}`),
        ),
        (path) => {
          const to = landing(app, path);
          expect(new URL(to, app.origin).origin).toBe(app.origin);
          expect(to).toMatch(/^\/(?![/\\])/);
        },
      ),
    );
  });
});

describe('hosts', () => {
  const known = makeHosts({ domain: 'localhost', port: 7080 }, ['grafana']);

  test('are found exactly or not at all', () => {
    expect(known.find('localhost:7080')).toEqual({ kind: 'shell' });
    expect(known.find('Grafana.LocalHost:7080')).toEqual({ kind: 'app', id: 'grafana' });
    fc.assert(
      fc.property(
        fc.oneof(
          printable,
          fc.domain(),
          fc.constantFrom('localhost', 'localhost:07080', 'grafana.localhost', 'constructor', '__proto__'),
        ),
        (host) => {
          if (!['localhost:7080', 'grafana.localhost:7080'].includes(host.toLowerCase()))
            expect(known.find(host)).toBeUndefined();
        },
      ),
    );
    expect(known.find(undefined)).toBeUndefined();
  });

  test('have no port where the scheme’s own is meant', () => {
    const behind = makeHosts({ domain: 'desk.example.org', port: 7080, publicUrl: shell }, ['grafana']);
    for (const host of ['desk.example.org', 'desk.example.org:7080'])
      expect(behind.find(host)).toEqual({ kind: 'shell' });
    expect(behind.find('grafana.desk.example.org')).toEqual({ kind: 'app', id: 'grafana' });
    expect(makeHosts({ domain: 'desk.lan', port: 80 }, []).find('desk.lan')).toEqual({ kind: 'shell' });
  });

  test('of this machine are told from others', () => {
    for (const address of ['127.0.0.1', '127.9.9.9', '::1', '::ffff:127.0.0.1'])
      expect(isLoopbackAddress(address)).toBe(true);
    for (const address of ['10.0.0.1', '::2', '1127.0.0.1', '::ffff:10.0.0.1', '', undefined])
      expect(isLoopbackAddress(address)).toBe(false);
  });

  test('a client’s address is the proxy’s word, never the client’s', () => {
    const from = (peer: string, forwarded: string | undefined, behind: boolean) =>
      clientAddress(
        {
          socket: { remoteAddress: peer },
          headers: forwarded === undefined ? {} : { 'x-forwarded-for': forwarded },
        } as Parameters<typeof clientAddress>[0],
        behind,
      );
    expect(from('127.0.0.1', '6.6.6.6, 9.9.9.9', true)).toEqual({ address: '9.9.9.9', certain: true });
    expect(from('127.0.0.1', '6.6.6.6', false)).toEqual({ address: '127.0.0.1', certain: true });
    expect(from('10.0.0.9', '6.6.6.6', true)).toEqual({ address: '10.0.0.9', certain: false });
    expect(from('127.0.0.1', undefined, true)).toEqual({ address: '127.0.0.1', certain: false });
  });
});

describe('names', () => {
  test('a login name is always a valid one', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'grapheme' }), fc.emailAddress(), token), (text) => {
        expect(loginFrom(text)).toMatch(/^[a-z_][a-z0-9_-]{0,30}$/);
      }),
    );
    expect(['Ada.L@x', 'root@x', '42@x', '4ever-Zoë@x', '@x', 'Ünï@x'].map(loginFrom)).toEqual([
      'ada-l',
      'user',
      'user',
      'ever-zoe',
      'user',
      'uni',
    ]);
  });

  test('a user id is 16 of a-z and 0-9', () => {
    for (let i = 0; i < 100; i++) expect(newUserId()).toMatch(/^[a-z0-9]{16}$/);
  });

  test('a disposition is one header line that says the last part of the path', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (name) => {
        expect(disposition('attachment', `/a/${name}`)).toMatch(/^attachment; filename\*=UTF-8''[\w!#$&+.^`|~%-]+$/);
      }),
    );
    expect(disposition('inline', '/')).toBe('inline');
  });

  test('no claimed type is rendered as markup or run', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          printable,
          fc.tuple(token, token).map(([a, b]) => `${a}/${b}`),
        ),
        (claimed) => {
          expect(inertType(claimed).type).toMatch(
            /^(text\/plain; charset=utf-8|application\/(octet-stream|pdf)|(audio|video)\/[a-z0-9.+-]+|image\/(?!svg)[a-z.-]+)$/,
          );
        },
      ),
    );
  });
});
