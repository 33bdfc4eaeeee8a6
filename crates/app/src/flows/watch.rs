//! What flows wait for and the sync does not read: asked for only while a flow needs it.

use super::scope::INVOICE;
use super::shelf::AtWork;
use super::sources;
use crate::connection::{Clients, ShopFacts};
use crate::ports::PortError;
use crate::{App, AppError};
use domain::{FailureClass, Lane, Timestamp};
use jiff::SignedDuration;
use mygadgetrepairs::Cursor;
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};
use std::collections::BTreeMap;
use store::{Change, Shop, Watched};

/// The newest page of a list is read so often; MyGadgetRepairs has thirty requests a minute for everything.
const NEWEST_EVERY: SignedDuration = SignedDuration::from_mins(5);
/// The whole list is read so often: what is older may be paid, answered or completed as well.
const WHOLE_EVERY: SignedDuration = SignedDuration::from_hours(6);

/// What MyGadgetRepairs lists of a source (mygadgetrepairs-api.md 12).
const COUNTER: [(&str, &[&str]); 6] = [
    (INVOICE, &["/ticketInvoices", "/posOrders"]),
    ("mygadgetrepairs.estimate", &["/estimates"]),
    ("mygadgetrepairs.lead", &["/leads"]),
    ("mygadgetrepairs.reminder", &["/reminders"]),
    ("mygadgetrepairs.comment", &["/ticketComments"]),
    (DEVICE, &["/assets"]),
];

/// Where watching a list stands.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Watching {
    newest_at: Option<Timestamp>,
    whole_at: Option<Timestamp>,
    /// Why it cannot be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    problem: Option<String>,
}

impl App {
    /// Reads what the flows at work wait for, where its time has come.
    pub(super) async fn watch(
        &self,
        shop: &Shop,
        facts: &ShopFacts,
        at_work: &[AtWork],
    ) -> Result<(), AppError> {
        let wanted = wanted(at_work);
        let lists: Vec<_> = COUNTER
            .iter()
            .filter_map(|(source, paths)| Some((*source, *paths, *wanted.get(*source)?)))
            .collect();
        let opportunities = wanted.get(OPPORTUNITY);
        if lists.is_empty() && opportunities.is_none() {
            return Ok(());
        }
        let (zone, paging) = (&facts.setting.zone, &facts.capabilities.paging);
        let clients = self.clients(shop, zone, paging).await?;
        for (source, paths, since) in lists {
            self.begin_anew(shop, source, since).await?;
            self.watch_counter(shop, facts, &clients, source, paths)
                .await?;
        }
        if let Some(since) = opportunities
            && !self.store.hears_webhooks(shop.id).await?
        {
            self.begin_anew(shop, OPPORTUNITY, *since).await?;
            self.watch_opportunities(shop, &clients).await?;
        }
        Ok(())
    }

    /// Where nobody waited for a source until the oldest flow that does now, what changed meanwhile is history.
    async fn begin_anew(
        &self,
        shop: &Shop,
        source: &str,
        since: Timestamp,
    ) -> Result<(), AppError> {
        let state = self.watching(shop, source).await?;
        if state.newest_at.is_some_and(|last| last < since) {
            self.store.forget_watching(shop.id, source).await?;
            self.keep_watching(shop, source, &Watching::default())
                .await?;
        }
        Ok(())
    }

    async fn watch_counter(
        &self,
        shop: &Shop,
        facts: &ShopFacts,
        clients: &Clients,
        source: &str,
        paths: &[&str],
    ) -> Result<(), AppError> {
        let mut state = self.watching(shop, source).await?;
        let whole = self.is_older(state.whole_at, WHOLE_EVERY);
        if !whole && !self.is_older(state.newest_at, NEWEST_EVERY) {
            return Ok(());
        }
        let client = clients.mygadgetrepairs.in_lane(Lane::Background);
        let mut complete = true;
        let mut problem = None;
        for (number, path) in paths.iter().enumerate() {
            let last = number + 1 == paths.len();
            let mut cursor = Some(Cursor::start());
            while let Some(at) = cursor.take() {
                let page = match client.listing(path).page(&at).await {
                    Ok(page) => page,
                    Err(error) => {
                        let error = PortError::from(error);
                        if !matches!(
                            error.class,
                            FailureClass::NeedsHuman | FailureClass::Permanent
                        ) {
                            // Later; what was read is kept.
                            return Ok(());
                        }
                        problem = Some(error.message);
                        break;
                    }
                };
                cursor = page.next.filter(|_| whole);
                complete &= whole;
                let ended = complete && problem.is_none() && cursor.is_none() && last;
                let rows = page.items.into_iter().map(|entry| Watched {
                    record: entry.id.as_str().to_owned(),
                    created_at: entry
                        .created
                        .and_then(|stamp| stamp.instant(&facts.setting.zone)),
                    body: kept(source, Json::Object(entry.raw)),
                });
                self.store
                    .watch(shop.id, self.now(), source, rows.collect(), ended)
                    .await?;
            }
        }
        state.newest_at = Some(self.now());
        if whole {
            state.whole_at = state.newest_at;
        }
        state.problem = problem;
        self.keep_watching(shop, source, &state).await
    }

    /// The newest hundred opportunities, for a shop to which HighLevel sends no webhooks (highlevel-api.md 5).
    async fn watch_opportunities(&self, shop: &Shop, clients: &Clients) -> Result<(), AppError> {
        let mut state = self.watching(shop, OPPORTUNITY).await?;
        if !self.is_older(state.newest_at, NEWEST_EVERY) {
            return Ok(());
        }
        let request = http::Request::get("/opportunities/search".to_owned())
            .query("location_id", shop.location.as_str())
            .query("limit", "100")
            .query("order", "added_desc");
        let client = clients.highlevel.with_lane(Lane::Background);
        let Ok(answer) = client.raw(request).await else {
            return Ok(());
        };
        state.problem = (!answer.status.is_success()).then(|| {
            format!(
                "HighLevel answers {} to a search for opportunities; the token needs the scope opportunities.readonly",
                answer.status.as_u16()
            )
        });
        let body: Json = serde_json::from_slice(&answer.body).unwrap_or(Json::Null);
        let found = body.get("opportunities").and_then(Json::as_array);
        let rows = found.into_iter().flatten().filter_map(|one| {
            Some(Watched {
                record: one.get("id")?.as_str()?.to_owned(),
                created_at: one
                    .get("createdAt")
                    .and_then(Json::as_str)
                    .and_then(|text| text.parse().ok()),
                body: one.clone(),
            })
        });
        let rows: Vec<_> = rows.collect();
        if answer.status.is_success() {
            self.store
                .watch(shop.id, self.now(), OPPORTUNITY, rows, true)
                .await?;
        }
        state.newest_at = Some(self.now());
        self.keep_watching(shop, OPPORTUNITY, &state).await
    }

    /// Why a source cannot be read, where it was tried.
    pub(super) async fn watching_problem(
        &self,
        shop: &Shop,
        source: &str,
    ) -> Result<Option<String>, AppError> {
        Ok(self.watching(shop, source).await?.problem)
    }

    async fn watching(&self, shop: &Shop, source: &str) -> Result<Watching, AppError> {
        let stored = self.store.cursor(shop.id, &watch_cursor(source)).await?;
        Ok(stored
            .and_then(|row| serde_json::from_value(row.value).ok())
            .unwrap_or_default())
    }

    async fn keep_watching(
        &self,
        shop: &Shop,
        source: &str,
        state: &Watching,
    ) -> Result<(), AppError> {
        let cursor = Change::Cursor(watch_cursor(source), json!(state));
        Ok(self.store.commit(shop.id, self.now(), vec![cursor]).await?)
    }

    pub(super) fn is_older(&self, at: Option<Timestamp>, than: SignedDuration) -> bool {
        at.is_none_or(|at| self.now().duration_since(at) >= than)
    }
}

/// The sources that flows wait for, or of which they ask in their conditions and steps, each with the time from which on
/// the first of these flows is at work.
fn wanted(at_work: &[AtWork]) -> BTreeMap<String, Timestamp> {
    let mut wanted = BTreeMap::new();
    for one in at_work {
        for source in sources::needed_by(&one.flow) {
            let since = wanted.entry(source).or_insert(one.active_from);
            *since = one.active_from.min(*since);
        }
    }
    wanted
}

pub(super) const OPPORTUNITY: &str = "highlevel.opportunity";
pub(super) const DEVICE: &str = "mygadgetrepairs.device";

/// What is kept of a record: of a device neither its passcode nor its whole number.
fn kept(source: &str, raw: Json) -> Json {
    if source == DEVICE {
        return flows::view::without_secrets(&raw);
    }
    raw
}

fn watch_cursor(source: &str) -> String {
    format!("watch.{source}")
}
