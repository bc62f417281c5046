/**
 * What the gateway keeps: users, sessions, one-time tokens, app sessions. Everything secret comes as its hash.
 * Promises, so that a server can stand behind it where there are several boxes.
 */
import type { User } from '../../../protocol/api.ts';

/** Times are Unix ms. */
export type UserRecord = User & { created: number };

export interface SessionRecord {
  hash: string;
  user: User;
  created: number;
  expires: number;
  lastSeen: number;
}

export interface AppSessionRecord {
  sessionHash: string;
  appId: string;
}

export type TokenPurpose = 'first-admin' | 'sign-in';
export type TokenRefusal = 'unknown' | 'used' | 'expired';

export class EmailTaken extends Error {}

export interface Store {
  users(): Promise<UserRecord[]>;
  /** Letters' case does not matter. */
  userByEmail(email: string): Promise<UserRecord | undefined>;
  /** @throws EmailTaken */
  addUser(user: UserRecord): Promise<void>;
  /** Their sessions and tokens go with them. False: there was none. */
  removeUser(id: string): Promise<boolean>;

  /** Several first-admin tokens may be open; the first that is redeemed voids the others. */
  addToken(token: {
    hash: string;
    purpose: TokenPurpose;
    userId?: string;
    created: number;
    expires: number;
  }): Promise<void>;
  /** Voids all that are open. */
  withdrawFirstAdmin(): Promise<void>;
  /**
   * Uses the token up and gives its user, at once or not at all: of two at a time one wins.
   * A first-admin token makes `firstAdmin` the user.
   */
  redeem(hash: string, now: number, firstAdmin: UserRecord): Promise<{ user: User } | { refused: TokenRefusal }>;

  addSession(session: { hash: string; userId: string; created: number; expires: number }): Promise<void>;
  /** `undefined`: unknown, ended, or expired at `now`. */
  session(hash: string, now: number): Promise<SessionRecord | undefined>;
  touchSession(hash: string, lastSeen: number, expires: number): Promise<void>;
  removeSession(hash: string): Promise<void>;

  /** Ends with its session. */
  addAppSession(app: { hash: string; created: number } & AppSessionRecord): Promise<void>;
  appSession(hash: string): Promise<AppSessionRecord | undefined>;

  /** Forgets what expired before `before`. */
  purge(before: number): Promise<void>;
  close(): Promise<void>;
}
