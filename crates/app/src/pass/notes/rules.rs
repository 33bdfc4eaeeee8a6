//! The shop's rules about notes: which fire, what they want done, and when that is too much at once.

use super::Round;
use super::intents::NotePayload;
use crate::AppError;
use crate::pass::apply::held;
use crate::pass::{Pass, guard};
use crate::ports::Act;
use domain::{Kind, Record, RecordId, Side, Timestamp};
use jiff::ToSpan;
use mapping::NoteRule;
use std::collections::BTreeSet;
use std::sync::PoisonError;
use store::{Change, IntentState, NoteChange};
use sync::NoteHistory;

/// Writes looked through when a rule fires too often.
const LOOK: u32 = 10_000;

impl Pass<'_> {
    /// Intends what the rules want done for a contact's notes. Answers when a rule about age may fire.
    pub(super) async fn decide_rules(
        &self,
        round: &Round,
        contact: &RecordId,
        notes: &[Record],
        changes: &mut Vec<Change>,
    ) -> Result<Option<Timestamp>, AppError> {
        let rules = &self.judge.rules.note_rules;
        if rules.is_empty() || notes.is_empty() {
            return Ok(None);
        }
        let ids = notes.iter().map(|note| &note.id);
        let fired = self.store.fired(self.shop.id, ids).await?;
        let history = NoteHistory {
            activated: &round.activated,
            first_run: self.shop.approved_at,
            fired: &fired,
            now: round.now,
        };
        let firings = sync::note_firings(rules, notes, history);
        let mut counted = BTreeSet::new();
        for (rule, note) in firings.now {
            let wishes = self.wishes(rule, contact);
            let quiet = |wish: &NotePayload| wish.may_be_intended(round.first_run);
            if !wishes.iter().all(quiet) {
                // It fires at a later look, once the first run is over.
                continue;
            }
            changes.push(Change::Note(NoteChange::Fired {
                rule: rule.name.clone(),
                note: note.id.clone(),
            }));
            self.count_firing(&rule.name);
            for (place, payload) in wishes.into_iter().enumerate() {
                // Several notes of one person want one tag; but each its task.
                let whose = match payload {
                    NotePayload::Task { .. } => &note.id,
                    _ => contact,
                };
                let source = format!("{whose}/{}/{place}", rule.name);
                changes.push(self.intend_note(RecordId::new(source), &payload));
                let words = words(&payload);
                if counted.insert(words.clone()) {
                    self.tally(|tally| *tally.note_rules.entry(words).or_default() += 1);
                }
            }
        }
        Ok(firings.again_at)
    }

    /// What a rule wants done to a contact.
    fn wishes(&self, rule: &NoteRule, contact: &RecordId) -> Vec<NotePayload> {
        let then = &rule.then;
        let act = |act| NotePayload::Act {
            rule: rule.name.clone(),
            contact: contact.clone(),
            act,
        };
        let mut wishes: Vec<NotePayload> = Vec::new();
        wishes.extend(then.tag.clone().map(|tag| act(Act::Tag(tag))));
        wishes.extend(then.set_field.as_ref().map(|set| {
            act(Act::Field {
                name: set.field.clone(),
                value: set.value.clone(),
            })
        }));
        wishes.extend(then.task.as_ref().map(|task| NotePayload::Task {
            rule: rule.name.clone(),
            contact: contact.clone(),
            title: task.title.clone(),
            due: self.due_in(task.due_days),
            token: self.token(),
        }));
        wishes.extend(then.workflow.clone().map(|name| act(Act::Workflow(name))));
        wishes
    }

    /// So many days from now, at the time of day at which tasks of the shop are due.
    fn due_in(&self, days: u16) -> Timestamp {
        let zone = &self.judge.setting.zone;
        let day = zone.to_datetime(self.now()).date();
        day.checked_add(i64::from(days).days())
            .ok()
            .and_then(|day| {
                let at = day.to_datetime(self.judge.rules.tasks.due_time);
                zone.to_timestamp(at).ok()
            })
            .unwrap_or_else(|| self.now())
    }

    fn count_firing(&self, rule: &str) {
        let mut fired = self
            .notes
            .fired
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        *fired.entry(rule.to_owned()).or_default() += 1;
    }

    /// Holds what rules want done that fired suspiciously often in this pass. Answers the reason.
    pub(in crate::pass) async fn guard_note_rules(&self) -> Result<Option<String>, AppError> {
        let most = self.judge.rules.notes.most_per_pass;
        let too_often: Vec<(String, u64)> = {
            let fired = self
                .notes
                .fired
                .lock()
                .unwrap_or_else(PoisonError::into_inner);
            let over = fired.iter().filter(|(_, count)| **count > most);
            over.map(|(rule, count)| (rule.clone(), *count)).collect()
        };
        let Some((rule, count)) = too_often.first() else {
            return Ok(None);
        };
        let reason = format!(
            "the note rule `{rule}` fired for {count} notes in one pass, more than {most} (notes.most_per_pass). \
             Tags and workflows may send messages to customers: look at the rule, and approve the run if that is right"
        );
        let names: BTreeSet<&str> = too_often.iter().map(|(rule, _)| rule.as_str()).collect();
        let ready = self
            .store
            .intents(
                self.shop.id,
                IntentState::Ready,
                Some(Side::HighLevel),
                LOOK,
            )
            .await?;
        let mut changes = Vec::new();
        for intent in ready.iter().filter(|intent| intent.kind == Kind::Note) {
            let payload = NotePayload::read(intent);
            let rule = payload.as_ref().and_then(NotePayload::rule);
            if rule.is_some_and(|rule| names.contains(rule)) {
                changes.push(held(intent, (guard::CODE.to_owned(), reason.clone())));
            }
        }
        let any = !changes.is_empty();
        self.commit(changes).await?;
        Ok(any.then_some(reason))
    }
}

/// What is done, in words that follow "would".
pub(super) fn words(payload: &NotePayload) -> String {
    match payload {
        NotePayload::Act {
            act: Act::Tag(tag), ..
        } => format!("add the tag “{tag}”"),
        NotePayload::Act {
            act: Act::Workflow(name),
            ..
        } => format!("start the workflow “{name}”"),
        NotePayload::Act {
            act: Act::Field { name, .. },
            ..
        } => format!("set the field “{name}”"),
        NotePayload::Task { title, .. } => format!("open the task “{title}”"),
        NotePayload::Digest { .. } => "tell notes to a ticket".to_owned(),
        NotePayload::Field { name, .. } => format!("show notes in the field “{name}”"),
        NotePayload::Back { .. } => "make a note of a comment".to_owned(),
    }
}
