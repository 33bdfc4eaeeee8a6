//! What was asked of a twin: the newest requests, for tests and for the eye.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use serde::Serialize;

/// Requests that are kept; older ones fall out.
const KEPT: usize = 50_000;
/// Bytes of a body that are kept.
const KEPT_BODY: usize = 4_096;

/// One request to a vendor path.
#[derive(Debug, Clone, Serialize)]
pub struct Entry {
    /// Its running number.
    pub number: u64,
    /// When it came.
    pub time: String,
    /// The method.
    pub method: String,
    /// The path.
    pub path: String,
    /// The query, as it came.
    pub query: String,
    /// `None` when the connection was cut without an answer.
    pub status: Option<u16>,
    /// What befell it.
    pub fault: Option<&'static str>,
    /// The body, cut at a limit.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub body: String,
}

/// The newest requests of one listener.
#[derive(Debug, Default)]
pub(crate) struct RequestLog {
    entries: Mutex<VecDeque<Entry>>,
}

impl RequestLog {
    pub fn add(&self, entry: Entry) {
        let mut entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        if entries.len() == KEPT {
            entries.pop_front();
        }
        entries.push_back(entry);
    }

    /// Up to `limit` requests with a number above `after`, oldest first.
    pub fn after(&self, after: u64, limit: usize, bodies: bool) -> Vec<Entry> {
        let entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        entries
            .iter()
            .filter(|entry| entry.number > after)
            .take(limit)
            .map(|entry| {
                let mut entry = entry.clone();
                if !bodies {
                    entry.body = String::new();
                }
                entry
            })
            .collect()
    }

    pub fn clear(&self) {
        self.entries
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clear();
    }
}

/// A body as it is kept: text, cut at a limit.
pub(crate) fn kept_body(bytes: &[u8]) -> String {
    String::from_utf8_lossy(&bytes[..bytes.len().min(KEPT_BODY)]).into_owned()
}
