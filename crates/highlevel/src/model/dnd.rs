//! Do not disturb, per channel.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// A way to reach somebody. The dated versions write `Email`, v3 writes `email`; read without regard to case
/// (highlevel-quirks.md 5.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    /// Telephone.
    Call,
    /// E-mail.
    Email,
    /// Text message.
    Sms,
    /// WhatsApp.
    WhatsApp,
    /// Google Business messages.
    Gmb,
    /// Facebook.
    Fb,
    /// Rich text messages; seen live, in no document. Read only.
    Rcs,
}

impl Channel {
    const ALL: [Self; 7] = [
        Self::Call,
        Self::Email,
        Self::Sms,
        Self::WhatsApp,
        Self::Gmb,
        Self::Fb,
        Self::Rcs,
    ];

    const fn dated(self) -> &'static str {
        match self {
            Self::Call => "Call",
            Self::Email => "Email",
            Self::Sms => "SMS",
            Self::WhatsApp => "WhatsApp",
            Self::Gmb => "GMB",
            Self::Fb => "FB",
            Self::Rcs => "RCS",
        }
    }

    const fn v3(self) -> &'static str {
        match self {
            Self::Call => "call",
            Self::Email => "email",
            Self::Sms => "sms",
            Self::WhatsApp => "whatsApp",
            Self::Gmb => "gmb",
            Self::Fb => "fb",
            Self::Rcs => "rcs",
        }
    }

    fn read(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|channel| channel.dated().eq_ignore_ascii_case(name))
    }
}

/// Whether a channel is blocked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DndStatus {
    /// The block is off.
    Inactive,
    /// The block is **on**.
    Active,
    /// The block is on and cannot be lifted by the API.
    Permanent,
}

/// One channel's block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dnd {
    /// On or off.
    pub status: DndStatus,
    /// Why, for people.
    pub message: Option<String>,
    /// Why, as a code.
    pub code: Option<String>,
}

impl Dnd {
    /// A block without reason.
    #[must_use]
    pub const fn new(status: DndStatus) -> Self {
        Self {
            status,
            message: None,
            code: None,
        }
    }
}

/// Reads the channels that we know.
pub(super) fn read(value: &Value) -> BTreeMap<Channel, Dnd> {
    let mut found = BTreeMap::new();
    for (name, setting) in value.as_object().into_iter().flatten() {
        let text = |key: &str| setting.get(key).and_then(Value::as_str).map(str::to_owned);
        let status = match setting.get("status").and_then(Value::as_str) {
            Some(status) if status.eq_ignore_ascii_case("active") => DndStatus::Active,
            Some(status) if status.eq_ignore_ascii_case("inactive") => DndStatus::Inactive,
            Some(status) if status.eq_ignore_ascii_case("permanent") => DndStatus::Permanent,
            _ => continue,
        };
        if let Some(channel) = Channel::read(name) {
            found.insert(
                channel,
                Dnd {
                    status,
                    message: text("message"),
                    code: text("code"),
                },
            );
        }
    }
    found
}

/// Writes the channels that are documented for writing.
pub(super) fn write(settings: &BTreeMap<Channel, Dnd>, v3: bool) -> Value {
    let mut fields = Map::new();
    for (channel, dnd) in settings
        .iter()
        .filter(|(channel, _)| **channel != Channel::Rcs)
    {
        let status = match dnd.status {
            DndStatus::Inactive => "inactive",
            DndStatus::Active => "active",
            DndStatus::Permanent => "permanent",
        };
        let mut setting = Map::from_iter([("status".to_owned(), Value::from(status))]);
        for (key, text) in [("message", &dnd.message), ("code", &dnd.code)] {
            if let Some(text) = text {
                setting.insert(key.to_owned(), Value::from(text.clone()));
            }
        }
        let name = if v3 { channel.v3() } else { channel.dated() };
        fields.insert(name.to_owned(), Value::Object(setting));
    }
    Value::Object(fields)
}
