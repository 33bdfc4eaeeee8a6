//! A few of the shop's own records under its rules: what each side holds, and what would be written.

use crate::judge::{Circumstances, Judge};
use crate::ports::{Port, Scope};
use crate::review::title_of;
use crate::{App, AppError};
use domain::{Field, Fields, Kind, Lane, Record, RecordId, Side, Value};
use mapping::label;
use schemars::JsonSchema;
use serde::Serialize;
use std::collections::BTreeMap;
use store::Shop;
use sync::SingleDecision;

/// Records shown.
const FEW: u32 = 3;

/// A few of the shop's own records.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct RulesSample {
    /// The kind of record.
    pub kind: Kind,
    /// The records; none where none is known yet and none was asked for.
    pub records: Vec<SampleRecord>,
}

/// A record, or a pair. It tells of a person.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct SampleRecord {
    /// HighLevel's.
    pub highlevel: Option<RecordId>,
    /// MyGadgetRepairs'.
    pub mygadgetrepairs: Option<RecordId>,
    /// The number by which people know it.
    pub reference: Option<String>,
    /// Its name or title.
    pub name: Option<String>,
    /// Field by field.
    pub fields: Vec<SampleField>,
    /// Why it gets no counterpart, where it has none and gets none.
    pub alone: Option<String>,
}

/// A field of a record.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct SampleField {
    /// The field, as it is named in the rules.
    pub field: Field,
    /// What people call it.
    pub label: &'static str,
    /// What HighLevel holds, in shared terms.
    pub highlevel: Option<Value>,
    /// What MyGadgetRepairs holds, in shared terms.
    pub mygadgetrepairs: Option<Value>,
    /// The side to which it would be written now; nothing where nothing would be.
    pub written_to: Option<Side>,
    /// What would be written there; nothing where the field would be emptied.
    pub written: Option<Value>,
}

/// What would be written, and where.
type Written = BTreeMap<Field, (Side, Option<Value>)>;

impl App {
    /// A few of the shop's own records under its rules. Where none were read yet and `may_ask` says so, a page is read
    /// from each side.
    ///
    /// # Errors
    /// When there is no such shop, or a vendor that had to be asked refuses.
    pub async fn rules_sample(
        &self,
        name: &str,
        kind: Kind,
        may_ask: bool,
    ) -> Result<RulesSample, AppError> {
        let shop = self.shop(name).await?;
        let records = match self.stored_judge(&shop).await {
            Ok(judge) => self.stored_sample(&shop, kind, &judge).await?,
            Err(AppError::Refused(_)) => Vec::new(),
            Err(other) => return Err(other),
        };
        let records = match records.is_empty() && may_ask {
            true => self.asked_sample(&shop, kind).await?,
            false => records,
        };
        Ok(RulesSample { kind, records })
    }

    async fn stored_sample(
        &self,
        shop: &Shop,
        kind: Kind,
        judge: &Judge,
    ) -> Result<Vec<SampleRecord>, AppError> {
        let mut sample = Vec::new();
        for link in self.store.some_links(shop.id, kind, FEW).await? {
            let mut pair = Vec::new();
            for side in Side::BOTH {
                let stored = self.store.record(shop.id, side, kind, link.on(side));
                pair.extend(stored.await?.map(|stored| stored.record));
            }
            if let [left, right] = pair.as_slice() {
                let decision = judge.judge(&link, left, right);
                let mut written = Written::new();
                for side in Side::BOTH {
                    for (field, value) in decision.merge.to(side) {
                        written.insert(*field, (side, value.clone()));
                    }
                }
                let values = [&decision.left_shared, &decision.right_shared];
                sample.push(SampleRecord {
                    highlevel: Some(left.id.clone()),
                    mygadgetrepairs: Some(right.id.clone()),
                    reference: right.reference.clone(),
                    name: title_of(right).or_else(|| title_of(left)),
                    fields: fields_of(judge, kind, values, &written),
                    alone: None,
                });
            }
        }
        if sample.is_empty() {
            for side in [Side::MyGadgetRepairs, Side::HighLevel] {
                let few = self
                    .store
                    .records_after(shop.id, side, kind, None, FEW)
                    .await?;
                let few = few.iter().map(|stored| self.alone(&stored.record, judge));
                sample.extend(few);
            }
        }
        Ok(sample)
    }

    async fn asked_sample(&self, shop: &Shop, kind: Kind) -> Result<Vec<SampleRecord>, AppError> {
        let (connection, facts) = self.open(shop).await?;
        let judge = Judge {
            rules: facts.rules.clone(),
            setting: facts.setting.clone(),
        };
        let mut sample = Vec::new();
        for side in [Side::MyGadgetRepairs, Side::HighLevel] {
            let port: &dyn Port = connection.on(side, Lane::Interactive);
            let page = port.page(kind, &Scope::All, None).await?;
            let few = page.records.iter().take(FEW as usize);
            sample.extend(few.map(|record| self.alone(record, &judge)));
        }
        Ok(sample)
    }

    /// A record by itself, as if it were new and its person known on both sides.
    fn alone(&self, record: &Record, judge: &Judge) -> SampleRecord {
        let circumstances = Circumstances {
            parent_linked: true,
            expected: true,
            now: self.now(),
        };
        let mut written = Written::new();
        let alone = match judge.single(record, circumstances) {
            SingleDecision::Create { side, changes, .. } => {
                let changes = changes.into_iter();
                written.extend(changes.map(|(field, value)| (field, (side, value))));
                None
            }
            SingleDecision::Wait(why) | SingleDecision::Skip(why) => Some(why),
            SingleDecision::Hold(held) => {
                let reasons: Vec<String> = held.into_iter().map(|one| one.reason).collect();
                Some(reasons.join("; "))
            }
        };
        let (shared, none) = (judge.project(record), Fields::new());
        let (left, right) = record.side.in_order(&shared, &none);
        let id_on = |side: Side| (side == record.side).then(|| record.id.clone());
        SampleRecord {
            highlevel: id_on(Side::HighLevel),
            mygadgetrepairs: id_on(Side::MyGadgetRepairs),
            reference: record.reference.clone(),
            name: title_of(record),
            fields: fields_of(judge, record.kind, [left, right], &written),
            alone,
        }
    }
}

/// The shared fields of a kind, those that are switched off as well.
fn fields_of(
    judge: &Judge,
    kind: Kind,
    [left, right]: [&Fields; 2],
    written: &Written,
) -> Vec<SampleField> {
    let of_kind = judge.rules.fields.of(kind).into_iter();
    let of_kind = of_kind.flat_map(|rules| rules.iter());
    of_kind
        .map(|(field, _)| {
            let (written_to, value) = written.get(&field).cloned().unzip();
            SampleField {
                field,
                label: label(kind, Side::HighLevel, field),
                highlevel: left.get(&field).cloned(),
                mygadgetrepairs: right.get(&field).cloned(),
                written_to,
                written: value.flatten(),
            }
        })
        .collect()
}
