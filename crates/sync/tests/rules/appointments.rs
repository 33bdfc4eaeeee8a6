//! Which appointments are the same, and what a linked pair becomes.
#![expect(
    clippy::expect_used,
    reason = "helpers of tests stop at what cannot be built"
)]

use domain::{CountryCode, Field, Kind, Record, RecordId, Side, Value};
use mapping::{Rules, Setting};
use std::collections::BTreeSet;
use sync::{
    Base, Budgets, Match, Outcome, Pair, PairDecision, Rung, Single, SingleDecision,
    calendar_walk_interval, decide_pair, decide_single, match_appointment,
};

fn setting() -> Setting {
    let country = CountryCode::parse("GB").expect("a country");
    Setting::new(country, "Europe/London", Vec::new()).expect("a zone")
}

fn appointment(side: Side, id: &str, title: &str, start: &str) -> Record {
    let mut record = Record::new(side, Kind::Appointment, RecordId::new(id));
    record.set(Field::Title, Value::text(title));
    let at = start.parse().expect("an instant");
    record.set(Field::Start, Some(Value::Moment { at }));
    record
}

fn left(id: &str, start: &str) -> Record {
    appointment(Side::HighLevel, id, "Battery", start)
}

fn right(id: &str, start: &str) -> Record {
    appointment(Side::MyGadgetRepairs, id, "Collect phone", start)
}

const TEN: &str = "2026-08-04T10:00:00Z";
const NOON: &str = "2026-08-04T12:00:00Z";

fn linked_to(found: Match) -> Option<(String, Rung)> {
    match found {
        Match::Link { to, rung, .. } => Some((to.as_str().to_owned(), rung)),
        _ => None,
    }
}

#[test]
fn our_mark_finds_the_counterpart_wherever_it_was_moved() {
    let mut made = right("R", NOON);
    made.mark = Some("L".to_owned());
    let (one, none) = (left("L", TEN), BTreeSet::new());
    let there = [made, right("S", TEN)];
    let found = match_appointment(&one, std::slice::from_ref(&one), &there, &none);
    assert_eq!(linked_to(found), Some(("R".to_owned(), Rung::Mark)));
}

#[test]
fn one_person_at_one_instant_has_one_appointment_unless_something_rivals_it() {
    let (one, none) = (left("L", TEN), BTreeSet::new());
    let here = [one.clone(), left("M", NOON)];
    let there = [right("R", TEN), right("S", NOON)];
    let found = match_appointment(&one, &here, &there, &none);
    assert_eq!(linked_to(found), Some(("R".to_owned(), Rung::SameStart)));

    // Two in either diary at that instant: a person decides.
    let rivals = [one.clone(), left("M", TEN)];
    let asked = match_appointment(&one, &rivals, &there, &none);
    assert!(matches!(asked, Match::Review { .. }), "{asked:?}");
    let twice = [right("R", TEN), right("S", TEN)];
    let asked = match_appointment(&one, &here, &twice, &none);
    assert!(matches!(asked, Match::Review { .. }), "{asked:?}");

    // What belongs to another one is no candidate, nor is what a mark gives to another one.
    let taken = BTreeSet::from([RecordId::new("R")]);
    assert_eq!(
        match_appointment(&one, &here, &there, &taken),
        Match::Create
    );
    let mut others = right("R", TEN);
    others.mark = Some("somebody else".to_owned());
    assert_eq!(
        match_appointment(&one, &here, &[others], &none),
        Match::Create
    );
}

#[test]
fn invariant_4_no_echo_an_appointment_in_step_is_not_written_again() {
    let (rules, setting) = (Rules::default(), setting());
    let source = left("L", TEN);
    let single = Single {
        record: &source,
        parent_linked: true,
        tags: &[],
        appointment: true,
        upcoming: true,
        rules: &rules,
        setting: &setting,
    };
    let SingleDecision::Create {
        side,
        write,
        shared,
        ..
    } = decide_single(single)
    else {
        panic!("an appointment of a linked person gets its counterpart")
    };
    assert_eq!(side, Side::MyGadgetRepairs);
    let mut made = Record::new(side, Kind::Appointment, RecordId::new("R"));
    for (field, value) in write.fields {
        made.set(field, value);
    }
    let shown = mapping::project(&made, &rules, &setting).fields;
    let kind = rules
        .fields_of(Kind::Appointment)
        .expect("appointments are mapped");
    let base = Base::created(side, &kind, &shared, &shown, &[]);
    let judge = |left: &Record, right: &Record| judge(left, right, &base, &rules);
    assert_eq!(judge(&source, &made).outcome, Outcome::Nothing);

    // Moved in the CRM: the begin is carried over. Moved at the counter: it stays there.
    let moved = left("L", NOON);
    let carried = judge(&moved, &made);
    assert_eq!(
        carried.merge.to(side).keys().collect::<Vec<_>>(),
        [&Field::Start]
    );
    let mut at_counter = made.clone();
    at_counter.set(Field::Start, moved.fields.get(&Field::Start).cloned());
    assert!(judge(&source, &at_counter).merge.is_quiet());

    // Called off: only the subject is written, and it says so.
    let mut off = source.clone();
    off.set(Field::Booking, Value::text("cancelled"));
    let write = judge(&off, &made).right.expect("it is carried over");
    assert_eq!(
        write.fields.get(&Field::Title),
        Some(&Value::text("Cancelled: Battery"))
    );
    assert_eq!(write.fields.len(), 1);
}

#[test]
fn a_copied_mark_is_a_question() {
    let marked = |id: &str, start: &str| {
        let mut record = right(id, start);
        record.mark = Some("L".to_owned());
        record
    };
    let (one, none) = (left("L", TEN), BTreeSet::new());
    let twice = [marked("R", TEN), marked("S", NOON)];
    let asked = match_appointment(&one, std::slice::from_ref(&one), &twice, &none);
    assert!(matches!(asked, Match::Review { .. }), "{asked:?}");
    let asked = match_appointment(&twice[0], &twice, std::slice::from_ref(&one), &none);
    assert!(matches!(asked, Match::Review { .. }), "{asked:?}");
    // Once one of them is the counterpart, the copy is an appointment of its own.
    let taken = BTreeSet::from([RecordId::new("R"), RecordId::new("L")]);
    let other = match_appointment(&twice[1], &twice, std::slice::from_ref(&one), &taken);
    assert_eq!(other, Match::Create);
}

#[test]
fn only_what_lies_ahead_and_takes_place_gets_a_counterpart_whoever_it_is_with() {
    let rules = Rules::from_toml("[appointments]\nback = \"Workshop\"\n").expect("rules");
    let setting = setting();
    let judge = |record: &Record, upcoming: bool, parent_linked: bool| {
        decide_single(Single {
            record,
            parent_linked,
            tags: &[],
            appointment: false,
            upcoming,
            rules: &rules,
            setting: &setting,
        })
    };
    let mut off = right("R", TEN);
    off.set(Field::Title, Value::text("Cancelled: Collect phone"));
    let mut gone = left("L", TEN);
    gone.set(Field::Booking, Value::text("deleted"));
    for record in [left("L", TEN), right("R", TEN)] {
        let decision = judge(&record, true, true);
        assert!(
            matches!(decision, SingleDecision::Create { .. }),
            "{decision:?}"
        );
        let decision = judge(&record, true, false);
        assert!(matches!(decision, SingleDecision::Wait(_)), "{decision:?}");
        // What is over waits for nobody.
        let decision = judge(&record, false, false);
        assert!(matches!(decision, SingleDecision::Skip(_)), "{decision:?}");
    }
    for record in [off, gone] {
        let decision = judge(&record, true, true);
        assert!(matches!(decision, SingleDecision::Skip(_)), "{decision:?}");
    }
}

#[test]
fn the_way_back_books_moves_and_calls_off_in_high_level() {
    let rules = Rules::from_toml("[appointments]\nback = \"Workshop\"\n").expect("rules");
    let setting = setting();
    let source = right("R", TEN);
    let SingleDecision::Create { side, write, .. } = decide_single(Single {
        record: &source,
        parent_linked: true,
        tags: &[],
        appointment: false,
        upcoming: true,
        rules: &rules,
        setting: &setting,
    }) else {
        panic!("it is booked in HighLevel")
    };
    assert_eq!(side, Side::HighLevel);
    let mut made = Record::new(side, Kind::Appointment, RecordId::new("L"));
    for (field, value) in write.fields {
        made.set(field, value);
    }
    let (_, named) = mapping::mark::read_booking(made.text(Field::Body).unwrap_or(""));
    assert_eq!(named.as_deref(), Some("R"));
    assert_eq!(made.text(Field::Booking), Some("confirmed"));
    let fields = rules.fields_of(Kind::Appointment).expect("mapped");
    let shared = |record: &Record| mapping::project(record, &rules, &setting).fields;
    let base = Base::created(side, &fields, &shared(&source), &shared(&made), &[]);
    let to_left = |left: &Record, right: &Record| {
        let decision = judge(left, right, &base, &rules);
        assert!(decision.right.is_none(), "nothing goes to the counter");
        decision.left.map(|write| write.fields)
    };
    assert_eq!(to_left(&made, &source), None, "in step");

    let mut moved = source.clone();
    moved.set(
        Field::Start,
        left("x", NOON).fields.get(&Field::Start).cloned(),
    );
    let written = to_left(&made, &moved).expect("the move is carried over");
    assert_eq!(
        written.get(&Field::Start),
        Some(&moved.fields.get(&Field::Start).cloned())
    );

    let mut off = source;
    off.set(Field::Title, Value::text("Cancelled: Collect phone"));
    let written = to_left(&made, &off).expect("it is called off");
    assert_eq!(
        written.get(&Field::Booking),
        Some(&Value::text("cancelled"))
    );
    assert!(!written.contains_key(&Field::Title), "{written:?}");

    // What was deleted there is left alone.
    let gone = mapping::appointment::deleted(made.clone());
    assert_eq!(judge(&gone, &moved, &base, &rules).left, None);
}

/// A linked pair as it is now, with what was agreed before.
fn judge(left: &Record, right: &Record, base: &Base, rules: &Rules) -> PairDecision {
    decide_pair(Pair {
        left,
        right,
        base: Some(base),
        withheld: &[],
        choices: &[],
        rules,
        setting: &setting(),
    })
}

#[test]
fn appointments_of_the_counter_stay_there() {
    let (rules, setting) = (Rules::default(), setting());
    let record = right("R", TEN);
    let decision = decide_single(Single {
        record: &record,
        parent_linked: true,
        tags: &[],
        appointment: true,
        upcoming: true,
        rules: &rules,
        setting: &setting,
    });
    assert!(matches!(decision, SingleDecision::Skip(_)), "{decision:?}");
}

#[test]
fn walks_over_many_calendars_keep_to_their_share_of_the_day() {
    let budgets = Budgets::default();
    assert_eq!(calendar_walk_interval(3, 60, &budgets), 60);
    for calendars in [1, 10, 100, 1_000] {
        let interval = calendar_walk_interval(calendars, 60, &budgets);
        assert!(interval >= 60);
        assert!(calendars * 86_400 / interval <= budgets.highlevel_per_day / 10);
    }
}
