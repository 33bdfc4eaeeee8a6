//! Time comes in from outside.

use async_trait::async_trait;
use jiff::Timestamp;

/// The only source of time. The system's clock in service; a recorded one in tests and simulations.
#[async_trait]
pub trait Clock: Send + Sync + std::fmt::Debug {
    /// Now.
    fn now(&self) -> Timestamp;

    /// Returns at or after the given instant.
    async fn sleep_until(&self, when: Timestamp);
}
