//! The way to the vendor's install page: by a one-time link, or from the dashboard.

use crate::scopes::needed;
use crate::{App, AppError};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::{ShopId, Timestamp};
use highlevel::oauth::InstallLink;
use jiff::SignedDuration;
use mapping::Rules;
use secrecy::{ExposeSecret, SecretString};
use std::collections::BTreeSet;
use store::{InstallTicket, Shop};
use url::Url;

/// How long a one-time link is good.
const LINK_LASTS: SignedDuration = SignedDuration::from_hours(24);
/// How long a person may take on the vendor's page.
const STATE_LASTS: SignedDuration = SignedDuration::from_mins(15);
/// Where the person comes back to, below the public address. The vendor refuses its own name in such addresses.
const CALLBACK: &str = "oauth/crm/callback";
const START: &str = "oauth/crm/start";
/// What an agency's installation needs to make tokens of its sub-accounts (highlevel-api.md 4.4).
const AGENCY_SCOPES: [&str; 2] = ["oauth.readonly", "oauth.write"];

/// Where to send a person, and what their browser must bring back. Its address carries the state, so that it has no
/// `Debug`.
pub struct InstallPage {
    /// The vendor's page.
    pub url: Url,
    /// A cookie for the way back.
    pub browser: BrowserPass,
}

/// Shows that who comes back is who was sent.
#[derive(Clone, Debug)]
pub struct BrowserPass(pub SecretString);

/// What an installation is to be for.
pub(super) struct Purpose {
    pub(super) shop: Option<ShopId>,
    pub(super) writes: bool,
    pub(super) link: Option<String>,
}

impl App {
    /// A one-time link to this server that leads through the vendor's page back to it, without a login. For a shop, or
    /// for an agency with all its sub-accounts. Asks for exactly what the rules need; without `writes`, for reading alone.
    ///
    /// # Errors
    /// When no marketplace app is configured, or there is no such shop.
    pub async fn install_link(&self, shop: Option<&str>, writes: bool) -> Result<Url, AppError> {
        let shop = self.shop_meant(shop).await?;
        self.check_app().await?;
        let token = self.secret_token();
        let ticket = InstallTicket {
            digest: digest(&token),
            is_link: true,
            link: None,
            shop,
            writes,
            browser: None,
            expires_at: self.after(LINK_LASTS),
        };
        self.store.add_install_ticket(&ticket, self.now()).await?;
        let mut url = self.below_public_url(START)?;
        url.query_pairs_mut()
            .append_pair("link", token.expose_secret());
        Ok(url)
    }

    /// The vendor's page for whoever follows a one-time link; nothing where the link is unknown, used up or too old.
    ///
    /// # Errors
    /// When no marketplace app is configured, or the store refuses.
    pub async fn follow_install_link(
        &self,
        link: &SecretString,
    ) -> Result<Option<InstallPage>, AppError> {
        let digest = digest(link);
        let Some(ticket) = self.store.install_link(&digest, self.now()).await? else {
            return Ok(None);
        };
        let purpose = Purpose {
            shop: ticket.shop,
            writes: ticket.writes,
            link: Some(digest),
        };
        self.install_page(purpose).await.map(Some)
    }

    /// The vendor's page for a person who is logged in here.
    ///
    /// # Errors
    /// When no marketplace app is configured, or there is no such shop.
    pub async fn begin_install(
        &self,
        shop: Option<&str>,
        writes: bool,
    ) -> Result<InstallPage, AppError> {
        let shop = self.shop_meant(shop).await?;
        let link = None;
        self.install_page(Purpose { shop, writes, link }).await
    }

    /// The shop of a name; nothing for an agency.
    async fn shop_meant(&self, name: Option<&str>) -> Result<Option<ShopId>, AppError> {
        Ok(match name {
            Some(name) => Some(self.shop(name).await?.id),
            None => None,
        })
    }

    async fn install_page(&self, purpose: Purpose) -> Result<InstallPage, AppError> {
        self.check_app().await?;
        let scopes = self.scopes_to_ask_for(&purpose).await?;
        let (state, browser) = (self.secret_token(), self.secret_token());
        let ticket = InstallTicket {
            digest: digest(&state),
            is_link: false,
            link: purpose.link,
            shop: purpose.shop,
            writes: purpose.writes,
            browser: Some(digest(&browser)),
            expires_at: self.after(STATE_LASTS),
        };
        self.store.add_install_ticket(&ticket, self.now()).await?;
        let redirect_uri = self.install_callback()?;
        let link = InstallLink {
            page: &self.config.install_url,
            client_id: self.keeper.known_app().client_id(),
            redirect_uri: redirect_uri.as_str(),
            scopes: &scopes,
            state: state.expose_secret(),
        };
        Ok(InstallPage {
            url: link.url(),
            browser: BrowserPass(browser),
        })
    }

    /// Where the vendor sends people back to: to be registered with the marketplace app, letter by letter.
    ///
    /// # Errors
    /// When the public address cannot have paths.
    pub fn install_callback(&self) -> Result<Url, AppError> {
        self.below_public_url(CALLBACK)
    }

    async fn check_app(&self) -> Result<(), AppError> {
        let known = self.keeper.known_app();
        known.credentials(&self.store, &self.keys).await.map(|_| ())
    }

    /// Exactly what rules and flows need: of one shop, or of all of an agency's.
    async fn scopes_to_ask_for(&self, purpose: &Purpose) -> Result<Vec<String>, AppError> {
        let shops: Vec<Shop> = self.store.shops().await?;
        let mut wanted = match purpose.shop {
            Some(_) => Vec::new(),
            None => needed(&Rules::default()),
        };
        for shop in &shops {
            if purpose.shop.is_none_or(|id| id == shop.id) {
                wanted.extend(self.needed_scopes(shop).await?);
            }
        }
        let mut scopes: BTreeSet<String> = wanted
            .into_iter()
            .filter(|scope| purpose.writes || !scope.writes)
            .map(|scope| scope.scope.into_owned())
            .collect();
        if purpose.shop.is_none() {
            scopes.extend(AGENCY_SCOPES.map(str::to_owned));
        }
        Ok(scopes.into_iter().collect())
    }

    fn below_public_url(&self, path: &str) -> Result<Url, AppError> {
        let base = self.config.public_url.as_str().trim_end_matches('/');
        Url::parse(&format!("{base}/{path}"))
            .map_err(|why| AppError::Configuration(format!("server.public_url: {why}")))
    }

    fn after(&self, span: SignedDuration) -> Timestamp {
        self.now().checked_add(span).unwrap_or(Timestamp::MAX)
    }

    /// 256 bits that nobody can guess.
    fn secret_token(&self) -> SecretString {
        let mut bytes = [0_u8; 32];
        self.context.randomness.fill(&mut bytes);
        SecretString::from(URL_SAFE_NO_PAD.encode(bytes))
    }
}

/// What is kept of a token: enough to know it again, and useless to whoever reads the database.
pub(super) fn digest(token: &SecretString) -> String {
    blake3::hash(token.expose_secret().as_bytes())
        .to_hex()
        .to_string()
}
