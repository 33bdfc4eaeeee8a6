//! Counting what a pass did, in the form that `sync --json` and `preview --json` print.

use domain::{Kind, RunId, Side};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
pub use sync::forecast::Requests;

/// Counts per kind, under the names that the side uses.
pub type PerKind = BTreeMap<String, u64>;

/// Counts per side and kind.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PerSide {
    /// HighLevel: contact, task, note, appointment.
    pub highlevel: PerKind,
    /// MyGadgetRepairs: customer, ticket, comment, appointment.
    pub mygadgetrepairs: PerKind,
}

impl PerSide {
    fn zero() -> Self {
        let zeros = |side| {
            Kind::ALL
                .iter()
                .map(|kind| (kind.name_on(side).to_owned(), 0))
                .collect()
        };
        Self {
            highlevel: zeros(Side::HighLevel),
            mygadgetrepairs: zeros(Side::MyGadgetRepairs),
        }
    }

    fn add(&mut self, side: Side, kind: Kind) {
        let of = match side {
            Side::HighLevel => &mut self.highlevel,
            Side::MyGadgetRepairs => &mut self.mygadgetrepairs,
        };
        *of.entry(kind.name_on(side).to_owned()).or_default() += 1;
    }

    /// The sum over everything.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.highlevel
            .values()
            .chain(self.mygadgetrepairs.values())
            .sum()
    }
}

/// How far the mapped fields of linked records agree.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Agreement {
    /// Fields compared.
    pub fields: u64,
    /// Fields that agree.
    pub agree: u64,
}

/// What a pass did, or would do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Tally {
    /// The shop's name.
    pub shop: String,
    /// The run.
    pub run: RunId,
    /// Whether nothing was left to do.
    pub finished: bool,
    /// Why it stopped early, in words.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reasons: Vec<String>,
    /// Records made.
    pub created: PerSide,
    /// Records changed.
    pub updated: PerSide,
    /// Records deleted.
    pub deleted: PerSide,
    /// Pairs found to be the same thing, or made so.
    pub linked: PerKind,
    /// Questions about people that wait for an answer.
    pub review: u64,
    /// Fields changed on both sides that wait for an answer.
    pub conflicts: u64,
    /// Writes and fields held back with a reason.
    pub held: u64,
    /// Writes that were refused for good.
    pub failed: u64,
    /// Customers and contacts with neither e-mail nor phone: synced by link only. Not counted by a service's own passes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unreachable: Option<u64>,
    /// Contacts whose notes were read, one request each.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub note_reads: u64,
    /// What rules about notes want done, in words, and for how many people.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub note_rules: BTreeMap<String, u64>,
    /// Requests that read both sides before anything was decided.
    #[serde(skip)]
    pub(crate) reads: Requests,
    /// Contacts among `note_reads` that the preview made up.
    #[serde(skip)]
    pub(crate) note_reads_of_new: u64,
    /// Requests that looked for somebody with the same keys before a contact was made.
    #[serde(skip)]
    pub(crate) key_looks: u64,
    /// Requests sent.
    pub requests: Requests,
    /// How far linked records agree.
    pub agreement: Agreement,
}

impl Tally {
    /// Nothing done yet.
    #[must_use]
    pub fn new(shop: &str, run: RunId) -> Self {
        Self {
            shop: shop.to_owned(),
            run,
            finished: false,
            reasons: Vec::new(),
            created: PerSide::zero(),
            updated: PerSide::zero(),
            deleted: PerSide::zero(),
            linked: Kind::ALL
                .iter()
                .map(|kind| (kind.as_str().to_owned(), 0))
                .collect(),
            review: 0,
            conflicts: 0,
            held: 0,
            failed: 0,
            unreachable: None,
            note_reads: 0,
            note_rules: BTreeMap::new(),
            reads: Requests::default(),
            note_reads_of_new: 0,
            key_looks: 0,
            requests: Requests::default(),
            agreement: Agreement::default(),
        }
    }

    /// A record was made.
    pub fn made(&mut self, side: Side, kind: Kind) {
        self.created.add(side, kind);
    }

    /// A record was changed.
    pub fn changed(&mut self, side: Side, kind: Kind) {
        self.updated.add(side, kind);
    }

    /// A record was deleted.
    pub fn removed(&mut self, side: Side, kind: Kind) {
        self.deleted.add(side, kind);
    }

    /// Two records were linked.
    pub fn joined(&mut self, kind: Kind) {
        *self.linked.entry(kind.as_str().to_owned()).or_default() += 1;
    }

    /// Whether anything was written to either side.
    #[must_use]
    pub fn wrote(&self) -> bool {
        self.created.total() + self.updated.total() + self.deleted.total() > 0
    }

    /// Says why the pass stops early; each reason once.
    pub fn stop(&mut self, reason: impl Into<String>) {
        let reason = reason.into();
        if !self.reasons.contains(&reason) {
            self.reasons.push(reason);
        }
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "as serde calls it")]
const fn is_zero(count: &u64) -> bool {
    *count == 0
}
