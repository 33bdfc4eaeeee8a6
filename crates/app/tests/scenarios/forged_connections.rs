//! 100,000 forged webhooks, and as many forged states, cookies and links of connections under way: none is accepted.

#![expect(clippy::unwrap_used, reason = "tests fail loudly")]

use crate::forgery::{FORGERIES, Known, forged};
use app::{BrowserPass, InstallError, NotTaken};
use domain::Side;
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;
use testkit::{Bench, SHOP, signed};
use url::Url;

fn part(url: &Url, name: &str) -> String {
    let found = url.query_pairs().find(|(key, _)| key == name);
    found.unwrap().1.into_owned()
}

fn secret(text: &str) -> SecretString {
    SecretString::from(text)
}

/// A state, the cookie that belongs to it, and the link that both came from.
struct UnderWay {
    state: String,
    browser: String,
    link: String,
}

async fn begun(bench: &Bench) -> UnderWay {
    let link = bench.app.install_link(Some(SHOP), true).await.unwrap();
    let link = part(&link, "link");
    let page = bench.app.follow_install_link(&secret(&link)).await.unwrap();
    let page = page.unwrap();
    UnderWay {
        state: part(&page.url, "state"),
        browser: page.browser.0.expose_secret().to_owned(),
        link,
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn none_of_100_000_forged_states_cookies_and_links_connects_anything() {
    let bench = Bench::new(61, 1, 0).await;
    bench.app.disconnect(SHOP, Side::HighLevel).await.unwrap();
    let mut under_way = Vec::new();
    for _ in 0..4 {
        under_way.push(begun(&bench).await);
    }
    let texts = |of: fn(&UnderWay) -> &String| -> Vec<String> {
        under_way.iter().map(|one| of(one).clone()).collect()
    };
    let (states, browsers, links) = (
        texts(|one| &one.state),
        texts(|one| &one.browser),
        texts(|one| &one.link),
    );
    let digests = |texts: &[String]| -> Vec<String> {
        let digest = |text: &String| blake3::hash(text.as_bytes()).to_hex().to_string();
        texts.iter().map(digest).collect()
    };
    let known = |alive: &[String], others: [&[String]; 2]| Known {
        alive: alive.to_vec(),
        // What lies in the database, and texts of another sort.
        dead: [digests(alive), others.concat()].concat(),
    };
    let code = secret("0123456789abcdef01234567deadbeef00000000");
    let third = FORGERIES / 3 + 1;
    for state in forged(&known(&states, [&browsers, &links]), third) {
        let browser = BrowserPass(secret(&browsers[0]));
        let refused = bench
            .app
            .finish_install(&secret(&state), &browser, &code)
            .await;
        assert!(matches!(refused, Err(InstallError::State)), "{state:?}");
    }
    for browser in forged(&known(&browsers, [&states, &links]), third) {
        let browser = BrowserPass(secret(&browser));
        let refused = bench
            .app
            .finish_install(&secret(&states[0]), &browser, &code)
            .await;
        assert!(matches!(refused, Err(InstallError::State)));
    }
    // Somebody else's cookie, real as it is.
    let other = BrowserPass(secret(&browsers[1]));
    let refused = bench
        .app
        .finish_install(&secret(&states[0]), &other, &code)
        .await;
    assert!(matches!(refused, Err(InstallError::State)));
    for link in forged(&known(&links, [&states, &browsers]), third) {
        let page = bench.app.follow_install_link(&secret(&link)).await.unwrap();
        assert!(page.is_none(), "{link:?}");
    }
    let shop = bench.app.shop(SHOP).await.unwrap();
    assert!(
        !bench
            .app
            .is_connected(&shop, Side::HighLevel)
            .await
            .unwrap()
    );
    let counts = bench.twins.highlevel().agency().oauth_counts();
    assert_eq!(
        counts.refused_codes, 0,
        "no forged one got as far as the vendor"
    );
    // The real ones get there, where the made-up code is refused.
    let browser = BrowserPass(secret(&browsers[0]));
    let refused = bench
        .app
        .finish_install(&secret(&states[0]), &browser, &code)
        .await;
    assert!(
        matches!(refused, Err(InstallError::Vendor(_))),
        "{refused:?}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn none_of_100_000_forged_webhooks_is_taken() {
    let bench = Bench::new(62, 1, 0).await;
    let shop = bench.app.shop(SHOP).await.unwrap();
    let event = |id: &str| {
        json!({"type": "ContactUpdate", "locationId": shop.location, "id": id, "webhookId": format!("w-{id}")})
            .to_string()
    };
    let bodies: Vec<String> = (0..4)
        .map(|number| event(&format!("contact{number}")))
        .collect();
    let signatures: Vec<String> = bodies
        .iter()
        .map(|body| signed::signature(body.as_bytes()))
        .collect();
    let half = FORGERIES / 4;
    let take = async |body: &str, signature: &str| {
        let header = |name: &str| (name == "x-ghl-signature").then_some(signature);
        bench.app.take_crm_webhook(header, body.as_bytes()).await
    };
    let known = Known {
        alive: signatures.clone(),
        dead: vec![signed::public_key()],
    };
    for signature in forged(&known, half) {
        // A signature may be written in several ways; only the bytes count.
        let refused = take(&bodies[0], &signature).await;
        let is_the_same = is_same_signature(&signature, &signatures[0]);
        assert!(
            is_the_same || matches!(refused, Err(NotTaken::Forged(_))),
            "{signature:?}"
        );
    }
    let known = Known {
        alive: bodies.clone(),
        dead: vec![event("somebody")],
    };
    for body in forged(&known, half) {
        let refused = take(&body, &signatures[0]).await;
        assert!(matches!(refused, Err(NotTaken::Forged(_))), "{body:?}");
    }
    // The counter's: address, user, password and token.
    let door = bench.app.counter_webhook(&shop).await.unwrap();
    let path = door.url.rsplit('/').next().unwrap().to_owned();
    let token = door.headers["X-Sync-Token"].as_str().unwrap().to_owned();
    let knock = async |path: &str, token: &str| {
        let header = |name: &str| (name == "x-sync-token").then_some(token);
        bench.app.take_counter_webhook(path, header, b"{}").await
    };
    let known = Known {
        alive: vec![path.clone(), token.clone()],
        dead: vec![door.password.clone()],
    };
    for text in forged(&known, half) {
        let by_path = knock(&text, &token).await;
        assert!(matches!(by_path, Err(NotTaken::Forged(_))), "{text:?}");
        // White space around a header's value is none of it.
        if text.trim() == token {
            continue;
        }
        let by_token = knock(&path, &text).await;
        assert!(matches!(by_token, Err(NotTaken::Forged(_))), "{text:?}");
    }
    assert!(knock(&path, &token).await.is_ok());
    // New secrets: the ones before are as good as forged.
    bench.app.renew_counter_webhook(SHOP).await.unwrap();
    assert!(matches!(
        knock(&path, &token).await,
        Err(NotTaken::Forged(_))
    ));
    let door = bench.app.counter_webhook(&shop).await.unwrap();
    let new = door.url.rsplit('/').next().unwrap().to_owned();
    assert!(matches!(
        knock(&new, &token).await,
        Err(NotTaken::Forged(_))
    ));
    assert!(
        knock(&new, door.headers["X-Sync-Token"].as_str().unwrap())
            .await
            .is_ok()
    );
    assert!(take(&bodies[0], &signatures[0]).await.is_ok());
    let counts = bench
        .app
        .store()
        .counts_of_webhooks(shop.id, Side::HighLevel);
    assert!(counts.await.unwrap().received <= 1);
}

/// Whether two texts are the same bytes in base64, however they are written.
fn is_same_signature(one: &str, other: &str) -> bool {
    let plain = |text: &str| -> String {
        let letters = text.chars().filter(|letter| !letter.is_whitespace());
        letters.filter(|letter| *letter != '=').collect()
    };
    plain(one) == plain(other)
}
