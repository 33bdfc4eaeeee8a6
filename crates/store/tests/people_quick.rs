//! How long the list of people takes with many of them: `cargo test -p store --release --test people_quick -- --ignored
//! --nocapture`.

#![expect(clippy::unwrap_used, reason = "tests fail loudly")]
#![expect(clippy::disallowed_methods, reason = "it measures")]

use domain::{Field, Kind, LinkId, Record, RecordId, ShopId, Side, Timestamp, Value};
use std::time::{Duration, Instant};
use store::{Change, Key, Link, PeopleCursor, PeopleState, Store};
use uuid::Uuid;

const PEOPLE: usize = 100_000;
const GIVEN: [&str; 8] = [
    "Anna", "Ben", "Chloe", "Dan", "Eve", "Finn", "Grace", "Hugo",
];

fn person(side: Side, number: usize) -> (Record, Vec<Key>) {
    let id = RecordId::new(format!("{side}-{number:06}"));
    let mut record = Record::new(side, Kind::Contact, id);
    let name = format!(
        "{} Family{:05}",
        GIVEN[number % GIVEN.len()],
        number * 7_919 % PEOPLE
    );
    let email = format!("p{number}@mail.example");
    record.reference = (side == Side::MyGadgetRepairs).then(|| format!("C-{number}"));
    record.set(Field::Name, Value::text(&name));
    record.set(Field::Email, Value::text(&email));
    let phone = format!("+4477{number:08}");
    record.set(Field::Phone, Value::text(&phone));
    let keys = vec![
        Key {
            what: "email",
            value: email,
        },
        Key {
            what: "phone",
            value: phone,
        },
    ];
    (record, keys)
}

async fn filled(store: &Store) -> ShopId {
    let now = Timestamp::UNIX_EPOCH;
    let rules = serde_json::json!({});
    let shop = store
        .add_shop("main", "loc", None, None, &rules, now)
        .await
        .unwrap();
    for start in (0..PEOPLE).step_by(500) {
        let numbers = start..start + 500;
        let mut changes = Vec::new();
        for side in Side::BOTH {
            changes.push(Change::Saw {
                records: numbers.clone().map(|number| person(side, number)).collect(),
                sweep: 0,
                asked_at: now,
                stale_after: None,
            });
        }
        for number in numbers {
            let pair = Side::BOTH.map(|side| RecordId::new(format!("{side}-{number:06}")));
            let [left, right] = pair;
            let id = LinkId(Uuid::from_u128(number as u128));
            let mut link = Link::fresh(id, Kind::Contact, (left, right), "test");
            link.fields = 5;
            link.agree = if number % 1_000 == 0 { 4 } else { 5 };
            changes.push(Change::Link(link));
        }
        store.commit(shop.id, now, changes).await.unwrap();
    }
    shop.id
}

/// The middle of several tries.
async fn took(what: impl AsyncFn() -> usize) -> (Duration, usize) {
    let mut times = Vec::new();
    let mut found = 0;
    for _ in 0..9 {
        let began = Instant::now();
        found = what().await;
        times.push(began.elapsed());
    }
    times.sort();
    (times[times.len() / 2], found)
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "it fills a database with 200,000 records"]
async fn a_screenful_of_a_hundred_thousand_people_is_there_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}", folder.path().join("test.db").display());
    let store = Store::open(&url).await.unwrap();
    let began = Instant::now();
    let shop = filled(&store).await;
    println!("filled in {:?}", began.elapsed());
    let far = PeopleCursor {
        name: "grace family5".into(),
        id: 0,
    };
    let cases: [(&str, PeopleState, Option<&str>, Option<&PeopleCursor>); 10] = [
        ("everybody", PeopleState::Any, None, None),
        ("far down the list", PeopleState::Any, None, Some(&far)),
        ("in step", PeopleState::InStep, None, None),
        ("differing", PeopleState::Differs, None, None),
        ("alone", PeopleState::Alone(Side::HighLevel), None, None),
        ("asked about", PeopleState::Question, None, None),
        (
            "one letter, every eighth",
            PeopleState::Any,
            Some("a"),
            None,
        ),
        ("a family", PeopleState::Any, Some("family00042"), None),
        ("a number", PeopleState::Any, Some("07700 012345"), None),
        ("nobody", PeopleState::Any, Some("zzz"), None),
    ];
    for (what, state, search, after) in cases {
        let store = &store;
        let ask = async || {
            let rows = store.people(shop, state, search, after, 51).await;
            rows.unwrap().len()
        };
        let (time, found) = took(ask).await;
        println!("{what}: {found} in {time:?}");
        assert!(time < Duration::from_millis(100), "{what}: {time:?}");
    }
}
