//! Conversations with contacts and the messages in them (highlevel-webhooks.md 5.5; the official document).

mod send;

use serde_json::{Value, json};

pub(super) use self::send::{INBOUND, SEND, inbound, send};
use super::body::{Field, Kind, may, must};
use super::call::{Call, Reply};
use super::contacts::model::Contact;
use super::id::Id;
use super::messages::{Conversation, Message};
use super::refusal::Refusal;
use super::world::World;
use super::{date, users};

pub(super) const UPDATE: &[Field] = &[
    must("locationId", Kind::Key),
    may("unreadCount", Kind::Number),
    may("starred", Kind::Flag),
    may("feedback", Kind::Any),
];

/// Rows of a page when nothing is said, and at most.
const USUAL: usize = 20;
const MOST: usize = 100;

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
