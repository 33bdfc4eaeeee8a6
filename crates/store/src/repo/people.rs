//! People as they are looked for: found by how a word begins, listed by name, a pair once.

mod words;

pub(crate) use words::{name_of, words_of};

use super::{last_of_each, list};
use crate::change::Key;
use crate::codes::{read_kind, read_side, side};
use crate::db::{Engine, Sql, Tx, Value, both, json_rows, query, query_as};
use crate::{Store, StoreError};
use domain::{Kind, Record, RecordId, ShopId, Side};
use serde_json::{Value as Json, json as object};
use std::collections::HashMap;

/// Of those whom a search finds, so many are looked at; whoever looks for somebody types one more letter.
const FOUND: u32 = 1_000;

/// Of a word, PostgreSQL keeps so many letters to be found by.
const KEPT: usize = 100;

/// Who is wanted in a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PeopleState {
    /// Everybody.
    Any,
    /// Pairs that agree in every field.
    InStep,
    /// Pairs that do not, and are not held.
    Differs,
    /// Pairs of which a field is held back.
    Held,
    /// Those of this side without a counterpart.
    Alone(Side),
    /// Those about whom a person is asked.
    Question,
    /// Those of whom a person said that they are left alone.
    LeftAlone,
}

/// Where a list goes on: after this name and number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PeopleCursor {
    /// The folded name.
    pub name: String,
    /// The row's number.
    pub id: i64,
}

/// Somebody in a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PersonRow {
    /// Where the list goes on after this one.
    pub cursor: PeopleCursor,
    /// The side of the record that stands for the person: the counter's, where there is one.
    pub side: Side,
    /// The record.
    pub record: RecordId,
}

const SHOWN: Sql = both!(
    "SELECT person.id, person.side, person.record, person.name FROM person", [by "person_shown"], "WHERE person.shop = $1 AND (person.side = 1 OR person.linked = 0) AND (person.name, person.id) > ($2, $3)
     ORDER BY person.name, person.id LIMIT $4"
);
const ALONE: Sql = both!(
    "SELECT person.id, person.side, person.record, person.name FROM person", [by "person_alone"], "WHERE person.shop = $1 AND person.linked = 0 AND person.side = $5 AND (person.name, person.id) > ($2, $3)
     ORDER BY person.name, person.id LIMIT $4"
);
/// Whether a person's row says that the person agrees: a join with the one link that it has.
const IN_STEP: Sql = both!(
    "SELECT person.id, person.side, person.record, person.name FROM person", [by "person_shown"], "WHERE person.shop = $1 AND (person.side = 1 OR person.linked = 0) AND person.side = 1 AND person.linked = 1
       AND (person.name, person.id) > ($2, $3)
       AND EXISTS (SELECT 1 FROM link WHERE link.shop = $1 AND link.kind = 0 AND link.right_id = person.record
                   AND link.broken_at IS NULL AND link.agree >= link.fields)
     ORDER BY person.name, person.id LIMIT $4"
);
/// Few differ: they are put in order after they are found.
const DIFFER: Sql = both!(
    "SELECT person.id, person.side, person.record, person.name
     FROM link", [by "link_differs"], "CROSS JOIN person
     WHERE link.shop = $1 AND link.kind = 0 AND link.broken_at IS NULL AND link.agree < link.fields
       AND CASE WHEN link.held > 0 THEN 1 ELSE 0 END = $5
       AND person.shop = $1 AND person.side = 1 AND person.record = link.right_id
       AND (person.name, person.id) > ($2, $3)
     ORDER BY person.name, person.id LIMIT $4"
);
/// Whoever stands for a record: itself, or the customer with which it is linked.
macro_rules! stands_for {
    ($($from:tt)*) => {
        both!(
            "SELECT DISTINCT person.id, person.side, person.record, person.name FROM (",
            $($from)*,
            ") AS found
             LEFT JOIN link ON found.side = 0 AND link.shop = $1 AND link.kind = 0 AND link.left_id = found.record AND link.broken_at IS NULL
             CROSS JOIN person
             WHERE person.shop = $1
               AND person.side = CASE WHEN link.id IS NULL THEN found.side ELSE 1 END
               AND person.record = coalesce(link.right_id, found.record)
               AND (person.name, person.id) > ($2, $3)
             ORDER BY person.name, person.id LIMIT $4"
        )
    };
}
const ASKED: Sql =
    stands_for!("SELECT side, record FROM review WHERE shop = $1 AND state = 'open' AND kind = 0");
const LEFT_ALONE: Sql =
    stands_for!("SELECT side, record FROM left_alone WHERE shop = $1 AND kind = 0");
/// The search takes the shop's rows out of all that it finds, up to its limit.
const SEARCHED: Sql = stands_for!(
    [sqlite
        "SELECT one.side, one.record FROM person_word CROSS JOIN person AS one
         WHERE person_word MATCH $5 AND one.id = person_word.rowid AND one.shop = $1 LIMIT $6"],
    [postgres
        "SELECT one.side, one.record FROM (
             SELECT person FROM person_word
             WHERE shop = $1 AND word >= $5[1] AND word < $5[1] || U&'\\+10FFFF') AS hit
         JOIN person AS one ON one.id = hit.person
         WHERE NOT EXISTS (SELECT 1 FROM unnest($5[2:]) AS typed (term) WHERE NOT EXISTS (
             SELECT 1 FROM person_word WHERE person = one.id AND word >= term AND word < term || U&'\\+10FFFF'))
         LIMIT $6"]
);

impl Store {
    /// People of a shop by name, a pair once. `search` is what a person typed.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn people(
        &self,
        shop: ShopId,
        wanted: PeopleState,
        search: Option<&str>,
        after: Option<&PeopleCursor>,
        limit: u32,
    ) -> Result<Vec<PersonRow>, StoreError> {
        let (name, id) = after.map_or(("", 0), |after| (after.name.as_str(), after.id));
        let searched = search.map(words::terms);
        let sql = match (&searched, wanted) {
            (Some(None), _) => return Ok(Vec::new()),
            (Some(Some(_)), _) => SEARCHED,
            (None, PeopleState::Any) => SHOWN,
            (None, PeopleState::InStep) => IN_STEP,
            (None, PeopleState::Differs | PeopleState::Held) => DIFFER,
            (None, PeopleState::Alone(_)) => ALONE,
            (None, PeopleState::Question) => ASKED,
            (None, PeopleState::LeftAlone) => LEFT_ALONE,
        };
        let asked = query(sql).bind(shop.0).bind(name).bind(id).bind(limit);
        let asked = match (searched.flatten(), wanted) {
            (Some(terms), _) => asked.bind(self.typed(terms)).bind(FOUND),
            (None, PeopleState::Differs) => asked.bind(0),
            (None, PeopleState::Held) => asked.bind(1),
            (None, PeopleState::Alone(on)) => asked.bind(side(on)),
            (None, _) => asked,
        };
        let rows = asked.fetch_all(&self.readers).await?;
        let rows = rows.iter().map(|row| {
            Ok(PersonRow {
                cursor: PeopleCursor {
                    id: row.try_get(0)?,
                    name: row.try_get(3)?,
                },
                side: read_side(row.try_get(1)?),
                record: RecordId::new(row.try_get::<String, _>(2)?),
            })
        });
        rows.collect()
    }

    /// What was typed, as the engine looks for it. PostgreSQL begins with the longest word, which is the rarest.
    fn typed(&self, mut terms: Vec<String>) -> Value<'static> {
        match self.readers.engine() {
            Engine::Sqlite => Value::Text(Some(words::matching(&terms).into())),
            Engine::Postgres => {
                terms.sort_by_key(|term| std::cmp::Reverse(term.len()));
                let begins = terms.iter().map(|term| term.chars().take(KEPT).collect());
                Value::Texts(begins.collect())
            }
        }
    }

    /// Every record that a person said is left alone.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn left_alone(
        &self,
        shop: ShopId,
    ) -> Result<Vec<(Side, Kind, RecordId)>, StoreError> {
        let rows: Vec<(i64, i64, String)> =
            query_as("SELECT side, kind, record FROM left_alone WHERE shop = $1")
                .bind(shop.0)
                .fetch_all(&self.readers)
                .await?;
        let read = rows.into_iter();
        Ok(read
            .map(|(side, kind, id)| (read_side(side), read_kind(kind), RecordId::new(id)))
            .collect())
    }

    /// Which of these contacts or customers a person is asked about.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn asked_about<'a>(
        &self,
        shop: ShopId,
        on: Side,
        ids: impl IntoIterator<Item = &'a RecordId>,
    ) -> Result<HashMap<RecordId, u64>, StoreError> {
        let rows: Vec<(String, i64)> = query_as(both!(
            "SELECT record, count(*) FROM review WHERE shop = $1 AND state = 'open' AND kind = 0 AND side = $2 AND record ",
            [list "3"],
            " GROUP BY record"
        ))
        .bind(shop.0)
        .bind(side(on))
        .bind(list(ids))
        .fetch_all(&self.readers)
        .await?;
        let counted = rows.into_iter();
        Ok(counted
            .map(|(id, count)| (RecordId::new(id), count.unsigned_abs()))
            .collect())
    }
}

macro_rules! keep_people {
    ($id:literal) => {
        both!(
            "INSERT INTO person (shop, side, record, name, words, linked)
             SELECT $1, $2, value ->> 'r', value ->> 'n', value ->> 'w', CASE WHEN EXISTS (SELECT 1 FROM link
                 WHERE link.shop = $1 AND link.kind = 0 AND link.broken_at IS NULL AND link.",
            $id,
            " = value ->> 'r') THEN 1 ELSE 0 END FROM ",
            [rows "3"],
            " WHERE true
             ON CONFLICT (shop, side, record) DO UPDATE SET name = excluded.name, words = excluded.words
             WHERE person.words <> excluded.words OR person.name <> excluded.name"
        )
    };
}

/// Keeps how people are looked for in step with the contacts that were just seen or written. Those whose words are as
/// they were are left alone.
pub(super) async fn keep(
    tx: &mut Tx,
    shop: ShopId,
    on: Side,
    records: impl Iterator<Item = (&Record, &[Key])>,
) -> Result<(), StoreError> {
    let rows: Vec<Json> = records
        .filter(|(record, _)| record.kind == Kind::Contact)
        .map(|(record, keys)| {
            object!({
                "r": record.id.as_str(),
                "n": name_of(record),
                "w": words_of(record, keys),
            })
        })
        .collect();
    if rows.is_empty() {
        return Ok(());
    }
    let linked = match on {
        Side::HighLevel => keep_people!("left_id"),
        Side::MyGadgetRepairs => keep_people!("right_id"),
    };
    query(linked)
        .bind(shop.0)
        .bind(side(on))
        .bind(json_rows(last_of_each(rows, &["r"])))
        .execute(tx)
        .await?;
    Ok(())
}

/// Takes somebody off the list who is no longer there.
pub(super) async fn gone(
    tx: &mut Tx,
    shop: ShopId,
    on: Side,
    id: &RecordId,
) -> Result<(), StoreError> {
    query("DELETE FROM person WHERE shop = $1 AND side = $2 AND record = $3")
        .bind(shop.0)
        .bind(side(on))
        .bind(id.as_str())
        .execute(&mut *tx)
        .await?;
    Ok(())
}
