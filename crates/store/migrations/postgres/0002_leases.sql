-- Which processes are at work on this database, and what each of them holds. Not logged: after a crash of the server
-- all of it is gone, which is as if every process had lost what it held.

CREATE UNLOGGED TABLE process (
    id TEXT NOT NULL PRIMARY KEY,
    -- By the server's clock. A process says again and again that it lives; one that does not has lost what it held.
    lives_until TIMESTAMPTZ NOT NULL,
    -- Whether it takes shops, and what people are told of it.
    serves BOOLEAN NOT NULL DEFAULT FALSE,
    name TEXT NOT NULL DEFAULT '',
    version TEXT NOT NULL DEFAULT '',
    address TEXT NOT NULL DEFAULT '',
    since TIMESTAMPTZ NOT NULL DEFAULT clock_timestamp()
);

-- A number is given out once: who holds a lease with a smaller one has lost it.
CREATE SEQUENCE lease_fence;
CREATE UNLOGGED TABLE lease (
    name TEXT NOT NULL PRIMARY KEY,
    holder TEXT NOT NULL,
    fence BIGINT NOT NULL
);
CREATE INDEX lease_holder ON lease (holder);
