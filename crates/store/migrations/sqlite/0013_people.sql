-- People as they are looked for: a row for every contact and customer that is there. name: folded, for the order.
-- words: folded names, addresses, references and the digits of numbers, between spaces. linked: whether it has a
-- counterpart. A list shows a pair once, by its customer.
CREATE TABLE person (
    id     INTEGER PRIMARY KEY,
    shop   INTEGER NOT NULL REFERENCES shop (id) ON DELETE CASCADE,
    side   INTEGER NOT NULL,
    record TEXT NOT NULL,
    name   TEXT NOT NULL,
    words  TEXT NOT NULL,
    linked INTEGER NOT NULL DEFAULT 0,
    UNIQUE (shop, side, record)
) STRICT;
CREATE INDEX person_shown ON person (shop, name, id) WHERE side = 1 OR linked = 0;
CREATE INDEX person_alone ON person (shop, side, name, id) WHERE linked = 0;

-- The words, to be found by how they begin. They are kept in person alone.
CREATE VIRTUAL TABLE person_word USING fts5 (
    words, content = 'person', content_rowid = 'id', tokenize = 'unicode61 remove_diacritics 0', prefix = '2 3'
);
CREATE TRIGGER person_came AFTER INSERT ON person BEGIN
    INSERT INTO person_word (rowid, words) VALUES (NEW.id, NEW.words);
END;
CREATE TRIGGER person_went AFTER DELETE ON person BEGIN
    INSERT INTO person_word (person_word, rowid, words) VALUES ('delete', OLD.id, OLD.words);
END;
CREATE TRIGGER person_changed AFTER UPDATE OF words ON person BEGIN
    INSERT INTO person_word (person_word, rowid, words) VALUES ('delete', OLD.id, OLD.words);
    INSERT INTO person_word (rowid, words) VALUES (NEW.id, NEW.words);
END;

CREATE TRIGGER person_joined AFTER INSERT ON link WHEN NEW.kind = 0 AND NEW.broken_at IS NULL BEGIN
    UPDATE person SET linked = 1 WHERE shop = NEW.shop AND side = 0 AND record = NEW.left_id;
    UPDATE person SET linked = 1 WHERE shop = NEW.shop AND side = 1 AND record = NEW.right_id;
END;
CREATE TRIGGER person_parted AFTER UPDATE OF broken_at ON link
WHEN NEW.kind = 0 AND OLD.broken_at IS NULL AND NEW.broken_at IS NOT NULL BEGIN
    UPDATE person SET linked = 0 WHERE shop = NEW.shop AND side = 0 AND record = NEW.left_id;
    UPDATE person SET linked = 0 WHERE shop = NEW.shop AND side = 1 AND record = NEW.right_id;
END;

-- Who is there already; the next complete walk of both sides folds names and numbers as this version does.
INSERT INTO person (shop, side, record, name, words, linked)
SELECT record.shop, record.side, record.id,
       lower(coalesce(record.body ->> '$.fields.name',
                      trim(coalesce(record.body ->> '$.fields.first_name', '') || ' ' || coalesce(record.body ->> '$.fields.last_name', '')))),
       lower(coalesce(record.body ->> '$.fields.name',
                      trim(coalesce(record.body ->> '$.fields.first_name', '') || ' ' || coalesce(record.body ->> '$.fields.last_name', '')))
             || ' ' || coalesce(record.body ->> '$.reference', '')
             || ' ' || coalesce(record.body ->> '$.fields.company', '')
             || ' ' || coalesce((SELECT group_concat(replace(value, '+', ''), ' ') FROM identity_key
                                 WHERE identity_key.shop = record.shop AND identity_key.side = record.side
                                   AND identity_key.record = record.id AND what IN ('email', 'phone')), '')),
       CASE record.side
           WHEN 0 THEN EXISTS (SELECT 1 FROM link WHERE link.shop = record.shop AND link.kind = 0 AND link.left_id = record.id AND link.broken_at IS NULL)
           ELSE EXISTS (SELECT 1 FROM link WHERE link.shop = record.shop AND link.kind = 0 AND link.right_id = record.id AND link.broken_at IS NULL)
       END
FROM record WHERE record.kind = 0 AND record.gone = 0;
