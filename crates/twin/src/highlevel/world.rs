//! The emulated location with everything in it.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::tz::TimeZone;
use serde::Serialize;
use serde_json::{Map, Value};

use super::businesses::Business;
use super::calendars::{AppointmentNotes, Appointments, Blocks, Calendar};
use super::contacts::model::Contact;
use super::contacts::store::Contacts;
use super::custom_fields::CustomField;
use super::date;
use super::id::Id;
use super::limits::Limits;
use super::messages::{self, Messages};
use super::notes::Note;
use super::opportunities::Opportunities;
use super::refusal::Refusal;
use super::settings::Settings;
use super::tasks::Tasks;
use super::token::{Credentials, Token};
use super::users::User;
use super::webhooks::Outbox;
use super::workflows::Workflow;
use crate::ids::Ids;

/// The sub-account itself.
#[derive(Debug, Clone)]
pub(crate) struct Location {
    pub id: String,
    pub company_id: String,
    pub name: String,
}

/// Something that would have started a customer's automations (highlevel-quirks.md 2.13).
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Automation {
    pub number: usize,
    /// `contact_created`, `tag_added`, `appointment_booked`, `workflow_added`, `campaign_added`, `opportunity_created`,
    /// `opportunity_stage_changed` or `opportunity_status_changed`.
    pub trigger: &'static str,
    pub contact_id: String,
    /// Tag, or the id of the appointment, workflow, campaign or opportunity.
    pub detail: String,
    /// `INTEGRATION` or `WEB_USER`.
    pub by: &'static str,
    pub at: String,
}

#[derive(Debug)]
pub(crate) struct World {
    pub settings: Settings,
    pub zone: TimeZone,
    pub ids: Ids,
    pub location: Location,
    pub tokens: Vec<Token>,
    pub limits: Limits,
    pub contacts: Contacts,
    pub tasks: Tasks,
    pub notes: BTreeMap<Id, Note>,
    pub notes_of: BTreeMap<Id, Vec<Id>>,
    pub calendars: Vec<Calendar>,
    pub appointments: Appointments,
    pub appointment_notes: AppointmentNotes,
    pub blocks: Blocks,
    pub opportunities: Opportunities,
    pub users: Vec<User>,
    pub businesses: BTreeMap<String, Business>,
    /// Tag id to name, in the order of making.
    pub tags: Vec<(String, String)>,
    pub custom_fields: Vec<CustomField>,
    pub workflows: Vec<Workflow>,
    pub automations: Vec<Automation>,
    pub messages: Messages,
    pub webhooks: Outbox,
}

impl World {
    pub fn new(seed: u64, settings: Settings, credentials: &Credentials) -> Self {
        let mut ids = Ids::seeded(seed ^ 0x0061_6867);
        Self {
            zone: date::zone(&settings.time_zone),
            workflows: super::workflows::usual(&mut ids),
            settings,
            location: Location {
                id: credentials.location_id.clone(),
                company_id: credentials.company_id.clone(),
                name: "Corner Phone Repairs".to_owned(),
            },
            ids,
            tokens: credentials.tokens(),
            limits: Limits::default(),
            contacts: Contacts::default(),
            tasks: Tasks::default(),
            notes: BTreeMap::new(),
            notes_of: BTreeMap::new(),
            calendars: Vec::new(),
            appointments: Appointments::default(),
            appointment_notes: AppointmentNotes::seeded(seed),
            blocks: Blocks::seeded(seed),
            opportunities: Opportunities::seeded(seed),
            users: Vec::new(),
            businesses: BTreeMap::new(),
            tags: Vec::new(),
            custom_fields: Vec::new(),
            automations: Vec::new(),
            messages: Messages::seeded(seed),
            webhooks: Outbox::seeded(seed),
        }
    }

    pub fn new_id(&mut self) -> Id {
        Id::new(self.ids.alphanumeric())
    }

    /// A contact as its sub-resources look it up.
    pub fn contact_above(&self, id: &str) -> Result<&Arc<Contact>, Refusal> {
        Id::parse(id)
            .and_then(|id| self.contacts.get(id))
            .ok_or_else(|| Refusal::no_contact_below(id))
    }

    /// Writes a contact; search knows of it after the lag.
    pub fn put_contact(&mut self, contact: Contact, now: i64) -> Arc<Contact> {
        let old = self.contacts.get(contact.id).cloned();
        let new = self.contacts.put(contact, now.saturating_add(self.lag()));
        self.note_contact(old.as_deref(), &new, now);
        new
    }

    fn lag(&self) -> i64 {
        i64::try_from(self.settings.index_lag_ms).unwrap_or(i64::MAX)
    }

    /// Removes a contact with its tasks, notes and opportunities; its appointments are marked deleted.
    pub fn remove_contact(&mut self, id: Id, now: i64) -> bool {
        let gone_at = now.saturating_add(self.lag());
        let Some(gone) = self.contacts.remove(id, gone_at) else {
            return false;
        };
        self.note_contact_gone(&gone, now);
        self.tasks.remove_of(id);
        for note in self.notes_of.remove(&id).unwrap_or_default() {
            self.notes.remove(&note);
        }
        self.opportunities.remove_of(id);
        self.appointments.delete_of(id, now);
        true
    }

    pub fn note_automation(
        &mut self,
        trigger: &'static str,
        contact: Id,
        detail: &str,
        by: &'static str,
        now: i64,
    ) {
        self.automations.push(Automation {
            number: self.automations.len() + 1,
            trigger,
            contact_id: contact.to_string(),
            detail: detail.to_owned(),
            by,
            at: date::iso(now),
        });
        messages::automate(self, trigger, contact, detail, now);
    }

    /// Puts names into the location's tag dictionary that are not there yet.
    pub fn learn_tags(&mut self, names: &[String]) {
        for name in names {
            if !self.tags.iter().any(|(_, known)| known == name) {
                let id = self.ids.alphanumeric_text();
                self.tags.push((id, name.clone()));
            }
        }
    }

    pub fn set_settings(&mut self, settings: Settings, now: i64) {
        self.zone = date::zone(&settings.time_zone);
        self.settings = settings;
        let latest = now.saturating_add(self.lag());
        self.contacts.index.hasten(latest);
    }
}

/// `{succeded, succeeded}`: both spellings are part of every such answer (highlevel-api.md 3.1).
pub(crate) fn both_spellings() -> Value {
    let mut body = Map::new();
    body.insert("succeded".to_owned(), Value::Bool(true));
    body.insert("succeeded".to_owned(), Value::Bool(true));
    Value::Object(body)
}
