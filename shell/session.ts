/**
 * Who is signed in. The desktop is shown at once from what was kept, while the gateway is asked whether it still holds;
 * only a plain no from the gateway leads to the sign-in page, never a lost network.
 */
import { createSignal } from 'solid-js';
import type { Registry, Session, SignIn, User } from '../protocol/api.ts';
import type { RegistryApp } from '../protocol/manifest.ts';
import { type Problem, problem } from '../protocol/problem.ts';
import { GatewayError, get, send } from './gateway.ts';
import { forget, keep, readKept } from './kept.ts';

export type SignedIn = { user: User; apps: RegistryApp[] };

export type SessionState =
  /** Looking, or trading the token of the address for a session. */
  { step: 'starting'; signingIn: boolean } | { step: 'signed-out'; why?: Problem } | { step: 'signed-in'; user: User };

const told = (error: unknown): Problem =>
  error instanceof GatewayError ? error.problem : problem(500, 'unknown', 'Something went wrong in the page.');

/** The one-time token of a printed address, which leaves the address bar and the history at once. */
function takeToken(): string | undefined {
  const token = new URLSearchParams(location.hash.slice(1)).get('token');
  if (token === null) return undefined;
  history.replaceState(null, '', location.pathname + location.search);
  return token;
}

export function createSession() {
  const [state, setState] = createSignal<SessionState>({ step: 'starting', signingIn: false });
  const [apps, setApps] = createSignal<RegistryApp[]>([]);

  const show = (next: SignedIn) => {
    setApps(next.apps);
    const now = state();
    // The same person again: the desktop stays as it is.
    if (now.step !== 'signed-in' || now.user.id !== next.user.id) setState({ step: 'signed-in', user: next.user });
  };

  const signedOut = async (why?: Problem) => {
    await forget();
    setState({ step: 'signed-out', ...(why ? { why } : {}) });
  };

  /** Asks the gateway who this is and what they may open, and keeps it. @throws GatewayError */
  const refresh = async () => {
    const [{ user }, registry] = await Promise.all([get<Session>('/api/session'), get<Registry>('/api/registry')]);
    const next = { user, apps: registry.apps };
    show(next);
    await keep(next);
  };

  const start = async () => {
    const token = takeToken();
    if (token !== undefined) {
      setState({ step: 'starting', signingIn: true });
      try {
        await send<Session>('POST', '/api/session', { token } satisfies SignIn);
        await refresh();
      } catch (error) {
        setState({ step: 'signed-out', why: told(error) });
      }
      return;
    }
    const kept = await readKept();
    if (kept) show(kept);
    try {
      await refresh();
    } catch (error) {
      const why = told(error);
      if (why.status === 401) await signedOut();
      else if (!kept) setState({ step: 'signed-out', why });
    }
  };

  return {
    state,
    apps,
    start,
    /** Asks again what may be opened; a session that ended leads to the sign-in page. */
    async renew() {
      try {
        await refresh();
      } catch (error) {
        if (told(error).status === 401) await signedOut();
      }
    },
    /** Forgets all that this browser keeps of the person, also when the gateway does not answer. */
    async signOut() {
      await send('DELETE', '/api/session').catch(() => {});
      await signedOut();
    },
    /** The gateway ended the session. */
    ended: () => signedOut(problem(401, 'session-ended', 'You were signed out.')),
  };
}
export type PageSession = ReturnType<typeof createSession>;
