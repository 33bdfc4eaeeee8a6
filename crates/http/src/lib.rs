//! The only place that sends a request: budget, retries for what is safe to repeat, failure classes, redaction.
//!
//! A vendor crate describes a [`Request`] and how it may be repeated; [`Sender::send`] reserves budget, sends,
//! tells the budget what it saw, repeats where that cannot do harm, and answers with any status. What a status
//! means is the vendor crate's business; what a missing answer means is [`SendError::applied`].

mod answer;
mod budget;
mod clock;
mod error;
mod guard;
mod limits;
mod memory;
mod meter;
mod policy;
mod randomness;
mod request;
mod sender;
mod state;

pub use answer::Answer;
pub use budget::{Budget, BudgetError, Deferred, Reason};
pub use clock::SystemClock;
pub use domain::Lane;
pub use error::{Applied, BuildError, SendError};
pub use guard::Guard;
pub use limits::{Seen, VendorLimits};
pub use memory::MemoryBudget;
pub use meter::{Meter, TryOutcome};
pub use policy::{BudgetPolicy, OverLimit, Unauthorized, Window};
pub use randomness::SystemRandomness;
pub use request::{Body, Repeat, Request, path};
pub use reqwest::{
    Method, StatusCode,
    header::{HeaderMap, HeaderName, HeaderValue},
};
pub use sender::{Sender, SenderConfig};
pub use state::{BudgetState, DayOutlook, Grant, Outlook, WindowOutlook};
pub use url::Url;
