//! Reading a side: the complete walk (first run and sweep), which survives a restart page by page, and the
//! short walk over what may have changed.

use super::Pass;
use crate::AppError;
use crate::ports::{Page, Port, Scope};
use domain::{Fingerprint, Kind, Record, RecordId, Side, Timestamp};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use std::collections::{HashMap, HashSet};
use std::sync::PoisonError;
use std::sync::atomic::Ordering;
use store::{Change, JournalEntry};

/// Records that a complete walk has not marked, looked through together.
const UNSEEN_AT_ONCE: u32 = 500;
/// Up to so many records of a kind, what a walk for news was shown is held, not marked.
const MOST_HELD: u64 = 10_000;
/// How far a poll looks back behind the newest change it has seen: the search index may lag by a minute
/// (highlevel-quirks.md 3.1).
const OVERLAP_SECONDS: i64 = 150;

/// A webhook that comes within this is not missed yet.
const TOLD_WITHIN_SECONDS: i64 = 15;

/// Where a complete walk stands.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct WalkState {
    /// The walk's number: the second at which it began.
    number: i64,
    /// Where the next page begins.
    next: Option<Json>,
    /// Whether it reached the end.
    done: bool,
    /// Whether records that it did not see have been dealt with.
    #[serde(default)]
    confirmed: bool,
}

/// Where a poll stands.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct PollState {
    /// Changes up to here have been read.
    newest: Option<Timestamp>,
    /// A newest-first poll went beyond its first page and has not reached its end. Its first pages are
    /// known by now, so that the next poll would stop too early: it walks through everything instead.
    #[serde(default)]
    unfinished: bool,
}

impl Pass<'_> {
    /// Whether a side and kind has ever been read completely.
    pub(super) async fn is_read(&self, side: Side, kind: Kind) -> Result<bool, AppError> {
        Ok(self.cursor(&read_once(side, kind)).await?.is_some())
    }

    /// When the last complete walk ended, or its last page was read.
    pub(super) async fn last_walk(
        &self,
        side: Side,
        kind: Kind,
    ) -> Result<Option<Timestamp>, AppError> {
        let stored = self.cursor(&walk(side, kind)).await?;
        Ok(stored.map(|row| row.at))
    }

    /// Reads all records of a kind, going on where an earlier walk was cut off, and finds out what vanished.
    pub(super) async fn walk_all(&self, port: &dyn Port, kind: Kind) -> Result<(), AppError> {
        let side = port.side();
        let source = walk(side, kind);
        let is_read = self.is_read(side, kind).await?;
        let mut state: WalkState = self.stood(&source).await?;
        if state.done && !state.confirmed {
            // Cut off after its last page: what it listed may be old by now, so that it only ends what it began.
            self.confirm_unseen(port, kind, state.number, &HashSet::new())
                .await?;
        }
        if state.number == 0 || state.done {
            let number = self.now().as_second().max(state.number + 1);
            state = WalkState {
                number,
                ..WalkState::default()
            };
        }
        while !state.done {
            let (asked_at, page) = self
                .read_page(port, kind, &Scope::All, state.next.as_ref())
                .await?;
            state.next = page.next;
            state.done = state.next.is_none();
            let is_empty = page.records.is_empty();
            let saw = self.saw(port, asked_at, page.records, state.number);
            let mut cursors = vec![(source.clone(), json(&state))];
            if state.done {
                if port.tells_changes(kind) {
                    // Whatever changed while we walked is newer than the walk's beginning.
                    let poll_state = PollState {
                        newest: Timestamp::from_second(state.number).ok(),
                        unfinished: false,
                    };
                    cursors.push((poll(side, kind), json(&poll_state)));
                }
                cursors.push((read_once(side, kind), Json::from(state.number)));
            }
            // That everything was read once lets others begin; else a page without records tells nothing.
            if is_empty && is_read {
                for (source, value) in cursors {
                    self.mark(source, value);
                }
            } else {
                let cursors = cursors
                    .into_iter()
                    .map(|(source, value)| Change::Cursor(source, value));
                self.commit([saw].into_iter().chain(cursors).collect())
                    .await?;
            }
        }
        self.confirm_unseen(port, kind, state.number, &HashSet::new())
            .await?;
        state.confirmed = true;
        self.mark(source, json(&state));
        Ok(())
    }

    /// The same for what is read as often as polls, since no list tells what changed: what is as it was kept stays untouched. A
    /// walk that is cut off is begun anew. What was never read, or is too much for that, is read completely.
    pub(super) async fn walk_for_news(&self, port: &dyn Port, kind: Kind) -> Result<(), AppError> {
        let side = port.side();
        let source = walk(side, kind);
        let last: WalkState = self.stood(&source).await?;
        let ended = last.done && last.confirmed && self.is_read(side, kind).await?;
        if !ended || self.count_known(side, kind).await? > MOST_HELD {
            return self.walk_all(port, kind).await;
        }
        let number = self.now().as_second().max(last.number + 1);
        let mut shown = HashSet::new();
        let mut next: Option<Json> = None;
        loop {
            let (asked_at, page) = self
                .read_page(port, kind, &Scope::All, next.as_ref())
                .await?;
            shown.extend(page.records.iter().map(|record| record.id.clone()));
            let news = self.news_of(side, kind, page.records).await?;
            if !news.is_empty() {
                self.commit(vec![self.saw(port, asked_at, news, number)])
                    .await?;
            }
            next = page.next;
            if next.is_none() {
                break;
            }
        }
        self.confirm_unseen(port, kind, number, &shown).await?;
        let state = WalkState {
            number,
            next: None,
            done: true,
            confirmed: true,
        };
        self.mark(source, json(&state));
        Ok(())
    }

    /// Reads what may have changed since the last poll.
    pub(super) async fn poll_changed(&self, port: &dyn Port, kind: Kind) -> Result<(), AppError> {
        let began = self.now();
        self.poll(port, kind).await?;
        let mut polled = self.polled.lock().unwrap_or_else(PoisonError::into_inner);
        polled.insert((port.side(), kind), began);
        Ok(())
    }

    async fn poll(&self, port: &dyn Port, kind: Kind) -> Result<(), AppError> {
        let state: PollState = self.stood(&poll(port.side(), kind)).await?;
        if state.unfinished {
            return self.walk_all(port, kind).await;
        }
        let since = state.newest.map(|newest| earlier(newest, OVERLAP_SECONDS));
        if port.lists_lag() {
            self.poll_oldest_first(port, kind, since, state.newest)
                .await
        } else {
            self.poll_newest_first(port, kind, since, state.newest)
                .await
        }
    }

    /// Sorted by change, oldest first, from a little before the last poll's end.
    async fn poll_oldest_first(
        &self,
        port: &dyn Port,
        kind: Kind,
        since: Option<Timestamp>,
        mut newest: Option<Timestamp>,
    ) -> Result<(), AppError> {
        let side = port.side();
        let scope = Scope::Changed(since);
        let mut next: Option<Json> = None;
        loop {
            let (asked_at, page) = self.read_page(port, kind, &scope, next.as_ref()).await?;
            let before = newest;
            newest = newest.max(newest_of(&page));
            let news = self.news_of(side, kind, page.records).await?;
            let state = PollState {
                newest,
                unfinished: false,
            };
            let source = poll(side, kind);
            if !news.is_empty() {
                let missed = self.missed(side, &news).await?;
                let saw = self.saw(port, asked_at, news, 0);
                let cursor = Change::Cursor(source, json(&state));
                self.commit([saw, cursor].into_iter().chain(missed).collect())
                    .await?;
            } else if newest != before {
                self.mark(source, json(&state));
            }
            next = page.next;
            if next.is_none() {
                return Ok(());
            }
        }
    }

    /// Newest first, for a vendor whose order is not reliable: stops after a whole page of known, unchanged
    /// records (mygadgetrepairs-api.md 1.2).
    async fn poll_newest_first(
        &self,
        port: &dyn Port,
        kind: Kind,
        since: Option<Timestamp>,
        before: Option<Timestamp>,
    ) -> Result<(), AppError> {
        let side = port.side();
        let source = poll(side, kind);
        let scope = Scope::Changed(since);
        let began = self.now();
        let mut next: Option<Json> = None;
        let mut open = false;
        loop {
            let (asked_at, page) = self.read_page(port, kind, &scope, next.as_ref()).await?;
            let mut changes = self.comments_due(side, kind, &page.records);
            let news = self.news_of(side, kind, page.records).await?;
            let changed = !news.is_empty();
            next = page.next;
            let done = !changed || next.is_none();
            if changed {
                changes.extend(self.missed(side, &news).await?);
                changes.push(self.saw(port, asked_at, news, 0));
            }
            if done && (changed || open) {
                let state = PollState {
                    newest: Some(began),
                    unfinished: false,
                };
                changes.push(Change::Cursor(source.clone(), json(&state)));
            } else if !done && !open {
                open = true;
                let state = PollState {
                    newest: before,
                    unfinished: true,
                };
                changes.push(Change::Cursor(source.clone(), json(&state)));
            }
            self.commit(changes).await?;
            if done {
                return Ok(());
            }
        }
    }

    /// One page of a list, with when it was asked for.
    async fn read_page(
        &self,
        port: &dyn Port,
        kind: Kind,
        scope: &Scope,
        next: Option<&Json>,
    ) -> Result<(Timestamp, Page), AppError> {
        let (asked_at, page) = self.asked(|| port.page(kind, scope, next)).await?;
        self.count_read(port.side());
        self.progress.read(port.side(), kind, page.records.len());
        self.hear(&page.records);
        Ok((asked_at, page))
    }

    /// Where a walk or a poll stood last.
    async fn stood<T: Default + DeserializeOwned>(&self, source: &str) -> Result<T, AppError> {
        let stored = self.cursor(source).await?;
        Ok(stored
            .and_then(|row| serde_json::from_value(row.value).ok())
            .unwrap_or_default())
    }

    /// The change that saves records as a side listed them when it was asked.
    fn saw(
        &self,
        port: &dyn Port,
        asked_at: Timestamp,
        records: Vec<Record>,
        sweep: i64,
    ) -> Change {
        let stale_after = port
            .lists_lag()
            .then(|| earlier(asked_at, self.config.index_lag_seconds));
        let records = records
            .into_iter()
            .map(|record| (self.keys_of(&record), record));
        Change::Saw {
            records: records.map(|(keys, record)| (record, keys)).collect(),
            sweep,
            asked_at,
            stale_after,
        }
    }

    /// While webhooks are heard, what is read because of them counts as told of.
    fn hear(&self, records: &[Record]) {
        if self.hearing.load(Ordering::Relaxed) {
            let told = records
                .iter()
                .map(|record| (record.side, record.kind, record.id.clone()));
            self.heard().extend(told);
        }
    }

    /// Counts changes of which no webhook told, where the side sends webhooks at all. What changed a moment ago
    /// may still be told of.
    async fn missed(&self, side: Side, news: &[Record]) -> Result<Option<Change>, AppError> {
        if self.hearing.load(Ordering::Relaxed) {
            return Ok(None);
        }
        let counts = self.store.counts_of_webhooks(self.shop.id, side).await?;
        if counts.last_at.is_none() {
            return Ok(None);
        }
        let settled = earlier(self.now(), TOLD_WITHIN_SECONDS);
        let missed = news
            .iter()
            .filter(|record| record.changed_at.is_none_or(|at| at < settled))
            .count();
        Ok((missed > 0).then_some(Change::Heard {
            asked: 0,
            webhooks: Vec::new(),
            on: side,
            told: 0,
            missed,
            last_at: None,
        }))
    }

    /// Those that are not as they were kept last.
    async fn news_of(
        &self,
        side: Side,
        kind: Kind,
        records: Vec<Record>,
    ) -> Result<Vec<Record>, AppError> {
        let ids = records.iter().map(|record| &record.id);
        let known: HashMap<RecordId, Fingerprint> = self
            .store
            .fingerprints(self.shop.id, side, kind, ids)
            .await?;
        let is_news = |record: &Record| known.get(&record.id) != Some(&Fingerprint::of(record));
        Ok(records.into_iter().filter(is_news).collect())
    }

    /// Asks the vendor, one by one, for records that a complete walk did not show. An index may lag and a
    /// list may shift while it is read, so absence from a walk proves nothing.
    async fn confirm_unseen(
        &self,
        port: &dyn Port,
        kind: Kind,
        walk: i64,
        shown: &HashSet<RecordId>,
    ) -> Result<(), AppError> {
        let side = port.side();
        let mut after: Option<RecordId> = None;
        loop {
            let unmarked = match (side, kind) {
                (Side::HighLevel, Kind::Appointment) => {
                    self.unseen_appointments(walk, after.as_ref(), UNSEEN_AT_ONCE)
                        .await?
                }
                _ => {
                    let (shop, after) = (self.shop.id, after.as_ref());
                    self.store
                        .unseen(shop, side, kind, walk, after, UNSEEN_AT_ONCE)
                        .await?
                }
            };
            let is_last = unmarked.len() < UNSEEN_AT_ONCE as usize;
            after = unmarked.last().cloned();
            let unseen: Vec<RecordId> = unmarked
                .into_iter()
                .filter(|id| !shown.contains(id))
                .collect();
            let known = match unseen.is_empty() {
                true => Vec::new(),
                false => {
                    let shop = self.shop.id;
                    self.store.records(shop, side, kind, &unseen).await?
                }
            };
            for stored in known {
                let id = stored.record.id.clone();
                self.count_read(side);
                let changes = match self
                    .asked(|| self.fetch_now(port, kind, &id, stored.record.parent.as_ref()))
                    .await?
                {
                    (asked_at, Some(record)) => {
                        let learnt = self.learn_calendars(&record);
                        let saw = self.saw_one(asked_at, record, walk);
                        [saw].into_iter().chain(learnt).collect()
                    }
                    (_, None) => self.vanished(side, kind, id).into(),
                };
                self.commit(changes).await?;
            }
            if is_last {
                return Ok(());
            }
        }
    }

    /// The changes that a record asks for which was not found where it was last seen. A HighLevel task is found below
    /// its contact only: where that is gone, the task may be with the contact into which it was merged.
    pub(super) async fn missing(
        &self,
        port: &dyn Port,
        kind: Kind,
        id: RecordId,
        parent: Option<&RecordId>,
    ) -> Result<Vec<Change>, AppError> {
        let side = port.side();
        let (Some(parent), Side::HighLevel, Kind::Task) = (parent, side, kind) else {
            return Ok(self.vanished(side, kind, id).into());
        };
        let known = self
            .store
            .record(self.shop.id, side, Kind::Contact, parent)
            .await?;
        if known.as_ref().is_some_and(|stored| stored.gone) {
            self.tasks_moved.store(true, Ordering::Relaxed);
            return Ok(Vec::new());
        }
        match self
            .patiently(|| port.fetch(Kind::Contact, parent, None))
            .await
        {
            Ok(Some(_)) => Ok(self.vanished(side, kind, id).into()),
            Ok(None) => {
                self.tasks_moved.store(true, Ordering::Relaxed);
                let contact = known.map(|_| self.vanished(side, Kind::Contact, parent.clone()));
                Ok(contact.into_iter().flatten().collect())
            }
            // Whether its contact is there is not known now: the next walk tells.
            Err(_) => Ok(Vec::new()),
        }
    }

    /// The changes that a record asks for which the vendor no longer has.
    pub(super) fn vanished(&self, side: Side, kind: Kind, id: RecordId) -> [Change; 2] {
        let told = JournalEntry {
            run: self.run,
            event: "vanished",
            side: Some(side),
            kind: Some(kind),
            record: Some(id.clone()),
            counterpart: None,
            detail: Json::Null,
        };
        [Change::Gone(side, kind, id), Change::Journal(told)]
    }

    /// The change that saves one record as it was shown by its id, or by its keys, when it was asked for.
    pub(super) fn saw_one(&self, asked_at: Timestamp, record: Record, sweep: i64) -> Change {
        let keys = self.keys_of(&record);
        Change::Saw {
            records: vec![(record, keys)],
            sweep,
            asked_at,
            stale_after: None,
        }
    }
}

fn read_once(side: Side, kind: Kind) -> String {
    format!("read.{side}.{kind}")
}

fn walk(side: Side, kind: Kind) -> String {
    format!("walk.{side}.{kind}")
}

fn poll(side: Side, kind: Kind) -> String {
    format!("poll.{side}.{kind}")
}

fn newest_of(page: &Page) -> Option<Timestamp> {
    page.records
        .iter()
        .filter_map(|record| record.changed_at)
        .max()
}

fn earlier(instant: Timestamp, seconds: i64) -> Timestamp {
    Timestamp::from_second(instant.as_second().saturating_sub(seconds))
        .unwrap_or(Timestamp::UNIX_EPOCH)
}

fn json(value: &impl Serialize) -> Json {
    serde_json::to_value(value).unwrap_or(Json::Null)
}
