//! Writing to contacts, and noting what they said elsewhere.
//!
//! Guesses, because no source shows the answers: the words of every refusal, and that a blocked channel is refused with
//! 400. The document calls `subType` and `status` of a new message required, which is taken for one of its defects.

use serde_json::json;

use super::found;
use crate::highlevel::body::{Field, Kind, may, must};
use crate::highlevel::call::{Call, Reply};
use crate::highlevel::contacts::model::Contact;
use crate::highlevel::date;
use crate::highlevel::messages::{self, Words, is_blocked};
use crate::highlevel::refusal::Refusal;
use crate::highlevel::world::World;

pub(in crate::highlevel) const SEND: &[Field] = &[
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

pub(in crate::highlevel) const INBOUND: &[Field] = &[
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

/// `POST /conversations/messages`: texts and e-mails. Other channels need what this location has not connected.
pub(in crate::highlevel) fn send(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
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
pub(in crate::highlevel) fn inbound(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
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
