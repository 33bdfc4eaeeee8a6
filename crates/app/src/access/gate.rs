//! Hashing passwords without letting anybody keep the machine busy with it: on threads of their own, two at once, and
//! no endless queue.

use crate::AppError;
use ::access::Hash;
use domain::Randomness;
use secrecy::SecretString;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use tokio::sync::{Mutex, Semaphore};

/// Hashes at once: 19 MiB and a core each.
const AT_ONCE: usize = 2;
/// Who waits for a hash; further ones are sent away.
const WAITING: usize = 32;

/// What sign-ins share.
#[derive(Clone)]
pub(crate) struct Gate {
    hashing: Arc<Semaphore>,
    waiting: Arc<Semaphore>,
    /// Held while tries are counted, so that many at once count as many.
    pub(super) counting: Arc<Mutex<()>>,
    /// Whether a user was seen: from then on there always is one.
    pub(super) has_users: Arc<AtomicBool>,
}

impl Default for Gate {
    fn default() -> Self {
        Self {
            hashing: Arc::new(Semaphore::new(AT_ONCE)),
            waiting: Arc::new(Semaphore::new(WAITING)),
            counting: Arc::default(),
            has_users: Arc::default(),
        }
    }
}

/// Too many want a hash at once.
pub(super) struct Busy;

impl Gate {
    /// Whether a hash is that of a password.
    pub(super) async fn fits(
        &self,
        hash: Hash,
        password: SecretString,
    ) -> Result<Result<bool, AppError>, Busy> {
        self.work(move || {
            hash.fits(&password)
                .map_err(|why| AppError::Refused(why.to_string()))
        })
        .await
    }

    /// The hash of a password.
    pub(super) async fn hash(
        &self,
        password: SecretString,
        randomness: Arc<dyn Randomness>,
    ) -> Result<Result<Hash, AppError>, Busy> {
        self.work(move || {
            Hash::of(&password, &*randomness).map_err(|_| {
                AppError::Refused("there is not enough memory to store the password".into())
            })
        })
        .await
    }

    async fn work<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, AppError> + Send + 'static,
    ) -> Result<Result<T, AppError>, Busy> {
        let _place = self.waiting.try_acquire().map_err(|_| Busy)?;
        let turn = Arc::clone(&self.hashing).acquire_owned().await;
        let turn = turn.map_err(|_| Busy)?;
        let done = tokio::task::spawn_blocking(move || {
            // Kept until the work is over, even where nobody waits for it any more.
            let _turn = turn;
            work()
        });
        Ok(done.await.unwrap_or_else(|_| {
            Err(AppError::Refused(
                "hashing a password was broken off; try again".into(),
            ))
        }))
    }
}
