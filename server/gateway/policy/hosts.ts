/**
 * The first question to every request and upgrade: which of our hosts was asked? A name that is none of ours gets 421
 * before anything else, so that a rebound DNS name reaches nothing.
 */
import { appOrigin, type Settings, shellOrigin } from '../../../protocol/settings.ts';

export type Target = { kind: 'shell' } | { kind: 'app'; id: string };

export interface Hosts {
  /** The Host header, exactly. `undefined`: none of ours. */
  find(host: string | undefined): Target | undefined;
  /** A name of this very machine, as health checks and Prometheus use it. */
  isLoopback(host: string | undefined): boolean;
}

/** Host and port as a browser sends them: the scheme's own port left out. */
const authority = (origin: string) => new URL(origin).host;

export function makeHosts(settings: Pick<Settings, 'domain' | 'port' | 'publicUrl'>, appIds: Iterable<string>): Hosts {
  const direct = shellOrigin({ domain: settings.domain, port: settings.port });
  const shells = new Set([direct, shellOrigin(settings)]);
  const targets = new Map<string, Target>([...shells].map((shell) => [authority(shell), { kind: 'shell' }]));
  for (const id of appIds)
    for (const shell of shells) targets.set(authority(appOrigin(shell, id)), { kind: 'app', id });
  const loopback = new Set(
    ['127.0.0.1', 'localhost', '[::1]'].map((name) => authority(`http://${name}:${settings.port}`)),
  );
  return {
    find: (host) => targets.get(host?.toLowerCase() ?? ''),
    isLoopback: (host) => loopback.has(host?.toLowerCase() ?? ''),
  };
}

/** The peer's address is of this machine. */
export function isLoopbackAddress(address: string | undefined): boolean {
  return address !== undefined && /^(::1|(::ffff:)?127\.\d+\.\d+\.\d+)$/.test(address);
}
