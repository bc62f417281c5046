/**
 * Keeps the installed page new: the service worker fetches a new version beside the running one, and the person says
 * when to change over. Windows, terminals and what was typed in them come back after it.
 */
import type { Workbox } from 'workbox-window';
import { notify } from './notices/notices.ts';

let worker: Workbox | undefined;

/** Not in the page's way: registered once it stands still. Only where the page was built. */
export function keepUpToDate(): void {
  if (!import.meta.env.PROD || !('serviceWorker' in navigator)) return;
  const register = async () => {
    const { Workbox } = await import('workbox-window');
    worker = new Workbox('/service-worker.js');
    worker.addEventListener('waiting', () => offer(changeOver));
    // Another tab changed over: what this one has not loaded yet is no longer kept.
    worker.addEventListener('controlling', ({ isExternal }) => isExternal && offer(reload));
    await worker.register();
  };
  whenIdle(() => void register().catch(() => {}));
}

function offer(run: () => void): void {
  notify({
    id: 'update',
    kind: 'information',
    title: 'A new version of Porthole is ready',
    detail: 'Your windows and shells come back after the reload.',
    action: { label: 'Reload', run },
  });
}

const reload = () => location.reload();

function changeOver(): void {
  worker?.addEventListener('controlling', reload);
  worker?.messageSkipWaiting();
}

/** The box runs another build: looks for it now. Without a service worker (plain http) a reload is all it takes. */
export function lookForUpdate(): void {
  if (worker) void worker.update().catch(() => {});
  else offer(reload);
}

/** Runs it when nothing else is to be done; Safari has no such moment, there it is soon. */
export function whenIdle(run: () => void): void {
  if ('requestIdleCallback' in window) requestIdleCallback(run, { timeout: 3_000 });
  else setTimeout(run, 500);
}
