//! Playing one schedule to its end.

use crate::check::{Evidence, digest, true_answer};
use crate::clock::Cut;
use crate::draw::Schedule;
use crate::stage::{Arena, End, SHOP, Stage, runtime};
use crate::step::Step;
use crate::{Counts, Outcome, Setting, Trouble, Violation};
use app::{Answer, SyncOptions, Tally};
use domain::{Side, Timestamp};
use store::ReviewKind;
use twin::{FaultProfile, LoggedRequest};

/// Rounds in which everything must have come to rest.
const ROUNDS: usize = 40;
/// Writes for each record and each act that are well founded: the counterpart, what hangs on it, a second look.
const WRITES_EACH: u64 = 4;

/// Plays a schedule.
pub(crate) fn play(
    arena: &Arena,
    schedule: &Schedule,
    setting: &Setting,
) -> Result<Outcome, Trouble> {
    let runtime = runtime()?;
    let outcome = runtime.block_on(async {
        let stage = Stage::set(arena, schedule, setting).await?;
        let began = stage.clock.look();
        let mut play = Play {
            stage,
            counts: Counts::default(),
            began,
            locked: 0,
            paused: false,
            cut_off: false,
            unheard: Vec::new(),
            told: Vec::new(),
        };
        let violation = play.run(schedule).await?.err();
        play.into_outcome(schedule.seed, violation).await
    });
    runtime.shutdown_background();
    outcome
}

/// What a part of a play comes to: something that does not hold, or nothing.
type Held<T = ()> = Result<Result<T, Violation>, Trouble>;

struct Play {
    stage: Stage,
    counts: Counts,
    began: Timestamp,
    /// Lock-outs that the schedule brought about.
    locked: u64,
    paused: bool,
    /// Whether any pass was, so that a complete reading may be half done.
    cut_off: bool,
    unheard: Vec<String>,
    /// Steps as they were played, with their instants.
    told: Vec<(String, String)>,
}

/// Goes on when all held, and answers at once when something did not.
macro_rules! held {
    ($play:expr) => {
        match $play {
            Ok(value) => value,
            Err(violation) => return Ok(Err(violation)),
        }
    };
}

impl Play {
    async fn run(&mut self, schedule: &Schedule) -> Held {
        for step in &schedule.steps {
            self.counts.steps += 1;
            self.told
                .push((stamp(self.stage.clock.look()), format!("-- {step}")));
            held!(self.step(step).await?);
            self.stage.clock.pass(2);
        }
        held!(self.come_to_rest().await?);
        let evidence = Evidence::gather(&self.stage).await?;
        held!(evidence.judge(&self.stage.people));
        held!(self.limits(schedule));
        held!(self.quiet());
        Ok(self.bounded())
    }

    async fn step(&mut self, step: &Step) -> Held {
        match step {
            Step::Person(act) => {
                let now = self.stage.clock.look();
                self.stage.people.act(&self.stage.twins, act, now);
            }
            Step::Pass { approve, live } => {
                let options = SyncOptions {
                    approve: *approve,
                    live: *live,
                    ..SyncOptions::default()
                };
                held!(self.pass(options, false, None).await?);
            }
            Step::Sweep => {
                held!(self.pass(SyncOptions::default(), true, None).await?);
            }
            Step::Crash { at, sweep } => {
                let options = SyncOptions {
                    approve: true,
                    live: false,
                    ..SyncOptions::default()
                };
                held!(self.pass(options, *sweep, Some(*at)).await?);
            }
            Step::Freeze { at, sweep, late } => held!(self.freeze(*at, *sweep, *late).await?),
            Step::Faults { side, profile } => {
                self.stage.line(*side, named(profile)?);
                *self
                    .counts
                    .bad_lines
                    .entry((*profile).to_owned())
                    .or_default() += 1;
            }
            Step::Calm(side) => self.stage.line(*side, FaultProfile::none()),
            Step::Offline(side) => {
                let vendor = crate::stage::vendor(*side);
                self.stage.twins.set_offline(vendor, true);
            }
            Step::Wait { seconds } => self.stage.clock.pass(*seconds),
            Step::Answer { pick } => self.answer(*pick).await?,
            Step::LoseKey(side) => self.stage.lose_key(*side).await?,
            Step::NewKey(side) => self.stage.enter_key(*side).await?,
            Step::LockOut { seconds } => {
                self.stage.twins.mygadgetrepairs().lock_out(*seconds);
                self.locked += 1;
            }
            Step::Pause => self.pause(true).await?,
            Step::Resume => self.pause(false).await?,
            Step::Deliver => held!(self.deliver().await),
            Step::QuickPass { dies_at } => {
                let options = SyncOptions {
                    live: true,
                    signals_only: true,
                    ..SyncOptions::default()
                };
                held!(self.pass(options, false, *dies_at).await?);
            }
        }
        Ok(Ok(()))
    }

    async fn deliver(&mut self) -> Result<(), Violation> {
        let arrived = self.stage.deliver().await?;
        self.counts.webhooks += arrived.kept;
        self.counts.forgeries += arrived.refused;
        Ok(())
    }

    async fn pause(&mut self, paused: bool) -> Result<(), Trouble> {
        self.stage.clock.begin(None);
        self.stage.app.pause_shop(SHOP, paused).await?;
        self.paused = paused;
        Ok(())
    }

    /// A pass to its end, whatever the end is; nothing where it ended early.
    async fn pass(
        &mut self,
        options: SyncOptions,
        sweep: bool,
        dies_at: Option<u64>,
    ) -> Held<Option<Box<Tally>>> {
        self.counts.passes += 1;
        match self.stage.pass(options, sweep, dies_at).await {
            End::Done(Ok(tally)) => {
                self.unheard.clone_from(&tally.reasons);
                Ok(Ok(Some(tally)))
            }
            End::Cut(Cut::Crash) => {
                self.counts.crashes += 1;
                self.cut_off = true;
                self.stage.restart().await?;
                Ok(Ok(None))
            }
            end => Ok(self.ended_early(end).map(|()| None)),
        }
    }

    /// A pass that freezes; one of another node; and what the first does when it wakes: nothing.
    async fn freeze(&mut self, at: u64, sweep: bool, late: i64) -> Held {
        let options = SyncOptions {
            approve: true,
            ..SyncOptions::default()
        };
        self.counts.passes += 1;
        let frozen = match self.stage.frozen_pass(options, sweep, at, late).await? {
            Ok(frozen) => frozen,
            // It was over before.
            Err(end) => return Ok(self.ended_early(end)),
        };
        self.counts.freezes += 1;
        self.cut_off = true;
        held!(self.pass(options, sweep, None).await?);
        let before = self.stage.requests();
        let end = self.stage.thaw(frozen).await;
        let after = self.stage.requests();
        if after != before {
            return Ok(Err(Violation::new(
                "invariant_2_no_duplicates",
                "a node that was taken for dead asks nothing of a vendor any more",
                format!("it asked {} times when it woke", after - before),
            )));
        }
        if matches!(end, End::Done(Ok(_))) {
            return Ok(Err(Violation::new(
                "invariant_2_no_duplicates",
                "a node that was taken for dead does not finish what it was at",
                "its pass came to a good end",
            )));
        }
        Ok(self.ended_early(end))
    }

    /// A pass that did not come to its end. Where it says why, that is no trouble.
    fn ended_early(&mut self, end: End) -> Result<(), Violation> {
        match end {
            End::Done(Err(error)) => {
                let words = error.to_string();
                if words.is_empty() {
                    return Err(Violation::new(
                        "invariant_12_visible_failures",
                        "a pass that ends early says why",
                        "it says nothing",
                    ));
                }
                self.unheard = vec![words];
                self.cut_off = true;
                Ok(())
            }
            End::Cut(Cut::Endless) => Err(Violation::new(
                "invariant_5_converges",
                "a pass comes to an end",
                "it goes round in circles",
            )),
            End::Panic(words) => Err(Violation::new(
                "no_panic",
                "no panic",
                format!("a pass panicked: {words}"),
            )),
            End::Done(Ok(_)) | End::Cut(Cut::Crash) => Ok(()),
        }
    }

    /// A person answers a question, mostly as the truth is.
    async fn answer(&mut self, pick: u32) -> Result<(), Trouble> {
        self.stage.clock.begin(None);
        let lines = self.stage.app.reviews(SHOP).await?;
        if lines.is_empty() {
            return Ok(());
        }
        let line = &lines[pick as usize % lines.len()];
        let answer = if line.what == ReviewKind::Conflict {
            Answer::Accept {
                candidate: None,
                side: Some(Side::BOTH[pick as usize % 2]),
            }
        } else {
            let journal = self
                .stage
                .app
                .store()
                .journal_after(self.stage.shop.id, 0, u32::MAX)
                .await?;
            true_answer(&self.stage.people, &journal, line)
        };
        // A question that has answered itself meanwhile is refused with words; then there is nothing to do.
        if self.stage.app.answer(SHOP, line.id, answer).await.is_ok() {
            self.counts.answers += 1;
        }
        Ok(())
    }

    /// Lines and keys are good again, nobody edits any more: passes until nothing is written.
    async fn come_to_rest(&mut self) -> Held {
        for side in Side::BOTH {
            self.stage.line(side, FaultProfile::none());
            self.stage.enter_key(side).await?;
        }
        self.pause(false).await?;
        let options = SyncOptions {
            approve: true,
            live: false,
            ..SyncOptions::default()
        };
        let mut quiet = 0;
        let mut waits = [200, 200, 400, 900, 1_800, 3_600, 14_400, 43_200]
            .into_iter()
            .chain(std::iter::repeat(100_000));
        for round in 0..ROUNDS {
            self.counts.rounds = self.counts.rounds.max(round as u64 + 1);
            held!(self.deliver().await);
            let before = self.writes();
            // Every other reading is complete, so that what polls miss is found.
            let tally = held!(self.pass(options, round % 2 == 1, None).await?);
            let finished = tally.is_some_and(|tally| tally.finished);
            let rests = finished && self.writes() == before;
            quiet = if rests { quiet + 1 } else { 0 };
            // The first complete reading may only end one that was cut off, whose first pages are old by now.
            let enough = if self.cut_off { 4 } else { 2 };
            if quiet == enough {
                return Ok(Ok(()));
            }
            self.stage.clock.pass(waits.next().unwrap_or(0));
        }
        Ok(Err(Violation::new(
            "invariant_5_converges",
            format!("both sides rest after {ROUNDS} passes"),
            format!(
                "they do not: {:?}; last writes: {:?}",
                self.unheard,
                self.last_writes()
            ),
        )))
    }

    /// Writes that were carried out.
    fn writes(&self) -> u64 {
        let asked = Side::BOTH.into_iter().map(|side| self.stage.asked(side));
        asked.flatten().filter(is_carried_out).count() as u64
    }

    fn last_writes(&self) -> Vec<String> {
        let asked = Side::BOTH.into_iter().map(|side| self.stage.asked(side));
        let mut writes: Vec<LoggedRequest> = asked.flatten().filter(is_write).collect();
        writes.sort_by(|one, other| one.time.cmp(&other.time));
        let newest = writes.iter().rev().take(4);
        newest
            .map(|entry| {
                format!(
                    "{} {} {} {:?}",
                    entry.time, entry.method, entry.path, entry.status
                )
            })
            .collect()
    }

    fn limits(&self, schedule: &Schedule) -> Result<(), Violation> {
        if !schedule.limits {
            return Ok(());
        }
        let (left, right) = (
            self.stage.twins.highlevel().violations(),
            self.stage.twins.mygadgetrepairs().limits(),
        );
        if left == 0 && right.violations == 0 && right.lockouts == self.locked {
            return Ok(());
        }
        Err(Violation::new(
            "invariant_6_within_budget",
            "no request over a limit, no lock-out of our making",
            format!(
                "{left} over HighLevel's limit, {} over MyGadgetRepairs', {} lock-outs",
                right.violations,
                right.lockouts - self.locked
            ),
        ))
    }

    /// Nothing was done that sends messages: no tags, no workflows, no booking with a message. What people book may.
    fn quiet(&self) -> Result<(), Violation> {
        let automations = self.stage.twins.highlevel().automations(0);
        let loud = automations
            .iter()
            .find(|automation| match automation["trigger"].as_str() {
                Some("contact_created") => false,
                Some("appointment_booked") => automation["by"] == "INTEGRATION",
                _ => true,
            });
        loud.map_or(Ok(()), |automation| {
            Err(Violation::new(
                "invariant_8_quiet_history",
                "no message is caused",
                automation.to_string(),
            ))
        })
    }

    /// Writes are in proportion to what people did, with one more for each that was lost or cut off.
    fn bounded(&mut self) -> Result<(), Violation> {
        let people = &self.stage.people;
        let ground = people.at_start + people.acts;
        let writes = self.writes();
        let asked = Side::BOTH.into_iter().map(|side| self.stage.asked(side));
        let faults = asked
            .flatten()
            .filter(|entry| entry.fault.is_some())
            .count() as u64;
        self.counts.amplification = writes as f64 / ground.max(1) as f64;
        let most =
            ground * WRITES_EACH + faults + (self.counts.crashes + self.counts.freezes) * 24 + 4;
        if writes <= most {
            return Ok(());
        }
        Err(Violation::new(
            "writes_bounded",
            format!("at most {most} writes for {ground} records and acts"),
            format!("{writes}"),
        ))
    }

    async fn into_outcome(
        mut self,
        seed: u64,
        violation: Option<Violation>,
    ) -> Result<Outcome, Trouble> {
        let evidence = Evidence::gather(&self.stage).await?;
        self.counts.acts = self.stage.people.acts;
        self.counts.writes = self.writes();
        self.counts.webhooks_lost = self.stage.twins.highlevel().webhooks().counters.dropped;
        for side in Side::BOTH {
            for entry in self.stage.asked(side) {
                self.counts.requests += 1;
                if let Some(fault) = entry.fault {
                    *self.counts.faults.entry(fault.to_owned()).or_default() += 1;
                }
            }
        }
        self.counts.notes_told = evidence.notes.told();
        self.counts.merges = self.stage.people.joined.len() as u64;
        self.counts.appointments = evidence.appointments();
        for line in &evidence.reviews {
            let count = match line.what {
                ReviewKind::Conflict => &mut self.counts.conflicts,
                _ => &mut self.counts.reviews,
            };
            *count += 1;
        }
        let failed = evidence.intents.iter();
        let stuck = failed
            .filter(|intent| intent.code.is_some() && intent.state != store::IntentState::Done);
        self.counts.stuck = stuck.count() as u64;
        let digest = digest(&evidence, self.began);
        let account = if violation.is_some() {
            self.account(&evidence)
        } else {
            Vec::new()
        };
        self.stage.app.store().clone().close().await;
        Ok(Outcome {
            seed,
            digest,
            counts: self.counts,
            violation,
            account,
        })
    }

    /// The journal and the writes, in order.
    fn account(&self, evidence: &Evidence) -> Vec<String> {
        let mut lines: Vec<(String, String)> = self.told.clone();
        for row in &evidence.journal {
            let text = format!(
                "journal {} {:?} {:?} {} {}",
                row.event,
                row.kind,
                row.record.as_ref().map(ToString::to_string),
                row.counterpart
                    .as_ref()
                    .map(ToString::to_string)
                    .unwrap_or_default(),
                row.detail
            );
            lines.push((stamp(row.at), text));
        }
        for side in Side::BOTH {
            let writes = self.stage.asked(side).into_iter().filter(is_write);
            lines.extend(writes.map(|entry| {
                let text = format!(
                    "{} {} {:?} {:?}",
                    entry.method, entry.path, entry.status, entry.fault
                );
                let at = entry.time.parse().map_or(entry.time, stamp);
                (at, text)
            }));
        }
        lines.sort_by(|one, other| one.0.cmp(&other.0));
        lines
            .into_iter()
            .map(|(at, text)| format!("{at} {text}"))
            .collect()
    }
}

fn stamp(at: Timestamp) -> String {
    let millis = at.as_millisecond();
    Timestamp::from_millisecond(millis).map_or_else(|_| String::new(), |at| format!("{at:.3}"))
}

fn named(profile: &str) -> Result<FaultProfile, Trouble> {
    profile
        .parse()
        .map_err(|why: twin::FaultProfileError| Trouble::Folder(why.to_string()))
}

fn is_write(entry: &LoggedRequest) -> bool {
    entry.method != "GET" && !entry.path.ends_with("/search")
}

fn is_carried_out(entry: &LoggedRequest) -> bool {
    let answered = entry.status.is_none_or(|status| status < 300);
    is_write(entry)
        && answered
        && !matches!(
            entry.fault,
            Some("error" | "reset" | "throttled" | "offline")
        )
}
