-- Webhooks that were looked at are forgotten when nobody can send them again any more: found by their age.
CREATE INDEX webhook_looked_at ON webhook (shop, received_at) WHERE state = 1;
