//! What people are asked and told: questions, the journal, runs.

use super::bench::*;
use domain::Kind;
use serde_json::{Value as Json, json};
use store::{Change, JournalEntry, Review, ReviewKind, ReviewState};

async fn open(bench: &Bench) -> Vec<Review> {
    bench.store.open_reviews(bench.shop, 0, 10).await.unwrap()
}

pub async fn a_question_is_asked_once_and_its_detail_renewed(bench: &Bench) {
    bench
        .commit(
            1,
            vec![
                question("h1", "email", json!(1)),
                question("h1", "phone", json!(1)),
            ],
        )
        .await;
    bench
        .commit(2, vec![question("h1", "email", json!(2))])
        .await;
    let asked = open(bench).await;
    assert_eq!(asked.len(), 2);
    assert_eq!((&asked[0].detail, asked[0].created_at), (&json!(2), at(1)));
    assert_eq!(
        bench.store.count_reviews(bench.shop).await.unwrap(),
        [(ReviewKind::Conflict, 2)]
    );
    let after = bench
        .store
        .open_reviews(bench.shop, asked[0].id, 10)
        .await
        .unwrap();
    assert_eq!(after, [asked[1].clone()]);
}

pub async fn answered_and_moot_questions_are_closed(bench: &Bench) {
    bench
        .commit(
            1,
            vec![
                question("h1", "email", json!(1)),
                question("h1", "phone", json!(1)),
            ],
        )
        .await;
    let asked = open(bench).await;
    let moot = |field: &str| {
        Change::Moot(
            ReviewKind::Conflict,
            Kind::Contact,
            HighLevel,
            id("h1"),
            field.into(),
        )
    };
    bench
        .commit(
            2,
            vec![
                Change::Answer(asked[0].id, ReviewState::Decided, "left".into()),
                moot("phone"),
                moot("email"),
            ],
        )
        .await;
    assert!(open(bench).await.is_empty());
    let answered = bench
        .store
        .review(bench.shop, asked[0].id)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        (answered.state, answered.decision.as_deref()),
        (ReviewState::Decided, Some("left"))
    );
    let obsolete = bench
        .store
        .review(bench.shop, asked[1].id)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        (obsolete.state, obsolete.decision),
        (ReviewState::Obsolete, None)
    );
    assert!(bench.store.review(bench.shop, 999).await.unwrap().is_none());
    // The same may be asked anew, under a number of its own.
    bench
        .commit(3, vec![question("h1", "email", json!(3))])
        .await;
    assert!(open(bench).await[0].id > asked[1].id);
}

pub async fn the_journal_is_read_by_record_and_by_number(bench: &Bench) {
    let line = |record: &str, counterpart: &str, number: i64| {
        Change::Journal(JournalEntry {
            run: run(1),
            event: "linked",
            side: Some(HighLevel),
            kind: Some(Kind::Contact),
            record: Some(id(record)),
            counterpart: Some(id(counterpart)),
            detail: json!(number),
        })
    };
    bench
        .commit(
            5,
            vec![
                line("h1", "m1", 1),
                line("h2", "m2", 2),
                line("m1", "h1", 3),
            ],
        )
        .await;
    let plain = JournalEntry {
        run: run(2),
        event: "began",
        side: None,
        kind: None,
        record: None,
        counterpart: None,
        detail: json!(4),
    };
    bench.commit(6, vec![Change::Journal(plain)]).await;
    let numbers = |rows: &[store::JournalRow]| {
        rows.iter()
            .map(|row| row.detail.as_i64().unwrap())
            .collect::<Vec<_>>()
    };
    let tail = bench.store.journal_tail(bench.shop, None, 2).await.unwrap();
    assert_eq!(numbers(&tail), [3, 4]);
    assert_eq!(
        (
            tail[1].run,
            tail[1].at,
            tail[1].event.as_str(),
            tail[1].side
        ),
        (run(2), at(6), "began", None)
    );
    let of = bench
        .store
        .journal_tail(bench.shop, Some(&id("h1")), 9)
        .await
        .unwrap();
    assert_eq!(numbers(&of), [1, 3]);
    let after = bench
        .store
        .journal_after(bench.shop, of[0].id, 2)
        .await
        .unwrap();
    assert_eq!(numbers(&after), [2, 3]);
}

pub async fn runs_are_kept_newest_first(bench: &Bench) {
    let save = |number, now, phase: &'static str, summary: Json, finished: bool| async move {
        bench
            .store
            .save_run(
                bench.shop,
                run(number),
                (at(now), finished.then_some(at(now))),
                phase,
                &summary,
            )
            .await
            .unwrap();
    };
    save(1, 10, "reading", json!({}), false).await;
    save(2, 20, "reading", json!({}), false).await;
    save(1, 30, "finished", json!({"links": 3}), true).await;
    let runs = bench.store.runs(bench.shop, 9).await.unwrap();
    assert_eq!(
        runs.iter().map(|row| row.id).collect::<Vec<_>>(),
        [run(2), run(1)]
    );
    assert_eq!(
        (runs[1].started_at, runs[1].finished_at),
        (at(10), Some(at(30)))
    );
    assert_eq!(
        (runs[1].phase.as_str(), &runs[1].summary),
        ("finished", &json!({"links": 3}))
    );
    assert_eq!(bench.store.runs(bench.shop, 1).await.unwrap().len(), 1);
}

pub async fn an_answer_taken_back_opens_the_question_unless_it_was_asked_anew(bench: &Bench) {
    let ask = |detail| question("h1", "email", detail);
    bench.commit(1, vec![ask(json!(1))]).await;
    let first = open(bench).await.remove(0).id;
    let answer = || Change::Answer(first, ReviewState::Decided, "left".into());
    bench.commit(2, vec![answer()]).await;
    let answered = || async { bench.store.answered_reviews(bench.shop, 10).await.unwrap() };
    assert_eq!(answered().await[0].decision.as_deref(), Some("left"));
    bench.commit(3, vec![Change::Reopen(first)]).await;
    let now = open(bench).await.remove(0);
    assert_eq!((now.id, now.decision), (first, None));
    assert!(answered().await.is_empty());
    // Asked anew meanwhile, it stays answered: there is one open question about one thing.
    bench.commit(4, vec![answer()]).await;
    bench.commit(5, vec![ask(json!(2))]).await;
    bench.commit(6, vec![Change::Reopen(first)]).await;
    let asked = open(bench).await;
    assert_eq!(asked.len(), 1);
    assert_ne!(asked[0].id, first);
}
