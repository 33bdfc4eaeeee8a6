//! Writing comments and notes. A comment can neither be edited nor removed, so one that may have been added
//! is looked for by its mark before anything is repeated (mygadgetrepairs-api.md 12.5).

use super::intents::NotePayload;
use crate::AppError;
use crate::pass::Pass;
use crate::pass::apply::{ATTEMPTS, Outcome, progress, written};
use crate::ports::{Absence, Act, Draft, Port, PortError};
use domain::{FailureClass, Field, Kind, Record, RecordId, Timestamp, Value};
use serde_json::{Value as Json, json};
use std::collections::BTreeMap;
use std::sync::atomic::Ordering;
use store::{Change, Intent, IntentState, JournalEntry, NoteChange};
use sync::NotesHome;

impl Pass<'_> {
    /// Carries out an intent about notes.
    pub(in crate::pass) async fn write_note(
        &self,
        port: &dyn Port,
        intent: &Intent,
    ) -> Result<Outcome, AppError> {
        let Some(payload) = NotePayload::read(intent) else {
            return Ok(self.drop_note(intent, None));
        };
        match &payload {
            NotePayload::Digest { .. } | NotePayload::Back { .. } => {
                self.add(port, intent, &payload).await
            }
            NotePayload::Field {
                customer,
                name,
                text,
                ..
            } => {
                let act = Act::Field {
                    name: name.clone(),
                    value: text.clone(),
                };
                self.show(port, intent, &payload, customer, &act).await
            }
            NotePayload::Act { contact, act, .. } => {
                self.act(port, intent, &payload, contact, act).await
            }
            NotePayload::Task { .. } => self.open_task(port, intent, &payload).await,
        }
    }

    /// Adds a comment to a ticket, or a note to a contact.
    async fn add(
        &self,
        port: &dyn Port,
        intent: &Intent,
        payload: &NotePayload,
    ) -> Result<Outcome, AppError> {
        let is_digest = matches!(payload, NotePayload::Digest { .. });
        let home = self.notes_home().await?;
        if is_digest && !matches!(home, NotesHome::Comments { .. }) {
            return Ok(self.drop_note(intent, Some(payload)));
        }
        let Some(draft) = draft(payload) else {
            return Ok(self.drop_note(intent, Some(payload)));
        };
        match port.create(&draft).await {
            Ok(made) => match made.record {
                Some(record) => self.added(intent, payload, &record).await,
                None if self.notes.form.readable => Ok(Outcome::of(vec![written(intent, made.id)])),
                None => Ok(self.told(intent, payload, Some(&made.id), "told_unread")),
            },
            Err(error) if is_digest && !error.maybe_applied && is_refusal(&error) => {
                let mut outcome = self.drop_note(intent, Some(payload));
                outcome
                    .changes
                    .extend(self.teach(|learnt| learnt.refused = true).await?);
                Ok(outcome)
            }
            Err(error) => Ok(self.note_failed(intent, error)),
        }
    }

    /// Writes a customer's custom field, where it does not hold the text yet, and reads it back.
    async fn show(
        &self,
        port: &dyn Port,
        intent: &Intent,
        payload: &NotePayload,
        customer: &RecordId,
        act: &Act,
    ) -> Result<Outcome, AppError> {
        let shown = match port.is_done(customer, act).await {
            Ok(true) => Ok(()),
            Ok(false) => port.enact(customer, act).await,
            Err(error) => Err(error),
        };
        match shown {
            Ok(()) => Ok(self.told(intent, payload, None, "told")),
            Err(error) => Ok(self.note_failed(intent, error)),
        }
    }

    /// Looks for what was sent without an answer.
    pub(in crate::pass) async fn look_up_note(
        &self,
        port: &dyn Port,
        intent: &Intent,
    ) -> Result<Outcome, AppError> {
        let Some(payload) = NotePayload::read(intent) else {
            return Ok(self.drop_note(intent, None));
        };
        let is_digest = matches!(payload, NotePayload::Digest { .. });
        let Some(draft) = draft(&payload) else {
            return self.look_for_act(port, intent, &payload).await;
        };
        if is_digest && !self.notes.form.readable {
            // Nobody can look, and a second comment would stay for ever: not repeated, and told.
            return Ok(self.told(intent, &payload, None, "told_unsure"));
        }
        let asked_at = self.now();
        let finding = match port.find(&draft).await {
            Ok(finding) => finding,
            Err(error) => return Ok(self.unknown_still(intent, error)),
        };
        match finding
            .candidates
            .iter()
            .find(|found| found.mark.as_deref() == Some(draft.mark.as_str()))
        {
            Some(found) => self.added(intent, &payload, found).await,
            None => Ok(self.not_found(intent, asked_at)),
        }
    }

    /// Reads a comment back. Only now is it known whether it is internal.
    pub(in crate::pass) async fn read_back_note(
        &self,
        port: &dyn Port,
        intent: &Intent,
    ) -> Result<Vec<Change>, AppError> {
        let Some(payload) = NotePayload::read(intent) else {
            return Ok(self.drop_note(intent, None).changes);
        };
        let Some(draft) = draft(&payload) else {
            return Ok(self.drop_note(intent, Some(&payload)).changes);
        };
        let Some(place) = draft.parent.clone() else {
            return Ok(self.drop_note(intent, Some(&payload)).changes);
        };
        let comments = self.patiently(|| port.list_of(Kind::Note, &place)).await?;
        let found = comments.iter().find(|comment| {
            Some(&comment.id) == intent.target.as_ref()
                || comment.mark.as_deref() == Some(draft.mark.as_str())
        });
        if let Some(found) = found {
            return Ok(self.added(intent, &payload, found).await?.changes);
        }
        // Accepted, but not shown: nobody can say who reads it.
        let mut changes = self
            .told(intent, &payload, intent.target.as_ref(), "told_unread")
            .changes;
        changes.extend(self.teach(|learnt| learnt.proven = Some(false)).await?);
        Ok(changes)
    }

    /// A comment or note is there.
    async fn added(
        &self,
        intent: &Intent,
        payload: &NotePayload,
        record: &Record,
    ) -> Result<Outcome, AppError> {
        match payload {
            NotePayload::Digest { .. } => {
                let internal = record
                    .fields
                    .get(&Field::Internal)
                    .and_then(Value::as_flag)
                    .unwrap_or(false);
                let mut outcome = self.told(intent, payload, Some(&record.id), "told");
                let lesson = self.teach(|learnt| learnt.proven = Some(internal)).await?;
                if !internal && lesson.is_some() && !self.judge.rules.notes.even_if_visible {
                    outcome
                        .changes
                        .push(self.story("told_visible", intent, payload));
                }
                if lesson.is_some() {
                    // What waited for this lesson can be told now.
                    self.notes.left.store(true, Ordering::Relaxed);
                }
                outcome.changes.extend(lesson);
                Ok(outcome)
            }
            NotePayload::Back { comment, .. } => {
                self.tally(|tally| tally.made(intent.side, Kind::Note));
                let mut outcome = Outcome::of(vec![
                    self.done(intent, &record.id),
                    Change::Note(NoteChange::ToldBack {
                        comment: comment.clone(),
                        note: Some(record.id.clone()),
                    }),
                ]);
                outcome.changes.push(self.story("noted", intent, payload));
                Ok(outcome)
            }
            _ => Ok(self.drop_note(intent, Some(payload))),
        }
    }

    /// Notes were told; they are not told there again as they are.
    fn told(
        &self,
        intent: &Intent,
        payload: &NotePayload,
        comment: Option<&RecordId>,
        event: &'static str,
    ) -> Outcome {
        let (place, kind) = match payload {
            NotePayload::Digest { ticket, .. } => (ticket, Kind::Note),
            NotePayload::Field { customer, .. } => (customer, Kind::Contact),
            _ => return self.drop_note(intent, Some(payload)),
        };
        if event != "told_unsure" {
            self.tally(|tally| match kind {
                Kind::Note => tally.made(intent.side, kind),
                _ => tally.changed(intent.side, kind),
            });
        }
        Outcome::of(vec![
            self.done(intent, comment.unwrap_or(place)),
            Change::Note(NoteChange::Told {
                place: place.clone(),
                comment: comment.cloned(),
                notes: payload.notes().to_vec(),
            }),
            self.story(event, intent, payload),
        ])
    }

    /// Drops what cannot or need not be written any more, and lets the contact be looked at again.
    fn drop_note(&self, intent: &Intent, payload: Option<&NotePayload>) -> Outcome {
        let mut changes = vec![
            progress(intent, IntentState::Ready),
            Change::Cancel(intent.id),
        ];
        if let Some(NotePayload::Digest { contact, .. } | NotePayload::Field { contact, .. }) =
            payload
        {
            changes.push(Change::NotesDue(contact.clone()));
        }
        Outcome::of(changes)
    }

    /// Sent, looked for, and not there: it is sent again, but not before the first request can no longer arrive.
    pub(super) fn not_found(&self, intent: &Intent, asked_at: Timestamp) -> Outcome {
        let sent_at = intent.sent_at.unwrap_or(asked_at);
        let settled = self.settled(sent_at, Absence::NotThere);
        if settled > asked_at {
            return self.look_again(intent, settled);
        }
        self.again(intent)
    }

    /// Sent, and certainly not there: it can be sent again, but not for ever.
    pub(super) fn again(&self, intent: &Intent) -> Outcome {
        let spent = intent.attempt >= ATTEMPTS;
        let failure = spent.then(|| {
            let code = intent.code.clone().unwrap_or_default();
            let words = intent.message.clone();
            (
                code,
                words.unwrap_or_else(|| "tried many times without success".into()),
            )
        });
        Outcome::of(vec![Change::Progress {
            intent: intent.id,
            state: if spent {
                IntentState::Failed
            } else {
                IntentState::Ready
            },
            target: None,
            not_before: None,
            counts: false,
            failure,
        }])
    }

    /// As every failure, but what a person has to mend for notes does not hold back the rest of the side.
    pub(super) fn note_failed(&self, intent: &Intent, error: PortError) -> Outcome {
        let alone = is_refusal(&error);
        let mut outcome = self.failed(intent, error);
        if alone {
            outcome.go_on();
        }
        outcome
    }

    fn story(&self, event: &'static str, intent: &Intent, payload: &NotePayload) -> Change {
        let (record, contact, reference) = match payload {
            NotePayload::Digest {
                ticket,
                contact,
                reference,
                ..
            } => (ticket, contact, reference),
            NotePayload::Field {
                customer,
                contact,
                reference,
                ..
            } => (customer, contact, reference),
            NotePayload::Back {
                comment,
                contact,
                reference,
                ..
            } => (comment, contact, reference),
            NotePayload::Act { contact, .. } | NotePayload::Task { contact, .. } => {
                (contact, contact, &None)
            }
        };
        let detail = json!({"reference": reference, "notes": payload.notes().len()});
        self.note_journal(event, intent, record, Some(contact), detail)
    }

    pub(super) fn note_journal(
        &self,
        event: &'static str,
        intent: &Intent,
        record: &RecordId,
        counterpart: Option<&RecordId>,
        detail: Json,
    ) -> Change {
        Change::Journal(JournalEntry {
            run: self.run,
            event,
            side: Some(intent.side),
            kind: Some(Kind::Note),
            record: Some(record.clone()),
            counterpart: counterpart.cloned(),
            detail,
        })
    }
}

/// A refusal that concerns comments, notes or a rule, not the whole side: a missing scope, no comments.
fn is_refusal(error: &PortError) -> bool {
    error.class == FailureClass::NeedsHuman && !error.code.contains("KEY")
}

fn draft(payload: &NotePayload) -> Option<Draft> {
    let (parent, text, mark, internal) = match payload {
        NotePayload::Digest {
            ticket,
            text,
            token,
            ..
        } => (ticket, text, token.clone(), true),
        NotePayload::Back {
            contact,
            comment,
            text,
            ..
        } => (contact, text, comment.as_str().to_owned(), false),
        _ => return None,
    };
    let mut fields = BTreeMap::from([(Field::Body, Value::text(text))]);
    if internal {
        fields.insert(Field::Internal, Some(Value::Flag(true)));
    }
    Some(Draft {
        kind: Kind::Note,
        parent: Some(parent.clone()),
        fields,
        source: None,
        issue_type: None,
        mark,
    })
}
