//! What may keep a request from being sent at the last moment.

use std::fmt;
use std::sync::Arc;

/// Whether who asks may still send: asked anew just before each try, after waiting for the budget. So whoever has lost
/// the right to a piece of work meanwhile sends nothing more of it.
#[derive(Clone)]
pub struct Guard(Arc<dyn Fn() -> bool + Send + Sync>);

impl Guard {
    /// A guard that asks this.
    #[must_use]
    pub fn new(may_send: impl Fn() -> bool + Send + Sync + 'static) -> Self {
        Self(Arc::new(may_send))
    }

    pub(crate) fn lets_through(&self) -> bool {
        (self.0)()
    }
}

impl fmt::Debug for Guard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Guard")
    }
}
