//! Why a value is written: kept with the write, so that it can be told later.

use domain::Side;
use mapping::{Direction, Policy};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What decided that a value is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "by", rename_all = "snake_case")]
pub enum Ground {
    /// Only one side had changed the field since both last agreed.
    Edit {
        /// Whose value it is.
        from: Side,
        /// Which way the field flowed by rule.
        direction: Direction,
    },
    /// Only one side had a value when the two were linked.
    First {
        /// Whose value it is.
        from: Side,
        /// Which way the field flowed by rule.
        direction: Direction,
    },
    /// The two sides differed, and the rule of the field named the winner.
    Rule {
        /// Whose value stands.
        winner: Side,
        /// The rule.
        policy: Policy,
    },
    /// The two sides differed, and a person chose.
    Choice {
        /// Whose value stands.
        winner: Side,
    },
    /// The record was made with this value.
    Created {
        /// Whose value it is.
        from: Side,
    },
    /// A person had an earlier write taken back.
    Undo,
}

impl Ground {
    /// The side whose value was written; nothing where an earlier value was put back.
    #[must_use]
    pub const fn from(self) -> Option<Side> {
        match self {
            Self::Edit { from, .. } | Self::First { from, .. } | Self::Created { from } => {
                Some(from)
            }
            Self::Rule { winner, .. } | Self::Choice { winner } => Some(winner),
            Self::Undo => None,
        }
    }

    /// For people; follows "because".
    #[must_use]
    pub fn words(self) -> String {
        match self {
            Self::Edit { from, direction } => format!(
                "it was changed in {} only, and the field flows {}",
                from.title(),
                way(direction)
            ),
            Self::First { from, direction } => format!(
                "only {} had a value when the two were linked, and the field flows {}",
                from.title(),
                way(direction)
            ),
            Self::Rule {
                winner,
                policy: Policy::Newest,
            } => format!(
                "the two sides differed, and by the rule of the field the later change stands: {}'s",
                winner.title()
            ),
            Self::Rule {
                winner,
                policy: Policy::Stricter,
            } => format!(
                "the person opted out in {}, and an opt-out of either side holds on both",
                winner.title()
            ),
            Self::Rule { winner, .. } => format!(
                "the two sides differed, and by the rule of the field {}'s value stands",
                winner.title()
            ),
            Self::Choice { winner } => format!(
                "the two sides differed, and a person chose {}'s value",
                winner.title()
            ),
            Self::Created { from } => {
                format!("the record was made for the one in {}", from.title())
            }
            Self::Undo => "a person had what Repairbridge wrote taken back".to_owned(),
        }
    }
}

/// Which way a field flows, for people.
#[must_use]
pub const fn way(direction: Direction) -> &'static str {
    match direction {
        Direction::Both => "both ways",
        Direction::ToHighlevel => "to HighLevel only",
        Direction::ToMygadgetrepairs => "to MyGadgetRepairs only",
        Direction::Off => "nowhere",
    }
}
