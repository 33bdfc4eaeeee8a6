//! Long work that somebody began at the dashboard: it goes on whether anybody looks or not, and is found again. What it
//! found is kept with the shop; of the work itself the newest of this process are known.

mod last;

pub use last::{LastCheck, LastPreview};

use crate::{App, AppError, Progress, ProgressBoard, SyncOptions, Tally, UndoReport, UndoScope};
use domain::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Jobs that are remembered.
const MOST: usize = 100;

/// What a job is to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum JobKind {
    /// Look at everything that a sync needs.
    Check,
    /// Find out what a sync would do.
    Preview,
    /// Make a copy of the shop and sync it once.
    Copy,
    /// Sync, until nothing is left to do or a person has to approve.
    Sync {
        /// Whether a person approves a first run or a mass change.
        approve: bool,
    },
    /// Take back what was written.
    Undo(UndoScope),
}

impl JobKind {
    /// Whether this does all that the other is to do.
    fn covers(&self, other: &Self) -> bool {
        self == other
            || matches!(
                (self, other),
                (Self::Sync { approve: true }, Self::Sync { .. })
            )
    }

    const fn word(&self) -> JobWord {
        match self {
            Self::Check => JobWord::Check,
            Self::Preview => JobWord::Preview,
            Self::Copy => JobWord::Copy,
            Self::Sync { .. } => JobWord::Sync,
            Self::Undo(_) => JobWord::Undo,
        }
    }
}

/// What a job does, in a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum JobWord {
    /// The pre-flight.
    Check,
    /// What a sync would do.
    Preview,
    /// A sync of a copy.
    Copy,
    /// A sync.
    Sync,
    /// What was written is taken back.
    Undo,
}

/// Where a job stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum JobState {
    /// It is being done.
    Running,
    /// It came to its end; what it found may still be bad.
    Done,
    /// It could not be done.
    Failed,
}

/// A job as it stands.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Job {
    /// Its id.
    pub id: String,
    /// The shop.
    pub shop: String,
    /// What it does.
    pub kind: JobWord,
    /// Whether it approves a first run or a mass change.
    pub approve: bool,
    /// Where it stands.
    pub state: JobState,
    /// Who began it.
    pub by: String,
    /// When.
    #[schemars(with = "String")]
    pub began_at: Timestamp,
    /// When it ended.
    #[schemars(with = "Option<String>")]
    pub ended_at: Option<Timestamp>,
    /// How far it has come.
    pub progress: Progress,
    /// What a sync did, of the shop or of its copy. What a check or a preview found is kept with the shop.
    pub tally: Option<Tally>,
    /// What was taken back.
    pub undo: Option<UndoReport>,
    /// Why it could not be done.
    pub trouble: Option<JobTrouble>,
}

/// Why a job could not be done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct JobTrouble {
    /// Stable code.
    pub code: String,
    /// What is wrong and how to mend it.
    pub message: String,
}

/// The jobs of this process, the newest last. Clones share them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Jobs(Arc<Mutex<VecDeque<Entry>>>);

#[derive(Clone, Debug)]
struct Entry {
    job: Job,
    kind: JobKind,
    board: ProgressBoard,
}

/// What a job came to.
#[derive(Debug, Default)]
struct Found {
    tally: Option<Tally>,
    undo: Option<UndoReport>,
}

impl From<Tally> for Found {
    fn from(tally: Tally) -> Self {
        Self {
            tally: Some(tally),
            undo: None,
        }
    }
}

impl Entry {
    fn look(&self) -> Job {
        let mut job = self.job.clone();
        if job.state == JobState::Running {
            job.progress = self.board.look();
        }
        job
    }
}

impl Jobs {
    fn all(&self) -> MutexGuard<'_, VecDeque<Entry>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds a job; or answers the one that does the same for the shop already.
    fn begin(&self, job: Job, kind: &JobKind, board: &ProgressBoard) -> Option<Job> {
        let mut all = self.all();
        let same = |entry: &&Entry| {
            let known = &entry.job;
            known.state == JobState::Running && known.shop == job.shop && entry.kind.covers(kind)
        };
        if let Some(running) = all.iter().find(same) {
            return Some(running.look());
        }
        if all.len() >= MOST
            && let Some(oldest) = all
                .iter()
                .position(|one| one.job.state != JobState::Running)
        {
            all.remove(oldest);
        }
        all.push_back(Entry {
            job,
            kind: kind.clone(),
            board: board.clone(),
        });
        None
    }

    fn end(&self, id: &str, at: Timestamp, outcome: Result<Found, JobTrouble>) {
        let mut all = self.all();
        let Some(entry) = all.iter_mut().find(|entry| entry.job.id == id) else {
            return;
        };
        let job = &mut entry.job;
        job.progress = entry.board.look();
        job.ended_at = Some(at);
        match outcome {
            Ok(found) => {
                job.state = JobState::Done;
                job.tally = found.tally;
                job.undo = found.undo;
            }
            Err(trouble) => {
                job.state = JobState::Failed;
                job.trouble = Some(trouble);
            }
        }
    }
}

impl App {
    /// Begins a job for a shop, or answers the one that does the same already. It goes on by itself.
    ///
    /// # Errors
    /// When there is no such shop.
    pub async fn begin_job(&self, name: &str, kind: JobKind, by: &str) -> Result<Job, AppError> {
        let shop = self.shop(name).await?;
        crate::shops::refuse_removed(&shop)?;
        let board = match kind {
            // That of the shop, which the service's own passes move as well.
            JobKind::Sync { .. } | JobKind::Undo(_) => self.board(&shop.name),
            JobKind::Check | JobKind::Preview | JobKind::Copy => ProgressBoard::default(),
        };
        let job = Job {
            id: self.context.new_id().to_string(),
            shop: shop.name.clone(),
            kind: kind.word(),
            approve: matches!(kind, JobKind::Sync { approve: true }),
            state: JobState::Running,
            by: by.to_owned(),
            began_at: self.now(),
            ended_at: None,
            progress: Progress::default(),
            tally: None,
            undo: None,
            trouble: None,
        };
        if let Some(running) = self.jobs.begin(job.clone(), &kind, &board) {
            return Ok(running);
        }
        let (app, id) = (self.clone(), job.id.clone());
        tokio::spawn(async move {
            let work = {
                let app = app.clone();
                tokio::spawn(async move { app.do_job(&shop.name, kind, &board).await })
            };
            let outcome = match work.await {
                Ok(outcome) => outcome.map_err(|error| {
                    tracing::warn!(%error, "a job could not be done");
                    JobTrouble {
                        code: error.code().to_owned(),
                        message: words(&error),
                    }
                }),
                Err(broken) => {
                    tracing::error!(error = %broken, "a job broke off");
                    Err(JobTrouble {
                        code: "INTERNAL".to_owned(),
                        message: "This broke off; the log of the service says why.".to_owned(),
                    })
                }
            };
            app.jobs.end(&id, app.now(), outcome);
        });
        Ok(job)
    }

    /// The jobs of this process, the newest first; of one shop where it is named.
    #[must_use]
    pub fn jobs(&self, shop: Option<&str>) -> Vec<Job> {
        let all = self.jobs.all();
        let of_shop = all
            .iter()
            .rev()
            .filter(|entry| shop.is_none_or(|name| entry.job.shop == name));
        of_shop.map(Entry::look).collect()
    }

    /// One job.
    ///
    /// # Errors
    /// When this process knows no such job.
    pub fn job(&self, id: &str) -> Result<Job, AppError> {
        let found = self
            .jobs
            .all()
            .iter()
            .find(|one| one.job.id == id)
            .map(Entry::look);
        found.ok_or_else(|| {
            AppError::NotFound(
                "no such job is known any more; what it found is kept with the shop".to_owned(),
            )
        })
    }

    async fn do_job(
        &self,
        name: &str,
        kind: JobKind,
        board: &ProgressBoard,
    ) -> Result<Found, AppError> {
        match kind {
            JobKind::Check => {
                let report = self.check(name).await?;
                self.keep_check(name, report).await?;
                Ok(Found::default())
            }
            JobKind::Preview => {
                let preview = self.preview(name, board).await?;
                self.keep_preview(name, preview).await?;
                Ok(Found::default())
            }
            JobKind::Copy => Ok(self.make_copy(name, board).await?.into()),
            JobKind::Sync { approve } => Ok(self.sync_in_turn(name, approve, board).await?.into()),
            JobKind::Undo(scope) => {
                let undo = self.undo_in_turn(name, &scope, board).await?;
                Ok(Found {
                    tally: None,
                    undo: Some(undo),
                })
            }
        }
    }

    /// An undo after whatever is being done for the shop.
    async fn undo_in_turn(
        &self,
        name: &str,
        scope: &UndoScope,
        board: &ProgressBoard,
    ) -> Result<UndoReport, AppError> {
        loop {
            match self.undo_watched(name, scope, false, board).await {
                Err(AppError::ShopBusy(_)) => {}
                outcome => return outcome,
            }
        }
    }

    /// A sync after whatever is being done for the shop; that may be the reading of everything, which takes long.
    async fn sync_in_turn(
        &self,
        name: &str,
        approve: bool,
        board: &ProgressBoard,
    ) -> Result<Tally, AppError> {
        let options = SyncOptions {
            approve,
            ..SyncOptions::default()
        };
        loop {
            match self.sync(name, options, board).await {
                Err(AppError::ShopBusy(_)) => {}
                outcome => return outcome,
            }
        }
    }
}

/// An error as people at the dashboard may read it: of what is wrong in here, which may name files, only that it is.
fn words(error: &AppError) -> String {
    match error {
        AppError::Store(_) | AppError::Vault(_) => {
            "This could not be done; the log of the service says why.".to_owned()
        }
        other => other.to_string(),
    }
}
