//! The pre-flight: finds trouble before a sync does, with the mend for each. One file per subject.

mod appointments;
mod budget;
mod clock;
mod counter;
mod disk;
mod location;
mod notes;
mod reach;
mod reading;
mod report;
mod scopes;
mod vocabulary;

pub use report::{CheckLine, CheckReport, Verdict};

use crate::scopes::NO_SCOPE;
use crate::{App, AppError};
use domain::{Kind, Side};
use jiff::tz::TimeZone;
use scopes::Permissions;
use std::collections::BTreeMap;
use store::{Intent, IntentState, Shop};

/// So many writes that wait are counted.
const MANY: u32 = 1_000;

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
        self.check_reach(&shop, &mut report).await?;
        self.check_disk(&mut report);
        Ok(report)
    }

    /// Writes to HighLevel that wait for a permission.
    async fn refused_for_want_of_a_scope(&self, shop: &Shop) -> Result<usize, AppError> {
        let (held, side) = (IntentState::Held, Some(Side::HighLevel));
        let held = self.store.intents(shop.id, held, side, MANY).await?;
        let wants = |intent: &&Intent| intent.code.as_deref() == Some(NO_SCOPE);
        Ok(held.iter().filter(wants).count())
    }

    async fn check_vendors(&self, shop: &Shop, report: &mut CheckReport) -> Result<(), AppError> {
        let scopes = self.needed_scopes(shop).await?;
        let name = &shop.name;
        let granted = self.granted_scopes(shop).await?.map(|scopes| {
            // What an agency's installation may do for itself is no permission of the sub-account's.
            let mut granted = scopes.granted;
            granted.retain(|scope| !scope.starts_with("oauth."));
            granted
        });
        let mend = match &granted {
            Some(_) => format!(
                "go through HighLevel's page once more: `repairbridge connect highlevel {name} --oauth`"
            ),
            // What a private integration token was granted, HighLevel does not tell.
            None => format!(
                "make a token with these permissions, and enter it with `repairbridge connect highlevel {name} --token-file FILE`"
            ),
        };
        let permissions = match &granted {
            Some(granted) => Permissions::Told(granted),
            None => Permissions::Untold {
                refused: self.refused_for_want_of_a_scope(shop).await?,
            },
        };
        scopes::check_scopes(&scopes, &permissions, &mend, report);
        for reason in self.installation_reasons(shop).await? {
            let again = format!("repairbridge connect highlevel {name} --oauth");
            report.warned("HighLevel connection", reason, &again);
        }
        let clients = self.clients(shop, &TimeZone::UTC, &BTreeMap::new()).await?;
        let left_works = self.check_location(shop, &clients, report).await?;
        let right_works = self.check_counter(&clients, report).await?;
        if left_works || right_works {
            self.check_clock(&clients, report).await;
        }
        if left_works && right_works {
            match self.facts(shop, &clients, true).await {
                Ok(facts) => {
                    counter::check_capabilities(shop, &facts, report);
                    self.check_vocabulary(shop, &clients, &facts, report).await;
                    self.check_notes(shop, &facts, report).await?;
                    let (connection, _) = self.open(shop).await?;
                    let crm = &*connection.highlevel;
                    appointments::check_appointments(&facts, crm, report).await;
                    for kind in [Kind::Contact, Kind::Task] {
                        self.check_reading(crm, kind, report).await;
                        self.check_reading(&*connection.mygadgetrepairs, kind, report)
                            .await;
                    }
                }
                Err(AppError::Vendor(error)) => report.refused("capabilities", &error),
                Err(AppError::Refused(why)) => report.say("shop", Verdict::Failed, why, None),
                Err(other) => return Err(other),
            }
        }
        self.check_budget(shop, report).await
    }
}
