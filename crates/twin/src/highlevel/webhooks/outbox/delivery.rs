//! One delivery: as it is kept, as it is posted, and how many of them there were.

use std::sync::Arc;

use serde::Serialize;

/// What happened so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct WebhookCounters {
    /// Events of the location that the app listens for.
    pub noted: u64,
    /// Events that were never delivered.
    pub dropped: u64,
    /// Events that were delivered a second time.
    pub doubled: u64,
    /// Deliveries that are not the vendor's.
    pub forged: u64,
    /// Posts, retries and forgeries too.
    pub sent: u64,
    /// Answers of 2xx.
    pub accepted: u64,
    /// Other answers, and none.
    pub refused: u64,
    /// Deliveries that were refused and will not be tried again.
    pub given_up: u64,
    /// How often the breaker paused all deliveries.
    pub paused: u64,
    /// Deliveries asked for by hand.
    pub replayed: u64,
}

/// Where a delivery stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum WebhookState {
    /// Its time has not come.
    Waiting,
    /// Its answer is awaited.
    Sending,
    /// It was answered 2xx.
    Accepted,
    /// It was refused for good.
    GivenUp,
    /// It was lost on purpose.
    Dropped,
}

/// One delivery, as tests look at it.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct WebhookDelivery {
    /// Running number.
    pub number: u64,
    /// The event's type.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// Names the event; retries, doubles and replays have the same.
    pub webhook_id: String,
    /// Not the vendor's.
    pub forged: bool,
    /// Where it stands.
    pub state: WebhookState,
    /// The last answer, if one came.
    pub status: Option<u16>,
    /// Posts so far.
    pub tries: u32,
    /// When it is, or was last, due; milliseconds.
    pub due: i64,
    #[serde(skip)]
    pub(super) body: Arc<[u8]>,
    #[serde(skip)]
    pub(super) signature: Option<String>,
}

/// A delivery that is to be posted now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DueWebhook {
    /// Its number, for the answer.
    pub number: u64,
    /// The event's type.
    pub kind: &'static str,
    /// The event's id.
    pub webhook_id: String,
    /// Not the vendor's.
    pub forged: bool,
    /// What to send with it.
    pub headers: Vec<(String, String)>,
    /// The raw body that the signature is over.
    pub body: Vec<u8>,
}

/// What is posted of a delivery.
pub(super) fn posted(delivery: &WebhookDelivery) -> DueWebhook {
    let mut headers = vec![("content-type".to_owned(), "application/json".to_owned())];
    if let Some(signature) = &delivery.signature {
        headers.push(("x-ghl-signature".to_owned(), signature.clone()));
    }
    DueWebhook {
        number: delivery.number,
        kind: delivery.kind,
        webhook_id: delivery.webhook_id.clone(),
        forged: delivery.forged,
        headers,
        body: delivery.body.to_vec(),
    }
}
