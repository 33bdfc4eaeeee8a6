//! From an answer that is no success to an [`Error`] (highlevel-api.md 5).

use crate::{Error, client::Subject};
use domain::Timestamp;
use http::{Answer, Applied, Seen};
use jiff::SignedDuration;
use serde_json::Value;

/// Longest text of the vendor that is handed on.
const LONGEST: usize = 300;
/// The vendor's short window, for a 429 without headers.
const WINDOW: SignedDuration = SignedDuration::from_secs(10);

/// Judges an answer whose status is not 2xx.
pub(crate) fn judge(answer: &Answer, subject: &Subject, now: Timestamp) -> Error {
    let body: Value = match serde_json::from_slice(&answer.body) {
        Ok(body) => body,
        Err(problem) if answer.body.first() == Some(&b'{') && answer.status.is_client_error() => {
            // A refusal whose reason was cut off says only that nothing was done.
            return Error::Decode {
                what: subject.what,
                path: "$".to_owned(),
                problem: problem.to_string(),
                applied: Applied::No,
            };
        }
        Err(_) => Value::Null,
    };
    let messages = messages(&body, &answer.body);
    let message = messages.join("; ");
    let lower = message.to_lowercase();
    let status = answer.status.as_u16();
    let what = subject.what;
    let says = |part: &str| lower.contains(part);

    match status {
        400 | 401 if says("version header") || says("invalid api version") => {
            Error::VersionRefused { message }
        }
        401 | 403 if says("not authorized for this scope") => Error::MissingScope {
            what,
            scope: subject.scope(),
        },
        401 | 403 if says("user type mismatch") || says("authclass type") => Error::WrongTokenKind,
        401 | 403
            if says("does not have access to this location")
                || says("not accessible from this token") =>
        {
            Error::WrongLocation
        }
        401 => Error::Unauthorized { message },
        403 if says("do not have permission") => Error::MissingScope {
            what,
            scope: subject.scope(),
        },
        400 if says("duplicated contacts") || body.pointer("/meta/contactId").is_some() => {
            Error::Duplicate {
                contact_id: text_at(&body, "/meta/contactId"),
                matching_field: text_at(&body, "/meta/matchingField"),
            }
        }
        404 if says("cannot ") => Error::Vendor {
            what,
            status,
            message,
            applied: Applied::No,
        },
        400 | 404 if status == 404 || says("not found") || says("not a valid objectid") => {
            subject.not_found()
        }
        422 => Error::Invalid {
            what,
            messages,
            applied: subject.applied_after_422(),
        },
        429 => {
            let seen = Seen::read(status, &answer.headers, now);
            let interval = seen
                .limits
                .and_then(|limits| limits.interval_ms)
                .map_or(WINDOW, |ms| SignedDuration::from_millis(i64::from(ms)));
            let wait = seen.retry_after.unwrap_or(interval);
            Error::RateLimited {
                until: now.checked_add(wait).unwrap_or(now),
            }
        }
        _ => {
            let applied = if status >= 500 {
                subject.applied_if_unanswered()
            } else {
                Applied::No
            };
            Error::Vendor {
                what,
                status,
                message,
                applied,
            }
        }
    }
}

/// The vendor's own id of the request, where the answer has one.
pub(crate) fn trace_id(answer: &Answer) -> Option<String> {
    text_at(&serde_json::from_slice(&answer.body).ok()?, "/traceId")
}

/// The vendor's words in an answer, short and without personal data.
pub(crate) fn message_of(answer: &Answer) -> String {
    let body = serde_json::from_slice(&answer.body).unwrap_or_default();
    message(&body, &answer.body)
}

/// The vendor's words of a refusal, short and without personal data.
pub(crate) fn message(body: &Value, raw: &[u8]) -> String {
    messages(body, raw).join("; ")
}

fn text_at(body: &Value, pointer: &str) -> Option<String> {
    body.pointer(pointer)?
        .as_str()
        .filter(|text| !text.is_empty())
        .map(str::to_owned)
}

/// `message` is a text or an array of texts; v3 also has `error.message`; a CDN answers with HTML.
fn messages(body: &Value, raw: &[u8]) -> Vec<String> {
    let from = body
        .get("message")
        .or_else(|| body.pointer("/error/message"))
        .or_else(|| body.get("error_description"))
        .or_else(|| body.get("error"));
    let found: Vec<String> = match from {
        Some(Value::String(text)) => vec![presentable(text)],
        Some(Value::Array(items)) => items
            .iter()
            .map(|item| presentable(item.as_str().unwrap_or("a fault that it does not name")))
            .collect(),
        _ => Vec::new(),
    };
    if !found.is_empty() {
        return found;
    }
    let page = String::from_utf8_lossy(raw);
    let hint = if page.contains("1010") {
        "the request was blocked on the way (1010)"
    } else {
        "no reason given"
    };
    vec![hint.to_owned()]
}

/// Shortens, and takes out what may be a person's: addresses, numbers, quoted values.
fn presentable(text: &str) -> String {
    let quoted = match text.find("Value \"") {
        Some(start) => {
            let from = start + "Value ".len();
            let end = text
                .get(from + 1..)
                .and_then(|rest| rest.find('"'))
                .map(|at| from + at + 2);
            let rest = end.and_then(|end| text.get(end..)).unwrap_or("");
            format!("{}(value){rest}", text.get(..from).unwrap_or(""))
        }
        None => text.to_owned(),
    };
    let words: Vec<&str> = quoted
        .split_whitespace()
        .map(|word| {
            let digits = word.chars().filter(char::is_ascii_digit).count();
            let letters = word.chars().filter(|letter| letter.is_alphabetic()).count();
            if word.contains('@') {
                "(e-mail)"
            } else if digits >= 6 && letters == 0 {
                "(number)"
            } else {
                word
            }
        })
        .collect();
    words.join(" ").chars().take(LONGEST).collect()
}
