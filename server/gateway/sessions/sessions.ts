/**
 * Sign-ins. A session lasts 30 days from when it was last used, and 90 days at most. The cookie carries a random
 * secret, the store its hash; signing in always makes a new one.
 */
import type { User } from '../../../protocol/api.ts';
import { refuse } from '../http/problems.ts';
import type { SessionRecord, Store, TokenRefusal } from '../store/store.ts';
import { cookieValues } from './cookies.ts';
import type { Live } from './live.ts';
import { hashed, newSecret, newUserId } from './secrets.ts';

const day = 24 * 60 * 60 * 1000;
export const softExpiry = 30 * day;
export const hardExpiry = 90 * day;
const tokenExpiry = day;
/** How much older `lastSeen` must be before it is written again. */
const touchAfter = 60 * 60 * 1000;
/** A used or expired token is remembered this long, to be able to say so. */
const remembered = 30 * day;

export type Session = SessionRecord;

const refusals: Record<TokenRefusal, [title: string, why: string]> = {
  unknown: ['This sign-in link is not one of this box.', 'It may have been cut off or replaced by another.'],
  used: ['This sign-in link was already used.', 'Each link signs in once.'],
  expired: ['This sign-in link is too old.', 'A link is good for 24 hours.'],
};
const newLink = 'Ask for a new one on the box: porthole user link EMAIL.';
/** Where there is no user whom a link could be for. */
const newStart = 'Start Porthole again: it prints a new one.';

export class Sessions {
  readonly #store: Store;
  readonly #live: Live;
  readonly #cookie: string;
  readonly #firstAdminEmail: string;

  constructor(store: Store, live: Live, of: { cookie: string; firstAdminEmail: string }) {
    this.#store = store;
    this.#live = live;
    this.#cookie = of.cookie;
    this.#firstAdminEmail = of.firstAdminEmail;
  }

  /** Whose request this is, by its Cookie header; counts as use. */
  async find(cookies: string | undefined): Promise<Session | undefined> {
    for (const secret of cookieValues(cookies, this.#cookie)) {
      const session = await this.byHash(hashed(secret));
      if (session) return session;
    }
    return undefined;
  }

  /** As `find`, for what refers to a session by its hash. */
  async byHash(hash: string): Promise<Session | undefined> {
    const now = Date.now();
    const session = await this.#store.session(hash, now);
    if (!session || now - session.lastSeen < touchAfter) return session;
    const expires = Math.min(now + softExpiry, session.created + hardExpiry);
    await this.#store.touchSession(hash, now, expires);
    return { ...session, lastSeen: now, expires };
  }

  /** Trades a one-time token for a session. The secret is for the cookie and kept nowhere. @throws ProblemError */
  async signIn(token: string): Promise<{ secret: string; user: User; expires: number }> {
    const now = Date.now();
    const firstAdmin = {
      id: newUserId(),
      email: this.#firstAdminEmail,
      name: 'Administrator',
      role: 'admin' as const,
      created: now,
    };
    const redeemed = await this.#store.redeem(hashed(token), now, firstAdmin);
    if ('refused' in redeemed) {
      const [title, why] = refusals[redeemed.refused];
      const wayOut = (await this.#store.users()).length === 0 ? newStart : newLink;
      throw refuse(401, `token-${redeemed.refused}`, title, `${why} ${wayOut}`);
    }
    const secret = newSecret();
    const expires = now + softExpiry;
    await this.#store.addSession({ hash: hashed(secret), userId: redeemed.user.id, created: now, expires });
    await this.#store.purge(now - remembered);
    return { secret, user: redeemed.user, expires };
  }

  /** Ends it and closes what it holds open. */
  async end(hash: string): Promise<void> {
    await this.#store.removeSession(hash);
    this.#live.end(hash);
  }
}

/** A new one-time sign-in address of the shell for this user. The token is in the fragment: no server's log sees it. */
export async function signInLink(store: Store, shell: string, userId: string): Promise<string> {
  return link(shell, await newToken(store, 'sign-in', userId));
}

/**
 * The address that makes its first visitor the first administrator. Those printed before stay good until one is used:
 * a gateway that is started again must not void what the person has before them.
 */
export async function firstAdminLink(store: Store, shell: string): Promise<string> {
  return link(shell, await newToken(store, 'first-admin'));
}

const link = (shell: string, token: string) => `${shell}/#token=${token}`;

async function newToken(store: Store, purpose: 'sign-in' | 'first-admin', userId?: string): Promise<string> {
  const secret = newSecret();
  const created = Date.now();
  await store.addToken({
    hash: hashed(secret),
    purpose,
    created,
    expires: created + tokenExpiry,
    ...(userId === undefined ? {} : { userId }),
  });
  return secret;
}
