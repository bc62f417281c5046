/** Who may: each route and upgrade says it, and nothing is asked before this was. */
import type { Role } from '../../../protocol/manifest.ts';
import { type ProblemError, refuse } from '../http/problems.ts';

/** Anybody; whom the app's manifest names; or these roles. */
export type Who = 'public' | 'manifest' | readonly Role[];

export const everyRole: readonly Role[] = ['admin', 'member', 'demo'];
/** Those with a container of their own. */
export const residents: readonly Role[] = ['admin', 'member'];

export const signedOut = (): ProblemError =>
  refuse(401, 'signed-out', 'You are not signed in.', 'Ask for a sign-in link: porthole user link EMAIL.');

/** `undefined`: may pass. */
export function refusalFor(roles: readonly Role[], role: Role | undefined): ProblemError | undefined {
  if (role === undefined) return signedOut();
  return roles.includes(role) ? undefined : refuse(403, 'not-allowed', 'Your account may not do this.');
}
