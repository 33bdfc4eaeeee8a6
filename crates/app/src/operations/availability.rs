//! Whether a shop can use an operation, by what is known of its accounts: no vendor is asked.

use crate::{App, AppError};
use catalogue::{Evidence, Needs, Operation, OperationKind, Source};
use domain::Side;
use mygadgetrepairs::probe::{Capabilities, Finding, Outcome};
use schemars::JsonSchema;
use serde::Serialize;
use std::collections::BTreeMap;
use store::Shop;

/// The fact under which it is kept which paths the account has that the probe does not look at.
pub(super) const PATHS: &str = "operations.paths";
const CAPABILITIES: &str = "capabilities";

/// What only Repairbridge itself does: refresh tokens are single use.
const OURS: [&str; 2] = ["highlevel.oauth.", "highlevel.v3.oauth."];

/// An operation, and whether a shop can use it.
#[derive(Clone, Debug, PartialEq)]
pub struct Offer {
    /// The operation.
    pub operation: Operation,
    /// Whether it can be used.
    pub availability: Availability,
}

/// Whether a shop can use an operation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Availability {
    /// In short.
    pub state: OfferState,
    /// Why not, why it is not known, or what to know about it; with the mend.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub words: Option<String>,
}

/// Whether a shop can use an operation, in short.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum OfferState {
    /// It can.
    Available,
    /// It is seen by trying.
    Unknown,
    /// It cannot.
    Missing,
}

impl Availability {
    fn is(state: OfferState, words: impl Into<String>) -> Self {
        Self {
            state,
            words: Some(words.into()),
        }
    }

    const PLAIN: Self = Self {
        state: OfferState::Available,
        words: None,
    };
}

/// What is known of a shop's accounts.
pub(super) struct Abilities {
    shop: String,
    connected: [bool; 2],
    /// The agency of the sub-account in which the app is installed.
    pub(super) company: Option<String>,
    /// What the app's installation was granted; nothing of a private token, whose permissions are not told.
    granted: Option<Vec<String>>,
    /// Whether HighLevel sends webhooks: it does to an app, not to whoever has a private token alone.
    hears: bool,
    capabilities: Option<Capabilities>,
    /// Paths that were tried, and whether the account has them.
    paths: BTreeMap<String, bool>,
}

impl App {
    /// What is known of a shop's accounts.
    pub(super) async fn availability(&self, shop: &Shop) -> Result<Abilities, AppError> {
        let mut connected = [false; 2];
        for (at, side) in Side::BOTH.into_iter().enumerate() {
            connected[at] = match self.sealed(shop, side).await {
                Ok(_) => true,
                Err(AppError::NotConnected { .. }) => false,
                Err(other) => return Err(other),
            };
        }
        let private_token = self.has_static_token(shop).await?;
        let hears = self.store.hears_webhooks(shop.id).await?;
        let installation = self.installation_of(shop).await?;
        let company = installation
            .as_ref()
            .and_then(|found| found.company.clone());
        Ok(Abilities {
            shop: shop.name.clone(),
            hears: hears || !private_token,
            connected,
            company,
            granted: installation
                .filter(|_| !private_token)
                .map(|found| found.scopes),
            capabilities: self.fact_of(shop, CAPABILITIES).await?,
            paths: self.fact_of(shop, PATHS).await?.unwrap_or_default(),
        })
    }

    /// Remembers that the account does not have a path that the probe does not look at.
    pub(super) async fn learn_missing(&self, shop: &Shop, path: &str) -> Result<(), AppError> {
        let mut paths: BTreeMap<String, bool> =
            self.fact_of(shop, PATHS).await?.unwrap_or_default();
        if paths.insert(path.to_owned(), false) == Some(false) {
            return Ok(());
        }
        let value = serde_json::to_value(paths).unwrap_or_default();
        let change = store::Change::Fact(PATHS, value);
        Ok(self.store.commit(shop.id, self.now(), vec![change]).await?)
    }

    pub(super) async fn fact_of<T: serde::de::DeserializeOwned>(
        &self,
        shop: &Shop,
        topic: &str,
    ) -> Result<Option<T>, AppError> {
        let fact = self.store.fact(shop.id, topic).await?;
        Ok(fact.and_then(|fact| serde_json::from_value(fact.value).ok()))
    }
}

impl Abilities {
    /// Whether an operation can be used.
    pub(super) fn of(&self, operation: &Operation) -> Availability {
        let side = operation.side;
        let connected = match side {
            Side::HighLevel => self.connected[0],
            Side::MyGadgetRepairs => self.connected[1],
        };
        if !connected {
            return Availability::is(
                OfferState::Missing,
                format!(
                    "{} is not connected; connect it with `repairbridge connect {} {}`",
                    side.title(),
                    side.as_str(),
                    self.shop
                ),
            );
        }
        match side {
            Side::HighLevel => self.of_highlevel(operation),
            Side::MyGadgetRepairs => self.of_the_counter(operation),
        }
    }

    fn of_highlevel(&self, operation: &Operation) -> Availability {
        if OURS.iter().any(|head| operation.id.starts_with(head)) {
            return Availability::is(
                OfferState::Missing,
                "tokens are fetched and renewed by Repairbridge itself; a second one who renews them would lose them",
            );
        }
        if operation.needs.agency {
            return Availability::is(
                OfferState::Missing,
                "HighLevel takes this only with a token of the whole agency; a shop's connection is to its sub-account",
            );
        }
        if let Some(granted) = &self.granted {
            let lacking: Vec<&str> = operation
                .scopes
                .iter()
                .filter(|scope| !granted.contains(scope))
                .map(String::as_str)
                .collect();
            if !lacking.is_empty() {
                return Availability::is(
                    OfferState::Missing,
                    format!(
                        "the app was not granted the permission {}; add it to the app and install it once more",
                        lacking.join(", ")
                    ),
                );
            }
        }
        if operation.kind == OperationKind::Trigger && !self.hears {
            if operation.needs.webhooks_only() {
                return Availability::is(
                    OfferState::Missing,
                    "HighLevel tells this only by webhooks of an app, and this shop is connected with a private token; install your own app instead: `repairbridge connect highlevel NAME --oauth`",
                );
            }
            if operation.needs.source == Some(Source::Webhook) {
                return Availability::is(
                    OfferState::Available,
                    "found when HighLevel is read again, since a private token brings no webhooks",
                );
            }
        }
        Availability::PLAIN
    }

    fn of_the_counter(&self, operation: &Operation) -> Availability {
        let Some(path) = &operation.needs.capability else {
            return Availability::PLAIN;
        };
        let feed = operation.kind == OperationKind::Trigger && path.ends_with("/updated");
        match self.found(path, &operation.needs) {
            // The sync reads these lists whole where there is no list of what changed.
            Some(false) if feed && self.is_listed(path) => Availability::is(
                OfferState::Available,
                "this account has no list of what changed, so it is found when all are read again",
            ),
            Some(false) => Availability::is(
                OfferState::Missing,
                format!(
                    "this MyGadgetRepairs account does not offer {}; ask the vendor whether your plan can have it",
                    words_of(path)
                ),
            ),
            None if operation.needs.evidence == Some(Evidence::Listed) => Availability::is(
                OfferState::Unknown,
                format!(
                    "it is not known yet whether this account offers {}; it is seen by trying, or by `repairbridge check {}`",
                    words_of(path),
                    self.shop
                ),
            ),
            Some(true) | None => Availability::PLAIN,
        }
    }

    fn is_listed(&self, feed: &str) -> bool {
        let list = feed.trim_end_matches("/updated");
        self.found(list, &Needs::default()) == Some(true)
    }

    /// Whether the account has a path, as far as it was seen.
    fn found(&self, path: &str, needs: &Needs) -> Option<bool> {
        if let Some(seen) = self.paths.get(path) {
            return Some(*seen);
        }
        let finding = self.finding(path)?;
        match (finding.outcome, needs.verb.as_deref()) {
            (Outcome::NotOffered, _) => Some(false),
            (_, Some(verb)) if !finding.verbs.is_empty() && finding.path == path => {
                // The verbs of a list say nothing of its members.
                let on_list = matches!(verb, "GET" | "POST");
                Some(!on_list || finding.verbs.contains(verb))
            }
            (Outcome::Found, _) => Some(true),
            (Outcome::NotReadable, verb) => match verb {
                Some("POST") => None,
                _ => Some(false),
            },
            (Outcome::Refused { .. } | Outcome::Unclear { .. }, _) => None,
        }
    }

    fn finding(&self, path: &str) -> Option<&Finding> {
        let found = self.capabilities.as_ref()?;
        let all = [
            &found.info,
            &found.customers,
            &found.tickets,
            &found.appointments,
            &found.customers_updated,
            &found.tickets_updated,
            &found.appointments_updated,
            &found.ticket_comments,
            &found.statuses,
        ];
        all.into_iter().find(|finding| finding.path == path)
    }
}

/// What a path is for, for people; of others the path itself, which the vendor's support knows.
fn words_of(path: &str) -> String {
    match path {
        "/ticketComments" => "comments on tickets".to_owned(),
        "/appointments" => "appointments".to_owned(),
        "/reminders" => "reminders".to_owned(),
        "/leads" => "leads".to_owned(),
        "/estimates/updated" => "a list of changed estimates".to_owned(),
        "/tickets/{ticketId}/itemLine" => "the lines of tickets".to_owned(),
        "/customers/updated" | "/tickets/updated" | "/appointments/updated" => {
            "a list of what changed".to_owned()
        }
        other => format!("`{other}`"),
    }
}
