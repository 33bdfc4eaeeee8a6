//! Secrets, sealed at rest.
//!
//! Each secret is sealed under a data key, and each data key under the [`MasterKey`], which lies in a key
//! file or comes from the environment and never in the database. A sealed secret opens only at its own
//! [`Place`]: moved to another shop or name it is refused. Where sealed texts are kept is the caller's
//! business.

mod error;
mod key_file;
mod master;
mod sealing;
mod vault;

pub use error::VaultError;
pub use master::MasterKey;
pub use vault::{Place, Vault};
