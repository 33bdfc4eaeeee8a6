//! The journal, the runs and the status, as the dashboard reads them.

use crate::desk::Desk;
use app::NeedCode;
use domain::{Kind, Side};
use serde_json::json;
use store::JournalFilter;
use testkit::SHOP;

#[tokio::test(flavor = "multi_thread")]
async fn the_journal_is_read_backwards_page_by_page_and_sifted() {
    let desk = Desk::with_one_ticket().await;
    desk.in_crm(json!({"city": "York"})).await;
    desk.sync_edits().await;
    let app = &desk.bench.app;
    let mut whole = app.log(SHOP, None, 1_000).await.unwrap();
    whole.reverse();
    assert!(whole.len() > 3);
    let mut read = Vec::new();
    let mut before = None;
    loop {
        let filter = JournalFilter {
            before,
            limit: 2,
            ..JournalFilter::default()
        };
        let page = app.journal_page(SHOP, &filter, None).await.unwrap();
        read.extend(page.rows);
        before = page.next;
        if before.is_none() {
            break;
        }
    }
    assert_eq!(read, whole);

    let sifted = async |filter: JournalFilter, record: Option<&str>| {
        let filter = JournalFilter {
            limit: 100,
            ..filter
        };
        app.journal_page(SHOP, &filter, record).await.unwrap().rows
    };
    let created = JournalFilter {
        event: Some("created".into()),
        kind: Some(Kind::Task),
        side: Some(Side::HighLevel),
        ..JournalFilter::default()
    };
    let [task] = sifted(created, None).await.try_into().unwrap();
    assert_eq!(task.record.unwrap().as_str(), desk.task);
    // By the counter's number as well as by an id of either side.
    for text in [&desk.reference, &desk.customer, &desk.contact] {
        let rows = sifted(JournalFilter::default(), Some(text)).await;
        assert!(rows.iter().any(|row| row.event == "edited"), "{text}");
        assert!(
            rows.iter().all(|row| row.kind == Some(Kind::Contact)),
            "{text}"
        );
    }
    // By how a person's name begins, which no line keeps.
    let search = JournalFilter {
        search: Some("mari".into()),
        ..JournalFilter::default()
    };
    let rows = sifted(search, None).await;
    assert!(rows.iter().any(|row| row.event == "created"));
    assert!(rows.iter().all(|row| row.kind == Some(Kind::Contact)));
    for (text, found) in [(desk.task.as_str(), true), ("%", false), ("t_sk", false)] {
        let search = JournalFilter {
            search: Some(text.to_owned()),
            event: Some("created".into()),
            ..JournalFilter::default()
        };
        let rows = sifted(search, None).await;
        assert_eq!(
            rows.iter().any(|row| row.kind == Some(Kind::Task)),
            found,
            "{text}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn runs_that_did_something_are_listed_by_themselves() {
    let desk = Desk::with_one_ticket().await;
    for _ in 0..3 {
        desk.bench.sync().await;
    }
    desk.in_crm(json!({"city": "York"})).await;
    let second = desk.sync_edits().await;
    desk.bench.sync().await;
    let app = &desk.bench.app;
    let did = app.runs_that_did(SHOP, None, true, 10).await.unwrap();
    let ids: Vec<_> = did.iter().map(|run| run.id).collect();
    assert_eq!(ids, [second, desk.first_run]);
    let older = app
        .runs_that_did(SHOP, Some(second), true, 10)
        .await
        .unwrap();
    assert_eq!(
        older.iter().map(|run| run.id).collect::<Vec<_>>(),
        [desk.first_run]
    );
    let all = app.runs_that_did(SHOP, None, false, 10).await.unwrap();
    assert_eq!(all, app.runs(SHOP, 10).await.unwrap());
    assert!(all.len() > ids.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_needed_is_told_by_code_and_without_a_command() {
    let desk = Desk::with_one_ticket().await;
    let app = &desk.bench.app;
    app.disconnect(SHOP, Side::MyGadgetRepairs).await.unwrap();
    app.pause_shop(SHOP, true).await.unwrap();
    let status = app.status(SHOP).await.unwrap();
    let codes: Vec<_> = status.needs.iter().map(|need| need.code).collect();
    assert_eq!(
        codes,
        [NeedCode::NotConnectedMygadgetrepairs, NeedCode::Paused]
    );
    assert_eq!(status.reasons.len(), status.needs.len());
    for (need, reason) in status.needs.iter().zip(&status.reasons) {
        assert!(
            reason.starts_with(&need.says) && reason.contains('`'),
            "{reason}"
        );
        assert!(!need.says.contains('`'), "{}", need.says);
    }
}
