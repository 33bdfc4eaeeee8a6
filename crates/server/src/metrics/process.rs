//! The process itself, under the names that Prometheus' own libraries use.

use domain::Timestamp;
use prometheus_client::metrics::gauge::ConstGauge;
use prometheus_client::registry::{Registry, Unit};

/// What the system tells of this process now. Memory and files are told on Linux only.
pub(super) fn registry(started: Timestamp) -> Registry {
    let mut registry = Registry::with_prefix("process");
    registry.register_with_unit(
        "start_time",
        "When the service was started, since 1970",
        Unit::Seconds,
        ConstGauge::new(started.as_second()),
    );
    #[cfg(target_os = "linux")]
    of_system(&mut registry);
    registry
}

#[cfg(target_os = "linux")]
fn of_system(registry: &mut Registry) {
    use procfs::WithCurrentSystemInfo;
    // What is not told here is left out: a container may hide it.
    let Ok(myself) = procfs::process::Process::myself() else {
        return;
    };
    if let Ok(stat) = myself.stat() {
        registry.register_with_unit(
            "resident_memory",
            "Memory of the process that lies in the machine's own",
            Unit::Bytes,
            ConstGauge::new(stat.rss_bytes().get()),
        );
    }
    if let Ok(open) = myself.fd_count() {
        registry.register(
            "open_fds",
            "Open files and connections",
            ConstGauge::new(u64::try_from(open).unwrap_or(u64::MAX)),
        );
    }
    if let Ok(limits) = myself.limits()
        && let procfs::process::LimitValue::Value(most) = limits.max_open_files.soft_limit
    {
        registry.register(
            "max_fds",
            "Open files and connections that the system allows",
            ConstGauge::new(most),
        );
    }
}
