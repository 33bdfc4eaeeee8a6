//! Notes: whose are to be looked at, what was told where, which rules fired.

use super::{last_of_each, list, these};
use crate::codes::{read_time, time};
use crate::db::{Tx, both, json_rows, query, query_as, query_scalar, texts};
use crate::note_change::{DueNotes, NoteChange, NoteTotals, NoteWatch};
use crate::{Store, StoreError};
use domain::{RecordId, ShopId, Timestamp};
use serde_json::json;
use std::collections::{BTreeMap, HashMap, HashSet};

/// Says that the notes of a contact may have changed.
pub(super) async fn due(tx: &mut Tx, shop: ShopId, contact: &RecordId) -> Result<(), StoreError> {
    query(
        "INSERT INTO note_watch (shop, contact, due) VALUES ($1, $2, 1)
         ON CONFLICT (shop, contact) DO UPDATE SET due = note_watch.due + 1",
    )
    .bind(shop.0)
    .bind(contact.as_str())
    .execute(&mut *tx)
    .await?;
    Ok(())
}

pub(super) async fn carry_out(
    tx: &mut Tx,
    shop: ShopId,
    at: i64,
    change: NoteChange,
) -> Result<(), StoreError> {
    match change {
        NoteChange::Checked {
            contact,
            seen,
            open,
            held,
            again_at,
        } => {
            query(
                "INSERT INTO note_watch (shop, contact, due, seen, checked_at, open, held, again_at)
                 VALUES ($1, $2, $3, $3, $4, $5, $6, $7)
                 ON CONFLICT (shop, contact) DO UPDATE SET seen = excluded.seen, checked_at = excluded.checked_at,
                     open = excluded.open, held = excluded.held, again_at = excluded.again_at",
            )
            .bind(shop.0)
            .bind(contact.as_str())
            .bind(seen)
            .bind(at)
            .bind(open)
            .bind(held)
            .bind(again_at.map(time))
            .execute(&mut *tx)
            .await?;
        }
        NoteChange::Told {
            place,
            comment,
            notes,
        } => {
            let rows: Vec<_> = notes
                .iter()
                .map(|(note, print)| json!({"n": note.as_str(), "f": print}))
                .collect();
            query(both!(
                "INSERT INTO told (shop, place, note, fingerprint, comment, at)
                 SELECT $1, $2, value ->> 'n', value ->> 'f', $3, $4 FROM ",
                [rows "5"],
                " WHERE true
                 ON CONFLICT (shop, place, note) DO UPDATE SET fingerprint = excluded.fingerprint,
                     comment = excluded.comment, at = excluded.at"
            ))
            .bind(shop.0)
            .bind(place.as_str())
            .bind(comment.as_ref().map(RecordId::as_str))
            .bind(at)
            .bind(json_rows(last_of_each(rows, &["n"])))
            .execute(&mut *tx)
            .await?;
        }
        NoteChange::CommentsDue(ticket, second) => {
            query(
                "INSERT INTO comment_watch (shop, ticket, due) VALUES ($1, $2, $3)
                 ON CONFLICT (shop, ticket) DO UPDATE SET due = excluded.due WHERE excluded.due > comment_watch.due",
            )
            .bind(shop.0)
            .bind(ticket.as_str())
            .bind(second)
            .execute(&mut *tx)
            .await?;
        }
        NoteChange::CommentsRead(ticket, seen) => {
            query("UPDATE comment_watch SET seen = $3 WHERE shop = $1 AND ticket = $2")
                .bind(shop.0)
                .bind(ticket.as_str())
                .bind(seen)
                .execute(&mut *tx)
                .await?;
        }
        NoteChange::ToldBack { comment, note } => {
            query(
                "INSERT INTO told_back (shop, comment, note, at) VALUES ($1, $2, $3, $4)
                 ON CONFLICT (shop, comment) DO UPDATE SET note = coalesce(excluded.note, told_back.note)",
            )
            .bind(shop.0)
            .bind(comment.as_str())
            .bind(note.as_ref().map(RecordId::as_str))
            .bind(at)
            .execute(&mut *tx)
            .await?;
        }
        NoteChange::Rules(rules) => rules_stand(tx, shop, at, &rules).await?,
        NoteChange::Fired { rule, note } => {
            query(
                "INSERT INTO fired (shop, rule, note, at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING",
            )
            .bind(shop.0)
            .bind(rule)
            .bind(note.as_str())
            .bind(at)
            .execute(&mut *tx)
            .await?;
        }
    }
    Ok(())
}

async fn rules_stand(
    tx: &mut Tx,
    shop: ShopId,
    at: i64,
    rules: &[(String, String)],
) -> Result<(), StoreError> {
    let names: Vec<&str> = rules.iter().map(|(name, _)| name.as_str()).collect();
    query(both!(
        "DELETE FROM note_rule WHERE shop = $1 AND NOT rule ",
        [list "2"]
    ))
    .bind(shop.0)
    .bind(texts(names))
    .execute(&mut *tx)
    .await?;
    for (rule, content) in rules {
        query(
            "INSERT INTO note_rule (shop, rule, content, activated_at) VALUES ($1, $2, $3, $4)
             ON CONFLICT (shop, rule) DO UPDATE SET content = excluded.content, activated_at = excluded.activated_at
             WHERE note_rule.content <> excluded.content",
        )
        .bind(shop.0)
        .bind(rule)
        .bind(content)
        .bind(at)
        .execute(&mut *tx)
        .await?;
    }
    Ok(())
}

impl Store {
    /// Contacts whose notes are to be looked at, in the order of their ids after the given one: those that
    /// were called for, and those that are due by themselves.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn due_notes(
        &self,
        shop: ShopId,
        due: DueNotes,
        after: Option<&RecordId>,
        limit: u32,
    ) -> Result<Vec<NoteWatch>, StoreError> {
        let rows: Vec<(String, i64)> = query_as(
            "SELECT contact, due FROM note_watch WHERE shop = $1 AND contact > $2
             AND (due > seen OR ((open > 0 OR $7) AND checked_at <= $3) OR again_at <= $4 OR (held > 0 AND $5))
             ORDER BY contact LIMIT $6",
        )
        .bind(shop.0)
        .bind(after.map_or("", RecordId::as_str))
        .bind(time(due.looked_before))
        .bind(time(due.now))
        .bind(due.held_too)
        .bind(limit)
        .bind(due.everyone)
        .fetch_all(&self.readers)
        .await?;
        Ok(rows.into_iter().map(watch).collect())
    }

    /// Tickets whose comments are to be looked at.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn due_comments(
        &self,
        shop: ShopId,
        limit: u32,
    ) -> Result<Vec<NoteWatch>, StoreError> {
        let rows: Vec<(String, i64)> = query_as(
            "SELECT ticket, due FROM comment_watch WHERE shop = $1 AND due > seen ORDER BY ticket LIMIT $2",
        )
        .bind(shop.0)
        .bind(limit)
        .fetch_all(&self.readers)
        .await?;
        Ok(rows.into_iter().map(watch).collect())
    }

    /// How the notes of a shop stand.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn note_totals(&self, shop: ShopId) -> Result<NoteTotals, StoreError> {
        self.seen_or(shop, |glance| glance.notes, self.note_totals_of(&[shop]))
            .await
    }

    /// The same of several shops; those that have none are left out.
    pub(crate) async fn note_totals_of(
        &self,
        shops: &[ShopId],
    ) -> Result<BTreeMap<ShopId, NoteTotals>, StoreError> {
        let rows: Vec<(i64, i64, i64, i64)> = query_as(both!(
            "SELECT shop, count(*), count(*) FILTER (WHERE open > 0), CAST(coalesce(sum(held), 0) AS BIGINT)
             FROM note_watch WHERE shop ",
            [numbers "1"],
            " GROUP BY shop"
        ))
        .bind(these(shops))
        .fetch_all(&self.readers)
        .await?;
        let totals = rows
            .into_iter()
            .map(|(shop, contacts, with_tickets, held)| {
                let totals = NoteTotals {
                    contacts: contacts.unsigned_abs(),
                    with_tickets: with_tickets.unsigned_abs(),
                    held: held.unsigned_abs(),
                };
                (ShopId(shop), totals)
            });
        Ok(totals.collect())
    }

    /// What was told at the given places: place and note, with the fingerprint of the text told last.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn told(
        &self,
        shop: ShopId,
        places: impl IntoIterator<Item = &RecordId>,
    ) -> Result<HashMap<(RecordId, RecordId), String>, StoreError> {
        let rows: Vec<(String, String, String)> = query_as(both!(
            "SELECT place, note, fingerprint FROM told WHERE shop = $1 AND place ",
            [list "2"]
        ))
        .bind(shop.0)
        .bind(list(places))
        .fetch_all(&self.readers)
        .await?;
        Ok(rows
            .into_iter()
            .map(|(place, note, print)| ((RecordId::new(place), RecordId::new(note)), print))
            .collect())
    }

    /// Which of the given comments are ours: digests of notes, or known to have become notes.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn known_comments(
        &self,
        shop: ShopId,
        comments: impl IntoIterator<Item = &RecordId>,
    ) -> Result<HashSet<RecordId>, StoreError> {
        let rows: Vec<String> = query_scalar(both!(
            "SELECT value FROM ",
            [listed "2"],
            " WHERE EXISTS (SELECT 1 FROM told WHERE shop = $1 AND comment = value)
                 OR EXISTS (SELECT 1 FROM told_back WHERE shop = $1 AND told_back.comment = value)"
        ))
        .bind(shop.0)
        .bind(list(comments))
        .fetch_all(&self.readers)
        .await?;
        Ok(rows.into_iter().map(RecordId::new).collect())
    }

    /// Since when the rules about notes stand as they are.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn note_rules(&self, shop: ShopId) -> Result<HashMap<String, Timestamp>, StoreError> {
        let rows: Vec<(String, i64)> =
            query_as("SELECT rule, activated_at FROM note_rule WHERE shop = $1")
                .bind(shop.0)
                .fetch_all(&self.readers)
                .await?;
        Ok(rows
            .into_iter()
            .map(|(rule, at)| (rule, read_time(at)))
            .collect())
    }

    /// Which rules have fired for the given notes.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn fired(
        &self,
        shop: ShopId,
        notes: impl IntoIterator<Item = &RecordId>,
    ) -> Result<HashSet<(String, RecordId)>, StoreError> {
        let rows: Vec<(String, String)> = query_as(both!(
            "SELECT rule, note FROM fired WHERE shop = $1 AND note ",
            [list "2"]
        ))
        .bind(shop.0)
        .bind(list(notes))
        .fetch_all(&self.readers)
        .await?;
        Ok(rows
            .into_iter()
            .map(|(rule, note)| (rule, RecordId::new(note)))
            .collect())
    }
}

fn watch((record, due): (String, i64)) -> NoteWatch {
    NoteWatch {
        record: RecordId::new(record),
        due,
    }
}
