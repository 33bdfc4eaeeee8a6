use serde_json::Value;

use super::{Bench, SCOPES, everywhere, registered};
use crate::highlevel::{Consent, HighLevelTwin, Reach, WebhookPolicy};

/// Type and location of what waits, over all locations.
fn told(locations: &[HighLevelTwin]) -> Vec<Value> {
    let mut bodies = Vec::new();
    for location in locations {
        for due in location.take_due_webhooks() {
            location.webhook_answered(due.number, Some(200));
            bodies.push(serde_json::from_slice(&due.body).unwrap());
        }
    }
    bodies
}

fn kinds(bodies: &[Value]) -> Vec<(&str, Option<&str>)> {
    bodies
        .iter()
        .map(|body| (body["type"].as_str().unwrap(), body["locationId"].as_str()))
        .collect()
}

async fn pulled() -> Bench {
    let bench = registered().await;
    bench
        .agency()
        .set_webhooks(&WebhookPolicy::pulled())
        .unwrap();
    bench
}

fn id(location: &HighLevelTwin) -> String {
    location.credentials().location_id.clone()
}

#[tokio::test]
async fn an_install_of_one_location_is_told_and_its_end_is_the_last_word() {
    let bench = pulled().await;
    let agency = bench.agency();
    let other = agency.add_location(7, "Shop 2");
    let both = agency.locations();
    let there = Consent::Location(id(&other));
    other
        .act(&serde_json::json!({"action": "create_contact", "fields": {"firstName": "Ada"}}))
        .unwrap();
    assert!(told(&both).is_empty(), "the app is not there yet");
    bench.code(SCOPES, &there);
    let events = told(&both);
    assert_eq!(kinds(&events), [("INSTALL", Some(id(&other).as_str()))]);
    assert_eq!(events[0]["installType"], "Location");
    assert_eq!(events[0]["companyId"], agency.company_id());
    assert_eq!(events[0]["appId"], agency.app().app_id);
    assert_eq!(events[0]["versionId"], agency.app().app_id);
    other
        .act(&serde_json::json!({"action": "create_contact", "fields": {"firstName": "Bob"}}))
        .unwrap();
    assert_eq!(
        kinds(&told(&both)),
        [("ContactCreate", Some(id(&other).as_str()))]
    );
    agency.uninstall(&Reach::Location(id(&other)));
    assert_eq!(
        kinds(&told(&both)),
        [("UNINSTALL", Some(id(&other).as_str()))]
    );
    other
        .act(&serde_json::json!({"action": "create_contact", "fields": {"firstName": "Cid"}}))
        .unwrap();
    assert!(told(&both).is_empty());
}

#[tokio::test]
async fn the_event_can_wait_for_the_exchange() {
    let bench = pulled().await;
    let agency = bench.agency();
    let mut policy = agency.oauth_policy();
    policy.install_at_exchange = true;
    agency.set_oauth_policy(policy);
    let code = bench.code(SCOPES, &bench.here());
    assert!(told(&agency.locations()).is_empty());
    assert!(agency.installations().by_location.is_empty());
    bench.exchange(&code).await;
    assert_eq!(
        kinds(&told(&agency.locations())),
        [("INSTALL", Some(bench.location()))]
    );
}

#[tokio::test]
async fn an_agency_install_is_told_once_for_itself_and_once_per_location() {
    let bench = pulled().await;
    let agency = bench.agency();
    agency.add_location(7, "Shop 2");
    let Consent::Agency { locations, .. } = everywhere() else {
        panic!("not the agency");
    };
    let consent = Consent::Agency {
        locations,
        future: true,
    };
    bench.code(SCOPES, &consent);
    let all = agency.locations();
    let (first, second) = (id(&all[0]), id(&all[1]));
    let events = told(&all);
    assert_eq!(
        kinds(&events),
        [
            ("INSTALL", None),
            ("INSTALL", Some(first.as_str())),
            ("INSTALL", Some(second.as_str()))
        ]
    );
    assert_eq!(events[0]["installType"], "Company");
    assert_eq!(events[0]["companyId"], agency.company_id());

    // A later location has it by itself, and nobody consented to that.
    let later = agency.add_location(7, "Shop 3");
    let events = told(&agency.locations());
    assert_eq!(kinds(&events), [("INSTALL", Some(id(&later).as_str()))]);
    assert!(events[0].get("userId").is_none() && events[0].get("companyId").is_none());
    assert_eq!(agency.installations().by_agency.len(), 3);

    agency.uninstall(&Reach::Agency(agency.company_id()));
    let events = told(&agency.locations());
    assert_eq!(events.len(), 4);
    assert!(events.iter().all(|event| event["type"] == "UNINSTALL"));
    let of_agency: Vec<&Value> = events
        .iter()
        .filter(|event| event.get("locationId").is_none())
        .collect();
    assert_eq!(of_agency.len(), 1);
    assert_eq!(of_agency[0]["companyId"], agency.company_id());
}

#[tokio::test]
async fn all_locations_sign_with_the_vendors_one_key() {
    let bench = pulled().await;
    let other = bench.agency().add_location(7, "Shop 2");
    let first = bench.twins.highlevel().webhooks();
    assert_eq!(other.webhooks().public_key, first.public_key);
    assert_eq!(other.webhooks().app_id, first.app_id);
    // Taken out by hand, as the older control does it.
    bench.install(SCOPES, &bench.here()).await;
    bench.twins.highlevel().uninstall_app();
    assert!(bench.agency().installations().by_location.is_empty());
}
