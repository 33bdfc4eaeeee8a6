//! A pair of tokens, as it is sealed.

use crate::{App, AppError};
use domain::Timestamp;
use highlevel::oauth::Grant;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use store::{Class, Installation, NewPair};
use vault::{Place, Vault, VaultError};
use zeroize::Zeroizing;

/// What is inside the seal.
#[derive(Serialize, Deserialize)]
struct Inside<'a> {
    access: std::borrow::Cow<'a, str>,
    refresh: Option<std::borrow::Cow<'a, str>>,
}

/// A pair, opened.
#[derive(Clone, Debug)]
pub(super) struct Pair {
    pub(super) access: SecretString,
    pub(super) refresh: Option<SecretString>,
}

/// The vault's name of an account's pair: bound to the account, so that no row can lend its tokens to another.
fn name(class: Class, account: &str) -> String {
    let class = match class {
        Class::Location => "location",
        Class::Company => "company",
    };
    format!("installation.{class}.{account}")
}

/// Seals the tokens of a grant.
pub(super) fn seal(
    vault: &Vault,
    class: Class,
    account: &str,
    grant: &Grant,
) -> Result<NewPair, VaultError> {
    let inside = Inside {
        access: grant.access.expose_secret().into(),
        refresh: grant
            .refresh
            .as_ref()
            .map(|refresh| refresh.expose_secret().into()),
    };
    // A struct of two texts has a JSON form.
    let text = Zeroizing::new(serde_json::to_string(&inside).unwrap_or_default());
    let name = name(class, account);
    let place = Place {
        shop: 0,
        name: &name,
    };
    Ok(NewPair {
        sealed: vault.seal(&place, &SecretString::from(text.as_str()))?,
        access_ends: grant.access_ends,
        refresh_ends: grant.refresh_ends,
    })
}

/// Opens a sealed pair of an installation.
pub(super) fn open(
    vault: &Vault,
    installation: &Installation,
    sealed: &str,
) -> Result<Pair, VaultError> {
    let name = name(installation.class, &installation.account);
    let place = Place {
        shop: 0,
        name: &name,
    };
    let text = vault.unseal(&place, sealed)?;
    let inside: Inside<'_> =
        serde_json::from_str(text.expose_secret()).map_err(|_| VaultError::Form {
            what: format!("the tokens of installation {}", installation.id),
        })?;
    Ok(Pair {
        access: SecretString::from(inside.access.as_ref()),
        refresh: inside.refresh.as_deref().map(SecretString::from),
    })
}

impl App {
    /// Stores what a person granted. It is on the disk before anything is done with it.
    pub(super) async fn keep_grant(
        &self,
        grant: &Grant,
        client_id: &str,
        via: Option<i64>,
        now: Timestamp,
    ) -> Result<i64, AppError> {
        use highlevel::oauth::Account;
        let (class, account, company) = match &grant.account {
            Account::Location { location, company } => {
                (Class::Location, location, company.as_deref())
            }
            Account::Company { company, .. } => (Class::Company, company, Some(company.as_str())),
        };
        let pair = seal(&self.vault, class, account, grant)?;
        let new = store::NewInstallation {
            class,
            account,
            company,
            name: None,
            client_id,
            via,
            scopes: &grant.scopes,
            pair: Some(pair),
        };
        Ok(self.store.install(&new, now).await?)
    }
}
