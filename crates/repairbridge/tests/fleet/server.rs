//! A PostgreSQL of a test's own, which it may stop.

use std::process::Command;

/// Started by the project's script; taken away when dropped.
pub struct Server {
    pub address: String,
    folder: String,
    programs: String,
}

impl Server {
    pub fn start() -> Self {
        let told = script(
            "start_postgres && echo \"$STORE_TEST_POSTGRES $POSTGRES_TEST_FOLDER $POSTGRES_TEST_PROGRAMS\"",
        );
        let mut words = told.split_whitespace().map(str::to_owned);
        let mut next = || words.next().unwrap_or_else(|| panic!("{told}"));
        Self {
            address: next(),
            folder: next(),
            programs: next(),
        }
    }

    /// As by a power cut: without a word to those who are connected, and the log is played through at the start.
    pub fn crashes_and_starts_again(&self) {
        let control = "as_postgres \"$PROGRAMS/pg_ctl\" --pgdata \"$FOLDER/data\" --silent";
        script(&format!(
            "FOLDER={} PROGRAMS={}; {control} --mode immediate stop; cp \"$FOLDER/data/postmaster.opts\" \"$FOLDER/opts\"; {control} --wait --log \"$FOLDER/server.log\" --options \"$(sed 's/^[^ ]* //; s/\"//g' \"$FOLDER/opts\")\" start",
            self.folder, self.programs
        ));
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        script(&format!(
            "export POSTGRES_TEST_FOLDER={} POSTGRES_TEST_PROGRAMS={}; stop_postgres",
            self.folder, self.programs
        ));
    }
}

fn script(words: &str) -> String {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");
    let done = Command::new("bash")
        .args([
            "-c",
            &format!(". scripts/need.sh; . scripts/postgres.sh; {words}"),
        ])
        .current_dir(root)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&done.stdout).into_owned();
    assert!(
        done.status.success(),
        "{said}{}",
        String::from_utf8_lossy(&done.stderr)
    );
    said
}
