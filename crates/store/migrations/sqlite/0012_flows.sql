-- What changed at the vendors, in the order in which it was seen; written in the transaction that saves the snapshot,
-- so that every change is here exactly once. before, after: the record as JSON; empty where it was not there, or is
-- gone. event: the vendor's own event, where the sighting is nothing but that. cause: who changed it, as JSON.
CREATE TABLE sighting (
    id     INTEGER PRIMARY KEY AUTOINCREMENT,
    shop   INTEGER NOT NULL REFERENCES shop (id) ON DELETE CASCADE,
    source TEXT NOT NULL,
    record TEXT NOT NULL,
    event  TEXT,
    before TEXT,
    after  TEXT,
    cause  TEXT NOT NULL,
    at     INTEGER NOT NULL
) STRICT;
CREATE INDEX sighting_shop ON sighting (shop, id);
CREATE INDEX sighting_record ON sighting (shop, source, record, id);
CREATE INDEX sighting_at ON sighting (shop, at);

-- Snapshots from before this version lack what flows need: until a kind was read completely once more, what differs from
-- them is no news.
INSERT INTO cursor (shop, source, value, at)
SELECT id, 'sightings', 'null', CAST(strftime('%s', 'now') AS INTEGER) * 1000000 FROM shop;

-- Snapshots of what flows watch beside the synced kinds: invoices, estimates, reminders and so on.
CREATE TABLE watched (
    shop    INTEGER NOT NULL REFERENCES shop (id) ON DELETE CASCADE,
    source  TEXT NOT NULL,
    record  TEXT NOT NULL,
    body    TEXT NOT NULL,
    seen_at INTEGER NOT NULL,
    PRIMARY KEY (shop, source, record)
) STRICT, WITHOUT ROWID;

-- Since when a record has been as it is, in one respect (`status`).
CREATE TABLE since (
    shop   INTEGER NOT NULL REFERENCES shop (id) ON DELETE CASCADE,
    source TEXT NOT NULL,
    record TEXT NOT NULL,
    what   TEXT NOT NULL,
    at     INTEGER NOT NULL,
    PRIMARY KEY (shop, source, record, what)
) STRICT, WITHOUT ROWID;

-- Flows. live, draft: numbers of versions; a draft runs beside the live one without writing. active_from: what
-- happened before is history to it. paused_why: it was stopped by itself.
CREATE TABLE flow (
    shop        INTEGER NOT NULL REFERENCES shop (id) ON DELETE CASCADE,
    id          TEXT NOT NULL,
    enabled     INTEGER NOT NULL,
    live        INTEGER NOT NULL,
    draft       INTEGER,
    recipe      TEXT,
    active_from INTEGER NOT NULL,
    paused_why  TEXT,
    created_at  INTEGER NOT NULL,
    PRIMARY KEY (shop, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE flow_version (
    shop     INTEGER NOT NULL,
    flow     TEXT NOT NULL,
    number   INTEGER NOT NULL,
    document TEXT NOT NULL,
    at       INTEGER NOT NULL,
    PRIMARY KEY (shop, flow, number),
    FOREIGN KEY (shop, flow) REFERENCES flow (shop, id) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

-- A recipe that was installed, with what it was told, and what the rules said before.
CREATE TABLE recipe (
    shop    INTEGER NOT NULL REFERENCES shop (id) ON DELETE CASCADE,
    id      TEXT NOT NULL,
    answers TEXT NOT NULL,
    before  TEXT NOT NULL,
    at      INTEGER NOT NULL,
    PRIMARY KEY (shop, id)
) STRICT, WITHOUT ROWID;

-- Flows at work. mode: live, shadow, test. state: ready, waiting, asking, held, sent (a call is under way or its
-- outcome is not known), done, not_needed, failed, stopped. key: the occurrence; a flow runs once for it. act: the call under way;
-- acts: all that wrote or would have, to compare drafts by.
CREATE TABLE flow_run (
    id          TEXT PRIMARY KEY,
    shop        INTEGER NOT NULL REFERENCES shop (id) ON DELETE CASCADE,
    flow        TEXT NOT NULL,
    version     INTEGER NOT NULL,
    mode        TEXT NOT NULL,
    key         TEXT NOT NULL,
    source      TEXT NOT NULL,
    record      TEXT NOT NULL,
    occurrence  TEXT NOT NULL,
    state       TEXT NOT NULL,
    run         TEXT NOT NULL DEFAULT 'null',
    act         TEXT,
    acts        TEXT NOT NULL DEFAULT '[]',
    question    TEXT,
    answer      TEXT,
    allowed     INTEGER NOT NULL DEFAULT 0,
    why         TEXT,
    due_at      INTEGER NOT NULL,
    attempt     INTEGER NOT NULL DEFAULT 0,
    created_at  INTEGER NOT NULL,
    finished_at INTEGER,
    UNIQUE (shop, flow, mode, key)
) STRICT;
CREATE INDEX flow_run_due ON flow_run (shop, due_at, id) WHERE state IN ('ready', 'waiting', 'asking', 'sent');
CREATE INDEX flow_run_flow ON flow_run (shop, flow, created_at);
CREATE INDEX flow_run_record ON flow_run (shop, flow, source, record, created_at);
CREATE INDEX flow_run_finished ON flow_run (shop, finished_at) WHERE finished_at IS NOT NULL;

CREATE TABLE flow_step (
    run     TEXT NOT NULL REFERENCES flow_run (id) ON DELETE CASCADE,
    number  INTEGER NOT NULL,
    step    TEXT NOT NULL,
    input   TEXT NOT NULL,
    output  TEXT NOT NULL,
    outcome TEXT NOT NULL,
    at      INTEGER NOT NULL,
    PRIMARY KEY (run, number)
) STRICT, WITHOUT ROWID;

-- What a flow does once in a while for somebody: which run did so last, and when.
CREATE TABLE flow_once (
    shop INTEGER NOT NULL REFERENCES shop (id) ON DELETE CASCADE,
    flow TEXT NOT NULL,
    key  TEXT NOT NULL,
    run  TEXT NOT NULL,
    at   INTEGER NOT NULL,
    PRIMARY KEY (shop, flow, key)
) STRICT, WITHOUT ROWID;

-- Calls of flows that wrote something, by the records that they named or made: what is seen of these afterwards is
-- recognised by its values. chain: the flows that led to the call, as JSON.
CREATE TABLE flow_act (
    shop   INTEGER NOT NULL REFERENCES shop (id) ON DELETE CASCADE,
    record TEXT NOT NULL,
    run    TEXT NOT NULL,
    step   TEXT NOT NULL,
    operation TEXT NOT NULL,
    chain  TEXT NOT NULL,
    input  TEXT NOT NULL,
    emptied INTEGER NOT NULL DEFAULT 0,
    made   INTEGER NOT NULL,
    at     INTEGER NOT NULL,
    PRIMARY KEY (shop, record, run, step)
) STRICT, WITHOUT ROWID;
CREATE INDEX flow_act_at ON flow_act (shop, at);
