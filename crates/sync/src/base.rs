//! What both sides last agreed on.

use crate::Withheld;
use domain::{Field, Fields, Side, Value};
use mapping::{Direction, Held, KindRules};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Shared fields to write; an empty value clears.
pub type Changes = BTreeMap<Field, Option<Value>>;

/// The two values of a field when they last counted as being in step. They may differ: a vendor shortened
/// what we wrote, a default filled itself in, an edit stays on its side by rule.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Agreed {
    /// HighLevel's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub left: Option<Value>,
    /// MyGadgetRepairs'.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub right: Option<Value>,
}

impl Agreed {
    /// The value on a side.
    #[must_use]
    pub const fn on(&self, side: Side) -> Option<&Value> {
        match side {
            Side::HighLevel => self.left.as_ref(),
            Side::MyGadgetRepairs => self.right.as_ref(),
        }
    }

    fn new(side: Side, here: Option<Value>, there: Option<Value>) -> Self {
        match side {
            Side::HighLevel => Self {
                left: here,
                right: there,
            },
            Side::MyGadgetRepairs => Self {
                left: there,
                right: here,
            },
        }
    }
}

/// The base of a link: for every shared field that was ever in step, the values on which both sides last
/// agreed, in shared terms as each side shows them. A field that is missing has never been in step.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Base(pub BTreeMap<Field, Agreed>);

impl Base {
    /// The agreed values of a field.
    #[must_use]
    pub fn get(&self, field: Field) -> Option<&Agreed> {
        self.0.get(&field)
    }

    /// Sets what counts as in step from now on: the value on a side, and the other side's.
    pub fn put(&mut self, field: Field, side: Side, here: Option<Value>, there: Option<Value>) {
        self.0.insert(field, Agreed::new(side, here, there));
    }

    /// Takes in what came of a write to `side`: `before` is what the side showed when it was decided,
    /// `shown` what it reads back as. What a vendor made of our value becomes its half of the base, so
    /// that it never comes back as an edit. Values that it did not take at all are returned, to be kept
    /// with the link.
    #[must_use = "a refused value that is not kept is written again and again"]
    pub fn settle(
        &mut self,
        side: Side,
        written: &Changes,
        before: &Fields,
        shown: &Fields,
    ) -> Vec<Withheld> {
        let mut refused = Vec::new();
        for (field, value) in written {
            let (old, new) = (before.get(field), shown.get(field));
            if field.same(old, new) && !field.same(value.as_ref(), new) {
                refused.push(Withheld {
                    side,
                    field: *field,
                    value: value.clone(),
                    shown: new.cloned(),
                });
            } else {
                self.0
                    .insert(*field, Agreed::new(side, new.cloned(), value.clone()));
            }
        }
        refused
    }

    /// The base just after a counterpart was made on `side`: `source` are the other side's values that
    /// the creation was decided on, `shown` what the new record reads back as, `held` the fields that
    /// could not be written. Held fields, and values that the vendor dropped, are not in step and left
    /// out: the next decision tries them once more by themselves.
    #[must_use]
    pub fn created(
        side: Side,
        rules: &KindRules,
        source: &Fields,
        shown: &Fields,
        held: &[Held],
    ) -> Self {
        let settled = rules.iter().filter_map(|(field, rule)| {
            let (here, there) = (shown.get(&field), source.get(&field));
            let dropped = rule.direction.writes(side) && there.is_some() && here.is_none();
            let left_out = dropped
                || rule.direction == Direction::Off
                || held.iter().any(|held| held.field == field);
            (!left_out).then(|| (field, Agreed::new(side, here.cloned(), there.cloned())))
        });
        Self(settled.collect())
    }
}
