//! Whether what was decided may be written without a person.

use super::Pass;
use crate::AppError;
use domain::Kind;
use store::{Change, IntentOp, IntentState};
use sync::{Approval, Deed, Plan, approve};

/// The code of writes that wait for approval.
pub(super) const CODE: &str = "GUARD-APPROVAL";
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
        for (side, kind, op, state, count) in self.store.count_intents(self.shop.id).await? {
            if state == IntentState::Ready {
                let deed = match op {
                    IntentOp::Create => Deed::Create,
                    IntentOp::Update => Deed::Update,
                    IntentOp::Delete => Deed::Delete,
                };
                plan.add(deed, side, kind, count);
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

    /// Whether so many vanished counterparts may be let go without a person.
    pub(super) async fn may_unlink(&self, vanished: u64) -> Result<Option<String>, AppError> {
        if self.approval_is_open().await? {
            return Ok(None);
        }
        let mut plan = Plan::default();
        plan.add(
            Deed::Unlink,
            domain::Side::MyGadgetRepairs,
            Kind::Contact,
            vanished,
        );
        Ok(match self.judge_plan(&plan, false).await? {
            Approval::Go => None,
            Approval::Wait { reason } => Some(reason),
        })
    }

    /// Remembers that a person approved, until a pass has finished what was approved.
    pub(super) fn open_approval(open: bool) -> Change {
        Change::Fact(APPROVAL, serde_json::Value::Bool(open))
    }

    async fn approval_is_open(&self) -> Result<bool, AppError> {
        let fact = self.store.fact(self.shop.id, APPROVAL).await?;
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
        let mut linked = 0;
        for kind in super::KINDS {
            linked += self.store.link_totals(self.shop.id, kind).await?.links;
        }
        Ok(linked)
    }
}
