//! What stands in an install link, and what a person's consent makes of it (highlevel-api.md 4.2).

use std::collections::BTreeMap;

use url::form_urlencoded;

use super::event::Event;
use super::office::{Bulk, Code, Consented, Office};
use super::policy::millis;
use crate::highlevel::operation;
use crate::highlevel::token::Reach;

/// What a person does on the page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Consent {
    /// Installs the app into one location, by id.
    Location(String),
    /// Installs it from the agency's view, into several locations at once.
    Agency {
        /// Their ids; `None` for all that there are.
        locations: Option<Vec<String>>,
        /// Whether it comes with every later location too.
        future: bool,
    },
    /// Sends the browser back without. That and how the vendor does so is a guess.
    Decline,
}

/// What the page shows in place of a choice. Except for the two that the reference knows the names are guesses.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PageRefusal {
    /// `version_id` without `client_id`: the page stays blank.
    #[error("the page stays blank: the link has a version_id and no client_id")]
    Blank,
    /// A draft or private app needs both (highlevel-api.md 4.2).
    #[error("error.noversionid")]
    NoVersion,
    /// A `version_id` that is none of the app's.
    #[error("error.invalidversionid")]
    WrongVersion,
    /// Neither of the two.
    #[error("error.noclientid")]
    NoClient,
    /// Words seen when an app is not there.
    #[error("No integration found with the ID: {0}")]
    UnknownClient(String),
    /// Anything but `response_type=code`.
    #[error("error.invalidresponsetype")]
    ResponseType,
    /// Not one of the registered addresses, letter by letter.
    #[error("error.invalidredirecturi")]
    Redirect,
    /// A scope that the app does not have.
    #[error("error.invalidscope: {0}")]
    Scope(String),
    /// A location that is not of this agency, or none.
    #[error("error.nolocation")]
    Location,
}

impl PageRefusal {
    /// What to mend; the vendor's page says nothing of the kind.
    pub(super) fn hint(&self) -> &'static str {
        match self {
            Self::Blank | Self::NoClient => "The link lacks client_id.",
            Self::NoVersion => {
                "The app is a draft or private: the link needs version_id, the part of client_id before its dash."
            }
            Self::WrongVersion => "version_id is the part of client_id before its dash.",
            Self::UnknownClient(_) => "client_id is not that of the twin's app.",
            Self::ResponseType => "The link needs response_type=code.",
            Self::Redirect => {
                "redirect_uri is not one of the registered addresses, letter by letter. PUT /_twin/oauth/app \
                 with {\"redirect\": …} registers one."
            }
            Self::Scope(_) => "The app has not registered this scope.",
            Self::Location => "Choose a location, or the agency and at least one of its locations.",
        }
    }
}

/// An install link that may be shown.
#[derive(Debug, Clone)]
pub(super) struct Asked {
    pub client_id: String,
    pub version_id: String,
    pub redirect: String,
    pub scopes: Vec<String>,
    pub state: Option<String>,
}

/// Reads a query, or the query of a whole link.
pub(super) fn pairs(link: &str) -> Vec<(String, String)> {
    let query = link.split_once('?').map_or(link, |(_, query)| query);
    form_urlencoded::parse(query.as_bytes())
        .into_owned()
        .collect()
}

impl Asked {
    pub fn read(office: &Office, pairs: &[(String, String)]) -> Result<Self, PageRefusal> {
        let fields: BTreeMap<&str, &str> = pairs
            .iter()
            .filter(|(_, value)| !value.is_empty())
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        let of = |name: &str| fields.get(name).copied();
        let app = &office.app;
        let Some(client_id) = of("client_id") else {
            return Err(match of("version_id") {
                Some(_) => PageRefusal::Blank,
                None => PageRefusal::NoClient,
            });
        };
        match of("version_id") {
            None if office.policy.draft_app => return Err(PageRefusal::NoVersion),
            Some(version) if version != app.app_id => return Err(PageRefusal::WrongVersion),
            _ => {}
        }
        if client_id != app.client_id {
            let app_id = client_id.split('-').next().unwrap_or_default();
            return Err(PageRefusal::UnknownClient(app_id.to_owned()));
        }
        if of("response_type") != Some("code") {
            return Err(PageRefusal::ResponseType);
        }
        let redirect = of("redirect_uri")
            .filter(|redirect| app.redirects.contains(*redirect))
            .ok_or(PageRefusal::Redirect)?;
        let scopes = wanted_scopes(office, of("scope").unwrap_or_default());
        if let Some(scope) = app.unregistered(&scopes) {
            return Err(PageRefusal::Scope(scope.to_owned()));
        }
        Ok(Self {
            client_id: client_id.to_owned(),
            version_id: of("version_id").unwrap_or_default().to_owned(),
            redirect: redirect.to_owned(),
            scopes,
            state: of("state").map(str::to_owned),
        })
    }

    /// The redirect address with these parameters and the state behind it.
    fn back(&self, name: &str, value: &str) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.append_pair(name, value);
        if let Some(state) = &self.state {
            query.append_pair("state", state);
        }
        let joint = if self.redirect.contains('?') {
            '&'
        } else {
            '?'
        };
        format!("{}{joint}{}", self.redirect, query.finish())
    }
}

/// Each scope once, in the link's order. A link without scopes asks for all that the app has.
fn wanted_scopes(office: &Office, text: &str) -> Vec<String> {
    let mut scopes: Vec<String> = Vec::new();
    for scope in text.split_whitespace() {
        if !scopes.iter().any(|known| known == scope) {
            scopes.push(scope.to_owned());
        }
    }
    if scopes.is_empty() {
        scopes = match &office.app.scopes {
            Some(registered) => registered.iter().cloned().collect(),
            None => operation::scopes()
                .into_iter()
                .chain(["oauth.readonly", "oauth.write"])
                .map(str::to_owned)
                .collect(),
        };
    }
    scopes
}

/// Where the browser goes after the person's choice, and what the app is told meanwhile.
pub(super) fn decide(
    office: &mut Office,
    asked: &Asked,
    consent: &Consent,
    known: &[String],
    now: i64,
) -> Result<(String, Vec<Event>), PageRefusal> {
    let (reach, bulk) = match consent {
        Consent::Decline => return Ok((asked.back("error", "access_denied"), Vec::new())),
        Consent::Location(location) if known.contains(location) => {
            (Reach::Location(location.clone()), None)
        }
        Consent::Location(_) => return Err(PageRefusal::Location),
        Consent::Agency { locations, future } => {
            let locations = locations.as_deref().unwrap_or(known);
            if locations.is_empty() || locations.iter().any(|id| !known.contains(id)) {
                return Err(PageRefusal::Location);
            }
            let bulk = Bulk {
                locations: locations.to_vec(),
                all: known.iter().all(|id| locations.contains(id)),
                future: *future,
            };
            (Reach::Agency(office.company_id.clone()), Some(bulk))
        }
    };
    let consented = Consented {
        reach,
        scopes: asked.scopes.clone(),
        bulk,
    };
    let events = if office.policy.install_at_exchange {
        Vec::new()
    } else {
        office.install(&consented, now)
    };
    let code = format!(
        "{}{}",
        office.ids.object_id(),
        &office.ids.object_id()[..16]
    );
    let back = asked.back("code", &code);
    let code_of = Code {
        consent: consented,
        redirect: asked.redirect.clone(),
        expires: now.saturating_add(millis(office.policy.code_seconds)),
    };
    office.codes.insert(code, code_of);
    office.counts.codes += 1;
    Ok((back, events))
}
