//! After a write: the record is fetched and stored, so that the next pass of the sync finds what was changed, without
//! waiting for a webhook or a poll.

use super::call::{CallCause, OperationCall, Prepared};
use crate::keys::keys_of;
use crate::ports::PortError;
use crate::{App, AppError};
use catalogue::Plan;
use domain::{FailureClass, Kind, Lane, RecordId, RunId, Side};
use serde_json::{Value as Json, json};
use store::{Change, JournalEntry, Shop};

/// Records of one call that are looked at; what a call for more changed is found by the next walk.
const MOST: usize = 20;

/// A record that a call changed.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Touched {
    /// Whose it is.
    side: Side,
    /// What it is.
    kind: Kind,
    /// Its id.
    id: RecordId,
    /// The record that it belongs to.
    parent: Option<RecordId>,
}

impl App {
    /// Fetches records that were changed by a call, and stores them as just seen. A shop that was never read is left
    /// alone: its first pass reads everything.
    async fn look_again(
        &self,
        shop: &Shop,
        touched: &[Touched],
        cause: &CallCause,
    ) -> Result<(), AppError> {
        if touched.is_empty() || self.stored_judge(shop).await.is_err() {
            return Ok(());
        }
        let (connection, facts) = self.open(shop).await?;
        let mut changes = Vec::new();
        for one in touched.iter().take(MOST) {
            if one.kind == Kind::Note {
                // The notes of a person are read together.
                changes.extend(one.parent.clone().map(Change::NotesDue));
                continue;
            }
            let kept = one.kind != Kind::Appointment || facts.rules.appointments.are_synced();
            if !kept {
                continue;
            }
            let port = connection.on(one.side, Lane::Live);
            // A record that the sync writes while it is fetched here is newer than what is fetched.
            let asked_at = self.now();
            match port.fetch(one.kind, &one.id, one.parent.as_ref()).await? {
                Some(record) => {
                    let keys = keys_of(&record, &facts.setting.country);
                    changes.push(Change::Saw {
                        records: vec![(record, keys)],
                        sweep: 0,
                        asked_at,
                        stale_after: None,
                    });
                }
                None => changes.extend(self.gone(shop, one, cause).await?),
            }
        }
        if changes.is_empty() {
            return Ok(());
        }
        // Who changed what is told by the values: a person may have changed the same record meanwhile.
        changes.insert(0, Change::Sight);
        self.store.commit(shop.id, self.now(), changes).await?;
        connection.flows.notify_one();
        // A service that is at rest takes it up at once.
        connection.bell.notify_one();
        Ok(())
    }

    async fn gone(
        &self,
        shop: &Shop,
        one: &Touched,
        cause: &CallCause,
    ) -> Result<Vec<Change>, AppError> {
        let known = self
            .store
            .record(shop.id, one.side, one.kind, &one.id)
            .await?;
        if known.is_none_or(|known| known.gone) {
            return Ok(Vec::new());
        }
        let told = JournalEntry {
            run: RunId(self.context.new_id()),
            event: "vanished",
            side: Some(one.side),
            kind: Some(one.kind),
            record: Some(one.id.clone()),
            counterpart: None,
            detail: json!({ "cause": cause }),
        };
        Ok(vec![
            Change::Gone(one.side, one.kind, one.id.clone()),
            Change::Journal(told),
        ])
    }

    /// Looks at what a call changed. What cannot be looked at now is found by the next walk, so a failure is no failure of
    /// the call.
    pub(super) async fn look_again_after(
        &self,
        shop: &Shop,
        call: &OperationCall,
        prepared: &Prepared,
        answer: &Json,
    ) {
        let template = prepared
            .operation
            .call
            .as_ref()
            .map_or("", |call| &call.path);
        let touched = touched(&prepared.plan, template, &call.input, answer);
        match self.look_again(shop, &touched, &call.cause).await {
            Ok(()) => {}
            Err(AppError::Vendor(PortError {
                class: FailureClass::Deferred { .. } | FailureClass::Transient,
                code,
                ..
            })) => tracing::debug!(code, "what a call changed is looked at by the next walk"),
            Err(error) => tracing::warn!(%error, "what a call changed could not be looked at"),
        }
    }
}

/// The records that a call changed, by its path.
fn touched(plan: &Plan, template: &str, input: &Json, answer: &Json) -> Vec<Touched> {
    let side = plan.side;
    let given = |name: &str| input[name].as_str().map(RecordId::new);
    let answered = |pointer: &str| match answer.pointer(pointer) {
        Some(Json::String(id)) => Some(RecordId::new(id)),
        Some(Json::Number(id)) => Some(RecordId::new(id.to_string())),
        _ => None,
    };
    let one = |kind, id: Option<RecordId>, parent: Option<RecordId>| {
        let one = id.map(|id| Touched {
            side,
            kind,
            id,
            parent,
        });
        one.into_iter().collect::<Vec<_>>()
    };
    let parts: Vec<&str> = template
        .split('/')
        .filter(|part| !part.is_empty())
        .collect();
    match (side, parts.as_slice()) {
        (Side::HighLevel, ["contacts", "bulk", ..]) => input["contacts"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(Json::as_str)
            .flat_map(|id| one(Kind::Contact, Some(RecordId::new(id)), None))
            .collect(),
        (Side::HighLevel, ["contacts"] | ["contacts", "upsert"]) => {
            one(Kind::Contact, answered("/contact/id"), None)
        }
        (Side::HighLevel, ["contacts", "{contactId}", "tasks", ..]) => {
            let id = given("taskId").or_else(|| answered("/task/id"));
            one(Kind::Task, id, given("contactId"))
        }
        (Side::HighLevel, ["contacts", "{contactId}", "notes", ..]) => {
            let contact = given("contactId");
            one(Kind::Note, contact.clone(), contact)
        }
        (Side::HighLevel, ["contacts", "{contactId}", ..]) => {
            one(Kind::Contact, given("contactId"), None)
        }
        (Side::HighLevel, ["calendars", "events", "appointments"]) => {
            one(Kind::Appointment, answered("/id"), None)
        }
        (
            Side::HighLevel,
            ["calendars", "events", "appointments", "{eventId}"]
            | ["calendars", "events", "{eventId}"],
        ) => one(Kind::Appointment, given("eventId"), None),
        (Side::MyGadgetRepairs, ["customers"]) => one(Kind::Contact, answered("/id"), None),
        (Side::MyGadgetRepairs, ["customers", "{customerId}"]) => {
            one(Kind::Contact, given("customerId"), None)
        }
        (Side::MyGadgetRepairs, ["tickets"]) => one(Kind::Task, answered("/id"), None),
        (Side::MyGadgetRepairs, ["tickets", "{ticketId}", ..]) => {
            one(Kind::Task, given("ticketId"), None)
        }
        (Side::MyGadgetRepairs, ["appointments"]) => one(Kind::Appointment, answered("/id"), None),
        (Side::MyGadgetRepairs, ["appointments", "{appointmentId}"]) => {
            one(Kind::Appointment, given("appointmentId"), None)
        }
        _ => Vec::new(),
    }
}
