-- What vendors told us, kept before it is acknowledged. A webhook is a hint that a record may have changed; the
-- record itself is looked at later. event: 16 bytes that are the same for the same event, unique for as long as
-- the row is kept. kind, record, parent: what to look at; empty where the event names no record of ours.
-- state: 0 waits, 1 looked at (its body is dropped then).
CREATE TABLE webhook (
    id          INTEGER PRIMARY KEY,
    shop        INTEGER NOT NULL REFERENCES shop (id) ON DELETE CASCADE,
    side        INTEGER NOT NULL,
    event       BLOB NOT NULL,
    what        TEXT NOT NULL,
    kind        INTEGER,
    record      TEXT,
    parent      TEXT,
    body        BLOB NOT NULL,
    received_at INTEGER NOT NULL,
    state       INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE UNIQUE INDEX webhook_event ON webhook (event);
CREATE INDEX webhook_waiting ON webhook (shop, id) WHERE state = 0;

-- How many webhooks came, and how changes were found: by webhook, or by a poll although no webhook had told.
CREATE TABLE webhook_count (
    shop     INTEGER NOT NULL REFERENCES shop (id) ON DELETE CASCADE,
    side     INTEGER NOT NULL,
    received INTEGER NOT NULL DEFAULT 0,
    told     INTEGER NOT NULL DEFAULT 0,
    missed   INTEGER NOT NULL DEFAULT 0,
    last_at  INTEGER,
    PRIMARY KEY (shop, side)
) STRICT, WITHOUT ROWID;

-- lane: 0 a person waits, 1 a change that just happened, 2 history. Of what is due the lower number goes first.
ALTER TABLE intent ADD COLUMN lane INTEGER NOT NULL DEFAULT 2;
DROP INDEX intent_due;
CREATE INDEX intent_due ON intent (shop, state, side, lane, kind, not_before, id);

-- People know tickets and customers by the counter's numbers.
CREATE INDEX record_reference ON record (shop, kind, json_extract(body, '$.reference'))
    WHERE side = 1 AND json_extract(body, '$.reference') IS NOT NULL;
