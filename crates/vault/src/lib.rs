//! Secrets, sealed at rest.
//!
//! Each secret is sealed under a data key, and each data key under the [`MasterKey`], which lies in a key
//! file, comes from the environment or out of a passphrase, and is never in the database. A sealed secret opens
//! only at its own [`Place`]: moved to another table, column or row, or said to be of another key version, it is
//! refused. Where sealed texts are kept is the caller's business.

pub mod backup;
mod error;
mod key_file;
mod master;
mod passphrase;
mod place;
mod sealing;
mod source;
mod vault;

pub use error::VaultError;
pub use key_file::KeyFileChange;
pub use master::MasterKey;
pub use passphrase::{Derivation, SHORTEST_PASSPHRASE, check_new_passphrase};
pub use place::Place;
pub use source::MasterSource;
pub use vault::{Rewrapped, Vault};
