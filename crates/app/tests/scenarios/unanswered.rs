//! Writes that got no answer, where they cannot be looked for either.

use crate::desk::Desk;
use std::time::Duration;
use testkit::assert_exactly_once;
use twin::{FaultProfile, Vendor};

/// A task whose creation got no answer, and then HighLevel refuses the key: the pass ends and says why. With a key that
/// works the task is found.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn invariant_2_a_look_that_is_refused_ends_the_pass_and_is_made_later() {
    let desk = Desk::with_one_ticket().await;
    // Nothing is to be read of HighLevel before the task is made.
    desk.set_rules("[notes]\nto = \"off\"\n").await;
    desk.rest().await;
    desk.ticket_of_an_unheard_task().await;
    desk.bench
        .twins
        .set_faults(Vendor::HighLevel, FaultProfile::none());

    let highlevel = desk.bench.twins.highlevel();
    let token = highlevel.credentials().token.clone();
    highlevel.revoke_token(&token.secret);
    let refused = tokio::time::timeout(Duration::from_secs(60), desk.bench.refresh()).await;
    let refused = refused.expect("the pass comes to an end");
    assert!(!refused.finished);
    let reasons = refused.reasons.join("; ");
    assert!(reasons.contains("HighLevel"), "{reasons}");

    highlevel.add_token(token);
    desk.rest().await;
    assert_eq!(
        desk.bench.truth().await.tasks.len(),
        2,
        "it is not repeated"
    );
    assert_exactly_once(&desk.bench).await;
}
