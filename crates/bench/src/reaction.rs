//! From a webhook to what it leads to, the whole way: `serve` beside the twins, a shop in step, nothing else going on.

use crate::figures::Figures;
use crate::intake::milliseconds;
use crate::load::{Connection, quantile};
use crate::prepared;
use crate::service::{Service, Settings};
use crate::signed::Signer;
use crate::twins::Twins;
use anyhow::{Result, bail};
use domain::{Clock, Timestamp};
use http::SystemClock;
use serde_json::json;
use std::time::Duration;
use tokio::time::Instant;

/// Customers of the shop.
const CUSTOMERS: usize = 200;
/// To our first request.
const MOST_MEDIAN: Duration = Duration::from_millis(5);
const MOST_P99: Duration = Duration::from_millis(20);
/// Between two webhooks that lead to a look at HighLevel: so long that our ceilings, which are the real ones, do not
/// bind.
const LOOK_PAUSE: Duration = Duration::from_millis(200);
/// The same for those that lead to a write at the counter, which costs three of its thirty requests a minute.
const WRITE_PAUSE: Duration = Duration::from_secs(8);
/// What a webhook leads to follows at the latest; else it does not.
const PATIENCE: Duration = Duration::from_secs(2);

/// How often.
#[derive(Clone, Copy)]
pub(crate) struct Sizes {
    /// Webhooks that are followed to the first look.
    pub(crate) looks: u64,
    /// Webhooks that are followed to the write on the other side.
    pub(crate) writes: u64,
}

/// From the webhook, as sent, to the arrival at a vendor.
#[derive(Default)]
struct Times {
    answered: Vec<Duration>,
    look: Vec<Duration>,
    write: Vec<Duration>,
}

/// A service in step with its twins, and a line to it.
struct Scene {
    twins: Twins,
    signer: Signer,
    connection: Connection,
    times: Times,
}

impl Figures {
    /// So many webhooks, one after the other.
    pub(crate) async fn reaction(&mut self, sizes: Sizes) -> Result<()> {
        let name = "webhook to vendor, unloaded";
        eprintln!("{name} ...");
        let folder = tempfile::tempdir()?;
        let twins = Twins::start(CUSTOMERS).await?;
        prepared::in_step(folder.path(), &twins).await?;
        let contacts = twins.contacts(CUSTOMERS).await?;
        let contacts = prepared::linked(folder.path(), &twins, &contacts).await?;
        let signer = Signer::new()?;
        let key = signer.public_key();
        let service = Service::start(folder.path(), &Settings::beside(&twins.at, &key)).await?;
        twins.quiet().await?;
        let mut scene = Scene {
            connection: Connection::open(service.address).await?,
            times: Times::default(),
            signer,
            twins,
        };
        for (number, contact) in (0..sizes.looks).zip(contacts.iter().cycle()) {
            scene.look(contact, number).await?;
        }
        let more = sizes.looks..sizes.looks + sizes.writes;
        for (number, contact) in more.zip(contacts.iter().cycle()) {
            scene.write(contact, number).await?;
        }
        service.stop().await?;
        let mut times = scene.times;
        for (what, times, sent) in [
            (
                "webhook answered",
                &mut times.answered,
                sizes.looks + sizes.writes,
            ),
            ("write at MyGadgetRepairs", &mut times.write, sizes.writes),
        ] {
            let count = times.len();
            let (half, p99) = of(times);
            let both = format!("{} / {}", milliseconds(half), milliseconds(p99));
            let value = format!("{both} ({count} of {sent})");
            self.say(name, &format!("{what}, median / p99"), &value);
        }
        let count = times.look.len();
        let (half, p99) = of(&mut times.look);
        self.held(
            name,
            "first look at HighLevel, median / p99",
            &format!(
                "{} / {} ({count} of {})",
                milliseconds(half),
                milliseconds(p99),
                sizes.looks
            ),
            &format!(
                "< {} / {}",
                milliseconds(MOST_MEDIAN),
                milliseconds(MOST_P99)
            ),
            half < MOST_MEDIAN && p99 < MOST_P99,
        );
        Ok(())
    }
}

impl Scene {
    /// A webhook about a contact that turns out to be as it was known.
    async fn look(&mut self, contact: &str, number: u64) -> Result<()> {
        self.twins.forget().await?;
        tokio::time::sleep(LOOK_PAUSE).await;
        let sent = self.send(contact, number).await?;
        let base = self.twins.at.highlevel.clone();
        let look = self
            .arrival(&base, "GET", &format!("/contacts/{contact}"))
            .await?;
        match look {
            Some(at) => self.times.look.push(after(sent, at)),
            None => bail!("nobody looked at {contact} after a webhook"),
        }
        Ok(())
    }

    /// A webhook about a contact that a person edited.
    async fn write(&mut self, contact: &str, number: u64) -> Result<()> {
        self.twins.forget().await?;
        let fields = json!({"firstName": "Robin", "lastName": format!("Bench{number}")});
        self.twins.edit_contact(contact, fields).await?;
        tokio::time::sleep(WRITE_PAUSE).await;
        let sent = self.send(contact, number).await?;
        let base = self.twins.at.mygadgetrepairs.clone();
        match self.arrival(&base, "PUT", "/customers/").await? {
            Some(at) => self.times.write.push(after(sent, at)),
            None => eprintln!("  no write followed the webhook about {contact}"),
        }
        Ok(())
    }

    /// Answers when it was sent. The twins tell whole milliseconds; cut off on both ends, no time comes out too short
    /// on average.
    async fn send(&mut self, contact: &str, number: u64) -> Result<Timestamp> {
        let request = self
            .signer
            .request(&self.twins.at.location, contact, number);
        let sent = Timestamp::from_millisecond(SystemClock.now().as_millisecond())?;
        let began = Instant::now();
        self.connection.send(&request).await?;
        self.times.answered.push(began.elapsed());
        Ok(sent)
    }

    /// When the first request of a sort arrived. Asked seldom, since asking slows down what is measured.
    async fn arrival(&self, base: &str, method: &str, path: &str) -> Result<Option<Timestamp>> {
        let began = Instant::now();
        loop {
            tokio::time::sleep(Duration::from_millis(100)).await;
            let arrived = self.twins.arrived(base, method, path).await?;
            if arrived.is_some() || began.elapsed() > PATIENCE {
                return Ok(arrived);
            }
        }
    }
}

fn after(sent: Timestamp, at: Timestamp) -> Duration {
    at.duration_since(sent).unsigned_abs()
}

fn of(times: &mut [Duration]) -> (Duration, Duration) {
    times.sort_unstable();
    (quantile(times, 0.5), quantile(times, 0.99))
}
