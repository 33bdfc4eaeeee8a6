//! The simulation itself: the same seed leads to the same journal, and schedules written by hand for what it found.

#![expect(clippy::unwrap_used, reason = "tests fail loudly")]

use domain::{Field, Side};
use prove::{Act, Deed, Diaries, Pushing, Schedule, Setting, Step, Task, prove};
use std::time::Duration;

#[test]
fn the_same_seed_leads_to_the_same_journal() {
    let task = |threads| Task {
        seed: 11,
        schedules: 6,
        threads,
        setting: Setting::default(),
    };
    let played = |threads| prove(&task(threads), || Duration::ZERO, |_| ()).unwrap();
    let (one, other) = (played(1), played(2));
    assert!(one.holds(), "{:?}", one.failures);
    assert!(one.crashes > 0 && one.faults.len() > 2, "{one:?}");
    assert_eq!(one.digest, other.digest);
}

fn act(number: u32, side: Side, deed: Deed) -> Step {
    Step::Person(Act {
        side,
        number,
        pick: 0,
        deed,
    })
}

/// A shop without faults and limits in which these steps happen.
fn schedule(steps: Vec<Step>) -> Schedule {
    let mut schedule = Schedule::drawn(1);
    schedule.customers = 0;
    schedule.contacts = 0;
    schedule.limits = false;
    schedule.pushing = None;
    schedule.diaries = Diaries::Shown;
    schedule.highlevel = twin::highlevel::Settings::unhindered();
    schedule.mygadgetrepairs = twin::mygadgetrepairs::Settings {
        throttle_per_minute: None,
        ..twin::mygadgetrepairs::Settings::default()
    };
    schedule.steps = steps;
    schedule
}

const PASS: Step = Step::Pass {
    approve: true,
    live: false,
};

/// Plays what happens around a pass that is killed, for many moments of its death.
fn killed_anywhere(before: &[Step], after: &[Step]) {
    killed_with(Diaries::Shown, before, after);
}

fn killed_with(diaries: Diaries, before: &[Step], after: &[Step]) {
    let mut killed = 0;
    for at in (1..130).step_by(3) {
        let mut steps = before.to_vec();
        steps.push(Step::Crash { at, sweep: false });
        steps.extend_from_slice(after);
        let mut schedule = schedule(steps);
        schedule.diaries = diaries;
        let outcome = prove::play(&schedule, &Setting::default()).unwrap();
        killed += outcome.counts.crashes;
        let account = outcome.account.join("\n");
        assert_eq!(outcome.violation, None, "killed at look {at}\n{account}");
    }
    assert!(
        killed > 10,
        "the pass is long enough to be killed in: {killed}"
    );
}

#[test]
fn invariant_3_an_edit_of_a_record_whose_making_was_cut_off_is_not_lost() {
    killed_anywhere(
        &[PASS, act(1, Side::MyGadgetRepairs, Deed::NewPerson)],
        &[
            act(2, Side::HighLevel, Deed::EditPerson(Field::City)),
            act(3, Side::HighLevel, Deed::EditPerson(Field::Name)),
        ],
    );
}

#[test]
fn invariant_3_an_edit_of_a_customer_whose_change_was_cut_off_is_not_lost() {
    killed_anywhere(
        &[
            act(1, Side::MyGadgetRepairs, Deed::NewPerson),
            PASS,
            act(2, Side::HighLevel, Deed::EditPerson(Field::City)),
        ],
        &[act(3, Side::MyGadgetRepairs, Deed::EditPerson(Field::City))],
    );
}

#[test]
fn a_task_that_is_completed_before_its_ticket_is_made_gets_none() {
    killed_anywhere(
        &[
            act(1, Side::HighLevel, Deed::NewPerson),
            PASS,
            act(2, Side::HighLevel, Deed::NewWork),
        ],
        &[act(3, Side::HighLevel, Deed::EditWork(Field::Completed))],
    );
}

#[test]
fn invariant_3_an_edit_of_the_source_before_the_look_up_is_carried_over() {
    killed_anywhere(
        &[
            act(1, Side::HighLevel, Deed::NewPerson),
            PASS,
            act(2, Side::HighLevel, Deed::NewWork),
        ],
        &[
            Step::LockOut { seconds: 600 },
            act(3, Side::HighLevel, Deed::EditWork(Field::Title)),
        ],
    );
}

#[test]
fn invariant_2_no_duplicates_although_the_request_of_a_frozen_node_arrives_late() {
    let mut frozen = 0;
    for (at, late) in (1..130).step_by(3).zip([0, 10, 25].into_iter().cycle()) {
        let steps = vec![
            act(1, Side::MyGadgetRepairs, Deed::NewPerson),
            PASS,
            act(2, Side::HighLevel, Deed::NewPerson),
            act(3, Side::HighLevel, Deed::NewWork),
            act(4, Side::MyGadgetRepairs, Deed::NewWork),
            Step::Freeze {
                at,
                sweep: false,
                late,
            },
        ];
        let outcome = prove::play(&schedule(steps), &Setting::default()).unwrap();
        frozen += outcome.counts.freezes;
        let account = outcome.account.join("\n");
        let what = format!("frozen at look {at}, {late} s late\n{account}");
        assert_eq!(outcome.violation, None, "{what}");
    }
    assert!(
        frozen > 20,
        "the pass is long enough to freeze in: {frozen}"
    );
}

/// A shop whose vendors push everything, at once and once.
fn pushing(steps: Vec<Step>) -> Schedule {
    let mut schedule = schedule(steps);
    schedule.pushing = Some(Pushing::well());
    schedule.mygadgetrepairs.notifications = twin::Drain::Pulled;
    schedule
}

#[test]
fn a_quick_pass_ends_while_a_vendor_is_down() {
    let steps = vec![
        act(1, Side::HighLevel, Deed::NewPerson),
        PASS,
        act(2, Side::HighLevel, Deed::NewWork),
        Step::Deliver,
        Step::Offline(Side::MyGadgetRepairs),
        Step::QuickPass { dies_at: None },
    ];
    let outcome = prove::play(&pushing(steps), &Setting::default()).unwrap();
    assert!(outcome.counts.webhooks > 2, "{:?}", outcome.counts);
    let account = outcome.account.join("\n");
    assert_eq!(outcome.violation, None, "{account}");
}

#[test]
fn a_sweep_that_was_cut_off_is_followed_by_a_whole_one() {
    let mut deaths = 0;
    for at in 5..30 {
        let mut schedule = schedule(vec![
            act(1, Side::HighLevel, Deed::NewPerson),
            PASS,
            Step::Wait { seconds: 200 },
            PASS,
            act(2, Side::HighLevel, Deed::DeletePerson),
            Step::Crash { at, sweep: true },
        ]);
        // The deleted contact is still listed while the first sweep reads.
        schedule.highlevel.index_lag_ms = 60_000;
        let outcome = prove::play(&schedule, &Setting::default()).unwrap();
        deaths += outcome.counts.crashes;
        let account = outcome.account.join("\n");
        assert_eq!(outcome.violation, None, "killed at look {at}\n{account}");
    }
    assert!(deaths > 10, "{deaths}");
}

const CRM: Side = Side::HighLevel;
const COUNTER: Side = Side::MyGadgetRepairs;

/// Plays steps in a shop with the diaries as told.
fn played(diaries: Diaries, steps: Vec<Step>) -> prove::Outcome {
    let mut schedule = schedule(steps);
    schedule.diaries = diaries;
    let outcome = prove::play(&schedule, &Setting::default()).unwrap();
    let account = outcome.account.join("\n");
    assert_eq!(outcome.violation, None, "{account}");
    outcome
}

#[test]
fn invariant_2_no_duplicates_of_an_appointment_whose_making_was_cut_off() {
    for (diaries, side) in [(Diaries::Shown, CRM), (Diaries::Both, COUNTER)] {
        killed_with(
            diaries,
            &[
                act(1, side, Deed::NewPerson),
                PASS,
                act(2, side, Deed::NewAppointment),
            ],
            &[
                act(3, side, Deed::MoveAppointment),
                act(4, side, Deed::RenameAppointment),
                PASS,
                act(5, side, Deed::CallOff),
            ],
        );
    }
}

#[test]
fn an_appointment_follows_from_booking_to_deletion() {
    for (diaries, side) in [(Diaries::Shown, CRM), (Diaries::Both, COUNTER)] {
        let mut steps = vec![act(1, side, Deed::NewPerson), PASS];
        let deeds = [
            Deed::NewAppointment,
            Deed::MoveAppointment,
            Deed::RenameAppointment,
            Deed::CallOff,
            Deed::PutBack,
        ];
        for (number, deed) in (2..).zip(deeds) {
            steps.push(act(number, side, deed));
            steps.push(PASS);
        }
        let outcome = played(diaries, steps.clone());
        assert_eq!(outcome.counts.appointments, 1, "{:?}", outcome.counts);
        assert!(outcome.counts.writes >= 6, "{:?}", outcome.counts);
        steps.push(act(9, side, Deed::DeleteAppointment));
        let outcome = played(diaries, steps);
        // What the counter deletes ends the pair; what HighLevel deletes is called off.
        let left = u64::from(side == CRM);
        assert_eq!(outcome.counts.appointments, left, "{:?}", outcome.counts);
    }
}

#[test]
fn what_is_over_is_left_alone_and_what_was_typed_in_twice_is_one() {
    let steps = vec![
        act(1, CRM, Deed::NewPerson),
        PASS,
        act(2, CRM, Deed::PastAppointment),
        PASS,
        act(3, CRM, Deed::NewAppointment),
        act(4, COUNTER, Deed::SameAppointment),
    ];
    let outcome = played(Diaries::Shown, steps);
    assert_eq!(outcome.counts.appointments, 1, "{:?}", outcome.counts);
}

#[test]
fn invariant_3_an_edit_at_the_counter_of_an_appointment_is_not_lost_in_silence() {
    for diaries in [Diaries::Shown, Diaries::Both] {
        for (first, second) in [(CRM, COUNTER), (COUNTER, CRM)] {
            for between in [vec![], vec![PASS]] {
                let mut steps = vec![
                    act(1, CRM, Deed::NewPerson),
                    PASS,
                    act(2, CRM, Deed::NewAppointment),
                    PASS,
                    act(3, first, Deed::RenameAppointment),
                ];
                steps.extend(between);
                steps.push(act(4, second, Deed::RenameAppointment));
                played(diaries, steps);
            }
        }
    }
}

#[test]
fn invariant_2_no_duplicates_when_contacts_become_one_around_a_killed_pass() {
    killed_anywhere(
        &[
            act(1, COUNTER, Deed::NewPerson),
            act(2, COUNTER, Deed::NewPerson),
            PASS,
            act(3, CRM, Deed::NewWork),
            act(4, CRM, Deed::MergePeople),
        ],
        &[PASS, act(5, COUNTER, Deed::EditPerson(Field::City))],
    );
}

#[test]
fn a_contact_that_was_merged_is_counted_and_leaves_a_question_or_a_link() {
    let steps = vec![
        act(1, COUNTER, Deed::NewPerson),
        PASS,
        act(2, CRM, Deed::SameName),
        PASS,
        act(3, CRM, Deed::MergePeople),
        Step::Sweep,
    ];
    let outcome = played(Diaries::Empty, steps);
    assert_eq!(outcome.counts.merges, 1, "{:?}", outcome.counts);
}

/// A contact is merged away and a customer of the same person is deleted: both that are left find each other.
#[test]
fn invariant_5_converges_when_both_of_a_new_pair_lost_their_counterparts() {
    let task = Task {
        seed: 7237,
        schedules: 1,
        threads: 1,
        setting: Setting::default(),
    };
    let played = prove(&task, || Duration::ZERO, |_| ()).unwrap();
    assert!(played.holds(), "{:?}", played.failures);
}
