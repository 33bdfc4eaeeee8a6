//! What HighLevel's refusals mean, in words that say what to do.

use crate::auth::TokenError;
use domain::{Failure, FailureClass, Timestamp};
use http::{Applied, SendError};

/// A call that did not succeed. Texts of the vendor are kept short and without personal data.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// 404, or 400 with "not found" (highlevel-quirks.md 3.2).
    #[error("HighLevel has no {what} {id}; it was deleted or belongs to another sub-account")]
    NotFound {
        /// The kind of thing.
        what: &'static str,
        /// Its id.
        id: String,
    },
    /// The location forbids duplicates and has such a contact (highlevel-api.md 7.5).
    #[error(
        "HighLevel already has this contact ({}, same {}); update that one instead",
        contact_id.as_deref().unwrap_or("id not told"), matching_field.as_deref().unwrap_or("value")
    )]
    Duplicate {
        /// The contact that is there.
        contact_id: Option<String>,
        /// `email` or `phone`.
        matching_field: Option<String>,
    },
    /// 401: the token is wrong, revoked or expired.
    #[error(
        "HighLevel refuses the token ({message}); connect the sub-account again with a new token"
    )]
    Unauthorized {
        /// The vendor's words.
        message: String,
    },
    /// The token lacks a scope. Scopes are not added to tokens that exist (highlevel-quirks.md 4.6).
    #[error(
        "the HighLevel token lacks the scope `{scope}` for {what}; add it to the private integration or the \
         app, and connect again if it is an app"
    )]
    MissingScope {
        /// The kind of thing.
        what: &'static str,
        /// The scope that it lacks.
        scope: &'static str,
    },
    /// The token is for another location.
    #[error(
        "the HighLevel token is for another sub-account; check the location id, or connect this one"
    )]
    WrongLocation,
    /// An agency token where one of a sub-account is needed.
    #[error(
        "this is an agency token; make a private integration inside the sub-account and use its token"
    )]
    WrongTokenKind,
    /// The `Version` header is missing or unknown (highlevel-quirks.md 5.1). The token is not to blame.
    #[error(
        "HighLevel refuses the API version ({message}); set `highlevel.api_version` to 2021-07-28"
    )]
    VersionRefused {
        /// The vendor's words.
        message: String,
    },
    /// 422: the body was refused as a whole.
    #[error("HighLevel refuses the {what}: {}", messages.join("; "))]
    Invalid {
        /// The kind of thing.
        what: &'static str,
        /// One per fault.
        messages: Vec<String>,
        /// Whether it may have been carried out all the same (highlevel-quirks.md 1.5).
        applied: Applied,
    },
    /// 429, several times.
    #[error("HighLevel asks for a pause until {until}; the work goes on by itself then")]
    RateLimited {
        /// Not before.
        until: Timestamp,
    },
    /// Any other refusal or fault.
    #[error("HighLevel answered {status} for the {what}: {message}{}", mend(*status))]
    Vendor {
        /// The kind of thing.
        what: &'static str,
        /// Status code.
        status: u16,
        /// The vendor's words.
        message: String,
        /// Whether it may have been carried out.
        applied: Applied,
    },
    /// The answer is not what is documented or was ever seen.
    #[error(
        "HighLevel's answer for the {what} cannot be read at `{path}`: {problem}; please report this"
    )]
    Decode {
        /// The kind of thing.
        what: &'static str,
        /// Where in the JSON.
        path: String,
        /// What is wrong there, without the value.
        problem: String,
        /// Whether the request was carried out: after a write it may have been.
        applied: Applied,
    },
    /// No token.
    #[error(transparent)]
    Token(#[from] TokenError),
    /// No answer.
    #[error(transparent)]
    Send(#[from] SendError),
}

fn mend(status: u16) -> &'static str {
    match status {
        500.. => "; the fault is on their side and it will be tried again",
        403 => "; check what the token may do and whether the sub-account is active",
        _ => "",
    }
}

impl Error {
    /// Whether the request may have been carried out. [`Applied::Unknown`] after a create means: look first.
    #[must_use]
    pub const fn applied(&self) -> Applied {
        match self {
            Self::Vendor { applied, .. }
            | Self::Invalid { applied, .. }
            | Self::Decode { applied, .. } => *applied,
            Self::Send(error) => error.applied(),
            _ => Applied::No,
        }
    }

    /// Whether the record is not there.
    #[must_use]
    pub const fn is_not_found(&self) -> bool {
        matches!(self, Self::NotFound { .. })
    }

    /// Keys that the vendor said should not exist, so that a caller can leave them out from now on
    /// (highlevel-quirks.md 2.12: `companyName` on update).
    #[must_use]
    pub fn refused_keys(&self) -> Vec<&str> {
        let Self::Invalid { messages, .. } = self else {
            return Vec::new();
        };
        messages
            .iter()
            .filter_map(|message| {
                message
                    .strip_prefix("property ")?
                    .strip_suffix(" should not exist")
            })
            .collect()
    }
}

impl Failure for Error {
    fn code(&self) -> &'static str {
        match self {
            Self::NotFound { .. } => "HL-NOT-FOUND-01",
            Self::Duplicate { .. } => "HL-DUPLICATE-01",
            Self::Unauthorized { .. } => "HL-AUTH-01",
            Self::MissingScope { .. } => "HL-AUTH-02",
            Self::WrongLocation => "HL-AUTH-03",
            Self::WrongTokenKind => "HL-AUTH-04",
            Self::VersionRefused { .. } => "HL-VERSION-01",
            Self::Invalid { .. } => "HL-INVALID-01",
            Self::RateLimited { .. } => "HL-LIMIT-01",
            Self::Vendor { status: 500.., .. } => "HL-VENDOR-01",
            Self::Vendor { .. } => "HL-VENDOR-02",
            Self::Decode { .. } => "HL-DECODE-01",
            Self::Token(error) => error.code(),
            Self::Send(error) => error.code(),
        }
    }

    fn class(&self) -> FailureClass {
        match self {
            Self::NotFound { .. } | Self::Duplicate { .. } | Self::Invalid { .. } => {
                FailureClass::Permanent
            }
            Self::Unauthorized { .. }
            | Self::MissingScope { .. }
            | Self::WrongLocation
            | Self::WrongTokenKind
            | Self::VersionRefused { .. }
            | Self::Vendor { status: 403, .. } => FailureClass::NeedsHuman,
            Self::RateLimited { until } => FailureClass::Deferred { until: *until },
            Self::Vendor {
                status: 408 | 500..,
                ..
            } => FailureClass::Transient,
            Self::Vendor { .. } => FailureClass::Permanent,
            // No JSON as a whole: cut short on the way. JSON of another shape is new to us.
            Self::Decode { path, .. } if path == "$" => FailureClass::Transient,
            Self::Decode { .. } => FailureClass::Bug,
            Self::Token(error) => error.class(),
            Self::Send(error) => error.class(),
        }
    }
}
