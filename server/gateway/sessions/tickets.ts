/** The way from the shell into an app's own origin: a ticket, good once and for 30 s, then a cookie of that host. */
import type { Role } from '../../../protocol/manifest.ts';
import type { Store } from '../store/store.ts';
import { cookieValues } from './cookies.ts';
import { hashed, newSecret } from './secrets.ts';
import type { Session, Sessions } from './sessions.ts';

const ticketLife = 30_000;
/** Open tickets at most: the oldest go first. */
const most = 10_000;

interface Ticket {
  sessionHash: string;
  appId: string;
  expires: number;
}

export class Tickets {
  readonly #store: Store;
  readonly #sessions: Sessions;
  readonly #cookie: string;
  /** By hash, oldest first. In memory: one that a restart loses is asked for again. */
  readonly #open = new Map<string, Ticket>();

  constructor(store: Store, sessions: Sessions, of: { cookie: string }) {
    this.#store = store;
    this.#sessions = sessions;
    this.#cookie = of.cookie;
  }

  issue(sessionHash: string, appId: string): string {
    const now = Date.now();
    for (const [hash, { expires }] of this.#open) {
      if (expires > now && this.#open.size < most) break;
      this.#open.delete(hash);
    }
    const secret = newSecret();
    this.#open.set(hashed(secret), { sessionHash, appId, expires: now + ticketLife });
    return secret;
  }

  /** The app cookie's value for a good ticket. */
  async enter(secret: string, appId: string, roles: readonly Role[]): Promise<string | undefined> {
    const hash = hashed(secret);
    const ticket = this.#open.get(hash);
    this.#open.delete(hash);
    if (!ticket || ticket.expires <= Date.now() || ticket.appId !== appId) return undefined;
    const session = await this.#sessions.byHash(ticket.sessionHash);
    if (!session || !roles.includes(session.user.role)) return undefined;
    const value = newSecret();
    await this.#store.addAppSession({ hash: hashed(value), sessionHash: session.hash, appId, created: Date.now() });
    return value;
  }

  /** Whose request to the app `appId` this is, by its Cookie header. */
  async find(cookies: string | undefined, appId: string): Promise<Session | undefined> {
    for (const value of cookieValues(cookies, this.#cookie)) {
      const app = await this.#store.appSession(hashed(value));
      const session = app?.appId === appId ? await this.#sessions.byHash(app.sessionHash) : undefined;
      if (session) return session;
    }
    return undefined;
  }
}
