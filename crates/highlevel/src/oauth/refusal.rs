//! From a refusal of the token endpoints to its meaning (highlevel-api.md 4.3, 5).

use super::OAuthError;
use crate::vendor_error;
use http::Answer;
use serde_json::Value;

/// What was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Asked {
    /// A pair for a code.
    Code,
    /// A new pair for a refresh token.
    Refresh,
    /// Something that an agency's token is sent for.
    Agency,
}

pub(super) fn judge(answer: &Answer, asked: Asked) -> OAuthError {
    let body: Value = serde_json::from_slice(&answer.body).unwrap_or(Value::Null);
    let message = vendor_error::message(&body, &answer.body);
    let word = body.get("error").and_then(Value::as_str);
    let word = word.unwrap_or_default().to_lowercase();
    let lower = message.to_lowercase();
    let says = |part: &str| lower.contains(part) || word.contains(part);
    let status = answer.status.as_u16();
    if !answer.status.is_client_error() || status == 429 {
        return OAuthError::Vendor { status, message };
    }
    if says("not active") {
        return OAuthError::NotActive { message };
    }
    match asked {
        Asked::Code if says("authorization code") || says("invalid_grant") => {
            OAuthError::CodeRefused { message }
        }
        // Only what is plainly about this token ends a connection.
        Asked::Refresh if says("invalid_grant") || says("refresh token") => {
            OAuthError::GrantRefused { message }
        }
        Asked::Code | Asked::Refresh
            if says("client") || says("invalid_client") || says("secret") =>
        {
            OAuthError::ClientRefused { message }
        }
        Asked::Agency if says("scope") => OAuthError::NotAllowed {
            message,
            mend: "install the app again from the agency's view, with the scopes oauth.readonly and oauth.write",
        },
        Asked::Agency if says("user type") || says("authclass") => OAuthError::NotAllowed {
            message,
            mend: "only an app that is installed for the agency can do this, no private integration token",
        },
        Asked::Agency if status == 401 => OAuthError::GrantRefused { message },
        Asked::Agency if matches!(status, 400 | 403 | 404) => OAuthError::NotAllowed {
            message,
            mend: "look in the agency's view of the marketplace whether the app is installed in this sub-account",
        },
        _ => OAuthError::Vendor { status, message },
    }
}
