//! OAuth 2.0 of the marketplace: the way to an installation and its tokens (highlevel-api.md 4).
//!
//! A person follows an [`InstallLink`], chooses a sub-account or an agency on the vendor's page, and comes back with
//! a code. [`OAuth`] turns the code into a [`Grant`], renews it, and makes tokens of sub-accounts from an agency's.
//! Refresh tokens are single use: whoever keeps a grant stores the new one before it is used.

mod app;
mod endpoint;
mod error;
mod grant;
mod link;
mod locations;
mod refusal;
#[cfg(test)]
mod tests;

pub use app::AppCredentials;
pub use endpoint::OAuth;
pub use error::OAuthError;
pub use grant::{Account, Grant};
pub use link::{DEFAULT_PAGE, InstallLink};
pub use locations::InstalledLocation;
