//! Whether what was decided may be written without a person.

use super::Pass;
use crate::AppError;
use domain::Kind;
use store::{Change, IntentOp, IntentState};
use sync::{Approval, Deed, Plan, approve};

/// The code of writes that wait for approval.
pub(super) const CODE: &str = "GUARD-APPROVAL";
/// The code of records that were to be deleted and are kept, since something of somebody's would go with them. They
/// are looked at again when a person approves.
pub(super) const KEPT: &str = "GUARD-KEPT";
/// Small losses that lie no further apart than this are one mass change.
const TOGETHER_SECONDS: f64 = 3_600.0;
/// The fact that remembers when losses were last approved and carried out.
const LET_GO: &str = "let_go";
/// The fact that remembers that a shop's first run is not over.
const FIRST_RUN: &str = "first_run";
/// The fact that remembers an approval until the work that it covers is done.
pub(super) const APPROVAL: &str = "approval";

impl Pass<'_> {
    /// The reason why a person has to approve, if so. The writes are held until then.
    pub(super) async fn guard(&self, approved_now: bool) -> Result<Option<String>, AppError> {
        if approved_now || self.approval_is_open().await? {
            return Ok(None);
        }
        let too_often = self.guard_note_rules().await?;
        let mut plan = Plan::default();
        for one in self.store.count_intents(self.shop.id).await? {
            if one.state == IntentState::Ready {
                let deed = match one.op {
                    IntentOp::Create => Deed::Create,
                    IntentOp::Update => Deed::Update,
                    IntentOp::Delete => Deed::Delete,
                };
                plan.add(deed, one.side, one.kind, one.count);
            }
        }
        let first_run = self.shop.approved_at.is_none();
        match self.judge_plan(&plan, first_run).await? {
            // The rest of the pass may go on; only what the rule wants is held.
            Approval::Go => {
                if let Some(reason) = too_often {
                    self.tally(|tally| tally.stop(reason));
                }
                Ok(None)
            }
            Approval::Wait { reason } => {
                self.store
                    .hold_ready(self.shop.id, None, CODE, &reason)
                    .await?;
                Ok(Some(reason))
            }
        }
    }

    /// The reason why so many deleted counterparts may not be let go without a person, if so. Webhooks tell of a mass
    /// deletion one by one: what was let go shortly before counts as well.
    pub(super) async fn may_let_go(&self, lost: u64) -> Result<Option<String>, AppError> {
        if self.approval_is_open().await? {
            return Ok(None);
        }
        let since = self.after(self.now(), -TOGETHER_SECONDS);
        let approved = self.store.fact(self.shop.id, LET_GO).await?;
        let since = approved.map_or(since, |fact| fact.at.max(since));
        let before = self.store.let_go_since(self.shop.id, since).await?;
        let mut plan = Plan::default();
        plan.add(
            Deed::Unlink,
            domain::Side::MyGadgetRepairs,
            Kind::Contact,
            lost + before,
        );
        Ok(match self.judge_plan(&plan, false).await? {
            Approval::Go => None,
            Approval::Wait { reason } if before > 0 => Some(format!(
                "{reason} ({before} of them were let go within the last hour.)"
            )),
            Approval::Wait { reason } => Some(reason),
        })
    }

    /// A person approves: the first run of a shop, or what was held.
    pub(super) fn approve(&self) -> Vec<Change> {
        let mut changes = vec![Change::Approved, Self::open_approval(true)];
        if self.shop.approved_at.is_none() {
            changes.push(Change::Fact(FIRST_RUN, serde_json::Value::Bool(true)));
        }
        changes
    }

    /// Whether the shop's first run has not come to its end.
    pub(super) async fn is_first_run(&self) -> Result<bool, AppError> {
        Ok(self.shop.approved_at.is_none() || self.is_set(FIRST_RUN).await?)
    }

    /// What was approved is done: later losses are counted anew, and later changes wait for another approval.
    pub(super) async fn close_approval(&self) -> Result<(), AppError> {
        let mut changes = Vec::new();
        if self.is_first_run().await? {
            changes.push(Change::Fact(FIRST_RUN, serde_json::Value::Bool(false)));
        }
        if self.approval_is_open().await? {
            changes.push(Self::open_approval(false));
            changes.push(Change::Fact(LET_GO, serde_json::Value::Null));
        }
        self.commit(changes).await
    }

    /// Remembers that a person approved, until a pass has finished what was approved.
    fn open_approval(open: bool) -> Change {
        Change::Fact(APPROVAL, serde_json::Value::Bool(open))
    }

    pub(super) async fn approval_is_open(&self) -> Result<bool, AppError> {
        self.is_set(APPROVAL).await
    }

    async fn is_set(&self, flag: &'static str) -> Result<bool, AppError> {
        let fact = self.store.fact(self.shop.id, flag).await?;
        Ok(fact.is_some_and(|fact| fact.value == serde_json::Value::Bool(true)))
    }

    /// Small plans pass whatever the number of links, which is dear to count.
    async fn judge_plan(&self, plan: &Plan, first_run: bool) -> Result<Approval, AppError> {
        let limits = &self.judge.rules.guard;
        match approve(plan, 0, first_run, limits) {
            Approval::Wait { .. } if !first_run => {
                Ok(approve(plan, self.linked().await?, first_run, limits))
            }
            verdict => Ok(verdict),
        }
    }

    async fn linked(&self) -> Result<u64, AppError> {
        let totals = self.store.link_totals(self.shop.id).await?;
        Ok(totals.values().map(|of_kind| of_kind.links).sum())
    }
}
