//! Which statements the database is asked.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use tracing::field::{Field, Visit};
use tracing::{Event, Subscriber};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt};

/// Counts statements by the driver's own account of them.
#[derive(Clone, Default)]
pub struct Statements(Arc<Mutex<BTreeMap<String, u64>>>);

impl Statements {
    /// Counts from now on, in the whole process.
    ///
    /// # Panics
    /// When somebody listens already.
    #[must_use]
    pub fn counted() -> Self {
        let statements = Self::default();
        let heard = tracing_subscriber::registry().with(statements.clone());
        tracing::subscriber::set_global_default(heard).expect("the first subscriber");
        statements
    }

    /// How often each was asked since the last time.
    #[must_use]
    pub fn take(&self) -> BTreeMap<String, u64> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl<S: Subscriber> Layer<S> for Statements {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        if event.metadata().target() != "sqlx::query" {
            return;
        }
        let mut text = Text::default();
        event.record(&mut text);
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *counts.entry(text.0).or_default() += 1;
    }
}

/// The statement, or its first words where that is all of it.
#[derive(Default)]
struct Text(String);

impl Visit for Text {
    fn record_debug(&mut self, _: &Field, _: &dyn fmt::Debug) {}

    fn record_str(&mut self, field: &Field, value: &str) {
        let wanted = match field.name() {
            "db.statement" => !value.is_empty(),
            "summary" => self.0.is_empty(),
            _ => false,
        };
        if wanted {
            self.0 = value.split_whitespace().collect::<Vec<_>>().join(" ");
        }
    }
}
