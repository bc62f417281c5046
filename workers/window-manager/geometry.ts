/** Rectangles: what keeps a window reachable, how one is resized, and how edges attract each other. */
import type { Point, Rect } from './types.ts';

/** Height of the tallest title bar that the page draws (on a touch screen). */
export const titleBarHeight = 44;
/** Width of a title bar that stays in the work area, wherever its window is put: more than its buttons take. */
export const reachableWidth = 120;
export const minimumSize = { width: 240, height: 160 };
/** Distance at which edges attract each other: Plasma's window and border snap. */
export const magnetDistance = 10;

/** Far outside any screen, and small enough that sums of it stay exact. */
const farthest = 100_000;

const clamp = (value: number, least: number, most: number): number => Math.max(least, Math.min(value, most));

const finite = (value: unknown, fallback: number): number =>
  typeof value === 'number' && Number.isFinite(value) ? value : fallback;

/** Whole px of anything: what is no number becomes the fallback's, what is huge becomes `farthest`. */
export function saneRect(value: unknown, fallback: Rect, least = minimumSize): Rect {
  const given = (typeof value === 'object' && value !== null ? value : {}) as Partial<Record<keyof Rect, unknown>>;
  // `+ 0` turns -0 into 0, which JSON would do anyway.
  const whole = (key: keyof Rect, low: number) =>
    Math.round(clamp(finite(given[key], fallback[key]), low, farthest)) + 0;
  return {
    x: whole('x', -farthest),
    y: whole('y', -farthest),
    width: whole('width', least.width),
    height: whole('height', least.height),
  };
}

export const isWhole = (rect: Rect, least: { width: number; height: number }): boolean =>
  [rect.x, rect.y, rect.width, rect.height].every(Number.isSafeInteger) &&
  rect.width >= least.width &&
  rect.height >= least.height;

export const sameRect = (a: Rect, b: Rect): boolean =>
  a.x === b.x && a.y === b.y && a.width === b.width && a.height === b.height;

export function contains(outer: Rect, inner: Rect): boolean {
  return (
    inner.x >= outer.x &&
    inner.y >= outer.y &&
    inner.x + inner.width <= outer.x + outer.width &&
    inner.y + inner.height <= outer.y + outer.height
  );
}

/** The nearest place at which the title bar is in the work area: its whole height, `reachableWidth` of its width. */
export function reachable(rect: Rect, workArea: Rect): Rect {
  const seen = Math.min(reachableWidth, rect.width, workArea.width);
  const right = workArea.x + workArea.width - seen;
  const bottom = workArea.y + Math.max(0, workArea.height - titleBarHeight);
  return {
    ...rect,
    x: clamp(rect.x, workArea.x + seen - rect.width, right),
    y: clamp(rect.y, workArea.y, bottom),
  };
}

/** The nearest place wholly in the work area, shrunk where it must be, never below the minimum size. */
export function fitted(rect: Rect, workArea: Rect): Rect {
  const width = Math.max(minimumSize.width, Math.min(rect.width, workArea.width));
  const height = Math.max(minimumSize.height, Math.min(rect.height, workArea.height));
  return {
    // The left and top edges win where it does not fit: there is the title bar.
    x: Math.max(workArea.x, Math.min(rect.x, workArea.x + workArea.width - width)),
    y: Math.max(workArea.y, Math.min(rect.y, workArea.y + workArea.height - height)),
    width,
    height,
  };
}

export function centred(width: number, height: number, workArea: Rect): Rect {
  const x = workArea.x + Math.floor((workArea.width - width) / 2);
  const y = workArea.y + Math.floor((workArea.height - height) / 2);
  return fitted({ x, y, width, height }, workArea);
}

export type Edge = 'n' | 's' | 'e' | 'w' | 'ne' | 'nw' | 'se' | 'sw';

/**
 * The rectangle after its edge or corner was pulled by (dx, dy). The opposite edges stay where they are,
 * also when the minimum size is reached.
 */
export function resized(rect: Rect, edge: Edge, dx: number, dy: number, min = minimumSize): Rect {
  const { x, y, width, height } = rect;
  const next = { ...rect };
  if (edge.includes('e')) next.width = Math.max(min.width, width + dx);
  if (edge.includes('w')) {
    next.width = Math.max(min.width, width - dx);
    next.x = x + width - next.width;
  }
  if (edge.includes('s')) next.height = Math.max(min.height, height + dy);
  if (edge.startsWith('n')) {
    next.height = Math.max(min.height, height - dy);
    next.y = y + height - next.height;
  }
  return next;
}

/** A resized rectangle whose title bar would leave the work area: the pulled edges go back as far as it takes. */
export function resizedWithin(rect: Rect, edge: Edge, workArea: Rect): Rect {
  const leastRight = workArea.x + reachableWidth;
  const mostLeft = workArea.x + workArea.width - reachableWidth;
  const mostTop = workArea.y + Math.max(0, workArea.height - titleBarHeight);
  const right = rect.x + rect.width;
  const bottom = rect.y + rect.height;
  const next = { ...rect };
  if (edge.includes('e')) next.width = Math.max(right, leastRight) - rect.x;
  if (edge.includes('w')) {
    next.x = Math.min(rect.x, mostLeft);
    next.width = right - next.x;
  }
  if (edge.startsWith('n')) {
    next.y = clamp(rect.y, workArea.y, mostTop);
    next.height = bottom - next.y;
  }
  return next;
}

/**
 * The floating rectangle of a window that is dragged off its snapped or maximised one: its floating size, with the
 * pointer at the same proportion of the title bar's width and the same height in it.
 */
export function dragOff(pointer: Point, shown: Rect, floating: Rect): Rect {
  const across = shown.width > 0 ? clamp((pointer.x - shown.x) / shown.width, 0, 1) : 0.5;
  const down = clamp(pointer.y - shown.y, 0, titleBarHeight);
  return {
    x: Math.round(pointer.x - across * floating.width),
    y: Math.round(pointer.y - down),
    width: floating.width,
    height: floating.height,
  };
}
