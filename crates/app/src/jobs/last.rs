//! What the last check and the last preview of a shop found, kept with the shop.

use crate::{App, AppError, CheckReport, Preview};
use domain::Timestamp;
use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use store::Change;

const CHECK: &str = "last.check";
const PREVIEW: &str = "last.preview";

/// What the last check found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct LastCheck {
    /// When it was made.
    #[schemars(with = "String")]
    pub at: Timestamp,
    /// Whether something has to be mended.
    pub failed: bool,
    /// Line by line.
    #[serde(flatten)]
    pub report: CheckReport,
}

/// What the last preview found.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct LastPreview {
    /// When it was made.
    #[schemars(with = "String")]
    pub at: Timestamp,
    /// To how many customers messages may go because of what the rules do. Automations that react to new contacts are
    /// the shop's own, and not known here.
    pub would_message: u64,
    /// The same for people, line by line.
    pub words: Vec<String>,
    /// What was found.
    #[serde(flatten)]
    pub preview: Preview,
}

impl App {
    /// What the last check of a shop found; nothing where none was made yet.
    ///
    /// # Errors
    /// When there is no such shop.
    pub async fn last_check(&self, name: &str) -> Result<Option<LastCheck>, AppError> {
        self.last(name, CHECK).await
    }

    /// What the last preview of a shop found; nothing where none was made yet.
    ///
    /// # Errors
    /// When there is no such shop.
    pub async fn last_preview(&self, name: &str) -> Result<Option<LastPreview>, AppError> {
        self.last(name, PREVIEW).await
    }

    async fn last<T: DeserializeOwned>(
        &self,
        name: &str,
        topic: &str,
    ) -> Result<Option<T>, AppError> {
        let shop = self.shop(name).await?;
        let fact = self.store.fact(shop.id, topic).await?;
        // One that another version kept in another form is as good as none.
        Ok(fact.and_then(|fact| serde_json::from_value(fact.value).ok()))
    }

    pub(super) async fn keep_check(&self, name: &str, report: CheckReport) -> Result<(), AppError> {
        let last = LastCheck {
            at: self.now(),
            failed: report.failed(),
            report,
        };
        self.keep_last(name, CHECK, &last).await
    }

    pub(super) async fn keep_preview(&self, name: &str, preview: Preview) -> Result<(), AppError> {
        let last = LastPreview {
            at: self.now(),
            would_message: preview.tally.note_rules.values().sum(),
            words: preview.lines(),
            preview,
        };
        self.keep_last(name, PREVIEW, &last).await
    }

    async fn keep_last(
        &self,
        name: &str,
        topic: &'static str,
        last: &impl Serialize,
    ) -> Result<(), AppError> {
        let shop = self.shop(name).await?;
        let value = serde_json::to_value(last)
            .map_err(|why| AppError::Refused(format!("it cannot be kept: {why}")))?;
        let change = Change::Fact(topic, value);
        Ok(self.store.commit(shop.id, self.now(), vec![change]).await?)
    }
}
