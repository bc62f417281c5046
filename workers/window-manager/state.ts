/** The state as data: what it starts as, what must hold of it, what changed between two of them, and how one is read back. */
import { contains, fitted, isWhole, minimumSize, reachable, sameRect, saneRect } from './geometry.ts';
import { snapZones, zoneRect } from './snap.ts';
import type { Patch, Placement, Rect, State, WindowState } from './types.ts';

/** Work areas narrower than this show one window at a time, CSS px. */
const singleBelow = 600;

export const layoutFor = (workArea: Rect): State['layout'] => (workArea.width < singleBelow ? 'single' : 'floating');

const nothing = { x: 0, y: 0, width: 0, height: 0 };

/** Whole px, of any size that is not negative. What is no number is as it was before. */
export const saneWorkArea = (value: unknown, before = nothing): Rect => saneRect(value, before, nothing);

export function initial(area: Rect): State {
  const workArea = saneWorkArea(area);
  return {
    workArea,
    layout: layoutFor(workArea),
    windows: {},
    order: [],
    stack: [],
    focus: null,
    showingDesktop: null,
    cycling: null,
  };
}

/** The rectangle that the window has on the screen now, were it not minimised. */
export function shownRect(state: Pick<State, 'workArea' | 'layout'>, window: WindowState): Rect {
  const { workArea, layout } = state;
  if (layout === 'single' || window.placement.kind === 'maximized') return workArea;
  if (window.placement.kind === 'snapped') return zoneRect(window.placement.zone, workArea);
  return (window.contained ? fitted : reachable)(window.geometry, workArea);
}

/** Equal as JSON is: by value, whatever the order of the keys. */
export function same(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const keys = Object.keys(a);
  return (
    keys.length === Object.keys(b).length &&
    keys.every((key) => Object.hasOwn(b, key) && same(a[key as keyof typeof a], b[key as keyof typeof b]))
  );
}

/** What changed: `applyPatch(before, difference(before, after))` equals `after`. */
export function difference(before: State, after: State): Patch {
  const windows: Record<string, WindowState | null> = {};
  for (const id of Object.keys(before.windows)) if (!Object.hasOwn(after.windows, id)) windows[id] = null;
  for (const [id, window] of Object.entries(after.windows)) if (!same(before.windows[id], window)) windows[id] = window;
  const patch: Record<string, unknown> = Object.keys(windows).length > 0 ? { windows } : {};
  for (const key of Object.keys(after) as (keyof State)[])
    if (key !== 'windows' && !same(before[key], after[key])) patch[key] = after[key];
  return patch;
}

export function applyPatch(state: State, patch: Patch): State {
  const { windows: changed, ...rest } = patch;
  const windows = { ...state.windows };
  for (const [id, window] of Object.entries(changed ?? {}))
    if (window === null) delete windows[id];
    else windows[id] = window;
  return { ...state, ...rest, windows };
}

/** The topmost window that is not minimised, or null. */
export function topmost(state: Pick<State, 'stack' | 'windows'>): string | null {
  return state.stack.findLast((id) => state.windows[id]?.minimized === false) ?? null;
}

/** @throws Error that says which promise does not hold. */
export function verifyInvariants(state: State): void {
  const { windows, order, stack, focus, workArea, showingDesktop, cycling } = state;
  const demand = (holds: boolean, promise: string) => {
    if (!holds) throw new Error(`window manager: ${promise}`);
  };
  const ids = Object.keys(windows).sort();
  const permutation = (list: string[]) => same(list.toSorted(), ids);
  demand(permutation(order), 'order holds each window once');
  demand(permutation(stack), 'the stack is a permutation of order');
  demand(isWhole(workArea, nothing), 'the work area is whole px');
  demand(state.layout === layoutFor(workArea), 'the layout follows from the width of the work area');
  demand(focus === null || focus === topmost(state), 'the topmost window has the focus, or none has it');
  demand(cycling === null || permutation(cycling), 'a walk passes each window once');
  demand(
    showingDesktop === null ||
      (showingDesktop.length > 0 &&
        new Set(showingDesktop).size === showingDesktop.length &&
        showingDesktop.every((id) => Object.hasOwn(windows, id)) &&
        topmost(state) === null),
    'while the desktop shows every window is minimised, and some come back',
  );
  for (const [id, window] of Object.entries(windows)) {
    const { geometry } = window;
    demand(window.id === id, `window ${id} is filed under its id`);
    demand(isWhole(geometry, minimumSize), `window ${id} has a size, in whole px`);
    const shown = shownRect(state, window);
    if (state.layout === 'single') demand(sameRect(shown, workArea), `window ${id} fills the work area`);
    else if (window.placement.kind === 'floating') {
      demand(sameRect(shown, reachable(shown, workArea)), `the title bar of window ${id} is reachable`);
      if (window.contained && workArea.height >= minimumSize.height)
        demand(contains(workArea, shown), `window ${id} stays in the work area`);
    } else demand(contains(workArea, shown), `window ${id} covers a part of the work area`);
  }
}

export function readPlacement(value: unknown): Placement | null {
  if (typeof value !== 'object' || value === null || !('kind' in value)) return null;
  if (value.kind === 'floating' || value.kind === 'maximized') return { kind: value.kind };
  if (value.kind !== 'snapped' || !('zone' in value)) return null;
  const zone = snapZones.find((known) => known === value.zone);
  return zone === undefined ? null : { kind: 'snapped', zone };
}

type Fields = Record<string, unknown>;
const isObject = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isText = (value: unknown): value is string => typeof value === 'string';
const isTexts = (value: unknown): value is string[] => Array.isArray(value) && value.every(isText);

function readRect(value: unknown): Rect | null {
  if (!isObject(value)) return null;
  const { x, y, width, height } = value;
  const isNumber = (each: unknown) => typeof each === 'number';
  return isNumber(x) && isNumber(y) && isNumber(width) && isNumber(height) ? { x, y, width, height } : null;
}

function readWindow(value: unknown): WindowState | null {
  if (!isObject(value)) return null;
  const { id, appId, title, contained, minimized, appState = null } = value;
  const geometry = readRect(value['geometry']);
  const placement = readPlacement(value['placement']);
  if (!isText(id) || !isText(appId) || !isText(title) || geometry === null || placement === null) return null;
  if (typeof contained !== 'boolean' || typeof minimized !== 'boolean') return null;
  return { id, appId, title, geometry, contained, placement, minimized, appState };
}

/** A state out of what was saved, or null where that is anything that this version cannot have saved. */
export function readState(value: unknown): State | null {
  if (!isObject(value) || !isObject(value['windows'])) return null;
  const { order, stack, focus, showingDesktop, cycling } = value;
  const workArea = readRect(value['workArea']);
  if (workArea === null || !isTexts(order) || !isTexts(stack) || (focus !== null && !isText(focus))) return null;
  if ((showingDesktop !== null && !isTexts(showingDesktop)) || (cycling !== null && !isTexts(cycling))) return null;
  const windows: [string, WindowState][] = [];
  for (const [id, saved] of Object.entries(value['windows'])) {
    const window = readWindow(saved);
    if (window === null) return null;
    windows.push([id, window]);
  }
  const layout = layoutFor(workArea);
  const state = {
    workArea,
    layout,
    windows: Object.fromEntries(windows),
    order,
    stack,
    focus,
    showingDesktop,
    cycling,
  };
  try {
    verifyInvariants(state);
  } catch {
    return null;
  }
  return state;
}
