//! `/estimates`, their members and their feed (mygadgetrepairs-api.md 12.10): known to exist, tied to tickets, and approved
//! by customers. All of their fields are guesses.

use serde_json::{Value, json};

use super::super::Account;
use super::super::book::Book;
use super::super::id::Id;
use super::super::records::Estimate;
use super::super::settings::Settings;
use super::super::shelf::{Row, Shelf};
use super::kept::Kept;
use super::{Call, given, show, written};

impl Kept for Estimate {
    const NAME: &'static str = "The estimate";
    const TOKEN: &'static str = "estimateId";

    fn shelf(book: &Book) -> &Shelf<Self> {
        &book.estimates
    }

    fn shelf_mut(book: &mut Book) -> &mut Shelf<Self> {
        &mut book.estimates
    }

    fn write(&mut self, account: &Account, call: &Call<'_>) -> Result<(), String> {
        let (book, clear) = (&account.book, account.settings.clear_on_empty);
        if let Some(text) = written(call, clear, &["description", "notes"]) {
            self.description = text;
        }
        let amount = given::money(call, &["amount", "total", "price", "amountTotal"])?;
        self.amount = amount.unwrap_or(self.amount);
        if let Some(ticket) = given::ticket(book, call)? {
            self.ticket = Some(ticket);
            let of_ticket = book.tickets.get(ticket).and_then(|row| row.body.customer);
            self.customer = of_ticket.or(self.customer);
        }
        self.customer = given::customer(book, call)?.or(self.customer);
        if let Some(wanted) = call.arguments.filter(&["status"]) {
            let status = Self::STATUSES
                .into_iter()
                .find(|known| known.eq_ignore_ascii_case(&wanted))
                .ok_or("The status is not known. Use Draft, Sent, Approved or Declined.")?;
            if status != self.status {
                let answered = matches!(status, "Approved" | "Declined");
                self.answered = answered.then_some(call.now);
                if status == "Sent" {
                    self.sent = Some(call.now);
                }
            }
            status.clone_into(&mut self.status);
        }
        if self.status.is_empty() {
            Self::STATUSES[0].clone_into(&mut self.status);
        }
        Ok(())
    }

    fn lacks(&self) -> Option<&'static str> {
        let loose = self.ticket.is_none() && self.customer.is_none();
        loose.then_some("The estimate is for nobody. Send the argument ticketId or customerId.")
    }

    fn number(&mut self, book: &mut Book) {
        self.number = book.next_estimate;
        book.next_estimate += 1;
    }

    fn show(book: &Book, settings: &Settings, row: &Row<Self>) -> Value {
        let estimate = &row.body;
        let mut shown = json!({
            "id": row.id.to_string(),
            "number": estimate.number,
            "ticket": show::ticket_of(book, settings, estimate.ticket),
            "customer": show::customer_of(book, settings, estimate.customer),
            "description": estimate.description,
            "amount_total": given::shown_money(estimate.amount),
            "status": estimate.status,
            "sent_date": given::shown_time(book, estimate.sent),
            "answered_date": given::shown_time(book, estimate.answered),
        });
        show::add_times(book, row, &mut shown);
        shown
    }

    fn about(&self) -> (Option<Id>, Option<Id>) {
        (self.customer, self.ticket)
    }

    fn texts(&self) -> Vec<&str> {
        vec![&self.description, &self.status]
    }
}
