//! The words that every other crate speaks: records and their fields, the two sides, opaque ids,
//! normal forms for comparison, failure classes, and the clock and randomness that come in from outside.
//!
//! Nothing here does I/O, reads a clock or draws a random number by itself.

mod context;
mod failure;
mod field;
mod fingerprint;
mod ids;
mod lane;
pub mod normalize;
mod record;
mod side;
mod time;
mod value;

pub use context::{Context, Randomness};
pub use failure::{Failure, FailureClass};
pub use field::Field;
pub use fingerprint::Fingerprint;
pub use ids::{IntentId, LinkId, RecordId, RunId, ShopId};
pub use jiff::Timestamp;
pub use lane::Lane;
pub use normalize::country::CountryCode;
pub use record::{Fields, Record};
pub use side::{Kind, Side};
pub use time::Clock;
pub use value::Value;
