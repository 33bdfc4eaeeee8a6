//! Emulator of HighLevel's API (highlevel-api.md), with its limits, its lag and its odd answers: a location, and the agency
//! above it with the app's authorisation and further locations.
//!
//! `router` answers as the vendor does; `control` is the way in for tests: it sees and changes everything and is never
//! limited. What the reference does not know is picked and marked as a guess where it is picked.

mod body;
mod businesses;
mod calendars;
mod call;
mod contacts;
mod control;
mod conversations;
mod custom_fields;
mod date;
mod guard;
mod id;
mod limits;
mod load;
mod location;
mod messages;
mod notes;
mod oauth;
mod operation;
mod opportunities;
mod person;
mod phone;
mod refusal;
mod search;
mod server;
mod settings;
mod state;
mod tasks;
mod token;
mod users;
mod webhooks;
mod workflows;
mod world;

#[cfg(test)]
mod tests;

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Router;
use serde_json::Value;

pub use self::messages::AutomationTexts;
pub use self::oauth::{
    Agency, App, Consent, InstallationCounts, Installations, OAuthCounts, OAuthPolicy, PageRefusal,
    RedirectError, TokenFault,
};
pub use self::opportunities::{Pipeline, Stage};
pub use self::settings::{Identifier, Settings};
pub use self::state::{Counts, Kind};
pub use self::token::{Credentials, Reach, Token};
pub use self::webhooks::{
    DueWebhook, RetryOn, WebhookCounters, WebhookDelivery, WebhookKey, WebhookPolicy,
    WebhookPolicyError, WebhookState, Webhooks,
};
use self::world::World;
use crate::clock::TwinClock;

/// One emulated HighLevel location. Clones are the same location.
#[derive(Clone)]
pub struct HighLevelTwin {
    inner: Arc<Inner>,
    agency: Agency,
}

struct Inner {
    clock: TwinClock,
    credentials: Credentials,
    /// Never held across a wait.
    world: Mutex<World>,
}

impl fmt::Debug for HighLevelTwin {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("HighLevelTwin")
            .field("location", &self.inner.credentials.location_id)
            .finish_non_exhaustive()
    }
}

impl HighLevelTwin {
    /// An empty location. The same seed gives the same ids and tokens.
    pub fn new(seed: u64, settings: Settings, clock: TwinClock) -> Self {
        let credentials = Credentials::seeded(seed);
        let world = World::new(seed, settings, &credentials);
        let app_id = world.webhooks.app_id.clone();
        let inner = Arc::new(Inner {
            clock: clock.clone(),
            credentials,
            world: Mutex::new(world),
        });
        let agency = Agency::new(seed, &app_id, clock, Arc::clone(&inner));
        Self { inner, agency }
    }

    /// The agency above the location, with the app's authorisation and further locations.
    pub fn agency(&self) -> Agency {
        self.agency.clone()
    }

    /// The location's name.
    pub fn name(&self) -> String {
        self.world().location.name.clone()
    }

    /// The vendor's paths, of all locations of the agency: the bearer says which is meant.
    pub fn router(&self) -> Router {
        server::router(self)
    }

    /// The control paths of this twin, to stand below `/_twin`:
    /// `GET /state`, `/counts`, `/automations`, `/violations`, `/credentials`, `GET` and `PUT /settings`, `POST /person`,
    /// `GET` and `PUT /webhooks`, `GET /webhooks/deliveries`, `POST /webhooks/replay`, `/webhooks/install` and
    /// `/webhooks/uninstall`; `GET` and `PUT /oauth` and `/oauth/app`, `GET /oauth/counts` and `/oauth/installations`,
    /// `GET` and `POST /oauth/locations`, `POST /oauth/consent`, `/oauth/suspend` and `/oauth/uninstall`.
    pub fn control(&self) -> Router {
        control::router(self)
    }

    /// The location and the tokens that it knows.
    pub fn credentials(&self) -> &Credentials {
        &self.inner.credentials
    }

    /// Makes one more token known.
    pub fn add_token(&self, token: Token) {
        self.world().tokens.push(token);
    }

    /// A token that is no longer valid.
    pub fn revoke_token(&self, secret: &str) {
        self.world().tokens.retain(|token| token.secret != secret);
    }

    /// Requests that were answered 429.
    pub fn violations(&self) -> u64 {
        self.world().limits.violations
    }

    /// The settings as they are.
    pub fn settings(&self) -> Settings {
        self.world().settings.clone()
    }

    /// Changes the settings at once.
    pub fn set_settings(&self, settings: Settings) {
        let now = self.inner.clock.millis();
        self.world().set_settings(settings, now);
    }

    /// How much there is of everything.
    pub fn counts(&self) -> Counts {
        state::counts(&self.world())
    }

    /// Records of one kind in the order of their ids, after this id; the answers' own field names and a `kind`.
    pub fn records(&self, kind: Kind, after: Option<&str>, limit: usize) -> Vec<Value> {
        state::records(&self.world(), kind, after, limit)
    }

    /// What would have started customers' automations, oldest first, after this number.
    pub fn automations(&self, after: usize) -> Vec<Value> {
        state::automations(&self.world(), after)
    }

    /// Ids and names of the location's calendars.
    pub fn calendars(&self) -> Vec<(String, String)> {
        let world = self.world();
        let named = |calendar: &calendars::Calendar| (calendar.id.clone(), calendar.name.clone());
        world.calendars.iter().map(named).collect()
    }

    /// The location's pipelines with their stages.
    pub fn pipelines(&self) -> Vec<Pipeline> {
        self.world().opportunities.pipelines.clone()
    }

    /// Ids and names of the location's staff.
    pub fn users(&self) -> Vec<(String, String)> {
        let world = self.world();
        let named = |user: &users::User| (user.id.clone(), users::name(&world, &user.id));
        world.users.iter().map(named).collect()
    }

    /// Does what a member of staff does in the browser; see `POST /_twin/person`.
    ///
    /// # Errors
    /// The error body that the vendor would answer, or a text that names the unknown action.
    pub fn act(&self, action: &Value) -> Result<Value, Value> {
        let now = self.inner.clock.millis();
        person::act(&mut self.world(), action, now)
    }

    fn world(&self) -> MutexGuard<'_, World> {
        self.inner
            .world
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}
