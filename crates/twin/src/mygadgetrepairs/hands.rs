//! The twin in the hands of a test: act as a person, look at everything.

use jiff::SignedDuration;
use serde_json::Value;

use super::answer::Answer;
use super::book::Book;
use super::control::{carried_out, plainly};
use super::person::Act;
use super::records::{Asset, Estimate, Invoice, Lead, Reminder};
use super::resources::{Kept, show_appointment, show_comment, show_customer, show_ticket};
use super::shelf::{Row, Shelf};
use super::{MyGadgetRepairsTwin, Settings};

impl MyGadgetRepairsTwin {
    /// Does what a person at the counter does; see `POST /_twin/person`. Answers the id of the record.
    ///
    /// # Errors
    /// What the account says against it, in words.
    pub fn act(&self, action: &Value) -> Result<String, String> {
        let wanted: Act = serde_json::from_value(action.clone()).map_err(|why| why.to_string())?;
        match carried_out(self, wanted) {
            Answer::Made { id, .. } | Answer::Changed(id) => {
                Ok(id.as_str().map_or_else(|| id.to_string(), str::to_owned))
            }
            Answer::Gone => Ok(action["id"].as_str().unwrap_or_default().to_owned()),
            other => Err(format!("{other:?}")),
        }
    }

    /// Locks the key out for so many seconds.
    pub fn lock_out(&self, seconds: u64) {
        let now = self.inner.clock.now();
        let length = SignedDuration::from_secs(i64::try_from(seconds).unwrap_or(i64::MAX / 2));
        let until = now.checked_add(length).unwrap_or(jiff::Timestamp::MAX);
        self.account().limits.lock(until);
    }

    /// All customers as they are, oldest first, with their times.
    pub fn customers(&self) -> Vec<Value> {
        self.all(|book| &book.customers, show_customer)
    }

    /// All tickets as they are, oldest first, with their times.
    pub fn tickets(&self) -> Vec<Value> {
        self.all(|book| &book.tickets, show_ticket)
    }

    /// All comments as they are, oldest first, with their times.
    pub fn comments(&self) -> Vec<Value> {
        self.all(|book| &book.comments, show_comment)
    }

    /// All reminders as they are, oldest first.
    pub fn reminders(&self) -> Vec<Value> {
        self.shown::<Reminder>()
    }

    /// All invoices of tickets as they are, oldest first, without their payments.
    pub fn invoices(&self) -> Vec<Value> {
        self.shown::<Invoice>()
    }

    /// All estimates as they are, oldest first.
    pub fn estimates(&self) -> Vec<Value> {
        self.shown::<Estimate>()
    }

    /// All leads as they are, oldest first.
    pub fn leads(&self) -> Vec<Value> {
        self.shown::<Lead>()
    }

    /// All customers' devices as they are, oldest first.
    pub fn assets(&self) -> Vec<Value> {
        self.shown::<Asset>()
    }

    /// Ids and labels of the statuses that are offered.
    pub fn statuses(&self) -> Vec<(u32, String)> {
        let account = self.account();
        let offered = account.book.statuses.iter().filter(|status| status.offered);
        offered
            .map(|status| (status.id, status.label.clone()))
            .collect()
    }

    /// Ids and names of the staff.
    pub fn users(&self) -> Vec<(String, String)> {
        let account = self.account();
        let users = account.book.users.iter();
        users
            .map(|user| (user.id.to_string(), format!("{} {}", user.first, user.last)))
            .collect()
    }

    /// Files that came for tickets: ticket and length.
    pub fn files(&self) -> Vec<(String, usize)> {
        let account = self.account();
        let uploads = account.book.uploads.values();
        uploads
            .filter_map(|(ticket, length)| Some((ticket.to_string(), (*length)?)))
            .collect()
    }

    fn shown<T: Kept>(&self) -> Vec<Value> {
        self.all(T::shelf, T::show)
    }

    fn all<T>(
        &self,
        of: fn(&Book) -> &Shelf<T>,
        show: fn(&Book, &Settings, &Row<T>) -> Value,
    ) -> Vec<Value> {
        let account = self.account();
        let (book, plain) = (&account.book, plainly(&account.settings));
        let rows = of(book).by_created();
        rows.map(|row| show(book, &plain, row)).collect()
    }

    /// All appointments as they are, oldest first, with their times.
    pub fn appointments(&self) -> Vec<Value> {
        self.all(|book| &book.appointments, show_appointment)
    }
}
