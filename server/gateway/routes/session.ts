/** Signing in and out. */
import { Session as SessionReply, SignIn } from '../../../protocol/api.ts';
import { ProblemError } from '../http/problems.ts';
import { log } from '../log.ts';
import { everyRole } from '../policy/who.ts';
import type { CookiePolicy } from '../sessions/cookies.ts';
import type { SignInLimit } from '../sessions/limits.ts';
import { hardExpiry, type Session, type Sessions } from '../sessions/sessions.ts';
import { bodyOf, json, type Route, sessionOf } from './route.ts';

const reply = ({ user, expires }: Pick<Session, 'user' | 'expires'>) => ({ user, expires });

export function sessionRoutes({
  sessions,
  cookies,
  limit,
}: {
  sessions: Sessions;
  cookies: CookiePolicy;
  limit: SignInLimit;
}): Route[] {
  const cookie = (value: string, seconds: number) =>
    `${cookies.session}=${value}; Max-Age=${seconds}${cookies.sessionAttributes}`;
  const path = '/api/session';
  return [
    {
      host: 'shell',
      method: 'GET',
      path,
      who: everyRole,
      summary: 'Who is signed in',
      reply: SessionReply,
      handler: (call) => json(reply(sessionOf(call))),
    },
    {
      host: 'shell',
      method: 'POST',
      path,
      who: 'public',
      summary: 'Sign in with a one-time token',
      request: SignIn,
      reply: SessionReply,
      handler: async (call) => {
        await limit.check(call.client);
        const { token } = await bodyOf(call, SignIn);
        const before = await sessions.find(call.incoming.headers.cookie);
        try {
          const { secret, user, expires } = await sessions.signIn(token);
          if (before) await sessions.end(before.hash);
          log(`${user.email} signed in from ${call.client.address}`);
          return json(reply({ user, expires }), 200, { 'set-cookie': cookie(secret, hardExpiry / 1000) });
        } catch (error) {
          if (error instanceof ProblemError) {
            await limit.failed(call.client);
            log(`a sign-in from ${call.client.address} failed`, error);
          }
          throw error;
        }
      },
    },
    {
      host: 'shell',
      method: 'DELETE',
      path,
      who: everyRole,
      summary: 'Sign out: what the session holds open is closed',
      status: 204,
      handler: async (call) => {
        await sessions.end(sessionOf(call).hash);
        return new Response(null, { status: 204, headers: { 'set-cookie': cookie('', 0) } });
      },
    },
  ];
}
