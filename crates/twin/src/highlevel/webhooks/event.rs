//! Which events a change fires. Changes through the API fire like those of people (highlevel-webhooks.md 2).
//!
//! Not known, and picked here: a change of tags or of do-not-disturb fires `ContactUpdate` too; a deleted contact takes its
//! tasks, notes, appointments and opportunities along without events of their own; a merge fires for the two contacts only.

use super::payload::{self, Payload};
use crate::highlevel::calendars::Appointment;
use crate::highlevel::contacts::model::Contact;
use crate::highlevel::messages::Message;
use crate::highlevel::notes::Note;
use crate::highlevel::opportunities::Opportunity;
use crate::highlevel::tasks::Task;
use crate::highlevel::world::World;

impl World {
    /// After a contact was made or changed.
    pub fn note_contact(&mut self, old: Option<&Contact>, new: &Contact, now: i64) {
        if !self.webhooks.listens() {
            return;
        }
        let Some(old) = old else {
            self.note("ContactCreate", payload::contact(new), now);
            return;
        };
        if old.tags != new.tags {
            self.note("ContactTagUpdate", payload::contact(new), now);
        }
        if (old.dnd, &old.dnd_settings) != (new.dnd, &new.dnd_settings) {
            self.note("ContactDndUpdate", payload::contact_dnd(new), now);
        }
        // Inbound settings alone fire nothing (highlevel-webhooks.md 5.2); a workflow is no part of the contact.
        let unseen = old.inbound_dnd != new.inbound_dnd || old.workflows != new.workflows;
        let shown = payload::contact_dnd(new);
        if !(unseen && payload::contact_dnd(old) == shown) {
            self.note("ContactUpdate", payload::contact(new), now);
        }
    }

    /// After a contact went.
    pub fn note_contact_gone(&mut self, contact: &Contact, now: i64) {
        if self.webhooks.listens() {
            self.note("ContactDelete", payload::contact(contact), now);
        }
    }

    /// `NoteCreate`, `NoteUpdate` or `NoteDelete`.
    pub fn note_note(&mut self, kind: &'static str, note: &Note, now: i64) {
        if self.webhooks.listens() {
            self.note(kind, payload::note(note), now);
        }
    }

    /// `TaskCreate`, `TaskComplete` or `TaskDelete`; there is nothing for other edits and for re-opening.
    pub fn note_task(&mut self, kind: &'static str, task: &Task, now: i64) {
        if self.webhooks.listens() {
            self.note(kind, payload::task(task), now);
        }
    }

    /// `AppointmentCreate`, `AppointmentUpdate` or `AppointmentDelete`.
    pub fn note_appointment(&mut self, kind: &'static str, event: &Appointment, now: i64) {
        if self.webhooks.listens() {
            let payload = payload::appointment(self, event);
            self.note(kind, payload, now);
        }
    }

    /// After an opportunity was made or changed: one event for each of its four sides that changed, and one for the whole
    /// (highlevel-webhooks.md 2). Their order is a guess.
    pub fn note_opportunity(&mut self, old: Option<&Opportunity>, new: &Opportunity, now: i64) {
        if !self.webhooks.listens() {
            return;
        }
        let Some(old) = old else {
            self.note("OpportunityCreate", payload::opportunity(new), now);
            return;
        };
        let stage = (&old.pipeline, &old.stage) != (&new.pipeline, &new.stage);
        for (kind, changed) in [
            ("OpportunityStageUpdate", stage),
            ("OpportunityStatusUpdate", old.status != new.status),
            (
                "OpportunityAssignedToUpdate",
                old.assigned_to != new.assigned_to,
            ),
            (
                "OpportunityMonetaryValueUpdate",
                old.value.total_cmp(&new.value).is_ne(),
            ),
        ] {
            if changed {
                self.note(kind, payload::opportunity(new), now);
            }
        }
        self.note("OpportunityUpdate", payload::opportunity(new), now);
    }

    /// After an opportunity went, which is told as a change too (highlevel-webhooks.md 2).
    pub fn note_opportunity_gone(&mut self, gone: &Opportunity, now: i64) {
        if self.webhooks.listens() {
            self.note("OpportunityUpdate", payload::opportunity(gone), now);
            self.note("OpportunityDelete", payload::opportunity(gone), now);
        }
    }

    /// After a message came or went.
    pub fn note_message(&mut self, message: &Message, now: i64) {
        if self.webhooks.listens() {
            let kind = if message.outbound {
                "OutboundMessage"
            } else {
                "InboundMessage"
            };
            self.note(kind, payload::message(message), now);
        }
    }

    /// Installs the app, or installs it again.
    pub fn note_install(&mut self, now: i64) {
        self.webhooks.installed = true;
        self.note("INSTALL", payload::install(self), now);
    }

    /// Tells of an installation through authorisation: of this location, or of the agency, which has none. `who` is the
    /// company and the person; both may be missing (highlevel-webhooks.md 5.1).
    pub fn note_installed(&mut self, agency: bool, who: Option<(&str, &str)>, now: i64) {
        let payload = payload::installed(agency, who);
        if agency {
            self.webhooks.note("INSTALL", payload, None, now);
        } else {
            self.webhooks.installed = true;
            self.note("INSTALL", payload, now);
        }
    }

    /// Tells that the agency took the app away.
    pub fn note_agency_uninstalled(&mut self, now: i64) {
        let payload = payload::agency_uninstalled(&self.location.company_id);
        self.webhooks.note("UNINSTALL", payload, None, now);
    }

    /// Takes the app away: this is the last that it hears.
    pub fn note_uninstall(&mut self, now: i64) {
        self.note("UNINSTALL", Payload::new(), now);
        self.webhooks.installed = false;
    }

    fn note(&mut self, kind: &'static str, payload: Payload, now: i64) {
        let Self {
            webhooks, location, ..
        } = self;
        webhooks.note(kind, payload, Some(&location.id), now);
    }
}
