-- Secrets of this installation that belong to no shop, such as the marketplace app's.
CREATE TABLE app_secret (
    name   TEXT PRIMARY KEY,
    sealed TEXT NOT NULL,
    at     INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Where our marketplace app is installed, with the pair of tokens. class: 0 sub-account, 1 agency.
-- via: the agency's installation from which tokens of a sub-account are made.
-- state: 0 active, 1 refused (a person must connect again), 2 uninstalled.
-- generation counts the pairs: a new one replaces exactly the one that it was obtained with.
-- asked_at: a new pair was asked for and is not stored yet (0: none is awaited).
CREATE TABLE installation (
    id           INTEGER PRIMARY KEY,
    class        INTEGER NOT NULL,
    account      TEXT NOT NULL,
    company      TEXT,
    name         TEXT,
    client_id    TEXT NOT NULL,
    via          INTEGER REFERENCES installation (id) ON DELETE SET NULL,
    state        INTEGER NOT NULL,
    problem      TEXT,
    scopes       TEXT NOT NULL,
    generation   INTEGER NOT NULL,
    sealed       TEXT,
    obtained_at  INTEGER NOT NULL,
    access_ends  INTEGER NOT NULL,
    refresh_ends INTEGER NOT NULL,
    asked_at     INTEGER NOT NULL,
    installed_at INTEGER NOT NULL,
    ended_at     INTEGER NOT NULL DEFAULT 0,
    UNIQUE (class, account)
) STRICT;

-- One-time links to the install page, and the states of people who are on it. Tokens are kept as digests only.
-- shop: the shop to connect; none for an agency. browser: digest of the cookie that must come back; none for links.
CREATE TABLE install_ticket (
    digest     TEXT PRIMARY KEY,
    is_link    INTEGER NOT NULL,
    link       TEXT,
    shop       INTEGER REFERENCES shop (id) ON DELETE CASCADE,
    writes     INTEGER NOT NULL,
    browser    TEXT,
    expires_at INTEGER NOT NULL,
    used_at    INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;
