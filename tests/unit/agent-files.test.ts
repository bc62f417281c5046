import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { attachment, wantedOf } from '../../server/agent/content-request.ts';
import { shellEnvironment } from '../../server/agent/login-shell.ts';
import { mimeOf } from '../../server/agent/mime.ts';
import { absolutePath, queryOf } from '../../server/agent/paths.ts';
import { ProblemError } from '../../server/agent/problems.ts';

const wellFormed = fc.string({ unit: 'binary' }).filter((text) => text.isWellFormed());

test('a path survives the query; whatever it is, it ends absolute and normalised or as a 400', () => {
  const part = fc.oneof(wellFormed, fc.constantFrom('..', '.', '', '%2f', '%2e%2e', '\0', ' ', '+', '&', '='));
  fc.assert(
    fc.property(fc.boolean(), fc.array(part), (rooted, parts) => {
      const path = (rooted ? '/' : '') + parts.join('/');
      for (const written of [encodeURIComponent(path), new URLSearchParams({ path }).toString().slice(5)]) {
        const read = queryOf(`/files?a=b&path=${written}&download`);
        expect(read.get('path')).toBe(path);
        expect(read.has('download')).toBe(true);
      }
      if (!path.startsWith('/') || path.includes('\0')) {
        expect(() => absolutePath(path)).toThrow(ProblemError);
        return;
      }
      const normal = absolutePath(path);
      expect(normal).toMatch(/^\//);
      expect(normal.split('/').slice(1)).not.toContain('..');
      if (normal !== '/') {
        expect(normal.split('/').slice(1)).not.toContain('.');
        expect(normal.split('/').slice(1)).not.toContain('');
      }
      expect(absolutePath(normal)).toBe(normal);
    }),
  );
});

test.each(['%c0%af', '%c0%ae%c0%ae/', '%e0%80%af', '%ff', '%ed%a0%80', '%', '%4x'])(
  '%s in a path is refused',
  (text) => {
    expect(() => queryOf(`/files?path=/home/${text}etc`)).toThrow(ProblemError);
  },
);

test('nothing is decoded twice', () => {
  expect(queryOf('/files?path=%2Fhome%2F%252e%252e').get('path')).toBe('/home/%2e%2e');
});

test('a range that is served lies in the file, and holds what was asked', () => {
  const number = fc.nat(300);
  fc.assert(
    fc.property(number, fc.option(number), fc.option(number), (size, first, last) => {
      const wanted = wantedOf({ range: `bytes=${first ?? ''}-${last ?? ''}` }, size, undefined);
      if (first === null && last === null) expect(wanted).toBe('whole');
      else if (first === null && last !== null) {
        const count = Math.min(last, size);
        expect(wanted).toEqual(count === 0 ? 'unsatisfiable' : { start: size - count, end: size - 1 });
      } else if (first !== null && last !== null && last < first) expect(wanted).toBe('whole');
      else if (first !== null && first >= size) expect(wanted).toBe('unsatisfiable');
      else expect(wanted).toEqual({ start: first, end: Math.min(last ?? size - 1, size - 1) });
    }),
  );
});

test.each(['bytes=0-1,3-4', 'bytes=a-b', 'lines=1-2', 'bytes=--1', 'bytes 0-1', ''])(
  '%j is no range: the whole',
  (range) => {
    expect(wantedOf({ range }, 100, undefined)).toBe('whole');
  },
);

test('conditions', () => {
  const validators = { etag: '"a"', modified: Date.UTC(2026, 0, 2, 3, 4, 5, 678) };
  const date = 'Fri, 02 Jan 2026 03:04:05 GMT';
  const earlier = 'Fri, 02 Jan 2026 03:04:04 GMT';
  const range = 'bytes=1-2';
  const part = { start: 1, end: 2 };
  expect(wantedOf({ ifModifiedSince: date }, 9, validators)).toBe('not-modified');
  expect(wantedOf({ ifModifiedSince: earlier }, 9, validators)).toBe('whole');
  expect(wantedOf({ ifModifiedSince: 'yesterday' }, 9, validators)).toBe('whole');
  expect(wantedOf({ ifModifiedSince: date }, 9, undefined)).toBe('whole');
  expect(wantedOf({ ifNoneMatch: '"b", W/"a"' }, 9, validators)).toBe('not-modified');
  expect(wantedOf({ ifNoneMatch: '"b"', ifModifiedSince: date }, 9, validators)).toBe('whole');
  expect(wantedOf({ range, ifRange: '"a"' }, 9, validators)).toEqual(part);
  expect(wantedOf({ range, ifRange: '"b"' }, 9, validators)).toBe('whole');
  expect(wantedOf({ range, ifRange: date }, 9, validators)).toEqual(part);
  expect(wantedOf({ range, ifRange: earlier }, 9, validators)).toBe('whole');
  expect(wantedOf({ range, ifRange: '"a"' }, 9, undefined)).toBe('whole');
});

test('an attachment is named safely and wholly', () => {
  expect(attachment('plain.txt')).toBe(`attachment; filename="plain.txt"; filename*=UTF-8''plain.txt`);
  fc.assert(
    fc.property(wellFormed, (name) => {
      const header = attachment(name);
      expect(header).toMatch(/^attachment; filename="[\x20\x21\x23-\x5b\x5d-\x7e]*"; filename\*=UTF-8''[\w.~!%-]*$/);
      expect(decodeURIComponent(header.slice(header.indexOf("''") + 2))).toBe(name);
    }),
  );
});

test.each([
  ['photo.JPG', 'image/jpeg'],
  ['a.tar.gz', 'application/x-compressed-tar'],
  ['a.b.gz', 'application/gzip'],
  ['.bashrc', 'text/plain'],
  ['.mp4', 'application/octet-stream'],
  ['.config.json', 'application/json'],
  ['Makefile', 'text/x-makefile'],
  ['constructor', 'application/octet-stream'],
  ['x.__proto__', 'application/octet-stream'],
  ['', 'application/octet-stream'],
])('%s is %s', (name, type) => {
  expect(mimeOf(name, 'file')).toBe(type);
});

test('a shell sees what it should of the environment, and nothing of the agent', () => {
  const config = { shell: '/bin/zsh', home: '/home/ada' };
  const own = {
    PORTHOLE_AGENT: '{}',
    NODE_OPTIONS: '--inspect',
    PATH: '/agent/bin',
    TERM: 'dumb',
    TZ: 'Europe/Berlin',
    LANG: '',
  };
  expect(shellEnvironment(config, 'ada', own)).toEqual({
    TERM: 'xterm-256color',
    COLORTERM: 'truecolor',
    LANG: 'C.UTF-8',
    HOME: '/home/ada',
    USER: 'ada',
    LOGNAME: 'ada',
    SHELL: '/bin/zsh',
    PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
    TZ: 'Europe/Berlin',
  });
  expect(shellEnvironment(config, 'ada', { LANG: 'de_DE.UTF-8' })['LANG']).toBe('de_DE.UTF-8');
});
