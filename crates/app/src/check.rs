//! The pre-flight: finds trouble before a sync does, with the mend for each.

use crate::connection::{ShopFacts, patiently};
use crate::pass::{appointments, notes::home};
use crate::ports::{Port, PortError, Scope};
use crate::{App, AppError};
use domain::{FailureClass, Kind, Side};
use jiff::tz::TimeZone;
use serde::Serialize;
use std::collections::BTreeMap;
use store::Shop;
use sync::NotesHome;

/// How a line of the pre-flight came out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// Fine.
    Passed,
    /// Works, but worth knowing.
    Warned,
    /// Has to be mended.
    Failed,
}

/// A line of the pre-flight.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CheckLine {
    /// What was looked at.
    pub what: String,
    /// How it came out.
    pub verdict: Verdict,
    /// What was found.
    pub says: String,
    /// What to do about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mend: Option<String>,
}

/// The pre-flight of a shop.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct CheckReport {
    /// Line by line.
    pub lines: Vec<CheckLine>,
}

impl CheckReport {
    /// Whether something has to be mended.
    #[must_use]
    pub fn failed(&self) -> bool {
        self.lines
            .iter()
            .any(|line| line.verdict == Verdict::Failed)
    }

    fn say(&mut self, what: &str, verdict: Verdict, says: impl Into<String>, mend: Option<&str>) {
        self.lines.push(CheckLine {
            what: what.to_owned(),
            verdict,
            says: says.into(),
            mend: mend.map(str::to_owned),
        });
    }

    fn passed(&mut self, what: &str, says: impl Into<String>) {
        self.say(what, Verdict::Passed, says, None);
    }

    fn warned(&mut self, what: &str, says: impl Into<String>, mend: &str) {
        self.say(what, Verdict::Warned, says, Some(mend));
    }

    /// A vendor's refusal: what is wrong, and after the semicolon what to do about it.
    fn refused(&mut self, what: &str, error: &PortError) {
        let verdict = match error.class {
            FailureClass::Deferred { .. } => Verdict::Warned,
            _ => Verdict::Failed,
        };
        let (says, mend) = match error.message.split_once("; ") {
            Some((says, mend)) => (says, Some(mend)),
            None => (error.message.as_str(), None),
        };
        self.say(what, verdict, format!("{says} ({})", error.code), mend);
    }
}

impl App {
    /// Looks at everything that a sync of the shop needs. Reads only.
    ///
    /// # Errors
    /// When there is no such shop or the store refuses; what a vendor refuses is a line of the report.
    pub async fn check(&self, name: &str) -> Result<CheckReport, AppError> {
        let shop = self.shop(name).await?;
        let mut report = CheckReport::default();
        let mut connected = true;
        for side in Side::BOTH {
            if self.is_connected(&shop, side).await? {
                report.passed(
                    &format!("{} credentials", side.title()),
                    "stored in the vault",
                );
            } else {
                connected = false;
                let mend = format!("repairbridge connect {side} {name}");
                report.say(
                    &format!("{} credentials", side.title()),
                    Verdict::Failed,
                    "none are stored",
                    Some(&mend),
                );
            }
        }
        if connected {
            self.check_vendors(&shop, &mut report).await?;
        }
        Ok(report)
    }

    async fn check_vendors(&self, shop: &Shop, report: &mut CheckReport) -> Result<(), AppError> {
        let scopes = self.needed_scopes(shop)?;
        let names: Vec<_> = scopes.iter().map(|needed| needed.scope).collect();
        report.passed(
            "HighLevel scopes",
            format!("under these rules the token needs {}", names.join(", ")),
        );
        let clients = self.clients(shop, &TimeZone::UTC, &BTreeMap::new()).await?;
        let location = patiently(
            self,
            || async { clients.highlevel.location().get().await },
            PortError::from,
        )
        .await;
        let left_works = match location {
            Ok(location) => {
                let settings = location.settings.clone().unwrap_or_default();
                let shown = location
                    .name
                    .clone()
                    .unwrap_or_else(|| shop.location.clone());
                report.passed("HighLevel location", format!("reached “{shown}”"));
                if settings.allow_duplicate_contact == Some(true) {
                    report.warned(
                        "HighLevel duplicate rule",
                        "the location allows two contacts with the same e-mail address or number",
                        "Settings > Business Profile: switch “allow duplicate contact” off, so that HighLevel itself refuses doubles",
                    );
                } else {
                    report.passed(
                        "HighLevel duplicate rule",
                        format!(
                            "unique by {}",
                            settings.contact_unique_identifiers.join(" and ")
                        ),
                    );
                }
                if shop.country.is_none() && location.country.is_none() {
                    report.say(
                        "country",
                        Verdict::Failed,
                        "neither the shop nor the location names one, so national phone numbers cannot be read",
                        Some("add the shop with --country, for example --country GB"),
                    );
                } else {
                    let country = shop
                        .country
                        .clone()
                        .or(location.country)
                        .unwrap_or_default();
                    report.passed("country", country);
                }
                match shop.zone.clone().or(location.timezone) {
                    Some(zone) => report.passed("time zone", zone),
                    None => report.warned(
                        "time zone",
                        "not known; UTC is used",
                        "add the shop with --timezone",
                    ),
                }
                true
            }
            Err(AppError::Vendor(error)) => {
                report.refused("HighLevel location", &error);
                false
            }
            Err(other) => return Err(other),
        };
        let statuses = patiently(
            self,
            || async { clients.mygadgetrepairs.statuses().all().await },
            PortError::from,
        )
        .await;
        let right_works = match statuses {
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
        };
        if left_works && right_works {
            match self.facts(shop, &clients, true).await {
                Ok(facts) => {
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
                    self.check_notes(shop, &facts, report).await?;
                    let (connection, _) = self.open(shop).await?;
                    check_appointments(&facts, &*connection.highlevel, report).await;
                    for kind in [Kind::Contact, Kind::Task] {
                        self.check_reading(&*connection.highlevel, kind, report)
                            .await;
                        self.check_reading(&*connection.mygadgetrepairs, kind, report)
                            .await;
                    }
                }
                Err(AppError::Vendor(error)) => report.refused("capabilities", &error),
                Err(AppError::Refused(why)) => report.say("shop", Verdict::Failed, why, None),
                Err(other) => return Err(other),
            }
        }
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

    /// Whether CRM notes have a place at the counter.
    async fn check_notes(
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

    async fn check_reading(&self, port: &dyn Port, kind: Kind, report: &mut CheckReport) {
        let side = port.side();
        let what = format!("{} {}s", side.title(), kind.name_on(side));
        match port
            .page(kind, &Scope::Changed(Some(self.now())), None)
            .await
        {
            Ok(_) => report.passed(&what, "can be read"),
            Err(error) => report.refused(&what, &error),
        }
    }
}

/// Whether appointments are kept in step; where they are not, everything else is all the same.
async fn check_appointments(facts: &ShopFacts, crm: &dyn Port, report: &mut CheckReport) {
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
