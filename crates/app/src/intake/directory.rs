//! Whom a webhook is for: shops by location, and by the secret part of their address. Read from the store when
//! somebody unknown is named, but not more often than once a second; and anew after some seconds in any case.

use super::counter::Doorkeeper;
use crate::{App, AppError};
use domain::{ShopId, Timestamp};
use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

/// What is known of the shops. Clones share it.
#[derive(Clone, Default)]
pub(crate) struct Directory {
    known: Arc<RwLock<Known>>,
    /// Held while it is read anew: one does so for all who wait.
    reading: Arc<tokio::sync::Mutex<()>>,
}

#[derive(Default)]
struct Known {
    locations: HashMap<String, ShopId>,
    doors: HashMap<String, Arc<Doorkeeper>>,
    /// Why a shop's guard could not be called, of the last one. Other shops' webhooks come in all the same.
    absent: Option<String>,
    read_at: Option<Timestamp>,
}

/// Seconds after which what is known is read again even where it would do: another process may have changed a secret or
/// removed a shop.
const LASTS: i64 = 10;

impl Known {
    fn lasts(&self, now: Timestamp) -> bool {
        self.read_at
            .is_some_and(|at| now.as_second() - at.as_second() < LASTS)
    }
}

impl Directory {
    /// What was read lately.
    fn look<T>(&self, now: Timestamp, find: impl Fn(&Known) -> Option<T>) -> Option<T> {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        if known.lasts(now) { find(&known) } else { None }
    }

    fn absent(&self) -> Option<String> {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        known.absent.clone()
    }

    fn is_fresh(&self, now: Timestamp) -> bool {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        known
            .read_at
            .is_some_and(|at| now.as_second() == at.as_second())
    }
}

impl App {
    /// The shop of a HighLevel location.
    pub(crate) async fn shop_at(&self, location: &str) -> Result<Option<ShopId>, AppError> {
        let find = |known: &Known| known.locations.get(location).copied();
        if let Some(shop) = self.directory.look(self.now(), find) {
            return Ok(Some(shop));
        }
        self.read_directory().await?;
        Ok(self.directory.look(self.now(), find))
    }

    /// Who guards the address with this secret part.
    pub(super) async fn door(&self, token: &str) -> Result<Option<Arc<Doorkeeper>>, AppError> {
        let find = |known: &Known| known.doors.get(token).cloned();
        if let Some(door) = self.directory.look(self.now(), find) {
            return Ok(Some(door));
        }
        self.read_directory().await?;
        match (
            self.directory.look(self.now(), find),
            self.directory.absent(),
        ) {
            (None, Some(why)) => Err(AppError::Refused(why)),
            (door, _) => Ok(door),
        }
    }

    async fn read_directory(&self) -> Result<(), AppError> {
        let _alone = self.directory.reading.lock().await;
        let now = self.now();
        if self.directory.is_fresh(now) {
            return Ok(());
        }
        let mut sealed = self.sealed_doors().await?;
        let mut known = Known {
            read_at: Some(now),
            ..Known::default()
        };
        for shop in self.store.shops().await? {
            known.locations.insert(shop.location.clone(), shop.id);
            let Some(sealed) = sealed.remove(&shop.id.0) else {
                continue;
            };
            match self.doorkeeper(&shop, &sealed).await {
                Ok(Some((token, door))) => {
                    known.doors.insert(token, Arc::new(door));
                }
                Ok(None) => {}
                Err(error) => {
                    tracing::warn!(shop.name = shop.name, %error, "webhooks of a shop cannot be taken");
                    known.absent = Some(error.to_string());
                }
            }
        }
        *self
            .directory
            .known
            .write()
            .unwrap_or_else(PoisonError::into_inner) = known;
        Ok(())
    }

    /// A shop was removed or its secrets were changed: everything is read again at the next webhook.
    pub(crate) fn forget_directory(&self) {
        *self
            .directory
            .known
            .write()
            .unwrap_or_else(PoisonError::into_inner) = Known::default();
    }
}
