//! Why there is no token, in words that say what to do.

use domain::{Failure, FailureClass};
use http::SendError;

/// A call of the OAuth endpoints that did not succeed. Never holds a token, a code or a secret.
#[derive(Debug, thiserror::Error)]
pub enum OAuthError {
    /// The code is unknown, was used, or is too old. The vendor looks at it before anything else.
    #[error(
        "HighLevel does not take the code ({message}): it is used up or too old; begin the connection again"
    )]
    CodeRefused {
        /// The vendor's words.
        message: String,
    },
    /// The refresh token is unknown, was used by somebody else, or ended.
    #[error(
        "HighLevel does not renew the connection ({message}): its token was used elsewhere, ended, or the app was \
         removed; connect again"
    )]
    GrantRefused {
        /// The vendor's words.
        message: String,
    },
    /// Client id or secret are wrong.
    #[error(
        "HighLevel does not know the app's client id and secret ({message}); compare them with the marketplace app's \
         page and set them with `repairbridge app set`"
    )]
    ClientRefused {
        /// The vendor's words.
        message: String,
    },
    /// The sub-account is suspended.
    #[error(
        "HighLevel says that the sub-account is not active ({message}); it must be active again before anything is synced"
    )]
    NotActive {
        /// The vendor's words.
        message: String,
    },
    /// Our agency token may not do this.
    #[error("HighLevel does not let the agency's installation do this ({message}); {mend}")]
    NotAllowed {
        /// The vendor's words.
        message: String,
        /// What to do.
        mend: &'static str,
    },
    /// Any other refusal or fault.
    #[error("HighLevel answered {status} when asked for a token: {message}")]
    Vendor {
        /// Status code.
        status: u16,
        /// The vendor's words.
        message: String,
    },
    /// The answer is not what is documented or was ever seen.
    #[error("HighLevel's answer about tokens cannot be read: {problem}; please report this")]
    Decode {
        /// What is wrong, without the value.
        problem: String,
    },
    /// No answer.
    #[error(transparent)]
    Send(#[from] SendError),
}

impl Failure for OAuthError {
    fn code(&self) -> &'static str {
        match self {
            Self::CodeRefused { .. } => "HL-OAUTH-01",
            Self::GrantRefused { .. } => "HL-OAUTH-02",
            Self::ClientRefused { .. } => "HL-OAUTH-03",
            Self::NotActive { .. } => "HL-OAUTH-04",
            Self::NotAllowed { .. } => "HL-OAUTH-05",
            Self::Vendor { .. } => "HL-OAUTH-06",
            Self::Decode { .. } => "HL-OAUTH-07",
            Self::Send(error) => error.code(),
        }
    }

    fn class(&self) -> FailureClass {
        match self {
            Self::CodeRefused { .. }
            | Self::GrantRefused { .. }
            | Self::ClientRefused { .. }
            | Self::NotActive { .. }
            | Self::NotAllowed { .. } => FailureClass::NeedsHuman,
            // Whatever is not understood is tried again: a connection is not given up on a guess.
            Self::Vendor { .. } | Self::Decode { .. } => FailureClass::Transient,
            Self::Send(error) => error.class(),
        }
    }
}
