//! One change of a vendor's record, as the store keeps it in the order in which it was seen.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

/// One change of a record that was seen: how it was before, how it is now.
///
/// For the four synced kinds `before` and `after` are [`domain::Record`] as JSON; for everything else the vendor's
/// JSON as read.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Sighting {
    /// Its place in the order of the shop's sightings.
    pub seq: i64,
    /// What it is a record of: `highlevel.contact`, `mygadgetrepairs.ticket`, `highlevel.event.<Event>` …
    pub source: String,
    /// The vendor's id of the record.
    pub record: String,
    /// The vendor's name of the event, where the sighting is a webhook's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub event: Option<String>,
    /// The record before; nothing when it was not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<Json>,
    /// The record now; nothing when it is gone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<Json>,
    /// When it was seen.
    pub at: Timestamp,
    /// Whether it was seen while history was loaded: nothing happens on account of such a sighting.
    #[serde(default)]
    pub history: bool,
    /// Who brought the change about.
    #[serde(default)]
    pub cause: Cause,
}

/// Who brought a change about.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "by")]
pub enum Cause {
    /// Somebody outside: a person, or another program.
    #[default]
    Outside,
    /// The sync of this product.
    Sync,
    /// A flow of this product.
    Flow {
        /// The ids of the flows that led to it, oldest first.
        chain: Vec<String>,
    },
}

impl Cause {
    /// The flows that led to the change, oldest first.
    #[must_use]
    pub fn chain(&self) -> &[String] {
        match self {
            Self::Outside | Self::Sync => &[],
            Self::Flow { chain } => chain,
        }
    }

    /// The cause of what a flow does that started on account of this one.
    #[must_use]
    pub fn then(&self, flow: &str) -> Self {
        let mut chain = self.chain().to_vec();
        chain.push(flow.to_owned());
        Self::Flow { chain }
    }
}
