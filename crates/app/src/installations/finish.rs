//! What comes back from the vendor's page.

use super::start::{BrowserPass, digest};
use super::told::GrantedScopes;
use crate::{App, AppError};
use domain::Side;
use highlevel::oauth::{Account, Grant, OAuthError};
use secrecy::SecretString;
use store::{InstallTicket, Shop};

/// An installation that came about.
#[derive(Clone, Debug)]
pub struct Finished {
    /// The shops that are connected by it.
    pub shops: Vec<String>,
    /// Whether it is an agency's.
    pub is_agency: bool,
    /// Sub-accounts in which the app is installed and that belong to no shop yet: their names, or else ids.
    pub without_shop: Vec<String>,
    /// What was granted, compared with what the shop's rules need. Nothing for agencies.
    pub scopes: Option<GrantedScopes>,
}

/// Why none came about.
#[derive(Debug, thiserror::Error)]
pub enum InstallError {
    /// The state is unknown, used, too old, or another browser's.
    #[error(
        "This page was not opened from Repairbridge, or too long ago, or in another browser. Begin the connection again, in the shop's set-up or with a new link, and finish it in the same browser."
    )]
    State,
    /// Another sub-account was chosen on the vendor's page.
    #[error(
        "You chose another sub-account ({chosen}) than the one of the shop “{shop}” ({wanted}). Begin again and choose that one; or, if the shop belongs to the other one, add the shop anew with its location id."
    )]
    OtherAccount {
        /// The shop.
        shop: String,
        /// Its sub-account.
        wanted: String,
        /// What was chosen.
        chosen: String,
    },
    /// A whole agency was chosen where a link for one sub-account was followed.
    #[error(
        "You chose the whole agency, but this link asks for one sub-account only. Begin again and choose the shop's sub-account; or connect the agency with `repairbridge connect highlevel --agency`."
    )]
    AgencyNotMeant,
    /// The vendor does not give tokens for the code.
    #[error(transparent)]
    Vendor(#[from] OAuthError),
    /// Something here.
    #[error(transparent)]
    App(#[from] AppError),
}

impl App {
    /// Takes what the vendor sends a person back with. The state is good once, for the browser that it was given to.
    ///
    /// # Errors
    /// When the state is not good, the vendor refuses the code, or another sub-account was chosen.
    pub async fn finish_install(
        &self,
        state: &SecretString,
        browser: &BrowserPass,
        code: &SecretString,
    ) -> Result<Finished, InstallError> {
        let taken = self
            .store
            .take_install_state(&digest(state), &digest(&browser.0), self.now())
            .await
            .map_err(AppError::from)?;
        let ticket = taken.ok_or(InstallError::State)?;
        let shop = self.shop_of(&ticket).await?;
        let known = self.keeper.known_app();
        let app = known.credentials(&self.store, &self.keys).await?;
        let redirect_uri = self.install_callback()?;
        let grant = self
            .keeper
            .oauth
            .exchange(&app, code, redirect_uri.as_str())
            .await?;
        // A scope that was not granted is never granted later: such an agency's tokens would be good for nothing.
        if matches!(grant.account, Account::Company { .. })
            && !grant.scopes.iter().any(|scope| scope == "oauth.write")
        {
            return Err(InstallError::AgencyNotMeant);
        }
        if let Some(shop) = &shop {
            self.check_account(shop, &grant, app.app_id()).await?;
        }
        let finished = self
            .settle(&grant, &app.client_id, app.app_id(), shop.as_ref())
            .await?;
        if let Some(link) = &ticket.link {
            let used = self.store.use_install_link(link, self.now()).await;
            used.map_err(AppError::from)?;
        }
        Ok(finished)
    }

    /// The shop whose connection a browser was sent out for, however that ended: where to go on. Nothing for an agency's.
    ///
    /// # Errors
    /// When the store refuses.
    pub async fn sent_out_for(
        &self,
        state: &SecretString,
        browser: &BrowserPass,
    ) -> Result<Option<String>, AppError> {
        let (state, browser) = (digest(state), digest(&browser.0));
        let Some(id) = self.store.shop_of_install_state(&state, &browser).await? else {
            return Ok(None);
        };
        let shops = self.store.shops().await?;
        Ok(shops
            .into_iter()
            .find(|shop| shop.id == id)
            .map(|shop| shop.name))
    }

    /// The shop that a state was made for; one that was removed meanwhile ends the connection.
    async fn shop_of(&self, ticket: &InstallTicket) -> Result<Option<Shop>, InstallError> {
        let Some(id) = ticket.shop else {
            return Ok(None);
        };
        let shops = self.store.shops().await.map_err(AppError::from)?;
        let shop = shops.into_iter().find(|shop| shop.id == id);
        shop.map(Some).ok_or(InstallError::State)
    }

    /// Whether the shop's own sub-account was chosen, by itself or among an agency's. Looked at before anything of
    /// somebody else's is kept.
    async fn check_account(
        &self,
        shop: &Shop,
        grant: &Grant,
        app_id: &str,
    ) -> Result<(), InstallError> {
        let (is_there, chosen) = match &grant.account {
            Account::Location { location, .. } => (*location == shop.location, location.clone()),
            Account::Company { company, approved } => {
                let is_approved = approved.contains(&shop.location);
                let is_there = is_approved || {
                    let listed = self
                        .keeper
                        .oauth
                        .installed_locations(&grant.access, company, app_id)
                        .await?;
                    listed.iter().any(|one| one.id == shop.location)
                };
                (is_there, "an agency without it".to_owned())
            }
        };
        if is_there {
            return Ok(());
        }
        Err(InstallError::OtherAccount {
            shop: shop.name.clone(),
            wanted: shop.location.clone(),
            chosen,
        })
    }

    async fn settle(
        &self,
        grant: &Grant,
        client_id: &str,
        app_id: &str,
        shop: Option<&Shop>,
    ) -> Result<Finished, InstallError> {
        // Nothing is done with the tokens before this.
        let id = self.keep_grant(grant, client_id, self.now()).await?;
        self.keeper.forget(id);
        let mut finished = Finished {
            shops: Vec::new(),
            is_agency: false,
            without_shop: Vec::new(),
            scopes: None,
        };
        if let Account::Company { company, approved } = &grant.account {
            finished.is_agency = true;
            self.take_over_locations(id, company, app_id, approved, grant)
                .await?;
        }
        for account in self.installed_accounts().await? {
            let is_meant = match &grant.account {
                Account::Location { location, .. } => account.location == *location,
                Account::Company { .. } => account.via == Some(id),
            };
            if !is_meant {
                continue;
            }
            if account.shops.is_empty() {
                let shown = account.name.clone();
                finished
                    .without_shop
                    .push(shown.unwrap_or(account.location));
            }
            for name in account.shops {
                let shop = self.shop(&name).await?;
                self.leave_static_token(&shop).await?;
                finished.shops.push(name);
            }
        }
        if let Some(shop) = shop {
            finished.scopes = self.granted_scopes(shop).await?;
        }
        Ok(finished)
    }

    /// An installation takes the place of a private integration token.
    async fn leave_static_token(&self, shop: &Shop) -> Result<(), AppError> {
        self.forget_static_tokens(shop).await?;
        self.after_connecting(shop, Side::HighLevel).await
    }
}
