/** What can be opened. One manifest an app; the gateway decides who sees which. */
import * as v from 'valibot';

export const Role = v.picklist(['admin', 'member', 'demo']);
export type Role = v.InferOutput<typeof Role>;

export const Category = v.picklist([
  'System',
  'Files',
  'Media',
  'Downloads',
  'Monitoring',
  'Development',
  'Network',
  'Office',
]);
export type Category = v.InferOutput<typeof Category>;

/** Also a DNS label: the app's host is `<id>.<domain>`. */
const AppId = v.pipe(v.string(), v.regex(/^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/, 'must be a DNS label in lower case'));

/** A window of the shell's own: `shell/apps/<component>/`. */
const OpensComponent = v.strictObject({
  kind: v.literal('component'),
  component: v.pipe(v.string(), v.regex(/^[a-z][a-z-]*$/)),
});

/** A web app in a frame at its own origin, proxied by the gateway. */
const OpensFrame = v.strictObject({
  kind: v.literal('frame'),
  /** Default port on this box. */
  port: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(65535)),
  /** Path whose 2xx answer means that the app is up. */
  health: v.pipe(v.string(), v.startsWith('/')),
  /** First path to open. */
  path: v.optional(v.pipe(v.string(), v.startsWith('/')), '/'),
  /** Which Host the upstream is told: the browser's, the upstream's own, or `localhost` with its port. */
  host: v.optional(v.picklist(['preserve', 'upstream', 'loopback']), 'preserve'),
  /** Which Origin the upstream is told. */
  origin: v.optional(v.picklist(['pass', 'rewrite', 'drop']), 'pass'),
});

export const Manifest = v.strictObject({
  id: AppId,
  name: v.pipe(v.string(), v.minLength(1), v.maxLength(40)),
  /** One line for the launcher. */
  summary: v.pipe(v.string(), v.minLength(1), v.maxLength(80)),
  category: Category,
  /** Words that find it besides its name. */
  keywords: v.optional(v.array(v.string()), []),
  /** Roles that may open it. */
  roles: v.array(Role),
  /** False: opened by other apps only, not listed in the launcher. */
  launcher: v.optional(v.boolean(), true),
  /** Width and height of a new window, CSS px. */
  size: v.optional(v.tuple([v.number(), v.number()]), [960, 640]),
  opens: v.variant('kind', [OpensComponent, OpensFrame]),
});
export type Manifest = v.InferOutput<typeof Manifest>;

/** What a manifest file exports: defaults may be left out. */
export type ManifestInput = v.InferInput<typeof Manifest>;

/** An app as the shell is told of it: no upstream, no port. Its icon is `/apps/<id>.svg`. */
export const RegistryApp = v.object({
  id: AppId,
  name: v.string(),
  summary: v.string(),
  category: Category,
  keywords: v.array(v.string()),
  launcher: v.boolean(),
  size: v.tuple([v.number(), v.number()]),
  opens: v.variant('kind', [
    v.object({ kind: v.literal('component'), component: v.string() }),
    v.object({ kind: v.literal('frame'), origin: v.string() }),
  ]),
});
export type RegistryApp = v.InferOutput<typeof RegistryApp>;
