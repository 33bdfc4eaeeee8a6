//! The HighLevel location: reached, and set up so that a sync can rely on it.

use super::{CheckReport, Verdict};
use crate::connection::{Clients, patiently};
use crate::ports::PortError;
use crate::{App, AppError};
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
        })
    }
}
