//! Signing in with name and password, and what keeps others from guessing them.

use super::gate::Busy;
use super::{Doer, Origin, Who};
use crate::{App, AppError};
use ::access::{Attempts, Hash, Limit, Token};
use domain::Timestamp;
use secrecy::SecretString;
use store::{AttemptsRow, Digest, StoreError, UserRow};

/// Longer names are nobody's.
const LONGEST_NAME: usize = 64;

/// Nobody was let in.
#[derive(Debug, thiserror::Error)]
pub enum NotSignedIn {
    /// No user of this name has this password, or the user may not come in: nobody learns which.
    #[error("name or password is wrong")]
    Wrong,
    /// Too many were wrong before.
    #[error("too many tries; wait until {until}")]
    Wait {
        /// Until when nothing is tried.
        until: Timestamp,
    },
    /// Too many try at once.
    #[error("too many are signing in at this moment")]
    Busy,
    /// It could not be tried.
    #[error(transparent)]
    App(#[from] AppError),
}

impl From<StoreError> for NotSignedIn {
    fn from(error: StoreError) -> Self {
        Self::App(error.into())
    }
}

/// A counter that a try is booked on.
#[derive(Clone, Copy)]
struct Counter {
    limit: Limit,
    key: Digest,
}

impl Counter {
    /// The key holds no name: people type passwords where their name belongs.
    fn new(limit: Limit, name: &str, network: &str) -> Self {
        let mut hasher = blake3::Hasher::new();
        for part in [limit.as_str(), name, network] {
            hasher.update(&(part.len() as u64).to_be_bytes());
            hasher.update(part.as_bytes());
        }
        Self {
            limit,
            key: *hasher.finalize().as_bytes(),
        }
    }
}

impl App {
    /// Lets a user in who knows the password; the token answered is the cookie's value. Every try takes the same work,
    /// whether the name is anybody's or not.
    ///
    /// # Errors
    /// When name or password is wrong, or it is not tried at all.
    pub async fn sign_in(
        &self,
        name: &str,
        password: &SecretString,
        from: &Origin,
    ) -> Result<Token, NotSignedIn> {
        let user = self.prove(name, password, from).await?;
        let doer = Doer::at_dashboard(&user.name, from);
        self.note_audit(doer, "signed in", None).await?;
        Ok(self.begin_session(user.id, from).await?)
    }

    /// Gives somebody who is signed in a new password, for which the current one is asked. All sessions of that user
    /// end; the token of a new one is answered.
    ///
    /// # Errors
    /// When the current password is wrong, the new one cannot be used, or it is not tried at all.
    pub async fn change_password(
        &self,
        who: &Who,
        current: &SecretString,
        new: &SecretString,
        from: &Origin,
    ) -> Result<Token, NotSignedIn> {
        let Who::User { name, .. } = who else {
            let says = "only a signed-in user has a password";
            return Err(AppError::Refused(says.into()).into());
        };
        let user = self.prove(name, current, from).await?;
        let hash = self.hash(&user.name, new).await?;
        let doer = Doer::signed(who, from);
        self.note_audit(doer, "changed the own password", None)
            .await?;
        self.store
            .set_password(user.id, hash.as_str(), self.now())
            .await?;
        Ok(self.begin_session(user.id, from).await?)
    }

    /// Seconds until an instant, for telling somebody how long to wait.
    #[must_use]
    pub fn seconds_until(&self, until: Timestamp) -> i64 {
        until.duration_since(self.now()).as_secs().max(0)
    }

    /// The user of a name, if the password is right.
    async fn prove(
        &self,
        name: &str,
        password: &SecretString,
        from: &Origin,
    ) -> Result<UserRow, NotSignedIn> {
        let name = name.trim();
        let user = if name.len() <= LONGEST_NAME {
            self.store.user(name).await?
        } else {
            None
        };
        let counters = self.counters(name, user.as_ref(), from).await?;
        let booked = self.book(&counters).await?;
        let stored = user.as_ref().and_then(|user| user.password.clone());
        let hash = stored.map_or_else(Hash::of_nobody, Hash::stored);
        let fits = match self.gate.fits(hash, password.clone()).await {
            Ok(fits) => fits?,
            Err(Busy) => {
                self.take_back(&counters).await?;
                return Err(NotSignedIn::Busy);
            }
        };
        match user.filter(|user| fits && user.password.is_some() && user.disabled_at.is_none()) {
            Some(user) => {
                // A name's own count is over; that of the network, where others may be guessing, loses this try only.
                self.store.forget_attempts(&[counters[0].key]).await?;
                self.take_back(&counters[1..]).await?;
                Ok(user)
            }
            None => {
                if booked.iter().any(Attempts::is_worth_a_line) {
                    self.note_refused(name, &booked, from).await?;
                }
                Err(NotSignedIn::Wrong)
            }
        }
    }

    /// What a try at a name counts on: the account's counter first, then the network's.
    async fn counters(
        &self,
        name: &str,
        user: Option<&UserRow>,
        from: &Origin,
    ) -> Result<[Counter; 2], NotSignedIn> {
        let network = from.network.as_str();
        // Asked for names of nobody as well, so that both take the same time.
        let id = user.map_or(-1, |user| user.id);
        let is_familiar = self.store.is_familiar(id, network).await?;
        let name = name.to_lowercase();
        let of_account = if is_familiar {
            Counter::new(Limit::Familiar, &name, network)
        } else {
            Counter::new(Limit::Account, &name, "")
        };
        Ok([of_account, Counter::new(Limit::Network, "", network)])
    }

    /// Counts a try as wrong before it is tried, so that a thousand at once count as a thousand.
    async fn book(&self, counters: &[Counter]) -> Result<Vec<Attempts>, NotSignedIn> {
        let _counting = self.gate.counting.lock().await;
        let now = self.now();
        let mut booked = Vec::new();
        let mut rows = Vec::new();
        for counter in counters {
            let before = self.tries(counter).await?;
            if let Some(until) = before.and_then(|before| before.waits_until(counter.limit, now)) {
                return Err(NotSignedIn::Wait { until });
            }
            let after = Attempts::with_one_more(before, now);
            rows.push((counter.key, row(after)));
            booked.push(after);
        }
        self.store.save_attempts(&rows).await?;
        Ok(booked)
    }

    /// A try that was not wrong no longer counts.
    async fn take_back(&self, counters: &[Counter]) -> Result<(), NotSignedIn> {
        let _counting = self.gate.counting.lock().await;
        let mut rows = Vec::new();
        for counter in counters {
            if let Some(before) = self.tries(counter).await? {
                rows.push((counter.key, row(before.with_one_less())));
            }
        }
        Ok(self.store.save_attempts(&rows).await?)
    }

    async fn tries(&self, counter: &Counter) -> Result<Option<Attempts>, NotSignedIn> {
        let row = self.store.attempts(&counter.key).await?;
        Ok(row.map(|row| Attempts {
            failures: row.failures,
            last_at: row.last_at,
        }))
    }

    async fn note_refused(
        &self,
        name: &str,
        booked: &[Attempts],
        from: &Origin,
    ) -> Result<(), NotSignedIn> {
        // Only a name that is somebody's: else it may be a password in the wrong place.
        let user = match name.len() <= LONGEST_NAME {
            true => self.store.user(name).await?,
            false => None,
        };
        let who = user.as_ref().map_or("(no user)", |user| user.name.as_str());
        let most = booked.iter().map(|tries| tries.failures).max().unwrap_or(1);
        let what = format!("sign-in refused ({most} so far)");
        self.note_audit(Doer::at_dashboard(who, from), &what, None)
            .await?;
        Ok(())
    }

    /// Forgets what was counted against a name everywhere but in single networks: its password is new.
    pub(super) async fn forget_tries_at(&self, name: &str) -> Result<(), AppError> {
        let counter = Counter::new(Limit::Account, &name.to_lowercase(), "");
        Ok(self.store.forget_attempts(&[counter.key]).await?)
    }
}

fn row(attempts: Attempts) -> AttemptsRow {
    AttemptsRow {
        failures: attempts.failures,
        last_at: attempts.last_at,
    }
}
