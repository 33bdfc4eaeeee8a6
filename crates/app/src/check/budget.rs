//! What may still be asked of the vendors.

use super::CheckReport;
use crate::{App, AppError};
use store::Shop;

impl App {
    pub(super) async fn check_budget(
        &self,
        shop: &Shop,
        report: &mut CheckReport,
    ) -> Result<(), AppError> {
        let status = self.status(&shop.name).await?;
        let left =
            |left: Option<u32>| left.map_or("no ceiling".to_owned(), |left| left.to_string());
        report.passed(
            "budget left",
            format!(
                "HighLevel {} in 10 s and {} today, MyGadgetRepairs {} this minute",
                left(status.budget.highlevel.window_left),
                left(status.budget.highlevel.day_left),
                left(status.budget.mygadgetrepairs.window_left)
            ),
        );
        Ok(())
    }
}
