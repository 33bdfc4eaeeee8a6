//! Somebody at the counter and somebody in the CRM, whose acts read like what they do.
//!
//! Each does it by hand in the twin, at the twin's time: no limits, no faults, and the vendor's events follow as usual.

#![expect(
    clippy::needless_pass_by_value,
    clippy::panic,
    reason = "acts read better without a sign of reference, and test support fails loudly"
)]

mod counter;
mod crm;

pub use counter::CounterPerson;
pub use crm::CrmPerson;

use crate::Bench;

impl Bench {
    /// A person at the counter.
    #[must_use]
    pub fn counter_person(&self) -> CounterPerson<'_> {
        CounterPerson::new(&self.twins)
    }

    /// A person in the CRM.
    #[must_use]
    pub fn crm_person(&self) -> CrmPerson<'_> {
        CrmPerson::new(&self.twins)
    }
}
