//! Records without a link: found, asked about, created, or left alone with a reason.

use super::pairs::{is_under_way, settle};
use super::people::Dissolved;
use crate::AppError;
use crate::judge::Circumstances;
use crate::pass::Pass;
use crate::pass::appointments::is_expected;
use crate::pass::payload::Payload;
use domain::{Kind, Record, RecordId, Side};
use mapping::CreateRule;
use std::collections::{BTreeSet, HashMap};
use store::{Change, IntentOp, RecordState, ReviewKind, StoredRecord};
use sync::{Match, Rung, SingleDecision, match_appointment, match_task};

impl Pass<'_> {
    pub(super) async fn decide_singles(
        &self,
        side: Side,
        kind: Kind,
        page: Vec<StoredRecord>,
    ) -> Result<Vec<Change>, AppError> {
        let gone: Vec<RecordId> = page
            .iter()
            .filter(|stored| stored.gone)
            .map(|stored| stored.record.id.clone())
            .collect();
        let mut changes = self.drop_deletes_of(&gone, side, kind).await?;
        let mut open_questions = Vec::new();
        let ids: Vec<RecordId> = page.iter().map(|stored| stored.record.id.clone()).collect();
        let open = self
            .store
            .open_intents(self.shop.id, side.other(), kind, &ids)
            .await?;
        for stored in page {
            let record = stored.record;
            match open.get(&record.id) {
                Some(intent) if is_under_way(intent) => changes.push(settle(&record)),
                _ if stored.gone => {
                    changes.push(settle(&record));
                    changes.push(Change::Moot(
                        ReviewKind::Match,
                        kind,
                        side,
                        record.id.clone(),
                        String::new(),
                    ));
                }
                stale => {
                    changes.extend(stale.map(|intent| Change::Cancel(intent.id)));
                    open_questions.push(record);
                }
            }
        }
        if open_questions.is_empty() {
            return Ok(changes);
        }
        // A record that we may have made ourselves is no news: its look-up links it.
        if self.may_be_ours(side, kind).await? {
            return Ok(changes);
        }
        changes.extend(match kind {
            Kind::Contact => self.decide_contacts(side, open_questions).await?,
            _ => self.decide_work(side, kind, open_questions).await?,
        });
        Ok(changes)
    }

    async fn decide_contacts(
        &self,
        side: Side,
        records: Vec<Record>,
    ) -> Result<Vec<Change>, AppError> {
        let ids: Vec<RecordId> = records.iter().map(|record| record.id.clone()).collect();
        let around = self.surroundings(side, &ids, &Dissolved::default()).await?;
        let once = self
            .store
            .once_linked(self.shop.id, side, Kind::Contact, &ids)
            .await?;
        let mut changes = Vec::new();
        for record in &records {
            match around.decide(record) {
                Match::Link { to, rung, reasons } => {
                    changes.extend(self.join(record, &to, rung_word(rung), &reasons));
                }
                Match::Review { candidates } => {
                    self.ask_who(record, &candidates, Some(&around), &mut changes);
                }
                Match::Create if once.contains(&record.id) => changes.push(settle(record)),
                Match::Create => {
                    changes.push(Change::Moot(
                        ReviewKind::Match,
                        Kind::Contact,
                        side,
                        record.id.clone(),
                        String::new(),
                    ));
                    self.create_or_not(record, true, &mut changes).await?;
                }
            }
        }
        Ok(changes)
    }

    /// Tasks, tickets and appointments: what belongs to a person.
    async fn decide_work(
        &self,
        side: Side,
        kind: Kind,
        records: Vec<Record>,
    ) -> Result<Vec<Change>, AppError> {
        let (shop, across) = (self.shop.id, side.other());
        let parents: BTreeSet<RecordId> = records
            .iter()
            .filter_map(|record| record.parent.clone())
            .collect();
        let links = self
            .store
            .links_of(shop, side, Kind::Contact, &parents)
            .await?;
        let partners: Vec<RecordId> = links.values().map(|link| link.on(across).clone()).collect();
        let here = by_parent(self.store.children(shop, side, kind, links.keys()).await?);
        let there = by_parent(self.store.children(shop, across, kind, &partners).await?);
        let linked = self.linked_tasks(side, kind, &here, &there).await?;
        let ids: Vec<RecordId> = records.iter().map(|record| record.id.clone()).collect();
        let once = self.store.once_linked(shop, side, kind, &ids).await?;
        let mut changes = Vec::new();
        let none = Vec::new();
        for record in &records {
            if kind == Kind::Appointment && self.stays_alone(record) {
                changes.push(settle(record));
                // Nobody has to answer any more which one it is.
                let (id, field) = (record.id.clone(), String::new());
                changes.push(Change::Moot(ReviewKind::Match, kind, side, id, field));
                continue;
            }
            let link = record.parent.as_ref().and_then(|parent| links.get(parent));
            let Some(link) = link else {
                changes.extend(self.person_is_expected(record));
                self.create_or_not(record, false, &mut changes).await?;
                continue;
            };
            let here = here.get(link.on(side)).unwrap_or(&none);
            let there = there.get(link.on(across)).unwrap_or(&none);
            let matched = match kind {
                Kind::Appointment => match_appointment(record, here, there, &linked),
                _ => match_task(record, here, there, &linked),
            };
            match matched {
                Match::Link { to, rung, reasons } => {
                    changes.extend(self.join(record, &to, rung_word(rung), &reasons));
                }
                Match::Review { candidates } => {
                    self.ask_who(record, &candidates, None, &mut changes);
                }
                Match::Create if once.contains(&record.id) => changes.push(settle(record)),
                Match::Create => self.create_or_not(record, true, &mut changes).await?,
            }
        }
        Ok(changes)
    }

    /// Whether an appointment gets no counterpart whatever stands on the other side: it is over, or called off, or
    /// the rules leave appointments out.
    fn stays_alone(&self, record: &Record) -> bool {
        !self.is_booking(record) || !self.judge.rules.appointments.are_synced()
    }

    /// A booking of somebody who has no counterpart yet: where the rules make people with appointments only, the
    /// person is decided about once more.
    fn person_is_expected(&self, record: &Record) -> Option<Change> {
        let counts = record.kind == Kind::Appointment
            && *self.judge.rules.create.on(record.side.other()) == CreateRule::Appointment;
        let parent = record.parent.clone().filter(|_| counts)?;
        Some(Change::Unsettle(record.side, Kind::Contact, parent))
    }

    /// What bears on a record without a counterpart.
    pub(in crate::pass) async fn circumstances(
        &self,
        record: &Record,
        parent_linked: bool,
    ) -> Result<Circumstances, AppError> {
        let now = self.now();
        let asked = record.kind == Kind::Contact
            && *self.judge.rules.create.on(record.side.other()) == CreateRule::Appointment;
        let expected = asked && is_expected(self.store, self.shop.id, record, now).await?;
        Ok(Circumstances {
            parent_linked,
            expected,
            now,
        })
    }

    async fn linked_tasks(
        &self,
        side: Side,
        kind: Kind,
        here: &HashMap<RecordId, Vec<Record>>,
        there: &HashMap<RecordId, Vec<Record>>,
    ) -> Result<BTreeSet<RecordId>, AppError> {
        let mut linked = BTreeSet::new();
        for (side, groups) in [(side, here), (side.other(), there)] {
            let ids = groups.values().flatten().map(|record| &record.id);
            linked.extend(
                self.store
                    .links_of(self.shop.id, side, kind, ids)
                    .await?
                    .into_keys(),
            );
        }
        Ok(linked)
    }

    /// A record that matches nobody gets a counterpart where the rules say so.
    async fn create_or_not(
        &self,
        record: &Record,
        parent_linked: bool,
        changes: &mut Vec<Change>,
    ) -> Result<(), AppError> {
        let circumstances = self.circumstances(record, parent_linked).await?;
        let state = match self.judge.single(record, circumstances) {
            SingleDecision::Create {
                side,
                changes: values,
                ..
            } => {
                let payload = Payload {
                    cause: format!("new in {}", record.side.title()),
                    changes: values,
                    ..Payload::default()
                };
                let id = record.id.clone();
                let intent = self.intent(side, record.kind, IntentOp::Create, None, id, &payload);
                changes.push(Change::Intend(Box::new(intent)));
                RecordState::Settled
            }
            SingleDecision::Wait(_) => RecordState::WaitsForParent,
            SingleDecision::Skip(_) => RecordState::Settled,
            SingleDecision::Hold(_) => RecordState::WaitsForPerson,
        };
        changes.push(Change::Settle(
            record.side,
            record.kind,
            record.id.clone(),
            state,
        ));
        Ok(())
    }
}

/// The rung of the ladder in words.
pub(super) const fn rung_word(rung: Rung) -> &'static str {
    match rung {
        Rung::SameStart => "same person and begin",
        Rung::PhoneAndName => "telephone and name",
        Rung::Email => "e-mail",
        Rung::EmailPhoneName => "e-mail, telephone and name",
        Rung::Mark => "mark",
        Rung::Link => "link",
    }
}

fn by_parent(records: Vec<StoredRecord>) -> HashMap<RecordId, Vec<Record>> {
    let mut groups: HashMap<RecordId, Vec<Record>> = HashMap::new();
    for stored in records {
        if let Some(parent) = stored.record.parent.clone() {
            groups.entry(parent).or_default().push(stored.record);
        }
    }
    groups
}
