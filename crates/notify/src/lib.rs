//! How a notice leaves: a mail by the owner's own mail server, a signed webhook, and the visits that keep a dead-man alarm
//! quiet. What is told, to whom and when is decided elsewhere.
//!
//! These are the only requests of ours that go elsewhere than to the two vendors: to the addresses that an admin wrote.
//! Addresses may carry secrets, so no message of a failure names one beyond its host.

mod address;
mod email;
mod error;
mod web;

pub use address::{AddressError, is_loopback, target};
pub use email::{Encryption, Mail, MailServer, mailbox};
pub use error::LeaveError;
pub use web::{Signed, Web, signature};
