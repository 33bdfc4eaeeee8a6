//! The two sides of a shop, and the kinds of record that are kept in step.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// One of the two systems that a shop joins.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Side {
    /// The CRM: contacts, tasks, notes, appointments.
    HighLevel,
    /// The counter: customers, tickets, comments, appointments.
    MyGadgetRepairs,
}

impl Side {
    /// Both sides, left first.
    pub const BOTH: [Self; 2] = [Self::HighLevel, Self::MyGadgetRepairs];

    /// The side across the bridge.
    #[must_use]
    pub const fn other(self) -> Self {
        match self {
            Self::HighLevel => Self::MyGadgetRepairs,
            Self::MyGadgetRepairs => Self::HighLevel,
        }
    }

    /// What belongs to this side and what belongs to the other one, left first; and, since it is the same turn, of what
    /// stands left first, this side's first.
    #[must_use]
    pub fn in_order<T>(self, own: T, across: T) -> (T, T) {
        match self {
            Self::HighLevel => (own, across),
            Self::MyGadgetRepairs => (across, own),
        }
    }

    /// The stable name used in configuration, the store and JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::HighLevel => "highlevel",
            Self::MyGadgetRepairs => "mygadgetrepairs",
        }
    }

    /// The vendor's own name, for people.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::HighLevel => "HighLevel",
            Self::MyGadgetRepairs => "MyGadgetRepairs",
        }
    }
}

impl fmt::Display for Side {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Side {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        Self::BOTH
            .into_iter()
            .find(|side| side.as_str() == text)
            .ok_or_else(|| {
                format!("`{text}` is not a side; write `highlevel` or `mygadgetrepairs`")
            })
    }
}

/// A kind of record. MyGadgetRepairs calls them customer, ticket, comment and appointment.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// A person: HighLevel contact, MyGadgetRepairs customer.
    Contact,
    /// Work to do: HighLevel task, MyGadgetRepairs ticket.
    Task,
    /// A remark: HighLevel note, MyGadgetRepairs ticket comment.
    Note,
    /// A date in the diary.
    Appointment,
}

impl Kind {
    /// All kinds, parents before children.
    pub const ALL: [Self; 4] = [Self::Contact, Self::Task, Self::Note, Self::Appointment];

    /// The stable name used in the store and JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Contact => "contact",
            Self::Task => "task",
            Self::Note => "note",
            Self::Appointment => "appointment",
        }
    }

    /// What the given side calls this kind.
    #[must_use]
    pub const fn name_on(self, side: Side) -> &'static str {
        match (self, side) {
            (Self::Contact, Side::MyGadgetRepairs) => "customer",
            (Self::Task, Side::MyGadgetRepairs) => "ticket",
            (Self::Note, Side::MyGadgetRepairs) => "comment",
            _ => self.as_str(),
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Kind {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        Self::ALL
            .into_iter()
            .find(|kind| kind.as_str() == text)
            .ok_or_else(|| format!("`{text}` is not a kind of record"))
    }
}
