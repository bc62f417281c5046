/** Which rows of a long list are drawn: those in sight and a few around. */

export interface Rows {
  /** Index of the first, and of the one after the last. */
  first: number;
  end: number;
}

const around = 8;

/** All lengths in CSS px; `top` is how far the list is scrolled. */
export function rowsInSight(top: number, height: number, rowHeight: number, count: number): Rows {
  const first = Math.max(0, Math.min(count, Math.floor(top / rowHeight) - around));
  const end = Math.max(first, Math.min(count, Math.ceil((top + height) / rowHeight) + around));
  return { first, end };
}

/** How far to scroll so that row `index` is wholly in sight: `top` where it is already. */
export function scrolledTo(index: number, top: number, height: number, rowHeight: number): number {
  const start = index * rowHeight;
  if (start < top) return start;
  if (start + rowHeight > top + height) return Math.max(0, start + rowHeight - height);
  return top;
}
