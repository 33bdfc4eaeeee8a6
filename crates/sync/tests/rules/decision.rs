//! Decisions about whole records: pairs, records without a counterpart, vanished ones, and whole runs.
#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "helpers of tests stop at what cannot be built"
)]

use domain::{CountryCode, Field, Kind, Record, RecordId, Side, Value};
use mapping::{Direction, FieldRule, GuardLimits, Policy, Rules, Setting, Status};
use std::collections::BTreeSet;
use sync::{
    Approval, Base, Budgets, Deed, Match, Outcome, Pair, Plan, Single, SingleDecision, approve,
    decide_pair, decide_single, match_task, task_walk_interval,
};

fn setting() -> Setting {
    let status = |id: &str, label: &str| Status {
        id: id.into(),
        label: label.into(),
    };
    Setting {
        country: CountryCode::parse("GB").expect("a country"),
        zone: jiff::tz::TimeZone::UTC,
        statuses: vec![
            status("11", "In progress"),
            status("12", "Collected"),
            status("13", "?"),
        ],
    }
}

fn record(side: Side, kind: Kind, id: &str, fields: &[(Field, &str)]) -> Record {
    let mut record = Record::new(side, kind, RecordId::new(id));
    for (field, value) in fields {
        record.set(*field, Value::text(value));
    }
    record
}

fn ticket(status: &str) -> Record {
    let fields = [
        (Field::Title, "Screen"),
        (Field::Body, "Cracked"),
        (Field::Status, status),
    ];
    let mut ticket = record(Side::MyGadgetRepairs, Kind::Task, "t1", &fields);
    ticket.reference = Some("K-1042".into());
    let at = "2026-07-06T09:00:00Z".parse().expect("a time");
    ticket.set(Field::Opened, Some(Value::Moment { at }));
    ticket
}

fn single<'a>(record: &'a Record, rules: &'a Rules, setting: &'a Setting) -> Single<'a> {
    Single {
        upcoming: false,
        record,
        parent_linked: true,
        tags: &[],
        appointment: false,
        rules,
        setting,
    }
}

/// The counterpart that a faithful vendor makes, and the base after it.
fn made(source: &Record, rules: &Rules) -> (Record, Base) {
    let setting = setting();
    let decided = decide_single(single(source, rules, &setting));
    let SingleDecision::Create {
        side,
        write,
        shared,
        ..
    } = decided
    else {
        panic!("not created: {decided:?}")
    };
    let mut target = Record::new(side, source.kind, RecordId::new("new"));
    for (field, value) in &write.fields {
        target.set(*field, value.clone());
    }
    let shown = mapping::project_linked(&target, Some(source), rules, &setting).fields;
    let fields = rules.fields_of(source.kind).expect("mapped");
    (
        target,
        Base::created(side, &fields, &shared, &shown, &write.held),
    )
}

#[test]
fn a_created_pair_is_in_step_and_its_edits_flow() {
    let (rules, setting) = (Rules::default(), setting());
    let ticket = ticket("11");
    let (task, base) = made(&ticket, &rules);
    fn pair<'a>(
        left: &'a Record,
        right: &'a Record,
        base: &'a Base,
        rules: &'a Rules,
        setting: &'a Setting,
    ) -> Pair<'a> {
        Pair {
            left,
            right,
            base: Some(base),
            withheld: &[],
            choices: &[],
            rules,
            setting,
        }
    }
    let quiet = decide_pair(pair(&task, &ticket, &base, &rules, &setting));
    assert_eq!(quiet.outcome, Outcome::Nothing, "{:?}", quiet.merge);
    assert_eq!(
        (quiet.merge.fields_compared, quiet.merge.fields_agreeing),
        (4, 4)
    );

    // The ticket is collected: the task is completed and its date follows the rule.
    let mut collected = ticket.clone();
    collected.set(Field::Status, Value::text("12"));
    let decided = decide_pair(pair(&task, &collected, &base, &rules, &setting));
    assert_eq!(
        decided.left.unwrap().fields[&Field::Completed],
        Some(Value::Flag(true))
    );
    assert!(decided.right.is_none());

    // The task is completed: held until the person chooses a status, then written.
    let mut completed = task.clone();
    completed.set(Field::Completed, Some(Value::Flag(true)));
    let held = decide_pair(pair(&completed, &ticket, &base, &rules, &setting));
    assert_eq!(held.outcome, Outcome::Held);
    assert!(held.merge.held[0].reason.contains("done_status"));
    let mut chosen = rules.clone();
    chosen.tasks.done_status = Some("Collected".into());
    let decided = decide_pair(pair(&completed, &ticket, &base, &chosen, &setting));
    assert_eq!(
        decided.right.unwrap().fields[&Field::Status],
        Value::text("12")
    );

    // A status that nobody knows pauses `completed`; a new title still flows.
    let mut odd = ticket;
    odd.set(Field::Status, Value::text("13"));
    odd.set(Field::Title, Value::text("Battery"));
    let decided = decide_pair(pair(&task, &odd, &base, &rules, &setting));
    assert_eq!(decided.paused[0].1.field, Field::Completed);
    let left = decided.left.unwrap();
    assert_eq!(left.fields[&Field::Title], Value::text("K-1042 Battery"));
    assert!(!left.fields.contains_key(&Field::Completed));
}

#[test]
fn a_vendors_default_does_not_echo_and_a_dropped_value_is_tried_once_more() {
    let (rules, setting) = (Rules::default(), setting());
    let fields = [
        (Field::Name, "Ada Byron"),
        (Field::Email, "ada@x.test"),
        (Field::Company, "Engines"),
    ];
    let customer = record(Side::MyGadgetRepairs, Kind::Contact, "c1", &fields);
    let (mut contact, _) = made(&customer, &rules);
    contact.set(Field::Country, Value::text("US"));
    contact.set(Field::Company, None);
    let source = mapping::project(&customer, &rules, &setting).fields;
    let shown = mapping::project(&contact, &rules, &setting).fields;
    let fields = rules.fields_of(Kind::Contact).unwrap();
    let base = Base::created(Side::HighLevel, &fields, &source, &shown, &[]);
    let decided = decide_pair(Pair {
        left: &contact,
        right: &customer,
        base: Some(&base),
        withheld: &[],
        choices: &[],
        rules: &rules,
        setting: &setting,
    });
    assert!(
        decided.right.is_none(),
        "the default country must not reach the counter"
    );
    let left = decided.left.unwrap();
    assert_eq!(
        left.fields.keys().copied().collect::<Vec<_>>(),
        [Field::Company]
    );
}

#[test]
fn records_without_a_counterpart() {
    let setting = setting();
    let mut rules = Rules::default();
    let open = record(
        Side::HighLevel,
        Kind::Task,
        "a",
        &[(Field::Title, "Call back")],
    );
    let mut done = open.clone();
    done.set(Field::Completed, Some(Value::Flag(true)));
    let keyless = record(
        Side::MyGadgetRepairs,
        Kind::Contact,
        "b",
        &[(Field::Name, "Walk-in")],
    );
    let fields = [(Field::FirstName, "Ada"), (Field::Email, "a@x.test")];
    let known = record(Side::HighLevel, Kind::Contact, "c", &fields);
    let mut undated = ticket("11");
    undated.set(Field::Opened, None);

    let decide = |record: &Record, rules: &Rules| decide_single(single(record, rules, &setting));
    assert!(matches!(
        decide(&open, &rules),
        SingleDecision::Create {
            side: Side::MyGadgetRepairs,
            ..
        }
    ));
    assert!(matches!(decide(&done, &rules), SingleDecision::Skip(_)));
    // Nothing to match it by, but its tickets need somebody: it is created, and from then on known by its link.
    assert!(matches!(
        decide(&keyless, &rules),
        SingleDecision::Create { .. }
    ));
    assert!(matches!(
        decide(&known, &rules),
        SingleDecision::Create { .. }
    ));
    assert!(matches!(decide(&undated, &rules), SingleDecision::Hold(_)));
    let orphan = Single {
        parent_linked: false,
        ..single(&open, &rules, &setting)
    };
    assert!(matches!(decide_single(orphan), SingleDecision::Wait(_)));

    rules.create.mygadgetrepairs = "tagged:VIP".parse().unwrap();
    assert!(matches!(decide(&known, &rules), SingleDecision::Skip(_)));
    let tags = ["vip".to_owned()];
    let tagged = Single {
        tags: &tags,
        ..single(&known, &rules, &setting)
    };
    assert!(matches!(
        decide_single(tagged),
        SingleDecision::Create { .. }
    ));
    // The other side's rule is its own.
    assert!(matches!(
        decide(&ticket("11"), &rules),
        SingleDecision::Create { .. }
    ));

    // A field that flows the other way only is not written into the new record.
    rules.create.mygadgetrepairs = mapping::CreateRule::All;
    let one_way = FieldRule {
        direction: Direction::ToHighlevel,
        conflict: Policy::Ask,
    };
    rules
        .fields
        .of_mut(Kind::Contact)
        .unwrap()
        .set(Field::Email, one_way);
    let SingleDecision::Create { changes, .. } = decide(&known, &rules) else {
        panic!("skipped")
    };
    assert_eq!(changes.keys().copied().collect::<Vec<_>>(), [Field::Name]);
}

#[test]
fn tasks_are_joined_by_marks_that_are_not_copied() {
    let ticket = ticket("11");
    let marked = |id| {
        let body = (Field::Body, "Cracked\n\nMyGadgetRepairs ticket K-1042");
        record(
            Side::HighLevel,
            Kind::Task,
            id,
            &[(Field::Title, "K-1042 Screen"), body],
        )
    };
    let (one, two) = (marked("a"), marked("b"));
    let nobody = BTreeSet::new();
    let tickets = [ticket.clone()];
    let linked = |found: &Match| matches!(found, Match::Link { .. });
    let alone = [one.clone()];
    assert!(linked(&match_task(&one, &alone, &tickets, &nobody)));
    assert!(linked(&match_task(&ticket, &tickets, &alone, &nobody)));
    let both = [one.clone(), two.clone()];
    for subject in &both {
        assert!(matches!(
            match_task(subject, &both, &tickets, &nobody),
            Match::Review { .. }
        ));
    }
    let taken = BTreeSet::from([ticket.id, one.id]);
    assert!(matches!(
        match_task(&two, &both, &tickets, &taken),
        Match::Review { .. }
    ));
    let other = record(
        Side::HighLevel,
        Kind::Task,
        "c",
        &[(Field::Title, "screen")],
    );
    assert!(matches!(
        match_task(&other, &alone, &tickets, &nobody),
        Match::Review { .. }
    ));
    assert_eq!(match_task(&other, &alone, &tickets, &taken), Match::Create);
}

#[test]
fn a_mass_change_waits_for_a_person() {
    let limits = GuardLimits::default();
    let plan = |deed, number| {
        let mut plan = Plan::default();
        plan.add(deed, Side::HighLevel, Kind::Contact, number);
        plan
    };
    for (deed, number, linked, first, waits) in [
        (Deed::Update, 1, 0, true, true),
        (Deed::Update, 0, 0, true, false),
        (Deed::Unlink, 20, 100, false, false),
        (Deed::Unlink, 21, 100, false, true),
        (Deed::Delete, 100, 5000, false, false),
        (Deed::Delete, 101, 5000, false, true),
        (Deed::Create, 200, 0, false, false),
        (Deed::Create, 201, 0, false, true),
        (Deed::Update, 500, 5000, false, false),
        (Deed::Update, 501, 5000, false, true),
    ] {
        let found = approve(&plan(deed, number), linked, first, &limits);
        let case = format!("{deed:?} {number} of {linked}");
        assert_eq!(
            matches!(found, Approval::Wait { .. }),
            waits,
            "{case}: {found:?}"
        );
    }
}

#[test]
fn walks_over_tasks_use_a_share_of_the_day() {
    let budgets = Budgets::default();
    for tasks in [0, 499, 500, 10_000, 300_000] {
        let every = task_walk_interval(tasks, 60, &budgets);
        let pages = tasks / 500 + 1;
        assert!(
            every >= 60 && 86_400 / every * pages <= 54_000,
            "{tasks}: {every}"
        );
    }
    assert_eq!(task_walk_interval(1000, 60, &budgets), 60);
    assert!(task_walk_interval(300_000, 60, &budgets) > 900);
}
