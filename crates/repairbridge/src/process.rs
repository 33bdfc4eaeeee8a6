//! What the system may learn of our memory: nothing, for a core file would hold opened secrets. And what we may have open.

/// No core files of this process, and no look into its memory by other processes of the same user. Where the system
/// refuses, the command goes on: it is a second line of defence.
pub(crate) fn keep_memory_private() {
    #[cfg(unix)]
    {
        use rustix::process::{Resource, Rlimit, setrlimit};
        let none = Rlimit {
            current: Some(0),
            maximum: Some(0),
        };
        let _refused = setrlimit(Resource::Core, none);
    }
    #[cfg(target_os = "linux")]
    {
        use rustix::process::{DumpableBehavior, set_dumpable_behavior};
        let _refused = set_dumpable_behavior(DumpableBehavior::NotDumpable);
    }
}

/// As many open files as the system grants without being asked for more, up to what the service's connections and the
/// database need together. Many systems begin at 1,024, which the connections alone may use up.
pub(crate) fn allow_many_files() {
    #[cfg(unix)]
    {
        use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
        const ENOUGH: u64 = 4_096;
        let now = getrlimit(Resource::Nofile);
        if let Some(current) = now.current.filter(|current| *current < ENOUGH) {
            let granted = now.maximum.unwrap_or(ENOUGH).min(ENOUGH);
            let more = Rlimit {
                current: Some(granted.max(current)),
                maximum: now.maximum,
            };
            // The server then counts with fewer.
            let _refused = setrlimit(Resource::Nofile, more);
        }
    }
}
