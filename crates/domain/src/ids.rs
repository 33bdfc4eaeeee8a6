//! Typed ids. Vendor ids are opaque text; our own are time-ordered UUIDs.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::fmt;
use uuid::Uuid;

/// A vendor's id of a record, kept as the text that the vendor sent.
///
/// HighLevel uses 20 alphanumerics; MyGadgetRepairs uses 35-character ColdFusion ids (8-4-4-16) that are
/// not UUIDs, and sometimes numbers (mygadgetrepairs-api.md section 8). Never parsed, only compared.
#[derive(
    Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(transparent)]
pub struct RecordId(String);

impl RecordId {
    /// Wraps the vendor's text.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The vendor's text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The vendor's text, taken out.
    #[must_use]
    pub fn into_string(self) -> String {
        self.0
    }
}

impl fmt::Display for RecordId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

macro_rules! own_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl std::str::FromStr for $name {
            type Err = String;
            fn from_str(text: &str) -> Result<Self, String> {
                Uuid::parse_str(text).map(Self).map_err(|_| format!("`{text}` is not an id of ours"))
            }
        }
    };
}

/// A shop: one MyGadgetRepairs account joined to one HighLevel location. A small number, since every
/// stored row carries it.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(transparent)]
pub struct ShopId(pub i64);

impl fmt::Display for ShopId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

own_id!(
    /// A link between two records.
    LinkId
);
own_id!(
    /// One pass of the sync.
    RunId
);
own_id!(
    /// One durable remote write.
    IntentId
);
