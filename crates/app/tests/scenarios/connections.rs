//! New credentials are tried before they are kept.

use app::{AppError, ConnectionWay};
use domain::Side;
use secrecy::SecretString;
use testkit::{Bench, SHOP};

#[tokio::test(flavor = "multi_thread")]
async fn credentials_that_the_vendor_refuses_take_nobodys_place() {
    let bench = Bench::new(9, 3, 2).await;
    let app = &bench.app;
    let before = app.connections(SHOP).await.unwrap();
    assert_eq!(before[0].way, Some(ConnectionWay::Token));
    assert_eq!(before[1].way, Some(ConnectionWay::Key));
    assert!(
        before
            .iter()
            .all(|line| line.connected && line.since.is_some())
    );
    for side in Side::BOTH {
        let wrong = SecretString::from("nothing-that-anybody-made");
        let refused = app.connect_proven(SHOP, side, &wrong).await;
        assert!(matches!(refused, Err(AppError::Vendor(_))), "{refused:?}");
    }
    assert_eq!(app.connections(SHOP).await.unwrap(), before);
    // Those that were there work on, at once.
    assert!(bench.sync().await.finished);
}
