//! The service as people run it: the program `repairbridge`, from the same build as this one, in a process of its
//! own on a prepared database.

use crate::twins::Where;
use anyhow::{Context, Result, bail};
use serde::Deserialize;
use std::net::SocketAddr;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};
use tokio::time::Instant;

/// What the program reads, beside its database.
const CONFIG: &str = "bench.toml";
/// A start takes at most so long.
const PATIENCE: Duration = Duration::from_secs(20);

/// What the service is told beside its database.
pub(crate) struct Settings<'a> {
    pub(crate) twins: Option<&'a Where>,
    /// Its signatures count as HighLevel's.
    pub(crate) public_key: &'a str,
    pub(crate) poll_seconds: u32,
    /// Requests a minute that may go to the counter.
    pub(crate) counter_per_minute: u32,
    /// The address of a database on a server, instead of the one in the folder.
    pub(crate) store: Option<&'a str>,
}

impl<'a> Settings<'a> {
    /// For a shop that is paused, so that nobody asks its vendors.
    pub(crate) const fn alone(public_key: &'a str) -> Self {
        Self {
            twins: None,
            public_key,
            poll_seconds: 3600,
            counter_per_minute: 24,
            store: None,
        }
    }

    /// For a shop whose vendors are these, and whose polls are far apart.
    pub(crate) const fn beside(twins: &'a Where, public_key: &'a str) -> Self {
        Self {
            twins: Some(twins),
            public_key,
            poll_seconds: 3600,
            counter_per_minute: 30,
            store: None,
        }
    }
}

/// A running service. It ends with this.
pub(crate) struct Service {
    pub(crate) address: SocketAddr,
    /// From the start of the process until it said that it was ready.
    pub(crate) ready_after: Duration,
    process: Child,
}

#[derive(Deserialize)]
struct Listening {
    listening: SocketAddr,
}

#[derive(Deserialize)]
struct Added {
    setup_link: String,
}

/// The program on the database `bench.db` in a folder, with the settings that lie there.
fn program(folder: &Path) -> Result<Command> {
    let program = std::env::current_exe()?.with_file_name("repairbridge");
    if !program.exists() {
        bail!(
            "{} is missing; cargo build --release -p repairbridge makes it",
            program.display()
        );
    }
    let mut command = Command::new(program);
    command
        .arg("--config")
        .arg(folder.join(CONFIG))
        .arg("--json")
        .env("REPAIRBRIDGE_VAULT_KEY", "11".repeat(32))
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .kill_on_drop(true);
    Ok(command)
}

/// Adds an owner to the database, before a service is started on it. Answers the path, at the service, by which the
/// password is chosen.
pub(crate) async fn owner(folder: &Path, settings: &Settings<'_>, name: &str) -> Result<String> {
    std::fs::write(folder.join(CONFIG), text(folder, settings))?;
    let output = program(folder)?
        .args(["user", "add", name, "--role", "owner"])
        .output()
        .await?;
    let added: Added =
        serde_json::from_slice(&output.stdout).context("an owner cannot be added")?;
    let path = added
        .setup_link
        .split_once("://")
        .and_then(|(_, rest)| rest.split_once('/'))
        .map(|(_, path)| format!("/{path}"));
    path.context("the link has no path")
}

impl Service {
    /// Starts `serve` on the database `bench.db` in a folder.
    pub(crate) async fn start(folder: &Path, settings: &Settings<'_>) -> Result<Self> {
        std::fs::write(folder.join(CONFIG), text(folder, settings))?;
        let began = Instant::now();
        let mut process = program(folder)?
            .args(["serve", "--listen", "127.0.0.1:0"])
            .spawn()?;
        let out = process.stdout.take().context("the service has no output")?;
        let line = BufReader::new(out).lines().next_line().await?;
        let line = line.context("the service did not start; see its error above")?;
        let address = serde_json::from_str::<Listening>(&line)?.listening;
        let client = reqwest::Client::builder().build()?;
        let ready = format!("http://{address}/readyz");
        loop {
            let answer = client.get(&ready).send().await;
            if answer.is_ok_and(|answer| answer.status().is_success()) {
                break;
            }
            if began.elapsed() > PATIENCE {
                bail!("the service does not become ready");
            }
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        Ok(Self {
            address,
            ready_after: began.elapsed(),
            process,
        })
    }

    /// Resident memory, in bytes.
    pub(crate) fn memory(&self) -> Result<u64> {
        let status = std::fs::read_to_string(format!("{}/status", self.place()?))?;
        let kib = status.lines().find_map(|line| {
            let rest = line.strip_prefix("VmRSS:")?;
            rest.trim()
                .trim_end_matches("kB")
                .trim()
                .parse::<u64>()
                .ok()
        });
        Ok(kib.context("the system does not tell the memory of a process")? * 1024)
    }

    /// Processor time that all its threads have used.
    pub(crate) fn processor_time(&self) -> Result<Duration> {
        let mut sum = 0;
        for task in std::fs::read_dir(format!("{}/task", self.place()?))? {
            // A thread may end while the others are looked at.
            if let Ok(text) = std::fs::read_to_string(task?.path().join("schedstat")) {
                let used = text.split_whitespace().next().unwrap_or_default();
                sum += used.parse::<u64>().unwrap_or(0);
            }
        }
        Ok(Duration::from_nanos(sum))
    }

    /// Ends it, and waits until it is gone.
    pub(crate) async fn stop(mut self) -> Result<()> {
        self.process.kill().await?;
        Ok(())
    }

    fn place(&self) -> Result<String> {
        let id = self.process.id().context("the service has ended")?;
        Ok(format!("/proc/{id}"))
    }
}

fn text(folder: &Path, settings: &Settings<'_>) -> String {
    let database = match settings.store {
        Some(url) => url.to_owned(),
        None => format!("sqlite://{}", folder.join("bench.db").display()),
    };
    let (highlevel, counter) = settings.twins.map_or_else(
        // Nobody listens there, and nobody is asked: the shop is paused.
        || {
            (
                "http://127.0.0.1:1".to_owned(),
                "http://127.0.0.1:1/v1".to_owned(),
            )
        },
        |twins| (twins.highlevel.clone(), twins.mygadgetrepairs.clone()),
    );
    format!(
        "[store]\nurl = \"{database}\"\n\
         [highlevel]\nbase_url = \"{highlevel}\"\nwebhook_public_keys = [\"{}\"]\n\
         [mygadgetrepairs]\nbase_url = \"{counter}\"\nrequests_per_minute = {}\n\
         [sync]\npoll_seconds = {}\nindex_lag_seconds = 2\n",
        settings.public_key, settings.counter_per_minute, settings.poll_seconds,
    )
}
