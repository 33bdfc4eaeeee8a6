//! How long the work of a shop takes: what is left of it, on the terms of its budgets, for previews and while it runs.

mod cost;
mod terms;

pub use cost::Cost;

use crate::connection::Connection;
use crate::judge::{Circumstances, Judge};
use crate::pass::tally::Tally;
use crate::{App, AppConfig, AppError};
use domain::{Kind, Lane, Record, RecordId, RunId, Side, Timestamp};
use http::Outlook;
use std::collections::BTreeSet;
use store::{IntentCount, IntentOp, IntentState, Shop, Store};
use sync::forecast::{Rows, Terms, Work, forecast};
use sync::messages::Pace;
use sync::{Deed, SingleDecision};

/// Of so many waiting records it is looked at whether they get a counterpart; the rest is taken to be alike.
const SAMPLE: u32 = 500;

/// What is known of a shop that decides how its work goes.
pub(crate) struct Ground<'a> {
    pub(crate) store: &'a Store,
    pub(crate) config: &'a AppConfig,
    pub(crate) shop: &'a Shop,
    pub(crate) judge: &'a Judge,
    /// What may be asked of either side.
    pub(crate) outlooks: [Outlook; 2],
    /// Whether the counter shows what changed since an instant.
    pub(crate) has_feed: bool,
    pub(crate) now: Timestamp,
}

impl Ground<'_> {
    /// What a preview found out would cost.
    pub(crate) async fn of_preview(&self, found: &Tally) -> Result<Cost, AppError> {
        let mut work = Work {
            reads: found.reads,
            note_reads: found.note_reads,
            note_reads_of_new: found.note_reads_of_new,
            key_looks: found.key_looks,
            ..Work::default()
        };
        for (deed, counts) in [
            (Deed::Create, &found.created),
            (Deed::Update, &found.updated),
            (Deed::Delete, &found.deleted),
        ] {
            for kind in Kind::ALL {
                for (side, counts) in [
                    (Side::HighLevel, &counts.highlevel),
                    (Side::MyGadgetRepairs, &counts.mygadgetrepairs),
                ] {
                    let count = counts.get(kind.name_on(side)).copied().unwrap_or(0);
                    work.plan.add(deed, side, kind, count);
                }
            }
        }
        let made = work.plan.count(Deed::Create, Side::HighLevel, Kind::Task);
        let mut terms = self.terms().await?;
        // The copy holds them already.
        terms.tasks = terms.tasks.saturating_sub(made);
        terms.watched = terms.watched.saturating_sub(found.note_reads_of_new);
        Ok(self.cost(&work, &terms))
    }

    /// What is left to do in this run costs; nothing where nothing is left.
    pub(crate) async fn of_what_is_left(
        &self,
        run: Option<RunId>,
    ) -> Result<Option<Cost>, AppError> {
        let Some(work) = self.left().await? else {
            return Ok(None);
        };
        let mut terms = self.terms().await?;
        if let Some(run) = run {
            let (made, last) = self.store.contacts_made(self.shop.id, run).await?;
            terms.pace = pace_after(made, terms.hears);
            terms.listened_seconds = last.map_or(0, |at| seconds_between(at, self.now));
            terms.written = self.written(run).await?;
        }
        Ok(Some(self.cost(&work, &terms)))
    }

    /// What a run has written to the counter so far.
    async fn written(&self, run: RunId) -> Result<Rows, AppError> {
        let mut rows = Rows::default();
        let counts = self
            .store
            .written_in_run(self.shop.id, run, Side::MyGadgetRepairs)
            .await?;
        for (kind, count) in counts {
            match kind {
                Kind::Contact => rows.customers = count,
                Kind::Task => rows.tickets = count,
                Kind::Appointment => rows.appointments = count,
                Kind::Note => {}
            }
        }
        Ok(rows)
    }

    fn cost(&self, work: &Work, terms: &Terms) -> Cost {
        Cost::of(forecast(work, terms), self.now, &self.judge.setting.zone)
    }

    /// What is decided and not written, what will follow from it, and the notes that are due.
    async fn left(&self) -> Result<Option<Work>, AppError> {
        let shop = self.shop.id;
        let mut work = Work::default();
        let mut nothing = true;
        for IntentCount {
            side,
            kind,
            op,
            state,
            count,
            ..
        } in self.store.count_intents(shop).await?
        {
            let deed = match op {
                IntentOp::Create => Deed::Create,
                IntentOp::Update => Deed::Update,
                IntentOp::Delete => Deed::Delete,
            };
            if matches!(
                state,
                IntentState::Ready | IntentState::Sent | IntentState::Unknown
            ) {
                work.plan.add(deed, side, kind, count);
                nothing = false;
            } else if state == IntentState::Written {
                let unread = &mut work.unread;
                match (side, kind) {
                    (Side::HighLevel, _) => unread.bookings += count,
                    (_, Kind::Contact) => unread.customers += count,
                    (_, Kind::Task) => unread.tickets += count,
                    (_, Kind::Note) => unread.comments += count,
                    (_, Kind::Appointment) => unread.appointments += count,
                }
                nothing = false;
            }
        }
        if nothing {
            return Ok(None);
        }
        for side in Side::BOTH {
            for kind in [Kind::Task, Kind::Appointment] {
                let followers = self.followers(side, kind).await?;
                work.note_reads_of_new += followers.people_at_work;
                if followers.made > 0 {
                    work.plan
                        .add(Deed::Create, side.other(), kind, followers.made);
                }
            }
        }
        // A task is given the number of the ticket that is made for it, and its contact's notes are looked at: once it
        // is made, and once more when it is read back.
        let tickets = work
            .plan
            .count(Deed::Create, Side::MyGadgetRepairs, Kind::Task);
        if tickets > 0 {
            work.plan
                .add(Deed::Update, Side::HighLevel, Kind::Task, tickets);
        }
        let rules = &self.judge.rules;
        let is_told = rules.notes.to != mapping::NotesTo::Off;
        if is_told || !rules.note_rules.is_empty() {
            let (due, never_looked_at) = self.due_notes().await?;
            work.note_reads = work.note_reads_of_new + 2 * tickets + due;
            work.first_note_reads = never_looked_at;
        } else {
            work.note_reads_of_new = 0;
        }
        if is_told && tickets > 0 {
            // Whether those contacts have notes to be told is not known before; taken to be as among the others.
            let (looked_at, with_notes) = self.store.contacts_with_notes(shop).await?;
            let digests = (tickets * with_notes).checked_div(looked_at).unwrap_or(0);
            work.plan
                .add(Deed::Create, Side::MyGadgetRepairs, Kind::Note, digests);
        }
        Ok(Some(work))
    }

    /// Records of a side that get a counterpart once their contact or customer has one, and those that are to be decided
    /// now that it has.
    async fn followers(&self, side: Side, kind: Kind) -> Result<Followers, AppError> {
        let (store, shop) = (self.store, self.shop.id);
        let (waiting, some) = store.followers(shop, side, kind, SAMPLE).await?;
        let at_work = some.iter().filter(|record| {
            (side, kind) == (Side::MyGadgetRepairs, Kind::Task) && self.judge.is_open(record)
        });
        let people: BTreeSet<&RecordId> = at_work
            .filter_map(|ticket| ticket.parent.as_ref())
            .collect();
        let people_at_work = of_all(waiting, people.len(), some.len());
        let made = of_all(waiting, self.count_made(&some), some.len());
        let (undecided, some) = store.undecided(shop, side, kind, SAMPLE).await?;
        Ok(Followers {
            made: made + of_all(undecided, self.count_made(&some), some.len()),
            people_at_work,
        })
    }

    /// How many of these get a counterpart.
    fn count_made(&self, records: &[Record]) -> usize {
        let circumstances = Circumstances {
            parent_linked: true,
            expected: false,
            now: self.now,
        };
        let is_made = |record: &&Record| {
            let decision = self.judge.single(record, circumstances);
            matches!(decision, SingleDecision::Create { .. })
        };
        records.iter().filter(is_made).count()
    }

    /// Contacts whose notes will be read because somebody called for it: those with a ticket that is being worked on,
    /// and where rules are about notes all of them. And how many of these for the first time.
    async fn due_notes(&self) -> Result<(u64, u64), AppError> {
        let (store, shop) = (self.store, self.shop.id);
        let (called, never_looked_at, some) = store.called_for_notes(shop, SAMPLE).await?;
        if !self.judge.rules.note_rules.is_empty() {
            return Ok((called, never_looked_at));
        }
        let links = store
            .links_of(shop, Side::HighLevel, Kind::Contact, &some)
            .await?;
        let customers: Vec<RecordId> = links.into_values().map(|link| link.right).collect();
        let tickets = store
            .children(shop, Side::MyGadgetRepairs, Kind::Task, &customers)
            .await?;
        let open = tickets
            .iter()
            .filter(|ticket| self.judge.is_open(&ticket.record));
        let people: BTreeSet<_> = open
            .filter_map(|ticket| ticket.record.parent.as_ref())
            .collect();
        let of_all = |all| of_all(all, people.len(), some.len());
        Ok((of_all(called), of_all(never_looked_at)))
    }
}

/// What follows from what is under way.
struct Followers {
    /// Records that get a counterpart.
    made: u64,
    /// People with tickets that are being worked on, who get a contact: their notes are read then.
    people_at_work: u64,
}

/// Of so many, as among those that were looked at.
fn of_all(all: u64, found: usize, looked_at: usize) -> u64 {
    (all * found as u64)
        .checked_div(looked_at as u64)
        .unwrap_or(0)
}

fn seconds_between(from: Timestamp, to: Timestamp) -> u64 {
    u64::try_from(to.as_second() - from.as_second()).unwrap_or(0)
}

/// How the pauses to listen stand after so many contacts.
fn pace_after(contacts: u64, hears: bool) -> Pace {
    let mut pace = Pace::default();
    let mut left = contacts;
    while left > 0 {
        let some = left.min(u64::from(pace.left()));
        pace.made(u32::try_from(some).unwrap_or(u32::MAX));
        left -= some;
        if left > 0 && pace.left() == 0 {
            if !hears {
                pace.deaf();
                return pace;
            }
            pace.quiet();
        }
    }
    pace
}

impl Connection {
    /// What may be asked of either side in a lane.
    pub(crate) async fn outlooks(&self, lane: Lane) -> Result<[Outlook; 2], AppError> {
        let (left, right) = self.budgets();
        Ok([left.outlook(lane).await?, right.outlook(lane).await?])
    }
}

impl App {
    /// What is left to do for a shop costs; nothing where nothing is left, or where it is not known yet. Asks nothing
    /// of the vendors.
    pub(crate) async fn remaining(
        &self,
        shop: &Shop,
        run: Option<RunId>,
    ) -> Result<Option<Cost>, AppError> {
        let judge = match self.stored_judge(shop).await {
            Ok(judge) => judge,
            // Not read yet.
            Err(AppError::Refused(_)) => return Ok(None),
            Err(error) => return Err(error),
        };
        let lane = Lane::Background;
        let left = self.budget(shop, Side::HighLevel).outlook(lane).await?;
        let right = self
            .budget(shop, Side::MyGadgetRepairs)
            .outlook(lane)
            .await?;
        let ground = Ground {
            store: &self.store,
            config: &self.config,
            shop,
            judge: &judge,
            outlooks: [left, right],
            has_feed: self.has_feed(shop).await?,
            now: self.now(),
        };
        ground.of_what_is_left(run).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pauses_go_on_where_they_stood() {
        assert_eq!(pace_after(0, true).left(), 10);
        assert_eq!(pace_after(10, true).left(), 0, "the next thing is a pause");
        assert_eq!(pace_after(11, true).left(), 19);
        assert_eq!(pace_after(31, true).left(), 39);
        assert_eq!(pace_after(31, false).left(), u32::MAX);
    }
}
