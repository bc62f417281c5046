/** The shell's own apps: each is a folder of shell/apps, loaded when first opened, or ahead of that when idle. */
import type { RegistryApp } from '../../protocol/manifest.ts';
import type { AppState } from '../../workers/window-manager/types.ts';
import type { ShellApp } from '../app.ts';

const loaders = import.meta.glob<ShellApp>('../apps/*/index.tsx', { import: 'default' });

const componentOf = ({ opens }: RegistryApp) => (opens.kind === 'frame' ? 'web-app' : opens.component);

/** @throws TypeError where its files cannot be had, as when the network went before they were first asked for */
export async function loadApp(app: RegistryApp): Promise<ShellApp> {
  const load = loaders[`../apps/${componentOf(app)}/index.tsx`];
  if (!load) throw new TypeError(`This version of Porthole has no ${app.name}.`);
  return load();
}

/** One after the other, so that nothing that is asked for meanwhile waits long. A failure shows when it is opened. */
export async function preloadApps(): Promise<void> {
  for (const load of Object.values(loaders)) await load().catch(() => {});
}

/** Lets the app clean up behind a closed window. */
export async function appClosed(app: RegistryApp | undefined, state: AppState): Promise<void> {
  if (!app) return;
  const loaded = await loadApp(app).catch(() => undefined);
  loaded?.closed?.(state);
}
