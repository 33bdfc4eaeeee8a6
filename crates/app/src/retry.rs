//! Failed work, listed with its cause and the mend, and tried again. What waits for something is told apart.

use crate::explain::open_write;
use crate::{App, AppError, OpenWrite};
use domain::{IntentId, Kind, RecordId, Side, Timestamp};
use schemars::JsonSchema;
use serde::Serialize;
use store::{Exchange, IntentState, Shop};

/// Shown at once.
const AT_ONCE: u32 = 1_000;

/// Work that did not come to its end.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Unfinished {
    /// Refused for good: to be mended and tried again.
    pub failed: Vec<UnfinishedWrite>,
    /// Waits for a scope, credentials or an approval; goes on by itself once that is there.
    pub held: Vec<UnfinishedWrite>,
}

/// One write that did not come to its end.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct UnfinishedWrite {
    /// The write.
    #[serde(flatten)]
    pub write: OpenWrite,
    /// The kind of record.
    pub kind: Kind,
    /// The record that it comes from, on the other side.
    pub source: RecordId,
    /// The record that is written; nothing where it is to be made.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target: Option<RecordId>,
    /// The number by which people know it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
    /// Stable code of the failure.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// When it failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub at: Option<Timestamp>,
}

impl UnfinishedWrite {
    /// For people, line by line.
    #[must_use]
    pub fn lines(&self) -> Vec<String> {
        let side = self.write.side;
        let number = self.reference.as_deref().unwrap_or(self.source.as_str());
        let fields = if self.write.fields.is_empty() {
            String::new()
        } else {
            format!(" ({})", self.write.fields.join(", "))
        };
        vec![
            format!(
                "{}  {} the {} {} of {number}{fields}",
                self.write.id,
                self.write.op.as_str(),
                side.title(),
                self.kind.name_on(side)
            ),
            format!(
                "   {}: {} (attempts: {})",
                self.code.as_deref().unwrap_or("unknown"),
                self.write.waits_for.as_deref().unwrap_or("no reason known"),
                self.write.attempts
            ),
        ]
    }
}

/// Writes that were refused for the same reason.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct FailureGroup {
    /// Stable code of the failure.
    pub code: String,
    /// The side that refused.
    pub side: Side,
    /// What is wrong and how to mend it, as the vendor's side told it of the first of them.
    pub says: String,
    /// How many there are.
    pub count: u64,
    /// Some of them.
    pub writes: Vec<UnfinishedWrite>,
}

/// Shown of each group.
const EXAMPLES: usize = 20;

impl Unfinished {
    /// What failed, by side and code, the most first; the words of a vendor differ in ids and times.
    #[must_use]
    pub fn groups(self) -> Vec<FailureGroup> {
        let mut groups: Vec<FailureGroup> = Vec::new();
        for write in self.failed {
            let code = write.code.clone().unwrap_or_else(|| "unknown".to_owned());
            let side = write.write.side;
            let found = groups
                .iter_mut()
                .find(|one| one.code == code && one.side == side);
            let group = match found {
                Some(group) => group,
                None => {
                    let says = write.write.waits_for.clone();
                    groups.push(FailureGroup {
                        code,
                        side,
                        says: says.unwrap_or_else(|| "no reason known".to_owned()),
                        count: 0,
                        writes: Vec::new(),
                    });
                    let last = groups.len() - 1;
                    &mut groups[last]
                }
            };
            group.count += 1;
            if group.writes.len() < EXAMPLES {
                group.writes.push(write);
            }
        }
        groups.sort_by_key(|group| std::cmp::Reverse(group.count));
        groups
    }
}

impl App {
    /// Writes that were refused, and writes that wait for a person.
    ///
    /// # Errors
    /// When there is no such shop.
    pub async fn unfinished(&self, name: &str) -> Result<Unfinished, AppError> {
        let shop = self.shop(name).await?;
        Ok(Unfinished {
            failed: self.in_state(&shop, IntentState::Failed).await?,
            held: self.in_state(&shop, IntentState::Held).await?,
        })
    }

    /// Lets failed writes be tried again: one, or all. The next sync carries them out. Answers how many.
    ///
    /// # Errors
    /// When there is no such shop, or no such failed write.
    pub async fn retry(&self, name: &str, only: Option<IntentId>) -> Result<u64, AppError> {
        let shop = self.shop(name).await?;
        let count = self.store.retry(shop.id, IntentState::Failed, only).await?;
        match only {
            Some(id) if count == 0 => Err(self.not_failed(&shop, id).await?),
            _ => Ok(count),
        }
    }

    async fn not_failed(&self, shop: &Shop, id: IntentId) -> Result<AppError, AppError> {
        let found = self.store.exchange(shop.id, id).await?;
        Ok(AppError::Refused(match found.map(|one| one.intent) {
            None => format!(
                "there is no write {id} of the shop `{0}`; `repairbridge retry {0}` lists what failed",
                shop.name
            ),
            Some(intent) if intent.state == IntentState::Held => format!(
                "the write {id} did not fail: it waits, and goes on by itself once this is mended: {}",
                intent.message.unwrap_or_default()
            ),
            Some(intent) => format!("the write {id} did not fail: it is {}", intent.state),
        }))
    }

    async fn in_state(
        &self,
        shop: &Shop,
        state: IntentState,
    ) -> Result<Vec<UnfinishedWrite>, AppError> {
        let mut writes = Vec::new();
        for Exchange {
            intent,
            finished_at,
            ..
        } in self.store.exchanges_in(shop.id, state, AT_ONCE).await?
        {
            let counter = match intent.side {
                Side::HighLevel => Some(intent.source.clone()),
                Side::MyGadgetRepairs => intent.target.clone(),
            };
            let reference = match counter {
                Some(id) => self
                    .store
                    .record(shop.id, Side::MyGadgetRepairs, intent.kind, &id)
                    .await?
                    .and_then(|stored| stored.record.reference),
                None => None,
            };
            writes.push(UnfinishedWrite {
                write: open_write(&intent),
                kind: intent.kind,
                source: intent.source,
                target: intent.target,
                reference,
                code: intent.code,
                at: finished_at,
            });
        }
        Ok(writes)
    }
}
