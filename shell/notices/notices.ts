/** What the desktop has to say without being asked: a short list that anything in the shell may add to. */
import { untrack } from 'solid-js';
import { createStore } from 'solid-js/store';

export type Notice = {
  /** Said again with the same id it takes the former's place. */
  id: string;
  kind: 'information' | 'positive' | 'warning';
  title: string;
  detail?: string;
  action?: { label: string; run(): void };
  /** Goes by itself after so many ms; otherwise it stays until it is dismissed or taken back. */
  for?: number;
};

const [list, setList] = createStore<Notice[]>([]);
const timers = new Map<string, ReturnType<typeof setTimeout>>();

export const notices: readonly Notice[] = list;

export function notify(notice: Notice): void {
  // An effect that has something to say must not run again because it was said.
  untrack(() => {
    withdraw(notice.id);
    setList(list.length, notice);
  });
  if (notice.for !== undefined)
    timers.set(
      notice.id,
      setTimeout(() => withdraw(notice.id), notice.for),
    );
}

export function withdraw(id: string): void {
  clearTimeout(timers.get(id));
  timers.delete(id);
  untrack(() => setList((held) => held.filter((one) => one.id !== id)));
}
