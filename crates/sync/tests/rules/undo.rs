//! What may be taken back: only what still stands as we wrote it, and never a person's edit.

use domain::{Field, Value};
use proptest::prelude::*;
use sync::{TakeBack, Wrote, take_back};

const FIELD: Field = Field::City;

/// What happened to a field, one thing after the other.
#[derive(Clone, Debug)]
enum Event {
    /// We wrote; whether that write is to be taken back.
    Ours(Option<Value>, bool),
    /// A person edited.
    Person(Option<Value>),
}

fn value() -> impl Strategy<Value = Option<Value>> {
    prop::option::of("[abc]{1,2}").prop_map(|text| text.and_then(Value::text))
}

fn event() -> impl Strategy<Value = Event> {
    prop_oneof![
        3 => (value(), prop::bool::weighted(0.7)).prop_map(|(to, wanted)| Event::Ours(to, wanted)),
        1 => value().prop_map(Event::Person),
    ]
}

/// A write as it was kept: before, after, wanted.
type Kept = (Option<Value>, Option<Value>, bool);

/// The value after all events, and our writes, oldest first.
fn play(start: Option<Value>, events: &[Event]) -> (Option<Value>, Vec<Kept>) {
    let mut now = start;
    let mut writes = Vec::new();
    for event in events {
        match event {
            Event::Ours(to, wanted) => {
                writes.push((now.clone(), to.clone(), *wanted));
                now.clone_from(to);
            }
            Event::Person(to) => now.clone_from(to),
        }
    }
    (now, writes)
}

fn decide<'a>(now: Option<&'a Value>, writes: &'a [Kept]) -> TakeBack<'a> {
    let writes: Vec<Wrote<'a>> = writes
        .iter()
        .rev()
        .map(|(before, shown, wanted)| Wrote {
            before: before.as_ref(),
            shown: shown.as_ref(),
            wanted: *wanted,
        })
        .collect();
    take_back(FIELD, now, &writes)
}

fn same(left: Option<&Value>, right: Option<&Value>) -> bool {
    FIELD.same(left, right)
}

proptest! {
    #[test]
    fn invariant_13_undoable_unedited_writes_go_back_to_the_very_first_value(
        start in value(), writes in prop::collection::vec(value(), 1..6),
    ) {
        let events: Vec<Event> = writes.into_iter().map(|to| Event::Ours(to, true)).collect();
        let (now, kept) = play(start.clone(), &events);
        match decide(now.as_ref(), &kept) {
            TakeBack::Restore(value) => {
                prop_assert!(same(value, start.as_ref()));
                prop_assert!(!same(value, now.as_ref()));
            }
            TakeBack::Same => prop_assert!(same(now.as_ref(), start.as_ref())),
            other => prop_assert!(false, "{other:?}"),
        }
    }

    #[test]
    fn invariant_13_undoable_a_later_edit_is_kept(
        start in value(), events in prop::collection::vec(event(), 1..8), edit in value(),
    ) {
        let (now, kept) = play(start, &events);
        prop_assume!(!same(now.as_ref(), edit.as_ref()));
        // Somebody types something other than what our last write left.
        prop_assume!(kept.last().is_none_or(|(_, shown, _)| !same(shown.as_ref(), edit.as_ref())));
        prop_assert_eq!(decide(edit.as_ref(), &kept), TakeBack::Edited);
    }

    #[test]
    fn invariant_13_undoable_only_values_that_were_there_before_a_named_write_come_back(
        start in value(), events in prop::collection::vec(event(), 0..8),
    ) {
        let (now, kept) = play(start, &events);
        if let TakeBack::Restore(value) = decide(now.as_ref(), &kept) {
            let (_, newest, wanted) = kept.last().expect("something was written");
            prop_assert!(*wanted && same(newest.as_ref(), now.as_ref()), "only where our value stands");
            prop_assert!(kept.iter().any(|(before, _, wanted)| *wanted && same(before.as_ref(), value)));
        }
    }

    #[test]
    fn invariant_13_undoable_a_write_that_stays_is_never_taken_back(
        start in value(), events in prop::collection::vec(event(), 0..6), to in value(),
    ) {
        let mut events = events;
        events.push(Event::Ours(to, false));
        let (now, kept) = play(start, &events);
        prop_assert_eq!(decide(now.as_ref(), &kept), TakeBack::Overwritten);
    }
}

#[test]
fn invariant_7_consent_only_tightens_when_a_run_is_taken_back() {
    let yes = Value::Flag(true);
    for field in Field::CONSENT {
        let tightened = [Wrote {
            before: None,
            shown: Some(&yes),
            wanted: true,
        }];
        assert_eq!(take_back(field, Some(&yes), &tightened), TakeBack::OptOut);
        // What a person let be loosened may be tightened again.
        let loosened = [Wrote {
            before: Some(&yes),
            shown: None,
            wanted: true,
        }];
        assert_eq!(
            take_back(field, None, &loosened),
            TakeBack::Restore(Some(&yes))
        );
    }
}
