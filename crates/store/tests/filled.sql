-- Something in every table, with letters and bytes that are easily lost.
INSERT INTO shop (id, name, location, rules, created_at) VALUES (3, 'main', 'loc', '{"a": 1}', 5), (7, 'Zoë''s 🔧', 'l2', '{}', 6);
INSERT INTO data_key (version, sealed, at) VALUES (1, 'k1', 1), (2, 'k2', 2);
INSERT INTO key_derivation (id, text, at) VALUES (1, 'argon2id', 1);
INSERT INTO fact (shop, topic, value, at) VALUES (3, 'zone', '"\u0000 \\u0000"', 1), (3, 'A', '1', 1), (7, 'a', '2', 1);
INSERT INTO secret (shop, name, sealed, at) VALUES (3, 'token', 'v1.1.x', 1);
INSERT INTO app_secret (name, sealed, at) VALUES ('app', 'v1.2.x', 1);
INSERT INTO record (shop, side, kind, id, parent, body, fingerprint, first_seen, fetched_at, gone)
VALUES (3, 0, 0, 'h1', NULL, '{"reference":"\u0000"}', 'f', 1, 2, 0), (3, 1, 0, 'm1', NULL, '{"reference":"C-1"}', 'f', 1, 2, 0),
       (3, 1, 1, 't1', 'm1', '{}', 'f', 1, 2, 1);
INSERT INTO identity_key (shop, what, value, side, record) VALUES (3, 'email', 'a@x', 0, 'h1'), (3, 'email', 'a@x', 1, 'm1');
INSERT INTO link (id, shop, kind, left_id, right_id, base, reason, broken_at, broken_why, created_at, updated_at)
VALUES ('l1', 3, 0, 'h1', 'm1', '{}', 'email', NULL, NULL, 1, 1), ('l2', 3, 0, 'h9', 'm9', '{}', 'email', 4, 'gone', 1, 1);
INSERT INTO apart (shop, left_id, right_id, at) VALUES (3, 'h1', 'm2', 1);
INSERT INTO intent (id, shop, run, side, kind, op, source, payload, state, created_at) VALUES ('i1', 3, 'r', 1, 0, 'create', 'h1', '{}', 'ready', 1);
INSERT INTO review (id, shop, what, kind, side, record, detail, created_at) VALUES (9, 3, 'conflict', 0, 0, 'h1', '1', 1);
INSERT INTO journal (id, shop, run, at, event) VALUES (11, 3, 'r', 1, 'linked'), (12, 3, 'r', 2, 'updated');
INSERT INTO cursor (shop, source, value, at) VALUES (3, 'flows', '41', 1);
INSERT INTO budget (shop, side, state) VALUES (3, 0, '{}');
INSERT INTO run (id, shop, started_at, phase) VALUES ('r', 3, 1, 'reading');
INSERT INTO webhook (id, shop, side, event, what, body, received_at, state) VALUES (5, 3, 0, x'00ff10', 'X', x'7b00ff7d', 1, 0), (6, 3, 0, x'00ff11', 'X', x'', 1, 1);
INSERT INTO webhook_count (shop, side, received) VALUES (3, 0, 2);
INSERT INTO note_watch (shop, contact, due) VALUES (3, 'h1', 1);
INSERT INTO told (shop, place, note, fingerprint, at) VALUES (3, 't1', 'n1', 'f', 1);
INSERT INTO comment_watch (shop, ticket, due) VALUES (3, 't1', 1);
INSERT INTO told_back (shop, comment, at) VALUES (3, 'c1', 1);
INSERT INTO note_rule (shop, rule, content, activated_at) VALUES (3, 'r', 'c', 1);
INSERT INTO fired (shop, rule, note, at) VALUES (3, 'r', 'n1', 1);
INSERT INTO installation (id, class, account, client_id, via, state, scopes, generation, sealed, obtained_at, access_ends, refresh_ends, asked_at, installed_at)
VALUES (8, 1, 'c1', 'client', NULL, 0, 's', 1, 'v1.2.y', 1, 1, 1, 0, 1), (2, 0, 'l1', 'client', 8, 0, 's', 1, NULL, 1, 1, 1, 0, 1);
INSERT INTO install_ticket (digest, is_link, shop, writes, expires_at) VALUES ('d1', 1, 3, 0, 9), ('d2', 1, NULL, 0, 9);
INSERT INTO dashboard_user (id, name, role, created_at) VALUES (4, 'Ann', 'owner', 1);
INSERT INTO session (id, token, user_id, created_at, seen_at, address, agent) VALUES (6, x'01', 4, 1, 1, '::1', 'x');
INSERT INTO api_token (id, token, name, scopes, created_by, created_at, expires_at) VALUES (2, x'02', 'Bot', 's', 'Ann', 1, 2);
INSERT INTO setup_link (token, user_id, expires_at) VALUES (x'03', 4, 9), (x'04', NULL, 9);
INSERT INTO login_attempt (key, failures, last_at) VALUES (x'05', 2, 1);
INSERT INTO audit (id, at, who, via, what) VALUES (13, 1, 'Ann', 'dashboard', 'sign in');
INSERT INTO sighting (id, shop, source, record, cause, at) VALUES (40, 3, 's', 'r', '{}', 1), (41, 3, 's', 'r', '{}', 1);
DELETE FROM sighting WHERE id = 41;
INSERT INTO watched (shop, source, record, body, seen_at) VALUES (3, 's', 'r', '{}', 1);
INSERT INTO since (shop, source, record, what, at) VALUES (3, 's', 'r', 'status', 1);
INSERT INTO flow (shop, id, enabled, live, active_from, created_at) VALUES (3, 'thank', 1, 1, 1, 1);
INSERT INTO flow_version (shop, flow, number, document, at) VALUES (3, 'thank', 1, '{}', 1);
INSERT INTO recipe (shop, id, answers, before, at) VALUES (3, 'thanks', '{}', 'null', 1);
INSERT INTO flow_run (id, shop, flow, version, mode, key, source, record, occurrence, state, due_at, created_at)
VALUES ('f1', 3, 'thank', 1, 'live', 'k', 's', 'r', '{}', 'ready', 1, 1);
INSERT INTO flow_step (run, number, step, input, output, outcome, at) VALUES ('f1', 1, 's', '{}', '{}', 'done', 1);
INSERT INTO flow_once (shop, flow, key, run, at) VALUES (3, 'thank', 'k', 'f1', 1);
INSERT INTO flow_act (shop, record, run, step, operation, chain, input, made, at) VALUES (3, 'r', 'f1', 's', 'o', '[]', '{}', 0, 1);
INSERT INTO person (id, shop, side, record, name, words, linked) VALUES (21, 3, 0, 'h1', 'ann smith', 'ann smith', 1), (22, 3, 1, 'm1', 'ann smith', 'ann smith c 1', 1);
INSERT INTO left_alone (shop, side, kind, record, at) VALUES (3, 0, 0, 'h1', 1);
INSERT INTO notification_settings (id, value, at) VALUES (1, '{}', 1);
INSERT INTO notification_told (shop, value) VALUES (3, '{}');
INSERT INTO notice (id, way, content, made_at) VALUES ('n1', 'mail', '{}', 1);
INSERT INTO notification_way (way, sent_at) VALUES ('mail', 1);
