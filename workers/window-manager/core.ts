/**
 * The window manager: a state and a command give the next state, what changed, and what else is to be done.
 *
 * Pure and total: no command throws, whatever it holds; what is not understood changes nothing. The worker runs it and
 * owns the state; the page runs the same on a copy, so that a click shows at once; the tests run it inline.
 * - A window's title bar is always reachable. Opening a window neither moves nor resizes another.
 * - Geometry is where the person put a window. Maximising, snapping and a smaller work area only show it elsewhere.
 * - The focused window is the topmost one; minimising or closing it gives the focus to the next in the stack.
 */
import { centred, contains, reachable, saneRect, titleBarHeight } from './geometry.ts';
import { difference, layoutFor, readPlacement, saneWorkArea, topmost } from './state.ts';
import type { Command, Effect, Outcome, Placement, Rect, State, WindowState } from './types.ts';

export { applyPatch, difference, initial, layoutFor, readState, shownRect, verifyInvariants } from './state.ts';

const defaultSize = { width: 960, height: 640 };
const longestTitle = 512;
const longestCascade = 16;

export function reduce(state: State, command: Command): { state: State } & Outcome {
  const effects: Effect[] = [];
  const next = carryOut(state, command, effects);
  return { state: next, patch: difference(state, next), effects };
}

/** Commands one after the other, as one. */
export function reduceAll(state: State, commands: readonly Command[]): { state: State } & Outcome {
  const effects: Effect[] = [];
  let next = state;
  for (const command of commands) next = carryOut(next, command, effects);
  return { state: next, patch: difference(state, next), effects };
}

function carryOut(state: State, command: Command, effects: Effect[]): State {
  if (typeof command !== 'object' || command === null) return state;
  switch (command.type) {
    case 'open':
      return open(state, command);
    case 'show-desktop':
      return showDesktop(state);
    case 'cycle':
      return cycle(state, command.step);
    case 'work-area':
      return inWorkArea(state, command.rect);
    case 'focus':
      if (command.id === null) return { ...state, focus: null, cycling: null };
  }
  const window =
    typeof command.id === 'string' && Object.hasOwn(state.windows, command.id) && state.windows[command.id];
  if (!window) return state;
  switch (command.type) {
    case 'close':
      effects.push({ type: 'closed', window });
      return close(state, window.id);
    case 'focus':
    case 'restore':
      return raise(state, window.id);
    case 'move':
      return state.layout === 'single' ? state : move(state, window, command.geometry);
    case 'place':
      return place(state, window, readPlacement(command.placement));
    case 'toggle-maximize':
      return place(state, window, { kind: window.placement.kind === 'maximized' ? 'floating' : 'maximized' });
    case 'minimize':
      return minimize(state, window);
    case 'title':
      return changed(state, { ...window, title: text(command.title).slice(0, longestTitle) });
    case 'app-state':
      return changed(state, { ...window, appState: command.appState ?? null });
    default:
      return state;
  }
}

const text = (value: unknown): string => (typeof value === 'string' ? value : '');

const changed = (state: State, window: WindowState): State => ({
  ...state,
  windows: { ...state.windows, [window.id]: window },
});

function open(state: State, command: Extract<Command, { type: 'open' }>): State {
  const id = text(command.id);
  // The one name that an object cannot hold as any other.
  if (id === '' || id === '__proto__' || Object.hasOwn(state.windows, id)) return state;
  const [width, height] = Array.isArray(command.size) ? command.size : [];
  const size = saneRect({ width, height }, { x: 0, y: 0, ...defaultSize });
  const geometry = freePlace(state, size.width, size.height);
  const window: WindowState = {
    id,
    appId: text(command.appId),
    title: text(command.title).slice(0, longestTitle),
    geometry,
    contained: state.layout === 'single' || contains(state.workArea, geometry),
    placement: { kind: 'floating' },
    minimized: false,
    appState: command.appState ?? null,
  };
  const order = [...state.order, id];
  return raise({ ...changed(state, window), order, stack: [...state.stack, id] }, id);
}

/** Centred, one title bar further down and right for each window that it would cover exactly. */
function freePlace(state: State, width: number, height: number): Rect {
  const { workArea } = state;
  // A narrow work area says nothing of where the window will float once there is room: from the top left corner on.
  let place =
    state.layout === 'single' ? { x: workArea.x, y: workArea.y, width, height } : centred(width, height, workArea);
  const taken = new Set(Object.values(state.windows).map(({ geometry }) => `${geometry.x},${geometry.y}`));
  for (let step = 0; step < longestCascade && taken.has(`${place.x},${place.y}`); step++) {
    const further = { ...place, x: place.x + titleBarHeight, y: place.y + titleBarHeight };
    if (state.layout === 'floating' && !contains(workArea, further)) break;
    place = further;
  }
  return place;
}

/** On top and focused, minimised no more. */
function raise(state: State, id: string): State {
  const window = state.windows[id];
  if (window === undefined) return state;
  return {
    ...(window.minimized ? changed(state, { ...window, minimized: false }) : state),
    stack: [...state.stack.filter((other) => other !== id), id],
    focus: id,
    showingDesktop: null,
    cycling: null,
  };
}

function close(state: State, id: string): State {
  const without = (ids: string[]) => ids.filter((other) => other !== id);
  const { [id]: _closed, ...windows } = state.windows;
  const stack = without(state.stack);
  const hidden = without(state.showingDesktop ?? []);
  return {
    ...state,
    windows,
    order: without(state.order),
    stack,
    focus: state.focus === id ? topmost({ stack, windows }) : state.focus,
    showingDesktop: hidden.length > 0 ? hidden : null,
    cycling: null,
  };
}

function minimize(state: State, window: WindowState): State {
  const next = changed(state, { ...window, minimized: true });
  return { ...next, focus: state.focus === window.id ? topmost(next) : state.focus, cycling: null };
}

function move(state: State, window: WindowState, to: unknown): State {
  const geometry = reachable(saneRect(to, window.geometry), state.workArea);
  const contained = contains(state.workArea, geometry);
  return changed(state, { ...window, geometry, contained, placement: { kind: 'floating' } });
}

/** Where one window fills the work area, no placement shows: asking for one then would surprise later. */
function place(state: State, window: WindowState, placement: Placement | null): State {
  return placement === null || state.layout === 'single' ? state : changed(state, { ...window, placement });
}

function showDesktop(state: State): State {
  const { showingDesktop, stack } = state;
  const concerned = showingDesktop ?? stack.filter((id) => state.windows[id]?.minimized === false);
  if (concerned.length === 0) return state;
  const windows = { ...state.windows };
  for (const id of concerned) {
    const window = windows[id];
    if (window !== undefined) windows[id] = { ...window, minimized: showingDesktop === null };
  }
  const focus = topmost({ stack, windows });
  return { ...state, windows, focus, showingDesktop: showingDesktop === null ? concerned : null, cycling: null };
}

/** The order of last use is kept while it is walked: each step raises one window of it and leaves the rest as they were. */
function cycle(state: State, step: unknown): State {
  if (step !== 1 && step !== -1) return state;
  const walked = state.cycling ?? state.stack;
  const shown = walked.filter((id) => state.windows[id]?.minimized === false);
  // From the last used on; all are minimised: the last used comes back.
  const candidates = (shown.length > 0 ? shown : walked.slice(-1)).toReversed();
  const at = state.focus === null ? (step === 1 ? -1 : 0) : candidates.indexOf(state.focus);
  const next = candidates[(at + step + candidates.length) % candidates.length];
  if (next === undefined) return state;
  return { ...raise({ ...state, stack: walked }, next), cycling: walked };
}

function inWorkArea(state: State, rect: unknown): State {
  const workArea = saneWorkArea(rect, state.workArea);
  return { ...state, workArea, layout: layoutFor(workArea) };
}
