/** Snapping: the zones at the work area's edges, and the magnetic edges of windows. */
import { type Edge, magnetDistance, resized } from './geometry.ts';
import type { Placement, Point, Rect, SnapZone } from './types.ts';

/** How near to an edge of the work area the pointer must be, px. */
const edgeDistance = 10;
/** The part of a side edge, at each of its ends, that stands for its corner. */
const cornerRatio = 0.25;

export const snapZones: readonly SnapZone[] = ['left', 'right', 'top-left', 'top-right', 'bottom-left', 'bottom-right'];

/** Halves and quarters share their edges: together they cover the work area, to the pixel. */
export function zoneRect(zone: SnapZone, workArea: Rect): Rect {
  const left = Math.floor(workArea.width / 2);
  const top = Math.floor(workArea.height / 2);
  const rect = { ...workArea };
  if (zone.endsWith('left')) rect.width = left;
  if (zone.endsWith('right')) {
    rect.x += left;
    rect.width -= left;
  }
  if (zone.startsWith('top')) rect.height = top;
  if (zone.startsWith('bottom')) {
    rect.y += top;
    rect.height -= top;
  }
  return rect;
}

/**
 * Where a window goes that is dropped with the pointer there, or null. As in Plasma: the side edges are halves, their
 * ends quarters; the top edge maximises. A pointer past an edge counts as on it.
 */
export function snapZoneAt(point: Point, workArea: Rect): Placement | null {
  const right = workArea.x + workArea.width;
  const side = point.x < workArea.x + edgeDistance ? 'left' : point.x >= right - edgeDistance ? 'right' : null;
  if (side !== null) {
    const corner = workArea.height * cornerRatio;
    if (point.y < workArea.y + corner) return { kind: 'snapped', zone: `top-${side}` };
    if (point.y >= workArea.y + workArea.height - corner) return { kind: 'snapped', zone: `bottom-${side}` };
    return { kind: 'snapped', zone: side };
  }
  return point.y < workArea.y + edgeDistance ? { kind: 'maximized' } : null;
}

/** The least shift (in px, at most `distance`) that brings one of `edges` onto one of `targets`; otherwise 0. */
function attraction(edges: number[], targets: number[], distance: number): number {
  let shift = 0;
  let nearest = Number.POSITIVE_INFINITY;
  for (const edge of edges)
    for (const target of targets) {
      const gap = Math.abs(target - edge);
      if (gap > distance || gap >= nearest) continue;
      shift = target - edge;
      nearest = gap;
    }
  return shift;
}

const overlap = (a: number, aLength: number, b: number, bLength: number, slack: number): boolean =>
  a <= b + bLength + slack && b <= a + aLength + slack;

type Lines = { vertical: number[]; horizontal: number[] };

/** The lines that attract: the work area's border, and the edges of windows beside which the rectangle is. */
function lines(rect: Rect, others: Rect[], workArea: Rect, distance: number): Lines {
  const vertical = [workArea.x, workArea.x + workArea.width];
  const horizontal = [workArea.y, workArea.y + workArea.height];
  for (const other of others) {
    if (overlap(rect.y, rect.height, other.y, other.height, distance)) vertical.push(other.x, other.x + other.width);
    if (overlap(rect.x, rect.width, other.x, other.width, distance)) horizontal.push(other.y, other.y + other.height);
  }
  return { vertical, horizontal };
}

/** A rectangle being moved: shifted, by `distance` at most, so that its nearest edges lie on others' or the border. */
export function snapToEdges(rect: Rect, others: Rect[], workArea: Rect, distance = magnetDistance): Rect {
  const { vertical, horizontal } = lines(rect, others, workArea, distance);
  return {
    ...rect,
    x: rect.x + attraction([rect.x, rect.x + rect.width], vertical, distance),
    y: rect.y + attraction([rect.y, rect.y + rect.height], horizontal, distance),
  };
}

/** A rectangle being resized by `edge`: the edges that move are shifted likewise, the others stay. */
export function snapResized(rect: Rect, edge: Edge, others: Rect[], workArea: Rect, distance = magnetDistance): Rect {
  const { vertical, horizontal } = lines(rect, others, workArea, distance);
  const across = edge.includes('w') ? [rect.x] : edge.includes('e') ? [rect.x + rect.width] : [];
  const down = edge.startsWith('n') ? [rect.y] : edge.startsWith('s') ? [rect.y + rect.height] : [];
  return resized(rect, edge, attraction(across, vertical, distance), attraction(down, horizontal, distance));
}
