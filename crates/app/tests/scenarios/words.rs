//! What people type where a record, a field or a run is asked for: found, or refused in words.

use crate::desk::Desk;
use app::{AppError, UndoOf, UndoScope};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use testkit::SHOP;

#[track_caller]
fn refused_in_words<T>(outcome: Result<T, AppError>, typed: &str) {
    match outcome {
        Ok(_) => {}
        Err(AppError::Refused(why) | AppError::NotFound(why)) => {
            assert!(why.len() > 10, "{typed:?}: {why}");
        }
        Err(other) => assert!(matches!(other, AppError::NoShop(_)), "{typed:?}: {other}"),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_is_typed_is_found_or_refused_in_words() {
    let desk = Desk::with_one_ticket().await;
    let app = &desk.bench.app;
    let known = vec![
        desk.reference.clone(),
        desk.contact.clone(),
        desk.ticket.clone(),
        desk.task.to_uppercase(),
        format!(" {} ", desk.customer),
        "city".to_owned(),
        "firstName".to_owned(),
        "%".to_owned(),
        "*".to_owned(),
        "' OR 1=1 --".to_owned(),
        "\0".to_owned(),
    ];
    let word = prop_oneof![
        2 => prop::sample::select(known),
        1 => "\\PC{0,12}",
        1 => any::<i64>().prop_map(|number| number.to_string()),
        1 => any::<String>(),
    ];
    let pair = (
        word,
        prop::option::of("\\PC{0,8}|city|email|title|\\PC"),
        any::<i64>(),
        any::<u32>(),
    );
    let mut runner = TestRunner::deterministic();
    for _ in 0..250 {
        let (word, field, number, limit) = pair.new_tree(&mut runner).unwrap().current();
        refused_in_words(app.explain(SHOP, &word, field.as_deref()).await, &word);
        refused_in_words(app.log(SHOP, Some(&word), limit).await, &word);
        refused_in_words(app.log_after(SHOP, number, limit).await, &word);
        refused_in_words(app.shop(&word).await, &word);
        let scope = UndoScope {
            of: UndoOf::Record(word.clone()),
            field,
            delete_created: false,
        };
        refused_in_words(app.undo(SHOP, &scope, true).await, &word);
    }
    // Nothing of that wrote anything.
    let tally = desk.bench.sync().await;
    assert!(!tally.wrote(), "{tally:?}");
}
