//! A first sync at the vendors' real limits and our real ceilings, in recorded time: how much of what may be
//! asked of MyGadgetRepairs is asked, and whether a vendor ever has to refuse.

use crate::measure::add;
use crate::requests::Shapes;
use crate::twins::SEED;
use anyhow::{Context, Result, bail};
use app::{ProgressBoard, SyncOptions};
use domain::{Clock, Timestamp};
use http::SystemClock;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use testkit::{Bench, SHOP};
use twin::{TwinOptions, Vendor};

/// Requests to MyGadgetRepairs that are planned for a minute.
pub(crate) const PLANNED: u32 = 24;
const MOST_PASSES: u32 = 60;

/// What came out.
#[derive(Serialize, Deserialize)]
pub(crate) struct Spent {
    /// Real seconds that it took.
    pub(crate) seconds: f64,
    /// Recorded minutes from the first to the last request to MyGadgetRepairs.
    pub(crate) minutes: f64,
    pub(crate) requests: app::Requests,
    /// Of the requests planned for the whole minutes from the first request on, how many were sent.
    pub(crate) used: f64,
    /// Requests over a limit, as the twins counted them: HighLevel, MyGadgetRepairs.
    pub(crate) violations: [u64; 2],
    pub(crate) lockouts: u64,
    pub(crate) passes: u32,
    pub(crate) written: u64,
    /// Requests by path.
    pub(crate) shapes: String,
}

pub(crate) async fn run(customers: usize) -> Result<Spent> {
    let mut options = TwinOptions::new(SEED, customers);
    // A third of the contacts is unknown at the counter: enough to make MyGadgetRepairs the bottleneck.
    options.contacts = Some(customers);
    let (bench, _clock) = Bench::recorded(options, |config| {
        config.highlevel_per_10s = 80;
        config.highlevel_per_day = 180_000;
        config.mygadgetrepairs_per_minute = PLANNED;
        config.index_lag_seconds = 90;
        config.listen_seconds = 10;
    })
    .await;
    let approved = SyncOptions {
        approve: true,
        ..SyncOptions::default()
    };
    let began = SystemClock.now();
    let board = ProgressBoard::default();
    let mut tally = bench.app.sync(SHOP, approved, &board).await?;
    let mut passes = 1;
    while !tally.finished {
        if passes == MOST_PASSES {
            bail!("the run does not end: {:?}", tally.reasons);
        }
        add(&mut tally, bench.app.sync(SHOP, approved, &board).await?);
        passes += 1;
    }
    let seconds = SystemClock.now().duration_since(began).as_secs_f64();
    let mut shapes = Shapes::default();
    shapes.add(&log(&bench, Vendor::HighLevel).await?);
    let counter = log(&bench, Vendor::MyGadgetRepairs).await?;
    shapes.add(&counter);
    let instants = instants(&counter)?;
    let limits = bench.twins.mygadgetrepairs().limits();
    let (minutes, used) = used(&instants, PLANNED);
    Ok(Spent {
        seconds,
        minutes,
        requests: app::Requests {
            highlevel: bench.twins.requests(Vendor::HighLevel),
            mygadgetrepairs: bench.twins.requests(Vendor::MyGadgetRepairs),
        },
        used,
        violations: [bench.twins.highlevel().violations(), limits.violations],
        lockouts: limits.lockouts,
        passes,
        written: tally.created.total() + tally.updated.total(),
        shapes: shapes.to_string(),
    })
}

async fn log(bench: &Bench, vendor: Vendor) -> Result<Json> {
    let address = bench.twins.address(vendor);
    let url = format!("http://{address}/_twin/log?limit=50000");
    let client = reqwest::Client::builder().build()?;
    Ok(client.get(url).send().await?.json().await?)
}

fn instants(log: &Json) -> Result<Vec<Timestamp>> {
    let entries = log["requests"]
        .as_array()
        .context("a log without requests")?;
    entries
        .iter()
        .map(|entry| {
            let time = entry["time"].as_str().unwrap_or_default();
            time.parse().context("a log entry without a time")
        })
        .collect()
}

/// The minutes from the first to the last request, and how much of the plan was used in the whole minutes among
/// them. The rest of a minute at the end is left out: in it the work ends, not the budget.
fn used(instants: &[Timestamp], planned: u32) -> (f64, f64) {
    let (Some(first), Some(last)) = (instants.iter().min(), instants.iter().max()) else {
        return (0.0, 0.0);
    };
    let since = |at: &Timestamp| at.as_millisecond() - first.as_millisecond();
    let whole = since(last) / 60_000;
    let within = instants
        .iter()
        .filter(|at| since(at) < whole * 60_000)
        .count();
    let minutes = since(last) as f64 / 60_000.0;
    let plan = whole as f64 * f64::from(planned);
    (
        minutes,
        if plan > 0.0 {
            within as f64 / plan
        } else {
            0.0
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(1_000_000 + seconds).unwrap()
    }

    #[test]
    fn a_full_minute_counts_whole_and_the_end_does_not() {
        let mut instants = vec![at(0), at(10), at(59), at(60), at(61), at(119), at(120)];
        assert_eq!(used(&instants, 3), (2.0, 1.0));
        instants.push(at(179));
        assert_eq!(used(&instants, 3).1, 1.0, "the third minute is not whole");
        assert_eq!(used(&instants, 4).1, 0.75);
        assert_eq!(used(&[], 3), (0.0, 0.0));
    }
}
