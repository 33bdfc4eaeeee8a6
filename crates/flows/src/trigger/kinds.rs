//! Which triggers there are.

/// A trigger that there is.
#[derive(Clone, Copy, Debug)]
pub struct TriggerKind {
    /// Its id.
    pub id: &'static str,
    /// The source of the sightings from which it is derived, or of the records that the clock watches.
    pub source: &'static str,
    /// Whether the clock sets it off: see [`crate::due`].
    pub clock: bool,
    /// The parameters that it knows.
    pub parameters: &'static [&'static str],
}

/// Every trigger but the vendor's further events, which are `highlevel.event.<Event>` and know no parameters.
#[must_use]
pub const fn triggers() -> &'static [TriggerKind] {
    TRIGGERS
}

/// The trigger of an id.
#[must_use]
pub fn trigger(id: &str) -> Option<TriggerKind> {
    TRIGGERS.iter().copied().find(|trigger| trigger.id == id)
}

/// Where the triggers of the vendor's further events begin.
pub(crate) const EVENT: &str = "highlevel.event.";

const fn seen(
    id: &'static str,
    source: &'static str,
    parameters: &'static [&'static str],
) -> TriggerKind {
    TriggerKind {
        id,
        source,
        clock: false,
        parameters,
    }
}

const fn clock(
    id: &'static str,
    source: &'static str,
    parameters: &'static [&'static str],
) -> TriggerKind {
    TriggerKind {
        id,
        source,
        clock: true,
        parameters,
    }
}

const CONTACT: &str = "highlevel.contact";
const NOTE: &str = "highlevel.note";
const TASK: &str = "highlevel.task";
const BOOKING: &str = "highlevel.appointment";
const DEAL: &str = "highlevel.opportunity";
const MESSAGE: &str = "highlevel.message";
const CUSTOMER: &str = "mygadgetrepairs.customer";
const TICKET: &str = "mygadgetrepairs.ticket";
const REMINDER: &str = "mygadgetrepairs.reminder";
const INVOICE: &str = "mygadgetrepairs.invoice";
const ESTIMATE: &str = "mygadgetrepairs.estimate";
const DIARY: &str = "mygadgetrepairs.appointment";

const TRIGGERS: &[TriggerKind] = &[
    seen("highlevel.contact.created", CONTACT, &["by"]),
    seen("highlevel.contact.updated", CONTACT, &["by", "fields"]),
    seen("highlevel.contact.deleted", CONTACT, &["by"]),
    seen("highlevel.contact.vanished", CONTACT, &["by"]),
    seen(
        "highlevel.contact.do_not_disturb_changed",
        CONTACT,
        &["by", "fields"],
    ),
    seen(
        "highlevel.contact.tags_changed",
        CONTACT,
        &["by", "tags", "tags_added", "tags_removed"],
    ),
    seen("highlevel.note.created", NOTE, &["by", "contains"]),
    seen("highlevel.note.updated", NOTE, &["by", "contains"]),
    seen("highlevel.note.deleted", NOTE, &["by"]),
    seen("highlevel.task.created", TASK, &["by"]),
    seen("highlevel.task.edited", TASK, &["by", "fields"]),
    seen("highlevel.task.completed", TASK, &["by"]),
    seen("highlevel.task.reopened", TASK, &["by"]),
    seen("highlevel.task.deleted", TASK, &["by"]),
    clock(
        "highlevel.task.overdue",
        TASK,
        &["days", "business_days", "hours", "minutes"],
    ),
    seen(
        "highlevel.appointment.created",
        BOOKING,
        &["by", "calendars"],
    ),
    seen(
        "highlevel.appointment.updated",
        BOOKING,
        &["by", "calendars", "fields", "statuses"],
    ),
    seen(
        "highlevel.appointment.cancelled",
        BOOKING,
        &["by", "calendars"],
    ),
    seen(
        "highlevel.appointment.no_show",
        BOOKING,
        &["by", "calendars"],
    ),
    clock(
        "highlevel.appointment.starts_soon",
        BOOKING,
        &["days", "hours", "minutes", "calendars"],
    ),
    seen("highlevel.opportunity.created", DEAL, &["by", "pipelines"]),
    seen(
        "highlevel.opportunity.stage_changed",
        DEAL,
        &["by", "pipelines", "stages"],
    ),
    seen(
        "highlevel.opportunity.closed",
        DEAL,
        &["by", "pipelines", "statuses"],
    ),
    seen(
        "highlevel.message.received",
        MESSAGE,
        &["channels", "contains"],
    ),
    seen("highlevel.message.sent", MESSAGE, &["channels", "contains"]),
    seen("highlevel.app.connection_changed", "highlevel.app", &[]),
    seen("mygadgetrepairs.customer.created", CUSTOMER, &["by"]),
    seen(
        "mygadgetrepairs.customer.updated",
        CUSTOMER,
        &["by", "fields", "tags", "tags_added", "tags_removed"],
    ),
    seen("mygadgetrepairs.customer.deleted", CUSTOMER, &["by"]),
    seen("mygadgetrepairs.ticket.created", TICKET, &["by"]),
    seen("mygadgetrepairs.ticket.updated", TICKET, &["by", "fields"]),
    seen("mygadgetrepairs.ticket.deleted", TICKET, &["by"]),
    seen(
        "mygadgetrepairs.ticket.status_changed",
        TICKET,
        &["by", "statuses", "groups"],
    ),
    seen("mygadgetrepairs.ticket.technician_changed", TICKET, &["by"]),
    seen("mygadgetrepairs.ticket.ready", TICKET, &["by"]),
    seen("mygadgetrepairs.ticket.completed", TICKET, &["by"]),
    clock(
        "mygadgetrepairs.ticket.stuck",
        TICKET,
        &["days", "business_days", "hours", "statuses", "groups"],
    ),
    seen(
        "mygadgetrepairs.comment.added",
        "mygadgetrepairs.comment",
        &["by", "contains", "internal"],
    ),
    seen("mygadgetrepairs.reminder.created", REMINDER, &["by"]),
    seen(
        "mygadgetrepairs.reminder.updated",
        REMINDER,
        &["by", "fields"],
    ),
    seen("mygadgetrepairs.reminder.completed", REMINDER, &["by"]),
    seen("mygadgetrepairs.invoice.created", INVOICE, &[]),
    seen("mygadgetrepairs.invoice.paid", INVOICE, &[]),
    seen("mygadgetrepairs.invoice.refunded", INVOICE, &[]),
    clock(
        "mygadgetrepairs.invoice.overdue",
        INVOICE,
        &["days", "business_days"],
    ),
    seen("mygadgetrepairs.estimate.created", ESTIMATE, &[]),
    seen("mygadgetrepairs.estimate.sent", ESTIMATE, &[]),
    seen("mygadgetrepairs.estimate.answered", ESTIMATE, &["answers"]),
    seen("mygadgetrepairs.lead.created", "mygadgetrepairs.lead", &[]),
    seen("mygadgetrepairs.appointment.created", DIARY, &["by"]),
    seen(
        "mygadgetrepairs.appointment.changed",
        DIARY,
        &["by", "fields"],
    ),
    clock(
        "mygadgetrepairs.appointment.missed",
        DIARY,
        &["hours", "minutes"],
    ),
];
