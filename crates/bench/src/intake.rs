//! Webhooks in: how many are kept in a second and how fast each is answered, beside a bare handler in the same run.

use crate::apart;
use crate::figures::{Figures, mebibytes};
use crate::load::{self, Answered, quantile};
use crate::prepared::{self, LOCATION};
use crate::service::{Service, Settings};
use crate::signed::Signer;
use anyhow::{Result, ensure};
use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

/// Of what the bare handler takes in a second.
const LEAST_SHARE: f64 = 0.8;
/// Within which nearly every webhook is answered.
const MOST_P99: Duration = Duration::from_millis(20);
/// What a million waiting signals may change.
const MOST_CHANGE: f64 = 0.1;

/// How long and how often.
#[derive(Clone, Copy)]
pub(crate) struct Sizes {
    /// Of one load.
    pub(crate) time: Duration,
    /// Of one load, in case that it is faster.
    pub(crate) requests: u64,
    /// Loads of each, in turns.
    pub(crate) rounds: usize,
    /// Signals in a full queue.
    pub(crate) waiting: u64,
}

/// One load.
pub(crate) struct Round {
    pub(crate) count: usize,
    pub(crate) per_second: f64,
    pub(crate) median: Duration,
    pub(crate) p99: Duration,
    memory: u64,
}

impl Round {
    fn of(answered: &Answered, memory: u64) -> Self {
        Self {
            count: answered.count,
            per_second: answered.per_second,
            median: answered.within(0.5),
            p99: answered.within(0.99),
            memory,
        }
    }

    /// Whatever was answered must be there, so many, although the process was killed.
    pub(crate) fn is_kept(&self, kept: usize) -> Result<()> {
        ensure!(
            kept >= self.count,
            "{} webhooks were answered, but {kept} are kept",
            self.count
        );
        Ok(())
    }
}

/// What loads have in common. No event is sent twice.
pub(crate) struct Loads {
    signer: Signer,
    sizes: Sizes,
    sent: u64,
}

impl Loads {
    pub(crate) fn new(sizes: Sizes) -> Result<Self> {
        Ok(Self {
            signer: Signer::new()?,
            sizes,
            sent: 0,
        })
    }

    async fn send(&mut self, to: SocketAddr, connections: usize) -> Result<Answered> {
        let numbers = self.sent..self.sent + self.sizes.requests;
        self.sent = numbers.end;
        let requests = self.signer.requests(LOCATION, numbers);
        load::send(to, requests, connections, self.sizes.time).await
    }

    async fn ours(&mut self, folder: &Path, connections: usize) -> Result<Round> {
        self.ours_on(folder, None, connections).await
    }

    /// The service on the database in a folder, or on one at an address.
    pub(crate) async fn ours_on(
        &mut self,
        folder: &Path,
        store: Option<&str>,
        connections: usize,
    ) -> Result<Round> {
        let key = self.signer.public_key();
        let settings = Settings {
            store,
            ..Settings::alone(&key)
        };
        let service = Service::start(folder, &settings).await?;
        let answered = self.send(service.address, connections).await?;
        let round = Round::of(&answered, service.memory()?);
        service.stop().await?;
        Ok(round)
    }

    async fn bare(&mut self, connections: usize) -> Result<Round> {
        let folder = tempfile::tempdir()?;
        let database = folder.path().join("bare.db").display().to_string();
        let arguments = ["bare".to_owned(), database, self.signer.public_key()];
        let (mut process, address) = apart::going_on(&arguments).await?;
        let answered = self.send(address, connections).await?;
        process.kill().await?;
        Ok(Round::of(&answered, 0))
    }
}

impl Figures {
    /// The rate beside that of a bare handler, in turns.
    pub(crate) async fn intake(&mut self, sizes: Sizes) -> Result<()> {
        let mut loads = Loads::new(sizes)?;
        for connections in [10, 100] {
            let name = format!("webhooks of 1 KiB, {connections} connections");
            eprintln!("{name} ...");
            let (mut ours, mut bare) = (Vec::new(), Vec::new());
            for _ in 0..sizes.rounds {
                let folder = tempfile::tempdir()?;
                prepared::paused_shop(folder.path(), 0).await?;
                let round = loads.ours(folder.path(), connections).await?;
                round.is_kept(prepared::waiting(folder.path()).await?)?;
                ours.push(round);
                bare.push(loads.bare(connections).await?);
            }
            self.say(&name, "kept a second", &rates(&ours));
            self.say(&name, "bare handler", &rates(&bare));
            let ratios: Vec<f64> = ours
                .iter()
                .zip(&bare)
                .map(|(ours, bare)| ours.per_second / bare.per_second)
                .collect();
            self.held_beside(&name, "next to the bare handler", &ratios, LEAST_SHARE);
            let times = |rounds: &[Round]| {
                let p99: Vec<Duration> = rounds.iter().map(|round| round.p99).collect();
                let half: Vec<Duration> = rounds.iter().map(|round| round.median).collect();
                (median(&half), median(&p99))
            };
            let ((half, p99), of_bare) = (times(&ours), times(&bare));
            self.held(
                &name,
                "answered, median / p99",
                &format!(
                    "{} / {} (bare {} / {})",
                    milliseconds(half),
                    milliseconds(p99),
                    milliseconds(of_bare.0),
                    milliseconds(of_bare.1)
                ),
                &format!("p99 < {}", milliseconds(MOST_P99)),
                p99 < MOST_P99,
            );
        }
        Ok(())
    }

    /// A share of what something else does in the same run, at least so much in the middle of the rounds.
    pub(crate) fn held_beside(&mut self, name: &str, figure: &str, ratios: &[f64], least: f64) {
        let ratio = median(ratios);
        let all = each(ratios, |ratio| percent(*ratio));
        self.held(
            name,
            figure,
            &format!("{} {all}", percent(ratio)),
            &format!(">= {}", percent(least)),
            ratio >= least,
        );
    }

    /// The same with many signals that wait already, beside an empty queue, in turns.
    pub(crate) async fn waiting(&mut self, sizes: Sizes) -> Result<()> {
        const CONNECTIONS: usize = 100;
        let name = format!("{} signals waiting", sizes.waiting);
        eprintln!("{name} ...");
        let mut loads = Loads {
            signer: Signer::new()?,
            sizes,
            // Other numbers than those that wait.
            sent: sizes.waiting,
        };
        let full_folder = tempfile::tempdir()?;
        prepared::paused_shop(full_folder.path(), sizes.waiting).await?;
        let (mut full, mut empty) = (Vec::new(), Vec::new());
        for _ in 0..sizes.rounds {
            let folder = tempfile::tempdir()?;
            prepared::paused_shop(folder.path(), 0).await?;
            empty.push(loads.ours(folder.path(), CONNECTIONS).await?);
            full.push(loads.ours(full_folder.path(), CONNECTIONS).await?);
        }
        self.say(&name, "kept a second", &rates(&full));
        self.say(&name, "empty queue", &rates(&empty));
        let compare = |of: fn(&Round) -> f64| {
            let pairs = full.iter().zip(&empty);
            pairs
                .map(|(full, empty)| of(full) / of(empty))
                .collect::<Vec<f64>>()
        };
        let rates = compare(|round| round.per_second);
        self.held_beside(
            &name,
            "rate next to an empty queue",
            &rates,
            1.0 - MOST_CHANGE,
        );
        let memory = median(&compare(|round| round.memory as f64));
        let bytes = |rounds: &[Round]| {
            let all: Vec<u64> = rounds.iter().map(|round| round.memory).collect();
            mebibytes(median(&all))
        };
        let most = 1.0 + MOST_CHANGE;
        self.held(
            &name,
            "memory next to an empty queue",
            &format!("{} ({} / {})", percent(memory), bytes(&full), bytes(&empty)),
            &format!("<= {}", percent(most)),
            memory <= most,
        );
        Ok(())
    }
}

pub(crate) fn median<T: Copy + Default + PartialOrd>(values: &[T]) -> T {
    let mut sorted = values.to_vec();
    sorted.sort_by(|one, other| one.partial_cmp(other).unwrap_or(std::cmp::Ordering::Equal));
    quantile(&sorted, 0.5)
}

pub(crate) fn milliseconds(time: Duration) -> String {
    format!("{:.1} ms", time.as_secs_f64() * 1000.0)
}

pub(crate) fn rates(rounds: &[Round]) -> String {
    let rates: Vec<f64> = rounds.iter().map(|round| round.per_second).collect();
    format!(
        "{:.0} {}",
        median(&rates),
        each(&rates, |rate| format!("{rate:.0}"))
    )
}

pub(crate) fn each<T>(values: &[T], show: impl Fn(&T) -> String) -> String {
    let all: Vec<String> = values.iter().map(show).collect();
    format!("({})", all.join(", "))
}

fn percent(share: f64) -> String {
    format!("{:.0} %", share * 100.0)
}
