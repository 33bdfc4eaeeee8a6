//! Where the app is, how it comes and goes, and how that is told.

use std::collections::BTreeSet;

use serde::Serialize;

use super::Agency;
use super::event::Event;
use crate::highlevel::token::Reach;

/// Where the app is installed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Installations {
    /// Whether the agency itself installed it.
    pub agency: bool,
    /// Whether the agency wants it in later locations too.
    pub future: bool,
    /// Locations where the agency put it.
    pub by_agency: BTreeSet<String>,
    /// Locations that installed it by themselves.
    pub by_location: BTreeSet<String>,
}

impl Agency {
    /// Where the app is installed.
    pub fn installations(&self) -> Installations {
        let office = self.office();
        let agency = office.agency.as_ref();
        Installations {
            agency: agency.is_some(),
            future: agency.is_some_and(|agency| agency.future),
            by_agency: agency
                .map(|agency| agency.locations.keys().cloned().collect())
                .unwrap_or_default(),
            by_location: office.locations.keys().cloned().collect(),
        }
    }

    /// Takes the app out of a location, or out of the agency and all its locations, as a person does in the browser.
    pub fn uninstall(&self, reach: &Reach) {
        let events = self.office().uninstall(reach);
        self.tell(events);
    }

    /// Pauses a location or starts it again. A paused one is answered `Location is not active`; that this holds for its
    /// calls as it does for its tokens is a guess.
    pub fn suspend(&self, location_id: &str, on: bool) {
        let mut office = self.office();
        if on {
            office.suspended.insert(location_id.to_owned());
        } else {
            office.suspended.remove(location_id);
        }
    }

    /// Forgets or remembers an installation that a test sets by hand, without telling of it.
    pub(in crate::highlevel) fn note_by_hand(&self, location_id: &str, installed: bool) {
        let now = self.now();
        let mut office = self.office();
        if installed {
            office.locations.insert(location_id.to_owned(), now);
        } else {
            office.uninstall(&Reach::Location(location_id.to_owned()));
        }
    }

    /// Sends what happened on its way, through the outbox of the location that it is about.
    pub(super) fn tell(&self, events: Vec<Event>) {
        let now = self.now();
        let (company, user) = {
            let office = self.office();
            (office.company_id.clone(), office.user_id.clone())
        };
        for event in events {
            let place = event.location.as_deref();
            let twin = place
                .and_then(|id| self.location(id))
                .unwrap_or_else(|| self.first());
            let who = (!event.by_itself).then_some((company.as_str(), user.as_str()));
            let mut world = twin.world();
            if event.installed {
                world.note_installed(place.is_none(), who, now);
            } else if place.is_none() {
                world.note_agency_uninstalled(now);
            } else {
                world.note_uninstall(now);
            }
        }
    }
}
