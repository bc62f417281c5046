/** Drags, resizes and snapping: the arithmetic that runs in the pointer's handler. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  byKeys,
  type Grip,
  nudged,
  pointed,
  press,
  previewOf,
  rectOf,
  released,
} from '../../shell/window-manager/gesture.ts';
import { initial, reduce, reduceAll, shownRect } from '../../workers/window-manager/core.ts';
import {
  contains,
  dragOff,
  type Edge,
  minimumSize,
  reachable,
  resized,
  resizedWithin,
} from '../../workers/window-manager/geometry.ts';
import { snapResized, snapToEdges, snapZoneAt, snapZones, zoneRect } from '../../workers/window-manager/snap.ts';
import type { Command, Placement, Point, Rect, State } from '../../workers/window-manager/types.ts';

const desk: Rect = { x: 0, y: 0, width: 1440, height: 854 };
const edges: Edge[] = ['n', 's', 'e', 'w', 'ne', 'nw', 'se', 'sw'];
const edge = fc.constantFrom(...edges);
const coordinate = fc.integer({ min: -2000, max: 2000 });
const point: fc.Arbitrary<Point> = fc.record({ x: coordinate, y: coordinate });
const rect: fc.Arbitrary<Rect> = fc.record({
  x: coordinate,
  y: coordinate,
  width: fc.integer({ min: minimumSize.width, max: 2000 }),
  height: fc.integer({ min: minimumSize.height, max: 2000 }),
});
const area: fc.Arbitrary<Rect> = fc.record({
  x: fc.integer({ min: -20, max: 20 }),
  y: fc.integer({ min: -20, max: 20 }),
  width: fc.integer({ min: 600, max: 3000 }),
  height: fc.integer({ min: 200, max: 2000 }),
});
const sides = (of: Rect) => ({ left: of.x, top: of.y, right: of.x + of.width, bottom: of.y + of.height });

describe('geometry', () => {
  test('a resize moves the pulled edges only, exactly, down to the minimum size', () => {
    fc.assert(
      fc.property(rect, edge, coordinate, coordinate, (before, pulled, dx, dy) => {
        const a = sides(before);
        const b = sides(resized(before, pulled, dx, dy));
        const { width, height } = minimumSize;
        expect(b).toEqual({
          left: pulled.includes('w') ? Math.min(a.left + dx, a.right - width) : a.left,
          right: pulled.includes('e') ? Math.max(a.right + dx, a.left + width) : a.right,
          top: pulled.startsWith('n') ? Math.min(a.top + dy, a.bottom - height) : a.top,
          bottom: pulled.startsWith('s') ? Math.max(a.bottom + dy, a.top + height) : a.bottom,
        });
      }),
    );
  });

  test('a resize cannot pull the title bar out of reach', () => {
    fc.assert(
      fc.property(rect, area, edge, coordinate, coordinate, (anywhere, workArea, pulled, dx, dy) => {
        const before = reachable(anywhere, workArea);
        const after = resizedWithin(resized(before, pulled, dx, dy), pulled, workArea);
        expect(reachable(after, workArea)).toEqual(after);
        const [a, b] = [sides(before), sides(after)];
        if (!pulled.includes('w')) expect(b.left).toBe(a.left);
        if (!pulled.includes('e')) expect(b.right).toBe(a.right);
        if (!pulled.startsWith('n')) expect(b.top).toBe(a.top);
        if (!pulled.startsWith('s')) expect(b.bottom).toBe(a.bottom);
        expect(after.width).toBeGreaterThanOrEqual(minimumSize.width);
        expect(after.height).toBeGreaterThanOrEqual(minimumSize.height);
      }),
    );
  });

  test('what is reachable is left alone; what is not is moved, never resized', () => {
    fc.assert(
      fc.property(rect, area, (before, workArea) => {
        const once = reachable(before, workArea);
        expect(reachable(once, workArea)).toEqual(once);
        expect([once.width, once.height]).toEqual([before.width, before.height]);
        if (contains(workArea, before)) expect(once).toEqual(before);
      }),
    );
  });

  test('a window dragged off keeps the pointer at the same proportion of its title bar', () => {
    expect(dragOff({ x: 1080, y: 10 }, desk, { x: 5, y: 5, width: 400, height: 300 })).toEqual({
      x: 780,
      y: 0,
      width: 400,
      height: 300,
    });
    fc.assert(
      fc.property(rect, rect, fc.double({ min: 0, max: 1, noNaN: true }), (shown, floating, across) => {
        const pointer = { x: shown.x + across * shown.width, y: shown.y + 7 };
        const off = dragOff(pointer, shown, floating);
        expect(Math.abs((pointer.x - off.x) / off.width - across)).toBeLessThanOrEqual(1 / off.width);
        expect(off.y).toBe(shown.y);
      }),
    );
  });
});

describe('snapping', () => {
  test('halves and quarters partition the work area', () => {
    fc.assert(
      fc.property(area, point, (workArea, at) => {
        const inside = (of: Rect) => at.x >= of.x && at.y >= of.y && at.x < of.x + of.width && at.y < of.y + of.height;
        const expected = inside(workArea) ? 1 : 0;
        const among = (zones: Placement[]) =>
          zones.filter((zone) => zone.kind === 'snapped' && inside(zoneRect(zone.zone, workArea))).length;
        const snapped = (zone: (typeof snapZones)[number]): Placement => ({ kind: 'snapped', zone });
        expect(among([snapped('left'), snapped('right')])).toBe(expected);
        expect(among(snapZones.filter((zone) => zone.includes('-')).map(snapped))).toBe(expected);
      }),
    );
  });

  test.each([
    [9, 427, 'left'],
    [10, 427, null],
    [-500, 427, 'left'],
    [1430, 427, 'right'],
    [1429, 427, null],
    [0, 213, 'top-left'],
    [0, 214, 'left'],
    [0, 640, 'left'],
    [0, 641, 'bottom-left'],
    [1439, 0, 'top-right'],
    [1439, 900, 'bottom-right'],
    [720, 9, 'maximized'],
    [720, -3, 'maximized'],
    [720, 10, null],
    [720, 853, null],
  ])('the pointer at %i,%i goes to %s', (x, y, zone) => {
    const at = snapZoneAt({ x, y }, desk);
    expect(at === null ? null : at.kind === 'snapped' ? at.zone : at.kind).toBe(zone);
  });

  test('a moved window is shifted by 10 px at most, and only onto an edge', () => {
    fc.assert(
      fc.property(rect, fc.array(rect, { maxLength: 5 }), area, (before, others, workArea) => {
        const after = snapToEdges(before, others, workArea);
        expect([after.width, after.height]).toEqual([before.width, before.height]);
        const [dx, dy] = [after.x - before.x, after.y - before.y];
        expect(Math.max(Math.abs(dx), Math.abs(dy))).toBeLessThanOrEqual(10);
        const [a, all] = [sides(after), [workArea, ...others].map(sides)];
        if (dx !== 0)
          expect(all.flatMap((of) => [of.left, of.right]).some((x) => x === a.left || x === a.right)).toBe(true);
        if (dy !== 0)
          expect(all.flatMap((of) => [of.top, of.bottom]).some((y) => y === a.top || y === a.bottom)).toBe(true);
      }),
    );
  });

  test('edges attract from 10 px on, the nearest most, and only of windows beside which it is', () => {
    const window = { x: 100, y: 100, width: 300, height: 200 };
    const at = (x: number, others: Rect[]) => snapToEdges({ ...window, x }, others, desk).x;
    expect(at(10, [])).toBe(0);
    expect(at(11, [])).toBe(11);
    expect(at(-10, [])).toBe(0);
    expect(at(1440 - 300 - 4, [])).toBe(1140);
    const other = { x: 600, y: 150, width: 300, height: 200 };
    expect(at(600 - 300 + 9, [other])).toBe(300);
    expect(at(900 + 3, [other])).toBe(900);
    expect(at(900 + 3, [{ ...other, y: 600 }])).toBe(903);
    const nearer = { ...other, x: 905, width: 500 };
    expect([at(903, [other, nearer]), at(903, [nearer, other])]).toEqual([905, 905]);
  });

  test('a resized window keeps the edges that are not pulled', () => {
    fc.assert(
      fc.property(rect, edge, fc.array(rect, { maxLength: 5 }), area, (before, pulled, others, workArea) => {
        const [a, b] = [sides(before), sides(snapResized(before, pulled, others, workArea))];
        if (!pulled.includes('w')) expect(b.left).toBe(a.left);
        if (!pulled.includes('e')) expect(b.right).toBe(a.right);
        if (!pulled.startsWith('n')) expect(b.top).toBe(a.top);
        if (!pulled.startsWith('s')) expect(b.bottom).toBe(a.bottom);
        for (const side of ['left', 'right', 'top', 'bottom'] as const)
          expect(Math.abs(b[side] - a[side])).toBeLessThanOrEqual(10);
      }),
    );
    const window = { x: 100, y: 100, width: 300, height: 200 };
    expect(snapResized(window, 'se', [{ x: 405, y: 150, width: 300, height: 155 }], desk)).toEqual({
      x: 100,
      y: 100,
      width: 305,
      height: 205,
    });
  });
});

describe('gesture', () => {
  const open = (id: string): Command => ({ type: 'open', id, appId: 'files', title: id, size: [640, 400] });
  const state = reduceAll(initial(desk), [
    open('a'),
    { type: 'move', id: 'a', geometry: { x: 300, y: 200, width: 640, height: 400 } },
  ]).state;
  const grip = fc.constantFrom<Grip>('move', ...edges);
  const drag = (from: State, by: Grip, at: Point, path: Point[]) =>
    path.reduce((gesture, to) => pointed(gesture, to), press(from, 'a', by, at));
  const placed = (placement: Placement) => reduce(state, { type: 'place', id: 'a', placement }).state;

  test('a press without a move is a click', () => {
    const gesture = drag(state, 'move', { x: 320, y: 210 }, [{ x: 322, y: 212 }]);
    expect([rectOf(gesture), previewOf(gesture), released(gesture)]).toEqual([null, null, null]);
  });

  test('where it is let go is where the core puts it: the frame does not jump', () => {
    const start = fc.constantFrom<State>(
      state,
      placed({ kind: 'maximized' }),
      placed({ kind: 'snapped', zone: 'right' }),
      reduceAll(state, [open('b'), open('c')]).state,
    );
    fc.assert(
      fc.property(start, grip, fc.array(point, { minLength: 1, maxLength: 5 }), (from, by, path) => {
        const gesture = drag(from, by, { x: 620, y: 210 }, path);
        const last = rectOf(gesture);
        for (const interrupted of [false, true]) {
          const command = released(gesture, interrupted);
          if (command === null) continue;
          const after = reduce(from, command).state;
          const window = after.windows['a'];
          if (window === undefined) throw new Error('the window is gone');
          const zone = interrupted ? null : previewOf(gesture);
          expect(shownRect(after, window)).toEqual(zone ?? last);
        }
      }),
      { numRuns: 500 },
    );
  });

  test('the newest pointer position counts, whatever came before', () => {
    fc.assert(
      fc.property(grip, fc.array(point, { maxLength: 5 }), point, (by, path, last) => {
        const far = { x: 620, y: 700 };
        const at = { x: 620, y: 210 };
        expect(rectOf(drag(state, by, at, [far, ...path, last]))).toEqual(rectOf(drag(state, by, at, [far, last])));
      }),
    );
  });

  test('a maximised window is dragged off by its title bar, and has no edges', () => {
    const from = placed({ kind: 'maximized' });
    expect(rectOf(drag(from, 'move', { x: 720, y: 10 }, [{ x: 720, y: 300 }]))).toEqual({
      x: 400,
      y: 290,
      width: 640,
      height: 400,
    });
    expect(press(from, 'a', 'e', { x: 1439, y: 100 }).stage).toBe('idle');
  });

  test('nothing is gripped on a narrow work area, nor what is not in sight', () => {
    const phone = reduce(state, { type: 'work-area', rect: { x: 0, y: 0, width: 390, height: 700 } }).state;
    expect(press(phone, 'a', 'move', { x: 0, y: 0 }).stage).toBe('idle');
    const minimized = reduce(state, { type: 'minimize', id: 'a' }).state;
    expect(press(minimized, 'a', 'move', { x: 0, y: 0 }).stage).toBe('idle');
    expect(press(state, 'nobody', 'move', { x: 0, y: 0 }).stage).toBe('idle');
  });

  test('by keys it moves and resizes by what they say', () => {
    const moved = nudged(nudged(byKeys(state, 'a', 'move'), 16, 0), 0, -1);
    expect(released(moved)).toEqual({ type: 'move', id: 'a', geometry: { x: 316, y: 199, width: 640, height: 400 } });
    const wider = nudged(byKeys(state, 'a', 'resize'), 16, -16);
    expect(rectOf(wider)).toEqual({ x: 300, y: 200, width: 656, height: 384 });
    const pushed = new Array(200).fill(0).reduce((gesture) => nudged(gesture, -16, 0), byKeys(state, 'a', 'move'));
    expect(rectOf(pushed)).toEqual({ x: -520, y: 200, width: 640, height: 400 });
    expect(rectOf(nudged(pushed, 16, 0))).toMatchObject({ x: -504 });
  });
});
