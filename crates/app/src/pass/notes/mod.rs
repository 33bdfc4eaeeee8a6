//! Notes: fetched where they may have changed, told to the counter in one text per ticket, and looked at by
//! the shop's rules. Notes are snapshots, never pairs: each side keeps its own.

mod acts;
mod back;
mod digests;
pub(crate) mod home;
pub(super) mod intents;
mod look;
mod rules;
mod write;

pub(crate) use back::BACK;

use super::{Options, Pass};
use crate::AppError;
use domain::{Kind, RecordId, Side, Timestamp};
use futures::{StreamExt, TryStreamExt};
use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use store::{Change, DueNotes, IntentOp, IntentState, NoteWatch};
use sync::{CommentForm, NotesHome, Standing};

/// Contacts looked at together.
const PAGE: u32 = 200;
/// Contacts whose notes are fetched side by side.
const AT_ONCE: usize = 8;
/// Contacts whose looks are committed together.
const TOGETHER: usize = 40;
/// How long notes are read before writing gets its turn.
const STAGE_SECONDS: f64 = 60.0;

/// What a pass remembers of its notes.
#[derive(Debug)]
pub(super) struct NotesState {
    /// What the probe found of the account's comments.
    pub(super) form: CommentForm,
    /// Something is left that can be done at once.
    left: AtomicBool,
    /// How often each rule fired in this pass.
    fired: Mutex<BTreeMap<String, u64>>,
}

impl NotesState {
    pub(super) fn new(form: CommentForm) -> Self {
        Self {
            form,
            left: AtomicBool::new(false),
            fired: Mutex::default(),
        }
    }
}

/// What holds for all contacts of one look.
struct Round {
    home: NotesHome,
    /// The one digest that is sent before it is known that comments stay internal is on its way.
    trial: AtomicBool,
    activated: HashMap<String, Timestamp>,
    /// The shop's first run is not over.
    first_run: bool,
    now: Timestamp,
}

impl Pass<'_> {
    /// Looks at the notes that are due: those that a signal named, and those of contacts with open tickets
    /// in turn.
    pub(super) async fn look_at_notes(&self, options: Options) -> Result<(), AppError> {
        self.notes.left.store(false, Ordering::Relaxed);
        let rules = &self.judge.rules;
        let home = self.notes_home().await?;
        self.remember_home(&home).await?;
        if rules.notes.back {
            self.look_at_comments().await?;
        }
        if home == NotesHome::Off && rules.note_rules.is_empty() {
            return Ok(());
        }
        let now = self.now();
        let held_too = matches!(
            home,
            NotesHome::Comments { proven: true } | NotesHome::CustomField(_)
        );
        let round = Round {
            trial: AtomicBool::new(self.is_trial_under_way().await?),
            activated: self.store.note_rules(self.shop.id).await?,
            first_run: self.is_first_run().await?,
            home,
            now,
        };
        let due = DueNotes {
            now,
            looked_before: self.looked_before(options, now).await?,
            everyone: !rules.note_rules.is_empty(),
            held_too,
        };
        let deadline = self.after(now, STAGE_SECONDS);
        let mut after: Option<RecordId> = None;
        loop {
            let page = self
                .store
                .due_notes(self.shop.id, due, after.as_ref(), PAGE)
                .await?;
            let Some(last) = page.last() else {
                return Ok(());
            };
            after = Some(last.record.clone());
            self.look_at_page(&round, page).await?;
            if self.now() >= deadline {
                self.notes.left.store(true, Ordering::Relaxed);
                return Ok(());
            }
        }
    }

    /// Whether notes are left that another round of this pass can see to.
    pub(super) fn notes_are_left(&self) -> bool {
        self.notes.left.load(Ordering::Relaxed)
    }

    async fn look_at_page(&self, round: &Round, page: Vec<NoteWatch>) -> Result<(), AppError> {
        let desks = self.desks(&page).await?;
        let left_alone = self.contacts_left_alone(&page).await?;
        let looks = page.into_iter().filter_map(|watch| {
            let desk = desks.get(&watch.record).cloned().unwrap_or_default();
            // What is on its way is told first, and of whom a person said so nothing is; the contact stays due.
            let rests = desk.is_under_way() || left_alone.contains(&watch.record);
            (!rests).then_some((watch, desk))
        });
        let looks: Vec<_> = looks.collect();
        // Committed when no request is under way: one that holds the store for its budget must not be left
        // half done while a commit waits for the store.
        let mut looks = looks.into_iter().peekable();
        while looks.peek().is_some() {
            let some = looks.by_ref().take(TOGETHER);
            let found: Vec<Vec<Change>> = futures::stream::iter(some)
                .map(|(watch, desk)| self.look_at_contact(round, watch, desk))
                .buffer_unordered(self.at_once(AT_ONCE))
                .try_collect()
                .await?;
            self.commit(found.into_iter().flatten().collect()).await?;
        }
        Ok(())
    }

    /// Those of these contacts that a person said are left alone, or whose customer is.
    async fn contacts_left_alone(&self, page: &[NoteWatch]) -> Result<HashSet<RecordId>, AppError> {
        let left_alone = self.left_alone().await?;
        if left_alone.is_empty() {
            return Ok(HashSet::new());
        }
        let ids: Vec<RecordId> = page.iter().map(|watch| watch.record.clone()).collect();
        let (side, kind) = (Side::HighLevel, Kind::Contact);
        let links = self.store.links_of(self.shop.id, side, kind, &ids).await?;
        let covered = ids.into_iter().filter(|id| {
            left_alone.covers(Standing {
                side,
                kind,
                id,
                counterpart: links.get(id).map(|link| &link.right),
                parent: None,
                parents_counterpart: None,
            })
        });
        Ok(covered.collect())
    }

    /// Contacts that were last looked at before this instant are due: those with open tickets, and where rules
    /// are about notes all of them. A complete pass looks
    /// at all of them once; a running service as often as a share of the day's requests allows.
    async fn looked_before(&self, options: Options, now: Timestamp) -> Result<Timestamp, AppError> {
        if !options.live {
            return Ok(self.began);
        }
        let totals = self.store.note_totals(self.shop.id).await?;
        let contacts = if self.judge.rules.note_rules.is_empty() {
            totals.with_tickets
        } else {
            totals.contacts
        };
        let interval = sync::note_refresh_interval(
            contacts,
            &self.judge.rules.notes,
            u64::from(self.config.highlevel_per_day),
        );
        let seconds = i64::try_from(interval).unwrap_or(i64::MAX);
        Ok(
            Timestamp::from_second(now.as_second().saturating_sub(seconds))
                .unwrap_or(Timestamp::UNIX_EPOCH),
        )
    }

    /// Whether a digest is open whose comment will tell if comments stay internal.
    async fn is_trial_under_way(&self) -> Result<bool, AppError> {
        let counts = self.store.count_intents(self.shop.id).await?;
        Ok(counts.iter().any(|one| {
            (one.side, one.kind, one.op) == (Side::MyGadgetRepairs, Kind::Note, IntentOp::Create)
                && one.state != IntentState::Failed
        }))
    }
}
