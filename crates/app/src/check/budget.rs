//! What may still be asked of the vendors.

use super::CheckReport;
use crate::status::BudgetStatus;
use crate::{App, AppError};
use store::Shop;

/// Of the day's requests; below this share, history waits for tomorrow.
const SMALL_SHARE: u32 = 20;

impl App {
    pub(super) async fn check_budget(
        &self,
        shop: &Shop,
        report: &mut CheckReport,
    ) -> Result<(), AppError> {
        let budget = self.status(&shop.name).await?.budget;
        judge(&budget, self.config.highlevel_per_day, report);
        Ok(())
    }
}

fn judge(budget: &BudgetStatus, per_day: u32, report: &mut CheckReport) {
    const WHAT: &str = "budget left";
    let left = |left: Option<u32>| left.map_or("no ceiling".to_owned(), |left| left.to_string());
    let says = format!(
        "HighLevel {} in 10 s and {} today, MyGadgetRepairs {} this minute",
        left(budget.highlevel.window_left),
        left(budget.highlevel.day_left),
        left(budget.mygadgetrepairs.window_left)
    );
    if let Some(until) = budget.mygadgetrepairs.blocked_until {
        return report.warned(
            WHAT,
            format!("{says}; MyGadgetRepairs is not asked at all before {until}"),
            "wait; if another program uses the same API key, give it a key of its own or stop it",
        );
    }
    let little = per_day / SMALL_SHARE;
    if budget.highlevel.day_left.is_some_and(|left| left < little) {
        return report.warned(
            WHAT,
            says,
            "what just happened still goes through; history goes on tomorrow. If that happens often, find out which other app uses up the location's day",
        );
    }
    report.passed(WHAT, says);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Verdict;
    use domain::Timestamp;

    #[test]
    fn a_pause_and_a_day_nearly_spent_are_warned_of() {
        let verdict = |budget: &BudgetStatus| {
            let mut report = CheckReport::default();
            judge(budget, 1_000, &mut report);
            report.lines[0].verdict
        };
        let mut budget = BudgetStatus::default();
        assert_eq!(verdict(&budget), Verdict::Passed);
        budget.highlevel.day_left = Some(50);
        assert_eq!(verdict(&budget), Verdict::Passed);
        budget.highlevel.day_left = Some(49);
        assert_eq!(verdict(&budget), Verdict::Warned);
        budget.highlevel.day_left = None;
        budget.mygadgetrepairs.blocked_until = Some(Timestamp::UNIX_EPOCH);
        assert_eq!(verdict(&budget), Verdict::Warned);
    }
}
