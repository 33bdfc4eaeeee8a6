//! What must hold of contacts that became one: whoever had the one that vanished is told of, and nobody is made anew.

use super::{Evidence, name};
use crate::Violation;
use crate::people::{Joined, People};
use domain::{Kind, Side};
use store::{JournalRow, RecordState};

const CRM: Side = Side::HighLevel;

impl Evidence {
    pub(super) fn merges_leave_nobody_behind(&self, people: &People) -> Result<(), Violation> {
        for joined in &people.joined {
            let Some(customer) = self.customer_of(joined) else {
                continue;
            };
            let rows = self
                .journal
                .iter()
                .filter(|row| row.kind == Some(Kind::Contact));
            let mut after = rows.skip_while(|row| row.at < joined.at);
            let ended = after.find(|row| row.event == "unlinked" && is_of(row, &joined.gone));
            let Some(ended) = ended else {
                return Err(Violation::new(
                    "merges_are_told",
                    format!(
                        "the journal tells that {} vanished, which became one with {}",
                        name(CRM, Kind::Contact, &joined.gone),
                        joined.kept
                    ),
                    format!("nothing of the customer {customer}, who had it"),
                ));
            };
            self.is_asked_about(&customer)?;
            let anew = after.find(|row| {
                row.event == "created" && row.side == Some(CRM) && is_of(row, &customer)
            });
            if let Some(anew) = anew {
                return Err(Violation::new(
                    "invariant_2_no_duplicates",
                    format!("nobody is made anew after a merge ({})", ended.detail),
                    format!("{:?} for the customer {customer}", anew.record),
                ));
            }
        }
        Ok(())
    }

    /// The customer with whom a contact was linked when it went.
    fn customer_of(&self, joined: &Joined) -> Option<String> {
        let before = self.journal.iter().take_while(|row| row.at < joined.at);
        let mut of = None;
        for row in before.filter(|row| is_of(row, &joined.gone)) {
            match row.event.as_str() {
                "unlinked" => of = None,
                "created" | "linked" => {
                    let ids = [&row.record, &row.counterpart].into_iter().flatten();
                    let mut ids = ids.map(|id| id.as_str());
                    of = ids.find(|id| *id != joined.gone).map(str::to_owned);
                }
                _ => {}
            }
        }
        of.filter(|customer| self.at_counter(customer))
    }

    /// Who waits for a person is in a question.
    fn is_asked_about(&self, customer: &str) -> Result<(), Violation> {
        let key = (Side::MyGadgetRepairs, Kind::Contact, customer.to_owned());
        let waits = self.states.get(&key) == Some(&RecordState::WaitsForPerson);
        let asked = self.reviews.iter().any(|line| {
            let candidates = line.detail["candidates"].as_array();
            let mut candidates = candidates.into_iter().flatten();
            line.record.as_str() == customer || candidates.any(|one| one["id"] == customer)
        });
        if !waits || asked || self.at.contains_key(&key) {
            return Ok(());
        }
        Err(Violation::new(
            "merges_are_told",
            "who waits for a person after a merge is in a question",
            format!("the customer {customer} is in none"),
        ))
    }

    fn at_counter(&self, customer: &str) -> bool {
        let customers = self.truth.of(Side::MyGadgetRepairs, Kind::Contact);
        customers.contains_key(customer)
    }
}

fn is_of(row: &JournalRow, id: &str) -> bool {
    [&row.record, &row.counterpart]
        .into_iter()
        .flatten()
        .any(|one| one.as_str() == id)
}
