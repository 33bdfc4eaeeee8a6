//! Installations that need a person soon, those that are kept alive without one, and disconnecting.

use super::life;
use crate::{App, AppError};
use domain::{Failure, Side, Timestamp};
use store::{Class, InstallationState, Shop};
use tokio_util::sync::CancellationToken;

/// How reasons about tokens begin.
const ENDED_WORDS: &str = "the connection to HighLevel";
/// Seconds between looks at all installations.
const LOOK_SECONDS: i64 = 600;

impl App {
    /// What a person should know about a shop's installation.
    pub(crate) async fn installation_reasons(&self, shop: &Shop) -> Result<Vec<String>, AppError> {
        let name = &shop.name;
        let again = format!("connect again with `repairbridge connect highlevel {name} --oauth`");
        if self.has_static_token(shop).await? {
            return Ok(Vec::new());
        }
        let Some(installation) = self.installation_of(shop).await? else {
            return Ok(Vec::new());
        };
        let now = self.now();
        let mut reasons = Vec::new();
        let alive = life::is_alive(now, installation.obtained_at, installation.access_ends);
        match (installation.state, &installation.problem) {
            (InstallationState::Refused, _) if alive => reasons.push(format!(
                "{ENDED_WORDS} cannot be renewed and ends at {}; {again} before that, nothing is lost",
                minute(installation.access_ends)
            )),
            (InstallationState::Refused, problem) => {
                let problem = problem.as_deref().unwrap_or("refused");
                reasons.push(format!(
                    "{ENDED_WORDS} has ended ({problem}); {again}, nothing is lost"
                ));
            }
            (InstallationState::Active, Some(problem)) => reasons.push(format!(
                "{ENDED_WORDS} cannot be renewed just now: {problem}"
            )),
            _ => {}
        }
        if installation.state == InstallationState::Active
            && installation.via.is_none()
            && life::is_ending(now, installation.refresh_ends)
        {
            reasons.push(format!(
                "{ENDED_WORDS} ends at {} if it is not renewed before; let `repairbridge serve` run, or {again}",
                minute(installation.refresh_ends)
            ));
        }
        Ok(reasons)
    }

    /// Renews what a crash interrupted, at once, and what nobody uses, in time; until cancelled.
    pub async fn keep_installations(&self, cancel: CancellationToken) {
        loop {
            // A database that does not answer for a moment stops nobody.
            let rows = self.store.installations().await.unwrap_or_else(|error| {
                tracing::warn!(%error, "it could not be seen which tokens have to be renewed");
                Vec::new()
            });
            for row in rows {
                if !self.keeper.wants_renewal(&row) {
                    continue;
                }
                if let Err(error) = self.keeper.keep_alive(&row).await {
                    let code = error.code();
                    tracing::warn!(installation.id = row.id, code, %error, "not renewed");
                }
            }
            tokio::select! {
                () = cancel.cancelled() => return,
                () = self.pause(LOOK_SECONDS) => {}
            }
        }
    }

    /// Forgets the credentials of a side. What is linked stays linked; connecting again goes on from there. Answers
    /// whether there were any.
    ///
    /// # Errors
    /// When there is no such shop or the store refuses.
    pub async fn disconnect(&self, name: &str, side: Side) -> Result<bool, AppError> {
        let shop = self.shop(name).await?;
        let mut had = self.forget_secrets_of(&shop, side).await?;
        if side == Side::HighLevel
            && let Some(installation) = self.installation_of(&shop).await?
        {
            let account = &installation.account;
            let ended = self.end_installation(installation.class, account, self.now());
            had |= ended.await? > 0;
        }
        self.after_connecting(&shop, side).await?;
        Ok(had)
    }
}

impl App {
    /// Forgets the tokens of every agency in which our app is installed, and of the sub-accounts whose tokens are made
    /// from theirs. Answers how many installations ended.
    ///
    /// # Errors
    /// When the store refuses.
    pub async fn disconnect_agencies(&self) -> Result<u64, AppError> {
        let mut ended = 0;
        for agency in self.store.installations().await? {
            if agency.class == Class::Company && agency.state != InstallationState::Uninstalled {
                let account = &agency.account;
                let done = self.end_installation(Class::Company, account, self.now());
                ended += done.await?;
            }
        }
        Ok(ended)
    }

    /// Forgets the tokens of an account, with those that are made from them, here and in the store; and lets the shops
    /// see it. What was installed after `before` stays. Answers how many installations ended.
    pub(super) async fn end_installation(
        &self,
        class: Class,
        account: &str,
        before: Timestamp,
    ) -> Result<u64, AppError> {
        let ended = self.store.uninstall(class, account, before).await?;
        if ended > 0 {
            self.keeper.forget_all();
            for shop in self.store.shops().await? {
                self.kept.forget(shop.id.0);
                self.call_passes(shop.id);
            }
        }
        Ok(ended)
    }
}

fn minute(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M UTC").to_string()
}
