//! Simulation with a certificate: the real engine, store and queue against both twins, in recorded time, from a
//! seed. People edit on both sides, make appointments and merge contacts, lines fail, answers are lost, keys are
//! revoked, processes are killed, nodes freeze and wake; once it is quiet, what must always hold is judged by what the vendors really hold.
//!
//! A schedule is played on one thread, one thing after the other, with time and chance in our hands, so that a seed
//! leads to the same journal on every machine. Schedules are played side by side.

mod certificate;
mod check;
mod clock;
mod deliver;
mod draw;
mod notes;
mod people;
mod run;
mod shrink;
mod stage;
mod step;
mod truth;

pub use certificate::Certificate;
pub use deliver::Pushing;
pub use draw::{Diaries, Schedule};
pub use step::{Act, Deed, Step};

use mapping::Rules;
use serde::Serialize;
use stage::Arena;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// Failures that are shrunk and told; of the rest the number is enough.
const TOLD: usize = 3;

/// The shop whose own rules are used.
#[derive(Clone, Debug, Default)]
pub struct Setting {
    /// Its name, for the certificate.
    pub shop: Option<String>,
    /// Its rules; the default ones where left out.
    pub rules: Option<Rules>,
    /// Its country, where a person chose one.
    pub country: Option<String>,
    /// Its time zone, where a person chose one.
    pub zone: Option<String>,
}

/// What is to be played.
#[derive(Clone, Debug)]
pub struct Task {
    /// The first seed; the others follow.
    pub seed: u64,
    /// How many.
    pub schedules: u64,
    /// Played side by side.
    pub threads: usize,
    /// Whose rules.
    pub setting: Setting,
}

/// What happened in one schedule, or in many.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[expect(
    missing_docs,
    reason = "named as in the certificate, where each is explained"
)]
pub struct Counts {
    pub steps: u64,
    pub acts: u64,
    pub passes: u64,
    pub crashes: u64,
    /// Nodes that froze, were taken for dead, and woke.
    pub freezes: u64,
    pub rounds: u64,
    pub requests: u64,
    pub writes: u64,
    pub faults: BTreeMap<String, u64>,
    pub bad_lines: BTreeMap<String, u64>,
    pub conflicts: u64,
    pub reviews: u64,
    pub answers: u64,
    pub stuck: u64,
    pub webhooks: u64,
    pub webhooks_lost: u64,
    pub forgeries: u64,
    pub notes_told: u64,
    pub appointments: u64,
    pub merges: u64,
    pub amplification: f64,
}

impl Counts {
    fn add(&mut self, other: &Self) {
        self.steps += other.steps;
        self.acts += other.acts;
        self.passes += other.passes;
        self.crashes += other.crashes;
        self.freezes += other.freezes;
        self.rounds = self.rounds.max(other.rounds);
        self.requests += other.requests;
        self.writes += other.writes;
        for (what, count) in &other.faults {
            *self.faults.entry(what.clone()).or_default() += count;
        }
        for (what, count) in &other.bad_lines {
            *self.bad_lines.entry(what.clone()).or_default() += count;
        }
        self.conflicts += other.conflicts;
        self.reviews += other.reviews;
        self.answers += other.answers;
        self.stuck += other.stuck;
        self.webhooks += other.webhooks;
        self.webhooks_lost += other.webhooks_lost;
        self.forgeries += other.forgeries;
        self.notes_told += other.notes_told;
        self.appointments += other.appointments;
        self.merges += other.merges;
        self.amplification = self.amplification.max(other.amplification);
    }
}

/// Something that must always hold, and did not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Violation {
    /// Its name.
    pub invariant: &'static str,
    /// What must hold.
    pub expected: String,
    /// What was found.
    pub found: String,
}

impl Violation {
    pub(crate) fn new(
        invariant: &'static str,
        expected: impl Into<String>,
        found: impl Into<String>,
    ) -> Self {
        Self {
            invariant,
            expected: expected.into(),
            found: found.into(),
        }
    }
}

/// What one schedule came to.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Outcome {
    /// Its seed.
    pub seed: u64,
    /// BLAKE3 over journal, writes and questions.
    pub digest: String,
    /// What happened.
    pub counts: Counts,
    /// What did not hold.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub violation: Option<Violation>,
    /// What the engine and the vendors tell of it, in order; only where something did not hold.
    #[serde(skip)]
    pub account: Vec<String>,
}

/// A schedule in which something did not hold, and the shortest part of it in which that is still so.
#[derive(Clone, Debug, Serialize)]
pub struct Failure {
    /// Its seed.
    pub seed: u64,
    /// What did not hold.
    pub violation: Violation,
    /// All steps.
    pub steps: Vec<String>,
    /// The steps that matter.
    pub shrunk: Vec<String>,
    /// What happened in these, as engine and vendors tell it.
    pub account: Vec<String>,
    /// What does not hold in these.
    pub shrunk_violation: Option<Violation>,
    /// Plays it again.
    pub command: String,
}

impl Failure {
    fn lines(&self) -> Vec<String> {
        let mut lines = vec![
            format!(
                "seed {}: {} does not hold",
                self.seed, self.violation.invariant
            ),
            format!("  expected: {}", self.violation.expected),
            format!("  found:    {}", self.violation.found),
            format!("  {} steps, of which these matter:", self.steps.len()),
        ];
        lines.extend(self.shrunk.iter().map(|step| format!("    {step}")));
        lines.extend(self.account.iter().map(|line| format!("      {line}")));
        if let Some(violation) = &self.shrunk_violation {
            lines.push(format!("  there:    {}", violation.expected));
            lines.push(format!("  found:    {}", violation.found));
        }
        lines.push(format!("  again:    {}", self.command));
        lines
    }
}

/// Why nothing could be played.
#[derive(Debug, thiserror::Error)]
pub enum Trouble {
    /// The system refuses a folder, a thread or an address.
    #[error("the simulation cannot be set up: {0}")]
    Folder(String),
    /// The engine refuses something that is no pass.
    #[error(transparent)]
    App(#[from] app::AppError),
    /// The store refuses.
    #[error(transparent)]
    Store(#[from] store::StoreError),
    /// The vault refuses.
    #[error(transparent)]
    Vault(#[from] vault::VaultError),
    /// The twins do not start.
    #[error(transparent)]
    Twin(#[from] twin::TwinError),
}

/// Plays one schedule.
///
/// # Errors
/// When it cannot be set up.
pub fn play(schedule: &Schedule, setting: &Setting) -> Result<Outcome, Trouble> {
    run::play(&Arena::open()?, schedule, setting)
}

/// Plays many schedules and certifies what they came to. `took` tells how long it has taken so far; `told` hears of
/// each schedule.
///
/// # Errors
/// When a schedule cannot be set up.
pub fn prove(
    task: &Task,
    took: impl Fn() -> Duration,
    told: impl Fn(&Outcome) + Sync,
) -> Result<Certificate, Trouble> {
    let arena = Arena::open()?;
    let next = AtomicU64::new(0);
    let all: Mutex<Vec<Result<Outcome, Trouble>>> = Mutex::default();
    let work = || {
        loop {
            let number = next.fetch_add(1, Ordering::SeqCst);
            if number >= task.schedules {
                return;
            }
            let schedule = Schedule::drawn(task.seed.wrapping_add(number));
            let outcome = run::play(&arena, &schedule, &task.setting);
            if let Ok(outcome) = &outcome {
                told(outcome);
            } else {
                // Nobody else need begin.
                next.store(task.schedules, Ordering::SeqCst);
            }
            all.lock()
                .unwrap_or_else(PoisonError::into_inner)
                .push(outcome);
        }
    };
    let threads = task.threads.max(1);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(work);
        }
    });
    let all = all.into_inner().unwrap_or_else(PoisonError::into_inner);
    let mut outcomes = all.into_iter().collect::<Result<Vec<_>, _>>()?;
    outcomes.sort_by_key(|outcome| outcome.seed.wrapping_sub(task.seed));
    let played = took();
    let mut failures = Vec::new();
    for outcome in outcomes
        .iter()
        .filter(|one| one.violation.is_some())
        .take(TOLD)
    {
        failures.extend(failure(&arena, outcome, &task.setting)?);
    }
    let shop = task.setting.shop.clone();
    Ok(Certificate::of(&outcomes, failures, shop, played, threads))
}

fn failure(
    arena: &Arena,
    outcome: &Outcome,
    setting: &Setting,
) -> Result<Option<Failure>, Trouble> {
    let Some(violation) = outcome.violation.clone() else {
        return Ok(None);
    };
    let schedule = Schedule::drawn(outcome.seed);
    let short = shrink::shrink(arena, &schedule, setting, violation.invariant)?;
    let again = run::play(arena, &short, setting)?;
    let steps = |schedule: &Schedule| schedule.steps.iter().map(ToString::to_string).collect();
    let shop = setting
        .shop
        .as_ref()
        .map_or_else(String::new, |shop| format!(" {shop}"));
    Ok(Some(Failure {
        seed: outcome.seed,
        violation,
        steps: steps(&schedule),
        shrunk: steps(&short),
        account: again.account,
        shrunk_violation: again.violation,
        command: format!(
            "repairbridge prove{shop} --schedules 1 --seed {}",
            outcome.seed
        ),
    }))
}
