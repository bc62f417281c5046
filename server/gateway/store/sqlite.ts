/** The store on node:sqlite: one file, WAL, so that `porthole user` can write while the gateway runs. */
import { DatabaseSync, type SQLOutputValue } from 'node:sqlite';
import * as v from 'valibot';
import { User } from '../../../protocol/api.ts';
import { migrations } from './schema.ts';
import { EmailTaken, type Store } from './store.ts';

type Row = Record<string, SQLOutputValue>;
const UserRow = v.object({ ...User.entries, created: v.number() });
const TokenRow = v.object({
  purpose: v.picklist(['first-admin', 'sign-in']),
  user_id: v.nullable(v.string()),
  expires: v.number(),
  used: v.nullable(v.number()),
});
const SessionRow = v.object({ ...User.entries, created: v.number(), expires: v.number(), last_seen: v.number() });

/** Frames and tabs of one app keep a cookie each; older ones than this many are forgotten. */
const appSessionsKept = 16;

/** @throws Error when the file is of a newer Porthole, or cannot be opened. */
export function openStore(file: string): Store {
  const database = new DatabaseSync(file, { timeout: 5000, enableForeignKeyConstraints: true });
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;');
  migrate(database);

  const sql = (text: string) => database.prepare(text);
  const user = (row: Row | undefined) => (row === undefined ? undefined : v.parse(UserRow, row));
  const userById = sql('SELECT * FROM users WHERE id = ?');
  const userByEmail = sql('SELECT * FROM users WHERE email = ?');
  const allUsers = sql('SELECT * FROM users ORDER BY created, id');
  const insertUser = sql('INSERT INTO users (id, email, name, role, created) VALUES (?, ?, ?, ?, ?)');
  const deleteUser = sql('DELETE FROM users WHERE id = ?');
  const insertToken = sql('INSERT INTO tokens (hash, purpose, user_id, created, expires) VALUES (?, ?, ?, ?, ?)');
  const deleteFirstAdmin = sql("DELETE FROM tokens WHERE purpose = 'first-admin' AND used IS NULL");
  const forgetFirstAdmin = sql("DELETE FROM tokens WHERE purpose = 'first-admin' AND used IS NULL AND expires <= ?");
  const takeToken = sql('UPDATE tokens SET used = ?1 WHERE hash = ?2 AND used IS NULL AND expires > ?1 RETURNING *');
  const token = sql('SELECT * FROM tokens WHERE hash = ?');
  const insertSession = sql(
    'INSERT INTO sessions (hash, user_id, created, expires, last_seen) VALUES (?1, ?2, ?3, ?4, ?3)',
  );
  const liveSession = sql(
    `SELECT users.id, email, name, role, sessions.created, expires, last_seen
     FROM sessions JOIN users ON users.id = user_id WHERE hash = ? AND expires > ?`,
  );
  const touch = sql('UPDATE sessions SET last_seen = ?, expires = ? WHERE hash = ?');
  const deleteSession = sql('DELETE FROM sessions WHERE hash = ?');
  const insertApp = sql('INSERT INTO app_sessions (hash, session_hash, app_id, created) VALUES (?, ?, ?, ?)');
  const trimApps = sql(
    `DELETE FROM app_sessions WHERE session_hash = ?1 AND app_id = ?2 AND hash NOT IN
     (SELECT hash FROM app_sessions WHERE session_hash = ?1 AND app_id = ?2 ORDER BY created DESC, rowid DESC LIMIT ?3)`,
  );
  const appSession = sql('SELECT session_hash, app_id FROM app_sessions WHERE hash = ?');
  const purges = [sql('DELETE FROM sessions WHERE expires < ?'), sql('DELETE FROM tokens WHERE expires < ?')];

  return {
    async users() {
      return allUsers.all().map((row) => v.parse(UserRow, row));
    },
    async userByEmail(email) {
      return user(userByEmail.get(email));
    },
    async addUser({ id, email, name, role, created }) {
      transaction(database, () => {
        if (userByEmail.get(email)) throw new EmailTaken(email);
        insertUser.run(id, email, name, role, created);
      });
    },
    async removeUser(id) {
      return deleteUser.run(id).changes > 0;
    },
    async addToken({ hash, purpose, userId, created, expires }) {
      transaction(database, () => {
        if (purpose === 'first-admin') forgetFirstAdmin.run(created);
        insertToken.run(hash, purpose, userId ?? null, created, expires);
      });
    },
    async withdrawFirstAdmin() {
      deleteFirstAdmin.run();
    },
    async redeem(hash, now, firstAdmin) {
      return transaction(database, () => {
        const taken = takeToken.get(now, hash);
        if (!taken) {
          const known = token.get(hash);
          if (!known) return { refused: 'unknown' };
          return { refused: v.parse(TokenRow, known).used === null ? 'expired' : 'used' };
        }
        const { purpose, user_id: userId } = v.parse(TokenRow, taken);
        if (purpose === 'first-admin') {
          deleteFirstAdmin.run();
          const { id, email, name, role, created } = firstAdmin;
          // The address is only a name to begin with: somebody else may have it by now.
          const free = userByEmail.get(email) ? `${id}-${email}` : email;
          insertUser.run(id, free, name, role, created);
        }
        return { user: v.parse(User, userById.get(purpose === 'first-admin' ? firstAdmin.id : userId)) };
      });
    },
    async addSession({ hash, userId, created, expires }) {
      insertSession.run(hash, userId, created, expires);
    },
    async session(hash, now) {
      const row = liveSession.get(hash, now);
      if (!row) return undefined;
      const { created, expires, last_seen: lastSeen, ...of } = v.parse(SessionRow, row);
      return { hash, user: of, created, expires, lastSeen };
    },
    async touchSession(hash, lastSeen, expires) {
      touch.run(lastSeen, expires, hash);
    },
    async removeSession(hash) {
      deleteSession.run(hash);
    },
    async addAppSession({ hash, sessionHash, appId, created }) {
      transaction(database, () => {
        insertApp.run(hash, sessionHash, appId, created);
        trimApps.run(sessionHash, appId, appSessionsKept);
      });
    },
    async appSession(hash) {
      const row = appSession.get(hash);
      return row ? { sessionHash: String(row['session_hash']), appId: String(row['app_id']) } : undefined;
    },
    async purge(before) {
      for (const statement of purges) statement.run(before);
    },
    async close() {
      database.close();
    },
  };
}

function transaction<T>(database: DatabaseSync, work: () => T): T {
  database.exec('BEGIN IMMEDIATE');
  try {
    const result = work();
    database.exec('COMMIT');
    return result;
  } catch (error) {
    database.exec('ROLLBACK');
    throw error;
  }
}

function migrate(database: DatabaseSync): void {
  transaction(database, () => {
    const taken = Number(database.prepare('PRAGMA user_version').get()?.['user_version']);
    if (taken > migrations.length) throw new Error('The database was made by a newer Porthole: update this one.');
    for (const step of migrations.slice(taken)) database.exec(step);
    database.exec(`PRAGMA user_version = ${migrations.length}`);
  });
}
