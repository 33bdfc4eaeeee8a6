-- An event is known once it was looked at. What waits is not held against what is known, nor against itself: it is
-- kept at the end of the table, and costs the same however much waits.
DROP INDEX webhook_event;
CREATE UNIQUE INDEX webhook_event ON webhook (event) WHERE state = 1;
