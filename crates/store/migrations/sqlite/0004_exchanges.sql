-- Finished writes are kept with what they did, to be explained and taken back: found by the record that they
-- wrote, by their run, and by their age when it is time to forget them.
CREATE INDEX intent_target ON intent (shop, kind, target) WHERE target IS NOT NULL;
CREATE INDEX intent_run ON intent (shop, run);
CREATE INDEX intent_finished ON intent (shop, finished_at) WHERE state = 'done';
