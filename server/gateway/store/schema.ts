/** The database's shape, as the steps that lead to it: `user_version` says how many were taken. Only ever append. */
export const migrations: readonly string[] = [
  `
  CREATE TABLE users (
    id TEXT PRIMARY KEY,
    email TEXT NOT NULL UNIQUE COLLATE NOCASE,
    name TEXT NOT NULL,
    role TEXT NOT NULL CHECK (role IN ('admin', 'member', 'demo')),
    created INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE sessions (
    hash TEXT PRIMARY KEY,
    user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    created INTEGER NOT NULL,
    expires INTEGER NOT NULL,
    last_seen INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX sessions_user ON sessions (user_id);
  CREATE TABLE tokens (
    hash TEXT PRIMARY KEY,
    purpose TEXT NOT NULL CHECK (purpose IN ('first-admin', 'sign-in')),
    user_id TEXT REFERENCES users (id) ON DELETE CASCADE,
    created INTEGER NOT NULL,
    expires INTEGER NOT NULL,
    used INTEGER,
    CHECK ((purpose = 'sign-in') = (user_id IS NOT NULL))
  ) STRICT;
  CREATE INDEX tokens_user ON tokens (user_id);
  CREATE TABLE app_sessions (
    hash TEXT PRIMARY KEY,
    session_hash TEXT NOT NULL REFERENCES sessions (hash) ON DELETE CASCADE,
    app_id TEXT NOT NULL,
    created INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX app_sessions_session ON app_sessions (session_hash, app_id);
  `,
];
