//! What a person at the counter does besides writing records: hand out a device, take money and give it back, send an
//! estimate and note the answer, tick off a reminder, make a customer of a lead.

use axum::body::Bytes;
use axum::http::Method;
use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::Account;
use super::answer::Answer;
use super::arguments::Arguments;
use super::id::Id;
use super::resources::{self, Call, Resource};

/// Carries an act out; `None` when it is none of these.
pub(super) fn act(
    account: &mut Account,
    action: &str,
    id: &str,
    fields: &Map<String, Value>,
    now: Timestamp,
) -> Option<Answer> {
    let mut desk = Desk { account, id, now };
    let given = |name: &str| fields.get(name).cloned().unwrap_or(Value::Null);
    let amount = pence(fields);
    Some(match action {
        "hand_out" | "hand_out_ticket" => {
            let status = desk.account.book.handed_out;
            desk.ticket(&json!({ "status": status }))
        }
        "set_status" => desk.ticket(&json!({ "status": given("status") })),
        "assign" => desk.ticket(&json!({ "technician": given("technician") })),
        "pay_invoice" => desk.money(amount, resources::pay),
        "refund_invoice" => desk.money(amount, resources::refund),
        "send_estimate" => desk.estimate("Sent"),
        "answer_estimate" => match given("answer").as_str() {
            Some("approved") => desk.estimate("Approved"),
            Some("declined") => desk.estimate("Declined"),
            _ => Answer::invalid("The answer is not known. Send answer as approved or declined."),
        },
        "complete_reminder" => desk.reminder(true),
        "reopen_reminder" => desk.reminder(false),
        "convert_lead" => desk.convert(),
        _ => return None,
    })
}

/// Whatever is in `amount`, read as any amount is; what cannot be read counts as none that is allowed.
fn pence(fields: &Map<String, Value>) -> Option<i64> {
    match fields.get("amount") {
        None | Some(Value::Null) => None,
        Some(amount) => Some(
            amount
                .as_f64()
                .or_else(|| amount.as_str()?.parse().ok())
                .map_or(-1, |amount| (amount * 100.0).round() as i64),
        ),
    }
}

type Move = fn(&mut Account, Id, Option<i64>, Timestamp) -> Result<u32, String>;

struct Desk<'a> {
    account: &'a mut Account,
    id: &'a str,
    now: Timestamp,
}

impl Desk<'_> {
    fn write(
        &mut self,
        method: Method,
        resource: Resource,
        token: Option<&str>,
        fields: &Value,
    ) -> Answer {
        let mut arguments = Arguments::default();
        for (name, value) in fields.as_object().into_iter().flatten() {
            arguments.set(name, value.clone());
        }
        if let Some(token) = token {
            arguments.set(token, Value::from(self.id));
        }
        let body = Bytes::new();
        let call = Call {
            method,
            arguments,
            now: self.now,
            body: &body,
            by_person: true,
        };
        resources::answer(self.account, resource, &call)
    }

    fn ticket(&mut self, fields: &Value) -> Answer {
        self.write(Method::PUT, Resource::Ticket, Some("ticketId"), fields)
    }

    fn estimate(&mut self, status: &str) -> Answer {
        let fields = json!({ "status": status });
        self.write(Method::PUT, Resource::Estimate, Some("estimateId"), &fields)
    }

    fn reminder(&mut self, completed: bool) -> Answer {
        let fields = json!({ "completed": completed });
        self.write(Method::PUT, Resource::Reminder, Some("reminderId"), &fields)
    }

    fn money(&mut self, amount: Option<i64>, run: Move) -> Answer {
        let Some(id) = Id::read(self.id) else {
            return Answer::unknown("The invoice");
        };
        match run(self.account, id, amount, self.now) {
            Ok(payment) => Answer::Changed(Value::from(payment)),
            Err(message) => Answer::invalid(message),
        }
    }

    /// Whoever asked becomes a customer with a ticket. Answers the ticket.
    fn convert(&mut self) -> Answer {
        let book = &self.account.book;
        let lead = Id::read(self.id).and_then(|id| book.leads.get(id));
        let Some(lead) = lead.map(|row| row.body.clone()) else {
            return Answer::unknown("The lead");
        };
        let customer = match lead.customer {
            Some(known) => known.to_string(),
            None => {
                let fields =
                    json!({ "name": lead.name, "email": lead.email, "mobile": lead.mobile });
                match self.write(Method::POST, Resource::Customers, None, &fields) {
                    Answer::Made { id, .. } => id.as_str().unwrap_or_default().to_owned(),
                    refused => return refused,
                }
            }
        };
        let title = if lead.short_info.is_empty() {
            "Repair"
        } else {
            &lead.short_info
        };
        let fields =
            json!({ "customer": customer, "shortInfo": title, "description": lead.description });
        let ticket = match self.write(Method::POST, Resource::Tickets, None, &fields) {
            Answer::Made { id, .. } => id,
            refused => return refused,
        };
        let fields = json!({ "status": "Converted", "customer": customer, "ticket": ticket });
        self.write(Method::PUT, Resource::Lead, Some("leadId"), &fields);
        Answer::Changed(ticket)
    }
}
