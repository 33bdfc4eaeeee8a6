//! Installations of our marketplace app: how people come to one, and how its tokens are kept alive.
//!
//! `start.rs` sends a person to the vendor's page, `finish.rs` takes what comes back, `agency.rs` makes shops of an
//! agency's sub-accounts, `events.rs` hears of installs and removals, `keeper.rs` hands out tokens and renews them.

mod agency;
mod app_secret;
mod ending;
mod events;
mod finish;
mod keeper;
mod life;
mod pair;
mod renew;
mod start;
#[cfg(test)]
mod tests;
mod told;

pub use agency::InstalledAccount;
pub use finish::{Finished, InstallError};
pub use start::{BrowserPass, InstallPage};
pub use told::GrantedScopes;

pub(crate) use app_secret::KnownApp;
pub(crate) use keeper::{InstallationToken, Keeper};
