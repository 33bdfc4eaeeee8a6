//! How a shop's flows stand, for its status.

use crate::{App, AppError};
use domain::Timestamp;
use jiff::{SignedDuration, Unit};
use schemars::JsonSchema;
use serde::Serialize;
use store::{FlowRunState, Shop};

/// Failures are told of for so long.
const FAILED_WITHIN: SignedDuration = SignedDuration::from_hours(24);

/// How the flows of a shop stand.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct FlowsStanding {
    /// Flows that are switched on.
    pub on: u64,
    /// Flows that stopped by themselves.
    pub paused: Vec<String>,
    /// Runs that ask a person.
    pub asking: u64,
    /// Runs that wait until a person allows them.
    pub held: u64,
    /// Runs that failed within a day.
    pub failed: u64,
}

impl App {
    pub(crate) async fn flows_standing(&self, shop: &Shop) -> Result<FlowsStanding, AppError> {
        let mut standing = FlowsStanding::default();
        for flow in self.store.flow_switches(shop.id).await? {
            if flow.paused_why.is_some() {
                standing.paused.push(flow.id);
            } else if flow.enabled {
                standing.on += 1;
            }
        }
        for (_, state, count) in self.store.flow_run_totals(shop.id).await? {
            match state {
                FlowRunState::Asking => standing.asking += count,
                FlowRunState::Held => standing.held += count,
                _ => {}
            }
        }
        let since = self.lately();
        standing.failed = self.store.failed_flow_runs_since(shop.id, since).await?;
        Ok(standing)
    }

    /// Runs of flows that failed since then are counted: from a full minute on, so that whoever looks at many shops asks
    /// the same of each.
    pub(crate) fn lately(&self) -> Timestamp {
        let since = super::hand_out::earlier(self.now(), FAILED_WITHIN);
        since.round(Unit::Minute).unwrap_or(since)
    }
}

impl FlowsStanding {
    /// What a person should look at.
    pub(crate) fn reasons(&self, name: &str) -> Vec<String> {
        let mut reasons: Vec<String> = self
            .paused
            .iter()
            .map(|flow| {
                format!("the flow `{flow}` stopped by itself (`repairbridge flow list {name}`)")
            })
            .collect();
        for (count, what) in [
            (self.asking, "asking"),
            (self.held, "held"),
            (self.failed, "failed"),
        ] {
            let says = match what {
                "asking" => "runs of flows ask you something",
                "held" => "runs of flows wait for your word",
                _ => "runs of flows failed within a day",
            };
            if count > 0 {
                reasons.push(format!(
                    "{count} {says} (`repairbridge flow runs {name} --state {what}`)"
                ));
            }
        }
        reasons
    }
}
