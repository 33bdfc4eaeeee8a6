//! What only the inside of the store can show: query plans, and a full disk.

use super::{ahead, commit, exchanges, intents, links, records, webhooks};
use crate::db::{query, query_scalar};
use crate::{Change, Store, StoreError};
use domain::Timestamp;
use serde_json::json;

async fn store() -> (tempfile::TempDir, Store) {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}", folder.path().join("test.db").display());
    (folder, Store::open(&url).await.unwrap())
}

/// The steps of a query's plan that read a whole table of ours.
async fn scans(store: &Store, sql: &str) -> (Vec<String>, String) {
    let rows = query(format!("EXPLAIN QUERY PLAN {sql}"))
        .fetch_all(&store.writer)
        .await
        .unwrap();
    let steps: Vec<String> = rows
        .iter()
        .map(|row| row.try_get("detail").unwrap())
        .collect();
    let whole = [
        "record",
        "link",
        "intent",
        "webhook",
        "identity_key",
        "mine",
        "other",
        "many",
    ];
    let scans = steps
        .iter()
        .filter(|step| {
            step.strip_prefix("SCAN ")
                .is_some_and(|what| whole.contains(&what.split(' ').next().unwrap_or(what)))
        })
        .cloned()
        .collect();
    (scans, steps.join("\n"))
}

#[tokio::test]
async fn the_hot_reads_use_their_indexes() {
    let (_folder, store) = store().await;
    let uses = [
        (
            records::UNSETTLED.sqlite,
            "record_unsettled (shop=? AND kind=? AND side=? AND id>?)",
        ),
        (
            ahead::COUNT_FOLLOWERS.sqlite,
            "intent_open (shop=? AND side=? AND kind=? AND source=?)",
        ),
        (
            ahead::UNDECIDED[0].sqlite,
            "link_left (shop=? AND kind=? AND left_id=?)",
        ),
        (
            ahead::UNDECIDED[1].sqlite,
            "link_right (shop=? AND kind=? AND right_id=?)",
        ),
        (
            exchanges::OF_RECORD.sqlite,
            "intent_target (shop=? AND kind=? AND target=?)",
        ),
        (exchanges::OF_RUN, "intent_run (shop=? AND run=?)"),
        (
            exchanges::TRIM_INTENTS,
            "intent_finished (shop=? AND finished_at<?)",
        ),
        (
            records::NEIGHBOURHOOD.sqlite,
            "mine USING COVERING INDEX identity_key_record (shop=? AND side=? AND record=?)",
        ),
        (
            records::NEIGHBOURHOOD.sqlite,
            "other USING PRIMARY KEY (shop=? AND what=? AND value=?)",
        ),
        (
            records::NEIGHBOURHOOD.sqlite,
            "many USING PRIMARY KEY (shop=? AND what=? AND value=?)",
        ),
        (
            records::NEIGHBOURHOOD.sqlite,
            "record USING PRIMARY KEY (shop=? AND side=? AND kind=? AND id=?)",
        ),
        (
            links::LINKS_OF_LEFT.sqlite,
            "link_left (shop=? AND kind=? AND left_id=?)",
        ),
        (
            links::LINKS_OF_RIGHT.sqlite,
            "link_right (shop=? AND kind=? AND right_id=?)",
        ),
        (
            records::CHILDREN.sqlite,
            "record_parent (shop=? AND side=? AND kind=? AND parent=?)",
        ),
        (
            records::UNSEEN.sqlite,
            "COVERING INDEX record_unseen (shop=? AND side=? AND kind=? AND sweep<?)",
        ),
        (
            records::UNSEEN_APPOINTMENTS.sqlite,
            "record_unseen (shop=? AND side=? AND kind=? AND sweep<?)",
        ),
        (
            records::COUNT_UNSETTLED.sqlite,
            "COVERING INDEX record_unsettled (shop=?)",
        ),
        (
            records::COUNT_RECORDS.sqlite,
            "COVERING INDEX record_unseen (shop=?)",
        ),
        (links::TOTALS.sqlite, "COVERING INDEX link_counted (shop=?)"),
        (
            commit::WAKE_CHILDREN.sqlite,
            "record_waiting (shop=? AND side=? AND parent=?)",
        ),
        (
            commit::FORGET_KEYS.sqlite,
            "identity_key_record (shop=? AND side=? AND record=?)",
        ),
        (
            commit::MOOT,
            "review_open (shop=? AND what=? AND kind=? AND side=? AND record=? AND field=?)",
        ),
        (
            intents::CLAIM.sqlite,
            "intent_due (shop=? AND state=? AND side=?)",
        ),
        (webhooks::WAITING, "webhook_waiting (shop=?)"),
        (webhooks::WAITING, "webhook_event (event=?)"),
        (
            webhooks::FORGET,
            "webhook_looked_at (shop=? AND received_at<?)",
        ),
        (
            webhooks::BY_REFERENCE.sqlite,
            "record_reference (shop=? AND kind=? AND <expr>=? AND side=?)",
        ),
        (
            intents::OPEN_INTENT,
            "intent_open (shop=? AND side=? AND kind=? AND source=?)",
        ),
    ];
    for (sql, index) in uses {
        let (scans, plan) = scans(&store, sql).await;
        assert!(!plan.contains("AUTOMATIC"), "{sql}\n{plan}");
        assert!(scans.is_empty(), "{sql}\n{plan}");
        assert!(plan.contains(index), "{sql} does not use {index}:\n{plan}");
    }
}

/// A full disk is played by a limit on the pages of the file.
#[tokio::test]
async fn a_full_disk_is_told_and_nothing_is_half_written() {
    let (_folder, store) = store().await;
    let now = Timestamp::UNIX_EPOCH;
    let shop = store
        .add_shop("a", "l", None, None, &json!({}), now)
        .await
        .unwrap()
        .id;
    let pages: i64 = query_scalar("PRAGMA page_count")
        .fetch_one(&store.writer)
        .await
        .unwrap();
    let limit = |pages: i64| format!("PRAGMA max_page_count = {pages}");
    query(limit(pages + 4))
        .fetch_one(&store.writer)
        .await
        .unwrap();
    let much = || {
        vec![
            Change::Cursor("contacts".into(), json!(1)),
            Change::Fact("statuses", json!("x".repeat(100_000))),
        ]
    };
    let error = store.commit(shop, now, much()).await.unwrap_err();
    assert!(matches!(error, StoreError::DiskFull), "{error:?}");
    assert!(error.to_string().contains("free some space"));
    assert!(store.cursor(shop, "contacts").await.unwrap().is_none());

    query(limit(1_000_000))
        .fetch_one(&store.writer)
        .await
        .unwrap();
    store.commit(shop, now, much()).await.unwrap();
}
