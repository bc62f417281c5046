/**
 * What the window manager knows and what it is asked: plain data, the same in the worker, in the page and under test.
 * Lengths are CSS px; coordinates are relative to the page's top left corner.
 */

export type Point = { x: number; y: number };

export type Rect = { x: number; y: number; width: number; height: number };

/** Halves and quarters of the work area, as Plasma's quick tiling has them. */
export type SnapZone = 'left' | 'right' | 'top-left' | 'top-right' | 'bottom-left' | 'bottom-right';

export type Placement = { kind: 'floating' } | { kind: 'maximized' } | { kind: 'snapped'; zone: SnapZone };

/** JSON that an app wants back after a reload: a terminal's id, a folder's path. */
export type AppState = unknown;

export type WindowState = {
  id: string;
  appId: string;
  title: string;
  /**
   * Where it floats; kept while it is maximised or snapped, and what it returns to. A work area that shrinks does not
   * change it, so that growing gives it back: what is on the screen now is `shownRect(state, window)`.
   */
  geometry: Rect;
  /** It lay wholly in the work area when it was put there, and is shown so while the work area is smaller. */
  contained: boolean;
  placement: Placement;
  minimized: boolean;
  appState: AppState;
};

export type State = {
  /** What windows may cover: the page without the taskbar. */
  workArea: Rect;
  /** Narrow work areas show one window at a time, filling it. Geometry and placement are kept for when it widens. */
  layout: 'floating' | 'single';
  windows: Record<string, WindowState>;
  /** Ids in the order they were opened: the order of the frames in the page, which never changes. */
  order: string[];
  /** Ids from the bottom to the top, which is also from the longest unused to the last used: a permutation of `order`. */
  stack: string[];
  /** Id of the window that has the keys, or null. Never a minimised one; always the topmost that is not minimised. */
  focus: string | null;
  /** Ids of the windows that `show-desktop` minimised and would bring back, or null. */
  showingDesktop: string[] | null;
  /** While `cycle` walks: ids as `stack` had them when it began. Any other command for focus or stacking ends the walk. */
  cycling: string[] | null;
};

export type Command =
  /** `id` is the caller's, so that asking twice opens once. It is centred, cascading, shrunk to fit the work area. */
  | { type: 'open'; id: string; appId: string; title: string; size: [number, number]; appState?: AppState }
  | { type: 'close'; id: string }
  /** Raises it too; a minimised one comes back. Ends a walk of `cycle`: the page sends it when the modifier is let go. */
  | { type: 'focus'; id: string | null }
  /** The end of a drag or resize: it floats there, or as near as keeps its title bar reachable. */
  | { type: 'move'; id: string; geometry: Rect }
  | { type: 'place'; id: string; placement: Placement }
  | { type: 'toggle-maximize'; id: string }
  | { type: 'minimize'; id: string }
  /** Brings it back from the taskbar, and gives it the focus. */
  | { type: 'restore'; id: string }
  /** Minimises all; asked again with nothing opened or restored between, restores those. */
  | { type: 'show-desktop' }
  /** Focuses the window after (+1) or before (-1) in order of last use, passing by those that are minimised. */
  | { type: 'cycle'; step: 1 | -1 }
  | { type: 'title'; id: string; title: string }
  | { type: 'app-state'; id: string; appState: AppState }
  | { type: 'work-area'; rect: Rect };

/** What changed. Absent: as before. A window that is null is gone. */
export type Patch = Partial<Omit<State, 'windows'>> & { windows?: Record<string, WindowState | null> };

/** What the page must do besides showing the patch. */
export type Effect =
  /** Its app may let go of what the window held (a terminal, say). */
  { type: 'closed'; window: WindowState };

export type Outcome = { patch: Patch; effects: Effect[] };

/** What the worker answers to, over comlink. */
export type Service = {
  /**
   * Begins. The state is `from` where the page already has one (its last worker died), otherwise the one saved for
   * `owner` (a user's id: two people may share a browser). `seq` is the number of the first command to come.
   */
  load(owner: string, from: State | null, seq: number): Promise<State>;
  /** Carries out commands numbered from `seq`. Those it has had already are passed by; a gap is a RangeError. */
  dispatch(seq: number, commands: Command[]): Outcome;
  /** Answers: the worker lives. */
  ping(): void;
  /** Resolves when the newest state is saved; rejects when it could not be. */
  flush(): Promise<void>;
};
