//! Webhooks that wait to be looked at. They are hints: what they name is fetched, and only that counts. Many hints
//! about one record cost one look.

use super::Pass;
use crate::AppError;
use crate::people::CLICK;
use crate::ports::PortError;
use domain::{
    FailureClass, Field, Fingerprint, Kind, Lane, Record, RecordId, Side, Timestamp, Value,
};
use futures::StreamExt;
use serde_json::{Value as Json, json};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::atomic::Ordering;
use store::{Change, JournalEntry, Signal, StoredRecord};

/// Webhooks looked at together.
const MOST: u32 = 2_000;
/// Looks under way at once at HighLevel.
const AT_ONCE: usize = 8;
/// More tickets than this are cheaper found by one poll of what changed.
const FEW: usize = 2;
/// Where it is remembered when MyGadgetRepairs was last asked because of a webhook.
const LOOKED: &str = "looked.mygadgetrepairs";

/// What became of a side's hints.
#[derive(Default)]
struct Taken {
    /// Whether anything has to be decided because of them.
    news: bool,
    /// When what was left can be looked at.
    again_at: Option<Timestamp>,
}

/// The hints about one record, or about none in particular.
#[derive(Default)]
struct Hint {
    webhooks: Vec<i64>,
    /// So many of them are a person's.
    clicks: usize,
    parent: Option<RecordId>,
    last_at: Option<Timestamp>,
    /// What they say of the record, each in its own body.
    bodies: Vec<Vec<u8>>,
    /// Whether one of them says that the record is gone.
    gone: bool,
    /// Whether one of them says that the work is finished.
    finished: bool,
    /// What flows wait for.
    events: Vec<store::NewSighting>,
}

type Hints = BTreeMap<(Option<Kind>, Option<RecordId>), Hint>;

/// What a look found.
enum Look {
    /// The webhooks show it as it is known already: our own write, come back.
    Known,
    Found(Box<Record>),
    Gone,
    /// A task that is not with its contact any more, and the contact is gone: it may have been merged.
    Moved(RecordId),
    /// It is not known whose it is: a walk over all of its kind finds it.
    Somewhere,
    /// It cannot be looked at by itself; the next poll or walk finds it.
    Left,
}

impl Pass<'_> {
    /// Looks at what webhooks told of, before anything is decided. Answers whether anything has to be decided
    /// because of them.
    pub(super) async fn take_signals(&self) -> Result<bool, AppError> {
        // Both sides' writers may call; one look at a time is enough.
        let Ok(_alone) = self.listening.try_lock() else {
            return Ok(false);
        };
        if self.is_deaf() {
            return Ok(false);
        }
        let signals = self.store.waiting_signals(self.shop.id, MOST).await?;
        let signals = self.without_repeats(signals).await?;
        if signals.is_empty() {
            return Ok(false);
        }
        self.begin_sightings().await?;
        let mut taken = Taken::default();
        let (left, right): (Vec<_>, Vec<_>) = signals
            .into_iter()
            .partition(|signal| signal.side == Side::HighLevel);
        for outcome in [
            self.take_from_crm(self.coalesce(left)).await?,
            self.take_from_counter(self.coalesce(right)).await?,
        ] {
            taken.news |= outcome.news;
            taken.again_at = taken.again_at.max(outcome.again_at);
        }
        *self.deaf_until() = taken.again_at;
        if taken.news {
            self.called.store(true, Ordering::Relaxed);
        }
        Ok(taken.news)
    }

    /// Hints about the same record are one.
    fn coalesce(&self, signals: Vec<Signal>) -> Hints {
        let mut hints = Hints::new();
        for signal in signals {
            let event = self.event_of(&signal);
            let hint = hints.entry((signal.kind, signal.record)).or_default();
            hint.events.extend(event);
            hint.webhooks.push(signal.webhook);
            hint.parent = signal.parent.or(hint.parent.take());
            match signal.what == CLICK {
                true => hint.clicks += 1,
                false => hint.last_at = hint.last_at.max(Some(signal.received_at)),
            }
            hint.gone |= signal.what.ends_with("Delete");
            hint.finished |= signal.what == "TaskComplete";
            hint.bodies.push(signal.body);
        }
        hints
    }

    /// An event that was looked at before tells nothing when it comes again.
    async fn without_repeats(&self, signals: Vec<Signal>) -> Result<Vec<Signal>, AppError> {
        let (repeats, signals): (Vec<_>, Vec<_>) =
            signals.into_iter().partition(|signal| signal.is_known);
        let mut changes = Vec::new();
        for on in Side::BOTH {
            let of_side = repeats.iter().filter(|repeat| repeat.side == on);
            let webhooks: Vec<i64> = of_side.map(|repeat| repeat.webhook).collect();
            if !webhooks.is_empty() {
                changes.push(Change::Heard {
                    webhooks,
                    asked: 0,
                    on,
                    told: 0,
                    missed: 0,
                    last_at: None,
                });
            }
        }
        self.commit(changes).await?;
        Ok(signals)
    }

    /// Whether a webhook told of something that has to be decided: then history makes room.
    pub(super) async fn is_called(&self) -> Result<bool, AppError> {
        if self.store.has_signals(self.shop.id).await? {
            self.take_signals().await?;
        }
        Ok(self.called.load(Ordering::Relaxed))
    }

    /// How urgent work on a record is: live where a webhook just told of it, and first of all where a person waits for
    /// an undo.
    pub(super) fn lane_of(&self, side: Side, kind: Kind, id: &RecordId) -> Lane {
        if self.own_work_only {
            return Lane::Interactive;
        }
        let heard = self.heard();
        if heard.contains(&(side, kind, id.clone())) {
            Lane::Live
        } else {
            Lane::Background
        }
    }

    async fn take_from_crm(&self, hints: Hints) -> Result<Taken, AppError> {
        if hints.is_empty() {
            return Ok(Taken::default());
        }
        let known = self.known(&hints).await?;
        let known = &known;
        let mut looks = futures::stream::iter(hints)
            .map(|((kind, id), hint)| async move {
                let asked_at = self.now();
                let look = match (kind, &id) {
                    (Some(kind), Some(id)) => {
                        let stored = known.get(&(kind, id.clone()));
                        if stored.is_some_and(|stored| self.is_known(kind, &hint, stored)) {
                            Ok(Look::Known)
                        } else {
                            self.look_at(kind, id, hint.parent.as_ref(), stored).await
                        }
                    }
                    _ => Ok(Look::Left),
                };
                (kind, id, hint, asked_at, look)
            })
            .buffer_unordered(self.at_once(AT_ONCE));
        let mut outcome = Outcome::default();
        let (mut news, mut booked) = (false, Vec::new());
        let mut thin = Vec::new();
        while let Some((kind, id, hint, asked_at, look)) = looks.next().await {
            let (Some(kind), Some(id)) = (kind, id) else {
                outcome.heard(hint);
                continue;
            };
            match look {
                Ok(Look::Found(record)) => {
                    let before = known.get(&(kind, id.clone()));
                    let changed = before.is_none_or(|stored| {
                        stored.gone || stored.fingerprint != Fingerprint::of(&record)
                    });
                    news |= before.is_none() && kind == Kind::Contact;
                    if changed && kind == Kind::Appointment && self.is_booking(&record) {
                        booked.push(record.id.clone());
                    }
                    outcome.told += usize::from(changed);
                    self.heard().insert((Side::HighLevel, kind, id));
                    outcome.changes.push(self.saw_one(asked_at, *record, 0));
                    outcome.heard(hint);
                }
                Ok(Look::Gone) => {
                    let stored = known.get(&(kind, id.clone()));
                    if stored.is_some_and(|stored| !stored.gone) {
                        outcome.told += 1;
                        self.heard().insert((Side::HighLevel, kind, id.clone()));
                        let vanished = self.vanished(Side::HighLevel, kind, id);
                        outcome.changes.extend(vanished);
                    }
                    outcome.heard(hint);
                }
                Ok(Look::Moved(contact)) => {
                    let shop = self.shop.id;
                    let stored = self
                        .store
                        .record(shop, Side::HighLevel, Kind::Contact, &contact)
                        .await?;
                    if stored.is_some_and(|stored| !stored.gone) {
                        let vanished = self.vanished(Side::HighLevel, Kind::Contact, contact);
                        outcome.changes.extend(vanished);
                    }
                    outcome.told += 1;
                    outcome.heard(hint);
                }
                Ok(Look::Somewhere) => thin.push((id, hint)),
                Ok(Look::Known | Look::Left) => {
                    if let (Kind::Note, Some(contact)) = (kind, hint.parent.clone()) {
                        // The notes of a person are read together.
                        outcome.changes.push(Change::NotesDue(contact));
                        outcome.polled = true;
                    }
                    outcome.heard(hint);
                }
                Err(error) => self.not_looked_at(kind, &id, hint, &error, &mut outcome),
            }
        }
        self.find_tasks(thin, &mut outcome).await?;
        if news {
            // Somebody may have entered the person at the counter a moment ago: then they are linked, not made.
            self.poll_counter(&[Kind::Contact]).await?;
        }
        self.read_diary_for(&booked).await?;
        let taken = outcome.taken();
        self.commit(outcome.into_changes(Side::HighLevel)).await?;
        Ok(taken)
    }

    /// Tasks of which webhooks told without saying whose they are: one walk over all tasks finds them.
    async fn find_tasks(
        &self,
        thin: Vec<(RecordId, Hint)>,
        outcome: &mut Outcome,
    ) -> Result<(), AppError> {
        let (side, kind) = (Side::HighLevel, Kind::Task);
        if thin.is_empty() {
            return Ok(());
        }
        // Before the first complete walk there is nothing to compare with; the walk reads them anyway.
        let walked = if self.is_read(side, kind).await? {
            self.walk_for_news(self.connection.on(side, Lane::Live), kind)
                .await
        } else {
            Ok(())
        };
        let refused = match walked {
            Ok(()) => None,
            Err(AppError::Vendor(error)) => Some(error),
            Err(other) => return Err(other),
        };
        for (id, hint) in thin {
            match &refused {
                Some(error) => self.not_looked_at(kind, &id, hint, error, outcome),
                None => {
                    self.heard().insert((side, kind, id));
                    outcome.polled = true;
                    outcome.heard(hint);
                }
            }
        }
        Ok(())
    }

    /// What the hints name, as far as it was seen before.
    async fn known(&self, hints: &Hints) -> Result<Known, AppError> {
        let mut known = Known::new();
        for kind in Kind::ALL {
            let ids: Vec<&RecordId> = hints
                .keys()
                .filter(|(of, _)| *of == Some(kind))
                .filter_map(|(_, id)| id.as_ref())
                .collect();
            if ids.is_empty() {
                continue;
            }
            let stored = self
                .store
                .records(self.shop.id, Side::HighLevel, kind, ids)
                .await?;
            let by_id = |stored: StoredRecord| ((kind, stored.record.id.clone()), stored);
            known.extend(stored.into_iter().map(by_id));
        }
        Ok(known)
    }

    /// Whether all that the webhooks show of a record is known. Judged by value: each must show every field as it is
    /// stored, and none that is stored may be missing, since emptied fields are left out.
    fn is_known(&self, kind: Kind, hint: &Hint, stored: &StoredRecord) -> bool {
        let port = self.connection.on(Side::HighLevel, Lane::Live);
        let finished = stored.record.fields.get(&Field::Completed);
        let finished = finished.and_then(Value::as_flag) == Some(true);
        !stored.gone
            && !hint.gone
            && (finished || !hint.finished)
            && !hint.bodies.is_empty()
            && hint.bodies.iter().all(|body| {
                port.told(kind, body)
                    .is_some_and(|told| shows(&told, &stored.record))
            })
    }

    async fn look_at(
        &self,
        kind: Kind,
        id: &RecordId,
        parent: Option<&RecordId>,
        stored: Option<&StoredRecord>,
    ) -> Result<Look, PortError> {
        let port = self.connection.on(Side::HighLevel, Lane::Live);
        let left_out = kind == Kind::Appointment && !self.keeps_appointments();
        if !super::KINDS.contains(&kind) || left_out {
            return Ok(Look::Left);
        }
        if kind != Kind::Task {
            return Ok(match self.fetch_now(port, kind, id, parent).await? {
                Some(record) => Look::Found(Box::new(record)),
                None => Look::Gone,
            });
        }
        // What is known of a task tells whose it is: an event may be thin (highlevel-webhooks.md 5.2), or older than
        // the merge of its contact.
        let known = stored.and_then(|stored| stored.record.parent.as_ref());
        let mut parents: Vec<&RecordId> = parent.into_iter().chain(known).collect();
        parents.dedup();
        if parents.is_empty() {
            return Ok(Look::Somewhere);
        }
        for parent in &parents {
            if let Some(record) = port.fetch(kind, id, Some(parent)).await? {
                return Ok(Look::Found(Box::new(record)));
            }
        }
        for parent in parents {
            if port.fetch(Kind::Contact, parent, None).await?.is_none() {
                self.tasks_moved.store(true, Ordering::Relaxed);
                return Ok(Look::Moved(parent.clone()));
            }
        }
        Ok(Look::Gone)
    }

    /// A look that failed in passing is made again later; one that is refused for good is left to polls and walks.
    fn not_looked_at(
        &self,
        kind: Kind,
        id: &RecordId,
        hint: Hint,
        error: &PortError,
        outcome: &mut Outcome,
    ) {
        match error.class {
            FailureClass::Transient => {
                outcome.again_at = outcome.again_at.max(Some(self.after(self.now(), 2.0)));
            }
            FailureClass::Deferred { until } => {
                outcome.again_at = outcome.again_at.max(Some(until));
            }
            FailureClass::NeedsHuman | FailureClass::Permanent | FailureClass::Bug => {
                outcome.changes.push(Change::Journal(JournalEntry {
                    run: self.run,
                    event: "not_looked_at",
                    side: Some(error.side),
                    kind: Some(kind),
                    record: Some(id.clone()),
                    counterpart: None,
                    detail: json!({"code": error.code, "message": error.message}),
                }));
                outcome.heard(hint);
            }
        }
    }

    /// MyGadgetRepairs names at most a ticket's number, a person also a customer; it is asked sparingly: a ticket or two are fetched, more are
    /// found by one poll of what changed.
    async fn take_from_counter(&self, hints: Hints) -> Result<Taken, AppError> {
        if hints.is_empty() {
            return Ok(Taken::default());
        }
        if let Some(until) = self.counter_rests_until().await? {
            return Ok(Taken {
                news: false,
                again_at: Some(until),
            });
        }
        let side = Side::MyGadgetRepairs;
        let mut outcome = Outcome::default();
        let mut polls: BTreeSet<Kind> = BTreeSet::new();
        let mut tickets: Vec<RecordId> = Vec::new();
        let mut customers: Vec<RecordId> = Vec::new();
        for ((kind, reference), hint) in hints {
            let known = match (kind, &reference) {
                (Some(Kind::Task), Some(reference)) => {
                    let reference = reference.as_str();
                    self.store
                        .by_reference(self.shop.id, Kind::Task, reference)
                        .await?
                }
                _ => None,
            };
            match (known, kind) {
                (Some(ticket), _) => tickets.push(ticket),
                // No notification names a customer: a person asked for this one.
                (None, Some(Kind::Contact)) if reference.is_some() => customers.extend(reference),
                (None, Some(kind)) if kind != Kind::Task => {
                    polls.insert(kind);
                }
                // A new ticket may belong to a new customer.
                (None, _) => polls.extend([Kind::Contact, Kind::Task]),
            }
            outcome.heard(hint);
        }
        if tickets.len() > FEW {
            polls.insert(Kind::Task);
        }
        if polls.contains(&Kind::Task) {
            tickets.clear();
        }
        let tickets = tickets.into_iter().map(|id| (Kind::Task, id));
        let customers = customers.into_iter().map(|id| (Kind::Contact, id));
        for (kind, id) in tickets.chain(customers) {
            let port = self.connection.on(side, Lane::Live);
            let asked_at = self.now();
            match port.fetch(kind, &id, None).await {
                Ok(found) => {
                    outcome.told += 1;
                    self.heard().insert((side, kind, id.clone()));
                    match found {
                        Some(record) => {
                            outcome.changes.push(self.saw_one(asked_at, record, 0));
                        }
                        None => outcome.changes.extend(self.vanished(side, kind, id)),
                    }
                }
                Err(error) => return self.counter_later(&error),
            }
        }
        let polls: Vec<Kind> = polls.into_iter().collect();
        outcome.polled = !polls.is_empty();
        if let Err(error) = self.poll_counter(&polls).await {
            return match error {
                AppError::Vendor(error) => self.counter_later(&error),
                other => Err(other),
            };
        }
        let taken = outcome.taken();
        let mut changes = outcome.into_changes(side);
        changes.push(Change::Cursor(LOOKED.to_owned(), Json::Null));
        self.commit(changes).await?;
        Ok(taken)
    }

    /// Polls what changed at the counter, on account of a webhook.
    async fn poll_counter(&self, kinds: &[Kind]) -> Result<(), AppError> {
        let port = self.connection.on(Side::MyGadgetRepairs, Lane::Live);
        for kind in kinds {
            // Before the first complete walk there is nothing to compare with; the walk reads it anyway.
            let left_out = *kind == Kind::Appointment && !self.heeds_diary();
            let known = super::KINDS.contains(kind) && !left_out;
            if known && self.is_read(port.side(), *kind).await? {
                self.hearing.store(true, Ordering::Relaxed);
                let polled = self.poll_changed(port, *kind).await;
                self.hearing.store(false, Ordering::Relaxed);
                polled?;
            }
        }
        Ok(())
    }

    /// The hints stay where they are until the side can be asked.
    fn counter_later(&self, error: &PortError) -> Result<Taken, AppError> {
        let again_at = match error.class {
            FailureClass::Deferred { until } => until,
            _ => self.after(self.now(), f64::from(self.config.poll_seconds)),
        };
        self.progress
            .update(|progress| progress.note = Some(error.message.clone()));
        Ok(Taken {
            news: false,
            again_at: Some(again_at),
        })
    }

    /// Webhooks of the counter are looked at so seldom that they use at most half of what may be asked.
    async fn counter_rests_until(&self) -> Result<Option<Timestamp>, AppError> {
        let per_minute = self.config.mygadgetrepairs_per_minute;
        if per_minute == 0 {
            return Ok(None);
        }
        let looked = self.cursor(LOOKED).await?;
        let until = looked.map(|row| self.after(row.at, 120.0 / f64::from(per_minute)));
        Ok(until.filter(|until| *until > self.now()))
    }
}

type Known = HashMap<(Kind, RecordId), StoredRecord>;

/// Whether a webhook shows a record just as it is stored.
fn shows(told: &Record, stored: &Record) -> bool {
    // Events of tasks do not say whether the work is finished; there is an event of its own for that.
    let counts = |field: &Field| *field != Field::Completed;
    let fields = told.fields.keys().chain(stored.fields.keys());
    let tags = |record: &Record| record.tags.iter().cloned().collect::<BTreeSet<String>>();
    fields
        .filter(|field| counts(field))
        .all(|field| field.same(told.fields.get(field), stored.fields.get(field)))
        && tags(told) == tags(stored)
        && (told.parent.is_none() || told.parent == stored.parent)
}

/// What is to be committed once the looks are over.
#[derive(Default)]
struct Outcome {
    changes: Vec<Change>,
    webhooks: Vec<i64>,
    /// So many of them are a person's.
    clicks: usize,
    told: usize,
    polled: bool,
    last_at: Option<Timestamp>,
    again_at: Option<Timestamp>,
}

impl Outcome {
    fn heard(&mut self, hint: Hint) {
        if !hint.events.is_empty() {
            self.changes.push(Change::Sighted(hint.events));
        }
        self.webhooks.extend(hint.webhooks);
        self.clicks += hint.clicks;
        self.last_at = self.last_at.max(hint.last_at);
    }

    fn taken(&self) -> Taken {
        Taken {
            news: self.told > 0 || self.polled,
            again_at: self.again_at,
        }
    }

    fn into_changes(self, on: Side) -> Vec<Change> {
        let mut changes = self.changes;
        // What a person asked for was told by no webhook.
        let told = match self.clicks == self.webhooks.len() {
            true => 0,
            false => self.told,
        };
        changes.push(Change::Heard {
            webhooks: self.webhooks,
            asked: self.clicks,
            on,
            told,
            missed: 0,
            last_at: self.last_at,
        });
        changes
    }
}
