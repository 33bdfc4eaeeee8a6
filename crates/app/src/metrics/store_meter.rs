//! What is counted of the store.

use super::{Metrics, OfTransaction, OfWork};
use std::time::Duration;
use store::{Meter, Trouble, Work};

const WORK: [Work; 3] = [Work::Changes, Work::Webhooks, Work::Budget];
const OUTCOMES: [Option<Trouble>; 6] = [
    None,
    Some(Trouble::Busy),
    Some(Trouble::Full),
    Some(Trouble::Unwritable),
    Some(Trouble::Lost),
    Some(Trouble::Other),
];

/// Begins the store's counts with nought.
pub(super) fn begin(metrics: &Metrics) {
    for work in WORK.map(word) {
        drop(metrics.transaction_seconds.get_or_create(&OfWork { work }));
        for outcome in OUTCOMES.map(outcome) {
            drop(
                metrics
                    .transactions
                    .get_or_create(&OfTransaction { work, outcome }),
            );
        }
    }
}

impl Meter for Metrics {
    fn wrote(&self, work: Work, trouble: Option<Trouble>, took: Duration) {
        let work = word(work);
        let outcome = outcome(trouble);
        self.transactions
            .get_or_create(&OfTransaction { work, outcome })
            .inc();
        self.transaction_seconds
            .get_or_create(&OfWork { work })
            .observe(took.as_secs_f64());
    }
}

const fn word(work: Work) -> &'static str {
    match work {
        Work::Changes => "changes",
        Work::Webhooks => "webhooks",
        Work::Budget => "budget",
    }
}

const fn outcome(trouble: Option<Trouble>) -> &'static str {
    match trouble {
        None => "committed",
        Some(Trouble::Busy) => "busy",
        Some(Trouble::Full) => "full",
        Some(Trouble::Unwritable) => "unwritable",
        Some(Trouble::Lost) => "taken_over",
        Some(Trouble::Other) => "failed",
    }
}
