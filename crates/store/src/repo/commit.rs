//! Carrying out a list of changes in one transaction.

use super::flows::{By, Fresh, keep_sightings, seen_gone, sight};
use super::list;
use crate::change::{Change, Key};
use crate::codes::{json, kind, lane, side, time};
use crate::db::{Engine, Sql, Tx, Value, both, json_rows, query, query_scalar};
use crate::memory::Touches;
use crate::model::FactRow;
use crate::{Store, StoreError, Work};
use domain::{Kind, Record, RecordId, ShopId, Side, Timestamp};
use serde_json::{Value as Json, json as object};
use std::collections::{BTreeMap, HashSet};

/// The index is named, since SQLite would walk the primary key past all records of the side, for every link.
pub(crate) const WAKE_CHILDREN: Sql = both!(
    "UPDATE record",
    [by "record_waiting"],
    "SET state = 1 WHERE shop = $1 AND side = $2 AND parent = $3 AND state = 2"
);
/// Longer ones say nothing, and are more than an index of PostgreSQL takes.
const LONGEST_KEY: usize = 1_000;

/// What was kept so much later than now was kept by a clock that is wrong. Less than that, a commit waits for its turn.
const AHEAD_MICROSECONDS: i64 = 60_000_000;

pub(crate) const FORGET_KEYS: Sql = both!(
    "DELETE FROM identity_key WHERE shop = $1 AND side = $2 AND record ",
    [list "3"]
);
pub(crate) const MOOT: &str = "UPDATE review SET state = 'obsolete', decided_at = $7
     WHERE shop = $1 AND what = $2 AND kind = $3 AND side = $4 AND record = $5 AND field = $6 AND state = 'open'";
pub(crate) const REOPEN: &str = "UPDATE review SET state = 'open', decision = NULL, decided_at = NULL
     WHERE shop = $1 AND id = $2 AND NOT EXISTS (
         SELECT 1 FROM review AS other WHERE other.shop = review.shop AND other.what = review.what
           AND other.kind = review.kind AND other.side = review.side AND other.record = review.record
           AND other.field = review.field AND other.state = 'open')";

/// Records as just fetched, in one statement. First seen is when they were kept: what was asked for before one of our own
/// writes may show what came of it.
const SAW: Sql = both!(
        "INSERT INTO record (shop, side, kind, id, parent, body, fingerprint, changed_at, first_seen, fetched_at, sweep)
         SELECT $1, $2, $3, value ->> 'id', value ->> 'parent', value ->> 'body', value ->> 'print',
             CAST(value ->> 'changed' AS BIGINT), $5, $8, $6
         FROM ", [rows "4"], " WHERE true
         ON CONFLICT (shop, side, kind, id) DO UPDATE SET
             parent = excluded.parent, body = excluded.body, fingerprint = excluded.fingerprint,
             changed_at = excluded.changed_at, fetched_at = excluded.fetched_at, gone = 0,
             sweep = ", [sqlite "max"], [postgres "greatest"], "(record.sweep, excluded.sweep),
             state = CASE WHEN record.fingerprint = excluded.fingerprint AND record.gone = 0
                          THEN record.state ELSE 1 END
         WHERE ", [sqlite "max"], [postgres "greatest"], "(record.written_at, record.fetched_at) NOT BETWEEN $7 + 1 AND $10
             OR (record.gone = 0 AND excluded.changed_at >= record.changed_at + $9)
         RETURNING id"
);

impl Store {
    /// Carries out all changes, or none of them.
    ///
    /// # Errors
    /// When the database refuses; then nothing was changed.
    pub async fn commit(
        &self,
        shop: ShopId,
        now: Timestamp,
        changes: Vec<Change>,
    ) -> Result<(), StoreError> {
        if changes.is_empty() {
            return Ok(());
        }
        let writing = async {
            let mut tx = self.begin_touching(shop, touches(&changes)).await?;
            let mut sighting = false;
            for change in changes {
                carry_out(&mut tx, shop, now, &mut sighting, change).await?;
            }
            Ok(tx.commit().await?)
        };
        self.metered.tell(Work::Changes, writing).await
    }
}

fn touches(changes: &[Change]) -> Touches {
    let one = |change: &Change| match change {
        Change::Sight | Change::Heard { .. } | Change::Journal(_) => Touches::Nothing,
        Change::Cursor(..) | Change::Cursors(_) | Change::Fact(..) | Change::Sighted(_) => {
            Touches::Facts
        }
        _ => Touches::Work,
    };
    let both = |all: Touches, one: Touches| match (all, one) {
        (all, one) if all == one => all,
        (Touches::Nothing, one) | (one, Touches::Nothing) => one,
        _ => Touches::All,
    };
    changes.iter().map(one).fold(Touches::Nothing, both)
}

async fn keep_cursors(
    tx: &mut Tx,
    shop: ShopId,
    cursors: &BTreeMap<String, FactRow>,
) -> Result<(), StoreError> {
    if cursors.is_empty() {
        return Ok(());
    }
    let row = |one: usize| format!("($1, ${}, ${}, ${})", 3 * one + 2, 3 * one + 3, 3 * one + 4);
    let rows: Vec<String> = (0..cursors.len()).map(row).collect();
    let mut keeping = query(format!(
        "INSERT INTO cursor (shop, source, value, at) VALUES {}
         ON CONFLICT (shop, source) DO UPDATE SET value = excluded.value, at = excluded.at",
        rows.join(", ")
    ))
    .bind(shop.0);
    for (source, row) in cursors {
        keeping = keeping
            .bind(source.as_str())
            .bind(json(&row.value, "cursor", "value")?)
            .bind(time(row.at));
    }
    keeping.execute(tx).await?;
    Ok(())
}

async fn carry_out(
    tx: &mut Tx,
    shop: ShopId,
    now: Timestamp,
    sighting: &mut bool,
    change: Change,
) -> Result<(), StoreError> {
    let at = time(now);
    match change {
        Change::Sight => *sighting = true,
        Change::Sighted(seen) => keep_sightings(tx, shop, at, &seen).await?,
        Change::Saw {
            records,
            sweep,
            asked_at,
            stale_after,
        } => {
            let seen = Seen {
                records: &records,
                sweep,
                asked_at,
                stale_after,
            };
            saw(tx, shop, at, *sighting, seen).await?;
        }
        Change::Wrote(record, keys) => wrote(tx, shop, at, *sighting, &record, &keys).await?,
        Change::Settle(on, what, id, state) => {
            query("UPDATE record SET state = $5 WHERE shop = $1 AND side = $2 AND kind = $3 AND id = $4")
                .bind(shop.0).bind(side(on)).bind(kind(what)).bind(id.as_str()).bind(super::records::state_code(state))
                .execute(&mut *tx).await?;
        }
        Change::Unsettle(on, what, id) => {
            query("UPDATE record SET state = 1 WHERE shop = $1 AND side = $2 AND kind = $3 AND id = $4")
                .bind(shop.0).bind(side(on)).bind(kind(what)).bind(id.as_str())
                .execute(&mut *tx).await?;
        }
        Change::UnsettleAll(what) => {
            query("UPDATE record SET state = 1 WHERE shop = $1 AND kind = $2 AND gone = 0")
                .bind(shop.0)
                .bind(kind(what))
                .execute(&mut *tx)
                .await?;
        }
        Change::Heard {
            webhooks,
            asked,
            on,
            told,
            missed,
            last_at,
        } => {
            let count = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
            // An event that is known already is passed over, and what came again of it goes.
            let looked_at = query(both!(
                [sqlite "UPDATE OR IGNORE webhook SET state = 1, body = x'' WHERE shop = $1 AND state = 0 AND id "],
                [postgres
                    "UPDATE webhook SET state = 1, body = '' WHERE id IN (
                         SELECT min(id) FROM webhook AS came WHERE shop = $1 AND state = 0
                           AND NOT EXISTS (SELECT 1 FROM webhook AS known WHERE known.event = came.event AND known.state = 1)
                           AND id "],
                [numbers "2"],
                [postgres " GROUP BY came.event)"]
            ))
            .bind(shop.0)
            .bind(Value::Ints(webhooks.clone()))
            .execute(&mut *tx)
            .await?;
            let received = i64::try_from(looked_at.rows_affected()).unwrap_or(i64::MAX);
            let received = received.saturating_sub(count(asked)).max(0);
            query(both!(
                "DELETE FROM webhook WHERE shop = $1 AND state = 0 AND id ",
                [numbers "2"]
            ))
            .bind(shop.0)
            .bind(Value::Ints(webhooks))
            .execute(&mut *tx)
            .await?;
            query(
                "INSERT INTO webhook_count (shop, side, received, told, missed, last_at) VALUES ($1, $2, $3, $4, $5, $6)
                 ON CONFLICT (shop, side) DO UPDATE SET received = webhook_count.received + $3,
                     told = webhook_count.told + $4, missed = webhook_count.missed + $5,
                     last_at = coalesce($6, webhook_count.last_at)",
            )
            .bind(shop.0).bind(side(on)).bind(received).bind(count(told)).bind(count(missed)).bind(last_at.map(time))
            .execute(&mut *tx).await?;
        }
        Change::Gone(on, what, id) => {
            if *sighting {
                seen_gone(tx, shop, at, on, what, &id).await?;
            }
            // A lagging index shows a deleted record for a while: that is no news of it.
            query("UPDATE record SET gone = 1, state = 1, written_at = $5 WHERE shop = $1 AND side = $2 AND kind = $3 AND id = $4 AND gone = 0")
                .bind(shop.0).bind(side(on)).bind(kind(what)).bind(id.as_str()).bind(at)
                .execute(&mut *tx).await?;
            if what == Kind::Contact {
                super::people::gone(tx, shop, on, &id).await?;
            }
            keys(tx, shop, on, what, [(&id, [].as_slice())].into_iter()).await?;
        }
        Change::WakeChildren(on, parent) => {
            query(WAKE_CHILDREN)
                .bind(shop.0)
                .bind(side(on))
                .bind(parent.as_str())
                .execute(&mut *tx)
                .await?;
        }
        Change::Link(link) => {
            query("INSERT INTO link (id, shop, kind, left_id, right_id, base, withheld, reason, fields, agree, held, created_at, updated_at)
                         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $12)")
                .bind(link.id.to_string()).bind(shop.0).bind(kind(link.kind)).bind(link.left.as_str()).bind(link.right.as_str())
                .bind(json(&link.base, "link", "base")?).bind(json(&link.withheld, "link", "withheld")?).bind(&link.reason)
                .bind(link.fields).bind(link.agree).bind(link.held).bind(at)
                .execute(&mut *tx).await?;
        }
        Change::Rebase {
            link,
            base,
            withheld,
            counts,
        } => {
            query("UPDATE link SET base = $2, withheld = $3, fields = $4, agree = $5, held = $6, updated_at = $7 WHERE id = $1")
                .bind(link.to_string()).bind(json(&base, "link", "base")?).bind(json(&withheld, "link", "withheld")?)
                .bind(counts.0).bind(counts.1).bind(counts.2).bind(at)
                .execute(&mut *tx).await?;
        }
        Change::Unlink(link, why) => {
            query("UPDATE link SET broken_at = $2, broken_why = $3 WHERE id = $1 AND broken_at IS NULL")
                .bind(link.to_string()).bind(at).bind(why)
                .execute(&mut *tx).await?;
        }
        Change::Intend(intent) => {
            query("INSERT INTO intent (id, shop, run, side, kind, op, target, source, payload, state, not_before, created_at, lane)
                         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) ON CONFLICT DO NOTHING")
                .bind(intent.id.to_string()).bind(shop.0).bind(intent.run.to_string()).bind(side(intent.side)).bind(kind(intent.kind))
                .bind(intent.op.as_str()).bind(intent.target.as_ref().map(RecordId::as_str)).bind(intent.source.as_str())
                .bind(json(&intent.payload, "intent", "payload")?).bind(intent.state.as_str()).bind(time(intent.not_before)).bind(at).bind(lane(intent.lane))
                .execute(&mut *tx).await?;
        }
        Change::Progress {
            intent,
            state,
            target,
            not_before,
            counts,
            failure,
        } => {
            let (code, message) = failure.unzip();
            query("UPDATE intent SET state = $2, target = coalesce($3, target), not_before = coalesce($4, not_before),
                             attempt = attempt + $5, code = $6, message = $7,
                             sent_at = CASE WHEN $2 IN ('sent', 'written') THEN $8 ELSE sent_at END,
                             finished_at = CASE WHEN $2 IN ('done', 'failed') THEN $8 END
                         WHERE id = $1")
                .bind(intent.to_string()).bind(state.as_str()).bind(target.as_ref().map(RecordId::as_str))
                .bind(not_before.map(time)).bind(i64::from(counts)).bind(code).bind(message).bind(at)
                .execute(&mut *tx).await?;
        }
        Change::Finish {
            intent,
            target,
            run,
            exchange,
        } => {
            query("UPDATE intent SET state = 'done', target = $2, run = $3, payload = $4, code = NULL, message = NULL, finished_at = $5
                         WHERE id = $1")
                .bind(intent.to_string()).bind(target.as_str()).bind(run.to_string())
                .bind(json(&exchange, "intent", "payload")?).bind(at)
                .execute(&mut *tx).await?;
        }
        Change::Cancel(intent) => {
            query("DELETE FROM intent WHERE id = $1 AND state IN ('ready', 'held', 'failed')")
                .bind(intent.to_string())
                .execute(&mut *tx)
                .await?;
        }
        Change::Rewrite(intent, payload) => {
            query("UPDATE intent SET payload = $2 WHERE id = $1")
                .bind(intent.to_string())
                .bind(json(&payload, "intent", "payload")?)
                .execute(&mut *tx)
                .await?;
        }
        Change::Ask(review) => {
            query(
                "INSERT INTO review (shop, what, kind, side, record, field, detail, created_at)
                         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
                         ON CONFLICT (shop, what, kind, side, record, field) WHERE state = 'open'
                         DO UPDATE SET detail = excluded.detail",
            )
            .bind(shop.0)
            .bind(review.what.as_str())
            .bind(kind(review.kind))
            .bind(side(review.side))
            .bind(review.record.as_str())
            .bind(&review.field)
            .bind(json(&review.detail, "review", "detail")?)
            .bind(at)
            .execute(&mut *tx)
            .await?;
        }
        Change::Answer(id, state, decision) => {
            query("UPDATE review SET state = $3, decision = $4, decided_at = $5 WHERE shop = $1 AND id = $2")
                .bind(shop.0).bind(id).bind(state.as_str()).bind(decision).bind(at)
                .execute(&mut *tx).await?;
        }
        Change::Reopen(id) => {
            query(REOPEN)
                .bind(shop.0)
                .bind(id)
                .execute(&mut *tx)
                .await?;
        }
        Change::Moot(what, of, on, record, field) => {
            query(MOOT)
                .bind(shop.0)
                .bind(what.as_str())
                .bind(kind(of))
                .bind(side(on))
                .bind(record.as_str())
                .bind(field)
                .bind(at)
                .execute(&mut *tx)
                .await?;
        }
        Change::Apart(left, right) => {
            query("INSERT INTO apart (shop, left_id, right_id, at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING")
                .bind(shop.0).bind(left.as_str()).bind(right.as_str()).bind(at)
                .execute(&mut *tx).await?;
        }
        Change::NotApart(left, right) => {
            query("DELETE FROM apart WHERE shop = $1 AND left_id = $2 AND right_id = $3")
                .bind(shop.0)
                .bind(left.as_str())
                .bind(right.as_str())
                .execute(&mut *tx)
                .await?;
        }
        Change::ForgetEnded(on, of, record) => {
            let sql = match on {
                Side::HighLevel => {
                    "UPDATE link SET broken_why = $4 WHERE shop = $1 AND kind = $2 AND left_id = $3 AND broken_at IS NOT NULL"
                }
                Side::MyGadgetRepairs => {
                    "UPDATE link SET broken_why = $4 WHERE shop = $1 AND kind = $2 AND right_id = $3 AND broken_at IS NOT NULL"
                }
            };
            query(sql)
                .bind(shop.0)
                .bind(kind(of))
                .bind(record.as_str())
                .bind(super::ANSWER_TAKEN_BACK)
                .execute(&mut *tx)
                .await?;
        }
        Change::LeaveAlone(on, of, record) => {
            query("INSERT INTO left_alone (shop, side, kind, record, at) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING")
                .bind(shop.0).bind(side(on)).bind(kind(of)).bind(record.as_str()).bind(at)
                .execute(&mut *tx).await?;
        }
        Change::TakeUp(on, of, record) => {
            query("DELETE FROM left_alone WHERE shop = $1 AND side = $2 AND kind = $3 AND record = $4")
                .bind(shop.0).bind(side(on)).bind(kind(of)).bind(record.as_str())
                .execute(&mut *tx).await?;
        }
        Change::Cursor(source, value) => {
            let row = FactRow { value, at: now };
            keep_cursors(tx, shop, &BTreeMap::from([(source, row)])).await?;
        }
        Change::Cursors(cursors) => keep_cursors(tx, shop, &cursors).await?,
        Change::Fact(topic, value) => {
            query("INSERT INTO fact (shop, topic, value, at) VALUES ($1, $2, $3, $4)
                         ON CONFLICT (shop, topic) DO UPDATE SET value = excluded.value, at = excluded.at")
                .bind(shop.0).bind(topic).bind(json(&value, "fact", "value")?).bind(at)
                .execute(&mut *tx).await?;
        }
        Change::Journal(entry) => {
            query("INSERT INTO journal (shop, run, at, event, side, kind, record, counterpart, detail)
                         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)")
                .bind(shop.0).bind(entry.run.to_string()).bind(at).bind(entry.event).bind(entry.side.map(side)).bind(entry.kind.map(kind))
                .bind(entry.record.as_ref().map(RecordId::as_str)).bind(entry.counterpart.as_ref().map(RecordId::as_str))
                .bind(json(&entry.detail, "journal", "detail")?)
                .execute(&mut *tx).await?;
        }
        Change::NotesDue(contact) => super::notes::due(tx, shop, &contact).await?,
        Change::Note(change) => super::notes::carry_out(tx, shop, at, change).await?,
        Change::Approved => {
            query("UPDATE shop SET approved_at = coalesce(approved_at, $2) WHERE id = $1")
                .bind(shop.0)
                .bind(at)
                .execute(&mut *tx)
                .await?;
        }
        Change::Rules(rules) => {
            query("UPDATE shop SET rules = $2 WHERE id = $1")
                .bind(shop.0)
                .bind(json(&rules, "shop", "rules")?)
                .execute(&mut *tx)
                .await?;
        }
    }
    Ok(())
}

/// As [`Change::Saw`] has it.
struct Seen<'a> {
    records: &'a [(Record, Vec<Key>)],
    sweep: i64,
    asked_at: Timestamp,
    stale_after: Option<Timestamp>,
}

async fn saw(
    tx: &mut Tx,
    shop: ShopId,
    at: i64,
    sighting: bool,
    seen: Seen<'_>,
) -> Result<(), StoreError> {
    let Seen { records, sweep, .. } = seen;
    let asked_at = time(seen.asked_at);
    let Some((first, _)) = records.first() else {
        return Ok(());
    };
    let (on, what) = (side(first.side), kind(first.kind));
    let fresh: Vec<Fresh<'_>> = records
        .iter()
        .map(|(record, _)| Fresh::of(record))
        .collect::<Result<_, _>>()?;
    let before = match sighting {
        true => sight(tx, shop, By::Outside, &fresh).await?,
        false => None,
    };
    let rows: Vec<_> = fresh
        .iter()
        .map(|fresh| {
            object!({
                "id": fresh.record.id.as_str(),
                "parent": fresh.record.parent.as_ref().map(RecordId::as_str),
                "body": fresh.body,
                "print": fresh.fingerprint,
                "changed": fresh.record.changed_at.map_or(0, time),
            })
        })
        .collect();
    // A row of a lagging index that tells the same time is the same; what was asked for before may be older all the same.
    // Nor does a clock that was ahead keep out what is asked for by one that is right.
    let (kept_after, until, newer_by) = match seen.stale_after {
        None => (asked_at, at.saturating_add(AHEAD_MICROSECONDS), 1_i64),
        Some(stale_after) => (time(stale_after), i64::MAX, 0),
    };
    let mut taken_ids = HashSet::new();
    for rows in apart(tx, rows) {
        let taken: Vec<String> = query_scalar(SAW)
            .bind(shop.0)
            .bind(on)
            .bind(what)
            .bind(json_rows(rows))
            .bind(at)
            .bind(sweep)
            .bind(kept_after)
            .bind(asked_at)
            .bind(newer_by)
            .bind(until)
            .fetch_all(&mut *tx)
            .await?;
        taken_ids.extend(taken);
    }
    if let Some(before) = before {
        let taken = fresh
            .iter()
            .filter(|fresh| taken_ids.contains(fresh.record.id.as_str()));
        before.keep(tx, shop, at, taken).await?;
    }
    if sweep > 0 && taken_ids.len() < fresh.len() {
        // A stale row still proves that the record is there.
        query(both!(
            "UPDATE record SET sweep = $5 WHERE shop = $1 AND side = $2 AND kind = $3 AND sweep < $5 AND id ",
            [list "4"]
        ))
        .bind(shop.0)
        .bind(on)
        .bind(what)
        .bind(list(records.iter().map(|(record, _)| &record.id)))
        .bind(sweep)
        .execute(&mut *tx)
        .await?;
    }
    let taken = || {
        let taken = records.iter();
        taken.filter(|(record, _)| taken_ids.contains(record.id.as_str()))
    };
    let people = taken().map(|(record, keys)| (record, keys.as_slice()));
    super::people::keep(tx, shop, first.side, people).await?;
    let found = taken().map(|(record, keys)| (&record.id, keys.as_slice()));
    keys(tx, shop, first.side, first.kind, found).await
}

/// A page may hold a record twice. SQLite takes one after the other; PostgreSQL refuses to touch a row twice in one
/// statement, and is given as many as it takes.
fn apart(tx: &Tx, rows: Vec<Json>) -> Vec<Vec<Json>> {
    if tx.engine() == Engine::Sqlite {
        return vec![rows];
    }
    let mut groups: Vec<(HashSet<String>, Vec<Json>)> = Vec::new();
    for row in rows {
        let id = row["id"].as_str().unwrap_or_default().to_owned();
        let group = groups.iter().position(|(ids, _)| !ids.contains(&id));
        let group = group.unwrap_or_else(|| {
            groups.push(Default::default());
            groups.len() - 1
        });
        groups[group].0.insert(id);
        groups[group].1.push(row);
    }
    groups.into_iter().map(|(_, rows)| rows).collect()
}

async fn wrote(
    tx: &mut Tx,
    shop: ShopId,
    at: i64,
    sighting: bool,
    record: &Record,
    found: &[Key],
) -> Result<(), StoreError> {
    let fresh = [Fresh::of(record)?];
    let before = match sighting {
        true => sight(tx, shop, By::Sync, &fresh).await?,
        false => None,
    };
    let [fresh] = &fresh;
    query(
        "INSERT INTO record (shop, side, kind, id, parent, body, fingerprint, changed_at, first_seen, fetched_at, written_at, state)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9, $9, 1)
         ON CONFLICT (shop, side, kind, id) DO UPDATE SET
             parent = excluded.parent, body = excluded.body, fingerprint = excluded.fingerprint, gone = 0,
             changed_at = excluded.changed_at, fetched_at = excluded.fetched_at, written_at = excluded.written_at, state = 1",
    )
    .bind(shop.0)
    .bind(side(record.side))
    .bind(kind(record.kind))
    .bind(record.id.as_str())
    .bind(record.parent.as_ref().map(RecordId::as_str))
    .bind(&fresh.body)
    .bind(&fresh.fingerprint)
    .bind(record.changed_at.map_or(at, time))
    .bind(at)
    .execute(&mut *tx)
    .await?;
    if let Some(before) = before {
        before.keep(tx, shop, at, std::iter::once(fresh)).await?;
    }
    super::people::keep(tx, shop, record.side, std::iter::once((record, found))).await?;
    let found = [(&record.id, found)];
    keys(tx, shop, record.side, record.kind, found.into_iter()).await
}

/// Replaces the keys of the given contacts. Other kinds have none, and their ids may equal a contact's.
async fn keys<'a>(
    tx: &mut Tx,
    shop: ShopId,
    on: Side,
    what: Kind,
    records: impl Iterator<Item = (&'a RecordId, &'a [Key])> + Clone,
) -> Result<(), StoreError> {
    if what != Kind::Contact {
        return Ok(());
    }
    let rows: Vec<_> = records
        .clone()
        .flat_map(|(id, keys)| {
            keys.iter()
                .filter(|key| key.value.len() <= LONGEST_KEY)
                .map(|key| object!({"w": key.what, "v": key.value, "r": id.as_str()}))
        })
        .collect();
    let ids = list(records.map(|(id, _)| id));
    query(FORGET_KEYS)
        .bind(shop.0)
        .bind(side(on))
        .bind(ids)
        .execute(&mut *tx)
        .await?;
    if rows.is_empty() {
        return Ok(());
    }
    query(both!(
        "INSERT INTO identity_key (shop, what, value, side, record)
         SELECT $1, value ->> 'w', value ->> 'v', $2, value ->> 'r' FROM ",
        [rows "3"],
        " WHERE true ON CONFLICT DO NOTHING"
    ))
    .bind(shop.0)
    .bind(side(on))
    .bind(json_rows(rows))
    .execute(&mut *tx)
    .await?;
    Ok(())
}
