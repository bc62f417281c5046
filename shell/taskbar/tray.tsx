/** The tray: how the box and the person's container are, in one mark, and in words when pressed. */
import { Show } from 'solid-js';
import type { ContainerStatus } from '../../protocol/api.ts';
import type { Line } from '../connection.ts';

const lines: Record<Line, string> = { online: 'Connected', connecting: 'Connecting', offline: 'Offline' };

function containerWords(status: ContainerStatus): string {
  const what = status.isolation === 'none' ? 'Agent' : 'Container';
  const words = { running: 'running', starting: 'starting', absent: 'not started', failed: 'stopped' };
  return `${what} ${words[status.state]}`;
}

export function Tray(props: {
  line: Line;
  container: ContainerStatus | undefined;
  onReconnect(): void;
  onStartContainer(): void;
}) {
  const trouble = () => props.line === 'offline' || props.container?.state === 'failed';
  return (
    <>
      <button
        type="button"
        class="tray-button"
        aria-label={`Status: ${props.line === 'online' && trouble() ? 'container stopped' : lines[props.line].toLowerCase()}`}
        title={lines[props.line]}
        data-line={props.line}
        data-trouble={trouble()}
        popovertarget="tray-popup"
      >
        <svg
          viewBox="0 0 22 22"
          width="22"
          height="22"
          aria-hidden="true"
          fill="none"
          stroke="currentColor"
          stroke-width="1.200"
        >
          <rect x="3.500" y="4.500" width="15" height="5" rx="1" />
          <rect x="3.500" y="12.500" width="15" height="5" rx="1" />
          <path d="M6 7h.01M6 15h.01M9 7h4M9 15h4" stroke-linecap="round" />
          <Show when={trouble()}>
            <circle cx="17" cy="16.500" r="4" class="tray-mark" />
            <path d="M17 14.500v2.200M17 18.200v.2" class="tray-mark-sign" />
          </Show>
        </svg>
      </button>
      <section id="tray-popup" class="taskbar-popup tray-popup" popover="auto" aria-label="Status">
        <div class="tray-line">
          <span class="tray-dot" data-state={props.line} aria-hidden="true" />
          <span>
            {props.line === 'offline' ? 'Offline: your box does not answer' : `${lines[props.line]}: ${location.host}`}
          </span>
          <Show when={props.line === 'offline'}>
            <button type="button" class="button" onClick={() => props.onReconnect()}>
              Try now
            </button>
          </Show>
        </div>
        <Show when={props.container}>
          {(status) => (
            <div class="tray-line">
              <span class="tray-dot" data-state={status().state} aria-hidden="true" />
              <span>
                {containerWords(status())}
                <Show when={status().reason}>
                  <br />
                  <span class="tray-reason">{status().reason}</span>
                </Show>
              </span>
              <Show when={status().state === 'failed' || status().state === 'absent'}>
                <button type="button" class="button" onClick={() => props.onStartContainer()}>
                  Start
                </button>
              </Show>
            </div>
          )}
        </Show>
        <Show when={props.container?.isolation === 'none'}>
          <p class="tray-reason">There are no containers here: shells and files are those of who started Porthole.</p>
        </Show>
      </section>
    </>
  );
}
