//! Credentials: sealed into the vault, taken out when a connection is made.

use crate::installations::InstallationToken;
use crate::shops::refuse_removed;
use crate::{App, AppError};
use async_trait::async_trait;
use domain::{Side, Timestamp};
use highlevel::{TokenError, TokenSource};
use secrecy::{ExposeSecret, SecretString};
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use store::Shop;
use vault::Place;

/// Private integration tokens: the one in use, and the one before, while the vendor may not know the new one yet.
const TOKEN: &str = "highlevel.token";
const EARLIER_TOKEN: &str = "highlevel.token.earlier";
const KEY: &str = "mygadgetrepairs.key";

impl App {
    /// Stores the credentials of a side in place of those before. The budget forgets what it thought of the
    /// old ones. HighLevel's token before is kept for a switch-over: it is used when the new one is refused.
    ///
    /// # Errors
    /// When there is no such shop, or store or vault refuse.
    pub async fn connect(
        &self,
        name: &str,
        side: Side,
        secret: &SecretString,
    ) -> Result<(), AppError> {
        let shop = self.shop(name).await?;
        refuse_removed(&shop)?;
        if side == Side::HighLevel {
            let earlier = match self.secret(&shop, TOKEN).await {
                // A token that cannot be opened any more is none to fall back on.
                Err(AppError::Vault(_)) => None,
                found => found?,
            };
            let differs = |earlier: &SecretString| {
                earlier.expose_secret().trim() != secret.expose_secret().trim()
            };
            if let Some(earlier) = earlier.filter(differs) {
                self.save(&shop, EARLIER_TOKEN, &earlier).await?;
            }
        }
        self.save(&shop, secret_name(side), secret).await?;
        self.after_connecting(&shop, side).await
    }

    /// Since when a side's own credentials are kept; nothing where there are none, or an app is installed.
    pub(crate) async fn stored_since(
        &self,
        shop: &Shop,
        side: Side,
    ) -> Result<Option<Timestamp>, AppError> {
        Ok(self.store.secret_since(shop.id, secret_name(side)).await?)
    }

    /// Whether a side has credentials.
    ///
    /// # Errors
    /// When the store refuses.
    pub async fn is_connected(&self, shop: &Shop, side: Side) -> Result<bool, AppError> {
        Ok(self.store.has_secret(shop.id, secret_name(side)).await?
            || (side == Side::HighLevel && self.installation_of(shop).await?.is_some()))
    }

    /// Whether the shop works with a private integration token.
    pub(crate) async fn has_static_token(&self, shop: &Shop) -> Result<bool, AppError> {
        Ok(self.store.has_secret(shop.id, TOKEN).await?)
    }

    /// Takes a side up again with its new credentials.
    pub(crate) async fn after_connecting(&self, shop: &Shop, side: Side) -> Result<(), AppError> {
        if side == Side::HighLevel {
            self.forget_refused_calendars(shop).await?;
        }
        self.kept.forget(shop.id.0);
        self.budget(shop, side).key_replaced().await?;
        self.call_passes(shop.id);
        Ok(())
    }

    pub(crate) async fn forget_static_tokens(&self, shop: &Shop) -> Result<bool, AppError> {
        let names = [TOKEN, EARLIER_TOKEN];
        Ok(self.store.forget_secrets(shop.id, &names).await?)
    }

    pub(crate) async fn forget_secrets_of(
        &self,
        shop: &Shop,
        side: Side,
    ) -> Result<bool, AppError> {
        match side {
            Side::HighLevel => self.forget_static_tokens(shop).await,
            Side::MyGadgetRepairs => Ok(self.store.forget_secrets(shop.id, &[KEY]).await?),
        }
    }

    /// MyGadgetRepairs' key.
    pub(crate) async fn counter_key(&self, shop: &Shop) -> Result<SecretString, AppError> {
        let key = self.secret(shop, KEY).await?;
        key.ok_or_else(|| not_connected(shop, Side::MyGadgetRepairs))
    }

    /// Where HighLevel's tokens come from.
    pub(crate) async fn crm_tokens(&self, shop: &Shop) -> Result<Arc<dyn TokenSource>, AppError> {
        if let Some(token) = self.secret(shop, TOKEN).await? {
            let earlier = self.secret(shop, EARLIER_TOKEN).await;
            // One that does not open any more is none to fall back on.
            let earlier = earlier.ok().flatten();
            return Ok(Arc::new(SwitchingToken::new(&token, earlier.as_ref())));
        }
        match self.installation_of(shop).await? {
            Some(installation) => Ok(Arc::new(InstallationToken {
                keeper: Arc::clone(&self.keeper),
                id: installation.id,
            })),
            None => Err(not_connected(shop, Side::HighLevel)),
        }
    }

    /// A side's credentials as they lie in the store, or what stands for them while they are renewed again and again.
    pub(crate) async fn sealed(&self, shop: &Shop, side: Side) -> Result<String, AppError> {
        if let Some(sealed) = self.store.secret(shop.id, secret_name(side)).await? {
            return Ok(sealed);
        }
        let installation = match side {
            Side::HighLevel => self.installation_of(shop).await?,
            Side::MyGadgetRepairs => None,
        };
        match installation {
            Some(found) => Ok(format!(
                "installation {} of {}",
                found.id, found.installed_at
            )),
            None => Err(not_connected(shop, side)),
        }
    }

    async fn secret(&self, shop: &Shop, name: &str) -> Result<Option<SecretString>, AppError> {
        let read = || self.store.secret(shop.id, name);
        self.read_and_unseal(&place(shop, name), read).await
    }

    async fn save(&self, shop: &Shop, name: &str, secret: &SecretString) -> Result<(), AppError> {
        let (id, now) = (shop.id, self.now());
        self.seal_and_store(&place(shop, name), secret, |sealed| async move {
            self.store.save_secret(id, name, &sealed, now).await
        })
        .await
    }
}

/// A source that always gives this token.
pub(crate) fn static_token(token: &SecretString) -> Arc<dyn TokenSource> {
    Arc::new(SwitchingToken::new(token, None))
}

fn not_connected(shop: &Shop, side: Side) -> AppError {
    AppError::NotConnected {
        shop: shop.name.clone(),
        side: side.title(),
        word: side.as_str(),
        flag: match side {
            Side::HighLevel => "--token-file FILE|--oauth",
            Side::MyGadgetRepairs => "--key-file FILE",
        },
    }
}

const fn secret_name(side: Side) -> &'static str {
    match side {
        Side::HighLevel => TOKEN,
        Side::MyGadgetRepairs => KEY,
    }
}

fn place(shop: &Shop, name: &str) -> Place {
    Place::secret(shop.id.0, name)
}

/// A private integration token, and the one before it: while a token is being replaced in HighLevel, only one of them
/// may be good, and it is not known from when on (highlevel-api.md 4.5).
struct SwitchingToken {
    tokens: [SecretString; 2],
    uses_earlier: AtomicBool,
}

impl SwitchingToken {
    fn new(token: &SecretString, earlier: Option<&SecretString>) -> Self {
        // White space around it makes the vendor call a good token invalid (highlevel-quirks.md 4.11).
        let trimmed = |token: &SecretString| SecretString::from(token.expose_secret().trim());
        Self {
            tokens: [trimmed(token), trimmed(earlier.unwrap_or(token))],
            uses_earlier: AtomicBool::new(false),
        }
    }

    fn current(&self) -> &SecretString {
        &self.tokens[usize::from(self.uses_earlier.load(Ordering::SeqCst))]
    }
}

impl fmt::Debug for SwitchingToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SwitchingToken(..)")
    }
}

#[async_trait]
impl TokenSource for SwitchingToken {
    async fn token(&self) -> Result<SecretString, TokenError> {
        Ok(self.current().clone())
    }

    async fn rejected(&self, token: &SecretString) -> Result<bool, TokenError> {
        let [newer, earlier] = &self.tokens;
        if newer.expose_secret() == earlier.expose_secret() {
            return Ok(false);
        }
        if token.expose_secret() != self.current().expose_secret() {
            return Ok(true);
        }
        // From the newer one to the earlier one, and never round in circles within a request: the client asks once.
        let used_earlier = self.uses_earlier.fetch_xor(true, Ordering::SeqCst);
        tracing::info!(
            used_earlier,
            "HighLevel refused one of two tokens; the other is tried"
        );
        Ok(true)
    }
}
