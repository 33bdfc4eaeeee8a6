//! The vendor's page on which a person installs the app.

use super::app::app_id;
use http::Url;

/// The vendor's public page (highlevel-api.md 4.2). White-label agencies have a host of their own.
pub const DEFAULT_PAGE: &str = "https://marketplace.gohighlevel.com/oauth/chooselocation";

/// What leads to the page.
#[derive(Clone, Debug)]
pub struct InstallLink<'a> {
    /// The page's address.
    pub page: &'a Url,
    /// Our client id.
    pub client_id: &'a str,
    /// Where the person comes back to; must be registered with the app, letter by letter.
    pub redirect_uri: &'a str,
    /// The permissions asked for.
    pub scopes: &'a [String],
    /// Comes back unchanged.
    pub state: &'a str,
}

impl InstallLink<'_> {
    /// The address to send the person to.
    ///
    /// `version_id` is sent along: the page of a draft or private app shows `error.noversionid` without it.
    #[must_use]
    pub fn url(&self) -> Url {
        let mut url = self.page.clone();
        url.query_pairs_mut()
            .append_pair("response_type", "code")
            .append_pair("client_id", self.client_id)
            .append_pair("redirect_uri", self.redirect_uri)
            .append_pair("scope", &self.scopes.join(" "))
            .append_pair("state", self.state)
            .append_pair("version_id", app_id(self.client_id));
        url
    }
}
