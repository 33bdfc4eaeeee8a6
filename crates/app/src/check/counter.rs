//! The MyGadgetRepairs account: its key, what it can do, and whether it has what the rules name.

use super::{CheckReport, Verdict};
use crate::connection::{Clients, ShopFacts, patiently};
use crate::ports::PortError;
use crate::{App, AppError};
use store::Shop;

impl App {
    /// Answers whether the account can be read.
    pub(super) async fn check_counter(
        &self,
        clients: &Clients,
        report: &mut CheckReport,
    ) -> Result<bool, AppError> {
        let statuses = patiently(
            self,
            || async { clients.mygadgetrepairs.statuses().all().await },
            PortError::from,
        )
        .await;
        Ok(match statuses {
            Ok(statuses) => {
                report.passed("MyGadgetRepairs key", "accepted");
                report.passed(
                    "MyGadgetRepairs statuses",
                    format!("{} found", statuses.len()),
                );
                true
            }
            Err(AppError::Vendor(error)) => {
                report.refused("MyGadgetRepairs key", &error);
                false
            }
            Err(other) => return Err(other),
        })
    }
}

/// What the account can do, and what the rules name that it does not have.
pub(super) fn check_capabilities(shop: &Shop, facts: &ShopFacts, report: &mut CheckReport) {
    for sentence in facts.capabilities.sentences() {
        let verdict = match sentence.tone {
            mygadgetrepairs::probe::Tone::Good => Verdict::Passed,
            _ => Verdict::Warned,
        };
        let what = format!("MyGadgetRepairs {}", sentence.topic);
        report.say(&what, verdict, sentence.text, None);
    }
    for problem in facts.rules.check(&facts.setting) {
        let what = format!("rules: {}", problem.field);
        let mend = format!("repairbridge rules set {}", shop.name);
        report.say(&what, Verdict::Warned, problem.reason, Some(&mend));
    }
}
