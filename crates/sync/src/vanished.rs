//! What becomes of a link of which a record vanished. Both vendors show a merge as a vanished id (highlevel-api.md 7,
//! operations-catalogue.md HT26), so that whoever may have been merged is matched anew before anything is let go.

use crate::{Candidate, Match, Reason, Rung};
use domain::{Kind, RecordId, Side};
use mapping::{DeletePolicy, Rules};
use serde::{Deserialize, Serialize};

/// A link of which at least one record may have vanished.
#[derive(Clone, Copy, Debug)]
pub struct Loss {
    /// The kind of its records.
    pub kind: Kind,
    /// The HighLevel record vanished.
    pub left_gone: bool,
    /// The MyGadgetRepairs record vanished.
    pub right_gone: bool,
    /// The survivor has an edit that was never carried over.
    pub survivor_edited: bool,
    /// The person that the vanished record belonged to vanished as well: it went along.
    pub with_parent: bool,
}

/// What the rules say of a link of which a record vanished.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub struct Vanished {
    /// What happens to the survivor, unless it belongs to another record now. The link goes in every case.
    pub policy: DeletePolicy,
    /// The side of the survivor; nothing when both vanished.
    pub survivor: Option<Side>,
}

/// What the rules say of a loss; nothing while both records are there. A survivor with an edit that was never carried
/// over is kept whatever the rules say, and work that went along with its person is treated no harder than the
/// person's counterpart.
#[must_use]
pub fn decide_vanished(loss: Loss, rules: &Rules) -> Option<Vanished> {
    let survivor = match (loss.left_gone, loss.right_gone) {
        (false, false) => return None,
        (true, true) => None,
        (true, false) => Some(Side::MyGadgetRepairs),
        (false, true) => Some(Side::HighLevel),
    };
    let policy = match survivor {
        Some(side) if !loss.survivor_edited => {
            let own = rules.delete.on(side, loss.kind);
            if loss.with_parent {
                own.min(rules.delete.on(side, Kind::Contact))
            } else {
                own
            }
        }
        _ => DeletePolicy::Unlink,
    };
    Some(Vanished { policy, survivor })
}

/// What becomes of the survivor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Parting {
    /// The vanished record was merged: the survivor belongs to this one now.
    Relink {
        /// The new counterpart.
        to: RecordId,
        /// The rung it stands on.
        rung: Rung,
        /// What speaks for it.
        reasons: Vec<Reason>,
    },
    /// It may have been merged: a person decides, and until then the survivor is left alone.
    Ask {
        /// Records that may be the counterpart now, best first.
        candidates: Vec<Candidate>,
    },
    /// Nobody else can be meant: it was deleted, and the policy is carried out.
    LetGo(DeletePolicy),
}

/// Decides about a survivor. `found` is what matching says of it as if it had never been linked, `moved_to` the record
/// to which the work of the vanished one has moved: only a merge moves it, but whose the work is now is a person's
/// word, so that alone it is a question.
#[must_use]
pub fn part(vanished: Vanished, found: Match, moved_to: Option<Candidate>) -> Parting {
    if vanished.survivor.is_none() {
        return Parting::LetGo(DeletePolicy::Unlink);
    }
    match (found, moved_to) {
        (Match::Link { to, rung, reasons }, _) => Parting::Relink { to, rung, reasons },
        (Match::Review { mut candidates }, Some(mut moved)) => {
            if let Some(at) = candidates.iter().position(|one| one.id == moved.id) {
                let known = candidates.remove(at).reasons;
                moved.reasons.retain(|reason| !known.contains(reason));
                moved.reasons.splice(0..0, known);
            }
            candidates.insert(0, moved);
            Parting::Ask { candidates }
        }
        (Match::Review { candidates }, None) => Parting::Ask { candidates },
        (Match::Create, Some(moved)) => Parting::Ask {
            candidates: vec![moved],
        },
        (Match::Create, None) => Parting::LetGo(vanished.policy),
    }
}
