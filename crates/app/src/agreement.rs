//! Where linked records differ, and why. Told from what is stored; no vendor is asked.

use crate::judge::Notes;
use crate::{App, AppError};
use domain::{Field, Kind, Record, RecordId, Side};
use mapping::{Direction, FieldRule, label};
use schemars::JsonSchema;
use serde::Serialize;
use std::collections::HashMap;
use store::{Link, StoredRecord};
use sync::{LeftAlone, PairDecision, Standing};

/// A linked pair that does not agree.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Difference {
    /// What kind of records they are.
    pub kind: Kind,
    /// The HighLevel record.
    pub highlevel: RecordId,
    /// The MyGadgetRepairs record.
    pub mygadgetrepairs: RecordId,
    /// The number by which people know it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
    /// The fields that differ.
    pub fields: Vec<DifferingField>,
}

/// A field that differs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct DifferingField {
    /// Its name.
    pub field: &'static str,
    /// Why.
    #[serde(flatten)]
    pub why: Why,
}

/// Why two values differ.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(tag = "why", rename_all = "snake_case")]
pub enum Why {
    /// It cannot be written, or be read.
    Held {
        /// In words.
        reason: String,
    },
    /// The vendor refused the value; it is tried again when a value changes.
    Withheld {
        /// In words.
        reason: String,
    },
    /// Both sides changed it; a person decides.
    Conflict,
    /// The rule of the field keeps edits on their side.
    Rule,
    /// A person had a write taken back.
    TakenBack,
    /// A person said that both sides are left as they are.
    LeftAlone,
    /// A vendor stores the value in another form.
    Form,
    /// It is about to be written.
    Pending,
}

impl Why {
    /// For people.
    #[must_use]
    pub fn words(&self) -> &str {
        match self {
            Self::Held { reason } | Self::Withheld { reason } => reason,
            Self::Conflict => "both sides changed it, and a person decides",
            Self::Rule => "the rule of the field keeps an edit on its side",
            Self::TakenBack => "a person had Repairbridge's write taken back",
            Self::LeftAlone => "a person said that both sides are left as they are",
            Self::Form => "each side keeps it in its own form",
            Self::Pending => "it is about to be written",
        }
    }
}

/// Why a field differs; nothing where it agrees.
pub(crate) fn why(
    field: Field,
    decision: &PairDecision,
    notes: &Notes,
    rule: Option<FieldRule>,
) -> Option<Why> {
    let (left, right) = (
        decision.left_shared.get(&field),
        decision.right_shared.get(&field),
    );
    let merge = &decision.merge;
    if let Some((_, problem)) = decision
        .paused
        .iter()
        .find(|(_, problem)| problem.field == field)
    {
        let reason = problem.reason.clone();
        return Some(Why::Held { reason });
    }
    if field.same(left, right) {
        return None;
    }
    if let Some(held) = merge.held.iter().find(|held| held.field == field) {
        let reason = held.reason.clone();
        let refused = notes.withheld.iter().any(|note| note.field == field);
        return Some(if refused {
            Why::Withheld { reason }
        } else {
            Why::Held { reason }
        });
    }
    if merge
        .conflicts
        .iter()
        .any(|conflict| conflict.field == field)
    {
        return Some(Why::Conflict);
    }
    if Side::BOTH
        .into_iter()
        .any(|side| merge.to(side).contains_key(&field))
    {
        return Some(Why::Pending);
    }
    if notes.taken_back.contains(&field) {
        return Some(Why::TakenBack);
    }
    Some(match rule.map(|rule| rule.direction) {
        Some(Direction::Both) | None => Why::Form,
        Some(_) => Why::Rule,
    })
}

/// A linked pair with the people to whom it belongs.
pub(crate) fn standing<'a>(left: &'a Record, right: &'a Record) -> Standing<'a> {
    Standing {
        side: left.side,
        kind: left.kind,
        id: &left.id,
        counterpart: Some(&right.id),
        parent: left.parent.as_ref(),
        parents_counterpart: right.parent.as_ref(),
    }
}

impl App {
    /// Linked records whose fields do not all agree, and why.
    ///
    /// # Errors
    /// When there is no such shop, or no sync has read it yet.
    pub async fn differences(&self, name: &str, limit: u32) -> Result<Vec<Difference>, AppError> {
        let shop = self.shop(name).await?;
        let links = self.store.differing(shop.id, limit).await?;
        if links.is_empty() {
            return Ok(Vec::new());
        }
        let judge = self.stored_judge(&shop).await?;
        let mut records: HashMap<(Side, Kind, RecordId), StoredRecord> = HashMap::new();
        for side in Side::BOTH {
            for kind in Kind::ALL {
                let ids = links.iter().filter(|link| link.kind == kind);
                let ids = ids.map(|link| link.on(side));
                for stored in self.store.records(shop.id, side, kind, ids).await? {
                    records.insert((side, kind, stored.record.id.clone()), stored);
                }
            }
        }
        let on = |link: &Link, side| records.get(&(side, link.kind, link.on(side).clone()));
        let left_alone = LeftAlone::new(self.store.left_alone(shop.id).await?);
        let mut differences = Vec::new();
        for link in &links {
            let (Some(left), Some(right)) =
                (on(link, Side::HighLevel), on(link, Side::MyGadgetRepairs))
            else {
                continue;
            };
            let decision = judge.judge(link, &left.record, &right.record);
            let notes = Notes::of(link);
            let is_left_alone = left_alone.covers(standing(&left.record, &right.record));
            let rules = judge.rules.fields_of(link.kind);
            let fields = rules
                .iter()
                .flat_map(|rules| rules.iter())
                .filter(|(_, rule)| rule.direction != Direction::Off)
                .filter_map(|(field, rule)| {
                    let why = why(field, &decision, &notes, Some(rule))?;
                    Some(DifferingField {
                        field: label(link.kind, Side::HighLevel, field),
                        why: if is_left_alone { Why::LeftAlone } else { why },
                    })
                });
            differences.push(Difference {
                kind: link.kind,
                highlevel: link.left.clone(),
                mygadgetrepairs: link.right.clone(),
                reference: right.record.reference.clone(),
                fields: fields.collect(),
            });
        }
        Ok(differences)
    }
}
