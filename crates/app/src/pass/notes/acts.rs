//! Doing what a rule about notes wants: looked at first, and read back where the vendor shows it.

use super::intents::NotePayload;
use super::rules::words;
use crate::AppError;
use crate::pass::Pass;
use crate::pass::apply::{Outcome, held};
use crate::ports::{Act, Draft, Port};
use domain::{Field, Kind, RecordId, Value};
use serde_json::json;
use std::collections::BTreeMap;
use store::{Change, Intent, IntentState};

/// The code of what may send messages and is not done, since it is about history.
const LOUD: &str = "HL-NOTE-03";
/// The code of a workflow of which nobody knows whether it was started.
const UNSURE: &str = "HL-NOTE-02";

impl Pass<'_> {
    pub(super) async fn act(
        &self,
        port: &dyn Port,
        intent: &Intent,
        payload: &NotePayload,
        contact: &RecordId,
        act: &Act,
    ) -> Result<Outcome, AppError> {
        if let Err(loud) = payload.is_quiet(intent.lane, self.is_first_run().await?) {
            let failure = (LOUD.to_owned(), format!("not done: {loud}"));
            return Ok(Outcome::of(vec![held(intent, failure)]));
        }
        match port.is_done(contact, act).await {
            Ok(true) => return Ok(self.acted(intent, payload, contact, false)),
            Ok(false) => {}
            Err(error) => {
                let mut outcome = self.note_failed(intent, error);
                still_to_do(&mut outcome);
                return Ok(outcome);
            }
        }
        if let Err(error) = port.enact(contact, act).await {
            return Ok(self.note_failed(intent, error));
        }
        Ok(self.acted(intent, payload, contact, true))
    }

    pub(super) async fn open_task(
        &self,
        port: &dyn Port,
        intent: &Intent,
        payload: &NotePayload,
    ) -> Result<Outcome, AppError> {
        let Some((contact, draft)) = task(payload) else {
            return Ok(Outcome::of(vec![Change::Cancel(intent.id)]));
        };
        match port.create(&draft).await {
            Ok(_) => Ok(self.acted(intent, payload, &contact, true)),
            Err(error) => Ok(self.note_failed(intent, error)),
        }
    }

    /// Finds out what became of something that got no answer. A workflow is never started a second time.
    pub(super) async fn look_for_act(
        &self,
        port: &dyn Port,
        intent: &Intent,
        payload: &NotePayload,
    ) -> Result<Outcome, AppError> {
        let now = self.now();
        let sent_at = intent.sent_at.unwrap_or(now);
        match payload {
            NotePayload::Task { token, .. } => {
                let Some((contact, draft)) = task(payload) else {
                    return Ok(Outcome::of(vec![Change::Cancel(intent.id)]));
                };
                let found = match port.find(&draft).await {
                    Ok(finding) => finding.candidates,
                    Err(error) => return Ok(self.unknown_still(intent, error)),
                };
                let ours = found.iter().any(|task| {
                    task.text(Field::Body)
                        .and_then(mapping::mark::read_rule_task)
                        .as_ref()
                        == Some(token)
                });
                Ok(if ours {
                    self.acted(intent, payload, &contact, true)
                } else {
                    self.not_found(intent, now)
                })
            }
            NotePayload::Act { contact, act, .. } => match port.is_done(contact, act).await {
                Ok(true) => Ok(self.acted(intent, payload, contact, true)),
                Ok(false) if !matches!(act, Act::Workflow(_)) => Ok(self.again(intent)),
                Ok(false) => {
                    let settled = self.after(sent_at, self.config.index_lag_seconds as f64);
                    let change = if now < settled {
                        (IntentState::Unknown, Some(settled), None)
                    } else {
                        let why = format!(
                            "HighLevel did not answer, and whether it did “{}” is not shown; look at the contact there, \
                             and do it by hand if it is missing",
                            words(payload)
                        );
                        (IntentState::Failed, None, Some((UNSURE.to_owned(), why)))
                    };
                    let (state, not_before, failure) = change;
                    Ok(Outcome::of(vec![Change::Progress {
                        intent: intent.id,
                        state,
                        target: None,
                        not_before,
                        counts: false,
                        failure,
                    }]))
                }
                Err(error) => Ok(self.unknown_still(intent, error)),
            },
            _ => Ok(self.again(intent)),
        }
    }

    /// Done now, or found done.
    fn acted(
        &self,
        intent: &Intent,
        payload: &NotePayload,
        contact: &RecordId,
        ours: bool,
    ) -> Outcome {
        if ours {
            self.tally(|tally| match payload {
                NotePayload::Task { .. } => tally.made(intent.side, Kind::Task),
                NotePayload::Act {
                    act: Act::Workflow(_),
                    ..
                } => {}
                _ => tally.changed(intent.side, Kind::Contact),
            });
        }
        let journal = self.note_journal(
            "note_rule",
            intent,
            contact,
            None,
            json!({"rule": payload.rule(), "did": words(payload), "already": !ours}),
        );
        Outcome::of(vec![self.done(intent, contact), journal])
    }
}

/// A look that failed sent nothing.
fn still_to_do(outcome: &mut Outcome) {
    for change in &mut outcome.changes {
        if let Change::Progress { state, .. } = change
            && *state == IntentState::Unknown
        {
            *state = IntentState::Ready;
        }
    }
}

fn task(payload: &NotePayload) -> Option<(RecordId, Draft)> {
    let NotePayload::Task {
        contact,
        title,
        due,
        token,
        ..
    } = payload
    else {
        return None;
    };
    let body = mapping::mark::rule_line(token);
    let fields = BTreeMap::from([
        (Field::Title, Value::text(title)),
        (Field::Body, Value::text(body)),
        (Field::DueDate, Some(Value::Moment { at: *due })),
        (Field::Completed, Some(Value::Flag(false))),
    ]);
    let draft = Draft {
        kind: Kind::Task,
        parent: Some(contact.clone()),
        fields,
        source: None,
        issue_type: None,
        mark: token.clone(),
    };
    Some((contact.clone(), draft))
}
