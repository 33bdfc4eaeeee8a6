//! The journal and the runs, read.

use crate::review::title_of;
use crate::{App, AppError};
use domain::{Kind, RecordId, RunId, ShopId, Side};
use std::collections::{BTreeMap, BTreeSet};
use store::{JournalFilter, JournalPage, JournalRow, PeopleState, RunRow, StoredRecord};

/// Of people who are called so, so many are looked for in the journal.
const CALLED: u32 = 20;

/// Whom or what a line is about, as people know it now.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Subject {
    /// The name of the person, or the title of the work, as the record has it.
    pub name: Option<String>,
    /// The same of its counterpart.
    pub across: Option<String>,
    /// The number that the counter shows.
    pub reference: Option<String>,
}

impl App {
    /// The newest runs of a shop, newest first.
    ///
    /// # Errors
    /// When there is no such shop.
    pub async fn runs(&self, name: &str, limit: u32) -> Result<Vec<RunRow>, AppError> {
        let shop = self.shop(name).await?;
        Ok(self.store.runs(shop.id, limit).await?)
    }

    /// Runs of a shop, newest first, before the named one; only those that wrote, linked or failed, or are not over,
    /// where `did_something` says so.
    ///
    /// # Errors
    /// When there is no such shop.
    pub async fn runs_that_did(
        &self,
        name: &str,
        before: Option<RunId>,
        did_something: bool,
        limit: u32,
    ) -> Result<Vec<RunRow>, AppError> {
        let shop = self.shop(name).await?;
        let runs = self
            .store
            .runs_that_did(shop.id, before, did_something, limit);
        Ok(runs.await?)
    }

    /// The newest lines of a shop's journal, oldest of them first; of one record where it is named.
    ///
    /// # Errors
    /// When there is no such shop.
    pub async fn log(
        &self,
        name: &str,
        record: Option<&str>,
        limit: u32,
    ) -> Result<Vec<JournalRow>, AppError> {
        let shop = self.shop(name).await?;
        let record = record.map(RecordId::new);
        Ok(self
            .store
            .journal_tail(shop.id, record.as_ref(), limit)
            .await?)
    }

    /// The number of the newest line of every shop's journal, by the shop's name.
    ///
    /// # Errors
    /// When the store refuses.
    pub async fn newest_lines(&self) -> Result<Vec<(String, i64)>, AppError> {
        Ok(self.store.newest_lines().await?)
    }

    /// A page of a shop's journal, newest first.
    ///
    /// # Errors
    /// When there is no such shop.
    pub async fn journal_page(
        &self,
        name: &str,
        wanted: &JournalFilter,
        record: Option<&str>,
    ) -> Result<JournalPage, AppError> {
        let shop = self.shop(name).await?;
        let mut filter = wanted.clone();
        if let Some(text) = &filter.search {
            filter.found = self.people_called(shop.id, text).await?;
        }
        if let Some(text) = record {
            // By an id of either side, which the journal may know longer than the snapshots do, or by the counter's
            // number.
            filter.records.push(RecordId::new(text.trim()));
            let named = self.store.records_named(shop.id, text.trim()).await?;
            filter
                .records
                .extend(named.into_iter().map(|stored| stored.record.id));
            filter.records.dedup();
        }
        Ok(self.store.journal_page(shop.id, &filter).await?)
    }

    /// The records of people whose name begins with these words: the journal itself keeps no names.
    async fn people_called(&self, shop: ShopId, text: &str) -> Result<Vec<RecordId>, AppError> {
        let (any, store) = (PeopleState::Any, &self.store);
        let people = store.people(shop, any, Some(text), None, CALLED).await?;
        let mut found = Vec::new();
        for side in Side::BOTH {
            let of_side = people.iter().filter(|person| person.side == side);
            let ids: Vec<&RecordId> = of_side.map(|person| &person.record).collect();
            let links = store.links_of(shop, side, Kind::Contact, ids.iter().copied());
            let across = links.await?.into_values();
            found.extend(across.map(|link| link.on(side.other()).clone()));
            found.extend(ids.into_iter().cloned());
        }
        Ok(found)
    }

    /// Whom or what each of some lines is about, in their order. The journal itself keeps no names.
    ///
    /// # Errors
    /// When there is no such shop.
    pub async fn subjects(
        &self,
        name: &str,
        lines: &[JournalRow],
    ) -> Result<Vec<Subject>, AppError> {
        let shop = self.shop(name).await?;
        let mut wanted: BTreeMap<(Side, Kind), BTreeSet<RecordId>> = BTreeMap::new();
        for (side, kind, id) in lines.iter().flat_map(places) {
            wanted.entry((side, kind)).or_default().insert(id.clone());
        }
        let mut known: BTreeMap<(Side, RecordId), StoredRecord> = BTreeMap::new();
        for ((side, kind), ids) in &wanted {
            let records = self.store.records(shop.id, *side, *kind, ids).await?;
            known.extend(records.into_iter().map(|stored| {
                let record = &stored.record;
                ((record.side, record.id.clone()), stored)
            }));
        }
        let subject = |line: &JournalRow| {
            let found = |id: &Option<RecordId>, side: Side| {
                let stored = known.get(&(side, id.clone()?))?;
                Some(&stored.record)
            };
            let Some(side) = line.side else {
                return Subject::default();
            };
            let here = found(&line.record, side);
            let there = found(&line.counterpart, side.other());
            Subject {
                name: here.and_then(title_of),
                across: there.and_then(title_of),
                reference: [here, there]
                    .into_iter()
                    .flatten()
                    .filter(|record| record.side == Side::MyGadgetRepairs)
                    .find_map(|record| record.reference.clone()),
            }
        };
        Ok(lines.iter().map(subject).collect())
    }

    /// Lines after the given number, in order.
    ///
    /// # Errors
    /// When there is no such shop.
    pub async fn log_after(
        &self,
        name: &str,
        after: i64,
        limit: u32,
    ) -> Result<Vec<JournalRow>, AppError> {
        let shop = self.shop(name).await?;
        Ok(self.store.journal_after(shop.id, after, limit).await?)
    }
}

/// The records that a line names: its own first.
fn places(line: &JournalRow) -> impl Iterator<Item = (Side, Kind, &RecordId)> {
    // Lines about a person do not always say so.
    let kind = line.kind.unwrap_or(Kind::Contact);
    line.side.into_iter().flat_map(move |side| {
        let own = line.record.as_ref().map(|id| (side, kind, id));
        let across = line.counterpart.as_ref();
        own.into_iter()
            .chain(across.map(|id| (side.other(), kind, id)))
    })
}
