/**
 * A signed-in person's desktop: it holds the window manager and the line to the gateway, and lays out what is seen, the
 * windows in the work area and the taskbar below it.
 */
import { createResizeObserver } from '@solid-primitives/resize-observer';
import { createEffect, createSignal, For, onCleanup, onMount } from 'solid-js';
import type { ContainerStatus, User } from '../../protocol/api.ts';
import type { RegistryApp } from '../../protocol/manifest.ts';
import type { AppState, Rect } from '../../workers/window-manager/types.ts';
import { type Action, actionsFor } from '../actions.ts';
import { createConnection } from '../connection.ts';
import { GatewayError, send } from '../gateway.ts';
import { Launcher, toggleLauncher } from '../launcher/launcher.tsx';
import { notify, withdraw } from '../notices/notices.ts';
import { Notices } from '../notices/stack.tsx';
import { Menu, type MenuOpening } from '../parts/menu.tsx';
import type { PageSession } from '../session.ts';
import { Taskbar } from '../taskbar/taskbar.tsx';
import { lookForUpdate, whenIdle } from '../updates.ts';
import { makeGrab } from '../window-manager/grab.ts';
import { listenForShortcuts } from '../window-manager/keys.ts';
import { createWindowManager } from '../window-manager/store.ts';
import { appClosed, preloadApps } from '../windows/apps.ts';
import { Frame } from '../windows/frame.tsx';
import { followFrameFocus } from '../windows/frame-focus.ts';
import { windowMenu } from '../windows/menu.ts';
import { onMetaAlone } from './meta-key.ts';
import './desktop.css';

/** Also where the page came over plain http, where browsers give no `randomUUID`. */
const uniqueId = () => [...crypto.getRandomValues(new Uint32Array(4))].map((part) => part.toString(36)).join('-');

export function Desktop(props: { session: PageSession; user: User }) {
  const { session } = props;
  const ending = new AbortController();
  let workArea!: HTMLDivElement;
  const frames = new Map<string, HTMLElement>();
  const [preview, setPreview] = createSignal<Rect | null>(null);
  const [menu, setMenu] = createSignal<MenuOpening>();

  const appOf = (id: string): RegistryApp | undefined => session.apps().find((app) => app.id === id);
  const manager = createWindowManager({
    owner: props.user.id,
    onClosed: (window) => void appClosed(appOf(window.appId), window.appState),
  });
  const grab = makeGrab({ current: manager.current, dispatch: manager.dispatch, onPreview: setPreview });
  const connection = createConnection({
    onBack() {
      notify({ id: 'line', kind: 'positive', title: 'Connected again', for: 3_000 });
      void session.renew();
    },
    onRegistry: () => void session.renew(),
    onSignedOut: () => void session.ended(),
    onRefused: () => void session.renew(),
    onNewBuild: lookForUpdate,
  });

  const open = (appId: string, appState?: AppState) => {
    const app = appOf(appId);
    if (!app) return;
    const id = uniqueId();
    manager.dispatch({ type: 'open', id, appId, title: app.name, size: app.size, appState: appState ?? null });
  };
  const startContainer = async () => {
    try {
      await send<ContainerStatus>('POST', '/api/container');
    } catch (error) {
      if (!(error instanceof GatewayError)) throw error;
      const { title, detail } = error.problem;
      notify({ id: 'container', kind: 'warning', title, ...(detail ? { detail } : {}) });
    }
  };
  const openMenu = (id: string, x: number, y: number) => {
    const frame = frames.get(id);
    const state = manager.current();
    const window = state.windows[id];
    if (!frame || !window) return;
    setMenu({ x, y, items: windowMenu(state, window, manager.dispatch, (what) => grab.keyboard(id, frame, what)) });
  };
  const openMenuAt = (id: string) => {
    const box = frames.get(id)?.getBoundingClientRect();
    if (box) openMenu(id, box.x + 8, box.y + 32);
  };

  const actions = (): Action[] =>
    actionsFor({
      dispatch: manager.dispatch,
      signOut: () => void session.signOut(),
      startContainer: () => void startContainer(),
      container: connection.container(),
    });

  onMount(() => {
    const area = () => {
      const { left, top, width, height } = workArea.getBoundingClientRect();
      const page = workArea.offsetParent?.getBoundingClientRect();
      const rect = { x: left - (page?.left ?? 0), y: top - (page?.top ?? 0), width, height };
      manager.dispatch({ type: 'work-area', rect });
    };
    area();
    createResizeObserver(workArea, area);
    whenIdle(preloadApps);
    void manager.loaded.then(() => {
      // An address such as /?open=terminal, from the home screen's shortcuts.
      const wish = new URLSearchParams(location.search).get('open');
      if (wish === null) return;
      history.replaceState(null, '', '/');
      open(wish);
    });
  });
  listenForShortcuts(
    { current: manager.current, dispatch: manager.dispatch, onLauncher: toggleLauncher, onWindowMenu: openMenuAt },
    ending.signal,
  );
  onMetaAlone(toggleLauncher, ending.signal);
  followFrameFocus((id) => {
    if (manager.current().focus !== id) manager.dispatch({ type: 'focus', id });
  }, ending.signal);
  onCleanup(() => {
    ending.abort();
    grab.close();
    for (const id of ['line', 'container']) withdraw(id);
  });

  createEffect(() => {
    if (connection.line() !== 'offline') return;
    notify({
      id: 'line',
      kind: 'warning',
      title: 'Offline',
      detail: 'Your box does not answer. Porthole reconnects by itself.',
    });
  });
  createEffect(() => {
    const status = connection.container();
    if (status?.state !== 'failed') return withdraw('container');
    notify({
      id: 'container',
      kind: 'warning',
      title: 'Your container has stopped',
      ...(status.reason ? { detail: status.reason } : {}),
      action: { label: 'Start it again', run: () => void startContainer() },
    });
  });

  return (
    <>
      <div class="work-area" ref={workArea} />
      <main class="windows">
        <For each={manager.state.order}>
          {(id) => (
            <Frame
              id={id}
              manager={manager}
              grab={grab}
              app={appOf(manager.current().windows[id]?.appId ?? '')}
              ref={(element) => {
                frames.set(id, element);
                onCleanup(() => frames.delete(id));
              }}
              onMenu={(x, y) => openMenu(id, x, y)}
              onOpen={open}
            />
          )}
        </For>
        <div
          class="snap-preview"
          data-shown={preview() !== null}
          style={{
            transform: `translate(${preview()?.x ?? 0}px, ${preview()?.y ?? 0}px)`,
            width: `${preview()?.width ?? 0}px`,
            height: `${preview()?.height ?? 0}px`,
          }}
        />
      </main>
      <Menu label="Window" opening={menu()} closed={() => setMenu(undefined)} />
      <Notices />
      <Launcher
        apps={session.apps().filter((app) => app.launcher)}
        actions={actions()}
        user={props.user}
        onOpen={open}
        onSignOut={() => void session.signOut()}
      />
      <Taskbar
        manager={manager}
        appOf={appOf}
        line={connection.line()}
        container={connection.container()}
        onMenu={openMenu}
        onReconnect={connection.hurry}
        onStartContainer={() => void startContainer()}
      />
    </>
  );
}
