//! Credentials: sealed into the vault, taken out when a connection is made.

use crate::shops::refuse_removed;
use crate::{App, AppError};
use domain::Side;
use secrecy::SecretString;
use store::Shop;
use vault::Place;

impl App {
    /// Stores the credentials of a side in place of those before. The budget forgets what it thought of the
    /// old ones.
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
        let (id, now) = (shop.id, self.now());
        self.seal_and_store(&place(&shop, side), secret, |sealed| async move {
            let name = secret_name(side);
            self.store.save_secret(id, name, &sealed, now).await
        })
        .await?;
        if side == Side::HighLevel {
            self.forget_refused_calendars(&shop).await?;
        }
        self.kept.forget(shop.id.0);
        self.budget(&shop, side).key_replaced().await?;
        Ok(())
    }

    /// Whether a side has credentials.
    ///
    /// # Errors
    /// When the store refuses.
    pub async fn is_connected(&self, shop: &Shop, side: Side) -> Result<bool, AppError> {
        Ok(self
            .store
            .secret(shop.id, secret_name(side))
            .await?
            .is_some())
    }

    pub(crate) async fn secret(&self, shop: &Shop, side: Side) -> Result<SecretString, AppError> {
        let read = || self.store.secret(shop.id, secret_name(side));
        let secret = self.read_and_unseal(&place(shop, side), read).await?;
        secret.ok_or_else(|| not_connected(shop, side))
    }

    /// A side's credentials as they lie in the store.
    pub(crate) async fn sealed(&self, shop: &Shop, side: Side) -> Result<String, AppError> {
        let sealed = self.store.secret(shop.id, secret_name(side)).await?;
        sealed.ok_or_else(|| not_connected(shop, side))
    }
}

fn not_connected(shop: &Shop, side: Side) -> AppError {
    AppError::NotConnected {
        shop: shop.name.clone(),
        side: side.title(),
        word: side.as_str(),
        flag: match side {
            Side::HighLevel => "--token-file",
            Side::MyGadgetRepairs => "--key-file",
        },
    }
}

const fn secret_name(side: Side) -> &'static str {
    match side {
        Side::HighLevel => "highlevel.token",
        Side::MyGadgetRepairs => "mygadgetrepairs.key",
    }
}

fn place(shop: &Shop, side: Side) -> Place {
    Place::secret(shop.id.0, secret_name(side))
}
