//! What happens to the counterpart of a record that was deleted.

use domain::{Kind, Side};
use serde::de::value::{MapAccessDeserializer, StrDeserializer};
use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;

/// What happens to the counterpart of a record that vanished. Later is harder.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "lowercase")]
pub enum DeletePolicy {
    /// The link is taken off and a person is told.
    #[default]
    Unlink,
    /// As unlink, and the counterpart is marked as archived: a task is completed.
    Archive,
    /// The counterpart is deleted as well.
    Delete,
}

/// The policy of a kind, by the side on which the counterpart is. Written as one word for both sides, or as a table
/// with `highlevel` and `mygadgetrepairs`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DeleteRule {
    /// For a HighLevel record whose counterpart was deleted in MyGadgetRepairs.
    pub highlevel: DeletePolicy,
    /// For a MyGadgetRepairs record whose counterpart was deleted in HighLevel.
    pub mygadgetrepairs: DeletePolicy,
}

impl DeleteRule {
    /// The same on both sides.
    #[must_use]
    pub const fn both(policy: DeletePolicy) -> Self {
        Self {
            highlevel: policy,
            mygadgetrepairs: policy,
        }
    }

    /// The policy for counterparts on a side.
    #[must_use]
    pub const fn on(self, side: Side) -> DeletePolicy {
        match side {
            Side::HighLevel => self.highlevel,
            Side::MyGadgetRepairs => self.mygadgetrepairs,
        }
    }
}

/// The delete policy of every kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct DeleteRules {
    /// Contacts and customers.
    pub contact: DeleteRule,
    /// Tasks and tickets.
    pub task: DeleteRule,
    /// Notes and comments.
    pub note: DeleteRule,
    /// Appointments.
    pub appointment: DeleteRule,
}

impl DeleteRules {
    /// The policy for counterparts of a kind on a side.
    #[must_use]
    pub const fn on(&self, side: Side, kind: Kind) -> DeletePolicy {
        match kind {
            Kind::Contact => self.contact,
            Kind::Task => self.task,
            Kind::Note => self.note,
            Kind::Appointment => self.appointment,
        }
        .on(side)
    }

    /// What cannot be carried out, in words with the mend.
    ///
    /// # Errors
    /// When a vendor cannot archive records of a kind, or a kind has no counterparts.
    pub fn check(&self) -> Result<(), String> {
        for kind in Kind::ALL {
            for side in Side::BOTH {
                if let Err(why) = offered(side, kind, self.on(side, kind)) {
                    return Err(format!("delete.{kind}: {why}"));
                }
            }
        }
        Ok(())
    }
}

/// Whether a side can do this to a record of a kind. Neither vendor has an archive (highlevel-api.md 7,
/// mygadgetrepairs-api.md 9): only a HighLevel task has a state that says "out of the way".
fn offered(side: Side, kind: Kind, policy: DeletePolicy) -> Result<(), String> {
    use DeletePolicy::{Archive, Unlink};
    match (kind, side, policy) {
        (_, _, Unlink) | (Kind::Task, Side::HighLevel, _) => Ok(()),
        (Kind::Note, ..) => Err(
            "notes and comments are told, not paired, so nothing becomes of one when the other is deleted; \
             write `unlink`"
                .to_owned(),
        ),
        (Kind::Appointment, ..) => Err(
            "counterparts of deleted appointments are not archived or deleted by this rule; write `unlink`".to_owned(),
        ),
        (Kind::Contact, Side::HighLevel, Archive) => Err(
            "HighLevel has no archive for contacts, and a tag in its place could start automations that text them; \
             write `unlink` or `delete` for highlevel"
                .to_owned(),
        ),
        (_, Side::MyGadgetRepairs, Archive) => Err(format!(
            "MyGadgetRepairs has no archive for {}s; write `unlink` or `delete` for mygadgetrepairs",
            kind.name_on(side)
        )),
        (Kind::Contact | Kind::Task, ..) => Ok(()),
    }
}

impl Serialize for DeleteRule {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.highlevel == self.mygadgetrepairs {
            return self.highlevel.serialize(serializer);
        }
        Each {
            highlevel: self.highlevel,
            mygadgetrepairs: self.mygadgetrepairs,
        }
        .serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for DeleteRule {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Written)
    }
}

/// The form with a word for each side.
#[derive(Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Each {
    highlevel: DeletePolicy,
    mygadgetrepairs: DeletePolicy,
}

struct Written;

impl<'de> Visitor<'de> for Written {
    type Value = DeleteRule;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            "`unlink`, `archive` or `delete`, or a table with one for highlevel and mygadgetrepairs",
        )
    }

    fn visit_str<E: serde::de::Error>(self, word: &str) -> Result<DeleteRule, E> {
        DeletePolicy::deserialize(StrDeserializer::new(word)).map(DeleteRule::both)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<DeleteRule, A::Error> {
        let each = Each::deserialize(MapAccessDeserializer::new(map))?;
        Ok(DeleteRule {
            highlevel: each.highlevel,
            mygadgetrepairs: each.mygadgetrepairs,
        })
    }
}
