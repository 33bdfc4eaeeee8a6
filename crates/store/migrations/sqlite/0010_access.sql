-- People who may use the dashboard. Times are integer microseconds since 1970 (UTC), as everywhere.
-- password: an Argon2id hash; nothing while only a set-up link was made.
CREATE TABLE dashboard_user (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    name        TEXT NOT NULL UNIQUE COLLATE NOCASE,
    role        TEXT NOT NULL,
    password    TEXT,
    created_at  INTEGER NOT NULL,
    disabled_at INTEGER
) STRICT;

-- token: SHA-256 of the cookie's value. address: the network from which somebody signed in.
CREATE TABLE session (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    token      BLOB NOT NULL UNIQUE,
    user_id    INTEGER NOT NULL REFERENCES dashboard_user (id) ON DELETE CASCADE,
    created_at INTEGER NOT NULL,
    seen_at    INTEGER NOT NULL,
    ended_at   INTEGER,
    address    TEXT NOT NULL,
    agent      TEXT NOT NULL
) STRICT;
CREATE INDEX session_user ON session (user_id, address);

CREATE TABLE api_token (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    token      BLOB NOT NULL UNIQUE,
    name       TEXT NOT NULL UNIQUE COLLATE NOCASE,
    scopes     TEXT NOT NULL,
    created_by TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    used_at    INTEGER,
    revoked_at INTEGER
) STRICT;

-- Links by which somebody sets a password, once. user_id: whose; nothing for the first owner.
CREATE TABLE setup_link (
    token      BLOB PRIMARY KEY,
    user_id    INTEGER UNIQUE REFERENCES dashboard_user (id) ON DELETE CASCADE,
    expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Wrong passwords, counted. key: a digest, since people type passwords where their name belongs.
CREATE TABLE login_attempt (
    key      BLOB PRIMARY KEY,
    failures INTEGER NOT NULL,
    last_at  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX login_attempt_last ON login_attempt (last_at);

-- Who did what. Only ever added to.
CREATE TABLE audit (
    id      INTEGER PRIMARY KEY AUTOINCREMENT,
    at      INTEGER NOT NULL,
    who     TEXT NOT NULL,
    via     TEXT NOT NULL,
    what    TEXT NOT NULL,
    target  TEXT,
    address TEXT
) STRICT;
CREATE TRIGGER audit_is_not_changed BEFORE UPDATE ON audit
BEGIN SELECT RAISE(ABORT, 'the audit log is only added to'); END;
CREATE TRIGGER audit_is_not_deleted BEFORE DELETE ON audit
BEGIN SELECT RAISE(ABORT, 'the audit log is only added to'); END;
