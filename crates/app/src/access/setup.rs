//! Set-up links: by which the first owner is made, and by which a user chooses a password. Each works once and for a
//! day, so nobody ever gets a password from somebody else.

use super::{Doer, Origin};
use crate::{App, AppError};
use ::access::{Role, Token, TokenKind, check_name, setup_link_end};
use secrecy::SecretString;

/// What a link is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SetupLink {
    /// The first owner chooses name and password.
    FirstOwner,
    /// A user chooses a password.
    PasswordOf(String),
}

/// Nothing was set up.
#[derive(Debug, thiserror::Error)]
pub enum NotSetUp {
    /// The link was used, is too old, or never was one.
    #[error("this link was used already or is too old")]
    NoSuchLink,
    /// Name or password cannot be used; the link still works.
    #[error("{0}")]
    Refused(String),
    /// It could not be tried.
    #[error(transparent)]
    App(AppError),
}

impl From<AppError> for NotSetUp {
    fn from(error: AppError) -> Self {
        match error {
            AppError::Refused(why) => Self::Refused(why),
            error => Self::App(error),
        }
    }
}

impl App {
    /// A new link for the first owner, in place of the one before; nothing where somebody is set up already.
    ///
    /// # Errors
    /// When the store refuses.
    pub async fn first_setup_link(&self) -> Result<Option<Token>, AppError> {
        if !self.needs_setup().await? {
            return Ok(None);
        }
        Ok(Some(self.new_link(None).await?))
    }

    /// A new link by which a user chooses a password, in place of the one before. The old password works until then.
    ///
    /// # Errors
    /// When there is no such user, or the user may not come in.
    pub async fn setup_link_for(&self, name: &str) -> Result<Token, AppError> {
        let user = self.user_row(name).await?;
        if user.disabled_at.is_some() {
            return Err(AppError::Refused(format!(
                "`{0}` may not come in. `repairbridge user enable {0}` lets the user in again",
                user.name
            )));
        }
        self.new_link(Some(user.id)).await
    }

    async fn new_link(&self, user: Option<i64>) -> Result<Token, AppError> {
        let token = Token::new(TokenKind::SetupLink, &*self.context.randomness);
        let end = setup_link_end(self.now());
        self.store
            .save_setup_link(token.digest(), user, end)
            .await?;
        Ok(token)
    }

    /// What a link is for, without using it up; nothing where it does not work (any more).
    ///
    /// # Errors
    /// When the store refuses.
    pub async fn look_at_setup_link(&self, text: &str) -> Result<Option<SetupLink>, AppError> {
        let Some(token) = Token::parse(TokenKind::SetupLink, text) else {
            return Ok(None);
        };
        let found = self.store.setup_link(token.digest()).await?;
        let Some((user, expires_at)) = found else {
            return Ok(None);
        };
        if self.now() >= expires_at {
            return Ok(None);
        }
        match user {
            Some(name) => Ok(Some(SetupLink::PasswordOf(name))),
            None if self.needs_setup().await? => Ok(Some(SetupLink::FirstOwner)),
            None => Ok(None),
        }
    }

    /// Uses a link up: makes the first owner under this name, or sets the user's password, and begins a session, whose
    /// token is answered.
    ///
    /// # Errors
    /// When the link does not work, or name or password cannot be used; then the link still works.
    pub async fn set_up(
        &self,
        text: &str,
        name: &str,
        password: &SecretString,
        from: &Origin,
    ) -> Result<Token, NotSetUp> {
        let link = self.look_at_setup_link(text).await?;
        let link = link.ok_or(NotSetUp::NoSuchLink)?;
        let token = Token::parse(TokenKind::SetupLink, text).ok_or(NotSetUp::NoSuchLink)?;
        let (name, what) = match &link {
            SetupLink::FirstOwner => (name.trim(), "set up the first owner"),
            SetupLink::PasswordOf(user) => (user.as_str(), "chose a password by a set-up link"),
        };
        check_name("user", name).map_err(|why| NotSetUp::Refused(why.to_string()))?;
        let hash = self.hash(name, password).await?;
        let now = self.now();
        let used = match &link {
            SetupLink::FirstOwner => {
                let owner = (name, Role::Owner.as_str(), hash.as_str());
                self.store.use_first_link(token.digest(), owner, now).await
            }
            SetupLink::PasswordOf(_) => {
                self.store
                    .use_setup_link(token.digest(), hash.as_str(), now)
                    .await
            }
        };
        let user = used.map_err(AppError::from)?.ok_or(NotSetUp::NoSuchLink)?;
        self.note_audit(Doer::at_dashboard(name, from), what, None)
            .await?;
        self.forget_tries_at(name).await?;
        Ok(self.begin_session(user, from).await?)
    }
}
