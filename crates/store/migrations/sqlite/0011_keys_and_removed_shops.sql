-- How the master key is made out of a passphrase: algorithm, costs and salt, none of them secret. No row where the
-- master key lies in a file or in the environment.
CREATE TABLE key_derivation (
    id   INTEGER PRIMARY KEY CHECK (id = 1),
    text TEXT NOT NULL,
    at   INTEGER NOT NULL
) STRICT;

-- A removed shop whose journal is kept. Its name is then its former one with its number behind an @, so that the
-- name is free again.
ALTER TABLE shop ADD COLUMN removed_at INTEGER;
