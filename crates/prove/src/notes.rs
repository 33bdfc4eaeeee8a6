//! What people wrote into the CRM's notes, and what of it is told on tickets.

use crate::stage::{SHOP, Stage};
use crate::truth::Truth;
use crate::{Trouble, Violation};
use domain::{Field, Kind, Side};
use serde_json::Value as Json;
use std::collections::BTreeMap;
use store::Link;
use twin::highlevel::Kind as CrmKind;

/// Begins every note that is written while a schedule is played; a number and a point follow.
const WORDS: &str = "Nota bene ";

/// The note of an act.
pub(crate) fn words(number: u32) -> String {
    format!("{WORDS}{number}.")
}

/// The notes and comments as they really are.
pub(crate) struct Notes {
    /// What was written during the schedule, by contact.
    written: BTreeMap<String, Vec<String>>,
    /// The texts of comments, by ticket.
    comments: BTreeMap<String, Vec<String>>,
    /// Whether the engine tells notes on tickets, and has nothing to say against it.
    telling: bool,
    /// Statuses that say by themselves that work goes on; of others only a person knows.
    going_on: Vec<String>,
}

impl Notes {
    pub(crate) async fn read(stage: &Stage) -> Result<Self, Trouble> {
        let text = |json: &Json, name: &str| json[name].as_str().unwrap_or_default().to_owned();
        let mut written: BTreeMap<String, Vec<String>> = BTreeMap::new();
        let crm = stage.twins.highlevel();
        for note in crm.records(CrmKind::Notes, None, usize::MAX) {
            let body = text(&note, "body");
            if body.starts_with(WORDS) {
                let of = written.entry(text(&note, "contactId")).or_default();
                of.push(body);
            }
        }
        let mut comments: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for comment in stage.twins.mygadgetrepairs().comments() {
            let of = comments.entry(text(&comment["ticket"], "id")).or_default();
            of.push(text(&comment, "comment"));
        }
        let reasons = stage.app.status(SHOP).await?.reasons;
        let told = comments.values().flatten().any(|text| text.contains(WORDS));
        let statuses = stage.twins.shop().statuses.iter();
        let going_on = statuses.filter(|status| matches!(&*status.group, "waiting" | "ready"));
        Ok(Self {
            going_on: going_on.map(|status| status.label.to_string()).collect(),
            written,
            comments,
            telling: told && !reasons.iter().any(|reason| reason.contains("notes")),
        })
    }

    /// Notes of the schedule that are told, on each ticket.
    pub(crate) fn told(&self) -> u64 {
        let all: Vec<&String> = self.comments.values().flatten().collect();
        let times = |note: &String| all.iter().filter(|text| text.contains(note)).count();
        self.written.values().flatten().map(times).sum::<usize>() as u64
    }

    /// No note is told twice on a ticket, and where notes are told, all are, on every open ticket.
    pub(crate) fn judge(&self, truth: &Truth, links: &[Link]) -> Result<(), Violation> {
        for (ticket, texts) in &self.comments {
            for note in self.written.values().flatten() {
                let times = texts.iter().filter(|text| text.contains(note)).count();
                if times > 1 {
                    return Err(Violation::new(
                        "invariant_2_no_duplicates",
                        format!("`{note}` is told once on the ticket {ticket}"),
                        format!("{times} times"),
                    ));
                }
            }
        }
        if !self.telling {
            return Ok(());
        }
        let tickets = truth.of(Side::MyGadgetRepairs, Kind::Task);
        for (contact, notes) in &self.written {
            let link = links
                .iter()
                .find(|link| link.kind == Kind::Contact && link.left.as_str() == contact);
            let Some(link) = link else { continue };
            let open = tickets.iter().filter(|(_, seen)| {
                seen.parent.as_deref() == Some(link.right.as_str())
                    && seen
                        .shows(Field::StatusLabel)
                        .is_some_and(|label| self.going_on.iter().any(|one| one == label))
            });
            for (ticket, _) in open {
                let texts = self.comments.get(ticket);
                let is_told = |note: &String| {
                    texts.is_some_and(|texts| texts.iter().any(|text| text.contains(note)))
                };
                if let Some(missing) = notes.iter().find(|note| !is_told(note)) {
                    return Err(Violation::new(
                        "invariant_5_converges",
                        format!(
                            "`{missing}` of the contact {contact} is told on the open ticket {ticket}"
                        ),
                        "it is not",
                    ));
                }
            }
        }
        Ok(())
    }
}
