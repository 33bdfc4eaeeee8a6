//! Whether appointments are kept in step.

use super::{CheckReport, Verdict};
use crate::connection::ShopFacts;
use crate::pass::appointments;
use crate::ports::{Port, Scope};
use domain::Kind;

/// Whether appointments are kept in step; where they are not, everything else is all the same.
pub(super) async fn check_appointments(
    facts: &ShopFacts,
    crm: &dyn Port,
    report: &mut CheckReport,
) {
    const WHAT: &str = "appointments";
    let rules = &facts.rules.appointments;
    if !rules.are_synced() {
        return report.passed(WHAT, "left out of the sync, as the rules say");
    }
    let refused = match appointments::resting(facts) {
        Some(reason) => Some(reason),
        None => {
            let read = crm.page(Kind::Appointment, &Scope::All, None).await;
            read.err()
                .map(|error| format!("appointments are not synced: {}", error.message))
        }
    };
    if let Some(reason) = refused {
        return match reason.split_once("; ") {
            Some((says, mend)) => report.warned(WHAT, says, mend),
            None => report.say(WHAT, Verdict::Warned, reason, None),
        };
    }
    let list = facts.calendars.as_ref();
    let calendars = list.map_or(0, |list| list.calendars.len());
    let Some(name) = rules.back() else {
        return report.passed(
            WHAT,
            format!(
                "upcoming ones of HighLevel's calendars ({calendars}) are shown at the counter; the counter's own stay there"
            ),
        );
    };
    match list.and_then(|list| list.named(name)) {
        Some(calendar) => report.passed(
            WHAT,
            format!(
                "upcoming ones of HighLevel's calendars ({calendars}) are shown at the counter; the counter's own are booked in “{}”, without a message to the customer",
                calendar.name
            ),
        ),
        None => {
            let names: Vec<&str> = list
                .into_iter()
                .flat_map(|list| &list.calendars)
                .map(|calendar| calendar.name.as_str())
                .collect();
            let mend = format!("under [appointments] in the rules, write `back` as one of: {}", names.join(", "));
            report.warned(WHAT, format!("HighLevel has no calendar “{name}” for the counter's own appointments"), &mend);
        }
    }
}
