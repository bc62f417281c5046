/** The window manager as a Solid store: a patch to one window touches that window only. */
import { batch, onCleanup } from 'solid-js';
import { createStore, produce, reconcile } from 'solid-js/store';
import type { Command, Effect, State } from '../../workers/window-manager/types.ts';
import { makeClient } from './client.ts';
import { spawnWorker } from './spawn.ts';

export type WindowManager = {
  /** Reactive, for showing. */
  readonly state: State;
  /** The same, not reactive: plain data that may be passed on. */
  current(): State;
  dispatch(command: Command): void;
  /** Resolves when the windows of before the reload are there. Opening others need not wait for it. */
  readonly loaded: Promise<void>;
};

export type WindowManagerOptions = {
  /** Whose windows they are: a user's id. Another person at the same browser has others. */
  owner: string;
  /** Once for each window that was closed (never on a reload), with what its app last kept. */
  onClosed(window: Effect['window']): void;
};

/** Starts the worker; it ends with the owner of this scope. */
export function createWindowManager(options: WindowManagerOptions): WindowManager {
  const client = makeClient({
    spawn: spawnWorker,
    owner: options.owner,
    visible: () => document.visibilityState === 'visible',
    onClosed: options.onClosed,
    onPatch(patch) {
      // The store writes into what it holds: it gets a copy.
      const { windows = {}, ...rest } = structuredClone(patch);
      batch(() => {
        for (const [id, window] of Object.entries(windows))
          if (window !== null) setState('windows', id, reconcile(window));
        for (const [key, value] of Object.entries(rest)) setState(key as keyof typeof rest, reconcile(value));
        setState(
          'windows',
          produce((held) => {
            for (const [id, window] of Object.entries(windows)) if (window === null) delete held[id];
          }),
        );
      });
    },
  });
  const [state, setState] = createStore<State>(structuredClone(client.state));
  onCleanup(client.close);
  return {
    state,
    current: () => client.state,
    dispatch: client.dispatch,
    loaded: client.loaded,
  };
}
