//! What holds of every document, every input and every moment.

use crate::desk;
use flows::{
    BusinessHours, CallFailure, Document, Flow, Given, Next, Outcome, Resume, Run, advance, ceiling,
};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;
use serde_json::{Value as Json, json};

/// Any JSON.
fn any_json() -> impl Strategy<Value = Json> {
    let leaf = prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::from),
        any::<i64>().prop_map(Json::from),
        any::<f64>().prop_map(Json::from),
        "[ -~äß•{}%]{0,12}".prop_map(Json::from),
        prop::sample::select(vec![
            "2026-07-09",
            "2026-07-09T10:00:00Z",
            "K-1042",
            "-5",
            "1.5",
            "Europe/London",
            "9999-12-31T23:59:59Z"
        ])
        .prop_map(Json::from),
    ];
    leaf.prop_recursive(3, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Json::from),
            prop::collection::btree_map("[a-e]{1,2}|id|at|value|pick", inner, 0..4)
                .prop_map(|map| Json::Object(map.into_iter().collect())),
        ]
    })
}

fn path() -> impl Strategy<Value = String> {
    prop::sample::select(vec![
        "ticket",
        "ticket.id",
        "customer.name",
        "tickets",
        "tickets[1].opened",
        "now",
        "trigger.to",
        "steps.a",
        "steps.b.id",
        "item",
        "item.id",
        "x",
        "nowhere",
        "shop.zone",
        "",
        ".",
        "a..b",
        "totals.paid",
        "tickets.0",
    ])
    .prop_map(str::to_owned)
}

fn transform() -> impl Strategy<Value = Json> {
    prop_oneof![
        prop::sample::select(vec![
            "upper", "lower", "trim", "digits", "mask", "text", "start_of_day", "next_business_time", "date", "number", "phone",
            "first_filled", "first", "last", "count", "milliseconds",
        ])
        .prop_map(Json::from),
        any::<u32>().prop_map(|n| json!({"truncate": n})),
        any::<i32>().prop_map(|n| json!({"add_days": n})),
        any::<i32>().prop_map(|n| json!({"add_hours": n})),
        any::<i32>().prop_map(|n| json!({"add_months": n})),
        any::<i32>().prop_map(|n| json!({"add_business_days": n})),
        any::<u32>().prop_map(|n| json!({"round": n})),
        any::<f64>().prop_map(|n| json!({"multiply": n})),
        (any::<u32>(), "[.,]?").prop_map(|(n, point)| json!({"format_number": {"decimals": n, "point": point, "thousands": point}})),
        "%?[a-zA-Z]{0,3}".prop_map(|pattern| json!({"format_date": pattern})),
        "[a-z]{0,2}".prop_map(|text| json!({"split": text})),
        "[a-z]{0,2}".prop_map(|text| json!({"join": text})),
        path().prop_map(|path| json!({"each": path})),
        any_json().prop_map(|value| json!({"default": value})),
        ("[a-z]{0,2}", "[a-z]{0,30}").prop_map(|(from, to)| json!({"replace": {"from": from, "to": to}})),
        template().prop_map(|source| json!({"template": source})),
    ]
}

fn template() -> impl Strategy<Value = String> {
    prop_oneof![
        "[ -~]{0,40}",
        path().prop_map(|path| format!("{{{{ {path} }}}}")),
        (path(), "[a-z]{1,8}").prop_map(|(path, filter)| format!("{{{{ {path} | {filter}(3) }}}}")),
        path().prop_map(|path| format!("{{% for one in {path} %}}{{{{ one }}}}{{% endfor %}}")),
        path().prop_map(|path| format!(
            "{{% if {path} is filled %}}{{{{ {path} | date('%Y') }}}}{{% endif %}}"
        )),
    ]
}

fn expr() -> impl Strategy<Value = Json> {
    let leaf = prop_oneof![
        6 => any_json(),
        2 => (path(), prop::collection::vec(transform(), 0..3))
            .prop_map(|(path, then)| json!({"pick": path, "then": then})),
        1 => template().prop_map(|source| json!({"template": source})),
    ];
    leaf.prop_recursive(2, 8, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..3).prop_map(Json::from),
            prop::collection::vec(inner.clone(), 0..3)
                .prop_map(|items| json!({"first_filled": items})),
            inner.prop_map(|value| json!({"a": value})),
        ]
    })
}

fn condition() -> impl Strategy<Value = Json> {
    let leaf = prop_oneof![
        (path(), any_json()).prop_map(|(path, value)| json!({"pick": path, "is": value})),
        (path(), any_json()).prop_map(|(path, value)| json!({"pick": path, "is_not": value})),
        (path(), any_json()).prop_map(|(path, value)| json!({"pick": path, "has": value})),
        (path(), any_json()).prop_map(|(path, value)| json!({"pick": path, "lacks": value})),
        (path(), any::<f64>()).prop_map(|(path, value)| json!({"pick": path, "more_than": value})),
        (path(), any::<bool>()).prop_map(|(path, value)| json!({"pick": path, "filled": value})),
        (path(), path()).prop_map(|(path, other)| json!({"pick": path, "before": other})),
        (path(), path()).prop_map(|(path, other)| json!({"pick": path, "same_as": other})),
        (path(), any::<u32>())
            .prop_map(|(path, days)| json!({"pick": path, "newer_than": {"days": days}})),
    ];
    leaf.prop_recursive(2, 6, 2, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..3).prop_map(|list| json!({"any": list})),
            prop::collection::vec(inner.clone(), 0..3).prop_map(|list| json!({"all": list})),
            inner.clone().prop_map(|one| json!({"not": one})),
            (path(), inner).prop_map(
                |(path, one)| json!({"count": {"in": path, "where": [one]}, "more_than": 0})
            ),
        ]
    })
}

fn plain_step() -> impl Strategy<Value = Json> {
    let id = || prop::sample::select(vec!["a", "b", "c", "", "d"]);
    prop_oneof![
        (id(), expr(), any::<bool>()).prop_map(|(id, value, go_on)| json!({
            "id": id, "call": "highlevel.task.create", "with": {"title": value}, "on_failure": if go_on { "go_on" } else { "fail" }
        })),
        (id(), prop::option::of(0_u32..90), prop::option::of(0_u32..90), any::<bool>())
            .prop_map(|(id, days, hours, business)| json!({"id": id, "wait": {"days": days, "hours": hours, "business": business}})),
        (id(), expr()).prop_map(|(id, value)| json!({"id": id, "wait": {"until": value}})),
        id().prop_map(|id| json!({"id": id, "wait": {"until": "next_business_time"}})),
        (id(), prop::collection::vec(condition(), 0..3)).prop_map(|(id, list)| json!({"id": id, "go_on_if": list})),
        (id(), expr(), any::<u32>()).prop_map(|(id, question, days)| json!({
            "id": id, "ask": {"question": question, "options": ["yes", "no"], "within": {"days": days}, "otherwise": "no"}
        })),
        (id(), expr()).prop_map(|(id, value)| json!({"id": id, "set": {"x": value}})),
        (id(), path()).prop_map(|(id, path)| json!({"id": id, "once": {"per": path}})),
        id().prop_map(|id| json!({"id": id, "stop": "enough"})),
    ]
}

fn step() -> impl Strategy<Value = Json> {
    let id = || prop::sample::select(vec!["a", "b", "c", "", "d"]);
    let items = || {
        prop_oneof![
            2 => Just(json!({"pick": "tickets"})),
            2 => prop::collection::vec(any_json(), 0..4).prop_map(|items| json!({"literal": items})),
            1 => expr(),
        ]
    };
    let nested = plain_step().prop_recursive(3, 16, 3, move |inner| {
        let list = || prop::collection::vec(inner.clone(), 0..3);
        prop_oneof![
            (id(), prop::collection::vec(condition(), 0..2), list(), list())
                .prop_map(|(id, conditions, then, other)| json!({"id": id, "branch": {"if": conditions, "then": then, "else": other}})),
            (id(), items(), list(), any::<u16>())
                .prop_map(|(id, items, steps, most)| json!({"id": id, "for_each": {"in": items, "do": steps, "at_most": most}})),
        ]
    });
    prop_oneof![2 => plain_step(), 1 => nested]
}

fn any_flow() -> impl Strategy<Value = Json> {
    (prop::collection::vec(step(), 0..5), prop_oneof![4 => Just(Vec::new()), 1 => prop::collection::vec(condition(), 1..3)]).prop_map(|(steps, when)| {
        json!({"flow": [{"id": "f", "trigger": {"on": "mygadgetrepairs.ticket.ready"}, "when": when, "step": steps}]})
    })
}

/// What comes from outside, turn by turn.
#[derive(Clone, Debug)]
enum Comes {
    Answer(Json),
    Failure,
    Time(u32),
    Reply(bool),
    First(bool),
    Crash,
}

fn comes() -> impl Strategy<Value = Comes> {
    prop_oneof![
        any_json().prop_map(Comes::Answer),
        Just(Comes::Failure),
        any::<u32>().prop_map(Comes::Time),
        any::<bool>().prop_map(Comes::Reply),
        any::<bool>().prop_map(Comes::First),
        Just(Comes::Crash),
    ]
}

/// What fits is given; otherwise what comes, fitting or not.
fn resume(next: &Next, comes: Comes, now: &mut Timestamp) -> Resume {
    match (next, comes) {
        (_, Comes::Crash) => Resume::Begin,
        (Next::Wait { until, .. }, Comes::Time(_)) | (Next::Ask { until, .. }, Comes::Failure) => {
            *now = (*until).max(*now);
            Resume::Woke
        }
        (Next::Call { .. }, Comes::Time(_) | Comes::Reply(_)) => {
            Resume::Called(Ok(json!({"id": "X"})))
        }
        (_, Comes::Answer(json)) => Resume::Called(Ok(json)),
        (_, Comes::Failure) => Resume::Called(Err(CallFailure {
            code: "X".to_owned(),
            why: "no".to_owned(),
        })),
        (_, Comes::Time(seconds)) => {
            *now = now
                .checked_add(SignedDuration::from_secs(seconds.into()))
                .unwrap_or(*now);
            Resume::Woke
        }
        (Next::Once { .. }, Comes::Reply(first)) | (_, Comes::First(first)) => Resume::Once(first),
        (_, Comes::Reply(yes)) => Resume::Answered(if yes { "yes" } else { "perhaps" }.to_owned()),
    }
}

fn flow_of(document: &Json) -> Option<Flow> {
    Document::from_json(document.clone())
        .ok()
        .map(|mut document| document.flows.remove(0))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 800, ..ProptestConfig::default() })]

    /// Total and deterministic: whatever the flow, the records and what comes, a run answers, always the same, also
    /// after it was kept and read again; and it stays within its ceilings.
    #[test]
    fn a_run_goes_the_same_way_also_when_it_was_kept_and_read_again(
        document in any_flow(),
        scope in any_json(),
        own in prop::bool::weighted(0.9),
        turns in prop::collection::vec(comes(), 0..12),
    ) {
        let Some(flow) = flow_of(&document) else { return Ok(()) };
        let _ = flows::check(&Document { flows: vec![flow.clone()], ..Document::default() }, &desk::Few);
        let scope = if own { desk::scope() } else { scope };
        let calendar = desk::calendar();
        let mut now: Timestamp = "2026-07-09T10:00:00Z".parse().unwrap();
        let mut run = Run::new(&flow, desk::occurrence());
        let mut given = Resume::Begin;
        let mut paths = std::collections::BTreeSet::new();
        for comes in turns.into_iter().chain([Comes::Crash]) {
            let step = |run: Run| {
                advance(&flow, run, &Given { now, scope: &scope, resume: given.clone(), calendar: &calendar })
            };
            let kept: Run = serde_json::from_str(&serde_json::to_string(&run).unwrap()).unwrap();
            prop_assert_eq!(&kept, &run);
            let advanced = step(run.clone());
            prop_assert_eq!(&advanced, &step(kept));
            prop_assert!(advanced.run.taken <= ceiling::STEPS);
            let size = serde_json::to_string(&advanced.run.steps).unwrap().len();
            prop_assert!(size <= ceiling::OUTPUTS + ceiling::OUTPUT);
            let ended = matches!(advanced.next, Next::End { .. });
            prop_assert_eq!(ended, advanced.run.ended.is_some());
            if let Next::Call { step, .. } = &advanced.next {
                // Only the call that was not answered comes again.
                let new = paths.insert(step.clone());
                prop_assert!(new || advanced.log.is_empty(), "{} twice", step);
            }
            if ended {
                break;
            }
            given = resume(&advanced.next, comes, &mut now);
            run = advanced.run;
        }
    }

    /// A template gives a bounded text or is refused, whatever it is made of.
    #[test]
    fn templates_cannot_run_away_however_they_are_made(
        parts in prop::collection::vec(
            prop::sample::select(vec![
                "{% set x = x ~ x %}", "{% set x = ticket.title %}", "{{ x ~ x }}", "{% for a in tickets %}", "{% endfor %}",
                "{{ x | replace('e', x) }}", "{% set x = x | replace('n', x) %}", "{{ tickets | join(x) }}", "{% set x = [x, x] %}",
                "{{ x }}", "{% set x = x * 9 %}", "{% with y = x %}", "{% endwith %}", "{% for a in [x, x] %}", "{% filter upper %}",
                "{% endfilter %}", "{{ x | date(x) }}", "{% set x = x[:9] %}", "{% set x %}{{ x }}{{ x }}{% endset %}", "text ",
            ]),
            0..24,
        )
    ) {
        let source = format!("{{% set x = ticket.title %}}{}", parts.concat());
        let text = desk::value_of(&format!("{{ template = {} }}", json!(source)));
        prop_assert!(text.map_or(0, |text| text.to_string().len()) <= 2 * ceiling::TEXT);
    }

    /// Whatever stands in a document, it is read or refused.
    #[test]
    fn any_json_is_read_or_refused(json in any_json(), key in "flow|recipe|rules|example") {
        let _ = Document::from_json(json.clone());
        let _ = Document::from_json(json!({key.clone(): [&json]}));
        if let Ok(document) = Document::from_json(json!({key: json})) {
            let _ = flows::check(&document, &desk::Few);
        }
    }

    /// Whatever text is given, it is read or refused, as a document and as a recipe.
    #[test]
    fn any_text_is_read_or_refused(text in "(\\[\\[?(flow|step|rules|ask)(\\.[a-z]{1,4})?\\]?\\]\n)?([a-z]{1,4} = [ -~]{0,12}\n){0,4}") {
        let _ = Document::parse(&text);
        let _ = flows::recipe::Recipe::parse(&text);
    }

    /// What is written is read as the same.
    #[test]
    fn a_document_is_written_and_read_as_the_same(document in any_flow()) {
        let Ok(document) = Document::from_json(document) else { return Ok(()) };
        let json = serde_json::to_value(&document).unwrap();
        prop_assert_eq!(&Document::from_json(json).unwrap(), &document);
    }

    /// Later comes not before earlier, no open time is no time, and what is given is open.
    #[test]
    fn business_time_is_monotone(
        from in 1_700_000_000_i64..1_900_000_000,
        after in 0_i64..2_000_000,
        minutes in 0_i64..20_000,
        more in 0_i64..5_000,
        days in 0_i32..60,
        zone in prop::sample::select(vec!["Europe/London", "America/New_York", "Australia/Lord_Howe", "Asia/Beirut", "UTC"]),
        holidays in prop::collection::btree_set((2024_i16..2030, 1_i8..13, 1_i8..28), 0..20),
    ) {
        let mut calendar = BusinessHours::usual(TimeZone::get(zone).unwrap());
        calendar.days[5] = Some((jiff::civil::time(0, 0, 0, 0), jiff::civil::time(3, 30, 0, 0)));
        calendar.holidays = holidays.into_iter().map(|(year, month, day)| jiff::civil::date(year, month, day)).collect();
        let early = Timestamp::from_second(from).unwrap();
        let late = Timestamp::from_second(from + after).unwrap();
        let (short, long) = (SignedDuration::from_mins(minutes), SignedDuration::from_mins(minutes + more));
        let at = |from: Timestamp, length: SignedDuration| calendar.add_open_time(from, length).unwrap();
        prop_assert!(at(early, short) <= at(late, short));
        prop_assert!(at(early, short) <= at(early, long));
        prop_assert!(at(early, short) >= early.checked_add(short).unwrap());
        // So much and then so much more is all of it together.
        prop_assert_eq!(at(at(early, short), SignedDuration::from_mins(more)), at(early, long));
        let open = calendar.next_open(early).unwrap();
        prop_assert!(open >= early && calendar.is_open(open));
        prop_assert_eq!(at(early, SignedDuration::ZERO), open);
        let day = |days: i32| calendar.add_business_days_at(early, days).unwrap();
        prop_assert!(day(days) <= day(days + 1));
        // Where a zone leaves out an hour, its times of day come out later than those just behind it.
        prop_assert!(zone != "UTC" || day(days) <= calendar.add_business_days_at(late, days).unwrap());
    }
}

#[test]
fn a_shop_that_never_opens_is_told_and_does_not_hang() {
    let mut calendar = desk::calendar();
    calendar.days = [None; 7];
    let now: Timestamp = "2026-07-09T10:00:00Z".parse().unwrap();
    assert_eq!(calendar.next_open(now), None);
    assert_eq!(
        calendar.add_open_time(now, SignedDuration::from_hours(1)),
        None
    );
    assert_eq!(calendar.add_business_days_at(now, 1), None);
    let flow =
        desk::with_steps("[[flow.step]]\nid = \"w\"\nwait = { days = 1, business = true }\n");
    let given = Given {
        now,
        scope: &desk::scope(),
        resume: Resume::Begin,
        calendar: &calendar,
    };
    let ends = advance(&flow, Run::new(&flow, desk::occurrence()), &given);
    assert!(matches!(
        ends.next,
        Next::End {
            outcome: Outcome::Failed { .. }
        }
    ));
}
