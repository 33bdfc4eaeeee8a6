//! Telling somebody who does not look: real mails, webhooks and visits on this machine, and a clock in our own hands.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail loudly")]

use crate::receivers::{MailServer, WebServer};
use app::{
    AlarmWish, App, EmailWish, MailEncryption, NoticeWay, NotificationsWish, ProgressBoard,
    SyncOptions, WebhookWish,
};
use async_trait::async_trait;
use base64::Engine as _;
use domain::{Clock, Context, Side, Timestamp};
use http::{SystemClock, SystemRandomness};
use jiff::SignedDuration;
use secrecy::SecretString;
use serde_json::json;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;
use testkit::{Bench, SHOP};

const PASSWORD: &str = "geheim-4711-mail";
const ALARM_PATH: &str = "/ping/alarm-secret-0815";
const HOOK_PATH: &str = "/hook/hook-secret-1234";

/// The system's time, moved on by hand.
#[derive(Clone, Debug, Default)]
struct MovedClock(Arc<AtomicI64>);

impl MovedClock {
    fn pass(&self, minutes: i64) {
        self.0.fetch_add(minutes * 60, Ordering::SeqCst);
    }
}

#[async_trait]
impl Clock for MovedClock {
    fn now(&self) -> Timestamp {
        let moved = SignedDuration::from_secs(self.0.load(Ordering::SeqCst));
        SystemClock.now().checked_add(moved).unwrap()
    }

    async fn sleep_until(&self, when: Timestamp) {
        while self.now() < when {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
}

/// A shop in step, and everybody who can be told.
struct Place {
    bench: Bench,
    clock: MovedClock,
    app: App,
    mails: MailServer,
    web: WebServer,
}

impl Place {
    async fn in_step() -> Self {
        let bench = Bench::new(3, 0, 0).await;
        let tally = bench.sync().await;
        assert!(tally.finished, "{:?}", tally.reasons);
        let clock = MovedClock::default();
        let app = opened(&bench, &clock).await;
        Self {
            bench,
            clock,
            app,
            mails: MailServer::start().await,
            web: WebServer::start().await,
        }
    }

    /// As after a crash: opened anew on the same database.
    async fn restart(&mut self) {
        self.app = opened(&self.bench, &self.clock).await;
    }

    fn all(&self) -> NotificationsWish {
        NotificationsWish {
            email: Some(self.email()),
            webhook: Some(WebhookWish {
                address: Some(SecretString::from(self.web.url(HOOK_PATH))),
                new_secret: false,
            }),
            alarm: Some(AlarmWish {
                address: Some(SecretString::from(self.web.url(ALARM_PATH))),
                minutes: 5,
            }),
            ..NotificationsWish::default()
        }
    }

    fn email(&self) -> EmailWish {
        EmailWish {
            host: "127.0.0.1".to_owned(),
            port: self.mails.port(),
            encryption: MailEncryption::None,
            user: Some("kim".to_owned()),
            password: Some(SecretString::from(PASSWORD)),
            from: "Repairbridge <sync@example.com>".to_owned(),
            to: vec!["kim@example.com".to_owned(), "sam@example.com".to_owned()],
        }
    }

    async fn pass(&self) -> bool {
        let options = SyncOptions {
            live: true,
            ..SyncOptions::default()
        };
        let board = ProgressBoard::default();
        self.app.sync(SHOP, options, &board).await.is_ok()
    }

    /// What the service does all the time.
    async fn look(&self) {
        self.app.look_for_notices().await.unwrap();
    }

    async fn send(&self) {
        for way in [NoticeWay::Email, NoticeWay::Webhook] {
            self.app.send_notices(way).await.unwrap();
        }
    }
}

async fn opened(bench: &Bench, clock: &MovedClock) -> App {
    let twins = (
        bench.twins.highlevel_url(),
        bench.twins.mygadgetrepairs_url(),
    );
    let config = testkit::unhindered((&twins.0, &twins.1));
    let context = Context {
        clock: Arc::new(clock.clone()),
        randomness: Arc::new(SystemRandomness),
    };
    let database = bench.folder.path().join("test.db");
    let app = testkit::application_with(config, &database, context).await;
    app.with_carrier(Arc::new(notify::Web::new().unwrap()))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rotated_key_is_told_once_over_a_restart_and_its_mending_once() {
    let mut place = Place::in_step().await;
    let kept = place.app.set_notifications(place.all()).await.unwrap();
    let secret = SecretString::from(kept.webhook_secret.unwrap());
    assert!(place.pass().await);
    place.look().await;
    assert_eq!(place.app.visit_alarm().await.unwrap(), Some(5));
    assert_eq!(place.web.visits(ALARM_PATH), 1);

    let rotated = place.bench.in_crm(&json!({"action": "rotate_token"}));
    assert!(!place.pass().await);
    place.look().await;
    place.clock.pass(9);
    place.look().await;
    place.send().await;
    assert_eq!(place.mails.taken().len(), 0, "within the grace time");
    assert_eq!(
        place.app.visit_alarm().await.unwrap(),
        None,
        "nobody reads the CRM"
    );
    assert_eq!(place.web.visits(ALARM_PATH), 1);
    let shown = place.app.notifications().await.unwrap();
    let holds = shown.alarm.unwrap().holds.unwrap();
    assert!(
        holds.contains("HighLevel was not read for 9 minutes"),
        "{holds}"
    );

    place.clock.pass(2);
    assert!(!place.pass().await);
    place.look().await;
    // Told and not sent: the crash comes between.
    place.restart().await;
    for _ in 0..3 {
        place.look().await;
        place.send().await;
        place.clock.pass(5);
    }
    let mails = place.mails.taken();
    assert_eq!(mails.len(), 1, "{mails:?}");
    assert_eq!(mails[0].to, ["kim@example.com", "sam@example.com"]);
    for part in [
        "Subject: Repairbridge: main needs you",
        "The last run failed: HighLevel",
        "/shops/main/activity",
        "Message-ID: <",
    ] {
        assert!(mails[0].text.contains(part), "{part} in {}", mails[0].text);
    }
    let posts = place.web.posts(HOOK_PATH);
    assert_eq!(posts.len(), 1);
    assert_eq!(
        posts[0].signature,
        notify::signature(&secret, posts[0].body.as_bytes())
    );
    let document: serde_json::Value = serde_json::from_str(&posts[0].body).unwrap();
    assert_eq!(document["what"], "needs");
    assert_eq!(document["needs"][0]["code"], "last_run");
    assert_eq!(document["shop"], SHOP);

    let token = SecretString::from(rotated["token"].as_str().unwrap());
    place
        .app
        .connect(SHOP, Side::HighLevel, &token)
        .await
        .unwrap();
    assert!(place.pass().await);
    assert_eq!(place.app.visit_alarm().await.unwrap(), Some(5));
    assert_eq!(place.web.visits(ALARM_PATH), 2);
    for _ in 0..4 {
        place.look().await;
        place.send().await;
        place.clock.pass(6);
        assert!(place.pass().await);
    }
    let mails = place.mails.taken();
    assert_eq!(mails.len(), 2, "{mails:?}");
    assert!(
        mails[1].text.contains("all is well again"),
        "{}",
        mails[1].text
    );
    let posts = place.web.posts(HOOK_PATH);
    assert_eq!(posts.len(), 2);
    assert!(
        posts[1].body.contains(r#""what":"well""#),
        "{}",
        posts[1].body
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_sent_is_told_on_the_page_tried_again_and_not_lost() {
    let place = Place::in_step().await;
    place.app.set_notifications(place.all()).await.unwrap();
    place.mails.refuse(true);
    place.bench.in_crm(&json!({"action": "rotate_token"}));
    assert!(!place.pass().await);
    place.look().await;
    place.clock.pass(11);
    place.look().await;
    let trouble = async || {
        let shown = place.app.notifications().await.unwrap();
        shown.email.unwrap().state.trouble
    };
    // At once, then after 1, 5 and 15 minutes.
    let mut asked = 0;
    for (minutes, tries) in [(0, 1), (0, 1), (2, 2), (2, 2), (4, 3), (10, 3), (6, 4)] {
        place.clock.pass(minutes);
        place.send().await;
        assert_eq!(place.mails.asked(), tries, "after {minutes} more minutes");
        asked = tries;
    }
    let told = trouble().await.unwrap();
    assert!(told.starts_with("the last mail could not be sent: the mail server 127.0.0.1 does not accept user and password"), "{told}");
    assert!(told.contains("1 waiting"), "{told}");
    // The webhook does not wait for the mail server.
    assert_eq!(place.web.posts(HOOK_PATH).len(), 1);

    // Whoever mends the settings does not wait for the next hour.
    place.mails.refuse(false);
    place.app.set_notifications(place.all()).await.unwrap();
    place.send().await;
    assert_eq!(place.mails.asked(), asked + 1);
    assert_eq!(place.mails.taken().len(), 1);
    assert_eq!(trouble().await, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn invariant_10_what_is_secret_of_the_notifications_is_sealed_and_shown_to_nobody() {
    let place = Place::in_step().await;
    place.mails.repeat(true);
    place.web.refuse(true);
    let kept = place.app.set_notifications(place.all()).await.unwrap();
    let signing = kept.webhook_secret.clone().unwrap();
    let mut told = vec![format!("{:?}", kept.notifications)];
    for way in NoticeWay::ALL {
        let test = place.app.test_notification(way).await.unwrap();
        assert!(!test.ok, "{test:?}");
        told.push(test.says);
    }
    told.push(serde_json::to_string(&place.app.notifications().await.unwrap()).unwrap());
    assert!(told[1].contains("status 454"), "{}", told[1]);
    // Nobody answers there at all.
    let closed = "http://127.0.0.1:9/hook-secret-1234";
    let mut wish = place.all();
    wish.webhook.as_mut().unwrap().address = Some(SecretString::from(closed));
    place.app.set_notifications(wish).await.unwrap();
    let test = place
        .app
        .test_notification(NoticeWay::Webhook)
        .await
        .unwrap();
    assert!(
        !test.ok && test.says.contains("cannot be reached"),
        "{test:?}"
    );
    told.push(test.says);
    place.app.set_notifications(place.all()).await.unwrap();
    // Kept where left out, and the secret is not made anew.
    let mut wish = place.all();
    wish.email.as_mut().unwrap().password = None;
    wish.webhook.as_mut().unwrap().address = None;
    wish.alarm.as_mut().unwrap().address = None;
    let again = place.app.set_notifications(wish.clone()).await.unwrap();
    assert_eq!(again.webhook_secret, None);
    place.mails.repeat(false);
    place.web.refuse(false);
    for way in NoticeWay::ALL {
        let test = place.app.test_notification(way).await.unwrap();
        assert!(test.ok, "{test:?}");
        told.push(test.says);
    }
    // The password goes only to the server that it was typed for.
    wish.email.as_mut().unwrap().host = "localhost".to_owned();
    let why = place.app.set_notifications(wish).await.err().unwrap();
    told.push(why.to_string());
    assert!(why.to_string().contains("password is missing"), "{why}");
    let files = ["test.db", "test.db-wal"].map(|name| {
        let file = std::fs::read(place.bench.folder.path().join(name)).unwrap_or_default();
        String::from_utf8_lossy(&file).into_owned()
    });
    assert!(
        files.iter().any(|file| file.contains("sync@example.com")),
        "looked in the right files"
    );
    let plain = base64::engine::general_purpose::STANDARD.encode(format!("\0kim\0{PASSWORD}"));
    for secret in [
        PASSWORD,
        &plain,
        "alarm-secret-0815",
        "hook-secret-1234",
        &signing,
    ] {
        for text in told.iter().chain(&files) {
            assert!(
                !text.contains(secret),
                "{secret} is told or stored in clear"
            );
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn addresses_that_would_be_gone_to_in_clear_are_refused() {
    let place = Place::in_step().await;
    let before = serde_json::to_value(place.app.notifications().await.unwrap()).unwrap();
    let web = |address: &str| Some(SecretString::from(address));
    let mut wishes = Vec::new();
    let mut wish = place.all();
    wish.email.as_mut().unwrap().host = "mail.example.com".to_owned();
    wishes.push((wish, "without encryption"));
    let mut wish = place.all();
    wish.webhook.as_mut().unwrap().address = web("http://hooks.example.com/x");
    wishes.push((wish, "https://"));
    let mut wish = place.all();
    wish.alarm.as_mut().unwrap().address = web("http://192.168.0.7/x");
    wishes.push((wish, "https://"));
    let mut wish = place.all();
    wish.email.as_mut().unwrap().to = vec!["kim".to_owned()];
    wishes.push((wish, "receivers"));
    for (wish, part) in wishes {
        let why = place
            .app
            .set_notifications(wish)
            .await
            .err()
            .unwrap()
            .to_string();
        assert!(why.contains(part), "{part}: {why}");
    }
    let after = serde_json::to_value(place.app.notifications().await.unwrap()).unwrap();
    assert_eq!(before, after);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_redirect_is_not_followed() {
    let place = Place::in_step().await;
    let mut wish = place.all();
    wish.alarm.as_mut().unwrap().address = Some(SecretString::from(place.web.url("/redirect")));
    place.app.set_notifications(wish).await.unwrap();
    let test = place.app.test_notification(NoticeWay::Alarm).await.unwrap();
    assert!(!test.ok && test.says.contains("redirect"), "{test:?}");
    assert_eq!(place.web.visits(ALARM_PATH), 0);
}
