/** The window manager's worker, started in this browser. */
import { releaseProxy, wrap } from 'comlink';
import type { Service } from '../../workers/window-manager/types.ts';
import type { Spawn } from './client.ts';

export const spawnWorker: Spawn = (failed) => {
  const worker = new Worker(new URL('../../workers/window-manager/worker.ts', import.meta.url), {
    type: 'module',
    name: 'window-manager',
  });
  worker.addEventListener('error', failed);
  worker.addEventListener('messageerror', failed);
  // Held as long as the worker lives: comlink drops the calls of a proxy that was collected.
  const proxy = wrap<Service>(worker);
  return {
    load: (owner, from, seq) => proxy.load(owner, from, seq),
    dispatch: (seq, commands) => proxy.dispatch(seq, commands),
    ping: () => proxy.ping(),
    end() {
      worker.removeEventListener('error', failed);
      proxy[releaseProxy]();
      worker.terminate();
    },
  };
};
