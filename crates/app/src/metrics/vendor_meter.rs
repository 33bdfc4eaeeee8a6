//! What is counted of requests to one vendor.

use super::{Metrics, OfPutOff, OfRequest, OfVendor};
use domain::Side;
use http::{Meter, Reason, TryOutcome};
use jiff::SignedDuration;
use std::sync::Arc;
use std::time::Duration;

const REASONS: [Reason; 6] = [
    Reason::Window,
    Reason::Day,
    Reason::OverLimit,
    Reason::PerhapsThrottled,
    Reason::KeyRefused,
    Reason::Unavailable,
];

/// Counts what one vendor's sender does.
#[derive(Debug)]
pub(crate) struct VendorMeter {
    vendor: &'static str,
    metrics: Arc<Metrics>,
}

impl VendorMeter {
    pub(crate) fn of(side: Side, metrics: &Arc<Metrics>) -> Arc<dyn Meter> {
        Arc::new(Self {
            vendor: side.as_str(),
            metrics: Arc::clone(metrics),
        })
    }

    const fn labels(&self) -> OfVendor {
        OfVendor {
            vendor: self.vendor,
        }
    }
}

/// Begins a vendor's counts with nought.
pub(super) fn begin(metrics: &Metrics, vendor: &'static str) {
    let labels = OfVendor { vendor };
    drop(metrics.request_seconds.get_or_create(&labels));
    drop(metrics.repeats.get_or_create(&labels));
    drop(metrics.waited.get_or_create(&labels));
    for reason in REASONS.map(word) {
        drop(metrics.put_off.get_or_create(&OfPutOff { vendor, reason }));
    }
    for (status, outcome) in [
        ("2xx", "ok"),
        ("4xx", "refused"),
        ("4xx", "unauthorized"),
        ("4xx", "over_limit"),
        ("5xx", "failed"),
        ("none", "unreachable"),
        ("none", "timed_out"),
    ] {
        drop(metrics.requests.get_or_create(&OfRequest {
            vendor,
            status,
            outcome,
        }));
    }
}

impl Meter for VendorMeter {
    fn tried(&self, outcome: TryOutcome, took: SignedDuration) {
        let (status, outcome) = words(outcome);
        let labels = OfRequest {
            vendor: self.vendor,
            status,
            outcome,
        };
        self.metrics.requests.get_or_create(&labels).inc();
        self.metrics
            .request_seconds
            .get_or_create(&self.labels())
            .observe(took.as_secs_f64().max(0.0));
    }

    fn repeated(&self) {
        self.metrics.repeats.get_or_create(&self.labels()).inc();
    }

    fn waited(&self, took: Duration) {
        let seconds = took.as_secs_f64();
        if seconds > 0.0 {
            self.metrics
                .waited
                .get_or_create(&self.labels())
                .inc_by(seconds);
        }
    }

    fn put_off(&self, reason: Reason) {
        let labels = OfPutOff {
            vendor: self.vendor,
            reason: word(reason),
        };
        self.metrics.put_off.get_or_create(&labels).inc();
    }
}

const fn word(reason: Reason) -> &'static str {
    match reason {
        Reason::Window => "window",
        Reason::Day => "day",
        Reason::OverLimit => "over_limit",
        Reason::PerhapsThrottled => "perhaps_throttled",
        Reason::KeyRefused => "key_refused",
        Reason::Unavailable => "unavailable",
    }
}

/// The class of the status, and what it means.
fn words(outcome: TryOutcome) -> (&'static str, &'static str) {
    match outcome {
        TryOutcome::Answered(status) => match status.as_u16() {
            401 => ("4xx", "unauthorized"),
            429 => ("4xx", "over_limit"),
            100..=199 => ("1xx", "refused"),
            200..=299 => ("2xx", "ok"),
            300..=399 => ("3xx", "refused"),
            400..=499 => ("4xx", "refused"),
            _ => ("5xx", "failed"),
        },
        TryOutcome::Unreachable => ("none", "unreachable"),
        TryOutcome::Interrupted => ("none", "interrupted"),
        TryOutcome::TimedOut => ("none", "timed_out"),
        TryOutcome::TooLarge => ("none", "too_large"),
        TryOutcome::Malformed => ("none", "malformed"),
    }
}
