//! Fills the location with the CRM side of a made-up shop. Nothing is announced: history starts no automations.

use super::HighLevelTwin;
use super::calendars::{Appointment, Calendar};
use super::contacts::model::{Contact, Writer};
use super::date;
use super::id::Id;
use super::notes::{self, Note};
use super::opportunities::Opportunity;
use super::tasks::Task;
use super::users::User;
use super::world::World;
use crate::shop::{self, MadeUpShop};
use serde_json::json;

impl HighLevelTwin {
    /// Puts the shop's staff, calendars, contacts, tasks, notes, appointments and opportunities into the location and takes over its
    /// country and time zone. Answers the contacts' ids in the shop's order.
    pub fn load(&self, shop: &MadeUpShop) -> Vec<String> {
        let world = &mut *self.world();
        world.settings.country.clone_from(&shop.settings.country);
        world.settings.time_zone = shop.time_zone.to_string();
        world.zone = date::zone(&shop.time_zone);
        let mut loading = Loading::new(world, shop);
        for contact in &shop.contacts {
            loading.contact(contact);
        }
        for task in &shop.tasks {
            loading.task(task);
        }
        for note in &shop.notes {
            loading.note(note);
        }
        for appointment in &shop.crm_appointments {
            loading.appointment(appointment);
        }
        for opportunity in &shop.opportunities {
            loading.opportunity(opportunity);
        }
        let contacts = loading.contacts;
        world.contacts.index.advance(i64::MIN);
        contacts.iter().map(Id::to_string).collect()
    }

    /// In place of what the location holds: what another one does, by the same ids, as far as people keep it in their
    /// daily work (contacts, tasks, notes, appointments, tags, fields, staff).
    pub fn take_over(&self, other: &Self) {
        let other = other.world();
        let world = &mut *self.world();
        world.settings.country.clone_from(&other.settings.country);
        world
            .settings
            .time_zone
            .clone_from(&other.settings.time_zone);
        world.zone = other.zone.clone();
        world.contacts = other.contacts.clone();
        world.tasks = other.tasks.clone();
        world.notes.clone_from(&other.notes);
        world.notes_of.clone_from(&other.notes_of);
        world.calendars.clone_from(&other.calendars);
        world.appointments = other.appointments.clone();
        world.users.clone_from(&other.users);
        world.tags.clone_from(&other.tags);
        world.custom_fields.clone_from(&other.custom_fields);
        world.workflows.clone_from(&other.workflows);
    }
}

struct Loading<'a> {
    world: &'a mut World,
    users: Vec<String>,
    calendars: Vec<String>,
    contacts: Vec<Id>,
    writer: Writer,
}

impl<'a> Loading<'a> {
    fn new(world: &'a mut World, shop: &MadeUpShop) -> Self {
        let mut users = Vec::new();
        for user in &shop.users {
            let id = world.ids.alphanumeric_text();
            users.push(id.clone());
            world.users.push(User {
                id,
                first_name: user.first.to_string(),
                last_name: user.last.to_string(),
                email: user.email.to_string(),
                admin: user.role == "Manager",
            });
        }
        let mut calendars = Vec::new();
        let last = shop.calendars.len().saturating_sub(1);
        for (number, calendar) in shop.calendars.iter().enumerate() {
            let id = calendar.id.clone();
            let id = id.unwrap_or_else(|| world.ids.alphanumeric_text());
            calendars.push(id.clone());
            world.calendars.push(Calendar {
                id,
                name: calendar.name.to_string(),
                slot_minutes: calendar.slot_minutes,
                team: users.clone(),
                // One of several refuses appointments without a member of its team.
                needs_user: number == last && last > 0,
            });
        }
        let writer = Writer::person(users.first().map_or("", String::as_str));
        Self {
            world,
            users,
            calendars,
            contacts: Vec::with_capacity(shop.contacts.len()),
            writer,
        }
    }

    /// The id that a record has, or a fresh one.
    fn id(&mut self, known: Option<&str>) -> Id {
        let known = known.and_then(Id::parse);
        known.unwrap_or_else(|| self.world.new_id())
    }

    fn user(&self, number: Option<usize>) -> String {
        number
            .and_then(|number| self.users.get(number))
            .cloned()
            .unwrap_or_default()
    }

    fn contact(&mut self, from: &shop::Contact) {
        let id = self.id(from.id.as_deref());
        let mut contact = Contact::new(id, from.created.as_millisecond(), &self.writer);
        contact.first_name.clone_from(&from.first);
        contact.last_name.clone_from(&from.last);
        contact.email.clone_from(&from.email);
        contact.phone.clone_from(&from.phone);
        contact.company_name.clone_from(&from.company);
        contact.address1.clone_from(&from.address1);
        contact.city.clone_from(&from.city);
        contact.postal_code.clone_from(&from.postal_code);
        contact.country.clone_from(&from.country);
        contact.source = from.source.to_string();
        contact.dnd = from.dnd;
        for channel in &from.blocked {
            let setting = json!({ "status": "active", "message": "", "code": "" });
            contact.dnd_settings.insert((*channel).to_owned(), setting);
        }
        contact.tags = super::contacts::write::tidy_tags(&from.tags);
        self.world.learn_tags(&contact.tags);
        self.contacts.push(id);
        self.world.contacts.put(contact, i64::MIN);
    }

    fn task(&mut self, from: &shop::Task) {
        let Some(contact) = self.contacts.get(from.contact).copied() else {
            return;
        };
        let task = Task {
            id: self.id(from.id.as_deref()),
            contact,
            title: from.title.clone(),
            body: from.body.clone(),
            assigned_to: self.user(from.assigned_to),
            due: from.due.as_millisecond(),
            completed: from.completed,
            added: from.created.as_millisecond(),
            updated: from.created.as_millisecond(),
        };
        self.world.tasks.put(task);
    }

    fn note(&mut self, from: &shop::Note) {
        let Some(contact) = self.contacts.get(from.contact).copied() else {
            return;
        };
        let id = self.id(from.id.as_deref());
        let mut note = Note::new(id, contact, from.created.as_millisecond());
        note.body.clone_from(&from.body);
        note.user_id = self.user(from.author);
        notes::add(self.world, note);
    }

    fn appointment(&mut self, from: &shop::CrmAppointment) {
        let (Some(contact), Some(calendar)) = (
            self.contacts.get(from.contact).copied(),
            self.calendars.get(from.calendar).cloned(),
        ) else {
            return;
        };
        let appointment = Appointment {
            id: self.id(from.id.as_deref()),
            calendar,
            contact,
            title: from.title.clone(),
            description: String::new(),
            address: String::new(),
            status: from.status.to_string(),
            assigned_to: self.user(from.assigned_to),
            meeting_location_type: String::new(),
            rrule: String::new(),
            start: from.start.as_millisecond(),
            end: from.end.as_millisecond(),
            added: from.created.as_millisecond(),
            updated: from.created.as_millisecond(),
            deleted: false,
            created_by: self.writer.clone(),
        };
        self.world.appointments.put(appointment);
    }

    fn opportunity(&mut self, from: &shop::Opportunity) {
        let Some(contact) = self.contacts.get(from.contact).copied() else {
            return;
        };
        let assigned_to = self.user(from.assigned_to);
        let opportunities = &mut self.world.opportunities;
        let Some(pipeline) = opportunities.pipelines.first().cloned() else {
            return;
        };
        let created = from.created.as_millisecond();
        let opportunity = Opportunity {
            id: opportunities.new_id(),
            contact,
            name: from.name.clone(),
            stage: pipeline
                .stages
                .get(from.stage)
                .map(|stage| stage.id.clone())
                .unwrap_or_default(),
            pipeline: pipeline.id,
            status: from.status.to_owned(),
            value: from.value,
            assigned_to,
            source: String::new(),
            lost_reason: String::new(),
            followers: Vec::new(),
            custom: Vec::new(),
            added: created,
            updated: created,
            status_changed: created,
            stage_changed: created,
        };
        opportunities.put(opportunity);
    }
}
