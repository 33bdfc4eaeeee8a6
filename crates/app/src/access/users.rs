//! Users: added, listed, given another role or password, kept out.

use super::gate::Busy;
use super::stored;
use crate::{App, AppError};
use ::access::{Hash, Role, check_name};
use domain::Timestamp;
use schemars::JsonSchema;
use secrecy::SecretString;
use serde::Serialize;
use std::sync::atomic::Ordering;
use store::UserRow;

/// A user of the dashboard.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct User {
    /// The name, as typed at sign-in.
    pub name: String,
    /// What the user may do.
    pub role: Role,
    /// When the user was added.
    #[schemars(with = "String")]
    pub created_at: Timestamp,
    /// Since when the user may not come in.
    #[schemars(with = "Option<String>")]
    pub disabled_at: Option<Timestamp>,
    /// Whether a password was set.
    pub has_password: bool,
}

impl App {
    /// Whether nobody was set up yet: then no page is shown but the one for setting up the first owner.
    ///
    /// # Errors
    /// When the store refuses.
    pub async fn needs_setup(&self) -> Result<bool, AppError> {
        if self.gate.has_users.load(Ordering::Relaxed) {
            return Ok(false);
        }
        let has_users = self.store.has_users().await?;
        self.gate.has_users.store(has_users, Ordering::Relaxed);
        Ok(!has_users)
    }

    /// Adds a user; without a password, somebody has to choose one by a set-up link.
    ///
    /// # Errors
    /// When the name or the password cannot be used, the name is taken, or the first user would be no owner.
    pub async fn add_user(
        &self,
        name: &str,
        role: Role,
        password: Option<&SecretString>,
    ) -> Result<(), AppError> {
        check_name("user", name).map_err(|why| AppError::Refused(why.to_string()))?;
        if role != Role::Owner && self.needs_setup().await? {
            return Err(AppError::Refused(
                "the first user must be an owner: --role owner".into(),
            ));
        }
        let hash = match password {
            Some(password) => Some(self.hash(name, password).await?),
            None => None,
        };
        let hash = hash.as_ref().map(Hash::as_str);
        self.store
            .add_user(name, role.as_str(), hash, self.now())
            .await?;
        Ok(())
    }

    /// All users, by name.
    ///
    /// # Errors
    /// When the store refuses.
    pub async fn dashboard_users(&self) -> Result<Vec<User>, AppError> {
        let rows = self.store.users().await?.into_iter();
        rows.map(|row| {
            Ok(User {
                role: stored(row.role.parse())?,
                has_password: row.password.is_some(),
                name: row.name,
                created_at: row.created_at,
                disabled_at: row.disabled_at,
            })
        })
        .collect()
    }

    /// Gives a user another role, at once in all sessions.
    ///
    /// # Errors
    /// When there is no such user, or no owner would be left.
    pub async fn set_role(&self, name: &str, role: Role) -> Result<(), AppError> {
        let user = self.user_row(name).await?;
        let owner = Role::Owner.as_str();
        if self.store.set_role(user.id, role.as_str(), owner).await? {
            return Ok(());
        }
        Err(last_owner(name))
    }

    /// Keeps a user out, at once in all sessions, or lets the user in again.
    ///
    /// # Errors
    /// When there is no such user, or no owner would be left.
    pub async fn disable_user(&self, name: &str, disabled: bool) -> Result<(), AppError> {
        let user = self.user_row(name).await?;
        let since = disabled.then(|| self.now());
        let owner = Role::Owner.as_str();
        if self.store.set_disabled(user.id, since, owner).await? {
            return Ok(());
        }
        Err(last_owner(name))
    }

    /// Sets a user's password, which ends all sessions of that user.
    ///
    /// # Errors
    /// When there is no such user, or the password cannot be used.
    pub async fn set_password(&self, name: &str, password: &SecretString) -> Result<(), AppError> {
        let user = self.user_row(name).await?;
        let hash = self.hash(&user.name, password).await?;
        self.store
            .set_password(user.id, hash.as_str(), self.now())
            .await?;
        self.forget_tries_at(&user.name).await
    }

    pub(super) async fn user_row(&self, name: &str) -> Result<UserRow, AppError> {
        let found = self.store.user(name).await?;
        found.ok_or_else(|| {
            AppError::Refused(format!(
                "there is no user `{name}`; `repairbridge user list` shows them"
            ))
        })
    }

    /// Checks and hashes a password.
    pub(super) async fn hash(&self, user: &str, password: &SecretString) -> Result<Hash, AppError> {
        Hash::check(password, user).map_err(|why| AppError::Refused(why.to_string()))?;
        let randomness = self.context.randomness.clone();
        match self.gate.hash(password.clone(), randomness).await {
            Ok(hash) => hash,
            Err(Busy) => Err(AppError::Refused(
                "too many are signing in at this moment; try again".into(),
            )),
        }
    }
}

fn last_owner(name: &str) -> AppError {
    AppError::Refused(format!(
        "`{name}` is the last owner who may come in. Make another user an owner first: `repairbridge user role NAME owner`"
    ))
}
