-- Times are integer microseconds since 1970 (UTC). side: 0 highlevel, 1 mygadgetrepairs.
-- kind: 0 contact, 1 task, 2 note, 3 appointment.

CREATE TABLE shop (
    id          INTEGER PRIMARY KEY,
    name        TEXT NOT NULL UNIQUE,
    location    TEXT NOT NULL,
    zone        TEXT,
    country     TEXT,
    paused      INTEGER NOT NULL DEFAULT 0,
    rules       TEXT NOT NULL,
    approved_at INTEGER,
    created_at  INTEGER NOT NULL
) STRICT;

-- What was learnt about a shop: capabilities, vocabularies, location settings. One JSON text per topic.
CREATE TABLE fact (
    shop  INTEGER NOT NULL REFERENCES shop (id) ON DELETE CASCADE,
    topic TEXT NOT NULL,
    value TEXT NOT NULL,
    at    INTEGER NOT NULL,
    PRIMARY KEY (shop, topic)
) STRICT, WITHOUT ROWID;

CREATE TABLE secret (
    shop        INTEGER NOT NULL REFERENCES shop (id) ON DELETE CASCADE,
    name        TEXT NOT NULL,
    sealed      TEXT NOT NULL,
    at          INTEGER NOT NULL,
    PRIMARY KEY (shop, name)
) STRICT, WITHOUT ROWID;

-- Sealed data keys, by version; the newest one seals.
CREATE TABLE data_key (
    version INTEGER PRIMARY KEY,
    sealed  TEXT NOT NULL,
    at      INTEGER NOT NULL
) STRICT;

-- Snapshots: the last state of every remote record.
-- written_at: when we last wrote it ourselves (0: never), to tell a stale search row from an edit.
-- state: 0 settled, 1 to be decided, 2 waits for its parent's link, 3 waits for a person.
CREATE TABLE record (
    shop        INTEGER NOT NULL REFERENCES shop (id) ON DELETE CASCADE,
    side        INTEGER NOT NULL,
    kind        INTEGER NOT NULL,
    id          TEXT NOT NULL,
    parent      TEXT,
    body        TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    changed_at  INTEGER NOT NULL DEFAULT 0,
    first_seen  INTEGER NOT NULL,
    fetched_at  INTEGER NOT NULL,
    written_at  INTEGER NOT NULL DEFAULT 0,
    sweep       INTEGER NOT NULL DEFAULT 0,
    state       INTEGER NOT NULL DEFAULT 1,
    gone        INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (shop, side, kind, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX record_unsettled ON record (shop, kind, side, id) WHERE state = 1;
CREATE INDEX record_waiting ON record (shop, side, parent) WHERE state = 2;
CREATE INDEX record_parked ON record (shop, side, kind, state, gone) WHERE state >= 2;
CREATE INDEX record_parent ON record (shop, side, kind, parent) WHERE parent IS NOT NULL;
CREATE INDEX record_unseen ON record (shop, side, kind, sweep, id) WHERE gone = 0;

-- Normalised keys of contacts, for matching.
CREATE TABLE identity_key (
    shop   INTEGER NOT NULL,
    what   TEXT NOT NULL,
    value  TEXT NOT NULL,
    side   INTEGER NOT NULL,
    record TEXT NOT NULL,
    PRIMARY KEY (shop, what, value, side, record)
) STRICT, WITHOUT ROWID;
CREATE INDEX identity_key_record ON identity_key (shop, side, record);

-- Pairs of records known to be the same thing, with the values on which both sides last agreed.
CREATE TABLE link (
    id          TEXT PRIMARY KEY,
    shop        INTEGER NOT NULL REFERENCES shop (id) ON DELETE CASCADE,
    kind        INTEGER NOT NULL,
    left_id     TEXT NOT NULL,
    right_id    TEXT NOT NULL,
    base        TEXT NOT NULL,
    withheld    TEXT NOT NULL DEFAULT '[]',
    reason      TEXT NOT NULL,
    fields      INTEGER NOT NULL DEFAULT 0,
    agree       INTEGER NOT NULL DEFAULT 0,
    held        INTEGER NOT NULL DEFAULT 0,
    broken_at   INTEGER,
    broken_why  TEXT,
    created_at  INTEGER NOT NULL,
    updated_at  INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX link_left ON link (shop, kind, left_id) WHERE broken_at IS NULL;
CREATE UNIQUE INDEX link_right ON link (shop, kind, right_id) WHERE broken_at IS NULL;
CREATE INDEX link_left_broken ON link (shop, kind, left_id) WHERE broken_at IS NOT NULL;
CREATE INDEX link_right_broken ON link (shop, kind, right_id) WHERE broken_at IS NOT NULL;
CREATE INDEX link_differs ON link (shop, kind) WHERE broken_at IS NULL AND agree < fields;

-- Pairs that a person said are different people.
CREATE TABLE apart (
    shop     INTEGER NOT NULL,
    left_id  TEXT NOT NULL,
    right_id TEXT NOT NULL,
    at       INTEGER NOT NULL,
    PRIMARY KEY (shop, left_id, right_id)
) STRICT, WITHOUT ROWID;

-- Durable remote writes. state: ready, sent, unknown, written, done, failed, held.
CREATE TABLE intent (
    id          TEXT PRIMARY KEY,
    shop        INTEGER NOT NULL REFERENCES shop (id) ON DELETE CASCADE,
    run         TEXT NOT NULL,
    side        INTEGER NOT NULL,
    kind        INTEGER NOT NULL,
    op          TEXT NOT NULL,
    target      TEXT,
    source      TEXT NOT NULL,
    payload     TEXT NOT NULL,
    state       TEXT NOT NULL,
    attempt     INTEGER NOT NULL DEFAULT 0,
    not_before  INTEGER NOT NULL DEFAULT 0,
    sent_at     INTEGER,
    code        TEXT,
    message     TEXT,
    created_at  INTEGER NOT NULL,
    finished_at INTEGER
) STRICT;
-- At most one open write for a source record and a side: the ground of "no duplicates".
CREATE UNIQUE INDEX intent_open ON intent (shop, side, kind, source)
    WHERE state IN ('ready', 'sent', 'unknown', 'written', 'failed', 'held');
CREATE INDEX intent_due ON intent (shop, state, side, kind, not_before, id);

-- Ambiguous matches and conflicts that a person decides.
CREATE TABLE review (
    id         INTEGER PRIMARY KEY,
    shop       INTEGER NOT NULL REFERENCES shop (id) ON DELETE CASCADE,
    what       TEXT NOT NULL,
    kind       INTEGER NOT NULL,
    side       INTEGER NOT NULL,
    record     TEXT NOT NULL,
    field      TEXT NOT NULL DEFAULT '',
    detail     TEXT NOT NULL,
    state      TEXT NOT NULL DEFAULT 'open',
    decision   TEXT,
    created_at INTEGER NOT NULL,
    decided_at INTEGER
) STRICT;
CREATE UNIQUE INDEX review_open ON review (shop, what, kind, side, record, field) WHERE state = 'open';

-- Append-only account of what was seen, decided and written.
CREATE TABLE journal (
    id          INTEGER PRIMARY KEY,
    shop        INTEGER NOT NULL REFERENCES shop (id) ON DELETE CASCADE,
    run         TEXT NOT NULL,
    at          INTEGER NOT NULL,
    event       TEXT NOT NULL,
    side        INTEGER,
    kind        INTEGER,
    record      TEXT,
    counterpart TEXT,
    detail      TEXT NOT NULL DEFAULT '{}'
) STRICT;
CREATE INDEX journal_record ON journal (shop, record, id);
CREATE INDEX journal_counterpart ON journal (shop, counterpart, id);
CREATE INDEX journal_shop ON journal (shop, id);

-- Where polling of a source stands.
CREATE TABLE cursor (
    shop   INTEGER NOT NULL REFERENCES shop (id) ON DELETE CASCADE,
    source TEXT NOT NULL,
    value  TEXT NOT NULL,
    at     INTEGER NOT NULL,
    PRIMARY KEY (shop, source)
) STRICT, WITHOUT ROWID;

-- What may still be asked of a vendor; survives restarts.
CREATE TABLE budget (
    shop  INTEGER NOT NULL REFERENCES shop (id) ON DELETE CASCADE,
    side  INTEGER NOT NULL,
    state TEXT NOT NULL,
    PRIMARY KEY (shop, side)
) STRICT, WITHOUT ROWID;

CREATE TABLE run (
    id          TEXT PRIMARY KEY,
    shop        INTEGER NOT NULL REFERENCES shop (id) ON DELETE CASCADE,
    started_at  INTEGER NOT NULL,
    finished_at INTEGER,
    phase       TEXT NOT NULL,
    summary     TEXT NOT NULL DEFAULT '{}'
) STRICT;
CREATE INDEX run_shop ON run (shop, started_at);
