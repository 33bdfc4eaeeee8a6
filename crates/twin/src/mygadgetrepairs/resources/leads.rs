//! `/leads` and their members (mygadgetrepairs-api.md 12.10): known to exist. All of their fields but `cf_<number>` are
//! guesses.

use serde_json::{Value, json};

use super::super::Account;
use super::super::book::Book;
use super::super::id::Id;
use super::super::records::Lead;
use super::super::settings::Settings;
use super::super::shelf::{Row, Shelf};
use super::kept::Kept;
use super::{Call, given, show, written};

impl Kept for Lead {
    const NAME: &'static str = "The lead";
    const TOKEN: &'static str = "leadId";

    fn shelf(book: &Book) -> &Shelf<Self> {
        &book.leads
    }

    fn shelf_mut(book: &mut Book) -> &mut Shelf<Self> {
        &mut book.leads
    }

    fn write(&mut self, account: &Account, call: &Call<'_>) -> Result<(), String> {
        let (book, clear) = (&account.book, account.settings.clear_on_empty);
        if let Some(name) = call.arguments.filter(&["name"]) {
            self.name = name;
        }
        let fields: [(&mut String, &[&str]); 4] = [
            (&mut self.email, &["email"]),
            (&mut self.mobile, &["mobile", "telephone", "phone"]),
            (&mut self.short_info, &["shortInfo", "subject", "title"]),
            (&mut self.description, &["description", "message"]),
        ];
        for (field, names) in fields {
            if let Some(text) = written(call, clear, names) {
                *field = text;
            }
        }
        if let Some(wanted) = call.arguments.filter(&["status"]) {
            Self::STATUSES
                .into_iter()
                .find(|known| known.eq_ignore_ascii_case(&wanted))
                .ok_or("The status is not known. Use New, Contacted, Converted or Lost.")?
                .clone_into(&mut self.status);
        }
        if self.status.is_empty() {
            Self::STATUSES[0].clone_into(&mut self.status);
        }
        self.customer = given::customer(book, call)?.or(self.customer);
        self.ticket = given::ticket(book, call)?.or(self.ticket);
        for field in &book.lead_fields {
            if let Some(text) = written(call, clear, &[&format!("cf_{}", field.id)]) {
                self.custom.insert(field.id, text);
            }
        }
        Ok(())
    }

    fn lacks(&self) -> Option<&'static str> {
        let nameless = self.name.trim().is_empty();
        nameless.then_some("The lead has no name. Send the argument name.")
    }

    fn number(&mut self, book: &mut Book) {
        self.number = book.next_lead;
        book.next_lead += 1;
    }

    fn show(book: &Book, settings: &Settings, row: &Row<Self>) -> Value {
        let lead = &row.body;
        let mut shown = json!({
            "id": row.id.to_string(),
            "ref": format!("L-{}", lead.number),
            "name": lead.name,
            "email": lead.email,
            "mobile": show::number(settings, &lead.mobile),
            "short_info": lead.short_info,
            "description": lead.description,
            "status": { "label": lead.status },
            "customer": show::customer_of(book, settings, lead.customer),
            "ticket": show::ticket_of(book, settings, lead.ticket),
        });
        if let Value::Object(fields) = &mut shown {
            show::custom(&book.lead_fields, &lead.custom, fields);
        }
        show::add_times(book, row, &mut shown);
        shown
    }

    fn about(&self) -> (Option<Id>, Option<Id>) {
        (self.customer, self.ticket)
    }

    fn texts(&self) -> Vec<&str> {
        vec![
            &self.name,
            &self.email,
            &self.mobile,
            &self.short_info,
            &self.description,
        ]
    }
}
