/**
 * The settings of one Porthole, as flags, environment variables and the configuration file name them.
 * Reading them from those places is the launcher's; what is a valid value is said here, once.
 */
import * as v from 'valibot';

const port = (least: number) =>
  v.pipe(
    v.union([v.number(), v.pipe(v.string(), v.digits(), v.transform(Number))], 'must be a number'),
    v.integer('must be a whole number'),
    v.minValue(least, `must be at least ${least}`),
    v.maxValue(65535, 'must be at most 65535'),
  );

const hostName = v.pipe(
  v.string(),
  v.toLowerCase(),
  v.regex(/^(?=.{1,253}$)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$/, 'must be a host name'),
);

const httpUrl = v.pipe(
  v.string(),
  v.check((text) => URL.canParse(text) && /^https?:$/.test(new URL(text).protocol), 'must be an http or https address'),
);

/** `https://desk.example.org`: scheme, host and port, nothing after them. */
const origin = v.pipe(
  httpUrl,
  v.transform((text) => new URL(text)),
  v.check((url) => url.href === `${url.origin}/`, 'must end after the host and port'),
  v.transform((url) => url.origin),
);

/** Where an app listens, or `false` to leave it out: `{"prometheus": "http://127.0.0.1:9090"}`. */
const apps = v.union([
  v.record(v.string(), v.union([httpUrl, v.literal(false)])),
  v.pipe(
    v.string(),
    v.transform((text) =>
      Object.fromEntries(
        text
          .split(',')
          .filter(Boolean)
          .map((pair) => {
            const at = pair.indexOf('=');
            return at < 0 ? [pair, ''] : [pair.slice(0, at), pair.slice(at + 1)];
          }),
      ),
    ),
    v.record(
      v.string(),
      v.union(
        [
          httpUrl,
          v.pipe(
            v.literal('off'),
            v.transform(() => false as const),
          ),
        ],
        'must be NAME=http://... or NAME=off',
      ),
    ),
  ),
]);

export const Settings = v.strictObject({
  /** TCP port of the gateway. */
  port: v.optional(port(1), 7080),
  /** Address that the gateway listens on. */
  host: v.optional(v.pipe(v.string(), v.minLength(1, 'must not be empty')), '127.0.0.1'),
  /** The shell's host name; apps live one label below it. */
  domain: v.optional(hostName, 'localhost'),
  /** The shell's origin as browsers see it, where a reverse proxy stands before the gateway. */
  publicUrl: v.optional(origin),
  /** Folder for everything that is kept. The default depends on who starts Porthole. */
  state: v.optional(v.pipe(v.string(), v.startsWith('/', 'must be an absolute path'))),
  /** How people are kept apart. The default depends on who starts Porthole. */
  isolation: v.optional(v.picklist(['nspawn', 'none'], 'must be nspawn or none')),
  /** TCP port of the orchestrator on 127.0.0.1; 0: its unix socket only. */
  orchestratorPort: v.optional(port(0), 9000),
  /** Where web apps listen, by manifest id; `false` leaves one out. Default: the manifest's own port on 127.0.0.1. */
  apps: v.optional(apps, {}),
});
export type Settings = v.InferOutput<typeof Settings>;

/** Settings after the launcher filled what depends on the machine; what the servers are started with. */
export type ResolvedSettings = Settings & { state: string; isolation: 'nspawn' | 'none' };

export const settingNames = Object.keys(Settings.entries) as (keyof Settings)[];

/** The shell's origin: `http://localhost:7080`, or the public URL. */
export function shellOrigin(settings: Pick<Settings, 'domain' | 'port' | 'publicUrl'>): string {
  return settings.publicUrl ?? new URL(`http://${settings.domain}:${settings.port}`).origin;
}

/** An app's origin: the shell's, one label deeper. */
export function appOrigin(shell: string, appId: string): string {
  const url = new URL(shell);
  url.hostname = `${appId}.${url.hostname}`;
  return url.origin;
}
