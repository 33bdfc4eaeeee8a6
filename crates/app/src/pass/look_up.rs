//! Writes whose outcome is unknown, and writes that have to be read back.

use super::Pass;
use super::apply::{Outcome, TROUBLE};
use super::payload::Payload;
use crate::AppError;
use crate::ports::{Absence, Draft, Made, Port};
use domain::{Field, Kind, Lane, Record, Side, Timestamp};
use futures::StreamExt;
use serde_json::json;
use std::sync::atomic::Ordering;
use store::{Change, Intent, IntentOp, IntentState, Link};

/// Looked at in one go.
const AT_ONCE: u32 = 200;

/// Look-ups under way together. MyGadgetRepairs is asked one by one (mygadgetrepairs-api.md 9).
const fn at_once(side: Side) -> usize {
    match side {
        Side::HighLevel => 8,
        Side::MyGadgetRepairs => 1,
    }
}

impl Pass<'_> {
    /// Looks for records whose creation got no answer. Nothing is sent again before its absence is proved.
    pub(super) async fn look_up_unknown(&self, port: &dyn Port) -> Result<(), AppError> {
        let intents = self
            .store
            .intents(
                self.shop.id,
                IntentState::Unknown,
                Some(port.side()),
                AT_ONCE,
            )
            .await?;
        let now = self.now();
        let due: Vec<Intent> = intents
            .into_iter()
            .filter(|intent| intent.not_before <= now)
            .collect();
        let outcomes = futures::stream::iter(due)
            .map(|intent| async move { self.look_up(port, &intent).await })
            .buffer_unordered(self.at_once(at_once(port.side())));
        let in_vain = &self.looked_up_in_vain[port.side() as usize];
        self.commit_outcomes(outcomes, |outcome| match outcome.trouble.take() {
            None => in_vain.store(0, Ordering::Relaxed),
            Some(error) => {
                // The vendor is down: the rest is for a later pass, which looks them up first.
                if in_vain.fetch_add(1, Ordering::Relaxed) + 1 >= TROUBLE {
                    self.tally(|tally| tally.stop(error.to_string()));
                }
            }
        })
        .await
    }

    async fn look_up(&self, port: &dyn Port, intent: &Intent) -> Result<Outcome, AppError> {
        if intent.kind == Kind::Note && intent.op == IntentOp::Create {
            return self.look_up_note(port, intent).await;
        }
        let mut payload = Payload::read(intent);
        if intent.op != IntentOp::Create {
            // The next attempt looks whether this one arrived.
            payload.maybe_applied = true;
            return Ok(Outcome::of(vec![
                Change::Rewrite(intent.id, payload.to_json()),
                super::apply::progress(intent, IntentState::Ready),
            ]));
        }
        // Also where the source was deleted meanwhile: what was made of it must not be left without an owner, or it would
        // be taken for somebody new and made on the other side again. Linked, it is treated like any record whose
        // counterpart was deleted.
        let Some((source, draft)) = self.drafted(port, intent, &mut payload).await? else {
            return Ok(self.decide_anew(intent));
        };
        let now = self.now();
        let sent_at = intent.sent_at.unwrap_or(now);
        let finding = match port.find(&draft).await {
            Ok(finding) => finding,
            Err(error) => return Ok(self.unknown_still(intent, error)),
        };
        let mut perhaps_ours = Vec::new();
        for candidate in finding.candidates {
            if !self.is_new(&candidate, sent_at).await? {
                continue;
            }
            if self.is_what_was_sent(&candidate, &draft) {
                let made = Made {
                    id: candidate.id.clone(),
                    record: Some(candidate),
                };
                return self.made(intent, payload, &source, made);
            }
            if self.may_be_meant(&candidate, &source) {
                perhaps_ours.push(candidate);
            }
        }
        if !perhaps_ours.is_empty() {
            let mut outcome = self.decide_anew(intent);
            let seen = perhaps_ours
                .into_iter()
                .map(|one| self.saw_one(now, one, 0));
            outcome.changes.splice(0..0, seen);
            return Ok(outcome);
        }
        let settled = self.settled(sent_at, finding.absence);
        let is_absent = settled <= now;
        if is_absent && intent.attempt >= super::apply::ATTEMPTS {
            let failure = (
                intent.code.clone().unwrap_or_default(),
                intent
                    .message
                    .clone()
                    .unwrap_or_else(|| "tried many times without success".into()),
            );
            return Ok(Outcome::of(vec![Change::Progress {
                intent: intent.id,
                state: IntentState::Failed,
                target: None,
                not_before: None,
                counts: false,
                failure: Some(failure),
            }]));
        }
        if is_absent {
            return Ok(Outcome::of(vec![super::apply::progress(
                intent,
                IntentState::Ready,
            )]));
        }
        Ok(self.look_again(intent, settled))
    }

    /// From when on what was sent then and is not found may be sent again: once the request cannot arrive any more and,
    /// where only a lagging index was asked, once that shows what was made.
    pub(super) fn settled(&self, sent_at: Timestamp, absence: Absence) -> Timestamp {
        let seconds = match absence {
            Absence::Harmless => return Timestamp::MIN,
            Absence::NotThere => self.config.landing_seconds(),
            Absence::IndexLags => self.config.index_lag_seconds,
        };
        self.after(sent_at, seconds as f64)
    }

    /// What has not been found yet may still be there; it is looked for again.
    pub(super) fn look_again(&self, intent: &Intent, settled: Timestamp) -> Outcome {
        let again = settled.max(self.after(self.now(), 1.0));
        Outcome::of(vec![super::apply::later(
            intent,
            IntentState::Unknown,
            again,
        )])
    }

    /// Whether a record may have come of what was sent then: it is nobody's counterpart and, where it cannot carry
    /// a mark, was not there before.
    async fn is_new(&self, candidate: &Record, sent_at: Timestamp) -> Result<bool, AppError> {
        let (side, kind, id) = (candidate.side, candidate.kind, &candidate.id);
        let shop = self.shop.id;
        if self.store.link_of(shop, side, kind, id).await?.is_some() {
            return Ok(false);
        }
        if candidate.mark.is_some() {
            return Ok(true);
        }
        let old = candidate.created_at.is_some_and(|made| {
            made.as_second() < sent_at.as_second() - self.config.clock_skew_seconds
        });
        let known = self.store.record(shop, side, kind, id).await?;
        let known_before = known.is_some_and(|stored| stored.first_seen_at < sent_at);
        Ok(!old && !known_before)
    }

    /// Whether a new record is the one that was sent: it carries our mark or, where the side has no room for one,
    /// it holds exactly that.
    fn is_what_was_sent(&self, candidate: &Record, draft: &Draft) -> bool {
        if let Some(mark) = &candidate.mark {
            return *mark == draft.mark;
        }
        let has_room = candidate.side == Side::HighLevel && candidate.kind != Kind::Appointment;
        !has_room && self.judge.holds(candidate, draft)
    }

    /// Whether a new customer may be the one that was sent although a person changed it since: who somebody is
    /// decides then, as with any other new customer, and a person is asked where that is not clear. Sending again
    /// could make a second one.
    fn may_be_meant(&self, candidate: &Record, source: &Record) -> bool {
        let is_customer =
            candidate.side == Side::MyGadgetRepairs && candidate.kind == Kind::Contact;
        let keys = self.keys_of(source);
        is_customer && self.keys_of(candidate).iter().any(|key| keys.contains(key))
    }

    /// Reads back what was written to a side whose answers do not show it: first what polls have brought in,
    /// then one by one.
    /// Where the budget has to be waited for, a webhook that calls meanwhile goes first, and the rest is read back in
    /// a later round.
    pub(super) async fn read_back(&self, port: &dyn Port) -> Result<(), AppError> {
        let side = port.side();
        loop {
            let intents = self
                .store
                .intents(self.shop.id, IntentState::Written, Some(side), AT_ONCE)
                .await?;
            if intents.is_empty() {
                return Ok(());
            }
            *self.read_back_at() = Some(self.now());
            let few = intents.len() < 3;
            // What a preview made is at hand.
            if !few && !self.connection.is_dry {
                for kind in super::KINDS
                    .into_iter()
                    .filter(|kind| port.tells_changes(*kind))
                {
                    let of_kind = intents.iter().filter(|intent| intent.kind == kind);
                    let newest = of_kind.filter_map(|intent| intent.sent_at).max();
                    if newest.is_some_and(|newest| !self.is_polled_since(side, kind, newest)) {
                        if !self.has_room_before_a_call(side).await? {
                            return Ok(());
                        }
                        self.poll_changed(port, kind).await?;
                    }
                }
            }
            for intent in intents {
                let changes = match intent.kind {
                    Kind::Note => self.read_back_note(port, &intent).await?,
                    _ => match self.read_back_one(port, &intent).await? {
                        Some(changes) => changes,
                        None => return Ok(()),
                    },
                };
                self.commit(changes).await?;
            }
        }
    }

    /// Waits for the budget of history. Answers whether it has room now; not where a webhook called meanwhile.
    async fn has_room_before_a_call(&self, side: Side) -> Result<bool, AppError> {
        loop {
            let (_, not_before) = self.connection.room(side, Lane::Background, 1).await?;
            let Some(until) = not_before.filter(|until| self.is_near(*until)) else {
                // What lasts longer the request itself tells.
                return Ok(true);
            };
            self.wait(until).await;
            if self.is_called().await? {
                return Ok(false);
            }
        }
    }

    /// Nothing where something else goes first.
    async fn read_back_one(
        &self,
        port: &dyn Port,
        intent: &Intent,
    ) -> Result<Option<Vec<Change>>, AppError> {
        let (side, kind) = (intent.side, intent.kind);
        let Some(target) = intent.target.clone() else {
            let unknown = super::apply::progress(intent, IntentState::Unknown);
            return Ok(Some(vec![unknown]));
        };
        let Some(link) = self
            .store
            .link_of(self.shop.id, side, kind, &target)
            .await?
        else {
            return Ok(Some(self.decide_anew(intent).changes));
        };
        let stored = self.store.record(self.shop.id, side, kind, &target).await?;
        let read_since = stored
            .filter(|stored| {
                !stored.gone && intent.sent_at.is_some_and(|sent| stored.fetched_at > sent)
            })
            .map(|stored| stored.record);
        let mut changes = Vec::new();
        let record = match read_since {
            Some(record) => record,
            None if !self.has_room_before_a_call(side).await? => return Ok(None),
            None => match self.asked(|| port.fetch(kind, &target, None)).await? {
                (asked_at, Some(record)) => {
                    changes.push(self.saw_one(asked_at, record.clone(), 0));
                    record
                }
                (_, None) => {
                    let mut changes = self.decide_anew(intent).changes;
                    changes.push(Change::Unlink(
                        link.id,
                        "made, and not there when read back".into(),
                    ));
                    return Ok(Some(changes));
                }
            },
        };
        let payload = Payload::read(intent);
        let from = side.other();
        let Some(source) = self
            .store
            .record(self.shop.id, from, kind, &intent.source)
            .await?
        else {
            changes.extend(self.decide_anew(intent).changes);
            return Ok(Some(changes));
        };
        let source = source.record;
        changes.extend(match intent.op {
            _ if payload.undo.is_some() => {
                self.read_back_undo(intent, &payload, &link, &record, &source)
            }
            IntentOp::Create => self.read_back_create(intent, &payload, &link, &record, &source),
            _ => self.read_back_update(intent, &payload, &link, &record, &source),
        });
        Ok(Some(changes))
    }

    fn read_back_create(
        &self,
        intent: &Intent,
        payload: &Payload,
        link: &Link,
        record: &Record,
        source: &Record,
    ) -> Vec<Change> {
        let after = self.judge.after_create(
            source,
            &payload.source,
            record,
            &payload.withhold,
            self.is_in_doubt(intent.id),
        );
        let shown = self.judge.project_with(record, source);
        let mut changes = vec![
            after.rebase(link.id),
            self.finish(intent, &record.id, &payload.kept(&shown)),
            self.journal(
                "created",
                intent,
                &record.id,
                json!({"reference": super::apply::reference_of(record, Some(source))}),
            ),
            Change::Unsettle(intent.side.other(), intent.kind, intent.source.clone()),
        ];
        self.wake(intent, &record.id, &mut changes);
        let adorns = source.side == Side::HighLevel
            && self
                .judge
                .is_mapped(intent.kind, Field::Title, Side::HighLevel);
        if adorns && mapping::adorn(source, record).is_some() {
            let payload = Payload {
                cause: "a ticket was made for the task".to_owned(),
                adorn: true,
                ..Payload::default()
            };
            changes.push(Change::Intend(Box::new(self.intent(
                Side::HighLevel,
                intent.kind,
                IntentOp::Update,
                Some(source.id.clone()),
                record.id.clone(),
                &payload,
            ))));
        }
        changes
    }

    /// Success is claimed after reading back: what the vendor kept differently is withheld and told, never
    /// written again and again.
    pub(super) fn read_back_update(
        &self,
        intent: &Intent,
        payload: &Payload,
        link: &Link,
        record: &Record,
        source: &Record,
    ) -> Vec<Change> {
        self.tally(|tally| tally.changed(intent.side, intent.kind));
        let in_doubt = self.is_in_doubt(intent.id);
        let after = self
            .judge
            .after_update(link, payload, record, source, in_doubt);
        let mut detail = after.detail(payload);
        detail["reference"] = super::apply::reference_of(record, Some(source)).into();
        let shown = self.judge.project_with(record, source);
        let mut changes = vec![
            after.rebase(link.id),
            self.finish(intent, &record.id, &payload.kept(&shown)),
            self.journal("updated", intent, &record.id, detail),
        ];
        changes.extend(Self::compare_again(intent, &record.id));
        changes
    }
}
