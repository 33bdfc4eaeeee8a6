//! Direction and conflict policy of every shared field.

use domain::{Field, Kind, Side};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Which way a field flows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// Either side's edit reaches the other.
    Both,
    /// MyGadgetRepairs leads; edits in HighLevel stay there.
    ToHighlevel,
    /// HighLevel leads; edits in MyGadgetRepairs stay there.
    ToMygadgetrepairs,
    /// Not synced.
    Off,
}

impl Direction {
    /// What is left of it when nothing may be written to the side.
    const fn without(self, side: Side) -> Self {
        match (
            self.writes(Side::HighLevel),
            self.writes(Side::MyGadgetRepairs),
            side,
        ) {
            (_, true, Side::HighLevel) => Self::ToMygadgetrepairs,
            (true, _, Side::MyGadgetRepairs) => Self::ToHighlevel,
            _ => Self::Off,
        }
    }

    /// Whether values may be written to the side.
    #[must_use]
    pub const fn writes(self, side: Side) -> bool {
        matches!(
            (self, side),
            (Self::Both, _)
                | (Self::ToHighlevel, Side::HighLevel)
                | (Self::ToMygadgetrepairs, Side::MyGadgetRepairs)
        )
    }
}

/// Whose value stands when both sides changed a field differently.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Policy {
    /// The later change, where both sides tell the time of change; else a person is asked.
    Newest,
    /// HighLevel's.
    Highlevel,
    /// MyGadgetRepairs'.
    Mygadgetrepairs,
    /// A person decides.
    Ask,
    /// The opt-out of either side holds on both; only a person lifts one. For opt-outs, and for nothing else.
    Stricter,
}

/// How one field is kept in step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct FieldRule {
    /// Which way it flows.
    pub direction: Direction,
    /// Whose value stands in a conflict.
    pub conflict: Policy,
}

/// The rules of one kind's shared fields. Every shared field of the kind has one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct KindRules(BTreeMap<Field, FieldRule>);

impl KindRules {
    /// The rule of a field; nothing for a field that this kind does not share.
    #[must_use]
    pub fn get(&self, field: Field) -> Option<FieldRule> {
        self.0.get(&field).copied()
    }

    /// Changes the rule of a shared field; whether the kind shares it.
    pub fn set(&mut self, field: Field, rule: FieldRule) -> bool {
        self.0.get_mut(&field).map(|slot| *slot = rule).is_some()
    }

    /// All fields with their rules, in order.
    pub fn iter(&self) -> impl Iterator<Item = (Field, FieldRule)> + '_ {
        self.0.iter().map(|(field, rule)| (*field, *rule))
    }

    /// The same rules, but nothing is written to the side.
    pub(crate) fn without_writes_to(&self, side: Side) -> Self {
        let kept = self.0.iter().map(|(field, rule)| {
            let direction = rule.direction.without(side);
            (*field, FieldRule { direction, ..*rule })
        });
        Self(kept.collect())
    }

    fn contact() -> Self {
        let both = |conflict| FieldRule {
            direction: Direction::Both,
            conflict,
        };
        Self(BTreeMap::from([
            (Field::Name, both(Policy::Mygadgetrepairs)),
            (Field::Email, both(Policy::Ask)),
            (Field::Phone, both(Policy::Ask)),
            (Field::Company, both(Policy::Mygadgetrepairs)),
            (Field::Address, both(Policy::Mygadgetrepairs)),
            (Field::City, both(Policy::Mygadgetrepairs)),
            (Field::PostalCode, both(Policy::Mygadgetrepairs)),
            (Field::Country, both(Policy::Mygadgetrepairs)),
            (Field::NoContact, both(Policy::Stricter)),
            (Field::NoCalls, both(Policy::Stricter)),
            (Field::NoEmail, both(Policy::Stricter)),
            (Field::NoSms, both(Policy::Stricter)),
        ]))
    }

    fn task() -> Self {
        let counter = |direction| FieldRule {
            direction,
            conflict: Policy::Mygadgetrepairs,
        };
        Self(BTreeMap::from([
            (Field::Title, counter(Direction::Both)),
            (Field::Body, counter(Direction::Both)),
            (Field::DueDate, counter(Direction::ToHighlevel)),
            (Field::Completed, counter(Direction::Both)),
        ]))
    }

    fn appointment() -> Self {
        // Both ways, as soon as the way back is on: see `Rules::fields_of`.
        let booked = FieldRule {
            direction: Direction::Both,
            conflict: Policy::Highlevel,
        };
        Self(BTreeMap::from([
            (Field::Title, booked),
            (Field::Start, booked),
            (Field::End, booked),
            (Field::Cancelled, booked),
        ]))
    }

    /// Lays what a document says over the defaults.
    fn overlay<E: serde::de::Error>(
        mut self,
        patches: &BTreeMap<String, Patch>,
    ) -> Result<Self, E> {
        for (name, patch) in patches {
            let slot = name
                .parse::<Field>()
                .ok()
                .and_then(|field| self.0.get_mut(&field));
            let Some(slot) = slot else {
                let known: Vec<&str> = self.0.keys().map(|field| field.as_str()).collect();
                return Err(E::custom(format!(
                    "`{name}` is not a shared field here; the fields are {}",
                    known.join(", ")
                )));
            };
            slot.direction = patch.direction.unwrap_or(slot.direction);
            slot.conflict = patch.conflict.unwrap_or(slot.conflict);
            let opt_out = name.parse().is_ok_and(Field::is_consent);
            if opt_out != (slot.conflict == Policy::Stricter) {
                return Err(E::custom(format!(
                    "`{name}`: the policy `stricter` is for opt-outs, and opt-outs have no other"
                )));
            }
            let due = name == Field::DueDate.as_str();
            if due && slot.direction.writes(Side::MyGadgetRepairs) {
                return Err(E::custom(
                    "due_date cannot be written to MyGadgetRepairs: a ticket's due date follows from \
                     the due rule; write `to_highlevel` or `off`",
                ));
            }
        }
        Ok(self)
    }
}

/// What a document may say about a field; what it leaves out stays as the default.
#[derive(Clone, Copy, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Patch {
    direction: Option<Direction>,
    conflict: Option<Policy>,
}

/// The rules of every shared field, by kind.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FieldRules {
    contact: KindRules,
    task: KindRules,
    appointment: KindRules,
}

impl Default for FieldRules {
    fn default() -> Self {
        Self {
            contact: KindRules::contact(),
            task: KindRules::task(),
            appointment: KindRules::appointment(),
        }
    }
}

impl FieldRules {
    /// The rules of a kind; nothing for kinds without shared fields.
    #[must_use]
    pub const fn of(&self, kind: Kind) -> Option<&KindRules> {
        match kind {
            Kind::Contact => Some(&self.contact),
            Kind::Task => Some(&self.task),
            Kind::Appointment => Some(&self.appointment),
            Kind::Note => None,
        }
    }

    /// The rules of a kind, to change them.
    pub const fn of_mut(&mut self, kind: Kind) -> Option<&mut KindRules> {
        match kind {
            Kind::Contact => Some(&mut self.contact),
            Kind::Task => Some(&mut self.task),
            Kind::Appointment => Some(&mut self.appointment),
            Kind::Note => None,
        }
    }
}

impl<'de> Deserialize<'de> for FieldRules {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Default, Deserialize)]
        #[serde(deny_unknown_fields, default)]
        struct Document {
            contact: BTreeMap<String, Patch>,
            task: BTreeMap<String, Patch>,
            appointment: BTreeMap<String, Patch>,
        }
        let document = Document::deserialize(deserializer)?;
        Ok(Self {
            contact: KindRules::contact().overlay(&document.contact)?,
            task: KindRules::task().overlay(&document.task)?,
            appointment: KindRules::appointment().overlay(&document.appointment)?,
        })
    }
}
