//! What a call says, from any bytes.

use super::{EVENT_HEADER, Event, scan};
use crate::lenient::{self, Row};
use serde_json::{Map, Value};
use std::borrow::Cow;

/// The vendor's own name for what happened. Its values are unknown; nothing branches on them
/// (mygadgetrepairs-webhooks.md 1.5).
pub const EVENT_ID_HEADER: &str = "mgr-event-id";

/// Our keys in the payload.
const EVENT_KEY: &str = "event";
const TICKET_KEY: &str = "ticket_ref";
const CUSTOMER_KEY: &str = "customer_ref";

/// Longest text that can be a name or a reference.
const LONGEST: usize = 64;

/// A call, as far as it could be understood. An empty one still says that something happened: poll then.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Notice {
    /// Our constant, from the payload or else from the extra header.
    pub event: Option<Event>,
    /// The vendor's name for it, worth logging.
    pub event_id: Option<String>,
    /// The ticket's number as people know it, such as `K-1042`; look it up and compare exactly.
    pub ticket_reference: Option<String>,
    /// The same of a customer, should a shop have a tag for it.
    pub customer_reference: Option<String>,
    /// Whether the body was a JSON object in UTF-8. If not, a tag's value broke it, or the payload was mistyped: worth
    /// telling the administrator.
    pub well_formed: bool,
}

impl Notice {
    /// Reads a call; nothing is an error. `header` finds a header by its name in lower case.
    pub fn read<'h>(header: impl Fn(&str) -> Option<&'h str>, body: &[u8]) -> Self {
        let (text, is_utf8) = decode(body);
        let found = match serde_json::from_str::<Value>(&text) {
            Ok(Value::Object(map)) => Found {
                well_formed: is_utf8,
                ..Found::within(&map)
            },
            _ => match lenient::parse(text.as_bytes()) {
                Ok(Value::Object(map)) => Found::within(&map),
                _ => Found::scanned(&text),
            },
        };
        let event = found
            .event
            .or_else(|| plain(header(EVENT_HEADER)?))
            .map(|name| Event::named(&name));
        Self {
            event,
            event_id: header(EVENT_ID_HEADER).and_then(plain),
            ticket_reference: found.ticket,
            customer_reference: found.customer,
            well_formed: found.well_formed,
        }
    }
}

/// Our keys' values.
#[derive(Debug, Default)]
struct Found {
    event: Option<String>,
    ticket: Option<String>,
    customer: Option<String>,
    well_formed: bool,
}

impl Found {
    fn within(map: &Map<String, Value>) -> Self {
        Self::from(|key| Row(map).get(key).and_then(lenient::text))
    }

    fn scanned(text: &str) -> Self {
        Self::from(|key| scan::value(text, key))
    }

    fn from(value: impl Fn(&str) -> Option<String>) -> Self {
        let value = |key| value(key).as_deref().and_then(plain);
        Self {
            event: value(EVENT_KEY),
            ticket: value(TICKET_KEY),
            customer: value(CUSTOMER_KEY),
            well_formed: false,
        }
    }
}

/// A short text without what no reference has. A tag that the vendor left unfilled, `{ticket_ref}`, is none.
fn plain(text: &str) -> Option<String> {
    let text = text.trim();
    let fits = !text.is_empty()
        && text.chars().count() <= LONGEST
        && !text.chars().any(|letter| {
            letter.is_control() || matches!(letter, '{' | '}' | '"' | '<' | '>' | '\\')
        });
    fits.then(|| text.to_owned())
}

/// The body as text, and whether it was UTF-8: with a byte order mark as UTF-16, otherwise each byte as the letter of
/// Latin-1. References are ASCII in all of them.
fn decode(body: &[u8]) -> (Cow<'_, str>, bool) {
    match body {
        [0xEF, 0xBB, 0xBF, rest @ ..] => decode(rest),
        [0xFF, 0xFE, rest @ ..] => (Cow::Owned(utf16(rest, u16::from_le_bytes)), false),
        [0xFE, 0xFF, rest @ ..] => (Cow::Owned(utf16(rest, u16::from_be_bytes)), false),
        [b'{', 0, ..] => (Cow::Owned(utf16(body, u16::from_le_bytes)), false),
        [0, b'{', ..] => (Cow::Owned(utf16(body, u16::from_be_bytes)), false),
        _ => match std::str::from_utf8(body) {
            Ok(text) => (Cow::Borrowed(text), true),
            Err(_) => (
                Cow::Owned(body.iter().copied().map(char::from).collect()),
                false,
            ),
        },
    }
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> String {
    let units = bytes
        .chunks_exact(2)
        .filter_map(|pair| pair.try_into().ok().map(unit));
    char::decode_utf16(units)
        .map(|letter| letter.unwrap_or(char::REPLACEMENT_CHARACTER))
        .collect()
}
