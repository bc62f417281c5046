/** One folder's listing, kept while it is loaded anew: what is shown is the last that the box said. */
import { type Accessor, createEffect, createSignal, on, onCleanup } from 'solid-js';
import type { Directory } from '../../../protocol/agent.ts';
import type { ContainerStatus } from '../../../protocol/api.ts';
import { type Problem, problem, problemKind } from '../../../protocol/problem.ts';
import { GatewayError, get, send } from '../../gateway.ts';
import { onBack, pauseBefore } from '../../parts/retry.ts';

export interface Folder {
  /** The last listing of this very path, if there was one. */
  directory: Accessor<Directory | undefined>;
  loading: Accessor<boolean>;
  /** Why the last attempt gave no listing. */
  problem: Accessor<Problem | undefined>;
  reload(): void;
  /** Starts the container, then loads. */
  startContainer(): void;
}

const isStopped = (error: unknown) =>
  error instanceof GatewayError && problemKind(error.problem) === 'container-stopped';

/** @param path absolute; undefined: the home. */
export function createFolder(path: Accessor<string | undefined>): Folder {
  const [directory, setDirectory] = createSignal<Directory>();
  const [loading, setLoading] = createSignal(true);
  const [trouble, setTrouble] = createSignal<Problem>();
  const closing = new AbortController();
  let current: AbortController | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  /** A window that opens while the container has never run starts it; one whose container stops later asks first. */
  let mayStart = true;

  const list = (signal: AbortSignal) => {
    const at = path();
    return get<Directory>(`/agent/files${at === undefined ? '' : `?path=${encodeURIComponent(at)}`}`, signal);
  };
  const start = async (signal: AbortSignal) => {
    const { state, reason } = await send<ContainerStatus>('POST', '/api/container', undefined, signal);
    if (state === 'failed')
      throw new GatewayError(problem(503, 'container-stopped', 'Your container could not be started.', reason));
  };

  const load = async (attempt: number, first: boolean): Promise<void> => {
    current?.abort();
    clearTimeout(timer);
    const mine = new AbortController();
    current = mine;
    const { signal } = mine;
    setLoading(true);
    try {
      if (first) await start(signal);
      const listing = await list(signal).catch(async (error: unknown) => {
        if (!mayStart || !isStopped(error)) throw error;
        await start(signal);
        return list(signal);
      });
      if (signal.aborted) return;
      mayStart = false;
      setDirectory(listing);
      setTrouble(undefined);
    } catch (error) {
      if (signal.aborted) return;
      const unknown = problem(0, 'unknown', 'The folder could not be read.');
      setTrouble(error instanceof GatewayError ? error.problem : unknown);
      if (error instanceof GatewayError && error.offline)
        timer = setTimeout(() => load(attempt + 1, false), pauseBefore(attempt, Math.random()));
    }
    setLoading(false);
  };

  createEffect(
    on(path, (at) => {
      // The home's path comes with its listing: that is no other folder.
      if (at !== undefined && at === directory()?.path) return;
      setDirectory(undefined);
      setTrouble(undefined);
      void load(0, false);
    }),
  );
  onBack(() => trouble()?.status === 0 && void load(0, false), closing.signal);
  onCleanup(() => {
    closing.abort();
    current?.abort();
    clearTimeout(timer);
  });

  return {
    directory,
    loading,
    problem: trouble,
    reload: () => void load(0, false),
    startContainer: () => void load(0, true),
  };
}
