//! Messages to and from contacts: what automations, staff and clients send, and what contacts answer
//! (highlevel-webhooks.md 5.5). They are kept so that a text that nobody wanted can be seen.

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
    /// Of an e-mail.
    pub subject: String,
    /// Who sent it, when a member of staff did.
    pub user: String,
    /// `workflow`, `app` or `api`.
    pub source: &'static str,
    /// `delivered`, or `scheduled`: then it was not sent yet, and the twin never sends it.
    pub status: &'static str,
    pub added: i64,
}

impl Message {
    /// The documented fields of its event.
    pub fn shown(&self) -> Value {
        let email = (self.channel == "Email").then_some(&self.subject);
        json!({
            "contactId": self.contact,
            "conversationId": self.conversation,
            "messageId": self.id,
            "messageType": self.channel,
            "direction": if self.outbound { "outbound" } else { "inbound" },
            "body": self.body,
            "contentType": "text/plain",
            "status": self.status,
            "source": self.source,
            "subject": email,
            "userId": self.user,
            "dateAdded": date::iso(self.added),
        })
    }
}

/// The thread with a contact.
#[derive(Debug, Clone)]
pub(crate) struct Conversation {
    pub id: Id,
    pub contact: Id,
    pub unread: u64,
    pub starred: bool,
    /// Oldest first.
    pub messages: Vec<Id>,
}

/// All messages, by id, and the conversations they are part of.
#[derive(Debug)]
pub(crate) struct Messages {
    pub all: BTreeMap<Id, Message>,
    conversations: BTreeMap<Id, Conversation>,
    of: BTreeMap<Id, Id>,
    /// Apart from the location's other ids, so that a text changes none of them.
    ids: Ids,
}

impl Messages {
    pub fn seeded(seed: u64) -> Self {
        Self {
            all: BTreeMap::new(),
            conversations: BTreeMap::new(),
            of: BTreeMap::new(),
            ids: Ids::seeded(seed ^ 0x6d73_6773),
        }
    }

    pub fn has(&self, conversation: Id) -> bool {
        self.conversations.contains_key(&conversation)
    }

    pub fn conversation(&self, id: Id) -> Option<&Conversation> {
        self.conversations.get(&id)
    }

    pub fn conversation_mut(&mut self, id: Id) -> Option<&mut Conversation> {
        self.conversations.get_mut(&id)
    }

    pub fn conversations(&self) -> impl Iterator<Item = &Conversation> {
        self.conversations.values()
    }

    fn with(&mut self, contact: Id) -> Id {
        let ids = &mut self.ids;
        let id = *self
            .of
            .entry(contact)
            .or_insert_with(|| Id::new(ids.alphanumeric()));
        self.conversations.entry(id).or_insert(Conversation {
            id,
            contact,
            unread: 0,
            starred: false,
            messages: Vec::new(),
        });
        id
    }

    fn keep(&mut self, message: Message) {
        if let Some(conversation) = self.conversations.get_mut(&message.conversation) {
            conversation.messages.push(message.id);
            conversation.unread = if message.outbound {
                0
            } else {
                conversation.unread + 1
            };
        }
        self.all.insert(message.id, message);
    }
}

/// What is said, which way and by whom.
#[derive(Debug)]
pub(super) struct Words<'a> {
    pub body: &'a str,
    pub subject: &'a str,
    pub outbound: bool,
    pub user: &'a str,
    pub source: &'static str,
    /// For later.
    pub scheduled: bool,
}

impl<'a> Words<'a> {
    /// Of a member of staff, or of the contact.
    pub fn of_person(body: &'a str, outbound: bool, user: &'a str) -> Self {
        Self {
            body,
            subject: "",
            outbound,
            user: if outbound { user } else { "" },
            source: "app",
            scheduled: false,
        }
    }
}

/// Lets an automation text the contact, if one is set up for this trigger.
pub(super) fn automate(world: &mut World, trigger: &str, contact: Id, detail: &str, now: i64) {
    if !world.settings.automation_texts.text(trigger, detail) {
        return;
    }
    let words = Words {
        source: "workflow",
        ..Words::of_person("Thank you for choosing us!", true, "")
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
        conversation: messages.with(contact),
        contact,
        outbound: words.outbound,
        channel,
        body: words.body.to_owned(),
        subject: words.subject.to_owned(),
        user: words.user.to_owned(),
        source: words.source,
        status: if words.scheduled {
            "scheduled"
        } else {
            "delivered"
        },
        added: now,
    };
    if !words.scheduled {
        world.note_message(&message, now);
    }
    let id = message.id;
    world.messages.keep(message);
    id
}

/// Whether the contact is not to be disturbed on this channel: `SMS` or `Email`.
pub(super) fn is_blocked(contact: &Contact, channel: &str) -> bool {
    contact.dnd
        || contact
            .dnd_settings
            .get(channel)
            .is_some_and(|set| matches!(set["status"].as_str(), Some("active" | "permanent")))
}

/// A text where there is a number, else an e-mail; nothing to somebody who is not to be disturbed.
fn channel_to(contact: &Contact) -> Option<&'static str> {
    if !contact.phone.is_empty() && !is_blocked(contact, "SMS") {
        Some("SMS")
    } else if !contact.email.is_empty() && !is_blocked(contact, "Email") {
        Some("Email")
    } else {
        None
    }
}
