use std::time::Duration;

use super::Bench;

#[tokio::test]
#[expect(
    clippy::disallowed_methods,
    reason = "measures how long the twin itself takes"
)]
async fn a_page_deep_in_a_hundred_thousand_is_quick() {
    let bench = Bench::plain(100_000);
    let started = std::time::Instant::now();
    for page in 0..100 {
        let rows = bench
            .get(&format!(
                "/v1/customers?limit=50&offset={}",
                99_950 - page * 50
            ))
            .await
            .rows();
        assert_eq!(rows.len(), 50);
        assert_eq!(
            bench
                .get("/v1/tickets/updated?updatedDateFrom=01-Mar-2026&limit=1")
                .await
                .rows()
                .len(),
            1
        );
    }
    assert!(
        started.elapsed() < Duration::from_secs(10),
        "{:?}",
        started.elapsed()
    );
}
