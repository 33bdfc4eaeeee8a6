use reqwest::Method;
use serde_json::{Value, json};

use super::{Bench, SCOPES, everywhere, five, message, registered, text};
use crate::highlevel::{Consent, HighLevelTwin};

fn id(location: &HighLevelTwin) -> String {
    location.credentials().location_id.clone()
}

fn wide() -> String {
    format!("{SCOPES} oauth.readonly oauth.write")
}

async fn installed(bench: &Bench, company: &Value, more: &str) -> Value {
    let path = format!(
        "/oauth/installedLocations?companyId={}&appId={}{more}",
        bench.agency().company_id(),
        bench.agency().app().app_id,
    );
    let bearer = text(company, "access_token");
    let (status, body) = bench.with(bearer, Method::GET, &path, None).await;
    assert_eq!(status, 200, "{body}");
    body
}

#[tokio::test]
async fn a_bulk_install_gives_a_company_token_that_is_exchanged_per_location() {
    let (bench, locations) = five().await;
    let three: Vec<String> = locations.iter().take(3).map(id).collect();
    let consent = Consent::Agency {
        locations: Some(three.clone()),
        future: false,
    };
    let company = bench.install(&wide(), &consent).await;
    assert_eq!(company["userType"], "Company");
    assert!(company.get("locationId").is_none());
    assert_eq!(company["approvedLocations"], json!(three));
    assert_eq!(company["isBulkInstallation"], true);
    assert_eq!(company["approveAllLocations"], false);

    let (status, minted) = bench.location_token(&company, &three[1]).await;
    assert_eq!(status, 201);
    assert_eq!(minted["userType"], "Location");
    assert_eq!(minted["locationId"], three[1]);
    assert_eq!(minted["scope"], wide());
    assert_eq!(minted["appId"], bench.agency().app().app_id);
    assert_eq!(bench.refresh(text(&minted, "refresh_token")).await.0, 200);
    let refused = bench.location_token(&company, &id(&locations[4])).await;
    assert_eq!(
        message(refused),
        (400, json!("The app is not installed on this location."))
    );
    let counts = bench.agency().oauth_counts();
    assert_eq!(counts.installations[&three[1]].location_tokens, 1);
    assert_eq!(counts.installations[&three[1]].refreshes, 1);
    assert_eq!(
        counts.installations[&bench.agency().company_id()].exchanges,
        1
    );

    let mut policy = bench.agency().oauth_policy();
    policy.location_token_refresh = false;
    policy.location_token_status = 200;
    bench.agency().set_oauth_policy(policy);
    let (status, minted) = bench.location_token(&company, &three[2]).await;
    assert_eq!(status, 200);
    assert!(minted.get("refresh_token").is_none());
}

#[tokio::test]
async fn only_the_agencys_own_token_of_the_app_makes_location_tokens() {
    let (bench, locations) = five().await;
    let company = bench.install("oauth.readonly", &everywhere()).await;
    let refused = bench.location_token(&company, &id(&locations[1])).await;
    assert_eq!(
        message(refused),
        (401, json!("The token is not authorized for this scope."))
    );
    let location = bench.install(&wide(), &bench.here()).await;
    assert_eq!(
        bench.location_token(&location, bench.location()).await.0,
        401
    );
    let private = bench.twins.highlevel().credentials().agency.secret.clone();
    let private = json!({ "access_token": private });
    assert_eq!(
        bench.location_token(&private, bench.location()).await.0,
        401
    );

    let company = bench.install(&wide(), &everywhere()).await;
    let bearer = text(&company, "access_token");
    let body = json!({ "companyId": bench.agency().company_id(), "locationId": bench.location() });
    let json_body = bench
        .with(bearer, Method::POST, "/oauth/locationToken", Some(body))
        .await;
    assert_eq!(json_body.0, 422, "a form, not JSON");
    let fields = [("companyId", "x"), ("locationId", "y"), ("other", "z")];
    let (status, refused) = bench.form("/oauth/locationToken", bearer, &fields).await;
    assert_eq!(status, 422);
    assert_eq!(
        refused["message"],
        json!(["property other should not exist"])
    );
}

#[tokio::test]
async fn kebab_case_exists_only_in_the_newer_generation() {
    let (mut bench, locations) = five().await;
    let company = bench.install(&wide(), &everywhere()).await;
    let bearer = text(&company, "access_token").to_owned();
    let company_id = bench.agency().company_id();
    let fields = [
        ("companyId", company_id.clone()),
        ("locationId", id(&locations[1])),
    ];
    let fields: Vec<(&str, &str)> = fields.iter().map(|(a, b)| (*a, b.as_str())).collect();
    let refused = bench.form("/oauth/location-token", &bearer, &fields).await;
    assert_eq!(
        message(refused),
        (404, json!("Cannot POST /oauth/location-token"))
    );
    let path = format!(
        "/oauth/installed-locations?companyId={company_id}&appId={}",
        bench.agency().app().app_id
    );
    assert_eq!(bench.with(&bearer, Method::GET, &path, None).await.0, 404);

    bench.version = Some("v3");
    let (status, minted) = bench.form("/oauth/location-token", &bearer, &fields).await;
    assert_eq!(status, 201, "{minted}");
    assert!(minted["accessToken"].is_string());
    let mut seen = Vec::new();
    let mut token = String::new();
    loop {
        let page = format!("{path}&isInstalled=true&pageSize=2{token}");
        let (status, page) = bench.with(&bearer, Method::GET, &page, None).await;
        assert_eq!(status, 200, "{page}");
        assert_eq!(page["pagination"]["totalRecords"], 5);
        let items = page["items"].as_array().unwrap();
        assert_eq!(page["pagination"]["currentPageSize"], items.len());
        seen.extend(
            items
                .iter()
                .map(|item| item["_id"].as_str().unwrap().to_owned()),
        );
        if page["pagination"]["hasNextPage"] == false {
            break;
        }
        token = format!("&pageToken={}", text(&page["pagination"], "nextPageToken"));
    }
    let all: Vec<String> = locations.iter().map(id).collect();
    assert_eq!(seen, all);
    let wrong = bench
        .with(&bearer, Method::GET, &format!("{path}&pageSize=101"), None)
        .await;
    assert_eq!(
        (wrong.0, &wrong.1["error"]["code"]),
        (400, &json!("INVALID_ARGUMENT"))
    );
    let wrong = path.replace("appId=", "appId=0");
    let wrong = bench.with(&bearer, Method::GET, &wrong, None).await;
    assert_eq!(
        (wrong.0, &wrong.1["error"]["code"]),
        (404, &json!("RESOURCE_NOT_FOUND"))
    );
}

#[tokio::test]
async fn installed_locations_are_listed_by_pages_and_filters() {
    let (bench, locations) = five().await;
    let two: Vec<String> = locations.iter().skip(1).take(2).map(id).collect();
    let consent = Consent::Agency {
        locations: Some(two.clone()),
        future: true,
    };
    let company = bench.install(&wide(), &consent).await;
    let ids = |body: &Value| -> Vec<String> {
        let rows = body["locations"].as_array().unwrap();
        rows.iter().map(|row| text(row, "_id").to_owned()).collect()
    };
    let all = installed(&bench, &company, "").await;
    assert_eq!((all["count"].as_u64(), ids(&all).len()), (Some(5), 5));
    assert_eq!(all["installToFutureLocations"], true);
    assert_eq!(all["locations"][0]["isInstalled"], false);
    assert_eq!(
        all["locations"][1]["installedAt"],
        "2026-08-03T08:00:00.000Z"
    );
    assert_eq!(
        ids(&installed(&bench, &company, "&isInstalled=true").await),
        two
    );
    assert_eq!(
        ids(&installed(&bench, &company, "&isInstalled=false").await).len(),
        3
    );
    let page = installed(&bench, &company, "&skip=3&limit=1").await;
    assert_eq!(
        (page["count"].as_u64(), ids(&page)),
        (Some(5), vec![id(&locations[3])])
    );
    assert_eq!(
        ids(&installed(&bench, &company, "&query=SHOP%204").await),
        [id(&locations[3])]
    );
    let one = format!("&locationId={}", two[1]);
    assert_eq!(
        ids(&installed(&bench, &company, &one).await),
        [two[1].clone()]
    );

    let bearer = text(&company, "access_token");
    let bare = bench
        .with(bearer, Method::GET, "/oauth/installedLocations", None)
        .await;
    assert_eq!(bare.0, 422, "{}", bare.1);
    // The private token of the agency is not one of the app.
    let private = bench.twins.highlevel().credentials().agency.secret.clone();
    let refused = bench
        .with(&private, Method::GET, "/oauth/installedLocations", None)
        .await;
    assert_eq!(refused.0, 401);
}

#[tokio::test]
async fn uninstalling_a_location_ends_its_tokens_only() {
    let bench = registered().await;
    let other = bench.agency().add_location(7, "Shop 2");
    let here = bench.install(&wide(), &bench.here()).await;
    let there = bench.install(&wide(), &Consent::Location(id(&other))).await;
    let path = format!(
        "/marketplace/app/{}/installations",
        bench.agency().app().app_id
    );
    let delete = |bearer: &str, body: Value| {
        let (bearer, path, bench) = (bearer.to_owned(), path.clone(), &bench);
        async move { bench.with(&bearer, Method::DELETE, &path, Some(body)).await }
    };
    let bearer = text(&here, "access_token");
    assert_eq!(
        delete(bearer, json!({ "locationId": id(&other) })).await.0,
        403
    );
    assert_eq!(delete(bearer, json!({})).await.0, 400);
    assert_eq!(delete(bearer, json!({ "nonsense": 1 })).await.0, 422);
    let private = bench.twins.highlevel().credentials().token.secret.clone();
    assert_eq!(
        delete(&private, json!({ "locationId": bench.location() }))
            .await
            .0,
        401
    );
    let (status, done) = delete(bearer, json!({ "locationId": bench.location() })).await;
    assert_eq!((status, &done["success"]), (200, &json!(true)));
    let calendars = format!("/calendars/?locationId={}", bench.location());
    assert_eq!(
        message(bench.with(bearer, Method::GET, &calendars, None).await),
        (401, json!("Invalid token: access token is invalid"))
    );
    let refused = bench.refresh(text(&here, "refresh_token")).await;
    assert_eq!(
        (refused.0, text(&refused.1, "error")),
        (400, "invalid_grant")
    );
    assert_eq!(bench.refresh(text(&there, "refresh_token")).await.0, 200);
    assert_eq!(bench.agency().installations().by_location.len(), 1);
}

#[tokio::test]
async fn uninstalling_the_agency_ends_everything() {
    let (bench, locations) = five().await;
    let company = bench.install(&wide(), &everywhere()).await;
    let minted = bench.location_token(&company, &id(&locations[1])).await.1;
    let own = bench
        .install(SCOPES, &Consent::Location(id(&locations[2])))
        .await;
    let waiting = bench.code(SCOPES, &bench.here());
    let path = format!(
        "/marketplace/app/{}/installations",
        bench.agency().app().app_id
    );
    let bearer = text(&company, "access_token");
    let bare = bench
        .with(bearer, Method::DELETE, &path, Some(json!({})))
        .await;
    assert_eq!(bare.0, 422);
    let body = json!({ "companyId": bench.agency().company_id() });
    assert_eq!(
        bench
            .with(bearer, Method::DELETE, &path, Some(body))
            .await
            .0,
        200
    );
    for tokens in [&company, &minted, &own] {
        assert_eq!(bench.refresh(text(tokens, "refresh_token")).await.0, 400);
    }
    assert_eq!(bench.exchange(&waiting).await.0, 401);
    let left = bench.agency().installations();
    assert!(!left.agency && left.by_agency.is_empty() && left.by_location.is_empty());
    // It can be installed again.
    bench.install(SCOPES, &bench.here()).await;
}
