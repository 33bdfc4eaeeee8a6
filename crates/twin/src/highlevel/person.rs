//! What a member of staff does in the browser: no limits, no faults, no list of allowed properties.
//!
//! `{"action": NAME, …}` with `create_contact {fields, force}`, `edit_contact {id, fields, force}`, `delete_contact {id}`,
//! `merge_contacts {keep, gone}`, `add_tags` and `remove_tags {id, tags}`, `create_task {contact, fields}`,
//! `edit_task {id, fields}`, `delete_task {id}`, the same for `note`, and for `appointment` with its `calendarId` in the fields.
//! `send_message` and `receive_message {contact, body, channel?}` are what staff writes, and what the contact writes back; a
//! text unless the channel is `Email`. `create_opportunity {contact, fields}` (without a pipeline in the first one),
//! `edit_opportunity {id, fields}`, `delete_opportunity {id}`, `create_block {fields}`, `edit_block {id, fields}` and
//! `delete_block {id}` are what staff does in pipelines and calendars. `rotate_token` answers the private token that is valid
//! from then on.
//! Fields have the API's names. `force` lets a duplicate be.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::call::{Call, Reply, texts};
use super::contacts::model::{Contact, Writer};
use super::id::Id;
use super::messages::{self, Words};
use super::refusal::Refusal;
use super::world::World;
use super::{calendars, contacts, notes, opportunities, tasks};

type Run = fn(&mut World, &Call<'_>) -> Result<Reply, Refusal>;

pub(super) fn act(world: &mut World, action: &Value, now: i64) -> Result<Value, Value> {
    let user = world.users.first().map(|user| user.id.clone());
    let person = Person {
        writer: Writer::person(&user.unwrap_or_default()),
        action,
        now,
    };
    let forced = action["force"] == Value::Bool(true);
    let before = world.settings.allow_duplicate_contact;
    world.settings.allow_duplicate_contact = before || forced;
    let result = person.act(world);
    world.settings.allow_duplicate_contact = before;
    result.map_err(|refusal| refusal.body)
}

/// A person makes a new private token in the place of the old one, which is refused from then on
/// (highlevel-api.md 4.5; that it were good for some days more is unverified, and not assumed).
fn rotate(world: &mut World) -> Value {
    let secret = format!("pit-{}", world.ids.uuid());
    if let Some(token) = world.tokens.first_mut() {
        token.secret.clone_from(&secret);
    }
    json!({ "token": secret })
}

struct Person<'a> {
    writer: Writer,
    action: &'a Value,
    now: i64,
}

impl Person<'_> {
    fn act(&self, world: &mut World) -> Result<Value, Refusal> {
        let id = self.text("id");
        let contact = self.text("contact");
        match self.text("action") {
            "create_contact" => {
                let made = self.run(world, contacts::create, &[])?;
                self.set_extras(world, made["contact"]["id"].as_str().unwrap_or_default());
                Ok(made)
            }
            "edit_contact" => {
                let edited = self.run(world, contacts::update, &[id])?;
                self.set_extras(world, id);
                Ok(edited)
            }
            "delete_contact" => self.run(world, contacts::delete, &[id]),
            "merge_contacts" => self.merge(world),
            "add_tags" => self.run(world, contacts::tags::add, &[id]),
            "remove_tags" => self.run(world, contacts::tags::remove, &[id]),
            "create_task" => self.run(world, tasks::create, &[contact]),
            "edit_task" => self.run_below(world, tasks::update, task_contact, id),
            "delete_task" => self.run_below(world, tasks::delete, task_contact, id),
            "create_note" => self.run(world, notes::create, &[contact]),
            "edit_note" => self.run_below(world, notes::update, note_contact, id),
            "delete_note" => self.run_below(world, notes::delete, note_contact, id),
            "create_appointment" => self.run(world, calendars::create, &[]),
            "edit_appointment" => self.run(world, calendars::update, &[id]),
            "delete_appointment" | "delete_block" => self.run(world, calendars::delete, &[id]),
            "create_opportunity" => self.run(world, opportunities::create, &[]),
            "edit_opportunity" => self.run(world, opportunities::update, &[id]),
            "delete_opportunity" => self.run(world, opportunities::delete, &[id]),
            "create_block" => self.run(world, calendars::block, &[]),
            "edit_block" => self.run(world, calendars::update_block, &[id]),
            "send_message" => self.message(world, true),
            "receive_message" => self.message(world, false),
            "rotate_token" => Ok(rotate(world)),
            other => Err(Refusal::bad_request(format!(
                "a person knows no action '{other}'; see the reference of /_twin/person"
            ))),
        }
    }

    fn text(&self, key: &str) -> &str {
        self.action[key].as_str().unwrap_or_default()
    }

    fn run(&self, world: &mut World, run: Run, params: &[&str]) -> Result<Value, Refusal> {
        let mut body = match &self.action["fields"] {
            Value::Object(fields) => fields.clone(),
            _ => Map::new(),
        };
        if let Some(tags) = self.action.get("tags") {
            body.insert("tags".to_owned(), tags.clone());
        }
        if self.text("action") == "create_appointment" {
            body.insert("contactId".to_owned(), json!(self.text("contact")));
        }
        if self.text("action").ends_with("_appointment") {
            // Staff may book any slot.
            body.insert("ignoreFreeSlotValidation".to_owned(), json!(true));
        }
        if self.text("action").ends_with("_block") {
            body.insert("locationId".to_owned(), json!(world.location.id));
        }
        if self.text("action") == "create_opportunity" {
            body.insert("contactId".to_owned(), json!(self.text("contact")));
            if let (false, Some(first)) = (
                body.contains_key("pipelineId"),
                world.opportunities.pipelines.first(),
            ) {
                body.insert("pipelineId".to_owned(), json!(first.id));
            }
        }
        let call = Call {
            params: params.to_vec(),
            query: &BTreeMap::new(),
            body: &body,
            now: self.now,
            v3: false,
            writer: self.writer.clone(),
        };
        run(world, &call).map(|reply| reply.body)
    }

    fn message(&self, world: &mut World, outbound: bool) -> Result<Value, Refusal> {
        let contact = world.contact_above(self.text("contact"))?.id;
        let words = Words::of_person(self.text("body"), outbound, &self.writer.id);
        let channel = match self.text("channel") {
            "" | "SMS" => "SMS",
            "Email" => "Email",
            other => {
                return Err(Refusal::bad_request(format!(
                    "a person writes by SMS or Email, not by {other}"
                )));
            }
        };
        let id = messages::say(world, contact, channel, &words, self.now);
        Ok(json!({ "messageId": id }))
    }

    fn run_below(
        &self,
        world: &mut World,
        run: Run,
        contact_of: fn(&World, Id) -> Option<Id>,
        id: &str,
    ) -> Result<Value, Refusal> {
        let contact = Id::parse(id)
            .and_then(|id| contact_of(world, id))
            .ok_or_else(|| Refusal::bad_request(format!("there is no record {id}")))?;
        self.run(world, run, &[&contact.to_string(), id])
    }

    /// Further e-mails and phones can only be written in the browser (highlevel-quirks.md 1.6).
    fn set_extras(&self, world: &mut World, id: &str) {
        let fields = &self.action["fields"];
        let (emails, phones) = (
            fields.get("additionalEmails"),
            fields.get("additionalPhones"),
        );
        let Some(old) = Id::parse(id).and_then(|id| world.contacts.get(id)).cloned() else {
            return;
        };
        if emails.is_none() && phones.is_none() {
            return;
        }
        let mut contact = (*old).clone();
        if emails.is_some() {
            contact.additional_emails = texts(emails);
        }
        if phones.is_some() {
            contact.additional_phones = texts(phones);
        }
        world.put_contact(contact, self.now);
    }

    /// The kept contact gets what it lacks and all that hangs on the other, which goes.
    fn merge(&self, world: &mut World) -> Result<Value, Refusal> {
        let keep = (**world.contact_above(self.text("keep"))?).clone();
        let gone = (**world.contact_above(self.text("gone"))?).clone();
        if keep.id == gone.id {
            return Err(Refusal::bad_request(
                "a contact cannot be merged with itself",
            ));
        }
        self.move_all(world, gone.id, keep.id);
        world.remove_contact(gone.id, self.now);
        let id = keep.id;
        let mut merged = filled(keep, gone);
        contacts::touch(&mut merged, self.now, &self.writer);
        world.put_contact(merged, self.now);
        Ok(json!({ "id": id }))
    }

    fn move_all(&self, world: &mut World, from: Id, to: Id) {
        for id in world.tasks.ids_of(from) {
            if let Some(mut task) = world.tasks.get(id).cloned() {
                task.contact = to;
                task.updated = self.now;
                world.tasks.put(task);
            }
        }
        for id in world.notes_of.remove(&from).unwrap_or_default() {
            if let Some(mut note) = world.notes.remove(&id) {
                note.contact = to;
                notes::add(world, note);
            }
        }
        let events: Vec<_> = world.appointments.of(from).cloned().collect();
        for mut event in events {
            event.contact = to;
            event.updated = self.now;
            world.appointments.put(event);
        }
        let deals: Vec<_> = world.opportunities.of(from).cloned().collect();
        for mut deal in deals {
            deal.contact = to;
            deal.updated = self.now;
            world.opportunities.put(deal);
        }
    }
}

fn task_contact(world: &World, id: Id) -> Option<Id> {
    world.tasks.get(id).map(|task| task.contact)
}

fn note_contact(world: &World, id: Id) -> Option<Id> {
    world.notes.get(&id).map(|note| note.contact)
}

fn filled(mut keep: Contact, gone: Contact) -> Contact {
    if !gone.email.is_empty() && !keep.email.is_empty() && gone.email != keep.email {
        keep.additional_emails.push(gone.email.clone());
    }
    let places = [
        (&mut keep.first_name, gone.first_name),
        (&mut keep.last_name, gone.last_name),
        (&mut keep.email, gone.email),
        (&mut keep.phone, gone.phone),
        (&mut keep.company_name, gone.company_name),
        (&mut keep.address1, gone.address1),
        (&mut keep.city, gone.city),
        (&mut keep.state, gone.state),
        (&mut keep.postal_code, gone.postal_code),
        (&mut keep.website, gone.website),
        (&mut keep.source, gone.source),
    ];
    for (place, other) in places {
        if place.is_empty() {
            *place = other;
        }
    }
    for tag in gone.tags {
        if !keep.tags.contains(&tag) {
            keep.tags.push(tag);
        }
    }
    keep.dnd = keep.dnd || gone.dnd;
    keep
}
