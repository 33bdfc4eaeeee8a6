//! The marketplace app's own credentials.

use crate::{App, AppError};
use domain::Timestamp;
use highlevel::oauth::AppCredentials;
use secrecy::SecretString;
use store::Store;
use vault::{Place, Vault};

const NAME: &str = "highlevel.client_secret";
const PLACE: Place<'static> = Place {
    shop: 0,
    name: NAME,
};

/// What is known of our app from the configuration.
#[derive(Clone, Debug, Default)]
pub(crate) struct KnownApp {
    pub(crate) client_id: Option<String>,
    /// From the environment; before what lies in the vault.
    pub(crate) client_secret: Option<SecretString>,
}

impl KnownApp {
    /// The credentials, where both halves are there.
    pub(super) async fn credentials(
        &self,
        store: &Store,
        vault: &Vault,
    ) -> Result<AppCredentials, AppError> {
        let Some(client_id) = self.client_id.clone() else {
            return Err(AppError::Refused(
                "no marketplace app is configured. Make one at marketplace.gohighlevel.com (My Apps), write its client id as `highlevel.client_id` into the configuration, and store its secret with `repairbridge app set --client-secret-file FILE`. Without an app, connect with a private integration token".into(),
            ));
        };
        let client_secret = match &self.client_secret {
            Some(secret) => secret.clone(),
            None => {
                let sealed = store.app_secret(NAME).await?;
                let sealed = sealed.ok_or_else(|| {
                    AppError::Refused(
                        "the app's client secret is not stored. It is shown once where the marketplace app's client keys are made; store it with `repairbridge app set --client-secret-file FILE`".into(),
                    )
                })?;
                vault.unseal(&PLACE, &sealed)?
            }
        };
        Ok(AppCredentials {
            client_id,
            client_secret,
        })
    }
}

impl App {
    /// Stores the marketplace app's client secret in place of the one before. Tokens that were obtained with that one
    /// stay good.
    ///
    /// # Errors
    /// When store or vault refuse.
    pub async fn set_client_secret(&self, secret: &SecretString) -> Result<(), AppError> {
        let sealed = self.vault.seal(&PLACE, secret)?;
        let now: Timestamp = self.context.clock.now();
        self.store.save_app_secret(NAME, &sealed, now).await?;
        self.keeper.try_again_at_once();
        Ok(())
    }

    /// Whether a marketplace app is configured, and whether its secret is known.
    ///
    /// # Errors
    /// When the store refuses.
    pub async fn app_is_set(&self) -> Result<(Option<String>, bool), AppError> {
        let known = &self.keeper.known_app();
        let has_secret =
            known.client_secret.is_some() || self.store.app_secret(NAME).await?.is_some();
        Ok((known.client_id.clone(), has_secret))
    }
}
