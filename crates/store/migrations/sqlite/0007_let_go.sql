-- Links that were ended lately: many small losses in a short time are a mass change as well.
CREATE INDEX link_let_go ON link (shop, broken_at) WHERE broken_at IS NOT NULL;
