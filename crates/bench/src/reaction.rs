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
/// Between two webhooks: so long that our ceilings for HighLevel, which are the real ones, do not bind. Requests are
/// booked eight at a time, and what is not used of a booking is lost.
const PAUSE: Duration = Duration::from_millis(1_300);
/// A write follows at the latest; else none does.
const PATIENCE: Duration = Duration::from_secs(2);

/// From the webhook, as sent, to the arrival at a vendor.
#[derive(Default)]
struct Times {
    answered: Vec<Duration>,
    look: Vec<Duration>,
    write: Vec<Duration>,
}

impl Figures {
    /// So many webhooks, one after the other.
    pub(crate) async fn reaction(&mut self, webhooks: u64) -> Result<()> {
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
        let mut connection = Connection::open(service.address).await?;
        let mut times = Times::default();
        for (number, contact) in (0..webhooks).zip(contacts.iter().cycle()) {
            twins.forget().await?;
            let fields = json!({"firstName": "Robin", "lastName": format!("Bench{number}")});
            twins.edit_contact(contact, fields).await?;
            tokio::time::sleep(PAUSE).await;
            let request = signer.request(&twins.at.location, contact, number);
            // The twins tell whole milliseconds; cut off on both ends, no time comes out too short on average.
            let sent = Timestamp::from_millisecond(SystemClock.now().as_millisecond())?;
            let began = Instant::now();
            connection.send(&request).await?;
            times.answered.push(began.elapsed());
            times.look_and_write(&twins, contact, sent).await?;
        }
        service.stop().await?;
        for (what, times) in [
            ("webhook answered", &mut times.answered),
            ("write at MyGadgetRepairs", &mut times.write),
        ] {
            let count = times.len();
            let (half, p99) = of(times);
            let both = format!("{} / {}", milliseconds(half), milliseconds(p99));
            let value = format!("{both} ({count} of {webhooks})");
            self.say(name, &format!("{what}, median / p99"), &value);
        }
        let (half, p99) = of(&mut times.look);
        self.held(
            name,
            "first look at HighLevel, median / p99",
            &format!("{} / {}", milliseconds(half), milliseconds(p99)),
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

impl Times {
    async fn look_and_write(
        &mut self,
        twins: &Twins,
        contact: &str,
        sent: Timestamp,
    ) -> Result<()> {
        let began = Instant::now();
        let after = |at: Timestamp| at.duration_since(sent).unsigned_abs();
        loop {
            // Asked seldom, since asking slows down what is measured.
            tokio::time::sleep(Duration::from_millis(100)).await;
            let base = &twins.at.mygadgetrepairs;
            if let Some(at) = twins.arrived(base, "PUT", "/customers/").await? {
                self.write.push(after(at));
                break;
            }
            if began.elapsed() > PATIENCE {
                eprintln!("  no write followed the webhook about {contact}");
                break;
            }
        }
        let path = format!("/contacts/{contact}");
        let base = &twins.at.highlevel;
        let Some(at) = twins.arrived(base, "GET", &path).await? else {
            bail!("nobody looked at {contact} after a webhook");
        };
        self.look.push(after(at));
        Ok(())
    }
}

fn of(times: &mut [Duration]) -> (Duration, Duration) {
    times.sort_unstable();
    (quantile(times, 0.5), quantile(times, 0.99))
}
