//! Installations with their pairs, and what leads to them.

use super::bench::*;
use store::{Class, InstallTicket, InstallationState, NewInstallation, NewPair, PairProblem};

fn pair(sealed: &str, ends: i64) -> NewPair {
    NewPair {
        sealed: text(sealed),
        access_ends: at(ends),
        refresh_ends: at(ends * 10),
    }
}

/// A sealed text of the only data key.
fn text(inside: &str) -> String {
    format!("v1.1.{inside}")
}

async fn with_data_key(bench: &Bench) {
    bench.store.add_data_key(1, "sealed", at(0)).await.unwrap();
}

fn how(is_final: bool) -> PairProblem {
    PairProblem {
        is_final,
        ..PairProblem::default()
    }
}

async fn installed(bench: &Bench, account: &str, via: Option<i64>, now: i64) -> i64 {
    let new = NewInstallation {
        class: Class::Location,
        account,
        company: Some("agency"),
        name: None,
        client_id: "client",
        via,
        scopes: &["contacts.readonly".to_owned()],
        pair: via.is_none().then(|| pair("first", 100)),
    };
    bench.store.install(&new, at(now)).await.unwrap()
}

pub async fn a_pair_is_replaced_by_whoever_had_the_one_before(bench: &Bench) {
    with_data_key(bench).await;
    let id = installed(bench, "loc1", None, 1).await;
    let before = bench.store.installation(id).await.unwrap().unwrap();
    let asked = bench.store.ask_for_pair(id, before.generation, at(2)).await;
    assert!(asked.unwrap());
    let waiting = bench.store.installation(id).await.unwrap().unwrap();
    assert_eq!(waiting.asked_at, Some(at(2)));
    let replace = async |sealed: &str, generation| {
        let new = pair(sealed, 200);
        let done = bench
            .store
            .replace_pair(id, generation, &new, None, at(3))
            .await;
        done.unwrap()
    };
    assert!(replace("second", before.generation).await);
    assert!(!replace("late", before.generation).await);
    let after = bench.store.installation(id).await.unwrap().unwrap();
    assert_eq!(after.sealed.as_deref(), Some(text("second").as_str()));
    assert_eq!((after.asked_at, after.access_ends), (None, at(200)));
    assert_eq!(after.scopes, ["contacts.readonly"]);
}

pub async fn a_refused_pair_is_told_and_a_new_installation_mends_it(bench: &Bench) {
    with_data_key(bench).await;
    let id = installed(bench, "loc1", None, 1).await;
    let refuse = async |generation, is_final| {
        let done = bench
            .store
            .note_pair_problem(id, generation, "no", how(is_final))
            .await;
        done.unwrap();
        bench.store.installation(id).await.unwrap().unwrap()
    };
    let passing = refuse(1, false).await;
    assert_eq!(passing.state, InstallationState::Active);
    assert_eq!(passing.problem.as_deref(), Some("no"));
    assert_eq!(refuse(1, true).await.state, InstallationState::Refused);
    assert!(!bench.store.ask_for_pair(id, 1, at(4)).await.unwrap());
    assert_eq!(installed(bench, "loc1", None, 5).await, id, "the same row");
    let mended = bench.store.installation(id).await.unwrap().unwrap();
    assert_eq!(
        (mended.state, mended.problem),
        (InstallationState::Active, None)
    );
    // What is said about an earlier pair no longer counts.
    assert_eq!(refuse(1, true).await.state, InstallationState::Active);
}

pub async fn an_agency_that_leaves_takes_its_sub_accounts_along(bench: &Bench) {
    with_data_key(bench).await;
    let new = NewInstallation {
        class: Class::Company,
        account: "agency",
        company: None,
        name: None,
        client_id: "client",
        via: None,
        scopes: &[],
        pair: Some(pair("agency's", 100)),
    };
    let agency = bench.store.install(&new, at(1)).await.unwrap();
    let through = installed(bench, "loc1", Some(agency), 2).await;
    let own = installed(bench, "loc2", None, 2).await;
    let late = bench.store.uninstall(Class::Company, "agency", at(0)).await;
    assert_eq!(late.unwrap(), 0, "older than the installation");
    let done = bench.store.uninstall(Class::Company, "agency", at(3)).await;
    assert_eq!(done.unwrap(), 2);
    for (id, ended) in [(agency, true), (through, true), (own, false)] {
        let found = bench.store.installation(id).await.unwrap().unwrap();
        assert_eq!(found.state == InstallationState::Uninstalled, ended);
        assert_eq!(found.sealed.is_none(), ended);
    }
    let late = pair("late", 300);
    let done = bench
        .store
        .replace_pair(agency, 1, &late, None, at(4))
        .await;
    assert!(
        !done.unwrap(),
        "a refresh that was under way brings nothing back"
    );
}

pub async fn a_state_is_taken_once_in_time_and_by_its_browser(bench: &Bench) {
    let link = InstallTicket {
        digest: "link".to_owned(),
        is_link: true,
        link: None,
        shop: Some(bench.shop),
        writes: true,
        browser: None,
        expires_at: at(200),
    };
    bench.store.add_install_ticket(&link, at(1)).await.unwrap();
    let ticket = InstallTicket {
        digest: "state".to_owned(),
        is_link: false,
        link: Some("link".to_owned()),
        shop: Some(bench.shop),
        writes: true,
        browser: Some("browser".to_owned()),
        expires_at: at(100),
    };
    bench
        .store
        .add_install_ticket(&ticket, at(1))
        .await
        .unwrap();
    let take = async |digest: &str, browser: &str, now| {
        let taken = bench
            .store
            .take_install_state(digest, browser, at(now))
            .await;
        taken.unwrap()
    };
    assert_eq!(take("other", "browser", 2).await, None);
    assert_eq!(take("state", "other", 2).await, None);
    assert_eq!(take("state", "browser", 100).await, None, "ended");
    assert_eq!(take("state", "browser", 2).await, Some(ticket));
    assert_eq!(take("state", "browser", 3).await, None, "used");
    let sent_for = async |digest: &str, browser: &str| {
        let shop = bench.store.shop_of_install_state(digest, browser).await;
        shop.unwrap()
    };
    assert_eq!(sent_for("state", "browser").await, Some(bench.shop));
    assert_eq!(sent_for("state", "other").await, None, "another browser");
    assert_eq!(sent_for("link", "").await, None, "a link is no state");
    let late = InstallTicket {
        digest: "late".to_owned(),
        link: Some("link".to_owned()),
        is_link: false,
        browser: Some("browser".to_owned()),
        ..link
    };
    bench.store.add_install_ticket(&late, at(4)).await.unwrap();
    assert!(bench.store.use_install_link("link", at(5)).await.unwrap());
    assert_eq!(
        take("late", "browser", 6).await,
        None,
        "its link has served"
    );
}

pub async fn a_link_is_good_until_it_is_used_or_ends(bench: &Bench) {
    let link = InstallTicket {
        digest: "link".to_owned(),
        is_link: true,
        link: None,
        shop: None,
        writes: false,
        browser: None,
        expires_at: at(100),
    };
    bench.store.add_install_ticket(&link, at(1)).await.unwrap();
    let look = async |now| bench.store.install_link("link", at(now)).await.unwrap();
    assert_eq!(look(2).await, Some(link));
    assert_eq!(look(100).await, None);
    assert!(
        bench
            .store
            .take_install_state("link", "", at(2))
            .await
            .unwrap()
            .is_none()
    );
    assert!(bench.store.use_install_link("link", at(3)).await.unwrap());
    assert!(!bench.store.use_install_link("link", at(3)).await.unwrap());
    assert_eq!(look(4).await, None);
}
