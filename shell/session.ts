/**
 * Who is signed in. The desktop is shown at once from what was kept, while the gateway is asked whether it still holds;
 * only a plain no from the gateway leads to the sign-in page, never a lost network.
 */
import { createSignal } from 'solid-js';
import type { Registry, Session, SignIn, User } from '../protocol/api.ts';
import type { RegistryApp } from '../protocol/manifest.ts';
import { type Problem, problem } from '../protocol/problem.ts';
import { GatewayError, get, send } from './gateway.ts';
import { forgetAll, forgetSession, keep, oweSignOut, owesSignOut, readKept } from './kept.ts';
import { notify } from './notices/notices.ts';

export type SignedIn = { user: User; apps: RegistryApp[] };

export type SessionState =
  /** Looking, or trading the token of the address for a session. */
  { step: 'starting'; signingIn: boolean } | { step: 'signed-out'; why?: Problem } | { step: 'signed-in'; user: User };

const told = (error: unknown): Problem =>
  error instanceof GatewayError ? error.problem : problem(500, 'unknown', 'Something went wrong in the page.');

/** How long a sign-out waits for the gateway's word, and after which time it asks again, ms. */
const signOutPause = { answer: 5_000, again: 5_000 };

const unheard = problem(
  503,
  'sign-out-owed',
  'You are signed out here, and your box has not heard of it yet.',
  'It is told as soon as it answers. Until then nobody else is let in from this browser.',
);

/** Tells the gateway that this browser's session is over. @returns whether it knows now */
async function tellSignOut(): Promise<boolean> {
  try {
    await send('DELETE', '/api/session', undefined, AbortSignal.timeout(signOutPause.answer));
    return true;
  } catch (error) {
    return error instanceof GatewayError && error.problem.status === 401;
  }
}

const ranOut = problem(401, 'session-ended', 'Your session has ended.');

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

  /** Counts the sessions that ended: what was asked in one before tells nothing of now. */
  let ends = 0;

  /** First the desktop goes, and its worker with it: nothing writes any more what is then forgotten. */
  const signedOut = async (forget: () => Promise<void>, why?: Problem) => {
    ends += 1;
    setState({ step: 'signed-out', ...(why ? { why } : {}) });
    await forget();
  };

  /** Asks the gateway who this is and what they may open, and keeps it. @throws GatewayError */
  const refresh = async () => {
    const asked = ends;
    const [{ user }, registry] = await Promise.all([get<Session>('/api/session'), get<Registry>('/api/registry')]);
    if (asked !== ends) return;
    const next = { user, apps: registry.apps };
    show(next);
    await keep(next);
  };

  /** Out of the address, and not answered yet: it is good for another try. */
  let token: string | undefined;

  const signIn = async (withToken: string): Promise<void> => {
    setState({ step: 'starting', signingIn: true });
    try {
      await send<Session>('POST', '/api/session', { token: withToken } satisfies SignIn);
    } catch (error) {
      const why = told(error);
      if (why.status !== 0) {
        token = undefined;
        // Their link of last time, say: who is signed in already stays so.
        try {
          await refresh();
          notify({ id: 'link', kind: 'information', title: why.title, detail: 'You were signed in already.' });
          return;
        } catch {
          // Nobody is: the refused link is what there is to say.
        }
      }
      setState({ step: 'signed-out', why });
      return;
    }
    token = undefined;
    await refresh().catch((error: unknown) => setState({ step: 'signed-out', why: told(error) }));
  };

  const start = async (): Promise<void> => {
    token = takeToken() ?? token;
    if (await owesSignOut()) {
      // Before anything else: the cookie is another visit's, and whoever sits here now must not be let in by it.
      if (!(await tellSignOut())) {
        setState({ step: 'signed-out', why: unheard });
        setTimeout(() => void start(), signOutPause.again);
        return;
      }
      await forgetSession();
      setState({ step: 'signed-out' });
    }
    if (token !== undefined) return signIn(token);
    const kept = await readKept();
    if (kept) show(kept);
    const asked = ends;
    try {
      await refresh();
    } catch (error) {
      if (asked !== ends) return;
      const why = told(error);
      if (why.status === 401) await signedOut(forgetSession);
      else if (!kept) setState({ step: 'signed-out', why });
    }
  };

  /** The gateway ended the session: somebody signed it out, here or elsewhere. */
  const ended = () => signedOut(forgetAll, problem(401, 'session-ended', 'You were signed out.'));

  return {
    state,
    apps,
    start,
    /** Asks again what may be opened; a session that ended leads to the sign-in page. */
    async renew() {
      const asked = ends;
      try {
        await refresh();
      } catch (error) {
        if (asked === ends && told(error).status === 401) await signedOut(forgetSession, ranOut);
      }
    },
    /** Forgets all that this browser keeps of the person; a gateway that does not answer is told when it does. */
    async signOut() {
      const heard = await tellSignOut();
      await signedOut(forgetAll, heard ? undefined : unheard);
      if (heard) return;
      await oweSignOut();
      setTimeout(() => void start(), signOutPause.again);
    },
    ended,
  };
}
export type PageSession = ReturnType<typeof createSession>;
