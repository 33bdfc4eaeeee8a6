//! An event: what happened, to what, when.

use super::{
    EventKind, Subject,
    wire::{Fields, Member},
};
use crate::model::lenient::as_moment;
use jiff::Timestamp;
use serde_json::Value;

/// Deepest nesting of lists and objects, the limit of `serde_json`.
const DEEPEST: usize = 127;

/// A delivered event, as far as needed to go and look (highlevel-webhooks.md 2).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// `webhookId`: the same for every delivery of one event.
    pub event_id: Option<String>,
    /// What happened.
    pub kind: EventKind,
    /// The app that the delivery is meant for: the client id up to its `-`.
    pub app_id: Option<String>,
    /// The sub-account.
    pub location_id: Option<String>,
    /// The agency.
    pub company_id: Option<String>,
    /// When it happened. A retry may carry the first time, so an old one is no reason to refuse
    /// (highlevel-quirks.md 6.10).
    pub timestamp: Option<Timestamp>,
    /// The record to look at.
    pub subject: Subject,
    dedupe_key: String,
}

impl Event {
    /// Reads a body. Members may be missing, more, or of a wrong type; names of events may be new.
    ///
    /// # Errors
    /// Only when the body is no JSON object, or nested absurdly deep.
    pub fn parse(body: &[u8]) -> Result<Self, ParseError> {
        let text = std::str::from_utf8(body).map_err(|_| ParseError::NotJson)?;
        if is_too_deep(body) {
            return Err(ParseError::TooDeep);
        }
        let fields: Fields<'_> = serde_json::from_str(text).map_err(|error| {
            if error.is_data() {
                ParseError::NotAnObject
            } else {
                ParseError::NotJson
            }
        })?;
        let kind = kind(&fields);
        let event_id = fields.webhook_id.owned();
        let dedupe_key = match &event_id {
            Some(id) => id.clone(),
            None => format!("body:{}", blake3::hash(body).to_hex()),
        };
        Ok(Self {
            subject: Subject::of(&kind, &fields),
            app_id: fields.app_id.owned(),
            location_id: location(&kind, &fields),
            company_id: fields.company_id.owned(),
            timestamp: moment(fields.timestamp),
            event_id,
            kind,
            dedupe_key,
        })
    }

    /// The same for every delivery of this event: `webhookId`, or else a hash of the body. Two events without
    /// `webhookId` and `timestamp` that read the same have one key: forget those keys after a while.
    #[must_use]
    pub fn dedupe_key(&self) -> &str {
        &self.dedupe_key
    }
}

/// A body that is no event. Answer 200 all the same once it is stored or counted: refusing it would only bring it
/// back (highlevel-webhooks.md 4).
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ParseError {
    /// Cut short, another format, or another character set.
    #[error("the delivery's body is no complete JSON")]
    NotJson,
    /// JSON, but a list, text or number.
    #[error("the delivery's body is JSON, but no object")]
    NotAnObject,
    /// More than 127 levels.
    #[error("the delivery's body is nested more than {DEEPEST} levels deep")]
    TooDeep,
}

fn kind(fields: &Fields<'_>) -> EventKind {
    let Some(name) = fields.kind.text() else {
        return EventKind::Untyped;
    };
    if let Some(kind) = EventKind::documented(&name) {
        return kind;
    }
    // Deliveries to a conversation provider carry the channel instead of a name (highlevel-webhooks.md 5.5).
    let provider = matches!(name.as_ref(), "SMS" | "Email") && fields.message_id.is_filled();
    if provider {
        EventKind::ProviderOutboundMessage
    } else {
        EventKind::Unknown(name.into_owned())
    }
}

/// Events about a location have its id as their own (highlevel-webhooks.md 5.6).
fn location(kind: &EventKind, fields: &Fields<'_>) -> Option<String> {
    fields.location_id.owned().or_else(|| match kind {
        EventKind::LocationCreate | EventKind::LocationUpdate => fields.id.owned(),
        _ => None,
    })
}

fn moment(member: Member<'_>) -> Option<Timestamp> {
    as_moment(&Value::String(member.owned()?))
}

/// Whether lists and objects are nested too deep, in one look over the bytes. Skipping a value needs no stack, so
/// this guards whoever reads the stored body later.
fn is_too_deep(body: &[u8]) -> bool {
    let mut depth = 0_usize;
    let mut in_text = false;
    let mut bytes = body.iter();
    while let Some(byte) = bytes.next() {
        match byte {
            b'"' => in_text = !in_text,
            b'\\' if in_text => {
                bytes.next();
            }
            b'[' | b'{' if !in_text => {
                depth += 1;
                if depth > DEEPEST {
                    return true;
                }
            }
            b']' | b'}' if !in_text => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    false
}
