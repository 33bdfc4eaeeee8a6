//! What a shop did over time, for a chart.

use crate::{App, AppError};
use domain::{Side, Timestamp};
use jiff::SignedDuration;
use schemars::JsonSchema;
use serde::Serialize;

/// So many pieces of time at about.
const BUCKETS: i64 = 48;
/// The lengths that a piece may have, in minutes: those that people know.
const MINUTES: [i64; 8] = [5, 10, 30, 60, 180, 360, 720, 1_440];

/// What a shop did over time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Activity {
    /// How long each piece of time is.
    pub minutes: i64,
    /// The pieces, oldest first, without gaps.
    pub buckets: Vec<ActivityBucket>,
}

/// A piece of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ActivityBucket {
    /// When it begins.
    #[schemars(with = "String")]
    pub from: Timestamp,
    /// Writes to HighLevel.
    pub written_highlevel: u64,
    /// Writes to MyGadgetRepairs.
    pub written_mygadgetrepairs: u64,
    /// Changes that people made in HighLevel.
    pub seen_highlevel: u64,
    /// Changes that people made in MyGadgetRepairs.
    pub seen_mygadgetrepairs: u64,
    /// Writes and calls that were refused.
    pub failed: u64,
}

impl App {
    /// What a shop did in the last hours.
    ///
    /// # Errors
    /// When there is no such shop.
    pub async fn activity(&self, name: &str, hours: u32) -> Result<Activity, AppError> {
        let shop = self.shop(name).await?;
        let span = i64::from(hours.max(1)) * 60;
        let fits = MINUTES
            .into_iter()
            .find(|minutes| span / minutes <= BUCKETS);
        let minutes = fits.unwrap_or(MINUTES[MINUTES.len() - 1]);
        // Begun at full pieces of time, so that the chart does not tremble.
        let width = minutes * 60;
        let now = self.now().as_second();
        let end = now - now.rem_euclid(width) + width;
        let count = (span + minutes - 1) / minutes;
        let begin = end - count * width;
        let at = |second: i64| Timestamp::from_second(second).unwrap_or(Timestamp::UNIX_EPOCH);
        let mut buckets: Vec<ActivityBucket> = (0..count)
            .map(|number| ActivityBucket::empty(at(begin + number * width)))
            .collect();
        let width = SignedDuration::from_secs(width);
        let counts = self.store.journal_counts(shop.id, at(begin), width).await?;
        for one in counts {
            let bucket = usize::try_from(one.bucket).ok();
            if let Some(bucket) = bucket.and_then(|number| buckets.get_mut(number)) {
                bucket.add(&one.event, one.side, one.count);
            }
        }
        Ok(Activity { minutes, buckets })
    }
}

impl ActivityBucket {
    const fn empty(from: Timestamp) -> Self {
        Self {
            from,
            written_highlevel: 0,
            written_mygadgetrepairs: 0,
            seen_highlevel: 0,
            seen_mygadgetrepairs: 0,
            failed: 0,
        }
    }

    fn add(&mut self, event: &str, side: Option<Side>, count: u64) {
        let slot = match (event, side) {
            ("failed" | "operation_refused", _) => &mut self.failed,
            ("edited" | "vanished", Some(Side::HighLevel)) => &mut self.seen_highlevel,
            ("edited" | "vanished", Some(Side::MyGadgetRepairs)) => &mut self.seen_mygadgetrepairs,
            (
                "created" | "updated" | "deleted" | "archived" | "taken_back" | "told"
                | "told_unread" | "noted" | "operation_done",
                Some(side),
            ) => match side {
                Side::HighLevel => &mut self.written_highlevel,
                Side::MyGadgetRepairs => &mut self.written_mygadgetrepairs,
            },
            _ => return,
        };
        *slot += count;
    }
}
