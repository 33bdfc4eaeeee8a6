//! From a refusing answer to an error.
//!
//! Errors come as JSON with `error` or `message`, as text, as HTML, or as nothing at all
//! (mygadgetrepairs-api.md sections 2 and 10).

use super::{Error, pause_from};
use crate::lenient::{self, Row};
use domain::Timestamp;
use http::{Answer, Applied};
use serde_json::Value;

/// What a request was for; decides what a status means.
#[derive(Clone, Debug)]
pub(crate) struct Target {
    /// `customer` and so on.
    pub noun: &'static str,
    /// The record's id; none for a list.
    pub id: Option<String>,
    /// Whether the request writes.
    pub writes: bool,
}

impl Target {
    pub fn list(noun: &'static str) -> Self {
        Self {
            noun,
            id: None,
            writes: false,
        }
    }

    pub fn create(noun: &'static str) -> Self {
        Self {
            noun,
            id: None,
            writes: true,
        }
    }

    pub fn member(noun: &'static str, id: &str, writes: bool) -> Self {
        Self {
            noun,
            id: Some(id.to_owned()),
            writes,
        }
    }

    /// For messages.
    pub fn describe(&self) -> String {
        match (&self.id, self.writes) {
            (Some(id), false) => format!("{} {id}", self.noun),
            (Some(id), true) => format!("a change of {} {id}", self.noun),
            (None, false) => format!("the list of {}", plural(self.noun)),
            (None, true) => format!("a new {}", self.noun),
        }
    }

    /// Whether the request may have been carried out although its answer is of no use.
    pub const fn doubt(&self) -> Applied {
        if self.writes {
            Applied::Unknown
        } else {
            Applied::No
        }
    }

    /// An answer that cannot be read.
    pub fn decode(&self, path: impl Into<String>, problem: impl Into<String>) -> Error {
        Error::Decode {
            what: self.describe(),
            path: path.into(),
            problem: problem.into(),
            applied: self.doubt(),
        }
    }
}

fn plural(noun: &str) -> String {
    match noun {
        "status" => "statuses".to_owned(),
        _ => format!("{noun}s"),
    }
}

/// `None` for an answer that means success.
pub(crate) fn of_answer(answer: &Answer, target: &Target, now: Timestamp) -> Option<Error> {
    let status = answer.status.as_u16();
    if answer.status.is_success() {
        return said_error(&answer.body).map(|message| vendor(target, status, message));
    }
    let error = match (status, &target.id) {
        (401, _) => Error::KeyRefused,
        (429, _) => Error::PossiblyThrottled {
            until: pause_from(now),
            applied: Applied::No,
        },
        (404, Some(id)) => not_found(target, id),
        (404 | 405, _) => Error::NotOffered {
            what: target.describe(),
        },
        (400 | 422, id) => {
            let message = words(&answer.body);
            match id {
                Some(id) if says_gone(&message) => not_found(target, id),
                _ => Error::Invalid {
                    what: target.noun,
                    problem: message,
                },
            }
        }
        _ => vendor(target, status, words(&answer.body)),
    };
    Some(error)
}

fn not_found(target: &Target, id: &str) -> Error {
    Error::NotFound {
        what: target.noun,
        id: id.to_owned(),
    }
}

fn vendor(target: &Target, status: u16, message: String) -> Error {
    // An exception on the server may come before or after the record was written.
    let applied = if status < 500 && status != 408 && status >= 300 {
        Applied::No
    } else {
        target.doubt()
    };
    Error::Vendor {
        what: target.describe(),
        status,
        message,
        applied,
    }
}

/// Some applications report an error with status 200: an object with `error` and no record in it.
fn said_error(body: &[u8]) -> Option<String> {
    let Ok(Value::Object(map)) = lenient::parse(body) else {
        return None;
    };
    let row = Row(&map);
    (row.get("id").is_none()
        && row
            .get("error")
            .is_some_and(|error| lenient::text(error).is_some()))
    .then(|| words(body))
}

/// Whether a refusal means that the record does not exist.
fn says_gone(message: &str) -> bool {
    let message = message.to_ascii_lowercase();
    [
        "not found",
        "does not exist",
        "doesn't exist",
        "no longer exists",
        "has been deleted",
    ]
    .iter()
    .any(|words| message.contains(words))
}

/// The vendor's words, fit to be shown and logged.
pub(super) fn words(body: &[u8]) -> String {
    let text = String::from_utf8_lossy(body);
    let text = text.trim();
    if text.is_empty() {
        return "no explanation was given".to_owned();
    }
    if text.starts_with('<') {
        return "an HTML page came instead of an explanation".to_owned();
    }
    match lenient::parse(body) {
        Ok(Value::Object(map)) => {
            let row = Row(&map);
            let inner = row.object(&["error"]);
            row.text(&["error", "message", "errorMessage", "detail"])
                .or_else(|| inner?.text(&["message", "detail", "error"]))
                .map_or_else(
                    || "no explanation was given".to_owned(),
                    |words| shown(&words),
                )
        }
        Ok(Value::String(words)) => shown(&words),
        Ok(_) => "no explanation was given".to_owned(),
        Err(_) => shown(text),
    }
}

/// At most 200 characters on one line; e-mail addresses and long numbers are masked, since a refusal often
/// quotes what it refuses.
fn shown(text: &str) -> String {
    let words: Vec<&str> = text
        .split_whitespace()
        .map(|word| {
            let digits = word.bytes().filter(u8::is_ascii_digit).count();
            if word.contains('@') || digits >= 6 {
                "…"
            } else {
                word
            }
        })
        .collect();
    let line = words.join(" ");
    if line.chars().count() <= 200 {
        line
    } else {
        line.chars().take(199).chain(['…']).collect()
    }
}
