//! Credentials that the twin knows (highlevel-api.md 4).

use std::fmt;

use crate::ids::Ids;

/// What a token may reach.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reach {
    /// One sub-account, by location id.
    Location(String),
    /// An agency, by company id: no contacts, calendars or businesses.
    Agency(String),
}

/// A token that the twin accepts.
#[derive(Clone, PartialEq, Eq)]
pub struct Token {
    /// The bearer, `pit-…`.
    pub secret: String,
    /// What it may reach.
    pub reach: Reach,
    /// Its scopes; `None` for all.
    pub scopes: Option<Vec<String>>,
}

impl fmt::Debug for Token {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Token")
            .field("secret", &"…")
            .field("reach", &self.reach)
            .field("scopes", &self.scopes)
            .finish()
    }
}

impl Token {
    pub(super) fn may(&self, scope: &str) -> bool {
        match &self.scopes {
            None => true,
            Some(scopes) => scopes.iter().any(|granted| granted == scope),
        }
    }
}

/// The credentials of a fresh twin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Credentials {
    /// The emulated location (sub-account).
    pub location_id: String,
    /// The agency above it.
    pub company_id: String,
    /// May do everything in the location.
    pub token: Token,
    /// May only read.
    pub read_only: Token,
    /// Belongs to another location.
    pub other_location: Token,
    /// Belongs to the agency.
    pub agency: Token,
}

const READ_SCOPES: &[&str] = &[
    "contacts.readonly",
    "locations.readonly",
    "locations/customFields.readonly",
    "locations/customValues.readonly",
    "locations/tags.readonly",
    "locations/tasks.readonly",
    "calendars.readonly",
    "calendars/events.readonly",
    "businesses.readonly",
    "users.readonly",
    "workflows.readonly",
    "campaigns.readonly",
    "opportunities.readonly",
    "conversations.readonly",
    "conversations/message.readonly",
];

impl Credentials {
    pub(super) fn seeded(seed: u64) -> Self {
        let mut ids = Ids::seeded(seed ^ 0x7007_7007);
        let location_id = ids.alphanumeric_text();
        let company_id = ids.alphanumeric_text();
        let elsewhere = ids.alphanumeric_text();
        let mut token = |reach, scopes| Token {
            secret: format!("pit-{}", ids.uuid()),
            reach,
            scopes,
        };
        let here = || Reach::Location(location_id.clone());
        let reading = READ_SCOPES
            .iter()
            .map(|scope| (*scope).to_owned())
            .collect();
        Self {
            token: token(here(), None),
            read_only: token(here(), Some(reading)),
            other_location: token(Reach::Location(elsewhere), None),
            agency: token(Reach::Agency(company_id.clone()), None),
            location_id,
            company_id,
        }
    }

    /// Those of a further location of the same agency.
    pub(super) fn below(seed: u64, first: &Self) -> Self {
        let mut own = Self::seeded(seed);
        own.company_id.clone_from(&first.company_id);
        own.agency.clone_from(&first.agency);
        own
    }

    pub(super) fn tokens(&self) -> Vec<Token> {
        [
            &self.token,
            &self.read_only,
            &self.other_location,
            &self.agency,
        ]
        .into_iter()
        .cloned()
        .collect()
    }
}
