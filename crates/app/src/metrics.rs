//! What is measured while the application works: counts and times, for whoever scrapes them. One registry for each
//! application, no globals. Labels are words of ours and never name a record, a person or an address, so that their
//! number is bounded by this file.

mod store_meter;
mod vendor_meter;

pub(crate) use vendor_meter::VendorMeter;

use crate::intake::{Accepted, NotTaken};
use domain::{Kind, Side, Timestamp};
use jiff::SignedDuration;
use prometheus_client::encoding::{EncodeLabelSet, text};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::{Registry, Unit};
use std::fmt;
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use store::{Change, FlowRunState, Intent, IntentOp, IntentState};
use tokio::time::Instant;

/// Seconds, counted up.
type Seconds = Counter<f64, AtomicU64>;
type Histograms<Labels> = Family<Labels, Histogram, fn() -> Histogram>;

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfVendor {
    vendor: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfRequest {
    vendor: &'static str,
    status: &'static str,
    outcome: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfPutOff {
    vendor: &'static str,
    reason: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfWebhook {
    side: &'static str,
    outcome: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfPass {
    kind: &'static str,
    outcome: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfPassKind {
    kind: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfWrite {
    side: &'static str,
    kind: &'static str,
    op: &'static str,
    outcome: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfOutcome {
    outcome: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfTransaction {
    work: &'static str,
    outcome: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfWork {
    work: &'static str,
}

/// Which pass it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PassKind {
    /// Only what webhooks told of.
    Quick,
    /// What changed on both sides.
    Poll,
    /// Everything on both sides.
    Sweep,
}

impl PassKind {
    const ALL: [Self; 3] = [Self::Quick, Self::Poll, Self::Sweep];

    const fn as_str(self) -> &'static str {
        match self {
            Self::Quick => "quick",
            Self::Poll => "poll",
            Self::Sweep => "sweep",
        }
    }
}

/// Everything that is counted here. What is asked only now and then, such as how a shop is, is counted when it is asked.
pub struct Metrics {
    begun: Instant,
    started: OnceLock<Timestamp>,
    registry: Registry,
    requests: Family<OfRequest, Counter>,
    request_seconds: Histograms<OfVendor>,
    repeats: Family<OfVendor, Counter>,
    waited: Family<OfVendor, Seconds>,
    put_off: Family<OfPutOff, Counter>,
    webhooks: Family<OfWebhook, Counter>,
    passes: Family<OfPass, Counter>,
    pass_seconds: Histograms<OfPassKind>,
    writes: Family<OfWrite, Counter>,
    flow_runs: Family<OfOutcome, Counter>,
    transactions: Family<OfTransaction, Counter>,
    transaction_seconds: Histograms<OfWork>,
}

impl fmt::Debug for Metrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Metrics")
    }
}

fn request_histogram() -> Histogram {
    Histogram::new([0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0])
}

fn pass_histogram() -> Histogram {
    Histogram::new([
        0.05, 0.25, 1.0, 5.0, 15.0, 60.0, 300.0, 1_800.0, 7_200.0, 36_000.0,
    ])
}

fn transaction_histogram() -> Histogram {
    Histogram::new([
        0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0, 30.0,
    ])
}

impl Metrics {
    /// Nothing counted yet, by an application that starts now. The context's clock is not asked: a look at it moves
    /// recorded time, and measuring must change nothing.
    pub(crate) fn new() -> Arc<Self> {
        let mut metrics = Self {
            begun: Instant::now(),
            started: OnceLock::new(),
            registry: Registry::with_prefix("repairbridge"),
            requests: Family::default(),
            request_seconds: Family::new_with_constructor(request_histogram),
            repeats: Family::default(),
            waited: Family::default(),
            put_off: Family::default(),
            webhooks: Family::default(),
            passes: Family::default(),
            pass_seconds: Family::new_with_constructor(pass_histogram),
            writes: Family::default(),
            flow_runs: Family::default(),
            transactions: Family::default(),
            transaction_seconds: Family::new_with_constructor(transaction_histogram),
        };
        metrics.register();
        metrics.begin();
        Arc::new(metrics)
    }

    /// Names and what they mean; the exporter adds `_total` to counters, and the unit to what has one.
    fn register(&mut self) {
        let registry = &mut self.registry;
        registry.register(
            "build",
            "The version that runs",
            Info::new([("version", env!("CARGO_PKG_VERSION"))]),
        );
        registry.register(
            "vendor_requests",
            "Requests sent to the vendors, each try by itself, by class of the status and by what came of it",
            self.requests.clone(),
        );
        registry.register_with_unit(
            "vendor_request_duration",
            "How long the vendors take to answer, or until no answer came",
            Unit::Seconds,
            self.request_seconds.clone(),
        );
        registry.register(
            "vendor_retries",
            "Requests that were sent again, after a failure that allows it",
            self.repeats.clone(),
        );
        registry.register_with_unit(
            "vendor_budget_wait",
            "Time that requests waited for their turn within the budget",
            Unit::Seconds,
            self.waited.clone(),
        );
        registry.register(
            "vendor_requests_put_off",
            "Requests that were not sent now, since the budget allowed none, by the reason",
            self.put_off.clone(),
        );
        registry.register(
            "webhooks",
            "Webhooks that came, by what became of them: kept, not_ours, forged, too_large, not_kept",
            self.webhooks.clone(),
        );
        registry.register(
            "passes",
            "Passes of the sync over a shop: quick ones look at what webhooks told of, polls at what changed, sweeps at everything",
            self.passes.clone(),
        );
        registry.register_with_unit(
            "pass_duration",
            "How long passes took",
            Unit::Seconds,
            self.pass_seconds.clone(),
        );
        registry.register(
            "writes",
            "Attempts to write a record, by what came of them: done, refused, held, later (tried again), unknown (looked for first), dropped (its ground was gone)",
            self.writes.clone(),
        );
        registry.register(
            "flow_runs",
            "Runs of flows that ended, those that only try a flow among them",
            self.flow_runs.clone(),
        );
        registry.register(
            "store_transactions",
            "Transactions that write, by what came of them: committed, busy, full, unwritable, failed",
            self.transactions.clone(),
        );
        registry.register_with_unit(
            "store_transaction_duration",
            "How long transactions that write took, with the wait for their turn, without it for webhooks",
            Unit::Seconds,
            self.transaction_seconds.clone(),
        );
    }

    /// Begins what matters with nought: a first refusal is a rise only where there was a nought before.
    fn begin(&self) {
        for side in Side::BOTH {
            let vendor = side.as_str();
            vendor_meter::begin(self, vendor);
            for outcome in ["kept", "not_ours", "forged", "too_large", "not_kept"] {
                drop(self.webhooks.get_or_create(&OfWebhook {
                    side: vendor,
                    outcome,
                }));
            }
            for kind in Kind::ALL {
                for op in [IntentOp::Create, IntentOp::Update] {
                    for outcome in ["done", "refused"] {
                        drop(self.writes.get_or_create(&OfWrite {
                            side: vendor,
                            kind: kind.name_on(side),
                            op: op.as_str(),
                            outcome,
                        }));
                    }
                }
            }
        }
        for kind in PassKind::ALL.map(PassKind::as_str) {
            drop(self.pass_seconds.get_or_create(&OfPassKind { kind }));
            for outcome in ["finished", "stopped", "failed"] {
                drop(self.passes.get_or_create(&OfPass { kind, outcome }));
            }
        }
        for state in FlowRunState::ALL {
            if is_end(state) {
                let outcome = state.as_str();
                drop(self.flow_runs.get_or_create(&OfOutcome { outcome }));
            }
        }
        store_meter::begin(self);
    }

    /// When the application was started, by whoever knows what time it is now. The same ever after, also when the clock
    /// is set.
    pub(crate) fn started(&self, now: Timestamp) -> Timestamp {
        *self.started.get_or_init(|| {
            let runs = SignedDuration::try_from(self.begun.elapsed()).unwrap_or_default();
            now.checked_sub(runs).unwrap_or(now)
        })
    }

    /// Writes everything that is counted here in Prometheus' text form, without the mark of its end.
    ///
    /// # Errors
    /// When the text cannot be written to.
    pub fn write(&self, text: &mut String) -> fmt::Result {
        text::encode_registry(text, &self.registry)
    }

    /// What became of a webhook that was read.
    pub(crate) fn webhook(&self, side: Side, taken: &Result<Accepted, NotTaken>) {
        self.count_webhook(
            side,
            match taken {
                Ok(Accepted::Kept) => "kept",
                Ok(Accepted::NotOurs) => "not_ours",
                Err(NotTaken::Forged(_)) => "forged",
                Err(NotTaken::NotKept(_)) => "not_kept",
            },
        );
    }

    /// A webhook was too large to be read.
    pub fn webhook_too_large(&self, side: Side) {
        self.count_webhook(side, "too_large");
    }

    fn count_webhook(&self, side: Side, outcome: &'static str) {
        let side = side.as_str();
        self.webhooks
            .get_or_create(&OfWebhook { side, outcome })
            .inc();
    }

    /// A pass ended; whether it finished, or nothing where it failed.
    pub(crate) fn pass(&self, kind: PassKind, finished: Option<bool>, took: Duration) {
        let kind = kind.as_str();
        let outcome = match finished {
            Some(true) => "finished",
            Some(false) => "stopped",
            None => "failed",
        };
        self.passes.get_or_create(&OfPass { kind, outcome }).inc();
        self.pass_seconds
            .get_or_create(&OfPassKind { kind })
            .observe(took.as_secs_f64());
    }

    /// A write was attempted, and this is what is kept of it.
    pub(crate) fn wrote(&self, intent: &Intent, changes: &[Change]) {
        let labels = OfWrite {
            side: intent.side.as_str(),
            kind: intent.kind.name_on(intent.side),
            op: intent.op.as_str(),
            outcome: outcome_of(intent, changes),
        };
        self.writes.get_or_create(&labels).inc();
    }

    /// A run of a flow was saved; it is counted where it has ended.
    pub(crate) fn flow_run(&self, state: FlowRunState) {
        if is_end(state) {
            let outcome = state.as_str();
            self.flow_runs.get_or_create(&OfOutcome { outcome }).inc();
        }
    }
}

const fn is_end(state: FlowRunState) -> bool {
    matches!(
        state,
        FlowRunState::Done | FlowRunState::NotNeeded | FlowRunState::Failed | FlowRunState::Stopped
    )
}

fn outcome_of(intent: &Intent, changes: &[Change]) -> &'static str {
    let mut outcome = "later";
    for change in changes {
        match change {
            Change::Finish { intent: id, .. } if *id == intent.id => return "done",
            Change::Cancel(id) if *id == intent.id => outcome = "dropped",
            Change::Progress {
                intent: id, state, ..
            } if *id == intent.id => match state {
                IntentState::Written | IntentState::Done => return "done",
                IntentState::Failed => return "refused",
                IntentState::Held => return "held",
                IntentState::Sent | IntentState::Unknown => return "unknown",
                IntentState::Ready => {}
            },
            _ => {}
        }
    }
    outcome
}
