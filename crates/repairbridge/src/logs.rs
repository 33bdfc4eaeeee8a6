//! Logs, to stderr: as text for people, or as one JSON object a line for programs that collect them.

use crate::traces::{self, Traces};
use tracing_subscriber::filter::{FilterExt, filter_fn};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Layer};

/// The parts whose lines are ours.
pub(crate) const OURS: [&str; 10] = [
    "repairbridge",
    "repairbridge_http",
    "app",
    "server",
    "store",
    "queue",
    "sync",
    "mapping",
    "highlevel",
    "mygadgetrepairs",
];

/// How lines look.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum LogFormat {
    /// For people.
    #[default]
    Text,
    /// For programs: `timestamp`, `level`, `target`, `message`, the event's own fields, and under `span` the shop and the
    /// run where there are any.
    Json,
}

impl LogFormat {
    /// The word of the configuration.
    pub(crate) fn read(word: &str) -> Option<Self> {
        match word.trim() {
            "text" => Some(Self::Text),
            "json" => Some(Self::Json),
            _ => None,
        }
    }
}

/// `RUST_LOG` decides; else `--verbose`; else a service tells what it does and a command only what is odd. Traces, where
/// they are wanted, are not concerned by that.
pub(crate) fn start(verbose: bool, service: bool, format: LogFormat, traces: Option<&Traces>) {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| {
        let level = match (verbose, service) {
            (true, _) => "debug",
            (false, true) => "info",
            (false, false) => "warn",
        };
        let parts = OURS.iter().map(|name| format!("{name}={level}"));
        // The protocol's library warns of every answer that says no.
        let others = ["warn", "rmcp=error"].map(str::to_owned);
        let all: Vec<String> = others.into_iter().chain(parts).collect();
        EnvFilter::new(all.join(","))
    });
    let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr);
    let lines = match format {
        LogFormat::Text => lines.with_target(false).boxed(),
        LogFormat::Json => lines
            .json()
            .flatten_event(true)
            .with_current_span(true)
            .with_span_list(false)
            .boxed(),
    };
    let lines = lines.with_filter(filter.and(filter_fn(|of| of.target() != traces::TARGET)));
    let started = tracing_subscriber::registry()
        .with(lines)
        .with(traces.map(Traces::layer))
        .try_init();
    // Only a second start could fail, and then the first one logs.
    drop(started);
}
