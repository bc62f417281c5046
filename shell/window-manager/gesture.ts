/**
 * A drag or a resize as a small state tree, without DOM: idle, pressed, moving, resizing.
 *
 * What it needs to know it takes along when it begins, so that each step is arithmetic and waits for nobody. It ends in
 * one command at most.
 */
import {
  dragOff,
  type Edge,
  magnetDistance,
  reachable,
  resized,
  resizedWithin,
  sameRect,
} from '../../workers/window-manager/geometry.ts';
import { snapResized, snapToEdges, snapZoneAt, zoneRect } from '../../workers/window-manager/snap.ts';
import { shownRect } from '../../workers/window-manager/state.ts';
import type { Command, Placement, Point, Rect, State } from '../../workers/window-manager/types.ts';

/** What of a window was gripped: its title bar, or an edge or corner. */
export type Grip = 'move' | Edge;

/** What the gesture takes along from when it began. */
type Held = {
  id: string;
  grip: Grip;
  /** Where the pointer was. */
  at: Point;
  /** What the window covers, and what it covers once it floats. */
  shown: Rect;
  floating: Rect;
  workArea: Rect;
  /** The other windows in sight, whose edges attract. */
  others: Rect[];
};

export type Gesture =
  | { stage: 'idle' }
  | { stage: 'pressed'; held: Held }
  | {
      stage: 'moving';
      held: Held;
      /** From the pointer to the window's top left corner. */
      offset: Point;
      rect: Rect;
      /** Where it goes when it is dropped now, where that is a zone at the work area's edges. */
      zone: Placement | null;
    }
  | { stage: 'resizing'; held: Held; grip: Edge; rect: Rect };

export const idle: Gesture = { stage: 'idle' };

/** A press that goes no further than this is a click, px. */
const slop = 3;

/** Idle where the window cannot be moved or resized so. */
export function press(state: State, id: string, grip: Grip, at: Point): Gesture {
  const window = state.windows[id];
  if (window === undefined || window.minimized || state.layout === 'single') return idle;
  if (grip !== 'move' && window.placement.kind === 'maximized') return idle;
  const shown = shownRect(state, window);
  const floating = shownRect(state, { ...window, placement: { kind: 'floating' } });
  const others = Object.values(state.windows)
    .filter((other) => other.id !== id && !other.minimized && other.placement.kind !== 'maximized')
    .map((other) => shownRect(state, other));
  return { stage: 'pressed', held: { id, grip, at, shown, floating, workArea: state.workArea, others } };
}

export function pointed(gesture: Gesture, at: Point): Gesture {
  switch (gesture.stage) {
    case 'idle':
      return gesture;
    case 'pressed': {
      const { held } = gesture;
      if (Math.hypot(at.x - held.at.x, at.y - held.at.y) <= slop) return gesture;
      return pointed(begin(held), at);
    }
    case 'moving': {
      const { held, offset } = gesture;
      const { workArea, others } = held;
      const free = { ...gesture.rect, x: at.x + offset.x, y: at.y + offset.y };
      const rect = reachable(snapToEdges(free, others, workArea, magnetDistance), workArea);
      return { ...gesture, rect, zone: snapZoneAt(at, workArea) };
    }
    case 'resizing': {
      const { held, grip } = gesture;
      const free = resized(held.shown, grip, at.x - held.at.x, at.y - held.at.y);
      const snapped = snapResized(free, grip, held.others, held.workArea, magnetDistance);
      return { ...gesture, rect: resizedWithin(snapped, grip, held.workArea) };
    }
  }
}

function begin(held: Held): Gesture {
  if (held.grip !== 'move') return { stage: 'resizing', held, grip: held.grip, rect: held.shown };
  const rect = sameRect(held.shown, held.floating) ? held.shown : dragOff(held.at, held.shown, held.floating);
  const offset = { x: rect.x - held.at.x, y: rect.y - held.at.y };
  return { stage: 'moving', held, offset, rect, zone: null };
}

/** The same by keys: without a pointer, so at once, with neither zones nor attraction. A resize pulls the bottom right. */
export function byKeys(state: State, id: string, what: 'move' | 'resize'): Gesture {
  const pressed = press(state, id, what === 'move' ? 'move' : 'se', { x: 0, y: 0 });
  if (pressed.stage !== 'pressed') return idle;
  const { held } = pressed;
  const { floating } = held;
  if (what === 'move') return { stage: 'moving', held, offset: { x: 0, y: 0 }, rect: floating, zone: null };
  return { stage: 'resizing', held, grip: 'se', rect: held.shown };
}

export function nudged(gesture: Gesture, dx: number, dy: number): Gesture {
  if (gesture.stage === 'moving') {
    const { rect, held } = gesture;
    return { ...gesture, rect: reachable({ ...rect, x: rect.x + dx, y: rect.y + dy }, held.workArea) };
  }
  if (gesture.stage !== 'resizing') return gesture;
  const { grip, held } = gesture;
  return { ...gesture, rect: resizedWithin(resized(gesture.rect, grip, dx, dy), grip, held.workArea) };
}

/** What the window covers now, or null while it is where it was. */
export const rectOf = (gesture: Gesture): Rect | null =>
  gesture.stage === 'moving' || gesture.stage === 'resizing' ? gesture.rect : null;

/** What is to be shown of where it would go. */
export function previewOf(gesture: Gesture): Rect | null {
  if (gesture.stage !== 'moving' || gesture.zone === null) return null;
  const { zone, held } = gesture;
  return zone.kind === 'snapped' ? zoneRect(zone.zone, held.workArea) : held.workArea;
}

/** The one command that it ends in. Interrupted (the pointer was taken away), it stays where it was last. */
export function released(gesture: Gesture, interrupted = false): Command | null {
  if (gesture.stage !== 'moving' && gesture.stage !== 'resizing') return null;
  const { id } = gesture.held;
  if (gesture.stage === 'moving' && gesture.zone !== null && !interrupted)
    return { type: 'place', id, placement: gesture.zone };
  return { type: 'move', id, geometry: gesture.rect };
}
