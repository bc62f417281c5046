/** The web apps of this box: manifests that open a frame, with where each listens and what its origin is. */
import type { Manifest, RegistryApp, Role } from '../../../protocol/manifest.ts';
import { appOrigin, type Settings } from '../../../protocol/settings.ts';
import { StartError } from '../config.ts';

export interface WebApp {
  id: string;
  name: string;
  roles: readonly Role[];
  origin: string;
  /** An origin: nothing after host and port. */
  upstream: URL;
  /** First path to open. */
  path: string;
  host: 'preserve' | 'upstream' | 'loopback';
  originHeader: 'pass' | 'rewrite' | 'drop';
}

/** By id. @throws StartError naming the setting */
export function webApps(
  manifests: readonly Manifest[],
  settings: Pick<Settings, 'apps'>,
  shell: string,
): Map<string, WebApp> {
  for (const id of Object.keys(settings.apps))
    if (!manifests.some((manifest) => manifest.id === id && manifest.opens.kind === 'frame'))
      throw new StartError(`apps: there is no web app named ${id}.`);
  return new Map(
    manifests.flatMap(({ id, name, roles, opens }) => {
      const address = settings.apps[id];
      if (opens.kind !== 'frame' || address === false) return [];
      const upstream = new URL(address ?? `http://127.0.0.1:${opens.port}`);
      if (upstream.href !== `${upstream.origin}/`)
        throw new StartError(`apps: ${id}: ${upstream.href} must end after the host and port.`);
      const { path, host, origin: originHeader } = opens;
      return [[id, { id, name, roles, origin: appOrigin(shell, id), upstream, path, host, originHeader }] as const];
    }),
  );
}

/** What a role is told of: its apps, without upstreams. */
export function registryFor(
  role: Role,
  manifests: readonly Manifest[],
  apps: ReadonlyMap<string, WebApp>,
): RegistryApp[] {
  return manifests.flatMap(({ id, name, summary, category, keywords, launcher, size, roles, opens }): RegistryApp[] => {
    if (!roles.includes(role)) return [];
    const app = { id, name, summary, category, keywords, launcher, size };
    if (opens.kind === 'component') return [{ ...app, opens: { kind: 'component', component: opens.component } }];
    const web = apps.get(id);
    return web ? [{ ...app, opens: { kind: 'frame', origin: web.origin } }] : [];
  });
}
