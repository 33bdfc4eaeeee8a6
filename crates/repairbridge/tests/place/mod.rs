//! A folder with a configuration, and the binary at work in it.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "helpers of tests, outside of test functions"
)]
#![allow(dead_code, reason = "every test file uses its part")]

use assert_cmd::Command;
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::Output;
use std::time::Duration;
use tempfile::TempDir;
use tokio::runtime::Runtime;
use twin::{RunningTwins, TwinOptions};

/// Both twins, on a runtime of their own.
pub struct Twins {
    pub at: RunningTwins,
    pub runtime: Runtime,
}

/// Twins with a small shop and without limits or lag.
pub fn twins() -> Twins {
    let runtime = Runtime::new().unwrap();
    let mut options = TwinOptions::new(7, 12);
    options.highlevel = twin::highlevel::Settings::unhindered();
    options.mygadgetrepairs.throttle_per_minute = None;
    let at = runtime.block_on(twin::start(options)).unwrap();
    Twins { at, runtime }
}

/// A folder in which the binary runs.
pub struct Place {
    pub folder: TempDir,
}

/// What a command did.
pub struct Ran {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl Ran {
    pub fn of(output: &Output) -> Self {
        Self {
            code: output.status.code().unwrap_or(-1),
            out: String::from_utf8_lossy(&output.stdout).into_owned(),
            err: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }

    pub fn json(&self) -> Value {
        serde_json::from_str(&self.out)
            .unwrap_or_else(|why| panic!("{why}: {}\n{}", self.out, self.err))
    }

    /// Asserts the exit status, with everything that was said.
    #[track_caller]
    pub fn with(self, code: i32) -> Self {
        assert_eq!(
            self.code, code,
            "stdout: {}\nstderr: {}",
            self.out, self.err
        );
        self
    }

    #[track_caller]
    pub fn says(self, part: &str) -> Self {
        assert!(self.err.contains(part), "no `{part}` in: {}", self.err);
        self
    }
}

impl Place {
    pub fn empty() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
        }
    }

    /// A place whose configuration leads to the twins.
    pub fn at(twins: &Twins) -> Self {
        let place = Self::empty();
        place.configure(&twins.at.highlevel_url(), &twins.at.mygadgetrepairs_url());
        place
    }

    pub fn configure(&self, highlevel: &str, mygadgetrepairs: &str) {
        self.write(
            "repairbridge.toml",
            &format!(
                "[server]\nlisten = \"127.0.0.1:0\"\n[highlevel]\nbase_url = \"{highlevel}\"\nrequests_per_10s = 0\n\
                 [mygadgetrepairs]\nbase_url = \"{mygadgetrepairs}\"\nrequests_per_minute = 0\n[sync]\nindex_lag_seconds = 0\nlisten_seconds = 0\n"
            ),
        );
    }

    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    pub fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.path().join(name);
        std::fs::write(&path, text).unwrap();
        path
    }

    pub fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_repairbridge"));
        command
            .current_dir(self.path())
            .args(words)
            .timeout(Duration::from_secs(120));
        for (name, _) in std::env::vars() {
            if name.starts_with("REPAIRBRIDGE_") || name == "RUST_LOG" {
                command.env_remove(name);
            }
        }
        command
    }

    pub fn run(&self, words: &[&str]) -> Ran {
        Ran::of(&self.command(words).output().unwrap())
    }

    /// A shop `main` with these credentials.
    pub fn with_shop(self, location: &str, token: &str, key: &str) -> Self {
        self.run(&["shop", "add", "main", "--location", location])
            .with(0);
        let token = self.write("token", &format!("{token}\n"));
        self.run(&[
            "connect",
            "highlevel",
            "main",
            "--token-file",
            token.to_str().unwrap(),
        ])
        .with(0);
        let key = Ran::of(
            &self
                .command(&["connect", "mygadgetrepairs", "main", "--key-file", "-"])
                .write_stdin(format!("  {key}\n"))
                .output()
                .unwrap(),
        );
        key.with(0);
        self
    }
}
