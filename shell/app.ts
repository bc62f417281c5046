/** What a window gives to the app inside it, and what an app of the shell's own looks like. */
import type { Component } from 'solid-js';
import type { RegistryApp } from '../protocol/manifest.ts';
import type { AppState } from '../workers/window-manager/types.ts';

export interface AppProps {
  app: RegistryApp;
  windowId: string;
  /** What the app left with `setState` before the last reload, or what it was opened with. Not reactive. */
  state: AppState;
  /** Keeps JSON for the next reload. Cheap: call it on each change. */
  setState(state: AppState): void;
  setTitle(title: string): void;
  /** Reactive: this window has the keys. The app then takes the DOM focus. */
  readonly active: boolean;
  /** Reactive: not minimised. Its size in the page is zero while this is false. */
  readonly visible: boolean;
  /** Opens another app in a window of its own, with the state it starts from. */
  open(appId: string, state?: AppState): void;
  close(): void;
}

/**
 * The default export of `shell/apps/<component>/index.tsx`, loaded when first opened.
 * `closed` is called once after the person closed the window (never on a reload), with the state it last kept.
 */
export interface ShellApp {
  component: Component<AppProps>;
  closed?(state: AppState): void;
}
