//! What is to be told to people who do not look, as the callers of the store see it.

use domain::{ShopId, Timestamp};
use serde_json::Value as Json;

/// Something to be sent one way.
#[derive(Clone, Debug, PartialEq)]
pub struct NewNotice {
    /// Its id, which goes along with it.
    pub id: String,
    /// By which way.
    pub way: &'static str,
    /// What is sent.
    pub content: Json,
}

/// Something that is to be sent now.
#[derive(Clone, Debug, PartialEq)]
pub struct DueNotice {
    /// Its id.
    pub id: String,
    /// What is sent.
    pub content: Json,
    /// When it was made.
    pub made_at: Timestamp,
    /// How often it was tried.
    pub attempts: u32,
}

/// What came of trying to send something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sending {
    /// It was sent.
    Sent,
    /// Not now.
    Failed {
        /// Why.
        why: String,
        /// When it is tried again; nothing where it is given up.
        next_at: Option<Timestamp>,
    },
}

/// What is remembered of a shop.
#[derive(Clone, Debug, PartialEq)]
pub struct Remembered {
    /// The shop.
    pub shop: ShopId,
    /// What.
    pub value: Json,
}

/// What came of a way the last time that it was used.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WayState {
    /// When something was sent by it.
    pub sent_at: Option<Timestamp>,
    /// When something could not be sent.
    pub failed_at: Option<Timestamp>,
    /// Why; nothing where something was sent since.
    pub failure: Option<String>,
    /// How much waits.
    pub waiting: u64,
    /// How much was given up since something was sent last.
    pub given_up: u64,
}
