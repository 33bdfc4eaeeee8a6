//! Whether CRM notes have a place at the counter.

use super::{CheckReport, Verdict};
use crate::connection::ShopFacts;
use crate::pass::notes::home;
use crate::{App, AppError};
use store::Shop;
use sync::NotesHome;

impl App {
    /// Whether CRM notes have a place at the counter.
    pub(super) async fn check_notes(
        &self,
        shop: &Shop,
        facts: &ShopFacts,
        report: &mut CheckReport,
    ) -> Result<(), AppError> {
        const WHAT: &str = "notes";
        let form = home::form(&facts.capabilities);
        let home = home::home(&self.store, shop, &facts.rules.notes, form).await?;
        match home {
            NotesHome::Comments { proven: true } => {
                report.passed(WHAT, "CRM notes are told in comments of open tickets");
            }
            NotesHome::Comments { proven: false } => report.passed(
                WHAT,
                "CRM notes are told in comments of open tickets; the first one is read back before others follow",
            ),
            NotesHome::CustomField(name) => report.passed(
                WHAT,
                format!("CRM notes are shown in the customers' custom field “{name}”"),
            ),
            NotesHome::Off => report.passed(WHAT, "CRM notes stay in HighLevel, as the rules say"),
            NotesHome::Held(reason) => match reason.split_once(". ") {
                Some((says, mend)) => report.warned(WHAT, says, mend),
                None => report.say(WHAT, Verdict::Warned, reason, None),
            },
        }
        Ok(())
    }
}
