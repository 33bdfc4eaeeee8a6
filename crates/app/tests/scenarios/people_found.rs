//! People as the dashboard lists, finds and shows them.

use crate::desk::Desk;
use app::{PeopleWish, PersonState};
use serde_json::json;
use std::collections::BTreeSet;
use testkit::{Bench, SHOP};

fn wish(search: &str, state: Option<PersonState>) -> PeopleWish {
    PeopleWish {
        search: Some(search.to_owned()),
        state,
        after: None,
        limit: 50,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn everybody_is_listed_once_by_name_page_by_page() {
    let bench = Bench::new(31, 40, 30).await;
    bench.sync().await;
    let app = &bench.app;
    let status = app.status(SHOP).await.unwrap();
    let mut all = Vec::new();
    let mut after = None;
    loop {
        let page = PeopleWish {
            after,
            limit: 7,
            ..PeopleWish::default()
        };
        let page = app.people(SHOP, &page).await.unwrap();
        assert!(page.people.len() <= 7);
        all.extend(page.people);
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    let records: BTreeSet<_> = all
        .iter()
        .map(|one| (one.side, one.record.clone()))
        .collect();
    assert_eq!(records.len(), all.len(), "nobody twice");
    let customers = status.records["mygadgetrepairs.customer"];
    let contacts = status.records["highlevel.contact"];
    let pairs = status.linked["contact"];
    assert_eq!(all.len() as u64, customers + contacts - pairs);
    // Every state's list holds just those that the whole list says.
    for state in [
        PersonState::InStep,
        PersonState::Differs,
        PersonState::Held,
        PersonState::AloneHighlevel,
        PersonState::AloneMygadgetrepairs,
        PersonState::Question,
        PersonState::LeftAlone,
    ] {
        let page = PeopleWish {
            state: Some(state),
            limit: 400,
            ..PeopleWish::default()
        };
        let page = app.people(SHOP, &page).await.unwrap();
        let own: BTreeSet<_> = page.people.iter().map(|one| one.record.clone()).collect();
        let told: BTreeSet<_> = all
            .iter()
            .filter(|one| one.state == state)
            .map(|one| one.record.clone())
            .collect();
        match state {
            // Of those a question or a hold may be told instead.
            PersonState::InStep
            | PersonState::AloneHighlevel
            | PersonState::AloneMygadgetrepairs
            | PersonState::Differs
            | PersonState::Held => assert!(told.is_subset(&own), "{state:?}"),
            _ => assert_eq!(told, own, "{state:?}"),
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_is_found_by_words_of_either_side_and_shown_whole() {
    let desk = Desk::with_one_ticket().await;
    let app = &desk.bench.app;
    let all = app.people(SHOP, &wish("", None)).await.unwrap().people;
    let one = all
        .iter()
        .find(|one| one.highlevel.is_some() && one.mygadgetrepairs.is_some());
    let one = one.unwrap();
    assert_eq!(one.state, PersonState::InStep);
    assert_eq!((one.open_tickets, one.open_tasks), (1, 1));
    let name = one.name.clone().unwrap();
    for word in name.split(' ') {
        let found = app
            .people(SHOP, &wish(&word.to_uppercase(), None))
            .await
            .unwrap();
        assert!(found.people.contains(one), "{word}");
    }
    let reference = one.reference.clone().unwrap();
    let found = app
        .people(SHOP, &wish(&reference, Some(PersonState::InStep)))
        .await
        .unwrap();
    assert_eq!(found.people, std::slice::from_ref(one));
    let found = app
        .people(SHOP, &wish(&reference, Some(PersonState::Held)))
        .await
        .unwrap();
    assert_eq!(found.people, []);
    assert_eq!(
        app.people(SHOP, &wish("nobodyatall", None))
            .await
            .unwrap()
            .people,
        []
    );

    // A name that only the contact has is found as well, and is the customer's once the two agree again.
    let contact = one.highlevel.clone().unwrap();
    desk.in_crm(json!({"lastName": "Zzyzx"})).await;
    desk.bench.sync().await;
    let found = app.people(SHOP, &wish("zzyz", None)).await.unwrap();
    assert_eq!(found.people.len(), 1);

    for text in [contact.as_str(), reference.as_str()] {
        let shown = app.person(SHOP, text).await.unwrap();
        assert_eq!(shown.line.record, one.record);
        assert!(shown.contact.is_some() && shown.customer.is_some());
        assert!(
            !shown.fields.is_empty() && shown.fields.iter().all(|field| field.direction.is_some())
        );
        let [task] = shown.tasks.as_slice() else {
            unreachable!("one ticket with its task: {:#?}", shown.tasks)
        };
        assert!(task.open && task.highlevel.is_some() && task.mygadgetrepairs.is_some());
        assert_eq!(task.compared, task.agree);
    }
    assert!(app.person(SHOP, "C-none").await.is_err());
    let activity = app.activity(SHOP, 24).await.unwrap();
    let written: u64 = activity
        .buckets
        .iter()
        .map(|one| one.written_highlevel)
        .sum();
    assert!(written > 0, "{activity:?}");
}
