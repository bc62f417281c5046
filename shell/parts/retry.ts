/** When to ask again something that did not answer: after a jittered pause that grows, or as soon as the network is back. */

const firstPause = 250;
const longestPause = 8_000;

/**
 * ms to wait before attempt `attempt` (0 is the first repeat): doubles up to 8 s.
 * @param random 0 up to 1: spreads the pages of a restarted box over the second half of the pause.
 */
export function pauseBefore(attempt: number, random: number): number {
  const full = Math.min(longestPause, firstPause * 2 ** Math.min(attempt, 16));
  return Math.round(full * (0.5 + random / 2));
}

/** Calls `back` whenever the network returns or the page is looked at again, until `signal` is aborted. */
export function onBack(back: () => void, signal: AbortSignal): void {
  window.addEventListener('online', back, { signal });
  document.addEventListener('visibilitychange', () => document.visibilityState === 'visible' && back(), { signal });
}
