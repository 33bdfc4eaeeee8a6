//! A person at the counter.

use serde_json::{Value as Json, json};
use twin::RunningTwins;

/// Works in the counter's account. Every act answers the id of its record, or nothing.
#[derive(Clone, Copy)]
pub struct CounterPerson<'a> {
    twins: &'a RunningTwins,
}

impl<'a> CounterPerson<'a> {
    /// Somebody at the counter of these twins.
    #[must_use]
    pub fn new(twins: &'a RunningTwins) -> Self {
        Self { twins }
    }

    /// Makes a customer of this name, with further fields under the names of the vendor's writes.
    #[must_use]
    pub fn customer(&self, name: &str, fields: Json) -> String {
        let mut fields = fields;
        fields["name"] = json!(name);
        self.create("customer", fields)
    }

    /// Changes a customer.
    pub fn edit_customer(&self, customer: &str, fields: Json) {
        self.edit("customer", customer, fields);
    }

    /// Puts a customer into a group, as `Trade`.
    pub fn put_into_group(&self, customer: &str, group: &str) {
        self.edit("customer", customer, json!({ "group": group }));
    }

    /// Opens a ticket.
    #[must_use]
    pub fn ticket(&self, customer: &str, title: &str) -> String {
        self.create(
            "ticket",
            json!({ "customer": customer, "shortInfo": title }),
        )
    }

    /// Changes a ticket.
    pub fn edit_ticket(&self, ticket: &str, fields: Json) {
        self.edit("ticket", ticket, fields);
    }

    /// Takes a ticket away.
    pub fn delete_ticket(&self, ticket: &str) {
        self.act(json!({ "action": "delete_ticket", "id": ticket }));
    }

    /// The label of the made-up shop's first status in this group: `open`, `waiting`, `ready`, `done` or `cancelled`.
    #[must_use]
    pub fn status_in(&self, group: &str) -> &str {
        let statuses = &self.twins.shop().statuses;
        let found = statuses.iter().find(|status| status.group == group);
        &found.expect("the shop has a status in the group").label
    }

    /// Changes the status of a ticket.
    pub fn set_status(&self, ticket: &str, label: &str) {
        self.on("set_status", ticket, json!({ "status": label }));
    }

    /// Moves a ticket through the first statuses of these groups, one after the other.
    pub fn walk_through(&self, ticket: &str, groups: &[&str]) {
        for group in groups {
            self.set_status(ticket, self.status_in(group));
        }
    }

    /// Gives a ticket to a member of staff, by id.
    pub fn assign(&self, ticket: &str, user: &str) {
        self.on("assign", ticket, json!({ "technician": user }));
    }

    /// Ids and names of the staff.
    #[must_use]
    pub fn staff(&self) -> Vec<(String, String)> {
        self.twins.mygadgetrepairs().users()
    }

    /// Hands the device of a ticket out.
    pub fn hand_out(&self, ticket: &str) {
        self.on("hand_out", ticket, json!({}));
    }

    /// Writes a comment that the customer does not see.
    #[must_use]
    pub fn comment(&self, ticket: &str, text: &str) -> String {
        self.create(
            "comment",
            json!({ "ticket": ticket, "comment": text, "public": false }),
        )
    }

    /// Adds a reminder with further fields, as `dueDate`, `customer` or `ticket`.
    #[must_use]
    pub fn reminder(&self, title: &str, fields: Json) -> String {
        let mut fields = fields;
        fields["title"] = json!(title);
        self.create("reminder", fields)
    }

    /// Changes a reminder.
    pub fn edit_reminder(&self, reminder: &str, fields: Json) {
        self.edit("reminder", reminder, fields);
    }

    /// Ticks a reminder off.
    pub fn complete_reminder(&self, reminder: &str) {
        self.on("complete_reminder", reminder, json!({}));
    }

    /// Adds a part or a piece of work to a ticket.
    #[must_use]
    pub fn line(&self, ticket: &str, name: &str, price: f64) -> String {
        self.create(
            "line",
            json!({ "ticketId": ticket, "name": name, "price": price }),
        )
    }

    /// Makes the invoice of a ticket, due on a day such as `2026-03-09` if one is named.
    #[must_use]
    pub fn invoice(&self, ticket: &str, amount: f64, due: Option<&str>) -> String {
        self.create(
            "invoice",
            json!({ "ticketId": ticket, "amount": amount, "dueDate": due }),
        )
    }

    /// Changes an invoice, as `dueDate`.
    pub fn edit_invoice(&self, invoice: &str, fields: Json) {
        self.edit("invoice", invoice, fields);
    }

    /// Changes an estimate.
    pub fn edit_estimate(&self, estimate: &str, fields: Json) {
        self.edit("estimate", estimate, fields);
    }

    /// Takes so much money for an invoice, or all that is owed.
    pub fn pay(&self, invoice: &str, amount: Option<f64>) {
        self.on("pay_invoice", invoice, json!({ "amount": amount }));
    }

    /// Gives so much money back, or all that came.
    pub fn refund(&self, invoice: &str, amount: Option<f64>) {
        self.on("refund_invoice", invoice, json!({ "amount": amount }));
    }

    /// Sells something at the till.
    #[must_use]
    pub fn sell(&self, amount: f64) -> String {
        self.create("sale", json!({ "amount": amount }))
    }

    /// Makes an estimate for a ticket and sends it.
    #[must_use]
    pub fn estimate(&self, ticket: &str, amount: f64) -> String {
        let made = self.create("estimate", json!({ "ticketId": ticket, "amount": amount }));
        self.on("send_estimate", &made, json!({}));
        made
    }

    /// Notes what the customer says to an estimate.
    pub fn answer_estimate(&self, estimate: &str, approved: bool) {
        let answer = if approved { "approved" } else { "declined" };
        self.on("answer_estimate", estimate, json!({ "answer": answer }));
    }

    /// Notes down somebody who asked.
    #[must_use]
    pub fn lead(&self, name: &str, subject: &str) -> String {
        self.create("lead", json!({ "name": name, "shortInfo": subject }))
    }

    /// Makes a customer with a ticket of whoever asked. Answers the ticket.
    #[must_use]
    pub fn convert_lead(&self, lead: &str) -> String {
        self.on("convert_lead", lead, json!({}))
    }

    /// Puts a customer's device on record, with further fields, as `imei` or `warrantyEnd`.
    #[must_use]
    pub fn device(&self, customer: &str, model: &str, fields: Json) -> String {
        let mut fields = fields;
        fields["customerId"] = json!(customer);
        fields["model"] = json!(model);
        self.create("asset", fields)
    }

    /// Books an appointment that starts then. Whoever misses it does nothing, and nothing is noted anywhere.
    #[must_use]
    pub fn book(&self, customer: &str, subject: &str, start: &str) -> String {
        self.create(
            "appointment",
            json!({ "customerId": customer, "subject": subject, "startDate": start }),
        )
    }

    /// Moves an appointment.
    pub fn move_appointment(&self, appointment: &str, start: &str) {
        self.edit("appointment", appointment, json!({ "startDate": start }));
    }

    /// Cancels an appointment.
    pub fn cancel_appointment(&self, appointment: &str) {
        self.act(json!({ "action": "delete_appointment", "id": appointment }));
    }

    fn create(&self, kind: &str, fields: Json) -> String {
        self.act(json!({ "action": format!("create_{kind}"), "fields": fields }))
    }

    fn edit(&self, kind: &str, id: &str, fields: Json) {
        self.on(&format!("edit_{kind}"), id, fields);
    }

    fn on(&self, action: &str, id: &str, fields: Json) -> String {
        self.act(json!({ "action": action, "id": id, "fields": fields }))
    }

    fn act(&self, action: Json) -> String {
        let done = self.twins.mygadgetrepairs().act(&action);
        done.unwrap_or_else(|why| panic!("the counter refuses {action}: {why}"))
    }
}
