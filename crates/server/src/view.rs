//! What the dashboard shows of every shop, put together at most once a second for all who look.

use crate::copies::CopyRoutes;
use crate::pulse::Pulse;
use crate::words::sentence_about;
use app::{App, AppError, Progress, Status, Subject};
use domain::{Kind, RunId, Side, Timestamp};
use schemars::JsonSchema;
use serde::Serialize;
use std::sync::Arc;
use std::time::Duration;
use store::JournalRow;
use tokio::sync::Mutex;
use tokio::time::Instant;

/// An overview is shown for this long.
const FRESH: Duration = Duration::from_millis(900);
/// Counting may take this share of the time: one part in ten, however large the shops are.
const REST: u32 = 10;

/// A line of the journal as shown: no values.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct LogLine {
    /// Ascending number.
    id: i64,
    /// When.
    #[schemars(with = "String")]
    at: Timestamp,
    /// The run in which it happened.
    run: RunId,
    /// What happened: `linked`, `created`, `updated` …
    event: String,
    /// The side that it happened on.
    side: Option<Side>,
    /// The kind of record.
    kind: Option<Kind>,
    /// The record.
    record: Option<String>,
    /// Its counterpart.
    counterpart: Option<String>,
    /// The number by which people know it.
    reference: Option<String>,
    /// The name of the person, or the title of the work, as it is now; left out for assistants.
    name: Option<String>,
    /// The code of a failure.
    code: Option<String>,
    /// All of it as a sentence.
    text: String,
}

impl LogLine {
    /// With references only.
    pub(crate) fn of(row: &JournalRow) -> Self {
        Self::about(row, Subject::default())
    }

    /// With the names of whom it is about.
    pub(crate) fn about(row: &JournalRow, subject: Subject) -> Self {
        let text = sentence_about(row, &subject);
        let reference = row.detail["reference"].as_str().map(str::to_owned);
        Self {
            id: row.id,
            at: row.at,
            run: row.run,
            event: row.event.clone(),
            side: row.side,
            kind: row.kind,
            record: row.record.as_ref().map(ToString::to_string),
            counterpart: row.counterpart.as_ref().map(ToString::to_string),
            reference: reference.or(subject.reference),
            name: subject.name,
            code: row.detail["code"].as_str().map(str::to_owned),
            text,
        }
    }
}

/// How a shop is.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct ShopView {
    /// Its name.
    pub(crate) name: String,
    /// The shop whose copy this is, where it is one and no shop.
    pub(crate) copy_of: Option<String>,
    /// Whether syncing is paused.
    pub(crate) paused: bool,
    /// Whether a person approved the first run.
    approved: bool,
    /// How it is doing.
    pub(crate) status: Status,
    /// What is being done at this moment.
    progress: Progress,
}

/// How all shops are.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Overview {
    /// The version that runs.
    version: &'static str,
    /// What whoever runs this should mend, in words.
    warnings: Vec<String>,
    /// The shops.
    pub(crate) shops: Vec<ShopView>,
}

struct Shown {
    until: Instant,
    overview: Arc<Overview>,
}

/// The application, and the newest overview.
pub(crate) struct Views {
    app: App,
    warnings: Vec<String>,
    /// The address of the dashboard as others reach it, with a slash at the end.
    page: String,
    shown: Mutex<Option<Shown>>,
    pulse: Pulse,
    copies: CopyRoutes,
}

impl Views {
    pub(crate) fn new(app: App, warnings: Vec<String>, page: String) -> Self {
        Self {
            app,
            warnings,
            page,
            shown: Mutex::new(None),
            pulse: Pulse::new(),
            copies: CopyRoutes::default(),
        }
    }

    pub(crate) const fn app(&self) -> &App {
        &self.app
    }

    /// The application, and that of each copy with the shop's name.
    pub(crate) fn apps(&self) -> Vec<(App, Option<String>)> {
        let copies = self.app.open_copies().into_iter();
        let copies = copies.map(|(copy, app)| (app, Some(copy.of)));
        [(self.app.clone(), None)]
            .into_iter()
            .chain(copies)
            .collect()
    }

    pub(crate) const fn copies(&self) -> &CopyRoutes {
        &self.copies
    }

    pub(crate) const fn pulse(&self) -> &Pulse {
        &self.pulse
    }

    pub(crate) fn warnings(&self) -> &[String] {
        &self.warnings
    }

    pub(crate) fn page(&self) -> &str {
        &self.page
    }

    /// The overview. The lock is held while counting, so that many viewers count once.
    pub(crate) async fn overview(&self) -> Result<Arc<Overview>, AppError> {
        let mut shown = self.shown.lock().await;
        let began = Instant::now();
        if let Some(shown) = shown.as_ref().filter(|shown| began < shown.until) {
            return Ok(Arc::clone(&shown.overview));
        }
        let overview = Arc::new(self.count().await?);
        let took = began.elapsed();
        let until = began + took + FRESH.max(took * REST);
        *shown = Some(Shown {
            until,
            overview: Arc::clone(&overview),
        });
        Ok(overview)
    }

    async fn count(&self) -> Result<Overview, AppError> {
        let mut shops = Vec::new();
        for (app, copy_of) in self.apps() {
            match count(&app, copy_of.as_ref()).await {
                Ok(counted) => shops.extend(counted),
                // Closed while we looked.
                Err(error) if copy_of.is_some() => tracing::debug!(%error, "a copy went away"),
                Err(error) => return Err(error),
            }
        }
        Ok(Overview {
            version: env!("CARGO_PKG_VERSION"),
            warnings: self.warnings.clone(),
            shops,
        })
    }
}

async fn count(app: &App, copy_of: Option<&String>) -> Result<Vec<ShopView>, AppError> {
    let all = app.shops_with_status().await?;
    let views = all.into_iter().map(|(shop, status)| ShopView {
        progress: app.board(&shop.name).look(),
        copy_of: copy_of.cloned(),
        paused: shop.paused,
        approved: shop.approved_at.is_some(),
        name: shop.name,
        status,
    });
    Ok(views.collect())
}
