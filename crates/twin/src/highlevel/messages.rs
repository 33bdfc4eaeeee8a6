//! Messages to and from contacts: what automations and staff send, and what contacts answer (highlevel-webhooks.md 5.5).
//!
//! The twin has no conversations API. Messages are kept so that a text that nobody wanted can be seen.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::contacts::model::Contact;
use super::date;
use super::id::Id;
use super::world::World;
use crate::ids::Ids;

/// Which automations text the contact; none unless set. As `automation_texts` in the settings.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AutomationTexts {
    /// Every contact that is made.
    pub on_contact_created: bool,
    /// A contact that gets this tag.
    pub on_tag: Option<String>,
    /// A booked or moved appointment whose writer did not send `toNotify: false`.
    pub on_appointment_booked: bool,
    /// A contact that is put into a workflow.
    pub on_workflow_added: bool,
}

impl AutomationTexts {
    fn text(&self, trigger: &str, detail: &str) -> bool {
        match trigger {
            "contact_created" => self.on_contact_created,
            "tag_added" => self.on_tag.as_deref() == Some(detail),
            "appointment_booked" => self.on_appointment_booked,
            "workflow_added" => self.on_workflow_added,
            _ => false,
        }
    }
}

#[derive(Debug, Clone)]
pub(crate) struct Message {
    pub id: Id,
    pub conversation: Id,
    pub contact: Id,
    pub outbound: bool,
    /// `SMS` or `Email`.
    pub channel: &'static str,
    pub body: String,
    /// Who sent it, when a member of staff did.
    pub user: String,
    pub added: i64,
}

impl Message {
    /// The documented fields.
    pub fn shown(&self) -> Value {
        json!({
            "contactId": self.contact,
            "conversationId": self.conversation,
            "messageId": self.id,
            "messageType": self.channel,
            "direction": if self.outbound { "outbound" } else { "inbound" },
            "body": self.body,
            "contentType": "text/plain",
            "status": "delivered",
            "source": if self.user.is_empty() { "workflow" } else { "app" },
            "userId": self.user,
            "dateAdded": date::iso(self.added),
        })
    }
}

/// All messages, by id.
#[derive(Debug)]
pub(crate) struct Messages {
    pub all: BTreeMap<Id, Message>,
    conversations: BTreeMap<Id, Id>,
    /// Apart from the location's other ids, so that a text changes none of them.
    ids: Ids,
}

impl Messages {
    pub fn seeded(seed: u64) -> Self {
        Self {
            all: BTreeMap::new(),
            conversations: BTreeMap::new(),
            ids: Ids::seeded(seed ^ 0x6d73_6773),
        }
    }

    fn conversation(&mut self, contact: Id) -> Id {
        let ids = &mut self.ids;
        *self
            .conversations
            .entry(contact)
            .or_insert_with(|| Id::new(ids.alphanumeric()))
    }
}

/// What is said, which way and by whom.
#[derive(Debug)]
pub(super) struct Words<'a> {
    pub body: &'a str,
    pub outbound: bool,
    pub user: &'a str,
}

/// Lets an automation text the contact, if one is set up for this trigger.
pub(super) fn automate(world: &mut World, trigger: &str, contact: Id, detail: &str, now: i64) {
    if !world.settings.automation_texts.text(trigger, detail) {
        return;
    }
    let words = Words {
        body: "Thank you for choosing us!",
        outbound: true,
        user: "",
    };
    let channel = world
        .contacts
        .get(contact)
        .and_then(|contact| channel_to(contact));
    if let Some(channel) = channel {
        say(world, contact, channel, &words, now);
    }
}

/// Keeps a message and tells of it.
pub(super) fn say(
    world: &mut World,
    contact: Id,
    channel: &'static str,
    words: &Words<'_>,
    now: i64,
) -> Id {
    let messages = &mut world.messages;
    let message = Message {
        id: Id::new(messages.ids.alphanumeric()),
        conversation: messages.conversation(contact),
        contact,
        outbound: words.outbound,
        channel,
        body: words.body.to_owned(),
        user: words.user.to_owned(),
        added: now,
    };
    world.note_message(&message, now);
    let id = message.id;
    world.messages.all.insert(id, message);
    id
}

/// A text where there is a number, else an e-mail; nothing to somebody who is not to be disturbed.
fn channel_to(contact: &Contact) -> Option<&'static str> {
    let blocked = |channel: &str| {
        contact.dnd
            || contact
                .dnd_settings
                .get(channel)
                .is_some_and(|set| set["status"] == "active")
    };
    if !contact.phone.is_empty() && !blocked("SMS") {
        Some("SMS")
    } else if !contact.email.is_empty() && !blocked("Email") {
        Some("Email")
    } else {
        None
    }
}
