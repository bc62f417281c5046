/**
 * `/api/events`, one WebSocket a session: the gateway pushes, the page listens. Text frames of JSON.
 * The gateway sends `ping` every `pingInterval` ms; a page that hears nothing for twice that is offline.
 */
import * as v from 'valibot';
import { ContainerStatus } from './api.ts';

/** ms */
export const pingInterval = 15_000;

/** WebSocket close code of a session that ended: signed out, revoked, or its user removed. */
export const closedBySignOut = 4401;

export const GatewayEvent = v.variant('type', [
  /** First, and again when it changes. `build` names the gateway's build: a page of another build offers to reload. */
  v.object({ type: v.literal('hello'), build: v.string() }),
  v.object({ type: v.literal('container'), status: ContainerStatus }),
  /** The registry changed: fetch it again. */
  v.object({ type: v.literal('registry') }),
  v.object({ type: v.literal('ping') }),
]);
export type GatewayEvent = v.InferOutput<typeof GatewayEvent>;
