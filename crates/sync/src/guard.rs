//! When a run has to wait for a person: the first one, and those that would change suspiciously much.

use crate::{Deed, Plan};
use domain::Side;
use mapping::GuardLimits;
use serde::{Deserialize, Serialize};

/// Whether a run may go ahead.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "approval")]
pub enum Approval {
    /// It may.
    Go,
    /// A person has to approve it.
    Wait {
        /// Why, as a plain sentence.
        reason: String,
    },
}

/// Judges a plan. `linked` is the number of linked records of the shop, `first_run` whether no run was ever
/// approved.
#[must_use]
pub fn approve(plan: &Plan, linked: u64, first_run: bool, limits: &GuardLimits) -> Approval {
    if plan.is_empty() {
        return Approval::Go;
    }
    if first_run {
        return if limits.first_run {
            wait(first(plan))
        } else {
            Approval::Go
        };
    }
    let lost = plan.total(Deed::Delete) + plan.total(Deed::Unlink);
    if lost > allowed(linked, limits.deletes, limits.deletes_percent) {
        return wait(format!(
            "{lost} of {linked} linked records would be deleted or unlinked, more than {} or {} %. If \
             that is right, approve the run; if not, look at the side where they vanished first.",
            limits.deletes, limits.deletes_percent
        ));
    }
    let changed = plan.total(Deed::Create) + plan.total(Deed::Update);
    if changed > allowed(linked, limits.changes, limits.changes_percent) {
        return wait(format!(
            "{changed} records would be created or changed, with {linked} linked: more than {} and \
             more than {} %. Look at the preview and approve the run if that is right.",
            limits.changes, limits.changes_percent
        ));
    }
    Approval::Go
}

const fn wait(reason: String) -> Approval {
    Approval::Wait { reason }
}

fn allowed(linked: u64, number: u64, percent: u64) -> u64 {
    number.max(linked.saturating_mul(percent) / 100)
}

fn first(plan: &Plan) -> String {
    let on = |wanted: Side, deeds: &[Deed]| -> u64 {
        plan.iter()
            .filter(|(deed, side, _, _)| *side == wanted && deeds.contains(deed))
            .map(|(_, _, _, number)| number)
            .sum()
    };
    let part = |side: Side| {
        format!(
            "{} records would be created and {} changed in {}",
            on(side, &[Deed::Create]),
            on(side, &[Deed::Update]),
            side.title()
        )
    };
    format!(
        "This is the shop's first run: {}, {}. Look at the preview and approve it.",
        part(Side::HighLevel),
        part(Side::MyGadgetRepairs)
    )
}
