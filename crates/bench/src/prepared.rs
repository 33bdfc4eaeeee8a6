//! Databases as they are after a while, filled through the store instead of by months of work.

use crate::apart;
use crate::measure::{Measured, application, context};
use crate::twins::{Twins, Where};
use anyhow::{Context as _, Result};
use app::{App, NewShop};
use domain::{Clock, Kind, LinkId, Record, RecordId, ShopId, Side, Timestamp};
use http::SystemClock;
use std::path::Path;
use store::{Change, Key, Link, RecordState, Store, Webhook};
use testkit::SHOP;

/// The location of shops that nobody serves.
pub(crate) const LOCATION: &str = "benchlocation0000001";
/// Where nobody listens.
const NOWHERE: (&str, &str) = ("http://127.0.0.1:1", "http://127.0.0.1:1/v1");
/// Webhooks kept in one transaction.
const AT_ONCE: u64 = 4_000;
/// Pairs of records made in one transaction.
const PAIRS_AT_ONCE: usize = 500;

/// A shop that is paused: its webhooks are kept, and nobody looks at them. With so many that wait already.
pub(crate) async fn paused_shop(folder: &Path, waiting: u64) -> Result<()> {
    let nowhere = Where {
        highlevel: NOWHERE.0.into(),
        mygadgetrepairs: NOWHERE.1.into(),
        location: LOCATION.into(),
        token: String::new(),
        key: String::new(),
    };
    let app = application(&nowhere, &folder.join("bench.db")).await;
    let shop = paused(&app).await?;
    let mut first = 0;
    while first < waiting {
        let next = waiting.min(first + AT_ONCE);
        let webhooks: Vec<Webhook> = (first..next).map(|number| webhook(shop, number)).collect();
        app.store().keep_webhooks(&webhooks).await?;
        first = next;
    }
    app.store().clone().close().await;
    Ok(())
}

/// A paused shop in a database on a server. Answers its number.
pub(crate) async fn paused_shop_on(url: &str) -> Result<ShopId> {
    let store = Store::open(url).await?;
    let app = testkit::application_on(testkit::unhindered(NOWHERE), store, context()).await;
    let shop = paused(&app).await?;
    app.store().clone().close().await;
    Ok(shop)
}

async fn paused(app: &App) -> Result<ShopId> {
    let shop = app
        .add_shop(&NewShop {
            name: SHOP.into(),
            location: LOCATION.into(),
            zone: None,
            country: None,
        })
        .await?;
    app.pause_shop(SHOP, true).await?;
    Ok(shop.id)
}

/// How many webhooks wait in the database in a folder.
pub(crate) async fn waiting(folder: &Path) -> Result<usize> {
    waiting_on(&format!("sqlite://{}", folder.join("bench.db").display())).await
}

/// How many webhooks wait, as whoever opens the database finds it.
pub(crate) async fn waiting_on(url: &str) -> Result<usize> {
    let store = Store::open(url).await?;
    let shop = store.shop(SHOP).await?.context("the shop is gone")?;
    let signals = store.waiting_signals(shop.id, u32::MAX).await?;
    store.close().await;
    Ok(signals.len())
}

/// As one of 1 KiB that came in.
fn webhook(shop: ShopId, number: u64) -> Webhook {
    let contact = format!("waiting{number:013}");
    let mut body = format!("{{\"type\":\"ContactUpdate\",\"id\":\"{contact}\",\"note\":\"");
    body.push_str(&"x".repeat(1022 - body.len()));
    body.push_str("\"}");
    let mut event = [0; 16];
    event.copy_from_slice(&crate::signed::spread(number).to_be_bytes());
    Webhook {
        shop,
        side: Side::HighLevel,
        event,
        what: "ContactUpdate".into(),
        kind: Some(Kind::Contact),
        record: Some(RecordId::new(contact)),
        parent: None,
        body: body.into_bytes(),
        received_at: Timestamp::UNIX_EPOCH,
    }
}

/// A connected shop in step with small twins.
pub(crate) async fn in_step(folder: &Path, twins: &Twins) -> Result<()> {
    let database = folder.join("bench.db").display().to_string();
    let at = serde_json::to_string(&twins.at)?;
    let _first: Measured =
        apart::finished(&["measure".into(), "first".into(), at, database]).await?;
    Ok(())
}

/// A shop in step with so many linked pairs more than small twins have.
pub(crate) async fn large_shop(folder: &Path, twins: &Twins, pairs: usize) -> Result<()> {
    in_step(folder, twins).await?;
    let contacts = twins.contacts(100).await?;
    let contacts = linked(folder, twins, &contacts).await?;
    let like = contacts.first().context("nobody is linked")?;
    more_pairs(folder, twins, like, pairs).await
}

/// The contacts of a shop in step that have a counterpart.
pub(crate) async fn linked(folder: &Path, twins: &Twins, all: &[String]) -> Result<Vec<String>> {
    let app = application(&twins.at, &folder.join("bench.db")).await;
    let shop = app.shop(SHOP).await?;
    let ids: Vec<RecordId> = all.iter().map(RecordId::new).collect();
    let links = app
        .store()
        .links_of(shop.id, Side::HighLevel, Kind::Contact, &ids)
        .await?;
    app.store().clone().close().await;
    let mut linked: Vec<String> = links.keys().map(|id| id.as_str().to_owned()).collect();
    linked.sort();
    Ok(linked)
}

/// So many more pairs of contacts and customers in a shop in step, each like a pair that is there.
async fn more_pairs(folder: &Path, twins: &Twins, contact: &str, more: usize) -> Result<()> {
    let app = application(&twins.at, &folder.join("bench.db")).await;
    let shop = app.shop(SHOP).await?;
    let pair = Pair::read(&app, shop.id, &RecordId::new(contact)).await?;
    for first in (0..more).step_by(PAIRS_AT_ONCE) {
        let numbers = first..more.min(first + PAIRS_AT_ONCE);
        let changes = pair.copies(numbers);
        app.store()
            .commit(shop.id, SystemClock.now(), changes)
            .await?;
    }
    app.store().clone().close().await;
    Ok(())
}

struct Pair {
    left: Record,
    right: Record,
    link: Link,
}

impl Pair {
    async fn read(app: &App, shop: ShopId, contact: &RecordId) -> Result<Self> {
        let link = app
            .store()
            .link_of(shop, Side::HighLevel, Kind::Contact, contact)
            .await?
            .context("the contact has no counterpart")?;
        let left = app
            .store()
            .record(shop, Side::HighLevel, Kind::Contact, &link.left)
            .await?;
        let right = app
            .store()
            .record(shop, Side::MyGadgetRepairs, Kind::Contact, &link.right)
            .await?;
        Ok(Self {
            left: left.context("the contact is not stored")?.record,
            right: right.context("the customer is not stored")?.record,
            link,
        })
    }

    fn copies(&self, numbers: std::ops::Range<usize>) -> Vec<Change> {
        let id = |number: usize| RecordId::new(format!("copy{number:016}"));
        let mut changes = Vec::new();
        for like in [&self.left, &self.right] {
            let records = numbers.clone().map(|number| {
                let mut record = like.clone();
                record.id = id(number);
                record.mark = None;
                (record, keys(number))
            });
            changes.push(Change::Saw {
                records: records.collect(),
                sweep: 0,
                asked_at: SystemClock.now(),
                stale_after: None,
            });
            changes.extend(numbers.clone().map(|number| {
                Change::Settle(like.side, Kind::Contact, id(number), RecordState::Settled)
            }));
        }
        changes.extend(numbers.map(|number| {
            let mut link = self.link.clone();
            link.id = LinkId(uuid::Uuid::from_u128(crate::signed::spread(number as u64)));
            link.left = id(number);
            link.right = id(number);
            Change::Link(link)
        }));
        changes
    }
}

fn keys(number: usize) -> Vec<Key> {
    [
        ("email", format!("person{number}@example.com")),
        ("phone", format!("+4416{number:08}")),
        ("name", format!("person {number}")),
    ]
    .map(|(what, value)| Key { what, value })
    .to_vec()
}
