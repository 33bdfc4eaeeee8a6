//! Whether every thread of this process waits for something.
//!
//! With both twins in the process, a request under way keeps one of its threads busy, and so does a write to the
//! database. Asking the system is surer than a span of silence, which a busy machine can bring about by itself.
//! Where the system tells nothing (no `/proc`), silence has to do.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

/// The name of the threads that look; they do not count as work, or two clocks would wait for each other.
pub(super) const DRIVER: &str = "recorded-time";
const TASKS: &str = "/proc/self/task";
/// Looks in a row that count as waiting where the system tells nothing: some fifty milliseconds.
const SILENCE: u32 = 30;

/// What was seen at the last look.
#[derive(Default)]
pub(super) struct Idle {
    /// Switches of each thread from and to the processor.
    switches: BTreeMap<PathBuf, u64>,
    blind: u32,
}

impl Idle {
    /// Whether all threads wait, and none of them did anything since the last look.
    pub(super) fn all_wait(&mut self) -> bool {
        let Ok(tasks) = fs::read_dir(TASKS) else {
            self.blind += 1;
            return self.blind.is_multiple_of(SILENCE);
        };
        let mut switches = BTreeMap::new();
        let mut waiting = true;
        for task in tasks.flatten() {
            // A thread that has just ended has nothing to tell.
            let Ok(status) = fs::read_to_string(task.path().join("status")) else {
                continue;
            };
            if field(&status, "Name:") != Some(DRIVER) {
                waiting &= field(&status, "State:").is_some_and(|state| state.starts_with('S'));
                let count = |name| field(&status, name).and_then(|count| count.parse::<u64>().ok());
                let switched = count("voluntary_ctxt_switches:").unwrap_or(0)
                    + count("nonvoluntary_ctxt_switches:").unwrap_or(0);
                switches.insert(task.path(), switched);
            }
        }
        let unchanged = switches == self.switches;
        self.switches = switches;
        waiting && unchanged
    }
}

fn field<'a>(status: &'a str, name: &str) -> Option<&'a str> {
    status
        .lines()
        .find_map(|line| line.strip_prefix(name))
        .map(str::trim)
}
