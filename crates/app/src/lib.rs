//! The use cases: connect, check, preview, sync, review, status. The only crate that knows all below it.

mod about;
pub mod access;
mod activity;
mod agreement;
mod backup;
mod calls;
mod cards;
mod check;
mod config;
mod connect;
mod connection;
mod connections;
mod copies;
mod crew;
mod edits;
mod error;
mod explain;
mod flows;
mod forecast;
mod held;
mod history;
mod installations;
mod intake;
mod jobs;
mod journal;
mod judge;
mod kept;
mod kept_beside;
mod keys;
mod leaving;
mod metrics;
mod named;
mod notices;
mod one_time_code;
pub mod operations;
mod pass;
mod people;
mod ports;
mod preview;
mod reached;
mod retry;
mod review;
mod rollout;
mod rules;
mod scopes;
mod secrets;
mod service;
mod shop_file;
mod shops;
mod sides;
mod status;
mod test_call;
mod turns;
mod undo;

pub use about::{About, NodeLine};
pub use activity::{Activity, ActivityBucket};
pub use agreement::{Difference, DifferingField, Why};
pub use backup::{BackedUp, Restored, SealedCopy, restore};
pub use cards::{CardField, RecordCard};
pub use check::{CheckLine, CheckReport, Verdict};
pub use config::{AppConfig, BuiltInError, Concurrency, webhook_keys};
pub use connections::{Connected, ConnectionLine, ConnectionWay};
pub use copies::{
    CopiedCalendar, CopiedStatus, CounterCan, MadeTwins, OpenCopy, PersonEdit, Snapshot, TwinMaker,
    TwinStaff,
};
pub use error::AppError;
pub use explain::{
    Explanation, FieldStory, FlowWrote, Linked, OpenWrite, Origin, RecordStory, SideValues,
    WrittenStory,
};
pub use flows::{
    Choice, Comparison, Differs, DocumentChange, FlowLine, FlowsStanding, InstalledRecipe,
    KeptFlow, LastMonth, Question, RecipeLine, RemovedRecipe, RunLine, RunStory, ShopDocument,
    StepStory, WouldRun,
};
pub use forecast::Cost;
pub use installations::{
    BrowserPass, Finished, GrantedScopes, InstallError, InstallPage, InstalledAccount,
};
pub use intake::{Accepted, CounterWebhook, NotTaken, NotificationText};
pub use jobs::{Job, JobKind, JobState, JobTrouble, JobWord, LastCheck, LastPreview};
pub use journal::Subject;
pub use metrics::Metrics;
pub use notices::{
    AlarmShown, AlarmWish, Carrier, EmailShown, EmailWish, MailEncryption, NoticeTest, NoticeWay,
    NotificationsKept, NotificationsShown, NotificationsWish, WayShown, WebhookShown, WebhookWish,
};
pub use pass::progress::{Phase, Progress, ProgressBoard};
pub use pass::tally::{Agreement, PerSide, Requests, Tally};
pub use people::{
    PeoplePage, PeopleWish, PersonDeed, PersonField, PersonLine, PersonShown, PersonState, Work,
};
pub use ports::{Cause as VendorCause, PortError};
pub use preview::Preview;
pub use retry::{FailureGroup, Unfinished, UnfinishedWrite};
pub use review::{Answer, CandidateShown, ReviewLine, ReviewPage, ReviewShown, TakenBack};
pub use rollout::{RolledOut, Rollout};
pub use rules::{
    FieldRuleLine, FieldWish, RulesCheck, RulesProblem, RulesSample, SampleField, SampleRecord,
    field_rules,
};
pub use scopes::NeededScope;
pub use secrets::{
    DataKeyLine, KeysReport, KeysReset, MasterChange, NewMaster, Rotation, look_at_keys,
    open_vault, reset_keys,
};
pub use service::SyncOptions;
pub use shop_file::Changed;
pub use shops::NewShop;
pub use status::{Health, Need, NeedCode, Status, Webhooks};
pub use test_call::{Endpoint, ShownAnswer, ShownRequest, TestCall, TestCallReport};
pub use undo::{UndoLine, UndoOf, UndoReport, UndoScope};

use domain::{Context, Side, Timestamp};
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use store::Store;
use vault::{MasterSource, Vault};

/// The application: store, vault, configuration, time and chance. Cheap to clone.
#[derive(Clone)]
pub struct App {
    store: Store,
    keys: secrets::Keys,
    keeper: Arc<installations::Keeper>,
    config: Arc<AppConfig>,
    context: Context,
    boards: service::Boards,
    kept: kept::KeptClients,
    calls: calls::Calls,
    batches: intake::Batches,
    directory: intake::Directory,
    gate: access::Gate,
    jobs: jobs::Jobs,
    copies: copies::Copies,
    twin_maker: Option<Arc<dyn TwinMaker>>,
    carrier: Option<Arc<dyn Carrier>>,
    metrics: Arc<Metrics>,
    crew: Option<crew::Crew>,
    served: Arc<AtomicU64>,
    leaving: leaving::Leaving,
    turns: turns::Turns,
}

impl App {
    /// Puts the application together.
    ///
    /// # Errors
    /// When HighLevel's address cannot be used.
    pub fn new(
        store: Store,
        vault: Vault,
        config: AppConfig,
        context: Context,
    ) -> Result<Self, AppError> {
        let keys = secrets::Keys::new(vault, store.clone(), context.clone());
        let metrics = Metrics::new();
        store.measure(Arc::clone(&metrics) as Arc<dyn store::Meter>);
        let meter = metrics::VendorMeter::of(Side::HighLevel, &metrics);
        let oauth =
            highlevel::oauth::OAuth::new(config.highlevel_base.clone(), &context, Some(meter))
                .map_err(|why| AppError::Configuration(why.to_string()))?;
        let keeper = installations::Keeper::new(
            store.clone(),
            keys.clone(),
            oauth,
            context.clone(),
            config.known_app(),
        );
        Ok(Self {
            store,
            keys,
            keeper: Arc::new(keeper),
            turns: turns::Turns::new(config.polls_at_once),
            config: Arc::new(config),
            context,
            boards: service::Boards::default(),
            kept: kept::KeptClients::default(),
            calls: calls::Calls::default(),
            batches: intake::Batches::default(),
            directory: intake::Directory::default(),
            gate: access::Gate::default(),
            jobs: jobs::Jobs::default(),
            copies: copies::Copies::default(),
            twin_maker: None,
            carrier: None,
            metrics,
            crew: None,
            served: Arc::default(),
            leaving: leaving::Leaving::default(),
        })
    }

    /// The same with the place where the master key is looked for again when it was changed meanwhile.
    #[must_use]
    pub fn with_master_source(self, source: MasterSource) -> Self {
        self.keys.set_source(source);
        self
    }

    /// The same, reached at this address by vendors and browsers.
    ///
    /// # Errors
    /// When it is no address.
    pub fn reached_at(mut self, address: &str) -> Result<Self, AppError> {
        let public_url = address
            .parse()
            .map_err(|why| AppError::Configuration(format!("`{address}`: {why}")))?;
        self.config = Arc::new(AppConfig {
            public_url,
            ..(*self.config).clone()
        });
        Ok(self)
    }

    /// The store, for what wires the application.
    #[must_use]
    pub const fn store(&self) -> &Store {
        &self.store
    }

    /// What is counted of its work.
    #[must_use]
    pub fn metrics(&self) -> &Metrics {
        &self.metrics
    }

    /// When this application was started.
    #[must_use]
    pub fn started(&self) -> Timestamp {
        self.metrics.started(self.now())
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.context.clock.now()
    }
}
