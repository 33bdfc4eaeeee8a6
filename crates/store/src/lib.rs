//! Everything that must outlive the process: shops, snapshots, links, intents, reviews, the journal,
//! cursors, budgets, flows, sealed secrets and who may come in, in one SQLite file or one PostgreSQL database.
//!
//! Reads are plain methods of the repositories. Writes that belong together are a list of [`Change`]s,
//! committed in one transaction by [`Store::commit`]; callers never see a transaction, a lock or SQL.
//! Which engine answers is decided in `db/`; the behaviour suite in `tests/behaviour.rs` is stamped onto both.

mod carry_over;
mod change;
mod codes;
mod db;
mod engine;
mod error;
mod flow;
mod glance;
mod installation;
mod lock;
mod memory;
mod meter;
mod model;
mod note_change;
mod notice;
mod repo;
mod restore;
mod sealed;
mod wake;

pub use change::{Change, Key};
pub use engine::Store;
pub use error::StoreError;
pub use flow::{
    FlowAct, FlowRun, FlowRunState, FlowSwitch, FlowVersion, NewFlowRun, NewSighting, NewStep,
    RunFilter, RunMode, RunProgress, Since, StoredFlow, StoredSighting, TakenStep, Watched,
    source_of,
};
pub use glance::Looking;
pub use installation::{
    Class, InstallTicket, Installation, InstallationState, NewInstallation, NewPair, PairProblem,
};
pub use lock::{Fence, Lock, Node, Nodes, Seat, ServerTime, SimulatedLeases};
pub use meter::{Meter, Trouble, Work};
pub use model::{
    Exchange, FactRow, Heard, Intent, IntentCount, IntentOp, IntentState, JournalEntry, JournalRow,
    Link, LinkTotals, RecordState, Review, ReviewKind, ReviewState, RunRow, Shop, Signal,
    StoredRecord, Webhook,
};
pub use note_change::{DueNotes, NoteChange, NoteTotals, NoteWatch};
pub use notice::{DueNotice, NewNotice, Remembered, Sending, WayState};
pub use repo::access::{
    ApiTokenRow, AttemptsRow, AuditEntry, AuditRow, Digest, NewApiToken, NewSession, SessionRow,
    UserRow,
};
pub use repo::{
    ANSWER_TAKEN_BACK, FlowToKeep, JournalCount, JournalFilter, JournalPage, Keeping, LET_GO,
    PeopleCursor, PeopleState, PersonRow, Rewrap, SealedText,
};
pub use sealed::{SEALED, SealedTable};
pub use wake::Call;
