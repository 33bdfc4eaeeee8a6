//! `/reminders` (mygadgetrepairs-api.md 12.4): known to exist. All of its fields are guesses.

use serde_json::{Value, json};

use super::super::Account;
use super::super::book::Book;
use super::super::id::Id;
use super::super::records::Reminder;
use super::super::settings::Settings;
use super::super::shelf::{Row, Shelf};
use super::kept::Kept;
use super::{Call, given, show, written};

impl Kept for Reminder {
    const NAME: &'static str = "The reminder";
    const TOKEN: &'static str = "reminderId";

    fn shelf(book: &Book) -> &Shelf<Self> {
        &book.reminders
    }

    fn shelf_mut(book: &mut Book) -> &mut Shelf<Self> {
        &mut book.reminders
    }

    fn write(&mut self, account: &Account, call: &Call<'_>) -> Result<(), String> {
        let (book, clear) = (&account.book, account.settings.clear_on_empty);
        if let Some(title) = call.arguments.filter(&["title", "subject", "name"]) {
            self.title = title;
        }
        if let Some(text) = written(call, clear, &["description", "notes"]) {
            self.description = text;
        }
        let due = given::moment(book, call, &["dueDate", "date", "reminderDate", "due"])?;
        self.due = due.or(self.due);
        self.staff = given::staff(book, call)?.or(self.staff);
        self.customer = given::customer(book, call)?.or(self.customer);
        self.ticket = given::ticket(book, call)?.or(self.ticket);
        match call.arguments.flag(&["completed", "isCompleted", "done"]) {
            Some(true) => self.completed = self.completed.or(Some(call.now)),
            Some(false) => self.completed = None,
            None => {}
        }
        Ok(())
    }

    fn lacks(&self) -> Option<&'static str> {
        let nameless = self.title.trim().is_empty();
        nameless.then_some("There is no title. Send the argument title.")
    }

    fn show(book: &Book, settings: &Settings, row: &Row<Self>) -> Value {
        let reminder = &row.body;
        let mut shown = json!({
            "id": row.id.to_string(),
            "title": reminder.title,
            "description": reminder.description,
            "due_date": given::shown_time(book, reminder.due),
            "completed": reminder.completed.is_some(),
            "completed_date": given::shown_time(book, reminder.completed),
            "staff": show::staff_of(book, settings, reminder.staff),
            "customer": show::customer_of(book, settings, reminder.customer),
            "ticket": show::ticket_of(book, settings, reminder.ticket),
        });
        show::add_times(book, row, &mut shown);
        shown
    }

    fn about(&self) -> (Option<Id>, Option<Id>) {
        (self.customer, self.ticket)
    }

    fn texts(&self) -> Vec<&str> {
        vec![&self.title, &self.description]
    }
}
