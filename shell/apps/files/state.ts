/** What a window of Files keeps over a reload. */
import { begin, type History } from './history.ts';
import type { Order } from './order.ts';

export interface FilesState {
  /** Absent until the home is known. */
  history?: History;
  hidden: boolean;
  order: Order;
}

const isPath = (of: unknown): of is string => typeof of === 'string' && of.startsWith('/');

/** Any JSON as a state; `{path}` is what other apps open it with. */
export function readState(of: unknown): FilesState {
  const kept = of !== null && typeof of === 'object' ? (of as Record<string, unknown>) : {};
  const history = readHistory(kept['history']) ?? (isPath(kept['path']) ? begin(kept['path']) : undefined);
  return {
    ...(history ? { history } : {}),
    hidden: kept['hidden'] === true,
    order: readOrder(kept['order']),
  };
}

function readHistory(of: unknown): History | undefined {
  if (of === null || typeof of !== 'object') return undefined;
  const { paths, index } = of as Record<string, unknown>;
  if (!Array.isArray(paths) || !paths.every(isPath)) return undefined;
  if (typeof index !== 'number' || !Number.isInteger(index) || paths[index] === undefined) return undefined;
  return { paths, index };
}

function readOrder(of: unknown): Order {
  const { by, descending } = (of ?? {}) as Record<string, unknown>;
  const column = (['name', 'size', 'type', 'modified'] as const).find((name) => name === by);
  return { by: column ?? 'name', descending: column !== undefined && descending === true };
}
