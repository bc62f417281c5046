import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  applyPatch,
  initial,
  readState,
  reduce,
  reduceAll,
  shownRect,
  verifyInvariants,
} from '../../workers/window-manager/core.ts';
import type { Command, State, WindowState } from '../../workers/window-manager/types.ts';
import { command, garbage, id, rect, workArea } from './window-manager-arbitraries.ts';

const desk = { x: 0, y: 0, width: 1440, height: 854 };
const phone = { x: 0, y: 0, width: 390, height: 788 };
const open = (of: string, size: [number, number] = [640, 400]): Command => ({
  type: 'open',
  id: of,
  appId: 'files',
  title: of,
  size,
});
const given = (...commands: Command[]): State => reduceAll(initial(desk), commands).state;
const windowOf = (state: State, of: string): WindowState => {
  const window = state.windows[of];
  if (window === undefined) throw new Error(`no window ${of}`);
  return window;
};
const shown = (state: State, of: string) => shownRect(state, windowOf(state, of));
/** States that commands lead to. */
const reached = fc
  .tuple(workArea, fc.array(fc.oneof({ weight: 9, arbitrary: command }, garbage), { maxLength: 30 }))
  .map(([area, commands]) => reduceAll(initial(area), commands).state);

describe('whatever is asked', () => {
  test('every invariant holds after each command, and its patch leads from before to after', () => {
    fc.assert(
      fc.property(
        fc.oneof(workArea, rect),
        fc.array(fc.oneof(command, garbage), { maxLength: 40 }),
        (area, commands) => {
          let state = initial(area);
          verifyInvariants(state);
          for (const each of commands) {
            const before = structuredClone(state);
            const outcome = reduce(state, each);
            expect(state).toStrictEqual(before);
            verifyInvariants(outcome.state);
            expect(applyPatch(state, outcome.patch)).toStrictEqual(outcome.state);
            state = outcome.state;
          }
        },
      ),
      { numRuns: 1000 },
    );
  });

  test('commands together give what they give one after the other', () => {
    fc.assert(
      fc.property(reached, fc.array(command), (state, commands) => {
        let step = state;
        const effects = [];
        for (const each of commands) {
          const outcome = reduce(step, each);
          step = applyPatch(step, outcome.patch);
          effects.push(...outcome.effects);
        }
        const whole = reduceAll(state, commands);
        expect(whole.state).toStrictEqual(step);
        expect(whole.effects).toStrictEqual(effects);
        expect(applyPatch(state, whole.patch)).toStrictEqual(step);
      }),
    );
  });

  test('an unknown window or command changes nothing', () => {
    fc.assert(
      fc.property(reached, command, (state, each) => {
        const stranger = 'id' in each && each.id !== null && each.type !== 'open' ? { ...each, id: 'stranger' } : null;
        fc.pre(stranger !== null);
        expect(reduce(state, stranger as Command)).toStrictEqual({ state, patch: {}, effects: [] });
      }),
    );
    for (const each of [null, 1, 'open', [], {}, { type: 'open' }, { type: 'dance', id: 'a' }])
      expect(reduce(given(open('a')), each as unknown as Command).patch).toEqual({});
  });

  test('a state comes back from JSON as it was', () => {
    fc.assert(
      fc.property(reached, (state) => {
        expect(readState(JSON.parse(JSON.stringify(state)))).toStrictEqual(JSON.parse(JSON.stringify(state)));
        expect(JSON.parse(JSON.stringify(state))).toEqual(state);
      }),
    );
  });

  test('what no version saved is not read', () => {
    fc.assert(
      fc.property(reached, fc.jsonValue(), fc.integer({ min: 0 }), (state, junk, seed) => {
        const saved = JSON.parse(JSON.stringify(state));
        const keys = Object.keys(saved);
        saved[keys[seed % keys.length] as string] = junk;
        const read = readState(saved);
        if (read !== null) verifyInvariants(read);
      }),
    );
    const state = given(open('a'), open('b'));
    expect(readState(state)).toStrictEqual(state);
    for (const broken of [
      null,
      [],
      'state',
      { ...state, focus: 'a' },
      { ...state, stack: ['a'] },
      { ...state, order: ['a', 'b', 'b'] },
      { ...state, windows: { ...state.windows, c: 1 } },
      {
        ...state,
        windows: { ...state.windows, a: { ...state.windows['a'], geometry: { x: 0.5, y: 0, width: 1, height: 1 } } },
      },
    ])
      expect(readState(broken)).toBeNull();
  });
});

describe('geometry', () => {
  test('opening a window moves and resizes no other', () => {
    fc.assert(
      fc.property(reached, fc.tuple(fc.integer(), fc.integer()), (state, size) => {
        const opened = reduce(state, open('new', size)).state;
        for (const window of Object.values(state.windows)) {
          expect(opened.windows[window.id]).toStrictEqual(window);
          expect(shown(opened, window.id)).toEqual(shownRect(state, window));
        }
      }),
    );
  });

  test('what a smaller work area displaced or hid comes back when it grows again', () => {
    fc.assert(
      fc.property(reached, fc.array(workArea, { minLength: 1, maxLength: 4 }), (state, areas) => {
        const there = reduceAll(
          state,
          areas.map((area) => ({ type: 'work-area', rect: area })),
        ).state;
        expect(reduce(there, { type: 'work-area', rect: state.workArea }).state).toStrictEqual(state);
      }),
    );
  });

  test('leaving a maximised or snapped state gives the floating geometry back', () => {
    const placing = fc.oneof(
      fc.constant<Command>({ type: 'place', id: 'a', placement: { kind: 'maximized' } }),
      fc.constant<Command>({ type: 'place', id: 'a', placement: { kind: 'snapped', zone: 'left' } }),
      fc.constant<Command>({ type: 'place', id: 'a', placement: { kind: 'snapped', zone: 'bottom-right' } }),
      fc.constant<Command>({ type: 'toggle-maximize', id: 'a' }),
      fc.constant<Command>({ type: 'minimize', id: 'a' }),
      fc.constant<Command>({ type: 'restore', id: 'a' }),
      workArea.map((area): Command => ({ type: 'work-area', rect: area })),
    );
    fc.assert(
      fc.property(rect, fc.array(placing), (geometry, commands) => {
        const before = given(open('a'), { type: 'move', id: 'a', geometry });
        const { state } = reduceAll(before, [
          ...commands,
          { type: 'work-area', rect: desk },
          { type: 'place', id: 'a', placement: { kind: 'floating' } },
          { type: 'restore', id: 'a' },
        ]);
        expect(state).toStrictEqual(before);
      }),
    );
  });

  test('a new window is centred, and cascades where it would cover another', () => {
    const state = given(open('a'), open('b'), open('c', [800, 400]));
    expect(shown(state, 'a')).toEqual({ x: 400, y: 227, width: 640, height: 400 });
    expect(shown(state, 'b')).toEqual({ x: 444, y: 271, width: 640, height: 400 });
    expect(shown(state, 'c')).toEqual({ x: 320, y: 227, width: 800, height: 400 });
  });

  test('a new window that is larger than the work area is shrunk to it', () => {
    expect(shown(given(open('a', [5000, 5000])), 'a')).toEqual(desk);
  });

  test('a window that lay in the work area follows a smaller one; one that hung out of it stays reachable', () => {
    const state = given(
      open('in'),
      { type: 'move', id: 'in', geometry: { x: 800, y: 400, width: 640, height: 454 } },
      open('out'),
      { type: 'move', id: 'out', geometry: { x: 1100, y: 700, width: 640, height: 400 } },
      { type: 'work-area', rect: { x: 0, y: 0, width: 1000, height: 600 } },
    );
    expect(shown(state, 'in')).toEqual({ x: 360, y: 146, width: 640, height: 454 });
    expect(shown(state, 'out')).toEqual({ x: 880, y: 556, width: 640, height: 400 });
  });

  test('a move ends where the title bar is reachable, and that is where the window is from then on', () => {
    const state = given(open('a'), { type: 'move', id: 'a', geometry: { x: -9000, y: -20, width: 640, height: 400 } });
    const put = { x: 120 - 640, y: 0, width: 640, height: 400 };
    expect(windowOf(state, 'a').geometry).toEqual(put);
    const wider = { x: -200, y: -200, width: 3000, height: 2000 };
    expect(shown(reduce(state, { type: 'work-area', rect: wider }).state, 'a')).toEqual(put);
  });

  test('a title has an end', () => {
    const state = given(open('a'), { type: 'title', id: 'a', title: 'x'.repeat(100_000) });
    expect(windowOf(state, 'a').title).toHaveLength(512);
  });

  test('a narrow work area shows each window filling it, and takes no placement', () => {
    const state = reduceAll(given(open('a')), [{ type: 'work-area', rect: phone }]).state;
    expect(shown(state, 'a')).toEqual(phone);
    expect(reduce(state, { type: 'toggle-maximize', id: 'a' }).patch).toEqual({});
    expect(reduce(state, { type: 'move', id: 'a', geometry: desk }).patch).toEqual({});
  });

  test('a window opened on a phone has its size once there is room', () => {
    const state = reduceAll(initial(phone), [open('a'), { type: 'work-area', rect: desk }]).state;
    expect(shown(state, 'a')).toEqual({ x: 0, y: 0, width: 640, height: 400 });
  });
});

describe('focus and stacking', () => {
  const focusing = (...ids: string[]): Command[] => ids.map((each) => ({ type: 'focus', id: each }));

  test('minimising or closing the focused window focuses the next in the stack that is not minimised', () => {
    const state = given(open('a'), open('b'), open('c'), { type: 'minimize', id: 'b' });
    expect(state.focus).toBe('c');
    expect(reduce(state, { type: 'minimize', id: 'c' }).state.focus).toBe('a');
    const closed = reduce(state, { type: 'close', id: 'c' });
    expect(closed.state.focus).toBe('a');
    expect(closed.effects).toEqual([{ type: 'closed', window: state.windows['c'] }]);
    expect(closed.patch.windows).toEqual({ c: null });
  });

  test('a patch holds only what changed', () => {
    const state = given(open('a'), open('b'));
    expect(reduce(state, { type: 'focus', id: 'b' }).patch).toEqual({});
    expect(reduce(state, { type: 'focus', id: 'a' }).patch).toEqual({ focus: 'a', stack: ['b', 'a'] });
    expect(reduce(state, { type: 'title', id: 'a', title: 'x' }).patch).toEqual({
      windows: { a: { ...state.windows['a'], title: 'x' } },
    });
  });

  test('show-desktop twice gives everything back, and the focus to the topmost', () => {
    fc.assert(
      fc.property(reached, (state) => {
        const any = Object.values(state.windows).some((window) => !window.minimized);
        fc.pre(any);
        const once = reduce(state, { type: 'show-desktop' }).state;
        expect(Object.values(once.windows).every((window) => window.minimized)).toBe(true);
        const twice = reduce(once, { type: 'show-desktop' }).state;
        expect(twice.windows).toStrictEqual(state.windows);
        expect(twice.stack).toEqual(state.stack);
        expect(twice.focus).not.toBeNull();
      }),
    );
  });

  test('a window opened or restored meanwhile ends the shown desktop', () => {
    const state = given(open('a'), open('b'), { type: 'show-desktop' }, { type: 'restore', id: 'a' });
    const again = reduce(state, { type: 'show-desktop' }).state;
    expect(again.showingDesktop).toEqual(['a']);
    expect(reduce(again, { type: 'show-desktop' }).state.windows['b']?.minimized).toBe(true);
  });

  test('a walk passes every window in order of last use, and back', () => {
    const state = given(open('a'), open('b'), open('c'), open('d'), ...focusing('b', 'a'));
    const walk = (steps: (1 | -1)[]) => {
      let at = state;
      return steps.map((step) => {
        at = reduce(at, { type: 'cycle', step }).state;
        return at.focus;
      });
    };
    expect(walk([1, 1, 1, 1])).toEqual(['b', 'd', 'c', 'a']);
    expect(walk([-1, -1])).toEqual(['c', 'd']);
    expect(walk([1, 1, -1, -1])).toEqual(['b', 'd', 'b', 'a']);
  });

  test('letting go ends a walk: only the window it ended at counts as used, and the next walk leads back', () => {
    let state = given(open('a'), open('b'), open('c'), { type: 'cycle', step: 1 }, { type: 'cycle', step: 1 });
    expect(state.stack).toEqual(['b', 'c', 'a']);
    state = reduceAll(state, [...focusing('a'), { type: 'cycle', step: 1 }]).state;
    expect(state.focus).toBe('c');
  });

  test('a walk passes by minimised windows; when all are, the last used comes back', () => {
    const some = given(open('a'), open('b'), open('c'), { type: 'minimize', id: 'b' }, { type: 'cycle', step: 1 });
    expect(some.focus).toBe('a');
    const all = given(open('a'), open('b'), { type: 'show-desktop' }, { type: 'cycle', step: 1 });
    expect([all.focus, all.windows['a']?.minimized, all.showingDesktop]).toEqual(['b', true, null]);
  });

  test('a walk forth and back is where it began', () => {
    fc.assert(
      fc.property(reached, fc.integer({ min: 1, max: 12 }), (state, steps) => {
        const start = state.focus === null ? null : reduce(state, { type: 'focus', id: state.focus }).state;
        fc.pre(start !== null);
        const walk = (step: 1 | -1): Command[] => new Array(steps).fill({ type: 'cycle', step });
        const back = reduceAll(start, [...walk(1), ...walk(-1), { type: 'focus', id: start.focus }]).state;
        expect(back).toStrictEqual(start);
      }),
    );
  });

  test('opening twice with one id opens once', () => {
    fc.assert(
      fc.property(reached, id, (state, each) => {
        const once = reduce(state, open(each)).state;
        expect(reduce(once, open(each, [300, 300])).patch).toEqual({});
      }),
    );
  });
});
