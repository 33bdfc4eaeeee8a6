-- Records that a person said are left alone: they are kept here, and neither they nor a counterpart are written.
CREATE TABLE left_alone (
    shop   INTEGER NOT NULL REFERENCES shop (id) ON DELETE CASCADE,
    side   INTEGER NOT NULL,
    kind   INTEGER NOT NULL,
    record TEXT NOT NULL,
    at     INTEGER NOT NULL,
    PRIMARY KEY (shop, side, kind, record)
) STRICT, WITHOUT ROWID;
