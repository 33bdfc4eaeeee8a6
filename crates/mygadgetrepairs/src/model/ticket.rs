//! Tickets (mygadgetrepairs-api.md 12.5).

use super::{Labelled, Person, Raw, changed_at, created, custom_fields, quiet_debug, remote};
use crate::{Error, Slot, Stamp, WireNames};
use domain::RecordId;
use serde_json::Value;
use std::collections::BTreeMap;

/// A ticket as read.
#[derive(Clone, PartialEq)]
pub struct Ticket {
    /// Id.
    pub id: RecordId,
    /// Prefix and number as people know it, `K-1042`.
    pub reference: Option<String>,
    /// The number alone.
    pub number: Option<i64>,
    /// The customer's id, where it was sent.
    pub customer: Option<RecordId>,
    /// The customer's `ref`; the only join that was observed (`customer.internal_id`).
    pub customer_reference: Option<String>,
    /// Title.
    pub short_info: Option<String>,
    /// Long text.
    pub description: Option<String>,
    /// Model names, put together by the vendor. Not to be parsed.
    pub device: Option<String>,
    /// Status, defined by the shop.
    pub status: Option<Labelled>,
    /// Issue type, defined by the shop.
    pub issue_type: Option<Labelled>,
    /// Technician.
    pub technician: Option<Person>,
    /// Where it was made, such as `Admin`.
    pub created_from: Option<String>,
    /// Its invoice. Some shops send an empty one although it was invoiced.
    pub invoice: Option<RecordId>,
    /// The invoice's number.
    pub invoice_number: Option<String>,
    /// When it was made.
    pub created: Option<Stamp>,
    /// When it last changed.
    pub changed: Option<Stamp>,
    /// Filled custom fields by `cf_<number>`.
    pub custom: BTreeMap<String, String>,
    /// As sent.
    pub raw: Raw,
}

remote!(Ticket, "ticket", |row, id| {
    let customer = row.object(&["customer"]);
    let invoice = row.object(&["invoice"]);
    Ticket {
        id,
        reference: row.text(&["ticket_ref", "ref"]),
        number: row.whole(&["ticket_no"]),
        customer: row.reference("customer", &["customer_id", "customerId"]),
        customer_reference: customer.and_then(|customer| customer.text(&["internal_id", "ref"])),
        short_info: row.text(&["short_info", "shortInfo"]),
        description: row.text(&["description"]),
        device: row.text(&["device"]),
        status: Labelled::read(row, "status"),
        issue_type: Labelled::read(row, "issue_type"),
        technician: Person::read(row, "technician"),
        created_from: row.text(&["created_from"]),
        invoice: invoice.and_then(|invoice| invoice.id(&["id"])),
        invoice_number: invoice.and_then(|invoice| invoice.text(&["number"])),
        created: created(row),
        changed: changed_at(row),
        custom: custom_fields(row),
        raw: Raw::new(),
    }
});

/// A new ticket, or the changed fields of one. `None` is not sent. All of its names are guesses.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct TicketWrite {
    /// Whose ticket; needed to create.
    pub customer: Option<RecordId>,
    /// Title; needed to create.
    pub short_info: Option<String>,
    /// Long text.
    pub description: Option<String>,
    /// Issue type, by id.
    pub issue_type: Option<RecordId>,
    /// Status, by id.
    pub status: Option<RecordId>,
    /// Technician, by user id.
    pub technician: Option<RecordId>,
    /// Custom fields by number, with or without `cf_`.
    pub custom: Option<BTreeMap<String, String>>,
}

quiet_debug!(TicketWrite {
    customer,
    short_info,
    description,
    issue_type,
    status,
    technician,
    custom
});

impl TicketWrite {
    pub(crate) fn arguments(
        &self,
        names: &WireNames,
        creating: bool,
    ) -> Result<Vec<(String, Value)>, Error> {
        let title = self.short_info.as_deref().map(str::trim);
        if creating && self.customer.is_none() {
            return Err(Error::invalid(
                "ticket",
                "it has no customer; link or create the customer first",
            ));
        }
        if (creating && title.is_none()) || title == Some("") {
            return Err(Error::invalid(
                "ticket",
                "the title is empty; give the task a title",
            ));
        }
        let mut arguments = Vec::new();
        for (slot, value) in [
            (
                Slot::TicketCustomer,
                self.customer.as_ref().map(RecordId::as_str),
            ),
            (Slot::TicketShortInfo, self.short_info.as_deref()),
            (Slot::TicketDescription, self.description.as_deref()),
            (
                Slot::TicketIssueType,
                self.issue_type.as_ref().map(RecordId::as_str),
            ),
            (
                Slot::TicketStatus,
                self.status.as_ref().map(RecordId::as_str),
            ),
            (
                Slot::TicketTechnician,
                self.technician.as_ref().map(RecordId::as_str),
            ),
        ] {
            if let Some(text) = value {
                names.put(&mut arguments, slot, &Value::from(text));
            }
        }
        super::filter::put_custom(names, &mut arguments, self.custom.as_ref());
        Ok(arguments)
    }
}
