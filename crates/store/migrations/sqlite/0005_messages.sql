-- Messages that HighLevel sent, to see whether they follow our writes.
CREATE INDEX webhook_message ON webhook (shop, received_at) WHERE what = 'OutboundMessage' AND parent IS NOT NULL;
