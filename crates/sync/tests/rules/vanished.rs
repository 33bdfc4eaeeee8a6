//! A vanished record: merged, or deleted; and what the rules let happen to its counterpart.

use domain::{Kind, RecordId, Side};
use mapping::{DeletePolicy, DeleteRule, Rules};
use proptest::prelude::*;
use sync::{Candidate, Loss, Match, Parting, Reason, Rung, Vanished, decide_vanished, part};

fn policy() -> impl Strategy<Value = DeletePolicy> {
    prop::sample::select(vec![
        DeletePolicy::Unlink,
        DeletePolicy::Archive,
        DeletePolicy::Delete,
    ])
}

fn rules() -> impl Strategy<Value = Rules> {
    (policy(), policy(), policy(), policy()).prop_map(|(one, two, three, four)| {
        let mut rules = Rules::default();
        rules.delete.contact = DeleteRule {
            highlevel: one,
            mygadgetrepairs: two,
        };
        rules.delete.task = DeleteRule {
            highlevel: three,
            mygadgetrepairs: four,
        };
        rules
    })
}

fn loss() -> impl Strategy<Value = Loss> {
    let kind = prop::sample::select(vec![Kind::Contact, Kind::Task]);
    (
        kind,
        any::<bool>(),
        any::<bool>(),
        any::<bool>(),
        any::<bool>(),
    )
        .prop_map(
            |(kind, left_gone, right_gone, survivor_edited, with_parent)| Loss {
                kind,
                left_gone,
                right_gone,
                survivor_edited,
                with_parent: with_parent && kind != Kind::Contact,
            },
        )
}

fn candidates() -> impl Strategy<Value = Vec<Candidate>> {
    prop::collection::vec(0_u8..5, 1..4).prop_map(|ids| {
        let mut ids: Vec<u8> = ids;
        ids.sort_unstable();
        ids.dedup();
        ids.into_iter()
            .map(|id| Candidate {
                id: RecordId::new(format!("c{id}")),
                reasons: vec![Reason::SamePhone],
            })
            .collect()
    })
}

fn found() -> impl Strategy<Value = Match> {
    prop_oneof![
        Just(Match::Create),
        (0_u8..5).prop_map(|id| Match::Link {
            to: RecordId::new(format!("c{id}")),
            rung: Rung::Email,
            reasons: vec![Reason::SameEmail],
        }),
        candidates().prop_map(|candidates| Match::Review { candidates }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn invariant_3_no_lost_edit_by_a_delete_rule(loss in loss(), rules in rules()) {
        let Some(vanished) = decide_vanished(loss, &rules) else {
            prop_assert!(!loss.left_gone && !loss.right_gone, "while both are there nothing is decided");
            return Ok(());
        };
        let survivor = match (loss.left_gone, loss.right_gone) {
            (true, true) => None,
            (true, false) => Some(Side::MyGadgetRepairs),
            _ => Some(Side::HighLevel),
        };
        prop_assert_eq!(vanished.survivor, survivor);
        // A record is touched only where it is alone, unedited, and the rule of its own side says so.
        if loss.survivor_edited || survivor.is_none() {
            prop_assert_eq!(vanished.policy, DeletePolicy::Unlink);
        }
        if let Some(side) = survivor {
            prop_assert!(vanished.policy <= rules.delete.on(side, loss.kind));
            if loss.with_parent {
                prop_assert!(vanished.policy <= rules.delete.on(side, Kind::Contact));
            } else if !loss.survivor_edited {
                prop_assert_eq!(vanished.policy, rules.delete.on(side, loss.kind));
            }
        }
    }

    #[test]
    fn invariant_2_a_merged_record_is_matched_anew_before_anything_is_let_go(
        policy in policy(), alone: bool, found in found(), moved in prop::option::of(0_u8..6),
    ) {
        let moved = moved.map(|id| Candidate {
            id: RecordId::new(format!("c{id}")),
            reasons: vec![Reason::WorkMoved],
        });
        let survivor = (!alone).then_some(Side::MyGadgetRepairs);
        let parting = part(Vanished { policy, survivor }, found.clone(), moved.clone());
        match (&found, &moved) {
            _ if alone => prop_assert_eq!(parting, Parting::LetGo(DeletePolicy::Unlink)),
            (Match::Link { to: wanted, .. }, _) => {
                let linked = matches!(&parting, Parting::Relink { to, .. } if to == wanted);
                prop_assert!(linked);
            }
            // The policy is carried out only where nobody can be meant.
            (Match::Create, None) => prop_assert_eq!(parting, Parting::LetGo(policy)),
            _ => {
                let Parting::Ask { candidates } = parting else {
                    return Err(TestCaseError::fail("a person is asked"));
                };
                if let Some(moved) = &moved {
                    prop_assert_eq!(&candidates[0].id, &moved.id, "whoever has the work comes first");
                    prop_assert!(candidates[0].reasons.contains(&Reason::WorkMoved));
                }
                if let Match::Review { candidates: before } = &found {
                    prop_assert!(before.iter().all(|one| candidates.iter().any(|other| other.id == one.id)));
                }
                let mut ids: Vec<_> = candidates.iter().map(|one| &one.id).collect();
                ids.sort();
                ids.dedup();
                prop_assert_eq!(ids.len(), candidates.len(), "nobody is named twice");
            }
        }
    }
}
