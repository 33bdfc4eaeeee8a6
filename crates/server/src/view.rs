//! What the page shows of every shop, put together at most once a second for all who look.

use crate::words::sentence;
use app::{App, AppError, Progress, Status};
use domain::{Kind, Side, Timestamp};
use serde::Serialize;
use std::time::Duration;
use store::JournalRow;
use tokio::sync::Mutex;
use tokio::time::Instant;

/// Lines of the journal on the page.
const LINES: u32 = 20;
/// Runs whose creations are added up: some hours of polls.
const RUNS: u32 = 200;
/// An overview is shown for this long.
const FRESH: Duration = Duration::from_millis(900);
/// Counting may take this share of the time: one part in ten, however large the shops are.
const REST: u32 = 10;

/// A line of the journal as shown: references, no names and no values.
#[derive(Debug, Serialize)]
pub(crate) struct LogLine {
    id: i64,
    at: Timestamp,
    event: String,
    side: Option<Side>,
    kind: Option<Kind>,
    record: Option<String>,
    counterpart: Option<String>,
    text: String,
}

impl LogLine {
    pub(crate) fn of(row: &JournalRow) -> Self {
        Self {
            id: row.id,
            at: row.at,
            event: row.event.clone(),
            side: row.side,
            kind: row.kind,
            record: row.record.as_ref().map(ToString::to_string),
            counterpart: row.counterpart.as_ref().map(ToString::to_string),
            text: sentence(row),
        }
    }
}

#[derive(Debug, Serialize)]
struct ShopView {
    name: String,
    paused: bool,
    approved: bool,
    status: Status,
    progress: Progress,
    created: Created,
    journal: Vec<LogLine>,
}

/// What the newest runs made, by kind, over both sides.
#[derive(Debug, Default, Serialize)]
struct Created {
    contact: u64,
    task: u64,
    appointment: u64,
}

#[derive(Debug, Serialize)]
struct Overview {
    version: &'static str,
    warnings: Vec<String>,
    shops: Vec<ShopView>,
}

struct Shown {
    until: Instant,
    json: String,
}

/// The application, and the newest overview.
pub(crate) struct Views {
    app: App,
    warnings: Vec<String>,
    shown: Mutex<Option<Shown>>,
}

impl Views {
    pub(crate) fn new(app: App, warnings: Vec<String>) -> Self {
        Self {
            app,
            warnings,
            shown: Mutex::new(None),
        }
    }

    pub(crate) const fn app(&self) -> &App {
        &self.app
    }

    /// The overview as JSON. The lock is held while counting, so that many viewers count once.
    pub(crate) async fn overview(&self) -> Result<String, AppError> {
        let mut shown = self.shown.lock().await;
        let began = Instant::now();
        if let Some(shown) = shown.as_ref().filter(|shown| began < shown.until) {
            return Ok(shown.json.clone());
        }
        let json = self.count().await?;
        let took = began.elapsed();
        let until = began + took + FRESH.max(took * REST);
        *shown = Some(Shown {
            until,
            json: json.clone(),
        });
        Ok(json)
    }

    async fn count(&self) -> Result<String, AppError> {
        let mut shops = Vec::new();
        for shop in self.app.shops().await? {
            let status = match self.app.status(&shop.name).await {
                // Removed while we looked.
                Err(AppError::NoShop(_)) => continue,
                status => status?,
            };
            let journal = self.app.log(&shop.name, None, LINES).await?;
            let created = self.created(&shop).await?;
            shops.push(ShopView {
                progress: self.app.board(&shop.name).look(),
                paused: shop.paused,
                approved: shop.approved_at.is_some(),
                name: shop.name,
                status,
                created,
                journal: journal.iter().rev().map(LogLine::of).collect(),
            });
        }
        let overview = Overview {
            version: env!("CARGO_PKG_VERSION"),
            warnings: self.warnings.clone(),
            shops,
        };
        serde_json::to_string(&overview)
            .map_err(|why| AppError::Refused(format!("the status has no JSON form: {why}")))
    }

    async fn created(&self, shop: &store::Shop) -> Result<Created, AppError> {
        let mut created = Created::default();
        for run in self.app.store().runs(shop.id, RUNS).await? {
            let of = |kind: Kind| -> u64 {
                let made = &run.summary["created"];
                Side::BOTH
                    .into_iter()
                    .filter_map(|side| made[side.as_str()][kind.name_on(side)].as_u64())
                    .sum()
            };
            created.contact += of(Kind::Contact);
            created.task += of(Kind::Task);
            created.appointment += of(Kind::Appointment);
        }
        Ok(created)
    }
}
