//! How both sides of a shop are connected, and new credentials that are proven before they are kept.

use crate::connection::{BUDGET_PATIENCE, patiently};
use crate::ports::PortError;
use crate::shops::refuse_removed;
use crate::{App, AppError, NeededScope};
use domain::{Lane, Side, Timestamp};
use highlevel::TokenSource;
use http::MemoryBudget;
use schemars::JsonSchema;
use secrecy::SecretString;
use serde::Serialize;
use std::sync::Arc;
use store::Shop;

/// How a side is connected.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ConnectionLine {
    /// The side.
    pub side: Side,
    /// Whether it has credentials.
    pub connected: bool,
    /// By what; nothing where it is not connected.
    pub way: Option<ConnectionWay>,
    /// Since when these credentials are kept.
    #[schemars(with = "Option<String>")]
    pub since: Option<Timestamp>,
    /// The account's name, where it is known.
    pub account: Option<String>,
    /// What the credentials must be allowed for what the shop's rules do; of HighLevel only.
    pub needed: Vec<NeededScope>,
    /// What was granted, where HighLevel tells: of an installed app.
    pub granted: Option<Vec<String>>,
    /// What is needed and was not granted, where HighLevel tells.
    pub missing: Option<Vec<NeededScope>>,
    /// What is wrong with it, with the mend.
    pub troubles: Vec<String>,
}

/// By what a side is connected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum ConnectionWay {
    /// A private integration token of HighLevel.
    Token,
    /// A marketplace app that was installed in HighLevel.
    OAuth,
    /// MyGadgetRepairs' API key.
    Key,
}

/// Credentials that the vendor took.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Connected {
    /// The side.
    pub side: Side,
    /// What the vendor calls the account, where it tells.
    pub account: Option<String>,
}

impl App {
    /// How both sides of a shop are connected. Asks nothing of the vendors.
    ///
    /// # Errors
    /// When there is no such shop.
    pub async fn connections(&self, name: &str) -> Result<Vec<ConnectionLine>, AppError> {
        let shop = self.shop(name).await?;
        Ok(vec![
            self.crm_connection(&shop).await?,
            self.counter_connection(&shop).await?,
        ])
    }

    async fn crm_connection(&self, shop: &Shop) -> Result<ConnectionLine, AppError> {
        let installation = self.installation_of(shop).await?;
        let token = self.stored_since(shop, Side::HighLevel).await?;
        let granted = self.granted_scopes(shop).await?;
        let way = match (token, &installation) {
            (Some(_), _) => Some(ConnectionWay::Token),
            (None, Some(_)) => Some(ConnectionWay::OAuth),
            (None, None) => None,
        };
        let installed = installation.as_ref().map(|found| found.installed_at);
        Ok(ConnectionLine {
            side: Side::HighLevel,
            connected: way.is_some(),
            way,
            since: token.or(installed),
            account: installation.and_then(|found| found.name),
            needed: self.needed_scopes(shop).await?,
            missing: granted.as_ref().map(|scopes| scopes.missing.clone()),
            granted: granted.map(|scopes| scopes.granted),
            troubles: self.troubles_of(shop, Side::HighLevel).await?,
        })
    }

    async fn counter_connection(&self, shop: &Shop) -> Result<ConnectionLine, AppError> {
        let since = self.stored_since(shop, Side::MyGadgetRepairs).await?;
        Ok(ConnectionLine {
            side: Side::MyGadgetRepairs,
            connected: since.is_some(),
            way: since.map(|_| ConnectionWay::Key),
            since,
            account: None,
            needed: Vec::new(),
            granted: None,
            missing: None,
            troubles: self.troubles_of(shop, Side::MyGadgetRepairs).await?,
        })
    }

    /// What is known to be wrong with a side's credentials.
    async fn troubles_of(&self, shop: &Shop, side: Side) -> Result<Vec<String>, AppError> {
        let mut troubles = match side {
            Side::HighLevel => self.installation_reasons(shop).await?,
            Side::MyGadgetRepairs => Vec::new(),
        };
        let budget = self.budget(shop, side);
        let (state, _) = budget.look().await?;
        if let Some(pause) = state.paused(self.now()) {
            troubles.push(format!(
                "{} is left alone until {}: {}",
                side.title(),
                pause.until,
                pause.reason
            ));
        }
        Ok(troubles)
    }

    /// Asks the vendor whether it takes these credentials, and keeps them where it does, as [`App::connect`].
    ///
    /// # Errors
    /// When there is no such shop, the vendor refuses, or cannot be reached: then what was there before stays.
    pub async fn connect_proven(
        &self,
        name: &str,
        side: Side,
        secret: &SecretString,
    ) -> Result<Connected, AppError> {
        let shop = self.shop(name).await?;
        refuse_removed(&shop)?;
        let account = match side {
            Side::HighLevel => self.prove_token(&shop, secret).await?,
            Side::MyGadgetRepairs => self.prove_key(secret).await?,
        };
        self.connect(name, side, secret).await?;
        Ok(Connected { side, account })
    }

    /// One request for the location, with a budget of its own: a wrong token must not stop the one in use.
    async fn prove_token(
        &self,
        shop: &Shop,
        token: &SecretString,
    ) -> Result<Option<String>, AppError> {
        let mut config =
            highlevel::Config::new(self.config.highlevel_base.clone(), shop.location.clone());
        config.api_version = self
            .config
            .highlevel_version
            .parse()
            .map_err(|why: highlevel::ConfigError| AppError::Configuration(why.to_string()))?;
        let tokens: Arc<dyn TokenSource> = crate::connect::static_token(token);
        let budget = Arc::new(self.budget_of_a_proof(Side::HighLevel));
        let client = highlevel::Client::new(config, tokens, budget, self.context.clone())
            .map_err(|why| AppError::Configuration(why.to_string()))?
            .with_lane(Lane::Interactive);
        let read = || async { client.location().get().await };
        let location = patiently(self, read, PortError::from).await?;
        Ok(location.name)
    }

    /// One request for the statuses, which every account has.
    async fn prove_key(&self, key: &SecretString) -> Result<Option<String>, AppError> {
        let config = mygadgetrepairs::Config::new(self.config.mygadgetrepairs_base.clone());
        let budget = Arc::new(self.budget_of_a_proof(Side::MyGadgetRepairs));
        let client = mygadgetrepairs::Client::new(config, key, budget, self.context.clone())
            .map_err(|error| AppError::Vendor(error.into()))?
            .in_lane(Lane::Interactive);
        let read = || async { client.statuses().all().await };
        patiently(self, read, PortError::from).await?;
        Ok(None)
    }

    fn budget_of_a_proof(&self, side: Side) -> MemoryBudget {
        let clock = Arc::clone(&self.context.clock);
        MemoryBudget::new(self.policy(side), clock, BUDGET_PATIENCE)
    }
}
