//! Users, sessions, API tokens, wrong passwords, and the log of who did what. Of tokens only digests are kept; what
//! they are digests of, and who may do what, is no business of the store.

mod api_tokens;
mod attempts;
mod audit;
mod sessions;
mod setup_links;
mod users;

pub use api_tokens::{ApiTokenRow, NewApiToken};
pub use attempts::AttemptsRow;
pub use audit::{AuditEntry, AuditRow};
pub use sessions::{NewSession, SessionRow};
pub use users::UserRow;

/// A SHA-256.
pub type Digest = [u8; 32];
