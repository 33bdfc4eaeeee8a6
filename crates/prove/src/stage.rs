//! Where a schedule is played: twins, a database of its own, and the engine, all on one thread.

use crate::clock::{Cut, ScheduleClock, SeededRandomness};
use crate::draw::{Diaries, Schedule};
use crate::people::People;
use crate::{Setting, Trouble};
use app::{App, AppConfig, AppError, Concurrency, NewShop, ProgressBoard, SyncOptions, Tally};
use domain::{Clock, Context, Side, Timestamp};
use futures::FutureExt;
use mapping::Rules;
use secrecy::SecretString;
use std::future::poll_fn;
use std::panic::AssertUnwindSafe;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::Arc;
use std::task::Poll;
use store::{Shop, SimulatedLeases, Store};
use tempfile::TempDir;
use twin::shop::{MadeUpShop, ShopSettings};
use twin::{FaultProfile, LoggedRequest, RunningTwins, TwinOptions, Vendor};
use vault::{MasterKey, Vault};

pub(crate) const SHOP: &str = "main";
/// The calendar of the way back: people may be booked in it without a member of staff.
const BACK: &str = "Repair while you wait";
/// Seconds after which a node that is not heard of is taken for dead.
const TAKEN_FOR_DEAD: i64 = 7;
/// A Tuesday morning, in winter time; a schedule seldom lasts more than a few days.
const BEGINNING: &str = "2026-03-03T09:00:00Z";

/// The folder in which schedules have their databases, with a migrated one to begin from.
#[derive(Debug)]
pub(crate) struct Arena {
    folder: TempDir,
}

impl Arena {
    /// In memory where the system has such a place.
    pub(crate) fn open() -> Result<Self, Trouble> {
        let memory = Path::new("/dev/shm");
        let made = if memory.is_dir() {
            tempfile::tempdir_in(memory).or_else(|_| tempfile::tempdir())
        } else {
            tempfile::tempdir()
        };
        let folder = made.map_err(|why| Trouble::Folder(why.to_string()))?;
        let arena = Self { folder };
        let template = arena.template();
        runtime()?.block_on(async {
            let store = Store::open(&format!("sqlite://{}", template.display())).await?;
            store.close().await;
            Ok::<(), Trouble>(())
        })?;
        Ok(arena)
    }

    fn template(&self) -> PathBuf {
        self.folder.path().join("template.db")
    }

    fn place(&self) -> Result<TempDir, Trouble> {
        let wrong = |why: std::io::Error| Trouble::Folder(why.to_string());
        let place = tempfile::tempdir_in(self.folder.path()).map_err(wrong)?;
        std::fs::copy(self.template(), place.path().join("prove.db")).map_err(wrong)?;
        Ok(place)
    }
}

/// One thread, on which everything happens one after the other.
pub(crate) fn runtime() -> Result<tokio::runtime::Runtime, Trouble> {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|why| Trouble::Folder(why.to_string()))
}

/// How a pass ended.
pub(crate) enum End {
    /// By itself.
    Done(Result<Box<Tally>, AppError>),
    /// Cut off.
    Cut(Cut),
    /// It panicked.
    Panic(String),
}

pub(crate) struct Stage {
    pub(crate) twins: RunningTwins,
    pub(crate) clock: ScheduleClock,
    pub(crate) app: App,
    pub(crate) people: People,
    pub(crate) shop: Shop,
    context: Context,
    config: AppConfig,
    place: TempDir,
    leases: SimulatedLeases,
}

/// A pass of a node that is frozen, and the node's store.
pub(crate) struct Frozen {
    pass: Pin<Box<dyn Future<Output = End>>>,
    store: Store,
    /// When what it has asked arrives.
    arrival: Timestamp,
}

impl Stage {
    /// A shop as the schedule wants it, connected, with nothing synced.
    pub(crate) async fn set(
        arena: &Arena,
        schedule: &Schedule,
        setting: &Setting,
    ) -> Result<Self, Trouble> {
        let beginning: Timestamp = BEGINNING.parse().unwrap_or(Timestamp::UNIX_EPOCH);
        let clock = ScheduleClock::starting(beginning);
        let mut options = TwinOptions::new(schedule.seed, schedule.customers);
        options.clock = clock.for_twins();
        options.highlevel = schedule.highlevel.clone();
        options.mygadgetrepairs = schedule.mygadgetrepairs.clone();
        let country = setting.country.clone().unwrap_or_else(|| "GB".to_owned());
        let mut settings = ShopSettings {
            country,
            tasks_per_contact: 0.5,
            ..ShopSettings::new(
                schedule.seed,
                schedule.customers,
                schedule.contacts,
                beginning,
            )
        };
        if schedule.diaries != Diaries::Empty {
            settings.appointments_per_customer = 0.5;
            settings.appointments_per_contact = 0.5;
        }
        let made_up = MadeUpShop::with(settings);
        let twins = twin::start_with(options, made_up).await?;
        clock.knows(Box::new(twins.under_way()));
        let mut config = AppConfig::standard().map_err(|why| Trouble::Folder(why.to_string()))?;
        config.highlevel_base = address(&twins.highlevel_url())?;
        config.mygadgetrepairs_base = address(&twins.mygadgetrepairs_url())?;
        config.concurrency = Concurrency::Sequential;
        let key = twins.highlevel().webhooks().public_key.spki;
        config.webhook_keys =
            app::webhook_keys(&[key], false).map_err(|why| Trouble::Folder(why.to_string()))?;
        if !schedule.limits {
            config.highlevel_per_10s = 0;
            config.mygadgetrepairs_per_minute = 0;
        }
        let context = Context {
            clock: Arc::new(clock.clone()),
            randomness: Arc::new(SeededRandomness::new(schedule.seed)),
        };
        let place = arena.place()?;
        clock.begin(None);
        let leases = SimulatedLeases::default();
        let app = assemble(place.path(), &config, &context, &leases).await?;
        let shop = app
            .add_shop(&NewShop {
                name: SHOP.to_owned(),
                location: twins.location_id().to_owned(),
                zone: setting.zone.clone(),
                country: setting.country.clone(),
            })
            .await?;
        match &setting.rules {
            Some(rules) => app.set_rules(SHOP, rules).await?,
            None if schedule.diaries == Diaries::Both => {
                let mut rules = Rules::default();
                rules.appointments.back = BACK.to_owned();
                app.set_rules(SHOP, &rules).await?;
            }
            None => {}
        }
        let people = People::of(&twins, beginning);
        let stage = Self {
            twins,
            clock,
            app,
            people,
            shop,
            context,
            config,
            place,
            leases,
        };
        for side in Side::BOTH {
            stage.enter_key(side).await?;
        }
        if let Some(pushing) = &schedule.pushing {
            stage.push(pushing).await?;
        }
        Ok(stage)
    }

    /// A start from the disk, as after a crash.
    pub(crate) async fn restart(&mut self) -> Result<(), Trouble> {
        self.clock.begin(None);
        let old = self.another_node().await?;
        old.store().clone().close().await;
        Ok(())
    }

    /// Another node goes on; answers the former one.
    async fn another_node(&mut self) -> Result<App, Trouble> {
        self.clock.begin(None);
        let place = self.place.path();
        let app = assemble(place, &self.config, &self.context, &self.leases).await?;
        Ok(std::mem::replace(&mut self.app, app))
    }

    /// A pass that stops in the middle, after so many looks at the time, while a request of it is under way: then it
    /// is in no transaction. That one arrives so many seconds late. It loses what it holds, and another node stands
    /// ready. Or how it ended before that.
    pub(crate) async fn frozen_pass(
        &mut self,
        options: SyncOptions,
        sweep: bool,
        at: u64,
        late: i64,
    ) -> Result<Result<Frozen, End>, Trouble> {
        self.clock.begin(None);
        let app = self.app.clone();
        let store = app.store().clone();
        let mut pass: Pin<Box<dyn Future<Output = End>>> =
            Box::pin(async move { ended(one_pass(&app, options, sweep)).await });
        let mut known = self.requests();
        let mut arrival = None;
        let end = poll_fn(|context| {
            // What was asked since it was last its turn was asked by it.
            if arrival.is_some() && self.requests() > known {
                return Poll::Ready(None);
            }
            if arrival.is_none() && self.clock.looks() >= at {
                arrival = Some(self.hold(late));
            }
            if let Poll::Ready(end) = pass.as_mut().poll(context) {
                return Poll::Ready(Some(end));
            }
            known = self.requests();
            context.waker().wake_by_ref();
            Poll::Pending
        })
        .await;
        self.nothing_more_is_held();
        if let Some(end) = end {
            self.clock.begin(None);
            return Ok(Err(end));
        }
        let arrival = arrival.unwrap_or_else(|| self.clock.look());
        if late == 0 {
            self.clock.awaits_answers().await;
        }
        self.leases.expire();
        self.clock.pass(TAKEN_FOR_DEAD);
        self.another_node().await?;
        Ok(Ok(Frozen {
            pass,
            store,
            arrival,
        }))
    }

    /// What is asked from now on arrives so many seconds from now; answers when.
    fn hold(&self, seconds: i64) -> Timestamp {
        let arrival = self.clock.holds_up(seconds);
        for side in Side::BOTH {
            let vendor = vendor(side);
            self.twins.set_arrival(vendor, arrival.as_millisecond());
        }
        arrival
    }

    /// What is asked from now on arrives at once; what is held already arrives when it was to.
    fn nothing_more_is_held(&self) {
        for side in Side::BOTH {
            self.twins.set_arrival(vendor(side), 0);
        }
    }

    /// Lets a frozen node go on to its end, once what it asked has arrived.
    pub(crate) async fn thaw(&self, frozen: Frozen) -> End {
        self.clock.sleep_until(frozen.arrival).await;
        self.clock.awaits_answers().await;
        self.clock.begin(None);
        let end = frozen.pass.await;
        self.clock.begin(None);
        frozen.store.close().await;
        end
    }

    /// A pass, or a complete reading; it may die on its way.
    pub(crate) async fn pass(
        &self,
        options: SyncOptions,
        sweep: bool,
        dies_at: Option<u64>,
    ) -> End {
        self.clock.begin(dies_at);
        let end = ended(one_pass(&self.app, options, sweep)).await;
        self.clock.begin(None);
        end
    }

    /// A person enters a key that works.
    pub(crate) async fn enter_key(&self, side: Side) -> Result<(), Trouble> {
        self.clock.begin(None);
        let key = match side {
            Side::HighLevel => self.twins.token().to_owned(),
            Side::MyGadgetRepairs => self.twins.key(),
        };
        Ok(self
            .app
            .connect(SHOP, side, &SecretString::from(key))
            .await?)
    }

    /// The key that we have stops working.
    pub(crate) async fn lose_key(&self, side: Side) -> Result<(), Trouble> {
        match side {
            // A revoked token is answered like one that never was.
            Side::HighLevel => {
                self.clock.begin(None);
                let gone = SecretString::from("pit-revoked");
                self.app.connect(SHOP, side, &gone).await?;
            }
            Side::MyGadgetRepairs => {
                let twin = self.twins.mygadgetrepairs();
                let mut settings = twin.settings();
                settings.api_key.push('x');
                twin.set_settings(settings);
            }
        }
        Ok(())
    }

    /// How the line to a vendor is. Nothing takes real time: what comes late is part of the schedule.
    pub(crate) fn line(&self, side: Side, profile: FaultProfile) {
        let profile = FaultProfile {
            slow: 0.0,
            ..profile
        };
        self.twins.set_faults(vendor(side), profile);
        self.twins.set_offline(vendor(side), false);
    }

    /// How many requests arrived at the vendors.
    pub(crate) fn requests(&self) -> u64 {
        let of = |side| self.twins.requests(vendor(side));
        Side::BOTH.into_iter().map(of).sum()
    }

    /// What a vendor was asked.
    pub(crate) fn asked(&self, side: Side) -> Vec<LoggedRequest> {
        self.twins.log(vendor(side), 0, usize::MAX)
    }
}

pub(crate) const fn vendor(side: Side) -> Vendor {
    match side {
        Side::HighLevel => Vendor::HighLevel,
        Side::MyGadgetRepairs => Vendor::MyGadgetRepairs,
    }
}

async fn one_pass(app: &App, options: SyncOptions, sweep: bool) -> Result<Tally, AppError> {
    let board = ProgressBoard::default();
    if sweep {
        app.sweep(SHOP, &board).await
    } else {
        app.sync(SHOP, options, &board).await
    }
}

/// How a pass ends, whatever happens in it.
async fn ended(pass: impl Future<Output = Result<Tally, AppError>>) -> End {
    match AssertUnwindSafe(pass).catch_unwind().await {
        Ok(outcome) => End::Done(outcome.map(Box::new)),
        Err(payload) => match payload.downcast::<Cut>() {
            Ok(cut) => End::Cut(*cut),
            Err(other) => {
                let text = other
                    .downcast_ref::<&str>()
                    .map(|text| (*text).to_owned())
                    .or_else(|| other.downcast_ref::<String>().cloned());
                End::Panic(text.unwrap_or_else(|| "without a word".to_owned()))
            }
        },
    }
}

async fn assemble(
    place: &Path,
    config: &AppConfig,
    context: &Context,
    leases: &SimulatedLeases,
) -> Result<App, Trouble> {
    let database = place.join("prove.db");
    let store = Store::open(&format!("sqlite://{}", database.display())).await?;
    let store = store.simulated(leases);
    let master = MasterKey::from_text(&SecretString::from("11".repeat(32)))?;
    let (vault, new) = Vault::open(&master, &store.data_keys().await?, context)?;
    if let Some((version, sealed)) = new {
        store
            .add_data_key(version, &sealed, context.clock.now())
            .await?;
    }
    Ok(App::new(store, vault, config.clone(), context.clone())?)
}

fn address(text: &str) -> Result<url::Url, Trouble> {
    text.parse()
        .map_err(|_| Trouble::Folder(format!("`{text}` is no address")))
}
