//! What the vendor tells of our app itself: installed, removed.

use crate::intake::{Accepted, NotTaken};
use crate::{App, AppError};
use highlevel::webhook::{Event, EventKind};
use store::{Class, InstallationState};

impl App {
    /// Takes an event about our app. Done before it is acknowledged.
    ///
    /// It goes to the app's default address only, and comes late or twice like any other: a removal that is older than
    /// the installation says nothing about it (highlevel-webhooks.md 2).
    pub(crate) async fn hear_of_app(&self, event: &Event) -> Result<Accepted, NotTaken> {
        // The keys are the same for all apps of the vendor: without our app's id it is somebody else's.
        let ours = self.config.app_id.is_some() && event.app_id == self.config.app_id;
        if !ours {
            return Ok(Accepted::NotOurs);
        }
        let done = match event.kind {
            EventKind::Install => self.installed(event).await,
            _ => self.uninstalled(event).await,
        };
        done.map_err(|error| NotTaken::NotKept(error.to_string()))
    }

    /// An agency's app came to one more sub-account. For others the tokens come by the browser.
    async fn installed(&self, event: &Event) -> Result<Accepted, AppError> {
        let (Some(location), Some(company)) = (&event.location_id, &event.company_id) else {
            return Ok(Accepted::NotOurs);
        };
        let agency = self
            .store
            .installation_in(Class::Company, company)
            .await?
            .filter(|agency| agency.state == InstallationState::Active);
        let Some(agency) = agency else {
            return Ok(Accepted::NotOurs);
        };
        let known = self
            .store
            .installation_in(Class::Location, location)
            .await?;
        // Told before, or older than what is known: a removal, or a disconnection here, is not undone by a late word.
        let at = event.timestamp.unwrap_or_else(|| self.now());
        let is_known = known.is_some_and(|known| {
            known.state == InstallationState::Active
                || at <= known.installed_at
                || known.ended_at.is_some_and(|ended| at <= ended)
        });
        if !is_known {
            self.install_via(agency.id, company, location, None, &agency.scopes)
                .await?;
        }
        Ok(Accepted::Kept)
    }

    async fn uninstalled(&self, event: &Event) -> Result<Accepted, AppError> {
        let at = event.timestamp.unwrap_or_else(|| self.now());
        let (class, account) = match (&event.location_id, &event.company_id) {
            (Some(location), _) => (Class::Location, location),
            (None, Some(company)) => (Class::Company, company),
            (None, None) => return Ok(Accepted::NotOurs),
        };
        let known = self.store.installation_in(class, account).await?;
        let Some(known) = known else {
            return Ok(Accepted::NotOurs);
        };
        if self.end_installation(class, account, at).await? > 0 {
            tracing::warn!(
                installation.id = known.id,
                "the app was removed in HighLevel"
            );
        }
        Ok(Accepted::Kept)
    }
}
