//! A pair of tokens, as it is sealed.

use crate::secrets::Keys;
use crate::{App, AppError};
use domain::Timestamp;
use highlevel::oauth::{Account, Grant};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use store::{Class, Installation, NewInstallation, NewPair};
use vault::{Place, VaultError};
use zeroize::Zeroizing;

/// What is inside the seal.
#[derive(Serialize, Deserialize)]
struct Inside<'a> {
    access: Cow<'a, str>,
    refresh: Option<Cow<'a, str>>,
}

/// A pair, opened.
#[derive(Clone, Debug)]
pub(super) struct Pair {
    pub(super) access: SecretString,
    pub(super) refresh: Option<SecretString>,
}

/// Where an account's pair belongs: no row can lend its tokens to another.
pub(super) fn place(class: Class, account: &str) -> Place {
    let row = [class.code().to_string(), account.to_owned()];
    Place::new("installation", "sealed", row)
}

/// The tokens of a grant, as they are sealed.
pub(super) fn inside(grant: &Grant) -> SecretString {
    let text = |secret: &'_ SecretString| Cow::Owned(secret.expose_secret().to_owned());
    let inside = Inside {
        access: text(&grant.access),
        refresh: grant.refresh.as_ref().map(text),
    };
    // A struct of two texts has a JSON form.
    let text = Zeroizing::new(serde_json::to_string(&inside).unwrap_or_default());
    SecretString::from(text.as_str())
}

/// A grant's tokens, sealed, with their ends.
pub(super) fn new_pair(sealed: String, grant: &Grant) -> NewPair {
    NewPair {
        sealed,
        access_ends: grant.access_ends,
        refresh_ends: grant.refresh_ends,
    }
}

/// Opens a sealed pair of an installation.
pub(super) async fn open(
    keys: &Keys,
    installation: &Installation,
    sealed: &str,
) -> Result<Pair, AppError> {
    let place = place(installation.class, &installation.account);
    let text = keys.unseal(&place, sealed).await?;
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
        now: Timestamp,
    ) -> Result<i64, AppError> {
        let (class, account, company) = match &grant.account {
            Account::Location { location, company } => {
                (Class::Location, location, company.as_deref())
            }
            Account::Company { company, .. } => (Class::Company, company, Some(company.as_str())),
        };
        let place = place(class, account);
        self.seal_and_store(&place, &inside(grant), |sealed| async move {
            let new = NewInstallation {
                class,
                account,
                company,
                name: None,
                client_id,
                via: None,
                scopes: &grant.scopes,
                pair: Some(new_pair(sealed, grant)),
            };
            self.store.install(&new, now).await
        })
        .await
    }
}
