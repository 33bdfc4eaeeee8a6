//! Hands out the token of an installation, and sees to it that it is renewed once, by whoever is first.
//!
//! Between the tasks of a process the turn is a mutex; between processes it is a lock beside the database, which the
//! system releases when its holder dies. Whoever has both reads the stored pair again before asking for a new one.

use super::app_secret::KnownApp;
use super::{life, pair, renew};
use crate::secrets::Keys;
use async_trait::async_trait;
use domain::{Context, Timestamp};
use highlevel::oauth::{Grant, OAuth};
use highlevel::{TokenError, TokenSource};
use jiff::SignedDuration;
use secrecy::{ExposeSecret, SecretString};
use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use store::{Installation, InstallationState, Lock, Store};

/// How long to wait for another process that renews the pair, where there is no token meanwhile.
const LOCK_WAIT: SignedDuration = SignedDuration::from_secs(60);
const LOCK_PAUSE: SignedDuration = SignedDuration::from_millis(100);

/// Keeps the tokens of all installations. Shared by all clones of the application.
pub(crate) struct Keeper {
    pub(super) store: Store,
    pub(super) keys: Keys,
    pub(super) oauth: OAuth,
    pub(super) context: Context,
    app: KnownApp,
    slots: Mutex<BTreeMap<i64, Arc<Slot>>>,
}

/// What this process knows of one installation.
#[derive(Default)]
pub(super) struct Slot {
    /// Held while a new pair is asked for.
    turn: tokio::sync::Mutex<()>,
    known: Mutex<Known>,
}

#[derive(Default)]
pub(super) struct Known {
    pub(super) current: Option<Current>,
    /// A pair that was obtained and could not be stored: never used before it is. With the generation it replaces.
    pub(super) unstored: Option<(i64, Grant)>,
    pub(super) failures: u32,
    pub(super) not_before: Option<Timestamp>,
}

/// Why a new pair is wished for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wish {
    /// The one that is there is due.
    WhenDue,
    /// Whatever its age.
    Anyway,
    /// The vendor refused its access token.
    Rejected,
}

/// The access token in use.
#[derive(Clone)]
pub(super) struct Current {
    pub(super) generation: i64,
    pub(super) access: SecretString,
    pub(super) obtained: Timestamp,
    pub(super) ends: Timestamp,
    /// A new pair was asked for with this one, and nothing is known of the answer.
    pub(super) interrupted: bool,
}

impl Current {
    fn is_due(&self, now: Timestamp) -> bool {
        self.interrupted || now >= life::due(self.obtained, self.ends)
    }

    fn is_alive(&self, now: Timestamp) -> bool {
        life::is_alive(now, self.obtained, self.ends)
    }
}

impl Slot {
    pub(super) fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn current(&self) -> Option<Current> {
        self.known().current.clone()
    }
}

impl Keeper {
    pub(crate) fn new(
        store: Store,
        keys: Keys,
        oauth: OAuth,
        context: Context,
        app: KnownApp,
    ) -> Self {
        Self {
            store,
            keys,
            oauth,
            context,
            app,
            slots: Mutex::default(),
        }
    }

    pub(super) const fn known_app(&self) -> &KnownApp {
        &self.app
    }

    pub(super) fn now(&self) -> Timestamp {
        self.context.clock.now()
    }

    /// The token to use now. Renewed when four fifths of its life are over; as long as the rest lasts, a renewal that
    /// fails or takes time holds nobody up.
    pub(crate) async fn token(&self, id: i64) -> Result<SecretString, TokenError> {
        let slot = self.slot(id);
        let current = match slot.current() {
            Some(current) => Some(current),
            None => {
                let row = self.usable(id).await?;
                self.learn(&slot, &row).await?
            }
        };
        let now = self.now();
        if let Some(current) = &current
            && !current.is_due(now)
        {
            return Ok(current.access.clone());
        }
        let spare = current.clone().filter(|current| current.is_alive(now));
        let seen = current.map_or(-1, |current| current.generation);
        match (
            self.renewed(id, &slot, seen, Wish::WhenDue, spare.is_some())
                .await,
            spare,
        ) {
            (Ok(access), _) => Ok(access),
            (Err(error), Some(spare)) => {
                tracing::warn!(installation.id = id, %error, "the token in use ends soon");
                Ok(spare.access)
            }
            (Err(error), None) => Err(error),
        }
    }

    /// The vendor refused this token. Answers whether there is another one to try.
    pub(crate) async fn rejected(&self, id: i64, token: &SecretString) -> Result<bool, TokenError> {
        let slot = self.slot(id);
        let Some(current) = slot.current() else {
            return Ok(true);
        };
        if current.access.expose_secret() != token.expose_secret() {
            return Ok(true);
        }
        let stored = self.usable(id).await?;
        if stored.generation == current.generation
            && !life::may_be_too_old(self.now(), current.obtained)
        {
            return Ok(false);
        }
        self.renewed(id, &slot, current.generation, Wish::Rejected, false)
            .await
            .map(|_| true)
    }

    /// Renews a pair whose renewal was interrupted, or that nobody has used for long.
    pub(super) async fn keep_alive(&self, row: &Installation) -> Result<(), TokenError> {
        let slot = self.slot(row.id);
        self.renewed(row.id, &slot, row.generation, Wish::Anyway, false)
            .await
            .map(|_| ())
    }

    /// Whether an installation should be renewed although nobody asks for its token.
    pub(super) fn wants_renewal(&self, row: &Installation) -> bool {
        row.state == InstallationState::Active
            && row.sealed.is_some()
            && (row.asked_at.is_some()
                || (row.via.is_none() && life::wants_keeping_alive(self.now(), row.obtained_at)))
    }

    /// What was refused before is tried again at once: its cause may be gone.
    pub(super) fn try_again_at_once(&self) {
        let slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
        for slot in slots.values() {
            slot.known().not_before = None;
        }
    }

    /// Forgets what this process knows of all installations: whatever still works is read again.
    pub(super) fn forget_all(&self) {
        let mut slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
        slots.clear();
    }

    /// Forgets what this process knows of an installation.
    pub(super) fn forget(&self, id: i64) {
        let mut slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
        slots.remove(&id);
    }

    /// The token of a pair newer than `seen`, asked for where nobody has done so yet. Who has a token left (`has_spare`) does not wait for others.
    async fn renewed(
        &self,
        id: i64,
        slot: &Slot,
        seen: i64,
        wish: Wish,
        has_spare: bool,
    ) -> Result<SecretString, TokenError> {
        let busy = || TokenError::Passing {
            problem: "it is being renewed".to_owned(),
        };
        let _turn = if has_spare {
            slot.turn.try_lock().map_err(|_| busy())?
        } else {
            slot.turn.lock().await
        };
        if let Some(access) = self.newer(id, slot, seen, wish).await? {
            return Ok(access);
        }
        let not_before = slot.known().not_before;
        if let Some(not_before) = not_before.filter(|at| *at > self.now()) {
            let row = self.usable(id).await?;
            let problem = row.problem.unwrap_or_else(|| "no answer".to_owned());
            let problem = format!("{problem}; tried again at {not_before:.0}");
            return Err(TokenError::Passing { problem });
        }
        let lock = self.lock(id, !has_spare).await?.ok_or_else(busy)?;
        // Another process may have been at it while we waited.
        if let Some(access) = self.newer(id, slot, seen, wish).await? {
            return Ok(access);
        }
        let row = self.usable(id).await?;
        if row.state == InstallationState::Refused {
            let problem = row.problem.unwrap_or_else(|| "refused".to_owned());
            return Err(TokenError::Reconnect { problem });
        }
        renew::ask(self, slot, &row, wish, &lock).await
    }

    /// The token of the stored pair, where that is not the one that was seen, or is not due.
    async fn newer(
        &self,
        id: i64,
        slot: &Slot,
        seen: i64,
        wish: Wish,
    ) -> Result<Option<SecretString>, TokenError> {
        let row = self.usable(id).await?;
        let current = self.learn(slot, &row).await?;
        let now = self.now();
        Ok(current
            .filter(|current| {
                !current.is_due(now) && (current.generation != seen || wish == Wish::WhenDue)
            })
            .map(|current| current.access))
    }

    /// The row of an installation whose tokens can be renewed.
    async fn usable(&self, id: i64) -> Result<Installation, TokenError> {
        let row = self.store.installation(id).await.map_err(passing)?;
        let gone = |problem: &str| TokenError::Reconnect {
            problem: problem.to_owned(),
        };
        match row {
            None => Err(gone("the app is not installed in this sub-account")),
            Some(row) => match row.state {
                InstallationState::Active => Ok(row),
                // What is left of its access token can be used.
                InstallationState::Refused
                    if row.sealed.is_some()
                        && life::is_alive(self.now(), row.obtained_at, row.access_ends) =>
                {
                    Ok(row)
                }
                InstallationState::Refused => Err(TokenError::Reconnect {
                    problem: row.problem.unwrap_or_else(|| "refused".to_owned()),
                }),
                InstallationState::Uninstalled => {
                    Err(gone("the app was removed from it in HighLevel"))
                }
            },
        }
    }

    /// Takes the stored pair over. Nothing where there is none yet.
    async fn learn(&self, slot: &Slot, row: &Installation) -> Result<Option<Current>, TokenError> {
        if let Some(current) = &mut slot.known().current
            && current.generation == row.generation
        {
            current.interrupted = row.asked_at.is_some();
            return Ok(Some(current.clone()));
        }
        let Some(sealed) = &row.sealed else {
            slot.known().current = None;
            return Ok(None);
        };
        let opened = pair::open(&self.keys, row, sealed).await.map_err(passing)?;
        let current = Current {
            generation: row.generation,
            access: opened.access,
            obtained: row.obtained_at,
            ends: row.access_ends,
            interrupted: row.asked_at.is_some(),
        };
        let mut known = slot.known();
        // Whoever was faster may have learnt a newer one.
        let is_newer = known
            .current
            .as_ref()
            .is_none_or(|known| known.generation < current.generation);
        if is_newer {
            known.current = Some(current.clone());
        }
        Ok(Some(current))
    }

    async fn lock(&self, id: i64, waits: bool) -> Result<Option<Lock>, TokenError> {
        let after = |pause| {
            let until = self.now().checked_add(pause);
            until.unwrap_or(Timestamp::MAX)
        };
        let deadline = after(LOCK_WAIT);
        loop {
            if let Some(lock) = self
                .store
                .lock(&format!("token-{id}"))
                .await
                .map_err(passing)?
            {
                return Ok(Some(lock));
            }
            if !waits || self.now() > deadline {
                return Ok(None);
            }
            self.context.clock.sleep_until(after(LOCK_PAUSE)).await;
        }
    }

    fn slot(&self, id: i64) -> Arc<Slot> {
        let mut slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(slots.entry(id).or_default())
    }
}

/// What may pass by itself: a busy database, a key that is put back.
pub(super) fn passing(error: impl fmt::Display) -> TokenError {
    TokenError::Passing {
        problem: error.to_string(),
    }
}

/// The tokens of one installation, for a client.
pub(crate) struct InstallationToken {
    pub(crate) keeper: Arc<Keeper>,
    pub(crate) id: i64,
}

impl fmt::Debug for InstallationToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("InstallationToken")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}

#[async_trait]
impl TokenSource for InstallationToken {
    async fn token(&self) -> Result<SecretString, TokenError> {
        self.keeper.token(self.id).await
    }

    async fn rejected(&self, token: &SecretString) -> Result<bool, TokenError> {
        self.keeper.rejected(self.id, token).await
    }
}
