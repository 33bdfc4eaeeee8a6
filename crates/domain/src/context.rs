//! What a run takes from outside: the clock and randomness. With both fixed, a run can be repeated exactly.

use crate::Clock;
use std::sync::Arc;
use uuid::Uuid;

/// The only source of randomness.
pub trait Randomness: Send + Sync + std::fmt::Debug {
    /// Fills the buffer with random bytes.
    fn fill(&self, bytes: &mut [u8]);
}

/// Clock and randomness, handed to everything that needs them.
#[derive(Clone, Debug)]
pub struct Context {
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// Chance.
    pub randomness: Arc<dyn Randomness>,
}

impl Context {
    /// A new time-ordered id (UUID version 7).
    #[must_use]
    pub fn new_id(&self) -> Uuid {
        let mut random = [0_u8; 10];
        self.randomness.fill(&mut random);
        let millis = u64::try_from(self.clock.now().as_millisecond()).unwrap_or(0);
        uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid()
    }

    /// A random share between 0 and 1, for jitter.
    #[must_use]
    pub fn share(&self) -> f64 {
        let mut bytes = [0_u8; 4];
        self.randomness.fill(&mut bytes);
        f64::from(u32::from_le_bytes(bytes)) / f64::from(u32::MAX)
    }
}
