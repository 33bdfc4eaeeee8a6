//! What people changed: noted with the link, so that a value that is not ours has a time.

use crate::judge::Notes;
use domain::{Field, Side, Timestamp, Value};
use serde::{Deserialize, Serialize};
use sync::{Base, PairDecision};

/// A value that a person entered on a linked record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Edit {
    /// Where.
    pub(crate) side: Side,
    /// The field.
    pub(crate) field: Field,
    /// The value; nothing where the field was emptied.
    pub(crate) value: Option<Value>,
    /// When we first saw it.
    pub(crate) at: Timestamp,
}

impl Notes {
    /// Notes what differs from the base on a side: nobody but a person can have changed it, since our own
    /// writes become the base when they are read back. Answers what was not known before.
    pub(crate) fn note_edits(
        &mut self,
        base: &Base,
        decision: &PairDecision,
        now: Timestamp,
    ) -> Vec<(Side, Field)> {
        let mut new = Vec::new();
        for (field, agreed) in &base.0 {
            for (side, shown) in [
                (Side::HighLevel, &decision.left_shared),
                (Side::MyGadgetRepairs, &decision.right_shared),
            ] {
                let paused = |(_, problem): &(Side, mapping::Problem)| problem.field == *field;
                let value = shown.get(field);
                if field.same(value, agreed.on(side)) || decision.paused.iter().any(paused) {
                    continue;
                }
                let known = self.edit(side, *field);
                if known.is_some_and(|edit| field.same(edit.value.as_ref(), value)) {
                    continue;
                }
                self.edits
                    .retain(|edit| (edit.side, edit.field) != (side, *field));
                self.edits.push(Edit {
                    side,
                    field: *field,
                    value: value.cloned(),
                    at: now,
                });
                new.push((side, *field));
            }
        }
        new
    }

    /// The last edit of a field on a side.
    pub(crate) fn edit(&self, side: Side, field: Field) -> Option<&Edit> {
        self.edits
            .iter()
            .find(|edit| (edit.side, edit.field) == (side, field))
    }
}
