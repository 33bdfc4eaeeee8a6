//! A shop tried on a copy: both vendors emulated and filled with the shop's own records, and a sync between them that is
//! real in everything but the vendors. Nothing of it touches the shop, its store or its accounts.

mod snapshot;

pub use snapshot::{CopiedCalendar, CopiedStatus, CounterCan, Snapshot};

use crate::kept_beside::Beside;
use crate::{App, AppConfig, AppError, NewShop, Progress, ProgressBoard, SyncOptions, Tally};
use async_trait::async_trait;
use domain::{Field, RecordId, Side, Timestamp};
use schemars::JsonSchema;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use store::Store;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;
use url::Url;
use vault::MasterSource;

/// What a shop's name gets behind it where its copy is meant. No shop can be called so.
const COPY: &str = "~copy";
/// A copy that nobody closes goes away after this long.
const LASTS_SECONDS: i64 = 4 * 3_600;
/// Seconds between polls of a copy: a change should be seen to arrive.
const POLL_SECONDS: u32 = 3;

/// Emulates both vendors. Given to the application by whoever puts it together.
#[async_trait]
pub trait TwinMaker: Send + Sync {
    /// Both vendors, filled with these records.
    ///
    /// # Errors
    /// When they cannot be started, in words.
    async fn make(&self, snapshot: Snapshot) -> Result<MadeTwins, String>;
}

/// Both vendors emulated, and the way in. They end when this is dropped.
pub struct MadeTwins {
    /// HighLevel's address.
    pub highlevel_base: Url,
    /// MyGadgetRepairs' address.
    pub mygadgetrepairs_base: Url,
    /// The location.
    pub location: String,
    /// A token for the location.
    pub token: SecretString,
    /// The counter's key.
    pub key: SecretString,
    /// The people who work there.
    pub staff: Box<dyn TwinStaff>,
}

/// People who work with the emulated vendors.
#[async_trait]
pub trait TwinStaff: Send + Sync {
    /// Somebody edits a person in HighLevel or a customer at the counter.
    ///
    /// # Errors
    /// When the vendor refuses, in its words.
    async fn edit(&self, edit: &PersonEdit) -> Result<(), String>;
}

/// What somebody at one side does to a person.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PersonEdit {
    /// Where.
    pub side: Side,
    /// The id of the contact or customer there.
    #[schemars(with = "String")]
    pub record: RecordId,
    /// The new values: `email`, `phone`, `company`, `address`, `city`, `postal_code`.
    pub fields: BTreeMap<Field, String>,
}

/// A copy that is there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct OpenCopy {
    /// The name by which it is looked at as if it were a shop.
    pub shop: String,
    /// Whose copy it is.
    pub of: String,
    /// When it was made.
    #[schemars(with = "String")]
    pub made_at: Timestamp,
    /// When it goes away by itself.
    #[schemars(with = "String")]
    pub until: Timestamp,
    /// How many records it was filled with.
    pub records: u64,
}

/// The copies of this process. Clones share them.
#[derive(Clone, Default)]
pub(crate) struct Copies(Arc<Mutex<BTreeMap<String, Arc<AtWork>>>>);

struct AtWork {
    copy: OpenCopy,
    app: App,
    staff: Box<dyn TwinStaff>,
    stop: CancellationToken,
    stopped: Arc<Notify>,
    _files: Beside,
}

impl Copies {
    fn all(&self) -> MutexGuard<'_, BTreeMap<String, Arc<AtWork>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn of(&self, shop: &str) -> Option<Arc<AtWork>> {
        self.all().get(shop).cloned()
    }
}

impl App {
    /// The same application, able to try shops on copies.
    #[must_use]
    pub fn with_twins(mut self, maker: Arc<dyn TwinMaker>) -> Self {
        self.twin_maker = Some(maker);
        self
    }

    /// Makes a copy of a shop and syncs it once, approved; then it is kept in step like a shop until it is closed. A copy
    /// that was there goes away.
    ///
    /// # Errors
    /// When this process cannot emulate the vendors, the shop is not connected, or a vendor cannot be read.
    pub(crate) async fn make_copy(
        &self,
        name: &str,
        board: &ProgressBoard,
    ) -> Result<Tally, AppError> {
        let Some(maker) = self.twin_maker.clone() else {
            return Err(AppError::Refused(
                "a copy can be made only by the service (`repairbridge serve`)".to_owned(),
            ));
        };
        self.close_copy(name).await;
        let snapshot = self.snapshot(name, board).await?;
        let records = snapshot.records.len() as u64;
        let (zone, country) = (snapshot.zone.clone(), snapshot.country.clone());
        let twins = maker.make(snapshot).await.map_err(AppError::Refused)?;
        let place = NewShop {
            name: format!("{name}{COPY}"),
            location: twins.location.clone(),
            zone: Some(zone),
            country: Some(country),
        };
        board.update(|progress| *progress = Progress::default());
        let files = Beside::new(self, "copy");
        let app = self.copied(&files, &twins).await?;
        let outcome = async {
            app.connect_copy(&place, &twins).await?;
            app.set_rules(&place.name, &self.rules_of(&self.shop(name).await?)?)
                .await?;
            let approved = SyncOptions {
                approve: true,
                ..SyncOptions::default()
            };
            app.sync(&place.name, approved, board).await
        };
        match outcome.await {
            Ok(tally) => {
                self.keep_copy(name, records, app, twins.staff, files);
                Ok(tally)
            }
            Err(error) => {
                app.store.close().await;
                Err(error)
            }
        }
    }

    /// The copy of a shop, where there is one.
    ///
    /// # Errors
    /// When there is no such shop.
    pub async fn copy_of(&self, name: &str) -> Result<Option<OpenCopy>, AppError> {
        let shop = self.shop(name).await?;
        Ok(self.copies.of(&shop.name).map(|copy| copy.copy.clone()))
    }

    /// Every copy that is there, each with the application that works on it.
    #[must_use]
    pub fn open_copies(&self) -> Vec<(OpenCopy, Self)> {
        let all = self.copies.all();
        all.values()
            .map(|copy| (copy.copy.clone(), copy.app.clone()))
            .collect()
    }

    /// Whether a name means a copy and not a shop.
    #[must_use]
    pub fn names_a_copy(name: &str) -> bool {
        name.ends_with(COPY)
    }

    /// Lets somebody at one side of a copy edit a person.
    ///
    /// # Errors
    /// When there is no copy, or the emulated vendor refuses.
    pub async fn edit_on_copy(&self, name: &str, edit: &PersonEdit) -> Result<(), AppError> {
        let shop = self.shop(name).await?;
        let copy = self.copies.of(&shop.name).ok_or_else(|| no_copy(name))?;
        copy.staff.edit(edit).await.map_err(AppError::Refused)
    }

    /// Closes the copy of a shop. Answers whether there was one.
    pub async fn close_copy(&self, name: &str) -> bool {
        let copy = self.copies.all().remove(name);
        let Some(copy) = copy else {
            return false;
        };
        let stopped = Arc::clone(&copy.stopped);
        let stopped = stopped.notified();
        copy.stop.cancel();
        stopped.await;
        copy.app.store.clone().close().await;
        true
    }

    /// Closes every copy, before the process ends.
    pub async fn close_copies(&self) {
        let names: Vec<String> = self.copies.all().keys().cloned().collect();
        for name in names {
            self.close_copy(&name).await;
        }
    }

    /// Takes away what copies of a process left that was killed. Only for who owns the database alone.
    pub fn clear_left_copies(&self) {
        Beside::clear(self, "copy");
    }

    /// An application that works on the emulated vendors, with a store and keys of its own.
    async fn copied(&self, files: &Beside, twins: &MadeTwins) -> Result<Self, AppError> {
        let config = AppConfig {
            highlevel_base: twins.highlevel_base.clone(),
            mygadgetrepairs_base: twins.mygadgetrepairs_base.clone(),
            highlevel_per_10s: 0,
            mygadgetrepairs_per_minute: 0,
            poll_seconds: POLL_SECONDS,
            index_lag_seconds: 1,
            listen_seconds: 0,
            app_id: None,
            client_id: None,
            client_secret: None,
            ..(*self.config).clone()
        };
        let mut key = zeroize::Zeroizing::new([0_u8; 32]);
        self.context.randomness.fill(&mut *key);
        let source = MasterSource::Text(SecretString::from(hex::encode(*key)));
        let store = Store::open(&format!("sqlite://{}", files.path().display())).await?;
        let vault = crate::open_vault(&store, &source, &self.context).await?;
        Self::new(store, vault, config, self.context.clone())
    }

    async fn connect_copy(&self, place: &NewShop, twins: &MadeTwins) -> Result<(), AppError> {
        self.put_shop(place).await?;
        self.connect(&place.name, Side::HighLevel, &twins.token)
            .await?;
        self.connect(&place.name, Side::MyGadgetRepairs, &twins.key)
            .await?;
        Ok(())
    }

    /// Keeps a copy in step until it is closed.
    fn keep_copy(
        &self,
        name: &str,
        records: u64,
        app: Self,
        staff: Box<dyn TwinStaff>,
        files: Beside,
    ) {
        let stop = CancellationToken::new();
        let stopped = Arc::new(Notify::new());
        let copy = OpenCopy {
            shop: format!("{name}{COPY}"),
            of: name.to_owned(),
            made_at: self.now(),
            until: self.in_seconds(LASTS_SECONDS),
            records,
        };
        let at_work = Arc::new(AtWork {
            copy,
            app: app.clone(),
            staff,
            stop: stop.clone(),
            stopped: Arc::clone(&stopped),
            _files: files,
        });
        self.copies.all().insert(name.to_owned(), at_work);
        tokio::spawn(async move {
            if let Err(error) = app.serve_shops(stop).await {
                tracing::warn!(%error, "the work on a copy ended");
            }
            stopped.notify_one();
        });
        let (real, name) = (self.clone(), name.to_owned());
        tokio::spawn(async move {
            real.pause(LASTS_SECONDS).await;
            let old = real.copies.of(&name);
            if old.is_some_and(|copy| copy.copy.until <= real.now()) {
                real.close_copy(&name).await;
            }
        });
    }
}

fn no_copy(name: &str) -> AppError {
    AppError::NotFound(format!(
        "there is no copy of `{name}` any more; make a new one in its set-up"
    ))
}
