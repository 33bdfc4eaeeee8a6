//! Who we are at the marketplace.

use secrecy::SecretString;

/// The credentials of a marketplace app (highlevel-api.md 4.2): `client_id` is the app's id of 24 hexadecimal digits,
/// a hyphen and eight characters; the secret is a UUID.
#[derive(Clone, Debug)]
pub struct AppCredentials {
    /// Client id.
    pub client_id: String,
    /// Client secret.
    pub client_secret: SecretString,
}

impl AppCredentials {
    /// The app's own id: the client id up to its hyphen. Webhooks carry this part only.
    #[must_use]
    pub fn app_id(&self) -> &str {
        app_id(&self.client_id)
    }
}

pub(super) fn app_id(client_id: &str) -> &str {
    client_id.split('-').next().unwrap_or(client_id).trim()
}
