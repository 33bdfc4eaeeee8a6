//! The agency above the locations: the app's authorisation page, its token endpoints, its installations, and which
//! location a bearer belongs to (highlevel-api.md 4).

mod app;
mod bearer;
mod consent;
mod control;
mod counts;
mod event;
mod form;
mod installations;
mod installed;
mod jwt;
mod location_token;
mod office;
mod page;
mod policy;
mod server;
mod shape;
mod token_endpoint;
mod tokens;
mod uninstall;

use std::collections::BTreeSet;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

pub use self::app::{App, RedirectError};
pub(super) use self::bearer::Bearer;
pub use self::consent::{Consent, PageRefusal};
pub(super) use self::control::{router as control, shown_locations};
pub use self::counts::{InstallationCounts, OAuthCounts};
pub use self::installations::Installations;
use self::installed::Listed;
use self::office::Office;
pub use self::policy::{OAuthPolicy, TokenFault};
pub(super) use self::server::{Asking, answer};
use super::token::Credentials;
use super::webhooks::{WebhookPolicy, WebhookPolicyError};
use super::world::World;
use super::{HighLevelTwin, Inner};
use crate::clock::TwinClock;

/// The agency with the app, its installations and its locations. Clones are the same agency.
#[derive(Clone)]
pub struct Agency {
    shared: Arc<Shared>,
}

struct Shared {
    clock: TwinClock,
    /// Never held across a wait, nor together with a location's world.
    office: Mutex<Office>,
    /// In the order of making; the twin's first one is the first.
    locations: Mutex<Vec<Arc<Inner>>>,
    /// Wakes whoever posts webhooks, when there is one more location.
    news: Notify,
}

impl fmt::Debug for Agency {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ids: Vec<String> = self
            .locations()
            .iter()
            .map(|twin| twin.credentials().location_id.clone())
            .collect();
        out.debug_struct("Agency")
            .field("locations", &ids)
            .finish_non_exhaustive()
    }
}

impl Agency {
    pub(super) fn new(seed: u64, app_id: &str, clock: TwinClock, first: Arc<Inner>) -> Self {
        let office = Office::new(seed, app_id, &first.credentials.company_id);
        Self {
            shared: Arc::new(Shared {
                clock,
                office: Mutex::new(office),
                locations: Mutex::new(vec![first]),
                news: Notify::new(),
            }),
        }
    }

    /// The agency's id.
    pub fn company_id(&self) -> String {
        self.office().company_id.clone()
    }

    /// The app as it is registered.
    pub fn app(&self) -> App {
        self.office().app.clone()
    }

    /// Lets the page send browsers back to this address.
    ///
    /// # Errors
    /// When it is neither https nor http on this machine.
    pub fn register_redirect(&self, address: &str) -> Result<(), RedirectError> {
        self.office().app.register(address)
    }

    /// Limits what the app may ask for; `None` for nothing.
    pub fn set_app_scopes(&self, scopes: Option<BTreeSet<String>>) {
        self.office().app.scopes = scopes;
    }

    /// How authorisation behaves; planned faults that have not struck yet are in it.
    pub fn oauth_policy(&self) -> OAuthPolicy {
        self.office().policy.clone()
    }

    /// Changes how authorisation behaves. Tokens keep the lifetimes they were made with.
    pub fn set_oauth_policy(&self, policy: OAuthPolicy) {
        self.office().policy = policy;
    }

    /// What was asked of the token endpoints.
    pub fn oauth_counts(&self) -> OAuthCounts {
        self.office().counts.clone()
    }

    /// Makes a further location, with the first one's settings and webhooks; it is reached through the same address. The
    /// app is in it only where the agency wanted that for later locations.
    pub fn add_location(&self, seed: u64, name: &str) -> HighLevelTwin {
        let first = self.first();
        let number = self.all().len() as u64;
        // Far from the seeds that people write, the first location's among them; the same seed again is another location.
        let seed = (seed ^ number.rotate_left(40)).wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ number;
        let credentials = Credentials::below(seed, first.credentials());
        let mut world = World::new(seed, first.settings(), &credentials);
        name.clone_into(&mut world.location.name);
        world.webhooks.join(&first.world().webhooks);
        let location = Arc::new(Inner {
            clock: self.shared.clock.clone(),
            credentials,
            world: Mutex::new(world),
        });
        self.all().push(Arc::clone(&location));
        let twin = self.twin(location);
        let now = self.now();
        let id = twin.credentials().location_id.clone();
        let event = self.office().location_made(&id, now);
        self.tell(event.into_iter().collect());
        self.shared.news.notify_one();
        twin
    }

    /// All locations, the twin's first one first.
    pub fn locations(&self) -> Vec<HighLevelTwin> {
        let all = self.all().clone();
        all.into_iter().map(|inner| self.twin(inner)).collect()
    }

    /// The location with this id.
    pub fn location(&self, id: &str) -> Option<HighLevelTwin> {
        let found = self
            .all()
            .iter()
            .find(|inner| inner.credentials.location_id == id)
            .cloned();
        found.map(|inner| self.twin(inner))
    }

    /// Does what a person does on the page that an install link leads to: the address that the browser is sent to,
    /// with `code` and `state`. Takes the whole link or just its query.
    ///
    /// # Errors
    /// What the page shows in place of a choice.
    pub fn consent(&self, link: &str, consent: &Consent) -> Result<String, PageRefusal> {
        let now = self.now();
        let known = self.location_ids();
        let mut office = self.office();
        let asked = consent::Asked::read(&office, &consent::pairs(link))?;
        let (back, events) = consent::decide(&mut office, &asked, consent, &known, now)?;
        drop(office);
        self.tell(events);
        Ok(back)
    }

    /// Delivers the webhooks of all locations in this way: an app has one address.
    ///
    /// # Errors
    /// When the address cannot be posted to, or a share is none.
    pub fn set_webhooks(&self, policy: &WebhookPolicy) -> Result<(), WebhookPolicyError> {
        for location in self.locations() {
            location.set_webhooks(policy.clone())?;
        }
        Ok(())
    }

    /// Until there is one more location.
    pub(super) async fn grown(&self) {
        self.shared.news.notified().await;
    }

    /// All locations but this one.
    pub(super) fn others(&self, but: &HighLevelTwin) -> Vec<HighLevelTwin> {
        let all = self.all().clone();
        all.into_iter()
            .filter(|inner| !Arc::ptr_eq(inner, &but.inner))
            .map(|inner| self.twin(inner))
            .collect()
    }

    fn listed(&self) -> Vec<Listed> {
        self.locations()
            .iter()
            .map(|twin| Listed {
                id: twin.credentials().location_id.clone(),
                name: twin.name(),
            })
            .collect()
    }

    fn location_ids(&self) -> Vec<String> {
        self.all()
            .iter()
            .map(|inner| inner.credentials.location_id.clone())
            .collect()
    }

    fn first(&self) -> HighLevelTwin {
        let first = Arc::clone(&self.all()[0]);
        self.twin(first)
    }

    fn twin(&self, inner: Arc<Inner>) -> HighLevelTwin {
        HighLevelTwin {
            inner,
            agency: self.clone(),
        }
    }

    fn now(&self) -> i64 {
        self.shared.clock.millis()
    }

    fn office(&self) -> MutexGuard<'_, Office> {
        let lock = self.shared.office.lock();
        lock.unwrap_or_else(PoisonError::into_inner)
    }

    fn all(&self) -> MutexGuard<'_, Vec<Arc<Inner>>> {
        let lock = self.shared.locations.lock();
        lock.unwrap_or_else(PoisonError::into_inner)
    }
}
