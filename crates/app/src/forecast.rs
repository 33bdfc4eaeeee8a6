//! How long the work of a shop takes: what is left of it, on the terms of its budgets, for previews and while it runs.

use crate::connection::{Connection, FACTS_COST};
use crate::judge::{Circumstances, Judge};
use crate::pass::appointments::{count_calendars, heeds_diary};
use crate::pass::tally::Tally;
use crate::service::swept_at;
use crate::{App, AppConfig, AppError};
use domain::{Kind, Lane, Record, RecordId, RunId, Side, Timestamp};
use http::Outlook;
use jiff::tz::TimeZone;
use serde::Serialize;
use std::collections::BTreeSet;
use store::{IntentOp, IntentState, Shop, Store};
use sync::forecast::{
    Allowance, COUNTER_ROWS, CRM_ROWS, Day, Forecast, Requests, Rows, Terms, Window, Work, forecast,
};
use sync::messages::Pace;
use sync::{Budgets, Deed, SingleDecision};

/// Of so many waiting records it is looked at whether they get a counterpart; the rest is taken to be alike.
const SAMPLE: u32 = 500;

/// What work costs, and when it is done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Cost {
    /// Requests to HighLevel.
    pub highlevel: u64,
    /// Requests to MyGadgetRepairs.
    pub mygadgetrepairs: u64,
    /// Seconds that it takes from now on.
    pub seconds: u64,
    /// When it is done.
    pub finish_at: Timestamp,
    /// How long, and until when, for people; by the shop's clock.
    pub words: String,
}

impl Cost {
    fn of(forecast: Forecast, now: Timestamp, zone: &TimeZone) -> Self {
        Self {
            highlevel: forecast.highlevel,
            mygadgetrepairs: forecast.mygadgetrepairs,
            seconds: forecast.seconds,
            finish_at: forecast.finish_at,
            words: words(&forecast, now, zone),
        }
    }
}

/// For people: "about 2 hours 10 minutes, done around 16:40".
fn words(forecast: &Forecast, now: Timestamp, zone: &TimeZone) -> String {
    let here = |at: Timestamp| zone.to_datetime(at);
    let (today, then) = (here(now).date(), here(forecast.finish_at));
    let day = match then.date() {
        date if date == today => String::new(),
        date if today.tomorrow().is_ok_and(|tomorrow| tomorrow == date) => "tomorrow ".to_owned(),
        _ => format!("on {} ", then.strftime("%A, %-d %B,")),
    };
    format!(
        "{}, done {day}around {}",
        duration(forecast.seconds),
        then.strftime("%H:%M")
    )
}

fn duration(seconds: u64) -> String {
    let count =
        |number: u64, what: &str| format!("{number} {what}{}", if number == 1 { "" } else { "s" });
    match seconds {
        0..60 => "less than a minute".to_owned(),
        60..5_400 => format!("about {}", count(seconds.div_ceil(60), "minute")),
        5_400..172_800 => {
            // To ten minutes.
            let tens = seconds.div_ceil(600);
            match (tens / 6, tens % 6) {
                (hours, 0) => format!("about {}", count(hours, "hour")),
                (hours, tens) => format!("about {} {} minutes", count(hours, "hour"), tens * 10),
            }
        }
        _ => {
            let hours = seconds.div_ceil(3_600);
            match (hours / 24, hours % 24) {
                (days, 0) => format!("about {}", count(days, "day")),
                (days, hours) => {
                    format!("about {} {}", count(days, "day"), count(hours, "hour"))
                }
            }
        }
    }
}

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
        for (side, kind, op, state, count) in self.store.count_intents(shop).await? {
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

    async fn terms(&self) -> Result<Terms, AppError> {
        let shop = self.shop.id;
        let told = self.store.counts_of_webhooks(shop, Side::HighLevel).await?;
        let hears = told.last_at.is_some() || self.store.has_signals(shop).await?;
        let records = self.store.count_records(shop).await?;
        let count = |side, kind| {
            let found = records
                .iter()
                .find(|(on, of, _)| (*on, *of) == (side, kind));
            found.map_or(0, |(_, _, count)| *count)
        };
        let pages = |side, rows: u64| {
            // The first page is polled anyway.
            let pages = |kind| count(side, kind) / rows;
            pages(Kind::Contact) + pages(Kind::Task)
        };
        let tasks = count(Side::HighLevel, Kind::Task);
        let rules = &self.judge.rules;
        let calendars = count_calendars(self.store, shop, rules).await?;
        let keeps_appointments = u64::from(calendars > 0);
        let diary_pages = count(Side::MyGadgetRepairs, Kind::Appointment) / COUNTER_ROWS + 1;
        // The facts about the shop are read again as often.
        let sweep = Requests {
            highlevel: pages(Side::HighLevel, CRM_ROWS)
                + FACTS_COST.highlevel
                + calendars
                + keeps_appointments,
            mygadgetrepairs: pages(Side::MyGadgetRepairs, COUNTER_ROWS)
                + FACTS_COST.mygadgetrepairs
                + keeps_appointments * diary_pages,
        };
        let swept = swept_at(self.store, shop).await?;
        let swept = swept.and_then(|at| Timestamp::from_second(at).ok());
        let notes = self.store.note_totals(shop).await?;
        let polled = self
            .store
            .cursor(shop, &format!("seen.{}", Side::MyGadgetRepairs))
            .await?;
        let polled_ago = polled.map_or(0, |row| seconds_between(row.at, self.now));
        Ok(Terms {
            now: self.now,
            highlevel: allowance(&self.outlooks[0]),
            mygadgetrepairs: allowance(&self.outlooks[1]),
            budgets: Budgets {
                highlevel_per_day: u64::from(self.config.highlevel_per_day),
                ..Budgets::default()
            },
            poll_seconds: u64::from(self.config.poll_seconds),
            polled_ago: polled_ago.min(u64::from(self.config.poll_seconds)),
            sweep,
            sweep_seconds: u64::from(self.config.sweep_hours) * 3_600,
            swept_ago: swept.map_or(0, |at| seconds_between(at, self.now)),
            watched: notes.with_tickets,
            watch_seconds: sync::note_refresh_interval(
                notes.with_tickets,
                &rules.notes,
                u64::from(self.config.highlevel_per_day),
            ),
            tasks,
            calendars,
            heeds_diary: calendars > 0 && heeds_diary(rules),
            has_feed: self.has_feed,
            written: Rows::default(),
            pace: Pace::default(),
            listen_seconds: u64::from(self.config.listen_seconds),
            listened_seconds: 0,
            hears,
        })
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

fn allowance(outlook: &Outlook) -> Allowance {
    Allowance {
        window: outlook.windows.first().map(|window| Window {
            share: u64::from(window.share),
            length_ms: window.length_ms,
            used: window.used.clone(),
        }),
        day: outlook.day.map(|day| Day {
            share: u64::from(day.share),
            used: u64::from(day.used),
            until: day.until,
        }),
        not_before: outlook.paused_until,
    }
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

    fn said(seconds: u64) -> String {
        let now: Timestamp = "2026-07-01T13:30:00Z".parse().unwrap();
        let finish_at = now
            .checked_add(jiff::SignedDuration::from_secs(
                i64::try_from(seconds).unwrap(),
            ))
            .unwrap();
        let forecast = Forecast {
            highlevel: 0,
            mygadgetrepairs: 0,
            seconds,
            finish_at,
        };
        words(&forecast, now, &TimeZone::get("Europe/London").unwrap())
    }

    #[test]
    fn durations_are_told_for_people_by_the_shops_clock() {
        assert_eq!(said(20), "less than a minute, done around 14:30");
        assert_eq!(said(60), "about 1 minute, done around 14:31");
        assert_eq!(said(7_750), "about 2 hours 10 minutes, done around 16:39");
        assert_eq!(said(7_200), "about 2 hours, done around 16:30");
        assert_eq!(said(36_000), "about 10 hours, done tomorrow around 00:30");
        assert_eq!(
            said(3 * 86_400 + 3_600),
            "about 3 days 1 hour, done on Saturday, 4 July, around 15:30"
        );
    }

    #[test]
    fn the_pauses_go_on_where_they_stood() {
        assert_eq!(pace_after(0, true).left(), 10);
        assert_eq!(pace_after(10, true).left(), 0, "the next thing is a pause");
        assert_eq!(pace_after(11, true).left(), 19);
        assert_eq!(pace_after(31, true).left(), 39);
        assert_eq!(pace_after(31, false).left(), u32::MAX);
    }
}
