//! The same rules for many shops: compared first, put to work where everything is sound.

use crate::{App, AppError, DocumentChange, ShopDocument};
use schemars::JsonSchema;
use serde::Serialize;

/// What became of a shop, or would.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct RolledOut {
    /// The shop.
    pub shop: String,
    /// What changes in it; nothing where the document cannot be put to work there.
    pub change: Option<DocumentChange>,
    /// Why it cannot be put to work there.
    pub trouble: Option<String>,
}

/// A roll-out, done or looked at.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Rollout {
    /// Whether it was only looked at.
    pub dry_run: bool,
    /// Whether it was carried out: in all of the shops, or in none of them.
    pub done: bool,
    /// Shop by shop.
    pub shops: Vec<RolledOut>,
}

impl App {
    /// Puts a document to work in several shops, or tells what it would change in each. Where it is not sound for one
    /// of them, none is changed. Flows that it does not name stay.
    ///
    /// # Errors
    /// When the store refuses.
    pub async fn roll_out(
        &self,
        document: &ShopDocument,
        to: &[String],
        dry_run: bool,
    ) -> Result<Rollout, AppError> {
        let mut shops = Vec::new();
        for name in to {
            let compared = self.compare_shop_document(name, document).await;
            shops.push(match compared {
                Ok(change) => RolledOut {
                    shop: name.clone(),
                    change: Some(change),
                    trouble: None,
                },
                Err(error @ (AppError::Store(_) | AppError::Vault(_))) => return Err(error),
                Err(error) => RolledOut {
                    shop: name.clone(),
                    change: None,
                    trouble: Some(error.to_string()),
                },
            });
        }
        let is_sound = shops.iter().all(|shop| shop.trouble.is_none());
        let done = is_sound && !dry_run && !shops.is_empty();
        if done {
            for shop in &mut shops {
                let change = self.set_shop_document(&shop.shop, document, false).await?;
                shop.change = Some(change);
            }
        }
        Ok(Rollout {
            dry_run,
            done,
            shops,
        })
    }
}
