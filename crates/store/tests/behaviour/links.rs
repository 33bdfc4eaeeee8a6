//! Links between records.

use super::bench::*;
use domain::{Kind, LinkId};
use serde_json::json;
use std::collections::{BTreeMap, HashSet};
use store::{Change, Link, LinkTotals};
use uuid::Uuid;

const CONTACT: Kind = Kind::Contact;

async fn linked(bench: &Bench, links: Vec<Link>) {
    bench
        .commit(1, links.into_iter().map(Change::Link).collect())
        .await;
}

pub async fn a_second_link_of_a_record_fails_the_whole_list(bench: &Bench) {
    linked(bench, vec![link(1, "h1", "m1")]).await;
    for second in [
        link(2, "h1", "m2"),
        link(2, "h2", "m1"),
        link(2, "h1", "m1"),
    ] {
        let list = vec![Change::Link(link(3, "h9", "m9")), Change::Link(second)];
        assert!(bench.store.commit(bench.shop, at(2), list).await.is_err());
        assert!(
            bench
                .store
                .link_of(bench.shop, HighLevel, CONTACT, &id("h9"))
                .await
                .unwrap()
                .is_none()
        );
    }
    // The same ids of another kind are other records.
    linked(
        bench,
        vec![Link {
            kind: Kind::Task,
            ..link(4, "h1", "m1")
        }],
    )
    .await;
    let found = bench
        .store
        .links_of(bench.shop, MyGadgetRepairs, CONTACT, &[id("m1"), id("m2")])
        .await
        .unwrap();
    assert_eq!(found.len(), 1);
    assert_eq!(found[&id("m1")], link(1, "h1", "m1"));
    assert_eq!(found[&id("m1")].on(HighLevel), &id("h1"));
}

pub async fn after_unlinking_a_new_link_is_possible(bench: &Bench) {
    linked(bench, vec![link(1, "h1", "m1")]).await;
    let ids = [id("h1"), id("h2")];
    assert!(
        bench
            .store
            .once_linked(bench.shop, HighLevel, CONTACT, &ids)
            .await
            .unwrap()
            .is_empty()
    );
    bench
        .commit(
            2,
            vec![
                Change::Unlink(LinkId(Uuid::from_u128(1)), "m1 is gone".into()),
                Change::Link(link(2, "h1", "m2")),
            ],
        )
        .await;
    let now = bench
        .store
        .link_of(bench.shop, HighLevel, CONTACT, &id("h1"))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(now.right, id("m2"));
    assert!(
        bench
            .store
            .link_of(bench.shop, MyGadgetRepairs, CONTACT, &id("m1"))
            .await
            .unwrap()
            .is_none()
    );
    let once = bench
        .store
        .once_linked(bench.shop, HighLevel, CONTACT, &ids)
        .await
        .unwrap();
    assert_eq!(once, HashSet::from([id("h1")]));
    let once = bench
        .store
        .once_linked(bench.shop, MyGadgetRepairs, CONTACT, [&id("m1"), &id("m2")])
        .await
        .unwrap();
    assert_eq!(once, HashSet::from([id("m1")]));
}

pub async fn a_new_base_is_kept_with_its_counts(bench: &Bench) {
    linked(bench, vec![link(1, "h1", "m1")]).await;
    let rebase = Change::Rebase {
        link: LinkId(Uuid::from_u128(1)),
        base: json!({"name": "Ann"}),
        withheld: json!(["phone"]),
        counts: (9, 7, 1),
    };
    bench.commit(2, vec![rebase]).await;
    let found = bench
        .store
        .link_of(bench.shop, HighLevel, CONTACT, &id("h1"))
        .await
        .unwrap()
        .unwrap();
    let wanted = Link {
        base: json!({"name": "Ann"}),
        withheld: json!(["phone"]),
        fields: 9,
        agree: 7,
        held: 1,
        ..link(1, "h1", "m1")
    };
    assert_eq!(found, wanted);
}

pub async fn totals_and_differing_leave_ended_links_out(bench: &Bench) {
    let less = |number, left, right| Link {
        agree: 6,
        held: 1,
        ..link(number, left, right)
    };
    linked(
        bench,
        vec![
            link(1, "h1", "m1"),
            less(2, "h2", "m2"),
            less(3, "h3", "m3"),
        ],
    )
    .await;
    bench
        .commit(
            2,
            vec![Change::Unlink(
                LinkId(Uuid::from_u128(3)),
                "a person said so".into(),
            )],
        )
        .await;
    let totals = bench.store.link_totals(bench.shop).await.unwrap();
    let contacts = LinkTotals {
        links: 2,
        fields: 16,
        agree: 14,
        held: 1,
    };
    assert_eq!(totals, BTreeMap::from([(CONTACT, contacts)]));
    let differing = bench.store.differing(bench.shop, 10).await.unwrap();
    assert_eq!(differing, [less(2, "h2", "m2")]);
}

pub async fn people_set_apart_stay_apart_until_told(bench: &Bench) {
    let apart = || Change::Apart(id("h1"), id("m1"));
    bench
        .commit(1, vec![apart(), apart(), Change::Apart(id("h2"), id("m1"))])
        .await;
    let found = bench.store.apart(bench.shop, [&id("h1")]).await.unwrap();
    assert_eq!(found, HashSet::from([(id("h1"), id("m1"))]));
    bench
        .commit(2, vec![Change::NotApart(id("h1"), id("m1"))])
        .await;
    let found = bench
        .store
        .apart(bench.shop, [&id("h1"), &id("h2")])
        .await
        .unwrap();
    assert_eq!(found, HashSet::from([(id("h2"), id("m1"))]));
}

pub async fn a_key_is_held_while_its_contact_is_linked(bench: &Bench) {
    let key = phone("+447400123456");
    let held = || bench.store.is_key_held(bench.shop, HighLevel, &key);
    bench
        .saw(1, 0, vec![(contact(HighLevel, "h1"), vec![key.clone()])])
        .await;
    assert!(!held().await.unwrap(), "nobody's counterpart");
    linked(bench, vec![link(1, "h1", "m1")]).await;
    assert!(held().await.unwrap());
    let other = bench.store.is_key_held(bench.shop, MyGadgetRepairs, &key);
    assert!(!other.await.unwrap(), "the other side's keys do not count");
    let unlink = Change::Unlink(link(1, "h1", "m1").id, "test".to_owned());
    bench.commit(2, vec![unlink]).await;
    assert!(!held().await.unwrap());
}

pub async fn links_that_were_let_go_are_counted_and_taken_back_answers_forgotten(bench: &Bench) {
    linked(
        bench,
        vec![
            link(1, "h1", "m1"),
            link(2, "h2", "m2"),
            link(3, "h3", "m3"),
            link(4, "h4", "m4"),
        ],
    )
    .await;
    let end = |number: u128, why: &str| Change::Unlink(LinkId(Uuid::from_u128(number)), why.into());
    bench.commit(10, vec![end(1, "deleted in HighLevel")]).await;
    bench
        .commit(
            20,
            vec![
                end(2, "deleted in MyGadgetRepairs"),
                end(3, "merged in HighLevel"),
                end(4, store::ANSWER_TAKEN_BACK),
            ],
        )
        .await;
    for (since, count) in [(5, 2), (10, 1), (20, 0)] {
        let found = bench.store.let_go_since(bench.shop, at(since)).await;
        assert_eq!(found.unwrap(), count, "since {since}");
    }
    // What was taken back is as if it had never been.
    let ids = [id("h1"), id("h2"), id("h3"), id("h4")];
    let once = bench
        .store
        .once_linked(bench.shop, HighLevel, CONTACT, &ids)
        .await
        .unwrap();
    assert_eq!(once, HashSet::from([id("h1"), id("h2"), id("h3")]));
}
