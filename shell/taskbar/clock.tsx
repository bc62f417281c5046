/** The clock, and a month to look at behind it. */
import { createMemo, createSignal, For, onCleanup } from 'solid-js';
import { monthGrid } from './month.ts';

const locale = navigator.language;
const time = new Intl.DateTimeFormat(locale, { timeStyle: 'short' });
const date = new Intl.DateTimeFormat(locale, { dateStyle: 'short' });
const full = new Intl.DateTimeFormat(locale, { dateStyle: 'full' });
const month = new Intl.DateTimeFormat(locale, { month: 'long', year: 'numeric' });
const weekday = new Intl.DateTimeFormat(locale, { weekday: 'short' });

/** The time, now and at the begin of each minute. */
function createMinutes() {
  const [now, setNow] = createSignal(new Date());
  let timer: ReturnType<typeof setTimeout>;
  const tick = () => {
    const read = new Date();
    setNow(read);
    timer = setTimeout(tick, 60_000 - (read.getTime() % 60_000) + 20);
  };
  const back = () => {
    clearTimeout(timer);
    tick();
  };
  tick();
  // A machine that slept did not count.
  document.addEventListener('visibilitychange', back);
  onCleanup(() => {
    clearTimeout(timer);
    document.removeEventListener('visibilitychange', back);
  });
  return now;
}

export function Clock() {
  const now = createMinutes();
  const [shown, setShown] = createSignal({ year: now().getFullYear(), month: now().getMonth() });
  const weeks = createMemo(() => monthGrid(shown().year, shown().month, firstWeekday()));
  const turn = (by: number) => {
    const to = new Date(shown().year, shown().month + by);
    setShown({ year: to.getFullYear(), month: to.getMonth() });
  };
  const today = () => {
    const read = now();
    setShown({ year: read.getFullYear(), month: read.getMonth() });
  };

  return (
    <>
      <button
        type="button"
        class="clock"
        aria-label={`${time.format(now())}, ${full.format(now())}`}
        popovertarget="calendar"
      >
        <span class="clock-time">{time.format(now())}</span>
        <span class="clock-date">{date.format(now())}</span>
      </button>
      <section
        id="calendar"
        class="taskbar-popup calendar"
        popover="auto"
        aria-label="Calendar"
        on:toggle={(event) => event.newState === 'open' && today()}
      >
        <p class="calendar-today">{full.format(now())}</p>
        <div class="calendar-bar">
          <h2 aria-live="polite">{month.format(new Date(shown().year, shown().month))}</h2>
          <button type="button" class="tool-button" aria-label="Month before" onClick={() => turn(-1)}>
            <Arrow drawing="M10 3.500L5.500 8l4.500 4.500" />
          </button>
          <button type="button" class="tool-button" onClick={today}>
            Today
          </button>
          <button type="button" class="tool-button" aria-label="Month after" onClick={() => turn(1)}>
            <Arrow drawing="M6 3.500L10.500 8 6 12.500" />
          </button>
        </div>
        <table>
          <thead>
            <tr>
              <For each={weeks()[0]}>{(day) => <th scope="col">{weekday.format(day)}</th>}</For>
            </tr>
          </thead>
          <tbody>
            <For each={weeks()}>
              {(week) => (
                <tr>
                  <For each={week}>
                    {(day) => (
                      <td
                        data-outside={day.getMonth() !== shown().month}
                        aria-current={day.toDateString() === now().toDateString() ? 'date' : undefined}
                      >
                        {day.getDate()}
                      </td>
                    )}
                  </For>
                </tr>
              )}
            </For>
          </tbody>
        </table>
      </section>
    </>
  );
}

/** 0 for Sunday to 6, as the person's language has it; Monday where the browser does not say. */
function firstWeekday(): number {
  const info = new Intl.Locale(locale) as Intl.Locale & { getWeekInfo?(): { firstDay: number } };
  return (info.getWeekInfo?.().firstDay ?? 1) % 7;
}

function Arrow(props: { drawing: string }) {
  return (
    <svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
      <path d={props.drawing} fill="none" stroke="currentColor" stroke-width="1.200" />
    </svg>
  );
}
