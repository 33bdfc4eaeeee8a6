//! Data keys and what is sealed with them.

use super::bench::*;
use store::{SealedText, StoreError};

fn sealed(version: i64, inside: &str) -> String {
    format!("v1.{version}.{inside}")
}

pub async fn what_is_sealed_with_a_key_that_is_gone_is_refused(bench: &Bench) {
    let (store, shop) = (&bench.store, bench.shop);
    let save = |version| {
        let text = sealed(version, "x");
        async move { store.save_secret(shop, "token", &text, at(1)).await }
    };
    let refused = save(1).await.unwrap_err();
    assert!(matches!(refused, StoreError::DataKeyGone), "{refused:?}");
    store.add_data_key(1, "key", at(1)).await.unwrap();
    save(1).await.unwrap();
    let refused = store.save_app_secret("app", &sealed(2, "x"), at(1)).await;
    assert!(matches!(refused.unwrap_err(), StoreError::DataKeyGone));
    store
        .save_app_secret("app", &sealed(1, "x"), at(1))
        .await
        .unwrap();
    assert_eq!(store.app_secret("app").await.unwrap(), Some(sealed(1, "x")));
    assert_eq!(
        store.secret_since(shop, "token").await.unwrap(),
        Some(at(1))
    );
}

pub async fn a_rotation_finds_what_is_sealed_and_removes_keys_that_nothing_names(bench: &Bench) {
    let (store, shop) = (&bench.store, bench.shop);
    for version in [1, 2] {
        store
            .add_data_key(version, "key", at(version))
            .await
            .unwrap();
    }
    store
        .save_secret(shop, "a", &sealed(1, "a"), at(3))
        .await
        .unwrap();
    store
        .save_secret(shop, "b", &sealed(2, "b"), at(3))
        .await
        .unwrap();
    store
        .save_app_secret("c", &sealed(1, "c"), at(3))
        .await
        .unwrap();
    assert!(store.remove_unused_data_keys().await.unwrap().is_empty());
    let counts = store.sealed_by_version().await.unwrap();
    assert_eq!(counts.into_iter().collect::<Vec<_>>(), [(1, 2), (2, 1)]);
    let found = store.sealed_under_others(2, 10).await.unwrap();
    assert_eq!(
        found,
        [
            SealedText {
                table: "secret",
                row: vec![shop.0.to_string(), "a".into()],
                sealed: sealed(1, "a"),
            },
            SealedText {
                table: "app_secret",
                row: vec!["c".into()],
                sealed: sealed(1, "c"),
            },
        ]
    );
    // One of them is written anew meanwhile: it stays as it was written.
    store
        .save_secret(shop, "a", &sealed(2, "new"), at(4))
        .await
        .unwrap();
    let resealed: Vec<_> = found
        .into_iter()
        .map(|text| (text, sealed(2, "again")))
        .collect();
    assert_eq!(store.reseal(&resealed).await.unwrap(), 1);
    assert_eq!(
        store.secret(shop, "a").await.unwrap(),
        Some(sealed(2, "new"))
    );
    assert_eq!(
        store.app_secret("c").await.unwrap(),
        Some(sealed(2, "again"))
    );
    assert_eq!(store.remove_unused_data_keys().await.unwrap(), [1]);
    assert_eq!(store.data_key_times().await.unwrap(), [(2, at(2))]);
    assert!(store.forget_secrets(shop, &["a", "z"]).await.unwrap());
    assert!(!store.forget_secrets(shop, &["a"]).await.unwrap());
    assert_eq!(store.forget_sealed().await.unwrap(), 2);
    assert!(store.data_keys().await.unwrap().is_empty());
}

pub async fn data_keys_are_wrapped_anew_all_or_none(bench: &Bench) {
    let store = &bench.store;
    store.begin_key_derivation("argon2id", at(1)).await.unwrap();
    store.begin_key_derivation("late", at(1)).await.unwrap();
    assert_eq!(
        store.key_derivation().await.unwrap().as_deref(),
        Some("argon2id")
    );
    for version in [1, 2] {
        store.add_data_key(version, "old", at(1)).await.unwrap();
    }
    let rewrap = |version: i64, before: &str| (version, before.to_owned(), "new".to_owned());
    let some = [rewrap(1, "old")];
    assert!(!store.rewrap_data_keys(&some, None, at(2)).await.unwrap());
    let wrong = [rewrap(1, "old"), rewrap(2, "other")];
    assert!(!store.rewrap_data_keys(&wrong, None, at(2)).await.unwrap());
    assert_eq!(store.data_keys().await.unwrap()[0].1, "old", "none");
    let all = [rewrap(1, "old"), rewrap(2, "old")];
    assert!(store.rewrap_data_keys(&all, None, at(2)).await.unwrap());
    assert_eq!(store.data_keys().await.unwrap()[1].1, "new");
    assert!(store.key_derivation().await.unwrap().is_none());
}
