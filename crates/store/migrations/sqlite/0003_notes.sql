-- Contacts whose notes are looked at. due: how often somebody said that they may have changed; seen: how many
-- of these calls the last look answered; a look is due while due > seen. open: open tickets at the last look.
-- held: tickets whose notes are held back. again_at: when a rule about age may fire.
CREATE TABLE note_watch (
    shop       INTEGER NOT NULL REFERENCES shop (id) ON DELETE CASCADE,
    contact    TEXT NOT NULL,
    due        INTEGER NOT NULL DEFAULT 0,
    seen       INTEGER NOT NULL DEFAULT 0,
    checked_at INTEGER NOT NULL DEFAULT 0,
    open       INTEGER NOT NULL DEFAULT 0,
    held       INTEGER NOT NULL DEFAULT 0,
    again_at   INTEGER,
    PRIMARY KEY (shop, contact)
) STRICT, WITHOUT ROWID;

-- Which notes were told to which ticket, or to which customer's custom field, and as what text.
CREATE TABLE told (
    shop        INTEGER NOT NULL REFERENCES shop (id) ON DELETE CASCADE,
    place       TEXT NOT NULL,
    note        TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    comment     TEXT,
    at          INTEGER NOT NULL,
    PRIMARY KEY (shop, place, note)
) STRICT, WITHOUT ROWID;
CREATE INDEX told_comment ON told (shop, comment) WHERE comment IS NOT NULL;

-- Tickets whose comments are looked at. due: the second of the last change known; seen: of the one answered.
CREATE TABLE comment_watch (
    shop   INTEGER NOT NULL REFERENCES shop (id) ON DELETE CASCADE,
    ticket TEXT NOT NULL,
    due    INTEGER NOT NULL DEFAULT 0,
    seen   INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (shop, ticket)
) STRICT, WITHOUT ROWID;

-- Comments that became notes.
CREATE TABLE told_back (
    shop    INTEGER NOT NULL REFERENCES shop (id) ON DELETE CASCADE,
    comment TEXT NOT NULL,
    note    TEXT,
    at      INTEGER NOT NULL,
    PRIMARY KEY (shop, comment)
) STRICT, WITHOUT ROWID;

-- Since when a rule about notes stands as it is: older notes are history to it.
CREATE TABLE note_rule (
    shop         INTEGER NOT NULL REFERENCES shop (id) ON DELETE CASCADE,
    rule         TEXT NOT NULL,
    content      TEXT NOT NULL,
    activated_at INTEGER NOT NULL,
    PRIMARY KEY (shop, rule)
) STRICT, WITHOUT ROWID;

-- A rule fires once for a note.
CREATE TABLE fired (
    shop INTEGER NOT NULL REFERENCES shop (id) ON DELETE CASCADE,
    rule TEXT NOT NULL,
    note TEXT NOT NULL,
    at   INTEGER NOT NULL,
    PRIMARY KEY (shop, rule, note)
) STRICT, WITHOUT ROWID;
