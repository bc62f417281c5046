import { For, Show } from 'solid-js';
import { type Notice, notices, withdraw } from './notices.ts';
import './notices.css';

const marks: Record<Notice['kind'], string> = {
  information: 'M12 10.5V17M12 7v.5',
  positive: 'M6.5 12.5l4 4 7-8',
  warning: 'M12 6.5v7M12 16.5v.5',
};

/** The notices, above the taskbar at the right; on a phone at the top. Read out when there is time. */
export function Notices() {
  return (
    <div class="notices" role="status" aria-live="polite">
      <For each={notices}>
        {(notice) => (
          <div class="notice" data-kind={notice.kind}>
            <svg class="notice-mark" viewBox="0 0 24 24" width="24" height="24" aria-hidden="true">
              <circle cx="12" cy="12" r="11" />
              <path d={marks[notice.kind]} />
            </svg>
            <div class="notice-text">
              <p class="notice-title">{notice.title}</p>
              <Show when={notice.detail}>
                <p class="notice-detail">{notice.detail}</p>
              </Show>
              <Show when={notice.action}>
                {(action) => (
                  <button
                    type="button"
                    class="button"
                    onClick={() => {
                      withdraw(notice.id);
                      action().run();
                    }}
                  >
                    {action().label}
                  </button>
                )}
              </Show>
            </div>
            <button type="button" class="tool-button" aria-label="Dismiss" onClick={() => withdraw(notice.id)}>
              <svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
                <path d="M4 4l8 8M12 4l-8 8" stroke="currentColor" stroke-width="1.2" />
              </svg>
            </button>
          </div>
        )}
      </For>
    </div>
  );
}
