//! A runner in miniature: plays flows with what a test gives them.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may panic")]

use flows::{
    Advanced, BusinessHours, Cause, Document, Flow, Given, Input, InputProblem, Next, Occurrence,
    Operations, Outcome, Resume, Run,
};
use serde_json::{Value as Json, json};

/// The operations that tests call.
pub struct Few;

impl Operations for Few {
    fn known(&self, id: &str) -> bool {
        self.ids().iter().any(|known| known == id)
    }

    fn input_problems(&self, _id: &str, input: &Json) -> Vec<InputProblem> {
        let wrong = input.get("title").is_some_and(|title| !title.is_string());
        let problem = InputProblem {
            place: "title".to_owned(),
            why: "must be a text".to_owned(),
        };
        wrong.then_some(problem).into_iter().collect()
    }

    fn ids(&self) -> Vec<String> {
        ["highlevel.task.create", "highlevel.contact.add_tags"]
            .map(str::to_owned)
            .to_vec()
    }

    fn inputs(&self, id: &str) -> Option<Vec<Input>> {
        let of = |names: &[(&str, bool)]| {
            let inputs = names.iter().map(|(name, required)| Input {
                name: (*name).to_owned(),
                required: *required,
            });
            Some(inputs.collect())
        };
        match id {
            "highlevel.task.create" => of(&[
                ("contactId", true),
                ("title", true),
                ("dueDate", true),
                ("body", false),
            ]),
            "highlevel.contact.add_tags" => of(&[("contactId", true), ("tags", true)]),
            _ => None,
        }
    }
}

pub fn calendar() -> BusinessHours {
    BusinessHours::usual(jiff::tz::TimeZone::get("Europe/London").unwrap())
}

pub fn flow(text: &str) -> Flow {
    Document::parse(text)
        .unwrap_or_else(|problems| panic!("{problems}"))
        .flows
        .remove(0)
}

/// A flow with these steps.
pub fn with_steps(steps: &str) -> Flow {
    flow(&format!(
        "[[flow]]\nid = \"f\"\n[flow.trigger]\non = \"mygadgetrepairs.ticket.ready\"\n{steps}"
    ))
}

pub fn occurrence() -> Occurrence {
    Occurrence {
        trigger: "mygadgetrepairs.ticket.ready".to_owned(),
        key: "1:mygadgetrepairs.ticket.ready".to_owned(),
        at: "2026-07-09T10:00:00Z".parse().unwrap(),
        source: "mygadgetrepairs.ticket".to_owned(),
        record: "T1".to_owned(),
        facts: json!({"from": "In progress", "to": "Ready"}),
        cause: Cause::Outside,
    }
}

pub fn scope() -> Json {
    json!({
        "ticket": {"id": "T1", "reference": "K-1042", "status_group": "ready", "title": "iPhone 13 screen"},
        "customer": {"id": "X1", "tags": ["vip"], "name": "ada byron", "phone": "07400 123456", "email": null},
        "contact": {"id": "C1", "tags": ["a", "b"]},
        "tickets": [
            {"id": "T1", "opened": "2026-07-01T09:00:00Z"},
            {"id": "T0", "opened": "2026-01-01T09:00:00Z"},
        ],
        "totals": {"paid": "1234.5"},
        "shop": {"name": "Main", "country": "GB", "zone": "Europe/London"},
    })
}

pub fn step(flow: &Flow, run: Run, now: &str, scope: &Json, resume: Resume) -> Advanced {
    let calendar = calendar();
    let given = Given {
        now: now.parse().unwrap(),
        scope,
        resume,
        calendar: &calendar,
    };
    flows::advance(flow, run, &given)
}

/// Begins a flow on a Thursday at eleven in the shop.
pub fn begin(flow: &Flow) -> Advanced {
    step(
        flow,
        Run::new(flow, occurrence()),
        "2026-07-09T10:00:00Z",
        &scope(),
        Resume::Begin,
    )
}

/// What a value gives: a flow that sets it, played to its end.
pub fn value_of(expr: &str) -> Result<Json, String> {
    let flow = with_steps(&format!(
        "[[flow.step]]\nid = \"s\"\nset = {{ it = {expr} }}"
    ));
    let played = begin(&flow);
    match played.next {
        Next::End {
            outcome: Outcome::Done,
        } => Ok(played.run.names["it"].clone()),
        Next::End {
            outcome: Outcome::Failed { place, why },
        } => Err(format!("{place}: {why}")),
        other => panic!("{other:?}"),
    }
}

/// The operations of the catalogue that recipes call, with their inputs: an exclamation mark is needed.
pub struct Core;

const CORE: &[(&str, &[&str])] = &[
    (
        "highlevel.task.create",
        &[
            "contactId!",
            "title!",
            "body",
            "dueDate!",
            "completed",
            "assignedTo",
        ],
    ),
    ("highlevel.contact.add_tags", &["contactId!", "tags!"]),
    ("highlevel.contact.remove_tags", &["contactId!", "tags!"]),
    (
        "highlevel.contact.update",
        &["contactId!", "customFields", "email", "phone", "city"],
    ),
    (
        "highlevel.opportunity.set_status",
        &["id!", "status!", "lostReasonId"],
    ),
    (
        "highlevel.appointment.list_in_window",
        &["calendarId", "userId", "groupId", "startTime!", "endTime!"],
    ),
    (
        "mygadgetrepairs.customer.create",
        &["name!", "company", "email", "mobile", "telephone"],
    ),
    (
        "mygadgetrepairs.ticket.create",
        &[
            "customer!",
            "short_info!",
            "description",
            "issue_type",
            "status",
            "technician",
        ],
    ),
    (
        "mygadgetrepairs.reminder.create",
        &[
            "title!",
            "description",
            "date",
            "customer",
            "staff",
            "completed",
        ],
    ),
];

impl Operations for Core {
    fn known(&self, id: &str) -> bool {
        CORE.iter().any(|(known, _)| *known == id)
    }

    fn input_problems(&self, _id: &str, _input: &Json) -> Vec<InputProblem> {
        Vec::new()
    }

    fn inputs(&self, id: &str) -> Option<Vec<Input>> {
        let (_, inputs) = CORE.iter().find(|(known, _)| *known == id)?;
        let inputs = inputs.iter().map(|input| Input {
            name: input.trim_end_matches('!').to_owned(),
            required: input.ends_with('!'),
        });
        Some(inputs.collect())
    }
}
