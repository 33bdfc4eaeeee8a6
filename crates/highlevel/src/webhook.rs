//! Receiving app webhooks (highlevel-webhooks.md): whether a delivery is HighLevel's, and which record it is about.
//!
//! ```
//! # fn example(keys: &highlevel::webhook::Keys, header: impl Fn(&str) -> Option<&'static str>, body: &[u8])
//! # -> Result<(), Box<dyn std::error::Error>> {
//! use highlevel::webhook::{Event, Subject};
//! keys.verify(header, body)?; // answer 401 on an error
//! let event = Event::parse(body)?;
//! if let Subject::Contact { id } = &event.subject {
//!     println!("look at contact {id}, once per {}", event.dedupe_key());
//! }
//! # Ok(()) }
//! ```
//!
//! An event is a hint and not a source of values: events are lost, doubled, late and thin, and leave out what was
//! cleared (sections 2 and 7). So nothing is read here but what is needed to go and look. A valid signature proves
//! "from HighLevel", not "for this app": the caller compares [`Event::app_id`] and [`Event::location_id`] with what
//! it knows (section 3.1).

mod event;
mod keys;
mod kind;
mod signature;
mod subject;
mod wire;

pub use event::{Event, ParseError};
pub use keys::{KeyError, KeyProblem, Keys, PUBLISHED_KEY};
pub use kind::EventKind;
pub use signature::{LEGACY_SIGNATURE_HEADER, SIGNATURE_HEADER, Signature, SignatureError};
pub use subject::{Direction, Subject};

#[cfg(test)]
mod event_tests;
#[cfg(test)]
mod signature_tests;
