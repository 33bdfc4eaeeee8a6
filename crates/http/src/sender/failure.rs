//! What a failure of the network means.

use crate::{Applied, SendError};
use std::{error::Error, time::Duration};

/// Judges a failure of the HTTP client.
pub(super) fn of(error: &reqwest::Error, total: Duration) -> SendError {
    if error.is_builder() {
        return SendError::Malformed {
            problem: "it has a header or body that cannot be written",
        };
    }
    if error.is_connect() {
        // No connection, so nothing was sent over it.
        return SendError::Unreachable {
            detail: detail(error),
            applied: Applied::No,
        };
    }
    if error.is_timeout() {
        return SendError::TimedOut { after: total };
    }
    SendError::Interrupted {
        detail: detail(error),
    }
}

/// Remembers that an earlier try may have been carried out.
pub(super) fn after(failure: SendError, earlier: Applied) -> SendError {
    match failure {
        SendError::Unreachable {
            detail,
            applied: Applied::No,
        } => SendError::Unreachable {
            detail,
            applied: earlier,
        },
        other => other,
    }
}

/// The innermost cause: it names what the network did, and neither address nor query.
pub(super) fn detail(error: &reqwest::Error) -> String {
    let mut cause: &dyn Error = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    if cause.is::<reqwest::Error>() {
        "the client gave no reason".to_owned()
    } else {
        cause.to_string()
    }
}
