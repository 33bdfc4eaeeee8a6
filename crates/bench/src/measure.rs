//! One measurement, in a process of its own: its peak memory is that of the sync alone.

use crate::budget;
use crate::twins::Where;
use anyhow::{Context as _, Result, bail};
use app::{App, NewShop, ProgressBoard, SyncOptions, Tally};
use clap::Subcommand;
use domain::{Clock, Context, Side};
use http::{SystemClock, SystemRandomness};
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use testkit::SHOP;

/// Passes after which a first run should long have ended.
const MOST_PASSES: u32 = 10;

#[derive(Subcommand)]
pub(crate) enum What {
    /// A first sync on a new database.
    First { twins: String, database: PathBuf },
    /// One pass of a running service on the same database.
    Live { twins: String, database: PathBuf },
    /// One pass asked for by a person on the same database.
    Again { twins: String, database: PathBuf },
    /// A first sync at the vendors' limits in recorded time.
    Limits { customers: usize },
}

/// What came out.
#[derive(Serialize, Deserialize)]
pub(crate) struct Measured {
    pub(crate) seconds: f64,
    /// The most memory that the process ever held, in bytes.
    pub(crate) peak: u64,
    pub(crate) tally: Tally,
    /// Contacts with open tickets, whose notes are told there.
    pub(crate) watched: u64,
}

pub(crate) async fn run(what: What) -> Result<()> {
    let json = match what {
        What::First { twins, database } => serde_json::to_string(&first(&twins, &database).await?)?,
        What::Live { twins, database } => {
            let options = SyncOptions {
                live: true,
                ..SyncOptions::default()
            };
            serde_json::to_string(&later(&twins, &database, options).await?)?
        }
        What::Again { twins, database } => {
            let options = SyncOptions::default();
            serde_json::to_string(&later(&twins, &database, options).await?)?
        }
        What::Limits { customers } => serde_json::to_string(&budget::run(customers).await?)?,
    };
    println!("{json}");
    Ok(())
}

async fn first(twins: &str, database: &Path) -> Result<Measured> {
    let twins: Where = serde_json::from_str(twins)?;
    let app = application(&twins, database).await;
    app.add_shop(&NewShop {
        name: SHOP.into(),
        location: twins.location.clone(),
        zone: None,
        country: None,
    })
    .await?;
    let token = SecretString::from(twins.token.as_str());
    app.connect(SHOP, Side::HighLevel, &token).await?;
    let key = SecretString::from(twins.key.as_str());
    app.connect(SHOP, Side::MyGadgetRepairs, &key).await?;
    let options = SyncOptions {
        approve: true,
        ..SyncOptions::default()
    };
    let began = SystemClock.now();
    let mut tally = pass(&app, options).await?;
    let mut passes = 1;
    while !tally.finished {
        if passes == MOST_PASSES {
            bail!(
                "the first run does not end after {passes} passes: {:?}",
                tally.reasons
            );
        }
        add(&mut tally, pass(&app, options).await?);
        passes += 1;
    }
    measured(&app, began, tally).await
}

async fn later(twins: &str, database: &Path, options: SyncOptions) -> Result<Measured> {
    let twins: Where = serde_json::from_str(twins)?;
    let app = application(&twins, database).await;
    let began = SystemClock.now();
    let tally = pass(&app, options).await?;
    measured(&app, began, tally).await
}

async fn pass(app: &App, options: SyncOptions) -> Result<Tally> {
    Ok(app.sync(SHOP, options, &ProgressBoard::default()).await?)
}

/// What a further pass did counts with what the passes before it did.
pub(crate) fn add(tally: &mut Tally, further: Tally) {
    let before = std::mem::replace(tally, further);
    for (of, was) in [
        (&mut tally.created, before.created),
        (&mut tally.updated, before.updated),
    ] {
        for (into, from) in [
            (&mut of.highlevel, was.highlevel),
            (&mut of.mygadgetrepairs, was.mygadgetrepairs),
        ] {
            for (name, count) in from {
                *into.entry(name).or_default() += count;
            }
        }
    }
    tally.requests.highlevel += before.requests.highlevel;
    tally.requests.mygadgetrepairs += before.requests.mygadgetrepairs;
}

/// The application on a database, without ceilings of ours.
pub(crate) async fn application(twins: &Where, database: &Path) -> App {
    let config = testkit::unhindered((&twins.highlevel, &twins.mygadgetrepairs));
    testkit::application_with(config, database, context()).await
}

pub(crate) fn context() -> Context {
    Context {
        clock: Arc::new(SystemClock),
        randomness: Arc::new(SystemRandomness),
    }
}

async fn measured(app: &App, began: domain::Timestamp, tally: Tally) -> Result<Measured> {
    let seconds = SystemClock.now().duration_since(began).as_secs_f64();
    let shop = app.shop(SHOP).await?.id;
    Ok(Measured {
        seconds,
        watched: app.store().note_totals(shop).await?.with_tickets,
        peak: peak()?,
        tally,
    })
}

/// `VmHWM` of this process.
fn peak() -> Result<u64> {
    let status = std::fs::read_to_string("/proc/self/status")
        .context("peak memory is read from /proc, which this system does not have")?;
    let kib = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))
        .and_then(|rest| {
            rest.trim()
                .trim_end_matches("kB")
                .trim()
                .parse::<u64>()
                .ok()
        });
    Ok(kib.context("the system does not tell the peak memory")? * 1024)
}
