/**
 * The bar at the bottom: launcher, open windows, tray, clock. It floats while no window touches it. One Tab stop; arrows
 * walk along it.
 */
import { createEffect, createMemo, For, on } from 'solid-js';
import type { ContainerStatus } from '../../protocol/api.ts';
import type { RegistryApp } from '../../protocol/manifest.ts';
import { entryCommand } from '../../workers/window-manager/shortcuts.ts';
import { shownRect } from '../../workers/window-manager/state.ts';
import type { Line } from '../connection.ts';
import { launcherId } from '../launcher/launcher.tsx';
import { AppIcon } from '../parts/app-icon.tsx';
import type { WindowManager } from '../window-manager/store.ts';
import { Clock } from './clock.tsx';
import { Tray } from './tray.tsx';
import './taskbar.css';

export type TaskbarProps = {
  manager: WindowManager;
  appOf(id: string): RegistryApp | undefined;
  line: Line;
  container: ContainerStatus | undefined;
  onMenu(id: string, x: number, y: number): void;
  onReconnect(): void;
  onStartContainer(): void;
};

export function Taskbar(props: TaskbarProps) {
  const { manager } = props;
  const { state } = manager;
  let bar!: HTMLDivElement;

  /** No window touches the bar's place. */
  const floating = createMemo(() => {
    const bottom = state.workArea.y + state.workArea.height;
    return !Object.values(state.windows).some((window) => {
      if (window.minimized) return false;
      const rect = shownRect(state, window);
      return rect.y + rect.height >= bottom - 1;
    });
  });

  /** What the arrows walk along; the pop-ups that hang on the bar have Tab stops of their own. */
  const stops = () => [...bar.querySelectorAll<HTMLElement>('button')].filter((one) => !one.closest('[popover]'));
  const rove = (to?: HTMLElement) => {
    const all = stops();
    const stop = to ?? all.find((one) => one.tabIndex === 0) ?? all[0];
    for (const one of all) one.tabIndex = one === stop ? 0 : -1;
  };
  const onFocusIn = ({ target }: FocusEvent) => {
    if (target instanceof HTMLElement && stops().includes(target)) rove(target);
  };
  // New entries come, and the one that Tab led to may go.
  createEffect(
    on(
      () => state.order.join(),
      () => rove(),
    ),
  );
  const onKeyDown = (event: KeyboardEvent) => {
    const all = stops();
    const at = all.indexOf(document.activeElement as HTMLElement);
    if (at < 0) return;
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: all.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    all[(to + all.length) % all.length]?.focus();
  };

  return (
    <footer class="taskbar" data-floating={floating()}>
      <div
        ref={bar}
        class="taskbar-bar"
        role="toolbar"
        aria-label="Taskbar"
        onKeyDown={onKeyDown}
        on:focusin={onFocusIn}
      >
        <button
          type="button"
          class="taskbar-start"
          aria-label="Applications"
          title="Applications"
          popovertarget={launcherId}
        >
          <img src="/porthole.svg" alt="" width="28" height="28" draggable={false} />
        </button>
        <div class="taskbar-windows">
          <For each={state.order}>
            {(id) => {
              const appId = manager.current().windows[id]?.appId ?? '';
              const title = () => state.windows[id]?.title ?? '';
              return (
                <button
                  type="button"
                  class="taskbar-entry"
                  aria-label={title()}
                  title={title()}
                  aria-pressed={state.focus === id}
                  data-minimized={state.windows[id]?.minimized}
                  onClick={() => manager.dispatch(entryCommand(manager.current(), id))}
                  onContextMenu={(event) => {
                    event.preventDefault();
                    props.onMenu(id, event.clientX, event.clientY);
                  }}
                >
                  <AppIcon id={appId} name={props.appOf(appId)?.name ?? appId} size={24} />
                  <span class="taskbar-title">{title()}</span>
                </button>
              );
            }}
          </For>
        </div>
        <Tray
          line={props.line}
          container={props.container}
          onReconnect={props.onReconnect}
          onStartContainer={props.onStartContainer}
        />
        <Clock />
      </div>
    </footer>
  );
}
