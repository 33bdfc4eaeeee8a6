//! What the use cases answer when they cannot do what was asked.

use crate::ports::PortError;
use domain::Failure;
use store::StoreError;
use vault::VaultError;

/// A failure of a use case.
#[derive(Debug, thiserror::Error)]
pub enum AppError {
    /// The store refused.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The vault refused.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// A vendor refused, or could not be reached.
    #[error(transparent)]
    Vendor(#[from] PortError),
    /// No shop has this name.
    #[error(
        "there is no shop `{0}`. `repairbridge shop list` shows the shops, `repairbridge shop add` adds one"
    )]
    NoShop(String),
    /// A side has no credentials.
    #[error(
        "{side} is not connected for the shop `{shop}`. Connect it with `repairbridge connect {word} {shop} {flag}`"
    )]
    NotConnected {
        /// The shop.
        shop: String,
        /// The side, for people.
        side: &'static str,
        /// The side, as typed.
        word: &'static str,
        /// The flag that takes the credentials.
        flag: &'static str,
    },
    /// Another process works on the shop.
    #[error(
        "another Repairbridge process is working on the shop `{0}`. Wait for it to finish, or stop it, and try again"
    )]
    ShopBusy(String),
    /// The shop is paused.
    #[error("the shop `{0}` is paused. `repairbridge shop resume {0}` lets it go on")]
    Paused(String),
    /// What was asked for does not make sense.
    #[error("{0}")]
    Refused(String),
    /// What was named is not there.
    #[error("{0}")]
    NotFound(String),
    /// No operation has this id.
    #[error("{0}")]
    NoOperation(String),
    /// The input of an operation does not fit.
    #[error(
        "the input of `{operation}` does not fit: {mistakes}. `repairbridge operations show {operation}` tells what it takes"
    )]
    Input {
        /// The operation.
        operation: String,
        /// Each mistake with its place.
        mistakes: crate::operations::Mistakes,
    },
    /// A call that goes further than the caller may go.
    #[error("`{operation}` {}, and that was not allowed", danger.words())]
    NotAllowed {
        /// The operation.
        operation: String,
        /// What the call may do.
        danger: catalogue::Danger,
    },
    /// The shop cannot use an operation.
    #[error("`{operation}` cannot be used here: {why}")]
    NotAvailable {
        /// The operation.
        operation: String,
        /// Why, with the mend.
        why: String,
    },
    /// The configuration cannot be used.
    #[error("the configuration cannot be used: {0}")]
    Configuration(String),
}

impl AppError {
    /// The stable code of the failure, the same for HTTP, assistants and the command line.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Store(error) => match error {
                StoreError::Address { .. } => "STORE-ADDRESS",
                StoreError::Newer { .. } => "STORE-NEWER",
                StoreError::Damaged { .. } => "STORE-DAMAGED",
                StoreError::Unwritable { .. } => "STORE-UNWRITABLE",
                StoreError::Server { .. } => "STORE-SERVER",
                StoreError::NoFile { .. } => "STORE-NO-FILE",
                StoreError::NotEmpty { .. } => "STORE-NOT-EMPTY",
                StoreError::Exists { .. } => "STORE-EXISTS",
                StoreError::DiskFull => "STORE-DISK-FULL",
                StoreError::Busy => "STORE-BUSY",
                StoreError::Lost => "STORE-LEASE",
                StoreError::Value { .. } => "STORE-VALUE",
                _ => "STORE",
            },
            Self::Vault(error) => error.code(),
            Self::Vendor(error) => error.code,
            Self::NoShop(_) => "SHOP-UNKNOWN",
            Self::NotConnected { .. } => "SHOP-NOT-CONNECTED",
            Self::ShopBusy(_) => "SHOP-BUSY",
            Self::Paused(_) => "SHOP-PAUSED",
            Self::Refused(_) => "REFUSED",
            Self::NotFound(_) => "NOT-FOUND",
            Self::NoOperation(_) => "OPERATION-UNKNOWN",
            Self::Input { .. } => "INPUT",
            Self::NotAllowed { .. } => "NOT-ALLOWED",
            Self::NotAvailable { .. } => "NOT-AVAILABLE",
            Self::Configuration(_) => "CONFIG",
        }
    }
}
