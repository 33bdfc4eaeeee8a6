//! A shop's rules and settings travel as a file; a removed shop leaves its journal where that was asked.

use crate::desk::Desk;
use app::AppError;
use domain::Side;
use secrecy::SecretString;
use serde_json::json;
use testkit::SHOP;

#[tokio::test(flavor = "multi_thread")]
async fn rules_and_settings_go_to_another_shop_and_nothing_else_does() {
    let desk = Desk::with_one_ticket().await;
    let app = &desk.bench.app;
    desk.set_rules("[create]\nhighlevel = \"tagged:vip\"\n")
        .await;
    let text = app.export_shop(SHOP).await.unwrap();
    assert!(text.starts_with("version = 1"), "{text}");
    for secret in [
        desk.bench.twins.token(),
        &desk.bench.twins.key(),
        desk.bench.twins.location_id(),
    ] {
        assert!(!text.contains(secret));
    }
    let new = app::NewShop {
        name: "other".into(),
        location: "elsewhere".into(),
        zone: Some("Europe/Dublin".into()),
        country: Some("IE".into()),
    };
    app.add_shop(&new).await.unwrap();
    let changed = app.import_shop("other", &text, true).await.unwrap();
    let told: Vec<_> = changed
        .iter()
        .map(|one| (one.key.as_str(), &one.from, &one.to))
        .collect();
    assert_eq!(
        told,
        [
            (
                "rules.create.highlevel",
                &json!("all"),
                &json!("tagged:vip")
            ),
            ("settings.country", &json!("IE"), &json!(null)),
            ("settings.timezone", &json!("Europe/Dublin"), &json!(null)),
        ]
    );
    assert_ne!(
        app.export_shop("other").await.unwrap(),
        text,
        "a dry run changes nothing"
    );
    assert_eq!(
        app.import_shop("other", &text, false).await.unwrap(),
        changed
    );
    assert_eq!(app.export_shop("other").await.unwrap(), text);
    assert!(
        app.import_shop("other", &text, false)
            .await
            .unwrap()
            .is_empty()
    );
    assert_eq!(app.shop("other").await.unwrap().location, "elsewhere");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_cannot_be_used_changes_nothing() {
    let desk = Desk::with_one_ticket().await;
    let app = &desk.bench.app;
    let before = app.export_shop(SHOP).await.unwrap();
    for (text, says) in [
        ("version = 2\n[anything]\nnew = 1\n", "Update Repairbridge"),
        ("[rules.create]\nhighlevel = \"none\"\n", "names no version"),
        (
            "version = 1\n[settings]\ntimezone = \"Mars/Olympus\"\n",
            "not a time zone",
        ),
        (
            "version = 1\n[settings]\ncountry = \"Wonderland\"\n",
            "not a country",
        ),
        ("version = 1\ntoken = \"x\"\n", "unknown field"),
        ("version = 1\n[rules]\nwhatever = 1\n", "unknown field"),
        (
            "version = 1\n[rules.appointments]\ncancelled = \"delete\"\n",
            "cancelled",
        ),
        ("not a file", "cannot be used"),
    ] {
        let error = app.import_shop(SHOP, text, false).await.unwrap_err();
        assert!(error.to_string().contains(says), "{text}: {error}");
    }
    assert_eq!(app.export_shop(SHOP).await.unwrap(), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shop_removed_with_its_history_kept_leaves_the_journal_and_nothing_else() {
    let desk = Desk::with_one_ticket().await;
    let app = &desk.bench.app;
    let journal = app.log(SHOP, None, 500).await.unwrap();
    assert!(!journal.is_empty());
    let id = app.shop(SHOP).await.unwrap().id;
    let kept = app.remove_shop_keeping_history(SHOP).await.unwrap();
    assert_eq!(app.log(&kept, None, 500).await.unwrap(), journal);
    assert!(!app.runs(&kept, 10).await.unwrap().is_empty());
    assert!(app.shops().await.unwrap().is_empty());
    assert_eq!(app.removed_shops().await.unwrap()[0].name, kept);
    let store = app.store();
    assert!(store.secret(id, "highlevel.token").await.unwrap().is_none());
    assert!(store.count_records(id).await.unwrap().is_empty());
    let contact = domain::RecordId::new(desk.contact.clone());
    let link = store
        .link_of(id, Side::HighLevel, domain::Kind::Contact, &contact)
        .await;
    assert!(link.unwrap().is_none());
    // There is nothing to work with.
    assert!(matches!(
        app.pause_shop(&kept, false).await,
        Err(AppError::Refused(_))
    ));
    let secret = SecretString::from("x");
    assert!(app.connect(&kept, Side::HighLevel, &secret).await.is_err());
    assert!(app.remove_shop_keeping_history(&kept).await.is_err());
    // The name is free again, and the history goes when it is removed as any shop.
    let new = app::NewShop {
        name: SHOP.into(),
        location: "elsewhere".into(),
        zone: None,
        country: None,
    };
    let again = app.add_shop(&new).await.unwrap();
    assert!(again.id != id && app.log(SHOP, None, 500).await.unwrap().is_empty());
    app.remove_shop(&kept).await.unwrap();
    assert!(matches!(
        app.log(&kept, None, 1).await,
        Err(AppError::NoShop(_))
    ));
}
