//! The members of a body that are read, borrowed from it; everything else is skipped without being built.
//!
//! A member of the wrong type, or with a text that cannot be decoded, counts as absent. Where a member comes twice,
//! the last one counts, as in the sender's own language.

use serde::{
    Deserialize, Deserializer,
    de::{IgnoredAny, MapAccess, Visitor},
};
use serde_json::value::RawValue;
use std::{borrow::Cow, fmt};

/// Longest text that can be an id, a name or a time. Longer ones are none.
const LONGEST: usize = 128;

macro_rules! fields {
    ($($field:ident $name:literal,)*) => {
        /// The members, unread.
        #[derive(Clone, Copy, Debug, Default)]
        pub(super) struct Fields<'a> {
            $(pub $field: Member<'a>,)*
        }

        impl<'de: 'a, 'a> Visitor<'de> for Reader<'a> {
            type Value = Fields<'a>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Fields<'a>, A::Error> {
                let mut fields = Fields::default();
                while let Some(Name(name)) = map.next_key()? {
                    match name.as_ref() {
                        $($name => fields.$field = Member(Some(map.next_value()?)),)*
                        _ => {
                            map.next_value::<IgnoredAny>()?;
                        }
                    }
                }
                Ok(fields)
            }
        }
    };
}

fields! {
    kind "type",
    webhook_id "webhookId",
    app_id "appId",
    location_id "locationId",
    company_id "companyId",
    timestamp "timestamp",
    id "id",
    mongo_id "_id",
    contact_id "contactId",
    calendar_id "calendarId",
    appointment "appointment",
    appointment_status "appointmentStatus",
    start_time "startTime",
    pipeline_id "pipelineId",
    pipeline_stage_id "pipelineStageId",
    conversation_id "conversationId",
    user_id "userId",
    source "source",
    message_id "messageId",
    email_message_id "emailMessageId",
    message_type "messageType",
    direction "direction",
    title "title",
    due_date "dueDate",
    body "body",
    email "email",
    phone "phone",
    first_name "firstName",
    last_name "lastName",
    role "role",
}

struct Reader<'a>(std::marker::PhantomData<&'a ()>);

impl<'de: 'a, 'a> Deserialize<'de> for Fields<'a> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_map(Reader(std::marker::PhantomData))
    }
}

/// A member's name.
#[derive(Deserialize)]
struct Name<'a>(#[serde(borrow)] Cow<'a, str>);

/// One member, unread.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Member<'a>(Option<&'a RawValue>);

impl<'a> Member<'a> {
    /// Whether there is something: neither absent, null nor an empty text.
    pub fn is_filled(self) -> bool {
        !matches!(self.0.map_or("null", RawValue::get), "null" | "\"\"")
    }

    /// A text or a number, as a short text without blanks around it; otherwise nothing.
    pub fn text(self) -> Option<Cow<'a, str>> {
        let raw = self.0?.get();
        let text = match raw.as_bytes().first()? {
            b'"' => {
                let Name(text) = serde_json::from_str(raw).ok()?;
                match text {
                    Cow::Borrowed(text) => Cow::Borrowed(text.trim()),
                    Cow::Owned(text) => Cow::Owned(text.trim().to_owned()),
                }
            }
            b'-' | b'0'..=b'9' => Cow::Borrowed(raw),
            _ => return None,
        };
        (!text.is_empty() && text.len() <= LONGEST).then_some(text)
    }

    /// The same, kept.
    pub fn owned(self) -> Option<String> {
        self.text().map(Cow::into_owned)
    }

    /// The members of an object.
    pub fn fields(self) -> Option<Fields<'a>> {
        serde_json::from_str(self.0?.get()).ok()
    }
}
