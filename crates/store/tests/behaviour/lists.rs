//! What people look through: people, the journal, runs that did something.

use super::bench::*;
use domain::{Field, Kind, Record, Side, Value};
use jiff::SignedDuration;
use serde_json::{Value as Json, json};
use store::{Change, JournalEntry, JournalFilter, Key, PeopleState, PersonRow};

fn person(
    side: Side,
    name: &str,
    shown: &str,
    keys: &[(&'static str, &str)],
) -> (Record, Vec<Key>) {
    let mut record = Record::new(side, Kind::Contact, id(name));
    record.set(Field::Name, Value::text(shown));
    record.reference = (side == MyGadgetRepairs).then(|| format!("C-{name}"));
    let keys = keys.iter().map(|(what, value)| Key {
        what,
        value: (*value).to_owned(),
    });
    (record, keys.collect())
}

async fn listed(bench: &Bench, wanted: PeopleState, search: Option<&str>) -> Vec<String> {
    let found = bench
        .store
        .people(bench.shop, wanted, search, None, 50)
        .await;
    let found = found.unwrap();
    found
        .iter()
        .map(|row| row.record.as_str().to_owned())
        .collect()
}

fn about(record: &str) -> Change {
    question(record, "email", json!(1))
}

async fn filled(bench: &Bench) {
    let saw = |side, records| Change::Saw {
        records,
        sweep: 0,
        asked_at: at(0),
        stale_after: (side == HighLevel).then(|| at(0)),
    };
    let left = vec![
        person(
            HighLevel,
            "h1",
            "Zoë O'Brien",
            &[("email", "zoe@mail.example")],
        ),
        person(HighLevel, "h2", "Ann Smith", &[("phone", "+447700900123")]),
        // A page may hold somebody twice.
        person(HighLevel, "h2", "Ann Smith", &[("phone", "+447700900123")]),
        person(HighLevel, "h3", "Ben Fox", &[]),
    ];
    let right = vec![
        person(
            MyGadgetRepairs,
            "m1",
            "Zoe OBrien",
            &[("email", "zoe@mail.example")],
        ),
        person(MyGadgetRepairs, "m4", "Émile Zola", &[]),
    ];
    bench
        .commit(5, vec![saw(HighLevel, left), saw(MyGadgetRepairs, right)])
        .await;
    bench
        .commit(6, vec![Change::Link(link(1, "h1", "m1"))])
        .await;
}

pub async fn people_are_listed_by_name_and_a_pair_once(bench: &Bench) {
    filled(bench).await;
    assert_eq!(
        listed(bench, PeopleState::Any, None).await,
        ["h2", "h3", "m4", "m1"]
    );
    assert_eq!(listed(bench, PeopleState::InStep, None).await, ["m1"]);
    assert_eq!(
        listed(bench, PeopleState::Alone(HighLevel), None).await,
        ["h2", "h3"]
    );
    assert_eq!(
        listed(bench, PeopleState::Alone(MyGadgetRepairs), None).await,
        ["m4"]
    );
    let page = |after: Option<PersonRow>| async move {
        let after = after.map(|row| row.cursor);
        let found = bench
            .store
            .people(bench.shop, PeopleState::Any, None, after.as_ref(), 1)
            .await;
        found.unwrap().pop()
    };
    let mut last = None;
    let mut walked = Vec::new();
    while let Some(row) = page(last.clone()).await {
        walked.push(row.record.as_str().to_owned());
        last = Some(row);
    }
    assert_eq!(walked, ["h2", "h3", "m4", "m1"]);

    let differs = Change::Rebase {
        link: link(1, "h1", "m1").id,
        base: json!({}),
        withheld: json!([]),
        counts: (8, 7, 0),
    };
    bench.commit(7, vec![differs]).await;
    assert_eq!(listed(bench, PeopleState::Differs, None).await, ["m1"]);
    assert!(listed(bench, PeopleState::Held, None).await.is_empty());
    assert!(listed(bench, PeopleState::InStep, None).await.is_empty());
    let held = Change::Rebase {
        link: link(1, "h1", "m1").id,
        base: json!({}),
        withheld: json!([]),
        counts: (8, 7, 1),
    };
    bench.commit(8, vec![held]).await;
    assert_eq!(listed(bench, PeopleState::Held, None).await, ["m1"]);

    bench
        .commit(
            9,
            vec![Change::Unlink(link(1, "h1", "m1").id, "parted".into())],
        )
        .await;
    assert_eq!(
        listed(bench, PeopleState::Alone(HighLevel), None).await,
        ["h2", "h3", "h1"]
    );
    bench
        .commit(10, vec![Change::Gone(HighLevel, Kind::Contact, id("h3"))])
        .await;
    assert_eq!(
        listed(bench, PeopleState::Any, None).await,
        ["h2", "m4", "h1", "m1"]
    );
}

pub async fn people_are_found_by_how_their_words_begin(bench: &Bench) {
    filled(bench).await;
    for (typed, found) in [
        ("zoe", vec!["m1"]),
        ("ZOË", vec!["m1"]),
        ("zoe@mail", vec!["m1"]),
        ("brien zo", vec!["m1"]),
        ("C-m4", vec!["m4"]),
        ("07700 900123", vec!["h2"]),
        ("7700900", vec!["h2"]),
        ("smi ann", vec!["h2"]),
        ("zo", vec!["m4", "m1"]),
        ("smith fox", vec![]),
        ("nobody", vec![]),
        ("' OR 1=1 --", vec![]),
        ("", vec![]),
        ("%", vec![]),
    ] {
        assert_eq!(
            listed(bench, PeopleState::Any, Some(typed)).await,
            found,
            "{typed}"
        );
    }
    // Whoever is renamed is found by the new name alone.
    let renamed = person(HighLevel, "h3", "Finn Fox", &[]);
    bench.saw(7, 0, vec![renamed]).await;
    assert_eq!(listed(bench, PeopleState::Any, Some("finn")).await, ["h3"]);
    assert!(
        listed(bench, PeopleState::Any, Some("ben"))
            .await
            .is_empty()
    );
}

pub async fn whoever_is_asked_about_or_left_alone_is_listed(bench: &Bench) {
    filled(bench).await;
    bench
        .commit(
            7,
            vec![
                about("h1"),
                about("h3"),
                Change::LeaveAlone(HighLevel, Kind::Contact, id("h2")),
            ],
        )
        .await;
    let store = &bench.store;
    assert_eq!(
        listed(bench, PeopleState::Question, None).await,
        ["h3", "m1"]
    );
    assert_eq!(listed(bench, PeopleState::LeftAlone, None).await, ["h2"]);
    let asked = store
        .asked_about(bench.shop, HighLevel, [&id("h1"), &id("h2")])
        .await
        .unwrap();
    assert_eq!(asked.into_iter().collect::<Vec<_>>(), [(id("h1"), 1)]);
    let about = store
        .reviews_about(bench.shop, HighLevel, Kind::Contact, &id("h3"))
        .await
        .unwrap();
    assert_eq!(about.len(), 1);
    assert_eq!(
        store.left_alone(bench.shop).await.unwrap(),
        [(HighLevel, Kind::Contact, id("h2"))]
    );
    bench
        .commit(8, vec![Change::TakeUp(HighLevel, Kind::Contact, id("h2"))])
        .await;
    assert!(store.left_alone(bench.shop).await.unwrap().is_empty());
}

fn line(event: &'static str, record: &str, detail: Json) -> Change {
    Change::Journal(JournalEntry {
        run: run(1),
        event,
        side: Some(HighLevel),
        kind: Some(Kind::Contact),
        record: Some(id(record)),
        counterpart: None,
        detail,
    })
}

pub async fn the_journal_is_searched_in_pages_and_counted(bench: &Bench) {
    for (now, event, record, detail) in [
        (10, "linked", "h1", json!({"why": "E-Mail"})),
        (20, "updated", "h1", json!({"field": "name"})),
        (30, "updated", "h2", json!({"field": "100%"})),
        (40, "failed", "h2", json!({})),
    ] {
        bench.commit(now, vec![line(event, record, detail)]).await;
    }
    let store = &bench.store;
    let page = |filter: JournalFilter| async move {
        let page = store.journal_page(bench.shop, &filter).await.unwrap();
        let events: Vec<String> = page.rows.iter().map(|row| row.event.clone()).collect();
        (events, page.next)
    };
    let all = JournalFilter {
        limit: 3,
        ..JournalFilter::default()
    };
    let (events, next) = page(all.clone()).await;
    assert_eq!(events, ["failed", "updated", "updated"]);
    let (events, next) = page(JournalFilter {
        before: next,
        ..all.clone()
    })
    .await;
    assert_eq!((events, next), (vec!["linked".to_owned()], None));
    let searched = |text: &str| JournalFilter {
        search: Some(text.to_owned()),
        ..all.clone()
    };
    assert_eq!(
        page(searched("e-mail")).await.0,
        ["linked"],
        "in whatever case"
    );
    assert_eq!(page(searched("0%")).await.0, ["updated"], "no wildcard");
    assert_eq!(page(searched("H2")).await.0.len(), 2);
    let of = JournalFilter {
        records: vec![id("h1")],
        event: Some("updated".to_owned()),
        side: Some(HighLevel),
        kind: Some(Kind::Contact),
        ..all.clone()
    };
    assert_eq!(page(of).await.0, ["updated"]);
    let counts = store
        .journal_counts(bench.shop, at(15), SignedDuration::from_secs(10))
        .await
        .unwrap();
    let mut counted: Vec<_> = counts
        .iter()
        .map(|count| (count.bucket, count.event.as_str(), count.count))
        .collect();
    counted.sort_unstable();
    assert_eq!(
        counted,
        [(0, "updated", 1), (1, "updated", 1), (2, "failed", 1)]
    );
    let newest = store.newest_lines().await.unwrap();
    assert_eq!(newest.len(), 1);
    assert_eq!(newest[0].0, "first");
    assert!(newest[0].1 >= 4);
}

pub async fn runs_that_did_nothing_are_passed_over(bench: &Bench) {
    let store = &bench.store;
    for (number, phase, summary, finished) in [
        (
            1,
            "finished",
            json!({"created": {"highlevel": {"contact": 2}}}),
            true,
        ),
        (
            2,
            "finished",
            json!({"created": {}, "updated": {"highlevel": {"contact": 0}}, "failed": 0}),
            true,
        ),
        (3, "failed", json!({}), true),
        (4, "finished", json!({"failed": 1}), true),
        (5, "reading", json!({}), false),
        (6, "finished", json!({"linked": {"contact": 1}}), true),
    ] {
        let now = at(i64::try_from(number).unwrap());
        store
            .save_run(
                bench.shop,
                run(number),
                (now, finished.then_some(now)),
                phase,
                &summary,
            )
            .await
            .unwrap();
    }
    let did = |before, something| async move {
        let runs = store.runs_that_did(bench.shop, before, something, 10).await;
        runs.unwrap()
            .into_iter()
            .map(|row| row.id)
            .collect::<Vec<_>>()
    };
    assert_eq!(did(None, true).await, [6, 5, 4, 3, 1].map(run));
    assert_eq!(did(Some(run(5)), true).await, [4, 3, 1].map(run));
    assert_eq!(did(None, false).await.len(), 6);
    let one = store.run(bench.shop, run(3)).await.unwrap().unwrap();
    assert_eq!(one.phase, "failed");
}
