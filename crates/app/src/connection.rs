//! A shop's two sides, ready to be used: credentials out of the vault, budgets, and the facts about the
//! shop that reading and writing need.

mod calendars;
mod facts;

pub(crate) use calendars::{CALENDARS, CalendarList};
pub(crate) use facts::{FACTS_COST, ShopFacts, patiently};

use crate::kept::Ground;
use crate::metrics::{Metrics, VendorMeter};
use crate::ports::Port;
use crate::sides::dry::{DryPort, Readings};
use crate::sides::highlevel::{DuplicateRule, HighLevelPort};
use crate::sides::mygadgetrepairs::MyGadgetRepairsPort;
use crate::{App, AppError, Requests};
use domain::{Lane, Side, Timestamp};
use http::{BudgetPolicy, Guard, Window};
use jiff::SignedDuration;
use jiff::tz::TimeZone;
use queue::StoredBudget;
use std::collections::BTreeMap;
use std::sync::Arc;
use store::{Shop, Store};
use tokio::sync::Notify;

/// A request waits so long for its turn. What waits longer is told, and waits where a webhook can interrupt it.
pub(crate) const BUDGET_PATIENCE: SignedDuration = SignedDuration::from_secs(2);

/// Both vendors' clients with their budgets.
#[derive(Clone)]
pub(crate) struct Clients {
    pub(crate) highlevel: highlevel::Client,
    pub(crate) mygadgetrepairs: mygadgetrepairs::Client,
    pub(crate) budgets: Budgets,
}

impl Clients {
    /// The same, whose requests can be kept back at the last moment.
    fn guarded(self, guard: Option<Guard>) -> Self {
        if guard.is_none() {
            return self;
        }
        Self {
            highlevel: self.highlevel.guarded(guard.clone()),
            mygadgetrepairs: self.mygadgetrepairs.guarded(guard),
            budgets: self.budgets,
        }
    }
}

/// Both budgets.
#[derive(Clone)]
pub(crate) struct Budgets {
    pub(crate) highlevel: Arc<StoredBudget>,
    pub(crate) mygadgetrepairs: Arc<StoredBudget>,
}

impl Budgets {
    fn asked(&self) -> Requests {
        Requests {
            highlevel: self.highlevel.asked(),
            mygadgetrepairs: self.mygadgetrepairs.asked(),
        }
    }
}

/// Both sides behind their ports, for history and for what just happened.
pub(crate) struct Connection {
    pub(crate) highlevel: Arc<dyn Port>,
    pub(crate) mygadgetrepairs: Arc<dyn Port>,
    live: [Arc<dyn Port>; 2],
    budgets: Budgets,
    /// What had been asked before this connection was opened.
    before: Requests,
    /// Rings when a webhook came for the shop.
    pub(crate) bell: Arc<Notify>,
    /// Rung when something was seen that flows may wait for.
    pub(crate) flows: Arc<Notify>,
    /// Whether nothing is written through it.
    pub(crate) is_dry: bool,
    metrics: Arc<Metrics>,
}

impl Connection {
    /// Requests sent since the connection was opened.
    pub(crate) fn requests(&self) -> Requests {
        let asked = self.budgets.asked();
        Requests {
            highlevel: asked.highlevel.saturating_sub(self.before.highlevel),
            mygadgetrepairs: asked
                .mygadgetrepairs
                .saturating_sub(self.before.mygadgetrepairs),
        }
    }

    /// Where writes are counted: none, where nothing is written.
    pub(crate) fn metrics(&self) -> Option<&Metrics> {
        (!self.is_dry).then_some(&*self.metrics)
    }

    /// Both budgets, HighLevel's first.
    pub(crate) fn budgets(&self) -> (&StoredBudget, &StoredBudget) {
        (&self.budgets.highlevel, &self.budgets.mygadgetrepairs)
    }

    /// How many requests may be sent to a side in a lane now, and when `wanted` may be sent one after the other;
    /// nothing said means now.
    pub(crate) async fn room(
        &self,
        side: Side,
        lane: Lane,
        wanted: u32,
    ) -> Result<(u32, Option<Timestamp>), AppError> {
        if self.is_dry {
            return Ok((u32::MAX, None));
        }
        let budget = match side {
            Side::HighLevel => &self.budgets.highlevel,
            Side::MyGadgetRepairs => &self.budgets.mygadgetrepairs,
        };
        Ok(budget.room(lane, wanted).await?)
    }

    /// A side, for work of the given urgency.
    pub(crate) fn on(&self, side: Side, lane: Lane) -> &dyn Port {
        match (side, lane) {
            (Side::HighLevel, Lane::Background) => &*self.highlevel,
            (Side::MyGadgetRepairs, Lane::Background) => &*self.mygadgetrepairs,
            (Side::HighLevel, _) => &*self.live[0],
            (Side::MyGadgetRepairs, _) => &*self.live[1],
        }
    }

    /// The same sides, but nothing is written through them. What was read into this copy of the store since it was
    /// made is not asked for again.
    pub(crate) fn dry(&self, copy: &Store, shop: &Shop, began: Timestamp) -> Self {
        let dry = |port: &Arc<dyn Port>| -> Arc<dyn Port> {
            let read = Readings::new(copy.clone(), shop.id, began);
            Arc::new(DryPort::new(Arc::clone(port), read))
        };
        let (highlevel, mygadgetrepairs) = (dry(&self.highlevel), dry(&self.mygadgetrepairs));
        Self {
            // One counter for the made-up ids of a side.
            live: [Arc::clone(&highlevel), Arc::clone(&mygadgetrepairs)],
            highlevel,
            mygadgetrepairs,
            budgets: self.budgets.clone(),
            before: self.before,
            bell: Arc::default(),
            flows: Arc::default(),
            is_dry: true,
            metrics: Arc::clone(&self.metrics),
        }
    }
}

impl App {
    /// The budget of one side of a shop.
    pub(crate) fn budget(&self, shop: &Shop, side: Side) -> Arc<StoredBudget> {
        Arc::new(StoredBudget::new(
            // It is kept beyond the work for which it is made.
            self.store.by_no_right(),
            shop.id,
            side,
            self.policy(side),
            Arc::clone(&self.context.clock),
            BUDGET_PATIENCE,
        ))
    }

    /// The rules of a side's budget. Only a sliver is kept for what just happened and for people, since nearly all
    /// of a small window is needed to finish a first run in time.
    pub(crate) fn policy(&self, side: Side) -> BudgetPolicy {
        let (mut policy, per_window) = match side {
            Side::HighLevel => (
                highlevel::budget_policy(
                    self.config.highlevel_per_10s.max(1),
                    self.config.highlevel_per_day.max(1),
                ),
                self.config.highlevel_per_10s,
            ),
            Side::MyGadgetRepairs => (
                mygadgetrepairs::limits::budget_policy(self.config.mygadgetrepairs_per_minute),
                self.config.mygadgetrepairs_per_minute,
            ),
        };
        if per_window == 0 {
            // Asked for explicitly, for twins without limits.
            policy.windows.clear();
            policy.day = None;
        }
        for window in &mut policy.windows {
            *window = Window {
                kept_for_interactive: 0,
                kept_for_live: 1,
                ..*window
            };
        }
        policy
    }

    /// Both vendors' clients for a shop: those kept from an earlier pass where nothing has changed since.
    pub(crate) async fn clients(
        &self,
        shop: &Shop,
        zone: &TimeZone,
        paging: &BTreeMap<String, mygadgetrepairs::PagingForm>,
    ) -> Result<Clients, AppError> {
        let credentials = self.credentials(shop).await?;
        self.clients_with(shop, credentials, zone, paging).await
    }

    /// Both sides' credentials as they lie in the store.
    async fn credentials(&self, shop: &Shop) -> Result<[String; 2], AppError> {
        Ok([
            self.sealed(shop, Side::HighLevel).await?,
            self.sealed(shop, Side::MyGadgetRepairs).await?,
        ])
    }

    async fn clients_with(
        &self,
        shop: &Shop,
        credentials: [String; 2],
        zone: &TimeZone,
        paging: &BTreeMap<String, mygadgetrepairs::PagingForm>,
    ) -> Result<Clients, AppError> {
        let ground = Ground {
            credentials,
            location: shop.location.clone(),
            zone: zone.iana_name().map(str::to_owned),
            paging: paging.clone(),
        };
        if let Some(clients) = self.kept.get(shop.id.0, &ground) {
            return Ok(clients.guarded(self.guard()));
        }
        let budgets = self.kept.budgets(shop.id.0, &ground);
        let budgets = budgets.unwrap_or_else(|| Budgets {
            highlevel: self.budget(shop, Side::HighLevel),
            mygadgetrepairs: self.budget(shop, Side::MyGadgetRepairs),
        });
        let clients = self.make_clients(shop, zone, paging, budgets).await?;
        self.kept.put(shop.id.0, ground, &clients);
        Ok(clients.guarded(self.guard()))
    }

    async fn make_clients(
        &self,
        shop: &Shop,
        zone: &TimeZone,
        paging: &BTreeMap<String, mygadgetrepairs::PagingForm>,
        budgets: Budgets,
    ) -> Result<Clients, AppError> {
        let tokens = self.crm_tokens(shop).await?;
        let key = self.counter_key(shop).await?;
        let mut config =
            highlevel::Config::new(self.config.highlevel_base.clone(), shop.location.clone());
        config.api_version = self
            .config
            .highlevel_version
            .parse()
            .map_err(|why: highlevel::ConfigError| AppError::Configuration(why.to_string()))?;
        config.meter = Some(VendorMeter::of(Side::HighLevel, &self.metrics));
        let highlevel = highlevel::Client::new(
            config,
            tokens,
            Arc::clone(&budgets.highlevel) as Arc<dyn http::Budget>,
            self.context.clone(),
        )
        .map_err(|why| AppError::Configuration(why.to_string()))?
        .with_lane(Lane::Background);
        let mut config = mygadgetrepairs::Config::new(self.config.mygadgetrepairs_base.clone());
        config.zone = zone.clone();
        config.paging.clone_from(paging);
        config.meter = Some(VendorMeter::of(Side::MyGadgetRepairs, &self.metrics));
        let mygadgetrepairs = mygadgetrepairs::Client::new(
            config,
            &key,
            Arc::clone(&budgets.mygadgetrepairs) as Arc<dyn http::Budget>,
            self.context.clone(),
        )
        .map_err(|error| AppError::Vendor(error.into()))?
        .in_lane(Lane::Background);
        Ok(Clients {
            highlevel,
            mygadgetrepairs,
            budgets,
        })
    }

    /// Connects a shop: clients, facts (read where they are missing or old), ports.
    pub(crate) async fn open(&self, shop: &Shop) -> Result<(Connection, ShopFacts), AppError> {
        let credentials = self.credentials(shop).await?;
        let clients = self
            .clients_with(shop, credentials.clone(), &TimeZone::UTC, &BTreeMap::new())
            .await?;
        let before = clients.budgets.asked();
        let facts = self.facts(shop, &clients, false).await?;
        // Days in filters are the shop's days.
        let (zone, paging) = (&facts.setting.zone, &facts.capabilities.paging);
        let clients = self.clients_with(shop, credentials, zone, paging).await?;
        Ok((self.connection(shop, &clients, &facts, before), facts))
    }

    fn connection(
        &self,
        shop: &Shop,
        clients: &Clients,
        facts: &ShopFacts,
        before: Requests,
    ) -> Connection {
        let (highlevel, mygadgetrepairs) = self.ports(clients, facts, Lane::Background);
        let live = self.ports(clients, facts, Lane::Live);
        Connection {
            highlevel,
            mygadgetrepairs,
            live: [live.0, live.1],
            budgets: clients.budgets.clone(),
            before,
            bell: self.calls.of(shop.id.0),
            flows: self.calls.of_flows(shop.id.0),
            is_dry: false,
            metrics: Arc::clone(&self.metrics),
        }
    }

    fn ports(
        &self,
        clients: &Clients,
        facts: &ShopFacts,
        lane: Lane,
    ) -> (Arc<dyn Port>, Arc<dyn Port>) {
        let guards = |key: &str| {
            !facts.location.allows_duplicates
                && facts
                    .location
                    .unique_identifiers
                    .iter()
                    .any(|one| one == key)
        };
        let duplicates = DuplicateRule {
            by_email: guards("email"),
            by_phone: guards("phone"),
        };
        let highlevel = HighLevelPort::new(clients.highlevel.with_lane(lane), duplicates)
            .with_users(facts.users.clone())
            .with_diary(facts.diary(&self.context.clock));
        let mygadgetrepairs = MyGadgetRepairsPort::new(
            clients.mygadgetrepairs.in_lane(lane),
            facts.setting.zone.clone(),
            |list| facts.capabilities.has_feed(list),
        );
        (Arc::new(highlevel), Arc::new(mygadgetrepairs))
    }
}
