import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DirectoryEntry } from '../../protocol/agent.ts';
import { begin, canStep, current, step, visit } from '../../shell/apps/files/history.ts';
import { compareNames, sorted } from '../../shell/apps/files/order.ts';
import { baseName, crumbs, isInside, join, parent, resolve } from '../../shell/apps/files/path.ts';
import { rowsInSight, scrolledTo } from '../../shell/apps/files/rows.ts';
import { kept, moved, nothing, only, stretched, toggled, typedAhead } from '../../shell/apps/files/selection.ts';
import { readState } from '../../shell/apps/files/state.ts';
import { selectionText, sizeText, summary, typeName } from '../../shell/apps/files/words.ts';

const file = (name: string, more: Partial<DirectoryEntry> = {}): DirectoryEntry => ({
  name,
  kind: 'file',
  size: 0,
  modified: 0,
  mime: 'application/octet-stream',
  ...more,
});
const folder = (name: string) => file(name, { kind: 'directory', mime: 'inode/directory' });

/** A file's name: anything but `/` and NUL, and neither `.` nor `..`. */
const fileName = fc
  .string({ minLength: 1, maxLength: 12 })
  .map((name) => name.replace(/[/\0]/g, '_'))
  .filter((name) => name !== '.' && name !== '..');
const path = fc.array(fileName, { maxLength: 6 }).map((parts) => `/${parts.join('/')}`);

describe('paths', () => {
  it('join, parent and base name are each other’s inverse', () => {
    fc.assert(
      fc.property(path, fileName, (at, name) => {
        const inside = join(at, name);
        expect(parent(inside)).toBe(at);
        expect(baseName(inside)).toBe(name);
        expect(isInside(inside, at)).toBe(true);
      }),
    );
    expect(parent('/')).toBeUndefined();
    expect(isInside('/home/anna2', '/home/anna')).toBe(false);
  });
  it('crumbs lead from home or root to the path, each inside the one before', () => {
    fc.assert(
      fc.property(path, path, (at, home) => {
        const all = crumbs(at, home);
        expect(all.at(-1)?.path).toBe(at);
        for (const [i, crumb] of all.entries()) {
          const before = all[i - 1];
          if (before) expect(parent(crumb.path)).toBe(before.path);
          else expect(crumb.path).toBe(isInside(at, home) ? home : '/');
        }
      }),
    );
    expect(crumbs('/home/a/x/y', '/home/a').map(({ name }) => name)).toEqual(['Home', 'x', 'y']);
    expect(crumbs('/etc', '/home/a').map(({ name }) => name)).toEqual(['/', 'etc']);
  });
  it('understands what people type', () => {
    const typed = (of: string) => resolve(of, '/srv/data', '/home/anna');
    expect(typed('~')).toBe('/home/anna');
    expect(typed('~/Music/')).toBe('/home/anna/Music');
    expect(typed('..')).toBe('/srv');
    expect(typed('a/./b//c/../d')).toBe('/srv/data/a/b/d');
    expect(typed(' /etc/ ')).toBe('/etc');
    expect(typed('/../../x')).toBe('/x');
    expect(typed('~other')).toBe('/srv/data/~other');
  });
  it('always gives a normalised absolute path', () => {
    fc.assert(
      fc.property(fc.string(), path, path, (typed, at, home) => {
        const found = resolve(typed, at, home);
        expect(found.startsWith('/')).toBe(true);
        expect(resolve(found, at, home) === found || found !== found.trim()).toBe(true);
        expect(found.split('/').includes('..')).toBe(false);
      }),
    );
  });
});

describe('history', () => {
  it('goes back where one was, and forgets what was ahead', () => {
    let history = begin('/a');
    history = visit(visit(history, '/b'), '/c');
    history = step(step(history, -1), -1);
    expect(current(history)).toBe('/a');
    expect(canStep(history, -1)).toBe(false);
    expect(current(step(history, 1))).toBe('/b');
    history = visit(history, '/d');
    expect(canStep(history, 1)).toBe(false);
    expect(history.paths).toEqual(['/a', '/d']);
  });
  it('stays short and keeps the newest', () => {
    let history = begin('/');
    for (let i = 0; i < 200; i++) history = visit(history, `/${i}`);
    expect(history.paths.length).toBeLessThanOrEqual(50);
    expect(current(history)).toBe('/199');
  });
});

describe('order', () => {
  it('counts numbers by value and folders first', () => {
    const list = [file('b10'), file('b9'), file('B1'), folder('z2'), folder('Z10')];
    const names = (order: Parameters<typeof sorted>[1]) => sorted(list, order).map(({ name }) => name);
    expect(names({ by: 'name', descending: false })).toEqual(['z2', 'Z10', 'B1', 'b9', 'b10']);
    expect(names({ by: 'name', descending: true })).toEqual(['Z10', 'z2', 'b10', 'b9', 'B1']);
  });
  it('is total: any two lists of the same entries are sorted alike', () => {
    const entry = fc.record({ name: fileName, size: fc.nat(3), modified: fc.nat(3), directory: fc.boolean() });
    fc.assert(
      fc.property(
        fc.uniqueArray(entry, { selector: ({ name }) => name, maxLength: 20 }),
        fc.constantFrom('name' as const, 'size' as const, 'type' as const, 'modified' as const),
        fc.boolean(),
        (records, by, descending) => {
          const entries = records.map(({ name, size, modified, directory }) => ({
            ...(directory ? folder(name) : file(name, { size })),
            modified,
          }));
          const names = sorted(entries, { by, descending }).map(({ name }) => name);
          expect(sorted([...entries].reverse(), { by, descending }).map(({ name }) => name)).toEqual(names);
        },
      ),
    );
    expect(compareNames('é', 'é')).toBe(0);
  });
  it('sorts by size, then by name', () => {
    const list = [file('b', { size: 5 }), file('a', { size: 5 }), file('c', { size: 1 })];
    expect(sorted(list, { by: 'size', descending: false }).map(({ name }) => name)).toEqual(['c', 'a', 'b']);
  });
});

describe('words', () => {
  it.each([
    [0, '0 B'],
    [999, '999 B'],
    [1023, '1023 B'],
    [1024, '1.0 KiB'],
    [10_188, '9.9 KiB'],
    [10_239, '10 KiB'],
    [1024 * 1024 - 1, '1.0 MiB'],
    [23 * 1024 ** 2, '23 MiB'],
    [5 * 1024 ** 5, '5.0 PiB'],
    [9000 * 1024 ** 5, '9000 PiB'],
  ])('%i bytes are %s', (bytes, text) => {
    expect(sizeText(bytes)).toBe(text);
  });
  it('sizes are never long, and grow with the bytes', () => {
    const value = (text: string) =>
      Number.parseFloat(text) * 1024 ** ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'].indexOf(text.split(' ')[1] ?? '');
    fc.assert(
      fc.property(fc.maxSafeNat(), fc.maxSafeNat(), (a, b) => {
        expect(sizeText(a).length).toBeLessThanOrEqual(8);
        if (a <= b) expect(value(sizeText(a))).toBeLessThanOrEqual(value(sizeText(b)));
      }),
    );
  });
  it('names kinds for people', () => {
    expect(typeName(folder('x'))).toBe('Folder');
    expect(typeName(file('x.png', { mime: 'image/png' }))).toBe('PNG image');
    expect(typeName(file('x', { mime: 'text/x-c' }))).toBe('C text');
    expect(typeName(file('notes.xyz'))).toBe('XYZ file');
    expect(typeName(file('.bashrc'))).toBe('File');
    expect(typeName(file('a', { broken: true, link: '/gone' }))).toBe('Broken link');
    expect(typeName(file('null', { kind: 'other' }))).toBe('Device or socket');
  });
  it('counts', () => {
    expect(summary([folder('a'), file('b', { size: 2048 })])).toBe('1 folder, 1 file (2.0 KiB)');
    expect(summary([folder('a'), folder('b')])).toBe('2 folders');
    expect(summary([])).toBe('Nothing here');
    expect(selectionText([folder('a')])).toBe('a (folder)');
    expect(selectionText([folder('a'), folder('b')])).toBe('2 folders selected');
  });
});

describe('selection', () => {
  const list = ['a', 'b', 'c', 'd', 'e'];
  const names = (of: { names: ReadonlySet<string> }) => [...of.names].sort().join('');
  it('stretches from its anchor in both directions', () => {
    expect(names(stretched(only('b'), 'd', list))).toBe('bcd');
    expect(names(stretched(stretched(only('b'), 'd', list), 'a', list))).toBe('ab');
    expect(names(moved(moved(only('c'), 1, true, list), -2, true, list))).toBe('bc');
  });
  it('moves within the list', () => {
    expect(moved(nothing, 1, false, list).cursor).toBe('a');
    expect(moved(nothing, -1, false, list).cursor).toBe('e');
    expect(moved(only('d'), 99, false, list).cursor).toBe('e');
    expect(moved(only('d'), 1, false, [])).toBe(nothing);
  });
  it('toggles one and leaves the others', () => {
    expect(names(toggled(toggled(only('a'), 'c'), 'a'))).toBe('c');
  });
  it('loses what is no longer there', () => {
    expect(kept(stretched(only('b'), 'd', list), ['a', 'b', 'c'])).toEqual({
      names: new Set(['b', 'c']),
      cursor: undefined,
      anchor: 'b',
    });
  });
  it('finds what is typed, and walks on with the same letter', () => {
    const fruit = ['apple', 'Avocado', 'banana', 'blueberry'];
    expect(typedAhead('a', nothing, fruit)).toBe('apple');
    expect(typedAhead('a', only('apple'), fruit)).toBe('Avocado');
    expect(typedAhead('aa', only('Avocado'), fruit)).toBe('apple');
    expect(typedAhead('av', only('apple'), fruit)).toBe('Avocado');
    expect(typedAhead('bl', only('banana'), fruit)).toBe('blueberry');
    expect(typedAhead('x', only('banana'), fruit)).toBeUndefined();
  });
});

describe('rows', () => {
  it('draws all that is in sight and not many more', () => {
    fc.assert(
      fc.property(
        fc.nat(400_000),
        fc.integer({ min: 0, max: 2000 }),
        fc.integer({ min: 20, max: 50 }),
        fc.nat(10_000),
        (top, height, row, count) => {
          const { first, end } = rowsInSight(top, height, row, count);
          expect(first).toBeGreaterThanOrEqual(0);
          expect(end).toBeLessThanOrEqual(count);
          expect(end - first).toBeLessThanOrEqual(height / row + 20);
          for (let y = top; y < Math.min(top + height, count * row); y += row) {
            expect(Math.floor(y / row)).toBeGreaterThanOrEqual(first);
            expect(Math.floor(y / row)).toBeLessThan(end);
          }
        },
      ),
    );
  });
  it('scrolls as little as shows the row', () => {
    expect(scrolledTo(0, 100, 300, 30)).toBe(0);
    expect(scrolledTo(5, 100, 300, 30)).toBe(100);
    expect(scrolledTo(20, 100, 300, 30)).toBe(330);
  });
});

it('reads any JSON as a state', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (of) => {
      const { history } = readState(of);
      if (history) expect(current(history).startsWith('/')).toBe(true);
    }),
  );
  expect(readState({ path: '/srv' }).history).toEqual(begin('/srv'));
  expect(
    readState({ history: { paths: ['/a', '/b'], index: 1 }, hidden: true, order: { by: 'size', descending: true } }),
  ).toEqual({
    history: { paths: ['/a', '/b'], index: 1 },
    hidden: true,
    order: { by: 'size', descending: true },
  });
  expect(readState({ history: { paths: ['/a', 'b'], index: 0 } }).history).toBeUndefined();
});
