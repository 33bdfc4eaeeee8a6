//! Conversations with contacts and the messages in them (highlevel-webhooks.md 5.5; the official document).
//!
//! Guesses, because no source shows the answers: the words of every refusal, and that a blocked channel is refused with
//! 400. The document calls `subType` and `status` of a new message required, which is taken for one of its defects.

use serde_json::{Value, json};

use super::body::{Field, Kind, may, must};
use super::call::{Call, Reply};
use super::contacts::model::Contact;
use super::id::Id;
use super::messages::{self, Conversation, Message, Words, is_blocked};
use super::refusal::Refusal;
use super::world::World;
use super::{date, users};

pub(super) const SEND: &[Field] = &[
    must(
        "type",
        Kind::OneOf(&[
            "SMS",
            "RCS",
            "Email",
            "WhatsApp",
            "IG",
            "FB",
            "Custom",
            "Live_Chat",
            "TIKTOK",
        ]),
    ),
    must("contactId", Kind::Key),
    may("subType", Kind::Any),
    may("appointmentId", Kind::Text),
    may("attachments", Kind::Texts),
    may("emailFrom", Kind::Text),
    may("emailCc", Kind::Texts),
    may("emailBcc", Kind::Texts),
    may("html", Kind::Text),
    may("message", Kind::Text),
    may("subject", Kind::Text),
    may("replyMessageId", Kind::Text),
    may("templateId", Kind::Text),
    may("threadId", Kind::Text),
    may("scheduledTimestamp", Kind::Number),
    may("conversationProviderId", Kind::Text),
    may("emailTo", Kind::Text),
    may("customSubtypeId", Kind::Text),
    may("emailReplyMode", Kind::OneOf(&["reply", "reply_all"])),
    may("fromNumber", Kind::Text),
    may("toNumber", Kind::Text),
    may("forward", Kind::Any),
    may(
        "status",
        Kind::OneOf(&["delivered", "failed", "pending", "read"]),
    ),
    may("usesNativeSchedulingAi", Kind::Flag),
    may("optimizationPeriod", Kind::OneOf(&["24h", "48h", "72h"])),
];

pub(super) const INBOUND: &[Field] = &[
    must(
        "type",
        Kind::OneOf(&[
            "SMS",
            "RCS",
            "Email",
            "WhatsApp",
            "GMB",
            "IG",
            "FB",
            "Custom",
            "WebChat",
            "Live_Chat",
            "Call",
        ]),
    ),
    must("conversationId", Kind::Key),
    must("conversationProviderId", Kind::Key),
    may("contactId", Kind::Text),
    may("attachments", Kind::Texts),
    may("message", Kind::Text),
    may("html", Kind::Text),
    may("subject", Kind::Text),
    may("emailFrom", Kind::Text),
    may("emailTo", Kind::Text),
    may("emailCc", Kind::Texts),
    may("emailBcc", Kind::Texts),
    may("emailMessageId", Kind::Text),
    may("altId", Kind::Text),
    may("direction", Kind::Any),
    may("date", Kind::Text),
    may("call", Kind::Any),
];

pub(super) const UPDATE: &[Field] = &[
    must("locationId", Kind::Key),
    may("unreadCount", Kind::Number),
    may("starred", Kind::Flag),
    may("feedback", Kind::Any),
];

/// Rows of a page when nothing is said, and at most.
const USUAL: usize = 20;
const MOST: usize = 100;

/// `POST /conversations/messages`: texts and e-mails. Other channels need what this location has not connected.
pub(super) fn send(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let contact = world
        .contact_above(call.text("contactId").unwrap_or_default())?
        .clone();
    let channel = channel(call.text("type").unwrap_or_default())?;
    let text = |name: &str| call.text(name).unwrap_or_default();
    let attached = !call.texts("attachments").is_empty();
    let body = if channel == "Email" && !text("html").is_empty() {
        text("html")
    } else {
        text("message")
    };
    if body.trim().is_empty() && !attached {
        return Err(Refusal::bad_request(
            "There is nothing to send: message and attachments are empty",
        ));
    }
    reachable(&contact, channel)?;
    let words = Words {
        subject: text("subject"),
        source: "api",
        scheduled: call.body.contains_key("scheduledTimestamp"),
        ..Words::of_person(body, true, "")
    };
    let id = messages::say(world, contact.id, channel, &words, call.now);
    let conversation = world.messages.all.get(&id).map(|kept| kept.conversation);
    let mut out = json!({
        "conversationId": conversation,
        "messageId": id,
        "status": "pending",
    });
    if channel == "Email" {
        out["emailMessageId"] = json!(id);
    }
    Ok(Reply::ok(out))
}

/// `POST /conversations/messages/inbound`: something that a contact said elsewhere, as on the telephone.
pub(super) fn inbound(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let conversation = found(world, call.text("conversationId").unwrap_or_default())?;
    let (conversation, contact) = (conversation.id, conversation.contact);
    let channel = match call.text("type").unwrap_or_default() {
        "Call" => "Call",
        other => channel(other)?,
    };
    let body = call.text("message").or_else(|| call.text("html"));
    let words = Words::of_person(body.unwrap_or_default(), false, "");
    let id = messages::say(world, contact, channel, &words, call.now);
    Ok(Reply::ok(json!({
        "success": true,
        "conversationId": conversation,
        "messageId": id,
        "message": "",
        "contactId": contact,
        "dateAdded": date::iso(call.now),
    })))
}

/// `GET /conversations/search`: latest message first.
pub(super) fn search(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let words = call.query("query").unwrap_or_default().to_lowercase();
    let wanted = |conversation: &&Conversation| {
        let Some((contact, last)) = ends(world, conversation) else {
            return false;
        };
        let is = |name: &str, value: &str| call.query(name).is_none_or(|asked| asked == value);
        is("contactId", &conversation.contact.to_string())
            && is("id", &conversation.id.to_string())
            && is("assignedTo", &contact.assigned_to)
            && is("lastMessageType", kind(last.channel))
            && is("lastMessageDirection", direction(last))
            && match call.query("status") {
                Some("unread") => conversation.unread > 0,
                Some("read") => conversation.unread == 0,
                Some("starred") => conversation.starred,
                _ => true,
            }
            && (words.is_empty()
                || contact.contact_name().contains(&words)
                || contact.email.to_lowercase().contains(&words)
                || contact.phone.contains(&words))
    };
    let mut rows: Vec<&Conversation> = world.messages.conversations().filter(wanted).collect();
    let time = |row: &Conversation| ends(world, row).map_or(0, |(_, last)| last.added);
    rows.sort_by_key(|row| (time(row), row.id));
    if call.query("sort") != Some("asc") {
        rows.reverse();
    }
    let total = rows.len();
    let before: Option<i64> = call
        .query("startAfterDate")
        .and_then(|text| text.parse().ok());
    let shown: Vec<Value> = rows
        .into_iter()
        .filter(|row| before.is_none_or(|before| time(row) < before))
        .take(call.query_number("limit", USUAL, MOST))
        .map(|row| shown(world, row))
        .collect();
    Ok(Reply::ok(json!({ "conversations": shown, "total": total })))
}

pub(super) fn get(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    Ok(Reply::ok(alone(world, found(world, call.param(0))?)))
}

/// Asked for by its id.
fn alone(world: &World, of: &Conversation) -> Value {
    json!({
        "id": of.id,
        "contactId": of.contact,
        "locationId": world.location.id,
        "deleted": false,
        "inbox": of.unread > 0,
        "type": 1,
        "unreadCount": of.unread,
        "starred": of.starred,
    })
}

pub(super) fn update(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let id = found(world, call.param(0))?.id;
    if let Some(conversation) = world.messages.conversation_mut(id) {
        if let Some(unread) = call.body.get("unreadCount").and_then(Value::as_u64) {
            conversation.unread = unread;
        }
        if let Some(starred) = call.body.get("starred").and_then(Value::as_bool) {
            conversation.starred = starred;
        }
    }
    let conversation = alone(world, found(world, call.param(0))?);
    Ok(Reply::ok(
        json!({ "success": true, "conversation": conversation }),
    ))
}

/// `GET /conversations/{id}/messages`: newest first, from before `lastMessageId`.
pub(super) fn messages(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let conversation = found(world, call.param(0))?;
    let limit = call.query_number("limit", USUAL, MOST).max(1);
    let kinds: Vec<&str> = call
        .query("type")
        .map(|types| types.split(',').map(str::trim).collect())
        .unwrap_or_default();
    let mut ids = conversation.messages.as_slice();
    if let Some(last) = call.query("lastMessageId").and_then(Id::parse) {
        let place = ids.iter().position(|id| *id == last).unwrap_or(0);
        ids = ids.get(..place).unwrap_or_default();
    }
    let mut rows: Vec<&Message> = ids
        .iter()
        .rev()
        .filter_map(|id| world.messages.all.get(id))
        .filter(|message| kinds.is_empty() || kinds.contains(&kind(message.channel)))
        .take(limit + 1)
        .collect();
    let more = rows.len() > limit;
    rows.truncate(limit);
    Ok(Reply::ok(json!({
        "lastMessageId": rows.last().map(|message| message.id.to_string()).unwrap_or_default(),
        "nextPage": more,
        "messages": rows.into_iter().map(|message| said(world, message)).collect::<Vec<_>>(),
    })))
}

pub(super) fn message(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let id = call.param(0);
    Id::parse(id)
        .and_then(|id| world.messages.all.get(&id))
        .map(|message| Reply::ok(said(world, message)))
        .ok_or_else(|| Refusal::bad_request(format!("Message with id {id} not found")))
}

fn found<'a>(world: &'a World, id: &str) -> Result<&'a Conversation, Refusal> {
    Id::parse(id)
        .and_then(|id| world.messages.conversation(id))
        .ok_or_else(|| Refusal::bad_request(format!("Conversation with id {id} not found")))
}

/// The contact and the latest message; nothing of a contact that is gone.
fn ends<'a>(world: &'a World, of: &Conversation) -> Option<(&'a Contact, &'a Message)> {
    let contact = world.contacts.get(of.contact)?;
    let last = of
        .messages
        .last()
        .and_then(|id| world.messages.all.get(id))?;
    Some((contact, last))
}

fn channel(name: &str) -> Result<&'static str, Refusal> {
    match name {
        "SMS" => Ok("SMS"),
        "Email" => Ok("Email"),
        other => Err(Refusal::bad_request(format!(
            "The location has no channel {other}"
        ))),
    }
}

fn reachable(contact: &Contact, channel: &str) -> Result<(), Refusal> {
    let address = if channel == "SMS" {
        &contact.phone
    } else {
        &contact.email
    };
    if address.is_empty() {
        return Err(Refusal::bad_request(format!(
            "The contact has no address for {channel}"
        )));
    }
    if is_blocked(contact, channel) {
        return Err(Refusal::bad_request(format!(
            "Do not disturb is on for {channel}"
        )));
    }
    Ok(())
}

fn kind(channel: &str) -> &'static str {
    match channel {
        "Email" => "TYPE_EMAIL",
        "Call" => "TYPE_CALL",
        _ => "TYPE_SMS",
    }
}

fn direction(message: &Message) -> &'static str {
    if message.outbound {
        "outbound"
    } else {
        "inbound"
    }
}

fn shown(world: &World, of: &Conversation) -> Value {
    let Some((contact, last)) = ends(world, of) else {
        return json!({ "id": of.id, "contactId": of.contact, "locationId": world.location.id });
    };
    json!({
        "id": of.id,
        "contactId": of.contact,
        "locationId": world.location.id,
        "lastMessageBody": last.body,
        "lastMessageDate": last.added,
        "lastMessageType": kind(last.channel),
        "lastMessageDirection": direction(last),
        "type": if contact.phone.is_empty() { "TYPE_EMAIL" } else { "TYPE_PHONE" },
        "unreadCount": of.unread,
        "starred": of.starred,
        "fullName": contact.full_name(),
        "contactName": contact.full_name(),
        "email": contact.email,
        "phone": contact.phone,
    })
}

/// The numbers of the types are a guess.
fn said(world: &World, message: &Message) -> Value {
    let number = match message.channel {
        "Call" => 1,
        "Email" => 3,
        _ => 2,
    };
    let mut out = json!({
        "id": message.id,
        "type": number,
        "messageType": kind(message.channel),
        "locationId": world.location.id,
        "contactId": message.contact,
        "conversationId": message.conversation,
        "dateAdded": date::iso(message.added),
        "body": message.body,
        "direction": direction(message),
        "status": message.status,
        "contentType": "text/plain",
        "attachments": [],
    });
    if message.outbound {
        out["source"] = json!(message.source);
    }
    if users::is_known(world, &message.user) {
        out["userId"] = json!(message.user);
    }
    if message.channel == "Email" {
        out["meta"] = json!({ "email": { "messageIds": [message.id] } });
    }
    out
}
