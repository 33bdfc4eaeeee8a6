//! The same rules for many shops: everywhere or nowhere.

use app::{FieldWish, NewShop, ShopDocument, field_rules};
use domain::{Field, Kind};
use mapping::{Direction, Policy};
use testkit::{Bench, SHOP};

#[tokio::test(flavor = "multi_thread")]
async fn rules_are_compared_first_and_then_put_to_work_everywhere_or_nowhere() {
    let bench = Bench::new(5, 1, 1).await;
    let app = &bench.app;
    for name in ["north", "south"] {
        let new = NewShop {
            name: name.into(),
            location: name.into(),
            zone: None,
            country: None,
        };
        app.add_shop(&new).await.unwrap();
    }
    let wish = FieldWish {
        kind: Kind::Contact,
        field: Field::Company,
        direction: Some(Direction::Off),
        policy: Some(Policy::Ask),
    };
    app.set_field_rules(SHOP, &[wish]).await.unwrap();
    let document = app.shop_document(SHOP).await.unwrap();
    let to = ["north".to_owned(), "south".to_owned()];

    let compared = app.roll_out(&document, &to, true).await.unwrap();
    assert!(!compared.done);
    for shop in &compared.shops {
        assert!(!shop.change.as_ref().unwrap().changed.is_empty());
    }
    let before = app.shop_document("north").await.unwrap().to_toml().unwrap();

    // One that is not there: none is changed.
    let with_nobody = [to[0].clone(), "nowhere".to_owned()];
    let refused = app.roll_out(&document, &with_nobody, false).await.unwrap();
    assert!(!refused.done && refused.shops[1].trouble.is_some());
    assert_eq!(
        app.shop_document("north").await.unwrap().to_toml().unwrap(),
        before
    );

    let done = app.roll_out(&document, &to, false).await.unwrap();
    assert!(done.done);
    let wanted = document.to_toml().unwrap();
    for name in &to {
        assert_eq!(
            app.shop_document(name).await.unwrap().to_toml().unwrap(),
            wanted
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_field_can_be_set_only_as_any_document_may_say() {
    let bench = Bench::new(6, 1, 1).await;
    let app = &bench.app;
    let before = app.shop_document(SHOP).await.unwrap().rules;
    for (kind, field, direction, policy) in [
        (Kind::Task, Field::DueDate, Some(Direction::Both), None),
        (Kind::Contact, Field::NoSms, None, Some(Policy::Highlevel)),
        (Kind::Contact, Field::Title, Some(Direction::Off), None),
        (Kind::Note, Field::Body, Some(Direction::Off), None),
    ] {
        let wish = FieldWish {
            kind,
            field,
            direction,
            policy,
        };
        assert!(
            app.set_field_rules(SHOP, &[wish]).await.is_err(),
            "{field:?}"
        );
    }
    assert_eq!(app.shop_document(SHOP).await.unwrap().rules, before);
    for line in field_rules(&before) {
        assert!(line.directions.contains(&line.direction), "{line:?}");
        assert!(line.policies.contains(&line.policy), "{line:?}");
        for direction in line.directions {
            let wish = FieldWish {
                kind: line.kind,
                field: line.field,
                direction: Some(direction),
                policy: None,
            };
            app.set_field_rules(SHOP, &[wish]).await.unwrap();
        }
    }

    let checked = app
        .look_through_rules(SHOP, "[create]\nhighlevel = 3\n")
        .await
        .unwrap();
    assert!(!checked.sound && checked.change.is_none());
    assert_eq!(checked.problems[0].line, Some(2), "{:?}", checked.problems);
    let checked = app
        .look_through_rules(SHOP, "[create]\nhighlevel = \"none\"\n")
        .await;
    let change = checked.unwrap().change.unwrap();
    assert!(
        change
            .changed
            .iter()
            .any(|one| one.key == "create.highlevel")
    );
    assert!(ShopDocument::parse("[nothing]\n").is_err());
}
