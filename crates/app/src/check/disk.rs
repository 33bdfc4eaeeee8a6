//! Whether the database has room to grow.

use super::{CheckReport, Verdict};
use crate::App;
use std::path::Path;

const MIB: u64 = 1 << 20;
/// Below this the next large run may fill the disk.
const FEW: u64 = 1024 * MIB;
/// Below this a day's work does.
const TOO_FEW: u64 = 100 * MIB;

impl App {
    pub(super) fn check_disk(&self, report: &mut CheckReport) {
        let database = self.store.path();
        match free_beside(database) {
            Some(free) => judge(free, database, report),
            None => report.passed("disk", "this system does not tell how much is free"),
        }
    }
}

fn judge(free: u64, database: &Path, report: &mut CheckReport) {
    let mend = format!(
        "free some space where {} lies, or move the database with store.url",
        database.display()
    );
    let says = format!("{} MiB free for the database", free / MIB);
    if free < TOO_FEW {
        report.say("disk", Verdict::Failed, says, Some(&mend));
    } else if free < FEW {
        report.warned("disk", says, &mend);
    } else {
        report.passed("disk", says);
    }
}

/// Bytes that this user may still write on the database's file system.
#[cfg(unix)]
fn free_beside(database: &Path) -> Option<u64> {
    let found = rustix::fs::statvfs(database).ok()?;
    Some(found.f_bavail.saturating_mul(found.f_frsize))
}

#[cfg(not(unix))]
fn free_beside(_database: &Path) -> Option<u64> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn little_space_is_warned_of_and_less_fails() {
        for (free, verdict) in [
            (2 * FEW, Verdict::Passed),
            (FEW - 1, Verdict::Warned),
            (TOO_FEW - 1, Verdict::Failed),
        ] {
            let mut report = CheckReport::default();
            judge(free, Path::new("shop.db"), &mut report);
            assert_eq!(report.lines[0].verdict, verdict);
        }
    }

    #[cfg(unix)]
    #[test]
    fn the_file_system_of_a_file_tells_its_space() {
        let folder = tempfile::tempdir().unwrap();
        assert!(free_beside(folder.path()).is_some_and(|free| free > 0));
        assert_eq!(free_beside(Path::new("/nowhere/at/all")), None);
    }
}
