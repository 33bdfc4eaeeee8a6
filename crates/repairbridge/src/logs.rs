//! Logs, to stderr.

use tracing_subscriber::EnvFilter;

const OURS: [&str; 10] = [
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

/// `RUST_LOG` decides; else `--verbose`; else a service tells what it does and a command only what is odd.
pub(crate) fn start(verbose: bool, service: bool) {
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
    let started = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_target(false)
        .try_init();
    // Only a second start could fail, and then the first one logs.
    drop(started);
}
