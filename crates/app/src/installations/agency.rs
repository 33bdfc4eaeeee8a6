//! An agency's sub-accounts: several shops from one installation.

use crate::{App, AppError, NewShop};
use domain::Side;
use highlevel::oauth::Grant;
use std::collections::{BTreeMap, BTreeSet};
use store::{Class, Installation, InstallationState, NewInstallation, Shop};

use super::finish::InstallError;

/// A sub-account in which our app is installed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InstalledAccount {
    /// Its location id.
    pub location: String,
    /// Its name, where it is known.
    pub name: Option<String>,
    /// The shops that it belongs to; one at most, as a rule.
    pub shops: Vec<String>,
    /// The agency's installation from which its tokens are made.
    pub(super) via: Option<i64>,
}

impl App {
    /// The sub-accounts in which our app is installed.
    ///
    /// # Errors
    /// When the store refuses.
    pub async fn installed_accounts(&self) -> Result<Vec<InstalledAccount>, AppError> {
        let mut shops: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for shop in self.store.shops().await? {
            shops.entry(shop.location).or_default().push(shop.name);
        }
        let installed = self.store.installations().await?.into_iter();
        Ok(installed
            .filter(|one| {
                one.class == Class::Location && one.state != InstallationState::Uninstalled
            })
            .map(|one| InstalledAccount {
                shops: shops.get(&one.account).cloned().unwrap_or_default(),
                location: one.account,
                name: one.name,
                via: one.via,
            })
            .collect())
    }

    /// Adds a shop for every sub-account that has none, named after the sub-account. Each waits for its counter's key
    /// and for the approval of its first run.
    ///
    /// # Errors
    /// When the store refuses.
    pub async fn adopt_accounts(&self) -> Result<Vec<Shop>, AppError> {
        let mut taken: BTreeSet<String> = BTreeSet::new();
        for shop in self.store.shops().await? {
            taken.insert(shop.name);
        }
        let mut adopted = Vec::new();
        for account in self.installed_accounts().await? {
            if !account.shops.is_empty() {
                continue;
            }
            let name = free_name(account.name.as_deref(), &account.location, &taken);
            taken.insert(name.clone());
            let new = NewShop {
                name,
                location: account.location,
                zone: None,
                country: None,
            };
            adopted.push(self.add_shop(&new).await?);
        }
        Ok(adopted)
    }

    /// The installation that a shop works through.
    pub(crate) async fn installation_of(
        &self,
        shop: &Shop,
    ) -> Result<Option<Installation>, AppError> {
        let found = self.store.installation_of(shop).await?;
        Ok(found.filter(|found| found.state != InstallationState::Uninstalled))
    }

    /// Notes the sub-accounts of an agency in which the app is installed. Their tokens are made when they are needed.
    pub(super) async fn take_over_locations(
        &self,
        agency: i64,
        company: &str,
        app_id: &str,
        approved: &[String],
        grant: &Grant,
    ) -> Result<(), InstallError> {
        let oauth = &self.keeper.oauth;
        let listed = oauth
            .installed_locations(&grant.access, company, app_id)
            .await;
        let mut found: BTreeMap<String, Option<String>> = approved
            .iter()
            .map(|location| (location.clone(), None))
            .collect();
        match listed {
            Ok(listed) => found.extend(listed.into_iter().map(|one| (one.id, one.name))),
            // The list adds names and those installed before; the chosen ones are known without it.
            Err(error) if !found.is_empty() => {
                tracing::warn!(%error, "the agency's sub-accounts cannot be listed");
            }
            Err(error) => return Err(error.into()),
        }
        for (location, name) in found {
            self.install_via(
                agency,
                company,
                &location,
                name.as_deref(),
                grant.scopes.as_slice(),
            )
            .await?;
        }
        Ok(())
    }

    /// Notes that the app is installed in a sub-account of an agency. A sub-account with tokens of its own keeps them.
    pub(super) async fn install_via(
        &self,
        agency: i64,
        company: &str,
        location: &str,
        name: Option<&str>,
        scopes: &[String],
    ) -> Result<(), AppError> {
        let known = self
            .store
            .installation_in(Class::Location, location)
            .await?;
        let has_own = known.as_ref().is_some_and(|known| {
            known.state == InstallationState::Active
                && known.via.is_none()
                && known.sealed.is_some()
        });
        if has_own {
            return Ok(());
        }
        let scopes: Vec<String> = scopes
            .iter()
            .filter(|scope| !scope.starts_with("oauth."))
            .cloned()
            .collect();
        let new = NewInstallation {
            class: Class::Location,
            account: location,
            company: Some(company),
            name,
            client_id: self.keeper.known_app().client_id(),
            via: Some(agency),
            scopes: &scopes,
            pair: None,
        };
        let id = self.store.install(&new, self.now()).await?;
        self.keeper.forget(id);
        for shop in self.store.shops().await? {
            if shop.location == location {
                self.after_connecting(&shop, Side::HighLevel).await?;
            }
        }
        Ok(())
    }
}

/// A shop's name out of the sub-account's: lower case, with hyphens, and not taken.
fn free_name(name: Option<&str>, location: &str, taken: &BTreeSet<String>) -> String {
    let mut word = String::new();
    for letter in name.unwrap_or(location).chars() {
        if letter.is_ascii_alphanumeric() {
            word.push(letter.to_ascii_lowercase());
        } else if !word.is_empty() && !word.ends_with('-') {
            word.push('-');
        }
    }
    let word: String = word.trim_matches('-').chars().take(32).collect();
    let word = match word.trim_matches('-') {
        "" => "shop".to_owned(),
        word => word.to_owned(),
    };
    let numbered = (2_u32..).map(|number| format!("{word}-{number}"));
    let mut names = std::iter::once(word.clone()).chain(numbered);
    names.find(|name| !taken.contains(name)).unwrap_or(word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_short_words_that_are_free() {
        let taken = BTreeSet::from(["fix-it-leeds".to_owned(), "fix-it-leeds-2".to_owned()]);
        assert_eq!(
            free_name(Some("Fix It – Leeds!"), "x", &taken),
            "fix-it-leeds-3"
        );
        assert_eq!(free_name(Some("漢字"), "x", &taken), "shop");
        assert_eq!(
            free_name(None, "ve9EPM428h8vShlRW1KT", &taken),
            "ve9epm428h8vshlrw1kt"
        );
    }
}
