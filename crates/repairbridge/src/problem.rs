//! What a command ends with: an exit status, or a problem told to the person.

use crate::config::ConfigError;
use app::AppError;
use domain::Failure;
use std::process::ExitCode;
use store::StoreError;
use vault::VaultError;

/// The exit statuses of the contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Done.
    Done,
    /// It ran and found something wrong.
    Found,
    /// The command or its configuration is wrong.
    Wrong,
}

impl Exit {
    pub(crate) fn code(self) -> ExitCode {
        ExitCode::from(match self {
            Self::Done => 0,
            Self::Found => 1,
            Self::Wrong => 2,
        })
    }
}

/// What is wrong, where, and how to mend it.
#[derive(Debug)]
pub(crate) struct Problem {
    pub(crate) code: &'static str,
    pub(crate) message: String,
    pub(crate) exit: Exit,
}

impl Problem {
    /// The command or its configuration is wrong.
    pub(crate) fn wrong(code: &'static str, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            exit: Exit::Wrong,
        }
    }

    /// It ran and found something wrong.
    pub(crate) fn ran(code: &'static str, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            exit: Exit::Found,
        }
    }
}

impl From<ConfigError> for Problem {
    fn from(error: ConfigError) -> Self {
        Self::wrong("CONFIG", error.to_string())
    }
}

impl From<VaultError> for Problem {
    fn from(error: VaultError) -> Self {
        Self::wrong(error.code(), error.to_string())
    }
}

impl From<StoreError> for Problem {
    /// A place that cannot be used is a wrong configuration; a full disk or a busy neighbour is not.
    fn from(error: StoreError) -> Self {
        let message = error.to_string();
        match error {
            StoreError::Address { .. } => Self::wrong("STORE-ADDRESS", message),
            StoreError::Newer { .. } => Self::wrong("STORE-NEWER", message),
            StoreError::Damaged { .. } => Self::wrong("STORE-DAMAGED", message),
            StoreError::Unwritable { .. } => Self::wrong("STORE-UNWRITABLE", message),
            StoreError::Exists { .. } => Self::wrong("STORE-EXISTS", message),
            StoreError::DiskFull => Self::ran("STORE-DISK-FULL", message),
            StoreError::Busy => Self::ran("STORE-BUSY", message),
            StoreError::Value { .. } => Self::ran("STORE-VALUE", message),
            _ => Self::ran("STORE", message),
        }
    }
}

impl From<AppError> for Problem {
    fn from(error: AppError) -> Self {
        let message = error.to_string();
        match error {
            AppError::Store(error) => error.into(),
            AppError::Vault(error) => error.into(),
            AppError::Vendor(error) => Self::ran(error.code, message),
            AppError::NoShop(_) => Self::wrong("SHOP-UNKNOWN", message),
            AppError::NotConnected { .. } => Self::wrong("SHOP-NOT-CONNECTED", message),
            AppError::ShopBusy(_) => Self::ran("SHOP-BUSY", message),
            AppError::Paused(_) => Self::ran("SHOP-PAUSED", message),
            AppError::Refused(_) => Self::wrong("REFUSED", message),
            AppError::NoOperation(_) => Self::wrong("OPERATION-UNKNOWN", message),
            AppError::Input { .. } => Self::wrong("INPUT", message),
            AppError::NotAllowed { .. } => Self::wrong("NOT-ALLOWED", message),
            AppError::NotAvailable { .. } => Self::ran("NOT-AVAILABLE", message),
            AppError::Configuration(_) => Self::wrong("CONFIG", message),
        }
    }
}
