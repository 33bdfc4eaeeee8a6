-- How many links a shop has and how far they agree, counted by each poll and for every page that shows all shops, without
-- reading the links themselves.
CREATE INDEX link_counted ON link (shop, kind, fields, agree, held) WHERE broken_at IS NULL;
