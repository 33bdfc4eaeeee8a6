//! The HighLevel location: reached, and set up so that a sync can rely on it.

use super::{CheckReport, Verdict};
use crate::connection::{Clients, patiently};
use crate::ports::PortError;
use crate::{App, AppError};
use domain::CountryCode;
use jiff::tz::TimeZone;
use store::Shop;

impl App {
    /// Answers whether the location can be read.
    pub(super) async fn check_location(
        &self,
        shop: &Shop,
        clients: &Clients,
        report: &mut CheckReport,
    ) -> Result<bool, AppError> {
        let location = patiently(
            self,
            || async { clients.highlevel.location().get().await },
            PortError::from,
        )
        .await;
        Ok(match location {
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
                check_country(
                    shop.country.as_deref().or(location.country.as_deref()),
                    report,
                );
                check_zone(
                    shop.zone.as_deref().or(location.timezone.as_deref()),
                    report,
                );
                true
            }
            Err(AppError::Vendor(error)) => {
                report.refused("HighLevel location", &error);
                false
            }
            Err(other) => return Err(other),
        })
    }
}

/// As the sync reads it: an empty or unknown one is none.
fn check_country(country: Option<&str>, report: &mut CheckReport) {
    let known = country.and_then(CountryCode::parse);
    match known {
        Some(country) => report.passed("country", country.as_str()),
        None => report.say(
            "country",
            Verdict::Failed,
            "neither the shop nor the location names one, so national phone numbers cannot be read",
            Some("add the shop with --country, for example --country GB"),
        ),
    }
}

fn check_zone(zone: Option<&str>, report: &mut CheckReport) {
    const MEND: &str = "add the shop with --timezone, for example --timezone Europe/London";
    match zone.filter(|zone| !zone.trim().is_empty()) {
        Some(zone) if TimeZone::get(zone).is_ok() => report.passed("time zone", zone),
        Some(zone) => report.say(
            "time zone",
            Verdict::Failed,
            format!("`{zone}` is not an IANA time zone, so days and times cannot be told"),
            Some(MEND),
        ),
        None => report.warned("time zone", "not known; UTC is used", MEND),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdict(check: fn(Option<&str>, &mut CheckReport), text: Option<&str>) -> Verdict {
        let mut report = CheckReport::default();
        check(text, &mut report);
        assert!(report.lines[0].verdict == Verdict::Passed || report.lines[0].mend.is_some());
        report.lines[0].verdict
    }

    #[test]
    fn a_country_or_zone_that_nobody_knows_is_told() {
        for (country, wanted) in [
            (Some("GB"), Verdict::Passed),
            (Some("Narnia"), Verdict::Failed),
            (Some(""), Verdict::Failed),
            (None, Verdict::Failed),
        ] {
            assert_eq!(verdict(check_country, country), wanted, "{country:?}");
        }
        for (zone, wanted) in [
            (Some("Europe/London"), Verdict::Passed),
            (Some("Mars/Olympus"), Verdict::Failed),
            (Some(""), Verdict::Warned),
            (None, Verdict::Warned),
        ] {
            assert_eq!(verdict(check_zone, zone), wanted, "{zone:?}");
        }
    }
}
