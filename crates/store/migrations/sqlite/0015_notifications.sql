-- How somebody is told of what needs a person, without what is secret of it: that lies in app_secret.
CREATE TABLE notification_settings (
    id    INTEGER PRIMARY KEY CHECK (id = 1),
    value TEXT    NOT NULL,
    at    INTEGER NOT NULL
) STRICT;

-- What is remembered of a shop: since when something stands, and what was told of it.
CREATE TABLE notification_told (
    shop  INTEGER PRIMARY KEY REFERENCES shop (id) ON DELETE CASCADE,
    value TEXT    NOT NULL
) STRICT;

-- What is to be sent. Written together with what is remembered as told, so that a crash loses nothing.
CREATE TABLE notice (
    id         TEXT    PRIMARY KEY,
    way        TEXT    NOT NULL,
    content    TEXT    NOT NULL,
    made_at    INTEGER NOT NULL,
    attempts   INTEGER NOT NULL DEFAULT 0,
    -- When it is tried next; nothing where it was sent or given up.
    next_at    INTEGER,
    sent_at    INTEGER,
    failure    TEXT
) STRICT, WITHOUT ROWID;
CREATE INDEX notice_due ON notice (next_at) WHERE next_at IS NOT NULL;
CREATE INDEX notice_by_way ON notice (way, made_at);

-- What came of a way the last time that it was used.
CREATE TABLE notification_way (
    way       TEXT    PRIMARY KEY,
    sent_at   INTEGER,
    failed_at INTEGER,
    failure   TEXT
) STRICT, WITHOUT ROWID;
