//! What the vendor keeps about the app and its installations in one agency.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::app::App;
use super::counts::OAuthCounts;
use super::event::Event;
use super::policy::OAuthPolicy;
use super::tokens::{Grant, Tokens};
use crate::highlevel::token::Reach;
use crate::ids::Ids;

#[derive(Debug)]
pub(super) struct Office {
    pub app: App,
    pub company_id: String,
    /// Who consents.
    pub user_id: String,
    pub policy: OAuthPolicy,
    pub counts: OAuthCounts,
    pub ids: Ids,
    pub codes: HashMap<String, Code>,
    pub tokens: Tokens,
    /// Locations that installed the app by themselves, and since when.
    pub locations: BTreeMap<String, i64>,
    pub agency: Option<AgencyInstall>,
    /// Locations that the agency paused.
    pub suspended: BTreeSet<String>,
}

/// A code on its way from the page to the token endpoint.
#[derive(Debug, Clone)]
pub(super) struct Code {
    pub consent: Consented,
    pub redirect: String,
    pub expires: i64,
}

/// What a person agreed to.
#[derive(Debug, Clone)]
pub(super) struct Consented {
    pub reach: Reach,
    pub scopes: Vec<String>,
    /// For the agency: where at once, and whether in every later location too.
    pub bulk: Option<Bulk>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Bulk {
    pub locations: Vec<String>,
    pub all: bool,
    pub future: bool,
}

/// The agency's own installation.
#[derive(Debug)]
pub(super) struct AgencyInstall {
    /// Where the agency put the app, and since when.
    pub locations: BTreeMap<String, i64>,
    pub future: bool,
}

/// How an installation is called in the counts.
pub(super) fn name(reach: &Reach) -> &str {
    match reach {
        Reach::Location(id) | Reach::Agency(id) => id,
    }
}

impl Office {
    pub fn new(seed: u64, app_id: &str, company_id: &str) -> Self {
        let mut ids = Ids::seeded(seed ^ 0x6f61_7574);
        Self {
            app: App::seeded(app_id, &mut ids),
            company_id: company_id.to_owned(),
            user_id: ids.alphanumeric_text(),
            policy: OAuthPolicy::default(),
            counts: OAuthCounts::default(),
            ids,
            codes: HashMap::new(),
            tokens: Tokens::default(),
            locations: BTreeMap::new(),
            agency: None,
            suspended: BTreeSet::new(),
        }
    }

    /// Since when the app is in this location.
    pub fn installed(&self, location: &str) -> Option<i64> {
        let by_agency = self
            .agency
            .as_ref()
            .and_then(|agency| agency.locations.get(location));
        self.locations.get(location).or(by_agency).copied()
    }

    /// Whether the agency put the app into this location, so that its token may be exchanged for one of the location.
    pub fn approved(&self, location: &str) -> bool {
        self.agency
            .as_ref()
            .is_some_and(|agency| agency.locations.contains_key(location))
    }

    /// Puts the app where the consent says; what is told about that.
    pub fn install(&mut self, consent: &Consented, now: i64) -> Vec<Event> {
        match (&consent.reach, &consent.bulk) {
            (Reach::Agency(_), Some(bulk)) => {
                // A further bulk install adds to what is there.
                let before = self.agency.take().map(|agency| agency.locations);
                let mut agency = AgencyInstall {
                    locations: before.unwrap_or_default(),
                    future: bulk.future,
                };
                let mut events = vec![Event::install(None)];
                for location in &bulk.locations {
                    agency.locations.insert(location.clone(), now);
                    events.push(Event::install(Some(location)));
                }
                self.agency = Some(agency);
                events
            }
            (Reach::Location(location), _) => {
                self.locations.insert(location.clone(), now);
                vec![Event::install(Some(location))]
            }
            (Reach::Agency(_), None) => Vec::new(),
        }
    }

    /// A location that the agency makes; the app comes with it where the agency wanted that.
    pub fn location_made(&mut self, location: &str, now: i64) -> Option<Event> {
        let agency = self.agency.as_mut().filter(|agency| agency.future)?;
        agency.locations.insert(location.to_owned(), now);
        Some(Event::install_by_itself(location))
    }

    /// Takes the app out of a location, or out of the agency and all its locations; what is told about that.
    pub fn uninstall(&mut self, reach: &Reach) -> Vec<Event> {
        match reach {
            Reach::Location(location) => {
                let was_in = self.installed(location).is_some();
                self.locations.remove(location);
                if let Some(agency) = &mut self.agency {
                    agency.locations.remove(location);
                }
                self.end(|grant| grant.reach == *reach);
                if was_in {
                    vec![Event::uninstall(Some(location))]
                } else {
                    Vec::new()
                }
            }
            Reach::Agency(_) => {
                let own = self.agency.take();
                let mut events = Vec::new();
                if own.is_some() {
                    events.push(Event::uninstall(None));
                }
                let mut everywhere: BTreeSet<String> =
                    std::mem::take(&mut self.locations).into_keys().collect();
                everywhere.extend(own.into_iter().flat_map(|own| own.locations.into_keys()));
                events.extend(
                    everywhere
                        .iter()
                        .map(|location| Event::uninstall(Some(location))),
                );
                self.end(|_| true);
                events
            }
        }
    }

    /// Ends grants, and the codes that would have become such.
    fn end(&mut self, which: impl Fn(&Grant) -> bool) {
        self.codes.retain(|_, code| {
            !which(&Grant {
                reach: code.consent.reach.clone(),
                scopes: Vec::new(),
                bulk: None,
            })
        });
        self.tokens.end(which);
    }
}
