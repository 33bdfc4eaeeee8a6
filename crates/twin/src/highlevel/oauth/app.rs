//! The marketplace app that asks for access: its credentials, where it may be sent back to, what it may ask for.

use std::collections::BTreeSet;
use std::fmt;

use url::{Host, Url};

use crate::ids::Ids;

/// The marketplace app as its developer registered it (highlevel-api.md 4.2).
#[derive(Clone, PartialEq, Eq)]
pub struct App {
    /// Twenty-four hexadecimal digits; also its only version's id.
    pub app_id: String,
    /// The app id, a dash and eight characters.
    pub client_id: String,
    /// A UUID.
    pub client_secret: String,
    /// Where the page may send a browser back to, compared letter by letter.
    pub redirects: BTreeSet<String>,
    /// The scopes that it has registered; `None` for all that there are.
    pub scopes: Option<BTreeSet<String>>,
}

impl fmt::Debug for App {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("App")
            .field("client_id", &self.client_id)
            .field("client_secret", &"…")
            .field("redirects", &self.redirects)
            .field("scopes", &self.scopes)
            .finish_non_exhaustive()
    }
}

/// Why an address cannot be registered.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "a redirect address must be https, or http on this machine, without a fragment and without the vendor's own name in \
     it: {address}"
)]
pub struct RedirectError {
    address: String,
}

impl App {
    pub(super) fn seeded(app_id: &str, ids: &mut Ids) -> Self {
        Self {
            app_id: app_id.to_owned(),
            client_id: format!("{app_id}-{}", ids.short()),
            client_secret: ids.uuid(),
            redirects: BTreeSet::new(),
            scopes: None,
        }
    }

    /// The portal takes https only; http on this machine is the twin's own leave (highlevel-api.md 4.2). An address with
    /// the vendor's name in it is refused, as developers tell; whether short forms of the name are too is not known.
    pub(super) fn register(&mut self, address: &str) -> Result<(), RedirectError> {
        let usable = Url::parse(address).is_ok_and(|url| {
            let here = match url.host() {
                Some(Host::Ipv4(host)) => host.is_loopback(),
                Some(Host::Ipv6(host)) => host.is_loopback(),
                Some(Host::Domain(name)) => name == "localhost",
                None => false,
            };
            let named = address.to_ascii_lowercase().contains("highlevel");
            !named
                && url.fragment().is_none()
                && (url.scheme() == "https" || (url.scheme() == "http" && here))
        });
        if !usable {
            return Err(RedirectError {
                address: address.to_owned(),
            });
        }
        self.redirects.insert(address.to_owned());
        Ok(())
    }

    pub(super) fn is(&self, client_id: &str, client_secret: &str) -> bool {
        self.client_id == client_id && self.client_secret == client_secret
    }

    /// The first of these scopes that it may not ask for.
    pub(super) fn unregistered<'a>(&self, scopes: &'a [String]) -> Option<&'a str> {
        let registered = self.scopes.as_ref()?;
        scopes
            .iter()
            .find(|scope| !registered.contains(*scope))
            .map(String::as_str)
    }
}
