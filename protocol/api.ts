/** The gateway's HTTP API, `/api/*` on the shell's origin: bodies and replies. */
import * as v from 'valibot';
import { RegistryApp, Role } from './manifest.ts';

export const User = v.object({
  id: v.string(),
  email: v.string(),
  name: v.string(),
  role: Role,
});
export type User = v.InferOutput<typeof User>;

/** POST /api/session: sign in with a one-time token (the fragment of the printed URL). */
export const SignIn = v.strictObject({ token: v.pipe(v.string(), v.minLength(1), v.maxLength(256)) });
export type SignIn = v.InferOutput<typeof SignIn>;

/** GET and POST /api/session. */
export const Session = v.object({
  user: User,
  /** Unix time in ms after which one must sign in again. */
  expires: v.number(),
});
export type Session = v.InferOutput<typeof Session>;

/** GET /api/registry: what this session may open. */
export const Registry = v.object({ apps: v.array(RegistryApp) });
export type Registry = v.InferOutput<typeof Registry>;

/**
 * `absent`: never started or stopped on purpose. `starting`, `running`: as they say.
 * `failed`: it ended or could not be started although it should run; `reason` says why.
 */
export const ContainerState = v.picklist(['absent', 'starting', 'running', 'failed']);
export type ContainerState = v.InferOutput<typeof ContainerState>;

/** GET and POST /api/container: the session's own container. POST starts it where it does not run. */
export const ContainerStatus = v.object({
  state: ContainerState,
  isolation: v.picklist(['nspawn', 'none']),
  /** One plain sentence, with `failed`. */
  reason: v.optional(v.string()),
});
export type ContainerStatus = v.InferOutput<typeof ContainerStatus>;

/** POST /api/apps/:id/ticket: a way into the app's own origin. `path` is where to land. */
export const TicketRequest = v.strictObject({
  path: v.optional(v.pipe(v.string(), v.regex(/^\/(?![/\\])/, 'must be a path on the app'), v.maxLength(2048))),
});
/** The address for the frame, good once and for 30 s. */
export const Ticket = v.object({ url: v.string() });
export type Ticket = v.InferOutput<typeof Ticket>;
