//! On which terms a shop's work goes: its budgets, what is read again and again meanwhile, and the pauses to listen.

use super::{Ground, seconds_between};
use crate::AppError;
use crate::connection::FACTS_COST;
use crate::pass::appointments::{count_calendars, heeds_diary};
use crate::service::swept_at;
use domain::{Kind, Side, Timestamp};
use http::Outlook;
use sync::Budgets;
use sync::forecast::{Allowance, COUNTER_ROWS, CRM_ROWS, Day, Requests, Rows, Terms, Window};
use sync::messages::Pace;

impl Ground<'_> {
    pub(super) async fn terms(&self) -> Result<Terms, AppError> {
        let shop = self.shop.id;
        let hears = self.store.hears_webhooks(shop).await?;
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
