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
    fn from(error: StoreError) -> Self {
        AppError::from(error).into()
    }
}

impl From<AppError> for Problem {
    /// What is wrong with the command or its configuration, or with a place that cannot be used, is told apart from what
    /// went wrong on the way, such as a full disk or a busy neighbour.
    fn from(error: AppError) -> Self {
        let is_wrong = match &error {
            AppError::Store(error) => matches!(
                error,
                StoreError::Address { .. }
                    | StoreError::Newer { .. }
                    | StoreError::Damaged { .. }
                    | StoreError::Unwritable { .. }
                    | StoreError::Server { .. }
                    | StoreError::NoFile { .. }
                    | StoreError::NotEmpty { .. }
                    | StoreError::Exists { .. }
            ),
            AppError::Vault(_)
            | AppError::NoShop(_)
            | AppError::NotConnected { .. }
            | AppError::Refused(_)
            | AppError::NotFound(_)
            | AppError::NoOperation(_)
            | AppError::Input { .. }
            | AppError::NotAllowed { .. }
            | AppError::Configuration(_) => true,
            AppError::Vendor(_)
            | AppError::ShopBusy(_)
            | AppError::Paused(_)
            | AppError::NotAvailable { .. } => false,
        };
        Self {
            code: error.code(),
            message: error.to_string(),
            exit: if is_wrong { Exit::Wrong } else { Exit::Found },
        }
    }
}
