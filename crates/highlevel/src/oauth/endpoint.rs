//! The endpoints about tokens.

use super::grant::TokenAnswer;
use super::locations::LocationsAnswer;
use super::refusal::{self, Asked};
use super::{AppCredentials, Grant, InstalledLocation, OAuthError};
use crate::{ApiVersion, ConfigError};
use domain::Context;
use http::{
    Answer, Budget, BudgetPolicy, HeaderName, HeaderValue, MemoryBudget, Meter, Repeat, Request,
    Sender, SenderConfig, Url, path,
};
use jiff::SignedDuration;
use secrecy::{ExposeSecret, SecretString};
use serde::de::DeserializeOwned;
use std::sync::Arc;
use std::time::Duration;

/// Longest wait for an answer. Three tries must end within the 30 seconds in which the vendor answers a refresh token
/// that was just used with the same new one (highlevel-api.md 4.3).
const PATIENCE: Duration = Duration::from_secs(8);
/// Rows of a page of installed sub-accounts.
const PAGE: usize = 100;
/// Pages at most: no agency has a million sub-accounts.
const MOST_PAGES: usize = 10_000;

/// Talks to the OAuth endpoints. Cheap to clone.
#[derive(Clone, Debug)]
pub struct OAuth {
    sender: Sender,
    version: HeaderValue,
    context: Context,
}

impl OAuth {
    /// For the vendor at an address, in a version of the API that has `/oauth/locationToken` in camel case: any dated
    /// one (highlevel-quirks.md 4.3).
    ///
    /// # Errors
    /// When the address cannot be used.
    pub fn new(
        base: Url,
        context: &Context,
        meter: Option<Arc<dyn Meter>>,
    ) -> Result<Self, ConfigError> {
        let mut config = SenderConfig::new(base);
        config.meter = meter;
        config.total_timeout = PATIENCE;
        // No limit of these endpoints is known; ours stops a loop from hammering them.
        let budget = MemoryBudget::new(
            BudgetPolicy::per(50, SignedDuration::from_secs(10)),
            Arc::clone(&context.clock),
            SignedDuration::from_secs(10),
        );
        let sender = Sender::new(config, Arc::new(budget) as Arc<dyn Budget>, context.clone())?;
        let version = ApiVersion::dated();
        let version = HeaderValue::from_str(version.as_str())
            .map_err(|_| ConfigError::Version(version.to_string()))?;
        Ok(Self {
            sender,
            version,
            context: context.clone(),
        })
    }

    /// The pair for a code. A code is good once: this is not tried again.
    ///
    /// # Errors
    /// [`OAuthError::CodeRefused`] for a code that is unknown, used or too old, [`OAuthError::ClientRefused`] for wrong
    /// credentials of the app.
    pub async fn exchange(
        &self,
        app: &AppCredentials,
        code: &SecretString,
        redirect_uri: &str,
    ) -> Result<Grant, OAuthError> {
        let mut form = credentials(app);
        form.push(field("grant_type", "authorization_code"));
        form.push(field("code", code.expose_secret()));
        form.push(field("redirect_uri", redirect_uri));
        let request = Request::post(path(["oauth", "token"])).form(form);
        self.grant(request, Asked::Code).await
    }

    /// The pair after this one. Sent again where no answer came: within 30 seconds the vendor answers with the same
    /// new refresh token.
    ///
    /// # Errors
    /// [`OAuthError::GrantRefused`] when the connection is lost for good.
    pub async fn refresh(
        &self,
        app: &AppCredentials,
        refresh_token: &SecretString,
        is_company: bool,
    ) -> Result<Grant, OAuthError> {
        let mut form = credentials(app);
        form.push(field("grant_type", "refresh_token"));
        form.push(field("refresh_token", refresh_token.expose_secret()));
        form.push(field(
            "user_type",
            if is_company { "Company" } else { "Location" },
        ));
        let request = Request::post(path(["oauth", "token"]))
            .form(form)
            .repeat(Repeat::Safe);
        self.grant(request, Asked::Refresh).await
    }

    /// A token of a sub-account, made from its agency's. Needs the scope `oauth.write`.
    ///
    /// # Errors
    /// [`OAuthError::NotAllowed`] when the app is not installed in the sub-account.
    pub async fn location_token(
        &self,
        agency: &SecretString,
        company: &str,
        location: &str,
    ) -> Result<Grant, OAuthError> {
        let request = Request::post(path(["oauth", "locationToken"]))
            .form(vec![
                field("companyId", company),
                field("locationId", location),
            ])
            // Each call makes a token of its own; one more does no harm.
            .repeat(Repeat::Safe)
            .bearer(agency);
        self.grant(request, Asked::Agency).await
    }

    /// The sub-accounts of an agency in which the app is installed. Needs the scope `oauth.readonly`.
    ///
    /// # Errors
    /// As [`OAuth::location_token`].
    pub async fn installed_locations(
        &self,
        agency: &SecretString,
        company: &str,
        app_id: &str,
    ) -> Result<Vec<InstalledLocation>, OAuthError> {
        let mut all = Vec::new();
        for page in 0..MOST_PAGES {
            let request = Request::get(path(["oauth", "installedLocations"]))
                .query("companyId", company)
                .query("appId", app_id)
                .query("isInstalled", "true")
                .query("skip", (page * PAGE).to_string())
                .query("limit", PAGE.to_string())
                .bearer(agency);
            let found: LocationsAnswer = self.ask(request, Asked::Agency).await?;
            let is_last = found.locations.len() < PAGE;
            let installed = |one: &InstalledLocation| one.is_installed != Some(false);
            all.extend(found.locations.into_iter().filter(installed));
            if is_last {
                break;
            }
        }
        Ok(all)
    }

    /// Removes the app from a sub-account, with that sub-account's own token. Needs the scope `oauth.write`
    /// (marketplace document, `uninstall-application`).
    ///
    /// # Errors
    /// When the vendor refuses, for example without the scope.
    pub async fn uninstall(
        &self,
        token: &SecretString,
        app_id: &str,
        location: &str,
    ) -> Result<(), OAuthError> {
        let request = Request::delete(path(["marketplace", "app", app_id, "installations"]))
            .json(serde_json::json!({"locationId": location}))
            .bearer(token);
        self.answer(request, Asked::Agency).await.map(|_| ())
    }

    async fn grant(&self, request: Request, asked: Asked) -> Result<Grant, OAuthError> {
        let answer: TokenAnswer = self.ask(request, asked).await?;
        let grant = answer.grant(self.context.clock.now());
        grant.ok_or_else(|| OAuthError::Decode {
            problem: "it names neither a sub-account nor an agency".to_owned(),
        })
    }

    async fn ask<T: DeserializeOwned>(
        &self,
        request: Request,
        asked: Asked,
    ) -> Result<T, OAuthError> {
        let answer = self.answer(request, asked).await?;
        serde_json::from_slice(&answer.body).map_err(|why| OAuthError::Decode {
            // The parser's own words may quote a token.
            problem: format!("{:?} error at column {}", why.classify(), why.column()),
        })
    }

    async fn answer(&self, request: Request, asked: Asked) -> Result<Answer, OAuthError> {
        let request = request
            .header(HeaderName::from_static("version"), self.version.clone())
            .header(
                HeaderName::from_static("accept"),
                HeaderValue::from_static("application/json"),
            );
        let answer = self.sender.send(request).await?;
        if answer.status.is_success() {
            Ok(answer)
        } else {
            Err(refusal::judge(&answer, asked))
        }
    }
}

fn credentials(app: &AppCredentials) -> Vec<(String, String)> {
    vec![
        field("client_id", &app.client_id),
        field("client_secret", app.client_secret.expose_secret()),
    ]
}

fn field(name: &str, value: &str) -> (String, String) {
    (name.to_owned(), value.to_owned())
}
