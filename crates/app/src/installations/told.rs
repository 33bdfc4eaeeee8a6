//! What was granted, beside what the rules need.

use crate::{App, AppError, NeededScope};
use schemars::JsonSchema;
use serde::Serialize;
use store::Shop;

/// Permissions that a shop's installation has, and those that it lacks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct GrantedScopes {
    /// What was granted.
    pub granted: Vec<String>,
    /// What the rules need and was not granted. Permissions are not added to an installation that exists: the person
    /// has to go through the vendor's page once more.
    pub missing: Vec<NeededScope>,
}

impl GrantedScopes {
    /// Whether everything can be read that the rules read.
    #[must_use]
    pub fn reads(&self) -> bool {
        self.missing.iter().all(|scope| scope.writes)
    }

    /// The names of what is missing.
    #[must_use]
    pub fn missing_names(&self) -> Vec<&str> {
        self.missing.iter().map(|scope| &*scope.scope).collect()
    }
}

impl App {
    /// What the shop's installation was granted; nothing where it works with a private integration token, whose
    /// permissions HighLevel does not tell.
    ///
    /// # Errors
    /// When the store refuses.
    pub async fn granted_scopes(&self, shop: &Shop) -> Result<Option<GrantedScopes>, AppError> {
        if self.has_static_token(shop).await? {
            return Ok(None);
        }
        let Some(installation) = self.installation_of(shop).await? else {
            return Ok(None);
        };
        let missing = self
            .needed_scopes(shop)
            .await?
            .into_iter()
            .filter(|needed| {
                let mut granted = installation.scopes.iter();
                !granted.any(|scope| *scope == needed.scope)
            })
            .collect();
        Ok(Some(GrantedScopes {
            granted: installation.scopes,
            missing,
        }))
    }
}
