//! Three-way merge of a linked pair, field by field.
//!
//! The echo of our own write needs no memory and no timer: what we wrote, as the vendor shows it, is half
//! of the base, so when it comes back as an event or a poll row nothing has changed.

use crate::{Agreed, Base, Changes, Ground};
use domain::{Field, Fields, Side, Timestamp, Value};
use mapping::{Direction, FieldRule, Held, KindRules, Policy};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// A value that a vendor refused. It is not written again until one of the two values changes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Withheld {
    /// The side that refused.
    pub side: Side,
    /// The field.
    pub field: Field,
    /// What was to be written; nothing where it was to be cleared.
    pub value: Option<Value>,
    /// What that side showed then.
    pub shown: Option<Value>,
}

/// A person's answer to a conflict. It holds as long as both values are those that the person saw.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choice {
    /// The field.
    pub field: Field,
    /// Whose value stands.
    pub winner: Side,
    /// HighLevel's value as seen.
    pub left: Option<Value>,
    /// MyGadgetRepairs' value as seen.
    pub right: Option<Value>,
}

/// The answers that stay after a merge. One about an opt-out is good for one time: once it is carried out, or
/// the two sides agree anyway, the next time that somebody lifts the opt-out is asked about again.
#[must_use]
pub fn standing(choices: &[Choice], merge: &Merge) -> Vec<Choice> {
    let pending = |field: Field| {
        Side::BOTH
            .into_iter()
            .any(|side| merge.to(side).contains_key(&field))
            || merge.held.iter().any(|held| held.field == field)
    };
    choices
        .iter()
        .filter(|choice| !choice.field.is_consent() || pending(choice.field))
        .cloned()
        .collect()
}

/// The answers that stay once a write that loosens opt-outs is about to be sent. The ones that it carries out are
/// used up beforehand: whoever sets the opt-out again after a crash is asked, and not overruled by an old answer.
#[must_use]
pub fn unused(choices: &[Choice], written: &Changes) -> Vec<Choice> {
    let loosened =
        |field: Field| field.is_consent() && written.get(&field).is_some_and(Option::is_none);
    choices
        .iter()
        .filter(|choice| !loosened(choice.field))
        .cloned()
        .collect()
}

/// A field that both sides changed differently and that a person has to decide.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Conflict {
    /// The field.
    pub field: Field,
    /// HighLevel's value.
    pub left: Option<Value>,
    /// MyGadgetRepairs' value.
    pub right: Option<Value>,
    /// What both last agreed on; nothing for a fresh link.
    pub base: Option<Agreed>,
}

/// A value of a person's that a write replaces, because policy or direction says so. The journal keeps it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Overruled {
    /// The field.
    pub field: Field,
    /// Where the value stood.
    pub side: Side,
    /// The replaced value; nothing where the side had cleared the field.
    pub value: Option<Value>,
}

/// Whether a side can take a value at all; the reason if not.
pub type Writable<'a> = dyn Fn(Side, Field, Option<&Value>) -> Result<(), Held> + 'a;

/// What a merge looks at.
#[derive(Clone, Copy)]
pub struct MergeInput<'a> {
    /// What both last agreed on; nothing for a fresh link.
    pub base: Option<&'a Base>,
    /// HighLevel's shared fields.
    pub left: &'a Fields,
    /// MyGadgetRepairs' shared fields.
    pub right: &'a Fields,
    /// The rules of the kind.
    pub rules: &'a KindRules,
    /// When each side last changed, where both tell and can be trusted: left, right.
    pub times: Option<(Timestamp, Timestamp)>,
    /// Fields that cannot be read on one of the sides; not compared.
    pub paused: &'a BTreeSet<Field>,
    /// Values that a vendor refused.
    pub withheld: &'a [Withheld],
    /// Answers that people gave.
    pub choices: &'a [Choice],
    /// What each side can take.
    pub writable: &'a Writable<'a>,
}

/// What becomes of a pair.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Merge {
    /// To write to HighLevel.
    pub to_left: Changes,
    /// To write to MyGadgetRepairs.
    pub to_right: Changes,
    /// Why each of these is written.
    #[serde(default)]
    pub grounds: BTreeMap<Field, Ground>,
    /// The base to keep now. Fields that are to be written stay as they were until
    /// [`Base::settle`](crate::Base::settle) is told what came of it: after a crash in between the
    /// decision is simply made again.
    pub base: Base,
    /// For a person to decide.
    pub conflicts: Vec<Conflict>,
    /// Differences that are not written now, with the reason.
    pub held: Vec<Held>,
    /// Values that the writes replace by policy.
    pub overruled: Vec<Overruled>,
    /// Fields that differ and are nevertheless settled: kept apart by a rule, or as a vendor stores them.
    pub differing: BTreeSet<Field>,
    /// Fields that are filled on at least one side and were compared (`agreement.fields`).
    pub fields_compared: u32,
    /// Of those, how many mean the same (`agreement.agree`).
    pub fields_agreeing: u32,
}

impl Merge {
    /// Whether there is nothing to write.
    #[must_use]
    pub fn is_quiet(&self) -> bool {
        self.to_left.is_empty() && self.to_right.is_empty()
    }

    /// What is to be written to a side.
    #[must_use]
    pub const fn to(&self, side: Side) -> &Changes {
        match side {
            Side::HighLevel => &self.to_left,
            Side::MyGadgetRepairs => &self.to_right,
        }
    }
}

/// Merges a linked pair.
#[must_use]
pub fn merge(input: MergeInput<'_>) -> Merge {
    let mut merge = Merge {
        base: input.base.cloned().unwrap_or_default(),
        ..Merge::default()
    };
    for (field, rule) in input.rules.iter() {
        if rule.direction != Direction::Off && !input.paused.contains(&field) {
            FieldMerge::new(input, field, rule).run(&mut merge);
        }
    }
    merge
}

/// The merge of one field.
struct FieldMerge<'a> {
    input: MergeInput<'a>,
    field: Field,
    rule: FieldRule,
    left: Option<&'a Value>,
    right: Option<&'a Value>,
    base: Option<&'a Agreed>,
}

impl<'a> FieldMerge<'a> {
    fn new(input: MergeInput<'a>, field: Field, rule: FieldRule) -> Self {
        Self {
            input,
            field,
            rule,
            left: input.left.get(&field),
            right: input.right.get(&field),
            base: input.base.and_then(|base| base.get(field)),
        }
    }

    fn run(&self, merge: &mut Merge) {
        let equal = self.field.same(self.left, self.right);
        if self.left.is_some() || self.right.is_some() {
            merge.fields_compared += 1;
            merge.fields_agreeing += u32::from(equal);
        }
        if self.rule.conflict == Policy::Stricter {
            return self.stricter(equal, merge);
        }
        let changed = |side| match self.base {
            Some(base) => !self.field.same(self.on(side), base.on(side)),
            None => self.on(side).is_some(),
        };
        match (changed(Side::HighLevel), changed(Side::MyGadgetRepairs)) {
            (false, false) if self.base.is_some() => {
                if !equal {
                    merge.differing.insert(self.field);
                }
            }
            _ if equal => self.agree(merge),
            (true, false) => self.carry(Side::HighLevel, self.edited(Side::HighLevel), merge),
            (false, true) => self.carry(
                Side::MyGadgetRepairs,
                self.edited(Side::MyGadgetRepairs),
                merge,
            ),
            _ => self.conflict(merge),
        }
    }

    /// Opt-outs: the side that blocks wins over the side that does not, whichever changed. Lifted on one side
    /// while it stood on both, it is a question: only a person loosens.
    fn stricter(&self, equal: bool, merge: &mut Merge) {
        if equal {
            return self.agree(merge);
        }
        let strict = if blocks(self.left) {
            Side::HighLevel
        } else {
            Side::MyGadgetRepairs
        };
        let lifted = self
            .base
            .is_some_and(|base| blocks(base.left.as_ref()) && blocks(base.right.as_ref()));
        // What was lifted where it cannot flow from stays there, as any edit against the direction does.
        if !lifted || !self.rule.direction.writes(strict) {
            let ground = Ground::Rule {
                winner: strict,
                policy: self.rule.conflict,
            };
            return self.carry(strict, ground, merge);
        }
        match self.chosen() {
            Some(winner) => self.carry(winner, Ground::Choice { winner }, merge),
            None => self.ask(merge),
        }
    }

    const fn on(&self, side: Side) -> Option<&'a Value> {
        match side {
            Side::HighLevel => self.left,
            Side::MyGadgetRepairs => self.right,
        }
    }

    /// Both values become the base as they are.
    fn agree(&self, merge: &mut Merge) {
        let agreed = Agreed {
            left: self.left.cloned(),
            right: self.right.cloned(),
        };
        merge.base.0.insert(self.field, agreed);
    }

    /// Why a value is carried that only one side changed.
    const fn edited(&self, from: Side) -> Ground {
        let direction = self.rule.direction;
        match self.base {
            Some(_) => Ground::Edit { from, direction },
            None => Ground::First { from, direction },
        }
    }

    /// Writes the value of one side to the other.
    fn carry(&self, from: Side, ground: Ground, merge: &mut Merge) {
        let to = from.other();
        let value = self.on(from);
        if !self.rule.direction.writes(to) {
            // An edit against the direction stays where it is.
            self.agree(merge);
            merge.differing.insert(self.field);
            return;
        }
        if let Err(held) = (self.input.writable)(to, self.field, value) {
            merge.held.push(held);
            return;
        }
        if self.refused_before(to, value) {
            merge.held.push(Held {
                field: self.field,
                reason: if self.field.is_consent() {
                    format!(
                        "{} did not take this opt-out; set it there by hand",
                        to.title()
                    )
                } else {
                    format!(
                        "{} refused this value; it is tried again when the value changes on either side",
                        to.title()
                    )
                },
            });
            return;
        }
        let changes = match to {
            Side::HighLevel => &mut merge.to_left,
            Side::MyGadgetRepairs => &mut merge.to_right,
        };
        changes.insert(self.field, value.cloned());
        merge.grounds.insert(self.field, ground);
        if self.replaces_an_edit(to) {
            merge.overruled.push(Overruled {
                field: self.field,
                side: to,
                value: self.on(to).cloned(),
            });
        }
    }

    fn refused_before(&self, to: Side, value: Option<&Value>) -> bool {
        self.input.withheld.iter().any(|withheld| {
            withheld.side == to
                && withheld.field == self.field
                && self.field.same(withheld.value.as_ref(), value)
                && self.field.same(withheld.shown.as_ref(), self.on(to))
        })
    }

    /// Whether the value that is about to be replaced was edited, or never was on the other side.
    fn replaces_an_edit(&self, at: Side) -> bool {
        let value = self.on(at);
        self.base.map_or(value.is_some(), |base| {
            !Side::BOTH
                .into_iter()
                .all(|side| self.field.same(value, base.on(side)))
        })
    }

    fn conflict(&self, merge: &mut Merge) {
        match self.winner() {
            Some((winner, ground)) => self.carry(winner, ground, merge),
            None => self.ask(merge),
        }
    }

    fn ask(&self, merge: &mut Merge) {
        merge.conflicts.push(Conflict {
            field: self.field,
            left: self.left.cloned(),
            right: self.right.cloned(),
            base: self.base.cloned(),
        });
    }

    /// Whose value a person chose, having seen these two.
    fn chosen(&self) -> Option<Side> {
        let seen = |choice: &&Choice| {
            choice.field == self.field
                && self.field.same(choice.left.as_ref(), self.left)
                && self.field.same(choice.right.as_ref(), self.right)
        };
        let choice = self.input.choices.iter().find(seen)?;
        Some(choice.winner)
    }

    fn winner(&self) -> Option<(Side, Ground)> {
        if let Some(winner) = self.chosen() {
            return Some((winner, Ground::Choice { winner }));
        }
        let policy = self.rule.conflict;
        let winner = match policy {
            Policy::Highlevel => Some(Side::HighLevel),
            Policy::Mygadgetrepairs => Some(Side::MyGadgetRepairs),
            // Opt-outs have a merge of their own.
            Policy::Ask | Policy::Stricter => None,
            Policy::Newest => self.input.times.map(|(left, right)| {
                // At the same instant the counter, which talks to the person.
                if left > right {
                    Side::HighLevel
                } else {
                    Side::MyGadgetRepairs
                }
            }),
        };
        winner.map(|winner| (winner, Ground::Rule { winner, policy }))
    }
}

fn blocks(value: Option<&Value>) -> bool {
    value.and_then(Value::as_flag).unwrap_or(false)
}
