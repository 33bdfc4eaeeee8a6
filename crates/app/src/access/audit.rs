//! The log of who did what.

use super::{Origin, Who};
use crate::{App, AppError};
use store::{AuditEntry, AuditRow};

/// Whoever does something, for the log.
#[derive(Clone, Copy, Debug)]
pub struct Doer<'a> {
    who: &'a str,
    via: &'static str,
    address: Option<&'a str>,
}

impl<'a> Doer<'a> {
    /// Somebody who has proved who it is.
    #[must_use]
    pub fn signed(who: &'a Who, from: &'a Origin) -> Self {
        let via = match who {
            Who::ApiToken { .. } => "api",
            Who::User { .. } | Who::Anybody => "dashboard",
        };
        Self {
            who: who.name(),
            via,
            address: Some(&from.network),
        }
    }

    /// A user of this name at the dashboard, or somebody who says so.
    #[must_use]
    pub(super) fn at_dashboard(name: &'a str, from: &'a Origin) -> Self {
        Self {
            who: name,
            via: "dashboard",
            address: Some(&from.network),
        }
    }

    /// Whoever came back from a vendor's page in the browser that was sent there.
    #[must_use]
    pub fn in_browser(from: &'a Origin) -> Self {
        Self {
            who: "the browser that began it",
            via: "dashboard",
            address: Some(&from.network),
        }
    }

    /// An assistant that works for somebody: for a user of this machine's system, or with a token from a network.
    #[must_use]
    pub const fn assistant(name: &'a str, network: Option<&'a str>) -> Self {
        Self {
            who: name,
            via: "mcp",
            address: network,
        }
    }

    /// A user of this machine's system.
    #[must_use]
    pub const fn at_command_line(name: &'a str) -> Self {
        Self {
            who: name,
            via: "command line",
            address: None,
        }
    }
}

impl App {
    /// Adds a line to the audit log. Neither text may hold a secret, or what a stranger typed.
    ///
    /// # Errors
    /// When the store refuses: then what was to be logged must not be done.
    pub async fn note_audit(
        &self,
        doer: Doer<'_>,
        what: &str,
        target: Option<&str>,
    ) -> Result<(), AppError> {
        let entry = AuditEntry {
            who: doer.who,
            via: doer.via,
            what,
            target,
            address: doer.address,
        };
        Ok(self.store.add_audit(&entry, self.now()).await?)
    }

    /// The newest lines of the audit log, oldest of them first.
    ///
    /// # Errors
    /// When the store refuses.
    pub async fn audit(&self, limit: u32) -> Result<Vec<AuditRow>, AppError> {
        Ok(self.store.audit(limit).await?)
    }
}
