-- How many links a shop has and how far they agree, counted by each poll and for every page that shows all shops, without
-- reading the links themselves: SQLite looks at the condition once more, so that it has to be in the index.
CREATE INDEX link_counted ON link (shop, kind, fields, agree, held, broken_at) WHERE broken_at IS NULL;
