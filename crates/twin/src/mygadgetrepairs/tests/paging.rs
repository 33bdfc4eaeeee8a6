use std::collections::HashSet;

use super::super::{Paging, Settings, TicketOrder};
use super::Bench;

async fn ids(bench: &Bench, path: &str) -> Vec<String> {
    bench
        .get(path)
        .await
        .rows()
        .iter()
        .map(|row| row["id"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn by_default_only_offsets_turn_the_page() {
    let bench = Bench::plain(120);
    let first = ids(&bench, "/v1/customers").await;
    assert_eq!(first.len(), 50);
    assert!(ids(&bench, "/v1/customers?page=2").await.is_empty());
    let second = ids(&bench, "/v1/customers?limit=50&offset=50&page=2").await;
    let third = ids(&bench, "/v1/customers?limit=50&offset=100&page=3").await;
    assert_eq!((second.len(), third.len()), (50, 20));
    let all: HashSet<_> = [first, second, third].concat().into_iter().collect();
    assert_eq!(all.len(), 120);
    assert!(ids(&bench, "/v1/customers?offset=150").await.is_empty());
    assert_eq!(ids(&bench, "/v1/customers?limit=500").await.len(), 50);
    assert_eq!(ids(&bench, "/v1/customers?limit=1").await.len(), 1);
}

#[tokio::test]
async fn page_only_ignores_offsets_and_both_takes_either() {
    let bench = Bench::new(
        Settings {
            paging: Paging::PageOnly,
            ..Bench::free()
        },
        120,
    );
    let second = ids(&bench, "/v1/customers?page=2").await;
    assert_eq!(
        ids(&bench, "/v1/customers?limit=50&offset=50").await,
        ids(&bench, "/v1/customers").await
    );
    bench.twin.set_settings(Settings {
        paging: Paging::Both,
        ..Bench::free()
    });
    assert_eq!(ids(&bench, "/v1/customers?page=2").await, second);
    assert_eq!(ids(&bench, "/v1/customers?offset=50").await, second);
}

#[tokio::test]
async fn ticket_order_is_a_switch() {
    let bench = Bench::plain(150);
    let column = |name: &'static str| {
        let twin = &bench;
        async move {
            twin.get("/v1/tickets")
                .await
                .rows()
                .iter()
                .map(|row| row[name].as_str().unwrap().to_owned())
                .collect::<Vec<_>>()
        }
    };
    let by_change = ids(&bench, "/v1/tickets").await;
    assert!(
        column("last_updated")
            .await
            .iter()
            .map(|time| &time[..10])
            .rev()
            .is_sorted()
    );
    bench.twin.set_settings(Settings {
        ticket_order: TicketOrder::Created,
        ..Bench::free()
    });
    assert!(
        column("created_date")
            .await
            .iter()
            .map(|time| &time[..10])
            .rev()
            .is_sorted()
    );
    assert_ne!(ids(&bench, "/v1/tickets").await, by_change);
    bench.twin.set_settings(Settings {
        ticket_order: TicketOrder::Shuffled,
        ..Bench::free()
    });
    let mut shuffled = ids(&bench, "/v1/tickets").await;
    assert_ne!(shuffled, by_change);
    let mut sorted = by_change;
    shuffled.sort();
    sorted.sort();
    assert_eq!(shuffled, sorted);
}
