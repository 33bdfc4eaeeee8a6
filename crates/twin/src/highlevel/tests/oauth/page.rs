use std::collections::BTreeSet;

use super::{BACK, Bench, SCOPES, five, parameter, registered};
use crate::highlevel::{Consent, PageRefusal};

fn browser() -> reqwest::Client {
    reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .unwrap()
}

/// Name and value of every field that a browser would send, with this location chosen.
fn filled(page: &str, install: &str) -> Vec<(String, String)> {
    let mut fields = vec![
        ("install".to_owned(), install.to_owned()),
        ("decision".to_owned(), "allow".to_owned()),
    ];
    let attribute = |tag: &str, name: &str| {
        let start = tag.find(&format!("{name}=\""))? + name.len() + 2;
        let end = tag[start..].find('"')? + start;
        Some(
            tag[start..end]
                .replace("&quot;", "\"")
                .replace("&amp;", "&"),
        )
    };
    for tag in page.split("<input ").skip(1) {
        let tag = &tag[..tag.find('>').unwrap()];
        let kind = attribute(tag, "type").unwrap();
        if kind == "hidden" || (kind == "checkbox" && tag.ends_with("checked")) {
            fields.push((
                attribute(tag, "name").unwrap(),
                attribute(tag, "value").unwrap(),
            ));
        }
    }
    fields
}

async fn shown(bench: &Bench, link: &str) -> String {
    let answer = bench.client.get(link).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    answer.text().await.unwrap()
}

#[tokio::test]
async fn the_page_lists_locations_and_scopes_and_sends_the_browser_back() {
    let (bench, locations) = five().await;
    for prefix in ["/oauth/", "/v2/oauth/"] {
        let link = bench.link(SCOPES).replace("/oauth/", prefix);
        let page = shown(&bench, &link).await;
        for location in &locations {
            assert!(page.contains(&location.credentials().location_id));
            assert!(page.contains(&location.name()));
        }
        for scope in SCOPES.split(' ') {
            assert!(page.contains(scope));
        }
        assert!(!page.contains("<script"));
        for install in [locations[2].credentials().location_id.as_str(), "agency"] {
            let fields = filled(&page, install);
            let action = format!("{}{prefix}chooselocation", bench.twins.highlevel_url());
            let answer = browser().post(action).form(&fields).send().await.unwrap();
            assert_eq!(answer.status(), 302);
            let back = answer.headers()["location"].to_str().unwrap();
            assert!(back.starts_with(&format!("{BACK}?code=")), "{back}");
            assert_eq!(parameter(back, "state").as_deref(), Some("s t&te"));
            let tokens = bench.exchange(&parameter(back, "code").unwrap()).await.1;
            assert_eq!(tokens["scope"], SCOPES);
            let approved = tokens["approvedLocations"].as_array().map(Vec::len);
            assert_eq!(approved, (install == "agency").then_some(5));
        }
    }
}

#[tokio::test]
async fn a_link_that_is_not_the_apps_shows_no_choice() {
    let bench = registered().await;
    let link = bench.link(SCOPES);
    let app = bench.agency().app();
    let without = |name: &str| {
        let (base, query) = link.split_once('?').unwrap();
        let kept: Vec<&str> = query
            .split('&')
            .filter(|pair| !pair.starts_with(&format!("{name}=")))
            .collect();
        format!("{base}?{}", kept.join("&"))
    };
    assert_eq!(shown(&bench, &without("client_id")).await, "");
    let page = shown(&bench, &without("version_id")).await;
    assert!(page.contains("error.noversionid"), "{page}");

    let agency = bench.agency();
    let refusal = |link: &str| agency.consent(link, &bench.here()).unwrap_err();
    assert_eq!(refusal(&without("client_id")), PageRefusal::Blank);
    assert_eq!(refusal(&without("version_id")), PageRefusal::NoVersion);
    assert_eq!(
        refusal(&without("response_type")),
        PageRefusal::ResponseType
    );
    assert_eq!(refusal(&without("redirect_uri")), PageRefusal::Redirect);
    let strange = link.replace(&app.client_id, "000000000000000000000000-abcdefgh");
    assert!(matches!(refusal(&strange), PageRefusal::UnknownClient(_)));
    let nowhere = agency.consent(&link, &Consent::Location("nowhere".to_owned()));
    assert_eq!(nowhere.unwrap_err(), PageRefusal::Location);

    // A published app needs only the client id.
    let mut policy = agency.oauth_policy();
    policy.draft_app = false;
    agency.set_oauth_policy(policy);
    assert!(
        agency
            .consent(&without("version_id"), &bench.here())
            .is_ok()
    );
}

#[tokio::test]
async fn the_redirect_address_must_be_registered_letter_by_letter() {
    let bench = registered().await;
    let agency = bench.agency();
    for near in [
        "http://127.0.0.1:9/oauth/callback/",
        "http://127.0.0.1:9/oauth/callback?x=1",
        "http://127.0.0.1:9/oauth/Callback",
        "http://127.0.0.1:99/oauth/callback",
        "https://127.0.0.1:9/oauth/callback",
    ] {
        let encoded = |text: &str| -> String {
            url::form_urlencoded::byte_serialize(text.as_bytes()).collect()
        };
        let link = bench.link(SCOPES).replace(&encoded(BACK), &encoded(near));
        assert_ne!(link, bench.link(SCOPES));
        let refusal = agency.consent(&link, &bench.here()).unwrap_err();
        assert_eq!(refusal, PageRefusal::Redirect, "{near}");
    }
    for wrong in [
        "http://shop.example/back",
        "ftp://127.0.0.1/",
        "https://a.example/#x",
        "back",
        "https://shop.example/HighLevel/back",
    ] {
        assert!(agency.register_redirect(wrong).is_err(), "{wrong}");
    }
    for right in [
        "https://shop.example/back",
        "http://localhost:1/",
        "http://[::1]:1/",
    ] {
        agency.register_redirect(right).unwrap();
    }
}

#[tokio::test]
async fn a_scope_that_the_app_has_not_registered_is_refused() {
    let bench = registered().await;
    let agency = bench.agency();
    agency.set_app_scopes(Some(BTreeSet::from(["contacts.readonly".to_owned()])));
    let refusal = agency
        .consent(&bench.link(SCOPES), &bench.here())
        .unwrap_err();
    assert_eq!(refusal, PageRefusal::Scope("contacts.write".to_owned()));
    let tokens = bench.install("", &bench.here()).await;
    assert_eq!(
        tokens["scope"], "contacts.readonly",
        "what a link without scopes asks for"
    );
}

#[tokio::test]
async fn who_declines_gives_no_code() {
    let bench = registered().await;
    let back = bench
        .agency()
        .consent(&bench.link(SCOPES), &Consent::Decline)
        .unwrap();
    assert_eq!(parameter(&back, "code"), None);
    assert_eq!(parameter(&back, "error").as_deref(), Some("access_denied"));
    assert_eq!(bench.agency().oauth_counts().codes, 0);
}

#[tokio::test]
async fn what_a_link_says_is_shown_as_text() {
    let bench = registered().await;
    let page = shown(&bench, &bench.link("<script>alert(1)</script> \"x")).await;
    assert!(!page.contains("<script"), "{page}");
    assert!(page.contains("&lt;script&gt;"));
}
