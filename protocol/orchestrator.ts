/**
 * The orchestrator's HTTP API: on a unix socket for the gateway, on 127.0.0.1 for scripts, behind a bearer token.
 *
 *   GET  /v1/containers            all of them
 *   GET  /v1/containers/:userId    one; 404 where there has never been one
 *   POST /v1/containers/:userId/ensure   start it where it does not run; answers when its agent is ready
 *   POST /v1/containers/:userId/stop     idempotent
 *   GET  /v1/events                server-sent events, each a Container whose state changed
 */
import * as v from 'valibot';
import { ContainerState } from './api.ts';

/** A user's id: also a folder's name, so nothing but these characters. */
export const UserId = v.pipe(v.string(), v.regex(/^[a-z0-9]{1,32}$/, 'must be 1 to 32 of a-z and 0-9'));

export const EnsureRequest = v.strictObject({
  /** Wished login name; what the container's user is called once it was made never changes. */
  login: v.pipe(v.string(), v.regex(/^[a-z_][a-z0-9_-]{0,30}$/, 'must be a login name')),
});
export type EnsureRequest = v.InferOutput<typeof EnsureRequest>;

export const Container = v.object({
  userId: UserId,
  login: v.string(),
  state: ContainerState,
  isolation: v.picklist(['nspawn', 'none']),
  /** Why it failed: one plain sentence. */
  reason: v.optional(v.string()),
  /** Unix time in ms of the last start. */
  started: v.optional(v.number()),
  /** uid (and gid) of the user's files on the box. */
  uid: v.number(),
  /** Folder on the box that is the user's home. */
  home: v.string(),
  /** How the gateway reaches the agent: a unix socket, and a secret that only this container's agent accepts. */
  agent: v.object({ socket: v.string(), token: v.string() }),
});
export type Container = v.InferOutput<typeof Container>;
