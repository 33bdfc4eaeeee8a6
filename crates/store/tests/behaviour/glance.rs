//! Many shops at once.

use super::bench::*;
use domain::{Kind, ShopId};
use serde_json::json;
use std::collections::BTreeMap;
use store::{
    Change, FlowRunState, FlowToKeep, Looking, NewFlowRun, NoteChange, RunMode, RunProgress, Store,
};

const RUNS: u32 = 2;

/// Everything that a glance tells of a shop, in words.
async fn told(store: &Store, shop: ShopId) -> BTreeMap<&'static str, String> {
    let mut all = BTreeMap::new();
    macro_rules! tell {
        ($($what:ident ( $($given:expr),* ))*) => {
            $(let said = format!("{:?}", store.$what(shop $(, $given)*).await.unwrap());
              all.entry(stringify!($what)).or_insert_with(String::new).push_str(&said);)*
        };
    }
    tell! {
        cursor("seen.highlevel") cursor("none") fact("learnt") fact("none")
        last_read(HighLevel) last_read(MyGadgetRepairs)
        count_intents() count_unsettled() count_records() count_waiting() count_reviews() link_totals()
        counts_of_webhooks(HighLevel) counts_of_webhooks(MyGadgetRepairs)
        budget(HighLevel) budget(MyGadgetRepairs)
        note_totals() has_secret("key") has_secret("none")
        runs(RUNS) runs(RUNS - 1) runs(RUNS + 1)
        flow_switches() flow_run_totals() failed_flow_runs_since(at(5)) failed_flow_runs_since(at(50))
    }
    all
}

async fn fill(bench: &Bench, shop: ShopId, many: i64) {
    let store = &bench.store;
    let contacts = (0..many).map(|one| contact(HighLevel, &format!("h{one}")));
    let saw = Change::Saw {
        records: contacts.map(|contact| (contact, Vec::new())).collect(),
        sweep: 1,
        asked_at: at(1),
        stale_after: None,
    };
    let number = 100 * shop.0.unsigned_abs();
    let changes = vec![
        saw,
        Change::Link(link(u128::from(number), "h0", "c0")),
        question("h1", "email", json!(1)),
        intend(intent(
            u128::from(number),
            MyGadgetRepairs,
            Kind::Contact,
            "h1",
        )),
        Change::Cursor("seen.highlevel".into(), json!(many)),
        Change::Fact("learnt", json!({ "many": many })),
        Change::Heard {
            webhooks: Vec::new(),
            asked: 0,
            on: MyGadgetRepairs,
            told: 2,
            missed: many.unsigned_abs() as usize,
            last_at: Some(at(2)),
        },
        Change::Note(NoteChange::Checked {
            contact: id("h0"),
            seen: 0,
            open: 1,
            held: 3,
            again_at: None,
        }),
    ];
    store.commit(shop, at(2), changes).await.unwrap();
    let given = json!(many);
    let counted = store.with_budget(shop, HighLevel, move |_| (given, ()));
    counted.await.unwrap();
    store
        .save_secret(shop, "key", "v1.1.sealed", at(3))
        .await
        .unwrap();
    let flow = FlowToKeep {
        id: "thank",
        document: &json!({}),
        enabled: true,
        draft: false,
        recipe: None,
    };
    store.keep_flow(shop, at(3), &flow).await.unwrap();
    let begun = NewFlowRun {
        id: format!("run-{shop}"),
        flow: "thank".to_owned(),
        version: 1,
        mode: RunMode::Live,
        key: "one".to_owned(),
        source: "highlevel.contact".to_owned(),
        record: "h0".to_owned(),
        occurrence: json!({}),
        state: FlowRunState::Ready,
        why: None,
    };
    let handed = store.hand_out(shop, at(4), None, &[begun], &[]).await;
    assert_eq!(handed.unwrap(), 1);
    let failed = RunProgress {
        id: format!("run-{shop}"),
        state: FlowRunState::Failed,
        why: None,
        run: json!({}),
        act: None,
        acts: json!([]),
        question: None,
        due_at: at(5),
        attempt: 0,
        steps: vec![],
    };
    store
        .save_flow_run(shop, at(4 + many), &failed)
        .await
        .unwrap();
    for one in 0..many {
        let id = run(u128::from(number) + one.unsigned_abs() as u128);
        let times = (at(10 + one), Some(at(11 + one)));
        let summary = json!({ "number": one });
        store
            .save_run(shop, id, times, "done", &summary)
            .await
            .unwrap();
    }
}

pub async fn each_shop_is_told_of_as_by_itself_and_as_it_was(bench: &Bench) {
    let store = &bench.store;
    let other = store
        .add_shop("second", "loc2", None, None, &json!({}), at(0))
        .await
        .unwrap();
    let empty = store
        .add_shop("third", "loc3", None, None, &json!({}), at(0))
        .await
        .unwrap();
    store.add_data_key(1, "sealed", at(0)).await.unwrap();
    fill(bench, bench.shop, 3).await;
    fill(bench, other.id, 5).await;

    let shops = store.shops().await.unwrap();
    let looking = Looking {
        shops: &shops,
        runs: RUNS,
        failed_since: at(5),
    };
    let (glance, there) = store.at_a_glance(looking).await.unwrap();
    let ids = [bench.shop, other.id, empty.id];
    assert_eq!(there.into_iter().collect::<Vec<_>>(), ids);
    let mut before = Vec::new();
    for shop in ids {
        let alone = told(store, shop).await;
        assert_eq!(told(&glance, shop).await, alone);
        before.push(alone);
    }
    assert_ne!(before[0], before[1]);
    assert_ne!(before[1], before[2]);

    let gone = vec![Change::Cursor("seen.highlevel".into(), json!(null))];
    store.commit(other.id, at(90), gone).await.unwrap();
    assert_eq!(
        glance
            .cursor(other.id, "seen.highlevel")
            .await
            .unwrap()
            .unwrap()
            .value,
        json!(5)
    );
    store.remove_shop(empty.id).await.unwrap();
    let (_, there) = store.at_a_glance(looking).await.unwrap();
    assert_eq!(there.into_iter().collect::<Vec<_>>(), ids[..2]);
}
