//! How a shop is doing.

use crate::{Agreement, App, AppError, Cost, FlowsStanding};
use domain::{Kind, Side, Timestamp};
use http::BudgetPolicy;
use schemars::JsonSchema;
use serde::Serialize;
use std::collections::BTreeMap;
use store::{IntentState, RecordState, ReviewKind, Shop};

/// `status NAME --json`.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Status {
    /// The shop's name.
    pub shop: String,
    /// In one word.
    pub health: Health,
    /// Why it is not `ok`, in sentences.
    pub reasons: Vec<String>,
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
    /// Requests left today.
    pub day_left: Option<u32>,
}

/// Of MyGadgetRepairs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct MyGadgetRepairsBudget {
    /// Requests left in the window of a minute; nothing where we keep no ceiling.
    pub window_left: Option<u32>,
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
        let mut all = Vec::new();
        for shop in self.store.shops().await? {
            all.push(self.status_of(&shop).await?);
        }
        Ok(all)
    }

    async fn status_of(&self, shop: &Shop) -> Result<Status, AppError> {
        let mut agreement = Agreement::default();
        let mut linked = BTreeMap::new();
        let mut held = 0;
        for kind in [Kind::Contact, Kind::Task, Kind::Appointment] {
            let totals = self.store.link_totals(shop.id, kind).await?;
            agreement.fields += totals.fields;
            agreement.agree += totals.agree;
            held += totals.held;
            linked.insert(kind.as_str().to_owned(), totals.links);
        }
        let mut backlog = self.store.count_unsettled(shop.id).await?;
        let mut failed = 0;
        let mut held_reason = None;
        for (_, _, _, state, count) in self.store.count_intents(shop.id).await? {
            match state {
                IntentState::Failed => failed += count,
                IntentState::Held => {
                    held += count;
                    let first = self
                        .store
                        .intents(shop.id, IntentState::Held, None, 1)
                        .await?;
                    held_reason = first.into_iter().next().and_then(|intent| intent.message);
                }
                _ => backlog += count,
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
        let last = self.store.runs(shop.id, 1).await?.into_iter().next();
        let remaining = self
            .remaining(shop, last.as_ref().map(|run| run.id))
            .await?;
        let mut status = Status {
            shop: shop.name.clone(),
            health: Health::Ok,
            reasons: Vec::new(),
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
            last_run: last.as_ref().map(|run| LastRun {
                started_at: run.started_at,
                finished_at: run.finished_at,
                phase: run.phase.clone(),
            }),
            remaining,
        };
        let notes = crate::pass::notes::home::held(&self.store, shop).await?;
        status.held += notes.as_ref().map_or(0, |(held, _)| *held);
        let held_reason = held_reason.or(notes.map(|(_, reason)| reason));
        self.judge_health(shop, &mut status, held_reason, waiting)
            .await?;
        Ok(status)
    }

    async fn judge_health(
        &self,
        shop: &Shop,
        status: &mut Status,
        held_reason: Option<String>,
        waiting: u64,
    ) -> Result<(), AppError> {
        let name = &shop.name;
        let mut reasons = Vec::new();
        for side in Side::BOTH {
            if !self.is_connected(shop, side).await? {
                status.health = Health::Stopped;
                reasons.push(format!(
                    "{} is not connected (`repairbridge connect {side} {name}`)",
                    side.title()
                ));
            }
        }
        reasons.extend(self.installation_reasons(shop).await?);
        if shop.paused {
            status.health = Health::Stopped;
            reasons.push(format!(
                "syncing is paused (`repairbridge shop resume {name}`)"
            ));
        }
        if let Some(until) = status.budget.mygadgetrepairs.blocked_until {
            reasons.push(format!("MyGadgetRepairs is left alone until {until}"));
        }
        if status.review > 0 {
            reasons.push(format!(
                "{} people need a decision (`repairbridge review {name}`)",
                status.review
            ));
        }
        if status.conflicts > 0 {
            reasons.push(format!(
                "{} values were changed on both sides (`repairbridge review {name}`)",
                status.conflicts
            ));
        }
        if status.failed > 0 {
            reasons.push(format!(
                "{} writes were refused (`repairbridge retry {name}`)",
                status.failed
            ));
        }
        reasons.extend(status.flows.reasons(name));
        if let Some(reason) = crate::pass::listen::stopped(&self.store, shop.id).await? {
            reasons.push(reason);
        }
        if let Some(reason) = crate::pass::tasks_rest::rested(&self.store, shop.id).await? {
            reasons.push(reason);
        }
        if let Some(reason) = crate::pass::appointments::rested(&self.store, shop.id).await? {
            reasons.push(reason);
        }
        if let Some(reason) = held_reason.filter(|reason| !reasons.contains(reason)) {
            reasons.push(reason);
        }
        if waiting > 0 {
            reasons.push(format!(
                "{waiting} tasks, tickets and appointments wait for their person to be decided"
            ));
        }
        if status
            .last_run
            .as_ref()
            .is_some_and(|run| run.phase == "failed")
        {
            reasons.push(format!(
                "the last run failed; `repairbridge check {name}` finds why"
            ));
        }
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
            day_left: policy
                .day
                .map(|all| all.requests.saturating_sub(day.unwrap_or(0))),
        };
        let right = self.budget(shop, Side::MyGadgetRepairs);
        let (state, policy) = right.look().await?;
        let (used, _) = state.used(now, policy);
        let mygadgetrepairs = MyGadgetRepairsBudget {
            window_left: window(policy).map(|all| all.saturating_sub(used)),
            blocked_until: state.paused(now).map(|pause| pause.until),
        };
        Ok(BudgetStatus {
            highlevel,
            mygadgetrepairs,
        })
    }
}

fn window(policy: &BudgetPolicy) -> Option<u32> {
    policy.windows.first().map(|window| window.requests)
}
