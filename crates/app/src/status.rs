//! How a shop is doing.

use crate::{Agreement, App, AppError, Cost, FlowsStanding};
use domain::{Kind, Side, Timestamp};
use http::BudgetPolicy;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value as Json;
use std::collections::BTreeMap;
use store::{IntentState, Looking, RecordState, ReviewKind, RunRow, Shop};

/// So many shops are read at once: what is held of them is bounded, and the statements for each of them are few.
pub(crate) const AT_A_GLANCE: usize = 100;

/// Runs among which is the last that ended: beside it at most one is going on, and one that a crash cut off.
const LOOKED_AT: u32 = 4;

/// `status NAME --json`.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Status {
    /// The shop's name.
    pub shop: String,
    /// In one word.
    pub health: Health,
    /// Why it is not `ok`, in sentences, with the command that mends it.
    pub reasons: Vec<String>,
    /// The same for programs that show a place where it is mended instead of a command.
    pub needs: Vec<Need>,
    /// Seconds since each side was last read.
    pub lag_seconds: Sides<i64>,
    /// Writes and decisions that are still to be done.
    pub backlog: u64,
    /// What may still be asked of each vendor.
    pub budget: BudgetStatus,
    /// How far linked records agree.
    pub agreement: Agreement,
    /// Questions about people.
    pub review: u64,
    /// Questions about values.
    pub conflicts: u64,
    /// Held back with a reason.
    pub held: u64,
    /// Refused for good.
    pub failed: u64,
    /// How its flows stand.
    pub flows: FlowsStanding,
    /// Webhooks: how many came, and how many changes they did not tell of.
    pub webhooks: Webhooks,
    /// Linked pairs by kind.
    pub linked: BTreeMap<String, u64>,
    /// Known records by side and kind.
    pub records: BTreeMap<String, u64>,
    /// How the last run ended.
    pub last_run: Option<LastRun>,
    /// What the writes that are decided will cost, and when they are done; nothing where none waits.
    pub remaining: Option<Cost>,
}

/// Something that a person has to look at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Need {
    /// What it is about.
    pub code: NeedCode,
    /// What is wrong, without a command.
    pub says: String,
    /// How many there are, where they are counted.
    pub count: Option<u64>,
}

/// What a person has to look at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum NeedCode {
    /// HighLevel has no credentials.
    NotConnectedHighlevel,
    /// MyGadgetRepairs has none.
    NotConnectedMygadgetrepairs,
    /// The connection to HighLevel ends, or has ended.
    Installation,
    /// Syncing is paused.
    Paused,
    /// MyGadgetRepairs is left alone for a while.
    Blocked,
    /// People need a decision.
    Review,
    /// Values were changed on both sides.
    Conflicts,
    /// Writes were refused.
    Failed,
    /// Flows stopped, ask, wait or failed.
    Flows,
    /// Messages followed what was written.
    Messages,
    /// Tasks or appointments rest, since they may not be read.
    Rested,
    /// Writes are held back.
    Held,
    /// Work waits for its person to be decided.
    Waiting,
    /// The last run failed.
    LastRun,
}

/// In one word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Health {
    /// All is well.
    Ok,
    /// Something waits for a person.
    Attention,
    /// Nothing is being synced.
    Stopped,
}

/// One value per side.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(rename = "SidesOf{T}")]
pub struct Sides<T> {
    /// HighLevel's.
    pub highlevel: T,
    /// MyGadgetRepairs'.
    pub mygadgetrepairs: T,
}

/// What may still be asked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct BudgetStatus {
    /// Of HighLevel.
    pub highlevel: HighLevelBudget,
    /// Of MyGadgetRepairs.
    pub mygadgetrepairs: MyGadgetRepairsBudget,
}

/// Of HighLevel.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct HighLevelBudget {
    /// Requests left in the window of ten seconds; nothing where we keep no ceiling.
    pub window_left: Option<u32>,
    /// Requests that the window holds.
    pub window: Option<u32>,
    /// Requests left today.
    pub day_left: Option<u32>,
    /// Requests that a day holds.
    pub day: Option<u32>,
    /// Until when nothing is asked at all; measured, and not part of the status.
    #[serde(skip)]
    pub blocked_until: Option<Timestamp>,
}

/// Of MyGadgetRepairs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct MyGadgetRepairsBudget {
    /// Requests left in the window of a minute; nothing where we keep no ceiling.
    pub window_left: Option<u32>,
    /// Requests that the window holds.
    pub window: Option<u32>,
    /// Until when nothing is asked at all.
    #[schemars(with = "Option<String>")]
    pub blocked_until: Option<Timestamp>,
}

/// Webhooks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, JsonSchema)]
pub struct Webhooks {
    /// Received and looked at.
    pub received: u64,
    /// Share of the changes that no webhook told of: polls found them.
    pub lost_rate: f64,
    /// When the last one came.
    #[schemars(with = "Sides<Option<String>>")]
    pub last_at: Sides<Option<Timestamp>>,
}

/// How the last run ended.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct LastRun {
    /// When it began.
    #[schemars(with = "String")]
    pub started_at: Timestamp,
    /// When it ended.
    #[schemars(with = "Option<String>")]
    pub finished_at: Option<Timestamp>,
    /// What it is doing, or how it ended.
    pub phase: String,
}

impl App {
    /// How a shop is doing. Asks nothing of the vendors.
    ///
    /// # Errors
    /// When there is no such shop.
    pub async fn status(&self, name: &str) -> Result<Status, AppError> {
        let shop = self.shop(name).await?;
        self.status_of(&shop).await
    }

    /// How every shop is doing.
    ///
    /// # Errors
    /// When the store refuses.
    pub async fn status_all(&self) -> Result<Vec<Status>, AppError> {
        let all = self.shops_with_status().await?;
        Ok(all.into_iter().map(|(_, status)| status).collect())
    }

    /// Every shop with how it is doing. Reads many shops at once.
    ///
    /// # Errors
    /// When the store refuses.
    pub async fn shops_with_status(&self) -> Result<Vec<(Shop, Status)>, AppError> {
        let shops = self.store.shops().await?;
        let mut all = Vec::with_capacity(shops.len());
        for some in shops.chunks(AT_A_GLANCE) {
            let (app, there) = self.at_a_glance(some).await?;
            for shop in there {
                all.push((shop.clone(), app.status_of(shop).await?));
            }
        }
        Ok(all)
    }

    /// The application as it sees these shops at this moment, and which of them are there still. For a look, and not to
    /// be kept.
    pub(crate) async fn at_a_glance<'s>(
        &self,
        shops: &'s [Shop],
    ) -> Result<(Self, Vec<&'s Shop>), AppError> {
        let looking = Looking {
            shops,
            runs: LOOKED_AT,
            failed_since: self.lately(),
        };
        let (store, there) = self.store.at_a_glance(looking).await?;
        let app = Self {
            store,
            ..self.clone()
        };
        let there = shops.iter().filter(|shop| there.contains(&shop.id));
        Ok((app, there.collect()))
    }

    pub(crate) async fn status_of(&self, shop: &Shop) -> Result<Status, AppError> {
        let mut agreement = Agreement::default();
        let mut linked = BTreeMap::new();
        let mut held = 0;
        let of_kinds = self.store.link_totals(shop.id).await?;
        for kind in [Kind::Contact, Kind::Task, Kind::Appointment] {
            let totals = of_kinds.get(&kind).copied().unwrap_or_default();
            agreement.fields += totals.fields;
            agreement.agree += totals.agree;
            held += totals.held;
            linked.insert(kind.as_str().to_owned(), totals.links);
        }
        let mut backlog = self.store.count_unsettled(shop.id).await?;
        let mut failed = 0;
        let mut held_reason = None;
        for one in self.store.count_intents(shop.id).await? {
            match one.state {
                IntentState::Failed => failed += one.count,
                IntentState::Held => {
                    held += one.count;
                    let first = self
                        .store
                        .intents(shop.id, IntentState::Held, None, 1)
                        .await?;
                    held_reason = first.into_iter().next().and_then(|intent| intent.message);
                }
                _ => backlog += one.count,
            }
        }
        let reviews: BTreeMap<&str, u64> = self
            .store
            .count_reviews(shop.id)
            .await?
            .into_iter()
            .map(|(what, count)| (what.as_str(), count))
            .collect();
        let of = |what: ReviewKind| reviews.get(what.as_str()).copied().unwrap_or(0);
        let records = self
            .store
            .count_records(shop.id)
            .await?
            .into_iter()
            .map(|(side, kind, count)| (format!("{side}.{}", kind.name_on(side)), count))
            .collect();
        let waiting: u64 = self
            .store
            .count_waiting(shop.id)
            .await?
            .into_iter()
            .filter(|(_, _, state, _)| *state == RecordState::WaitsForParent)
            .map(|(_, _, _, count)| count)
            .sum();
        let runs = self.store.runs(shop.id, LOOKED_AT).await?;
        let ended = runs.iter().find(|run| run.finished_at.is_some());
        let last = runs.first();
        let remaining = self.remaining(shop, last.map(|run| run.id)).await?;
        let mut status = Status {
            shop: shop.name.clone(),
            health: Health::Ok,
            reasons: Vec::new(),
            needs: Vec::new(),
            lag_seconds: Sides {
                highlevel: self.lag(shop, Side::HighLevel).await?,
                mygadgetrepairs: self.lag(shop, Side::MyGadgetRepairs).await?,
            },
            backlog,
            budget: self.budget_status(shop).await?,
            agreement,
            review: of(ReviewKind::Match),
            conflicts: of(ReviewKind::Conflict),
            held,
            failed,
            flows: self.flows_standing(shop).await?,
            webhooks: self.webhooks(shop).await?,
            linked,
            records,
            last_run: last.map(|run| LastRun {
                started_at: run.started_at,
                finished_at: run.finished_at,
                phase: run.phase.clone(),
            }),
            remaining,
        };
        let notes = crate::pass::notes::home::held(&self.store, shop).await?;
        status.held += notes.as_ref().map_or(0, |(held, _)| *held);
        let held_reason = held_reason.or(notes.map(|(_, reason)| reason));
        self.judge_health(shop, &mut status, held_reason, waiting, ended)
            .await?;
        Ok(status)
    }

    async fn judge_health(
        &self,
        shop: &Shop,
        status: &mut Status,
        held_reason: Option<String>,
        waiting: u64,
        ended: Option<&RunRow>,
    ) -> Result<(), AppError> {
        let name = &shop.name;
        let mut told = Told::default();
        for side in Side::BOTH {
            if !self.is_connected(shop, side).await? {
                status.health = Health::Stopped;
                let code = match side {
                    Side::HighLevel => NeedCode::NotConnectedHighlevel,
                    Side::MyGadgetRepairs => NeedCode::NotConnectedMygadgetrepairs,
                };
                let says = format!("{} is not connected", side.title());
                let mend = format!("repairbridge connect {side} {name}");
                told.with_command(code, says, None, &mend);
            }
        }
        for reason in self.installation_reasons(shop).await? {
            told.tell(NeedCode::Installation, reason);
        }
        if shop.paused {
            status.health = Health::Stopped;
            let mend = format!("repairbridge shop resume {name}");
            told.with_command(
                NeedCode::Paused,
                "syncing is paused".to_owned(),
                None,
                &mend,
            );
        }
        if let Some(until) = status.budget.mygadgetrepairs.blocked_until {
            let says = format!("MyGadgetRepairs is left alone until {until}");
            told.tell(NeedCode::Blocked, says);
        }
        let review = format!("repairbridge review {name}");
        let retry = format!("repairbridge retry {name}");
        for (code, count, what, mend) in [
            (
                NeedCode::Review,
                status.review,
                "people need a decision",
                &review,
            ),
            (
                NeedCode::Conflicts,
                status.conflicts,
                "values were changed on both sides",
                &review,
            ),
            (
                NeedCode::Failed,
                status.failed,
                "writes were refused",
                &retry,
            ),
        ] {
            if count > 0 {
                told.with_command(code, format!("{count} {what}"), Some(count), mend);
            }
        }
        for reason in status.flows.reasons(name) {
            told.tell(NeedCode::Flows, reason);
        }
        if let Some(reason) = crate::pass::listen::stopped(&self.store, shop.id).await? {
            told.tell(NeedCode::Messages, reason);
        }
        if let Some(reason) = crate::pass::tasks_rest::rested(&self.store, shop.id).await? {
            told.tell(NeedCode::Rested, reason);
        }
        if let Some(reason) = crate::pass::appointments::rested(&self.store, shop.id).await? {
            told.tell(NeedCode::Rested, reason);
        }
        if let Some(reason) = held_reason.filter(|reason| !told.reasons.contains(reason)) {
            told.tell(NeedCode::Held, reason);
            told.count(status.held);
        }
        if waiting > 0 {
            told.tell(
                NeedCode::Waiting,
                format!(
                    "{waiting} tasks, tickets and appointments wait for their person to be decided"
                ),
            );
            told.count(waiting);
        }
        if let Some(run) = ended.filter(|run| run.phase == "failed") {
            let why = run.summary.pointer("/reasons/0").and_then(Json::as_str);
            let says = match why {
                Some(why) => format!("the last run failed: {why}"),
                None => "the last run failed".to_owned(),
            };
            let mend = format!("repairbridge check {name}");
            told.with_command(NeedCode::LastRun, says, None, &mend);
        }
        let Told { reasons, needs } = told;
        status.needs = needs;
        if status.health == Health::Ok && !reasons.is_empty() {
            status.health = Health::Attention;
        }
        status.reasons = reasons;
        Ok(())
    }

    /// What came of a shop's webhooks.
    ///
    /// # Errors
    /// When the store refuses.
    pub async fn webhooks(&self, shop: &Shop) -> Result<Webhooks, AppError> {
        let left = self
            .store
            .counts_of_webhooks(shop.id, Side::HighLevel)
            .await?;
        let right = self
            .store
            .counts_of_webhooks(shop.id, Side::MyGadgetRepairs)
            .await?;
        let missed = left.missed + right.missed;
        let all = missed + left.told + right.told;
        Ok(Webhooks {
            received: left.received + right.received,
            lost_rate: if all == 0 {
                0.0
            } else {
                missed as f64 / all as f64
            },
            last_at: Sides {
                highlevel: left.last_at,
                mygadgetrepairs: right.last_at,
            },
        })
    }

    /// Seconds since a side was last read.
    async fn lag(&self, shop: &Shop, side: Side) -> Result<i64, AppError> {
        let newest = self
            .store
            .cursor(shop.id, &format!("seen.{side}"))
            .await?
            .map(|row| row.at);
        Ok(newest.map_or(0, |at| (self.now().as_second() - at.as_second()).max(0)))
    }

    async fn budget_status(&self, shop: &Shop) -> Result<BudgetStatus, AppError> {
        let now = self.now();
        let left = self.budget(shop, Side::HighLevel);
        let (state, policy) = left.look().await?;
        let (used, day) = state.used(now, policy);
        let highlevel = HighLevelBudget {
            window_left: window(policy).map(|all| all.saturating_sub(used)),
            window: window(policy),
            day_left: policy
                .day
                .map(|all| all.requests.saturating_sub(day.unwrap_or(0))),
            day: policy.day.map(|all| all.requests),
            blocked_until: state.paused(now).map(|pause| pause.until),
        };
        let right = self.budget(shop, Side::MyGadgetRepairs);
        let (state, policy) = right.look().await?;
        let (used, _) = state.used(now, policy);
        let mygadgetrepairs = MyGadgetRepairsBudget {
            window_left: window(policy).map(|all| all.saturating_sub(used)),
            window: window(policy),
            blocked_until: state.paused(now).map(|pause| pause.until),
        };
        Ok(BudgetStatus {
            highlevel,
            mygadgetrepairs,
        })
    }
}

/// What is told of a shop, for people at a command line and for those at the dashboard.
#[derive(Default)]
struct Told {
    reasons: Vec<String>,
    needs: Vec<Need>,
}

impl Told {
    fn need(&mut self, code: NeedCode, says: String, count: Option<u64>) {
        self.needs.push(Need { code, says, count });
    }

    /// The same for both.
    fn tell(&mut self, code: NeedCode, says: String) {
        self.reasons.push(says.clone());
        self.need(code, says, None);
    }

    fn with_command(&mut self, code: NeedCode, says: String, count: Option<u64>, command: &str) {
        self.reasons.push(format!("{says} (`{command}`)"));
        self.need(code, says, count);
    }

    /// How many there are of what was told last.
    fn count(&mut self, count: u64) {
        if let Some(last) = self.needs.last_mut() {
            last.count = Some(count);
        }
    }
}

fn window(policy: &BudgetPolicy) -> Option<u32> {
    policy.windows.first().map(|window| window.requests)
}
