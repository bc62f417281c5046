/**
 * A window's frame: title bar, resize handles, and the app inside. It is mounted once in the window's life: stacking,
 * minimising and tiling change only its style, so that no iframe, terminal or canvas is ever loaded again.
 */
import { createEffect, createMemo, For, Show } from 'solid-js';
import type { RegistryApp } from '../../protocol/manifest.ts';
import type { Edge } from '../../workers/window-manager/geometry.ts';
import { shownRect } from '../../workers/window-manager/state.ts';
import type { AppState } from '../../workers/window-manager/types.ts';
import { AppIcon } from '../parts/app-icon.tsx';
import { popupHasKeys } from '../parts/focus.ts';
import { type Grab, placeFrame } from '../window-manager/grab.ts';
import type { WindowManager } from '../window-manager/store.ts';
import { AppHost } from './app-host.tsx';
import './windows.css';

const edges: readonly Edge[] = ['n', 's', 'e', 'w', 'ne', 'nw', 'se', 'sw'];

export type FrameProps = {
  id: string;
  manager: WindowManager;
  grab: Grab;
  /** Undefined where this person may not open it (any more). */
  app: RegistryApp | undefined;
  ref(element: HTMLElement): void;
  onMenu(x: number, y: number): void;
  onOpen(appId: string, state?: AppState): void;
};

export function Frame(props: FrameProps) {
  const { id, manager, grab } = props;
  const { state, dispatch } = manager;
  const appId = manager.current().windows[id]?.appId ?? '';
  let frame!: HTMLElement;

  const window = () => state.windows[id];
  const title = () => window()?.title ?? '';
  const active = () => state.focus === id;
  const minimized = () => window()?.minimized ?? false;
  const maximized = () => window()?.placement.kind === 'maximized';
  const rank = createMemo(() => state.stack.indexOf(id) + 1);

  createEffect(() => {
    const shown = window();
    if (!shown) return;
    const rect = shownRect(state, shown);
    // While it is held, where it is is the pointer's to say.
    if (grab.id !== id) placeFrame(frame, rect);
  });
  // What lost the keys to another window must not keep the caret; Tab begins in the window that has them.
  createEffect(() => {
    const holds = frame.contains(document.activeElement) || popupHasKeys();
    if (active() && !minimized() && !holds) frame.focus({ preventScroll: true });
  });

  const take = () => {
    if (!active()) dispatch({ type: 'focus', id });
  };
  /** A press on the frame gives the keys of a web app inside back to the desktop, whose shortcuts the app would swallow. */
  const takeKeys = () => {
    if (frame.contains(document.activeElement) && document.activeElement instanceof HTMLIFrameElement) frame.focus();
  };

  return (
    <section
      ref={(element) => {
        frame = element;
        props.ref(element);
      }}
      class="window"
      role="dialog"
      aria-label={title()}
      tabindex="-1"
      data-window={id}
      data-active={active()}
      data-placement={window()?.placement.kind}
      data-layout={state.layout}
      style={{
        'z-index': rank(),
        display: minimized() ? 'none' : undefined,
        visibility: state.layout === 'single' && !active() ? 'hidden' : undefined,
      }}
      on:pointerdown={{ handleEvent: take, capture: true }}
      on:focusin={take}
    >
      {/* biome-ignore lint/a11y/noStaticElementInteractions: a handle for the pointer; the window's menu does the same by keys. */}
      <header
        class="title-bar"
        onPointerDown={(event) => {
          takeKeys();
          grab.pointerDown(event, id, frame, 'move');
        }}
        onContextMenu={(event) => {
          event.preventDefault();
          props.onMenu(event.clientX, event.clientY);
        }}
      >
        <AppIcon id={appId} name={props.app?.name ?? appId} size={18} />
        <span class="title">{title()}</span>
        <div class="title-buttons">
          <TitleButton
            label="Minimize"
            drawing="M3.5 6l4.5 4.5L12.5 6"
            onPress={() => dispatch({ type: 'minimize', id })}
          />
          <Show when={state.layout === 'floating'}>
            <TitleButton
              label={maximized() ? 'Restore' : 'Maximize'}
              drawing={maximized() ? 'M8 3.5L12.500 8 8 12.500 3.500 8z' : 'M3.5 10L8 5.500 12.500 10'}
              onPress={() => dispatch({ type: 'toggle-maximize', id })}
            />
          </Show>
          <TitleButton
            label="Close"
            drawing="M4.500 4.500l7 7M11.500 4.500l-7 7"
            close
            onPress={() => dispatch({ type: 'close', id })}
          />
        </div>
      </header>
      <div class="window-content">
        <AppHost
          app={props.app}
          windowId={id}
          state={manager.current().windows[id]?.appState}
          active={active()}
          visible={!minimized()}
          setState={(appState) => dispatch({ type: 'app-state', id, appState })}
          setTitle={(next) => dispatch({ type: 'title', id, title: next })}
          open={props.onOpen}
          close={() => dispatch({ type: 'close', id })}
        />
      </div>
      <Show when={state.layout === 'floating' && !maximized()}>
        <For each={edges}>
          {(edge) => (
            <div
              class="resize-handle"
              data-edge={edge}
              onPointerDown={(event) => grab.pointerDown(event, id, frame, edge)}
            />
          )}
        </For>
      </Show>
    </section>
  );
}

function TitleButton(props: { label: string; drawing: string; close?: boolean; onPress(): void }) {
  return (
    <button
      type="button"
      class="title-button"
      classList={{ close: props.close ?? false }}
      aria-label={props.label}
      title={props.label}
      onClick={() => props.onPress()}
    >
      <svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
        <path d={props.drawing} fill="none" stroke="currentColor" stroke-width="1.2" />
      </svg>
    </button>
  );
}
