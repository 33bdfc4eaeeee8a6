//! Emulators of both vendors' APIs with their real faults, and a made-up repair shop. Shares no code with the clients.
//!
//! [`start`] makes a shop up, fills both twins with it and serves each on its own address: the vendor's paths with faults
//! and a request log, and control paths below `/_twin` without either.

mod clock;
mod control;
mod drain;
mod fault;
pub mod highlevel;
mod ids;
mod loopback;
pub mod mygadgetrepairs;
mod request_log;
mod running;
mod serve;
pub mod shop;

#[cfg(test)]
mod tests;

pub use clock::TwinClock;
pub use drain::Drain;
pub use fault::{Fate, FaultProfile, FaultProfileError, Ruling};
pub use ids::Ids;
pub use request_log::Entry as LoggedRequest;
pub use running::{RunningTwins, TwinError, TwinOptions, Vendor, start, start_with};
