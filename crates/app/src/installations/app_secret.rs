//! The marketplace app's own credentials.

use crate::secrets::Keys;
use crate::{App, AppError};
use highlevel::oauth::AppCredentials;
use secrecy::SecretString;
use store::Store;
use vault::Place;

const NAME: &str = "highlevel.client_secret";

fn place() -> Place {
    Place::new("app_secret", "sealed", [NAME])
}

/// What is known of our app from the configuration.
#[derive(Clone, Debug, Default)]
pub(crate) struct KnownApp {
    pub(crate) client_id: Option<String>,
    /// From the environment; before what lies in the vault.
    pub(crate) client_secret: Option<SecretString>,
}

impl KnownApp {
    /// The client id; empty where no app is configured.
    pub(super) fn client_id(&self) -> &str {
        self.client_id.as_deref().unwrap_or_default()
    }

    /// The credentials, where both halves are there.
    pub(super) async fn credentials(
        &self,
        store: &Store,
        keys: &Keys,
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
                keys.unseal(&place(), &sealed).await?
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
        let now = self.now();
        self.seal_and_store(&place(), secret, |sealed| async move {
            self.store.save_app_secret(NAME, &sealed, now).await
        })
        .await?;
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
