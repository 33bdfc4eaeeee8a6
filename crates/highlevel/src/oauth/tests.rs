//! Answers of the token endpoints, as recorded and documented.

use super::grant::TokenAnswer;
use super::refusal::{Asked, judge};
use super::{Account, InstallLink, OAuthError};
use http::Answer;
use proptest::prelude::*;
use secrecy::ExposeSecret;

fn now() -> domain::Timestamp {
    domain::Timestamp::from_second(1_760_000_000).unwrap()
}

fn read(body: &serde_json::Value) -> Option<super::Grant> {
    let answer: TokenAnswer = serde_json::from_value(body.clone()).ok()?;
    answer.grant(now())
}

#[test]
fn both_generations_of_the_answer_are_read() {
    let dated = read(&serde_json::json!({
        "access_token": "a", "token_type": "Bearer", "expires_in": 120, "refresh_token": "r",
        "scope": "contacts.readonly contacts.write", "userType": "Location", "companyId": "C", "locationId": "L"
    }))
    .unwrap();
    let v3 = read(&serde_json::json!({
        "accessToken": "a", "expiresIn": 120, "refreshToken": "r", "scope": "contacts.readonly contacts.write",
        "userType": "Location", "companyId": "C", "locationId": "L"
    }))
    .unwrap();
    for grant in [dated, v3] {
        assert_eq!(grant.access.expose_secret(), "a");
        assert_eq!(grant.refresh.unwrap().expose_secret(), "r");
        assert_eq!(grant.access_ends.as_second() - now().as_second(), 120);
        assert_eq!(grant.scopes, ["contacts.readonly", "contacts.write"]);
        let company = Some("C".to_owned());
        let location = "L".to_owned();
        assert_eq!(grant.account, Account::Location { location, company });
    }
}

#[test]
fn an_agency_is_told_from_a_sub_account() {
    let grant = read(&serde_json::json!({
        "access_token": "a", "refresh_token": "r", "userType": "Company", "companyId": "C",
        "approvedLocations": ["L1", "L2"], "isBulkInstallation": true
    }))
    .unwrap();
    let approved = vec!["L1".to_owned(), "L2".to_owned()];
    let company = "C".to_owned();
    assert_eq!(grant.account, Account::Company { company, approved });
    assert!(read(&serde_json::json!({"access_token": "a"})).is_none());
}

fn refusal(status: u16, body: &str, asked: Asked) -> OAuthError {
    let answer = Answer {
        status: http::StatusCode::from_u16(status).unwrap(),
        headers: http::HeaderMap::default(),
        body: body.as_bytes().to_vec(),
    };
    judge(&answer, asked)
}

#[test]
fn refusals_are_told_apart() {
    let code = r#"{"error":"UnAuthorized!","error_description":"Authorization code not found"}"#;
    let refused = refusal(401, code, Asked::Code);
    assert!(
        matches!(refused, OAuthError::CodeRefused { .. }),
        "{refused}"
    );
    let grant = r#"{"error":"invalid_grant","error_description":"This refresh token is invalid"}"#;
    for status in [400, 401] {
        let refused = refusal(status, grant, Asked::Refresh);
        assert!(
            matches!(refused, OAuthError::GrantRefused { .. }),
            "{refused}"
        );
    }
    let client = r#"{"error":"invalid_client","error_description":"Invalid client credentials!"}"#;
    for asked in [Asked::Code, Asked::Refresh] {
        let refused = refusal(401, client, asked);
        assert!(
            matches!(refused, OAuthError::ClientRefused { .. }),
            "{refused}"
        );
    }
    let suspended = r#"{"message":"Location is not active"}"#;
    let refused = refusal(400, suspended, Asked::Refresh);
    assert!(matches!(refused, OAuthError::NotActive { .. }), "{refused}");
}

#[test]
fn the_link_carries_every_part_encoded() {
    let page = super::DEFAULT_PAGE.parse().unwrap();
    let scopes = [
        "contacts.readonly".to_owned(),
        "locations/tasks.readonly".to_owned(),
    ];
    let link = InstallLink {
        page: &page,
        client_id: "66f0c2a1b4d3e2f1a0b9c8d7-m1abcdef",
        redirect_uri: "https://bridge.example/oauth/crm/callback",
        scopes: &scopes,
        state: "a&b=c",
    };
    let url = link.url();
    let query: std::collections::BTreeMap<_, _> = url.query_pairs().into_owned().collect();
    assert_eq!(query["response_type"], "code");
    assert_eq!(query["version_id"], "66f0c2a1b4d3e2f1a0b9c8d7");
    assert_eq!(query["scope"], "contacts.readonly locations/tasks.readonly");
    assert_eq!(query["state"], "a&b=c");
    assert_eq!(
        query["redirect_uri"],
        "https://bridge.example/oauth/crm/callback"
    );
}

proptest! {
    /// Whatever comes back, a connection is given up only on a refusal of the vendor's, never on a fault of the way.
    #[test]
    fn only_a_refusal_ends_a_connection(status in 200_u16..600, body in ".{0,200}") {
        let refused = refusal(status, &body, Asked::Refresh);
        if matches!(refused, OAuthError::GrantRefused { .. }) {
            prop_assert!((400..500).contains(&status));
        }
    }
}
