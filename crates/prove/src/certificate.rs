//! The certificate: what was played, what came of it, and a digest by which another machine can compare.

use crate::{Counts, Failure, Outcome};
use serde::Serialize;
use std::collections::BTreeMap;
use std::time::Duration;

/// What many schedules came to.
#[derive(Clone, Debug, Serialize)]
pub struct Certificate {
    /// The version of the engine.
    pub version: &'static str,
    /// The shop whose rules were used; nothing for the default ones.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shop: Option<String>,
    /// The first seed.
    pub first_seed: u64,
    /// The last seed.
    pub last_seed: u64,
    /// Schedules played.
    pub schedules: u64,
    /// Steps played.
    pub steps: u64,
    /// What people did.
    pub acts: u64,
    /// Of these, contacts that were merged into others.
    pub merges: u64,
    /// Passes.
    pub passes: u64,
    /// Passes whose process was killed.
    pub crashes: u64,
    /// Nodes that froze, were taken for dead, and woke.
    pub freezes: u64,
    /// Webhooks of both vendors that arrived and were kept, doubles among them.
    pub webhooks: u64,
    /// Webhooks of HighLevel that never arrived.
    pub webhooks_lost: u64,
    /// Webhooks that no vendor sent, refused.
    pub forgeries: u64,
    /// Requests to both vendors.
    pub requests: u64,
    /// Of these, writes that were carried out.
    pub writes: u64,
    /// Notes of contacts that were told on tickets, each on each.
    pub notes_told: u64,
    /// Appointments that stood on both sides at the end, as pairs.
    pub appointments: u64,
    /// Requests that something befell, by what.
    pub faults: BTreeMap<String, u64>,
    /// Fields about which a person was still asked at the end.
    pub conflicts: u64,
    /// People about whom a person was still asked at the end.
    pub reviews: u64,
    /// Questions that were answered.
    pub answers: u64,
    /// Writes that were held or failed at the end, each with its reason.
    pub stuck: u64,
    /// Most passes that a schedule needed to come to rest, once lines and keys were good.
    pub most_rounds: u64,
    /// Most writes for each record and act.
    pub worst_amplification: f64,
    /// The schedule in which that was.
    pub worst_seed: u64,
    /// Schedules in which something did not hold.
    pub violations: u64,
    /// The first of them, shrunk.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub failures: Vec<Failure>,
    /// Seconds that it took.
    pub seconds: f64,
    /// Milliseconds for each schedule and thread.
    pub schedule_ms: f64,
    /// BLAKE3 over the digests of all schedules in the order of their seeds.
    pub digest: String,
}

impl Certificate {
    pub(crate) fn of(
        outcomes: &[Outcome],
        failures: Vec<Failure>,
        shop: Option<String>,
        took: Duration,
        threads: usize,
    ) -> Self {
        let mut hash = blake3::Hasher::new();
        let mut all = Counts::default();
        let mut worst = (0.0, 0);
        for outcome in outcomes {
            hash.update(outcome.digest.as_bytes());
            all.add(&outcome.counts);
            if outcome.counts.amplification > worst.0 {
                worst = (outcome.counts.amplification, outcome.seed);
            }
        }
        let schedules = outcomes.len() as u64;
        let violations = outcomes
            .iter()
            .filter(|one| one.violation.is_some())
            .count() as u64;
        Self {
            version: env!("CARGO_PKG_VERSION"),
            shop,
            first_seed: outcomes.first().map_or(0, |outcome| outcome.seed),
            last_seed: outcomes.last().map_or(0, |outcome| outcome.seed),
            schedules,
            steps: all.steps,
            acts: all.acts,
            merges: all.merges,
            passes: all.passes,
            crashes: all.crashes,
            freezes: all.freezes,
            webhooks: all.webhooks,
            webhooks_lost: all.webhooks_lost,
            forgeries: all.forgeries,
            requests: all.requests,
            writes: all.writes,
            notes_told: all.notes_told,
            appointments: all.appointments,
            faults: all.faults,
            conflicts: all.conflicts,
            reviews: all.reviews,
            answers: all.answers,
            stuck: all.stuck,
            most_rounds: all.rounds,
            worst_amplification: (worst.0 * 100.0_f64).round() / 100.0,
            worst_seed: worst.1,
            violations,
            failures,
            seconds: (took.as_secs_f64() * 10.0).round() / 10.0,
            schedule_ms: (took.as_secs_f64() * 1e4 * threads as f64 / schedules.max(1) as f64)
                .round()
                / 10.0,
            digest: hash.finalize().to_hex().to_string(),
        }
    }

    /// Whether everything held.
    #[must_use]
    pub const fn holds(&self) -> bool {
        self.violations == 0
    }

    /// For people.
    #[must_use]
    pub fn lines(&self) -> Vec<String> {
        let faults: Vec<String> = self
            .faults
            .iter()
            .map(|(what, count)| format!("{count} {what}"))
            .collect();
        let rules = self.shop.as_ref().map_or_else(
            || "the default rules, in some shops with appointments both ways".to_owned(),
            |shop| format!("the rules of the shop `{shop}`"),
        );
        let verdict = if self.holds() {
            "nothing was lost, doubled or left differing in silence".to_owned()
        } else {
            format!("{} schedules BROKE an invariant", self.violations)
        };
        let mut lines: Vec<String> = self.failures.iter().flat_map(Failure::lines).collect();
        lines.extend([
            format!("Repairbridge {}: {verdict}", self.version),
            format!(
                "{} schedules, seeds {} to {}, under {rules}",
                self.schedules, self.first_seed, self.last_seed
            ),
            format!(
                "{} steps: {} acts of people ({} merges of contacts), {} passes, {} of them killed on the way and {} on a node that froze and woke, {} questions answered",
                self.steps, self.acts, self.merges, self.passes, self.crashes, self.freezes, self.answers
            ),
            format!(
                "{} webhooks kept; {} of HighLevel's never arrived; {} forged ones refused",
                self.webhooks, self.webhooks_lost, self.forgeries
            ),
            format!(
                "{} requests; befallen by: {}",
                self.requests,
                if faults.is_empty() { "nothing".to_owned() } else { faults.join(", ") }
            ),
            format!(
                "{} writes, {} notes told, {} appointments on both sides; at worst {} for each record and act (seed {}); at most {} passes to come to rest",
                self.writes, self.notes_told, self.appointments, self.worst_amplification, self.worst_seed, self.most_rounds
            ),
            format!(
                "left for people: {} values, {} identities, {} writes held or failed with their reasons",
                self.conflicts, self.reviews, self.stuck
            ),
            format!("{} s, {} ms for each schedule and thread", self.seconds, self.schedule_ms),
            format!("digest {}", self.digest),
        ]);
        lines
    }
}
