//! Why a value is what it is, told from what is stored. No vendor is asked.

mod story;
mod words;

pub use story::{
    Explanation, FieldStory, FlowWrote, Linked, OpenWrite, Origin, RecordStory, SideValues,
    WrittenStory,
};

use crate::agreement::{Why, standing};
use crate::history::History;
use crate::judge::{Circumstances, Judge, Notes};
use crate::pass::payload::Payload;
use crate::{App, AppError};
use domain::{Field, Kind, Record, Side};
use mapping::{field_named, label, wire_name};
use store::{Intent, IntentState, Link, Review, ReviewKind, Shop, StoredRecord};
use sync::{Base, LeftAlone, PairDecision, SingleDecision};

/// Journal lines that are looked through for how a pair was linked.
const LINES: u32 = 1_000;
/// Open questions that are looked through.
const QUESTIONS: u32 = 5_000;

/// A linked pair with everything that is known of it.
struct Pair<'a> {
    link: &'a Link,
    records: [&'a StoredRecord; 2],
    decision: PairDecision,
    histories: [History; 2],
    notes: Notes,
    base: Base,
    questions: Vec<Review>,
    judge: &'a Judge,
}

impl App {
    /// Explains a record, named by an id of either side or by the counter's number: each field, or the one
    /// named.
    ///
    /// # Errors
    /// When there is no such shop, record or field, or no sync has read the shop yet.
    pub async fn explain(
        &self,
        name: &str,
        record: &str,
        field: Option<&str>,
    ) -> Result<Explanation, AppError> {
        let shop = self.shop(name).await?;
        let stored = self.record_named(&shop, record).await?;
        let (side, kind) = (stored.record.side, stored.record.kind);
        let judge = self.stored_judge(&shop).await?;
        let only = field.map(|text| field_of(kind, text)).transpose()?;
        let link = self
            .store
            .link_of(shop.id, side, kind, &stored.record.id)
            .await?;
        let other = match &link {
            Some(link) => {
                let across = side.other();
                self.store
                    .record(shop.id, across, kind, link.on(across))
                    .await?
            }
            None => None,
        };
        let mut explanation = Explanation::about(name, &stored, other.as_ref());
        if let (Some(link), Some(other)) = (&link, &other) {
            let records = match side {
                Side::HighLevel => [&stored, other],
                Side::MyGadgetRepairs => [other, &stored],
            };
            let pair = self.pair_story(&shop, link, records, &judge).await?;
            explanation.linked = Some(self.how_linked(&shop, &pair).await?);
            explanation.fields = pair.fields(only);
        } else {
            explanation.alone = Some(self.why_alone(&shop, &stored, &judge).await?);
            explanation.fields = alone_fields(&judge, &stored.record, only);
        }
        let left_alone = LeftAlone::new(self.store.left_alone(shop.id).await?);
        explanation.left_alone = match (&link, &other) {
            (Some(_), Some(other)) => left_alone.covers(standing(&stored.record, &other.record)),
            _ => left_alone.names(side, kind, &stored.record.id),
        };
        if explanation.left_alone {
            for field in explanation.fields.iter_mut().filter(|one| !one.agree) {
                field.differs = field.differs.take().map(|_| Why::LeftAlone);
            }
        }
        if kind == Kind::Appointment {
            let records = [Some(&stored), other.as_ref()];
            explanation.begins = self.begins(&shop, records, &judge).await?;
        }
        explanation.open = self.open_writes(&shop, &stored, link.as_ref()).await?;
        for record in std::iter::once(&stored).chain(other.as_ref()) {
            let wrote = self.flows_that_wrote(&shop, record).await?;
            explanation.flows.extend(wrote);
        }
        Ok(explanation)
    }

    /// What flows wrote to a record.
    async fn flows_that_wrote(
        &self,
        shop: &Shop,
        stored: &StoredRecord,
    ) -> Result<Vec<FlowWrote>, AppError> {
        let id = &stored.record.id;
        let acts = self
            .store
            .flow_acts(shop.id, id.as_str(), domain::Timestamp::MIN)
            .await?;
        let wrote = acts.into_iter().map(|act| FlowWrote {
            record: id.clone(),
            flow: act.chain.last().cloned().unwrap_or_default(),
            run: act.run,
            step: act.step,
            operation: act.operation,
            sent: act
                .input
                .as_object()
                .into_iter()
                .flat_map(|input| input.keys())
                .filter(|name| !name.ends_with("Id"))
                .cloned()
                .collect(),
            made: act.made,
            at: act.at,
        });
        Ok(wrote.collect())
    }

    /// When an appointment begins, as people on either side read it, and in the vendors' own words.
    async fn begins(
        &self,
        shop: &Shop,
        records: [Option<&StoredRecord>; 2],
        judge: &Judge,
    ) -> Result<Vec<String>, AppError> {
        let crm = self.stored_location_zone(shop, judge).await?;
        let lines = records.into_iter().flatten().filter_map(|stored| {
            let record = &stored.record;
            let times = mapping::appointment::local_times(record, &judge.setting, &crm)?;
            let words = record.text(Field::StartText);
            let words = words.map(|words| format!(", written as `{words}`"));
            Some(format!(
                "In {} it begins {times}{}",
                record.side.title(),
                words.unwrap_or_default()
            ))
        });
        Ok(lines.collect())
    }

    async fn pair_story<'a>(
        &self,
        shop: &Shop,
        link: &'a Link,
        records: [&'a StoredRecord; 2],
        judge: &'a Judge,
    ) -> Result<Pair<'a>, AppError> {
        let [left, right] = records;
        let kind = link.kind;
        let questions = self.store.open_reviews(shop.id, 0, QUESTIONS).await?;
        let questions = questions.into_iter().filter(|review| {
            (review.what, review.kind, review.side) == (ReviewKind::Conflict, kind, Side::HighLevel)
                && review.record == link.left
        });
        Ok(Pair {
            link,
            records,
            decision: judge.judge(link, &left.record, &right.record),
            histories: [
                self.history(shop.id, Side::HighLevel, kind, &link.left)
                    .await?,
                self.history(shop.id, Side::MyGadgetRepairs, kind, &link.right)
                    .await?,
            ],
            notes: Notes::of(link),
            base: serde_json::from_value(link.base.clone()).unwrap_or_default(),
            questions: questions.collect(),
            judge,
        })
    }

    /// How the two came to be one: by a rung of the ladder, by a person, or since we made one for the other.
    async fn how_linked(&self, shop: &Shop, pair: &Pair<'_>) -> Result<Linked, AppError> {
        let link = pair.link;
        let lines = self
            .store
            .journal_tail(shop.id, Some(&link.left), LINES)
            .await?;
        let line = lines.iter().rev().find(|line| {
            let names = [&line.record, &line.counterpart];
            matches!(line.event.as_str(), "linked" | "created")
                && names
                    .into_iter()
                    .flatten()
                    .any(|record| *record == link.right)
        });
        let reasons = line.map(|line| line.detail["reasons"].clone());
        let made = line.filter(|line| line.event == "created");
        Ok(Linked {
            how: link.reason.clone(),
            reasons: reasons
                .and_then(|reasons| serde_json::from_value(reasons).ok())
                .unwrap_or_default(),
            made_in: made.and_then(|line| line.side),
            at: line.map(|line| line.at),
            run: line.map(|line| line.run),
        })
    }

    /// Why a record has no counterpart, in words.
    async fn why_alone(
        &self,
        shop: &Shop,
        stored: &StoredRecord,
        judge: &Judge,
    ) -> Result<String, AppError> {
        let record = &stored.record;
        let (side, kind) = (record.side, record.kind);
        if stored.gone {
            return Ok(format!("it was deleted in {}", side.title()));
        }
        let once = self
            .store
            .once_linked(shop.id, side, kind, [&record.id])
            .await?;
        if once.contains(&record.id) {
            return Ok(
                "its counterpart was deleted or unlinked, and it is not made anew by itself"
                    .to_owned(),
            );
        }
        if stored.state == store::RecordState::WaitsForPerson {
            return Ok(format!(
                "a person has to say who this is (`repairbridge review {}`)",
                shop.name
            ));
        }
        let parent_linked = match &record.parent {
            Some(parent) => self
                .store
                .link_of(shop.id, side, Kind::Contact, parent)
                .await?
                .is_some(),
            None => kind == Kind::Contact,
        };
        let now = self.now();
        let expected = kind == Kind::Contact
            && crate::pass::appointments::is_expected(&self.store, shop.id, record, now).await?;
        let circumstances = Circumstances {
            parent_linked,
            expected,
            now,
        };
        Ok(match judge.single(record, circumstances) {
            SingleDecision::Create { side, .. } => {
                format!("it is to be made in {}", side.title())
            }
            SingleDecision::Wait(reason) | SingleDecision::Skip(reason) => reason,
            SingleDecision::Hold(held) => {
                let reasons: Vec<String> = held.into_iter().map(|one| one.reason).collect();
                reasons.join("; ")
            }
        })
    }

    async fn open_writes(
        &self,
        shop: &Shop,
        stored: &StoredRecord,
        link: Option<&Link>,
    ) -> Result<Vec<OpenWrite>, AppError> {
        let (side, kind) = (stored.record.side, stored.record.kind);
        let mut sources = vec![(side, stored.record.id.clone())];
        sources.extend(link.map(|link| (side.other(), link.on(side.other()).clone())));
        let mut open = Vec::new();
        for (from, source) in sources {
            let intent = self
                .store
                .open_intent(shop.id, from.other(), kind, &source)
                .await?;
            open.extend(intent.as_ref().map(open_write));
        }
        Ok(open)
    }
}

impl Pair<'_> {
    fn fields(&self, only: Option<Field>) -> Vec<FieldStory> {
        let rules = self.judge.rules.fields_of(self.link.kind);
        let mapped = rules
            .iter()
            .flat_map(|rules| rules.iter())
            .filter(|(_, rule)| rule.direction != mapping::Direction::Off)
            .map(|(field, _)| field);
        mapped
            .filter(|field| only.is_none_or(|only| only == *field))
            .map(|field| self.field(field))
            .collect()
    }

    fn field(&self, field: Field) -> FieldStory {
        let kind = self.link.kind;
        let decision = &self.decision;
        let left = decision.left_shared.get(&field);
        let right = decision.right_shared.get(&field);
        let rule = self
            .judge
            .rules
            .fields_of(kind)
            .and_then(|rules| rules.get(field));
        let question = self
            .questions
            .iter()
            .find(|review| review.field == field.as_str())
            .map(|review| review.id);
        FieldStory {
            field: label(kind, Side::HighLevel, field),
            wire: SideValues {
                highlevel: wire_name(kind, Side::HighLevel, field),
                mygadgetrepairs: wire_name(kind, Side::MyGadgetRepairs, field),
            },
            values: SideValues {
                highlevel: left.cloned(),
                mygadgetrepairs: right.cloned(),
            },
            agree: field.same(left, right),
            agreed: self.base.get(field).cloned(),
            set_by: SideValues {
                highlevel: self.origin(Side::HighLevel, field),
                mygadgetrepairs: self.origin(Side::MyGadgetRepairs, field),
            },
            rule: rule.map(words::rule),
            differs: crate::agreement::why(field, decision, &self.notes, rule),
            question,
        }
    }

    /// Who set the value that a side has now.
    fn origin(&self, side: Side, field: Field) -> Option<Origin> {
        let at = usize::from(side == Side::MyGadgetRepairs);
        let (stored, history) = (self.records[at], &self.histories[at]);
        let shared = match side {
            Side::HighLevel => &self.decision.left_shared,
            Side::MyGadgetRepairs => &self.decision.right_shared,
        };
        let value = shared.get(&field);
        let edit = self
            .notes
            .edit(side, field)
            .filter(|edit| field.same(edit.value.as_ref(), value));
        let ours = history
            .newest(field)
            .filter(|(_, kept)| field.same(kept.shown.get(&field), value));
        let later = |exchange: &store::Exchange| {
            edit.is_some_and(|edit| Some(edit.at) > exchange.finished_at)
        };
        if let Some((exchange, kept)) = ours
            && !later(exchange)
        {
            return Some(Origin::Repairbridge(WrittenStory::of(
                exchange, kept, field,
            )));
        }
        if let Some(edit) = edit {
            return Some(Origin::Person {
                first_seen: edit.at,
            });
        }
        value?;
        let agreed = self
            .base
            .get(field)
            .is_some_and(|agreed| field.same(agreed.on(side), value));
        let made_by_us = history.all().iter().any(|(one, kept)| {
            one.intent.op == store::IntentOp::Create && !kept.changes.contains_key(&field)
        });
        Some(if !agreed {
            Origin::Person {
                first_seen: stored.fetched_at,
            }
        } else if made_by_us || history.newest(field).is_some() {
            // It reads back otherwise than it was sent, or was never sent.
            Origin::Vendor
        } else {
            Origin::Person {
                first_seen: stored.first_seen_at,
            }
        })
    }
}

/// What one side shows of a record without a counterpart.
fn alone_fields(judge: &Judge, record: &Record, only: Option<Field>) -> Vec<FieldStory> {
    let kind = record.kind;
    let shown = judge.project(record);
    shown
        .into_iter()
        .filter(|(field, _)| only.is_none_or(|only| only == *field))
        .map(|(field, value)| {
            let (left, right) = match record.side {
                Side::HighLevel => (Some(value), None),
                Side::MyGadgetRepairs => (None, Some(value)),
            };
            FieldStory {
                field: label(kind, record.side, field),
                wire: SideValues {
                    highlevel: wire_name(kind, Side::HighLevel, field),
                    mygadgetrepairs: wire_name(kind, Side::MyGadgetRepairs, field),
                },
                values: SideValues {
                    highlevel: left,
                    mygadgetrepairs: right,
                },
                agree: false,
                agreed: None,
                set_by: SideValues {
                    highlevel: None,
                    mygadgetrepairs: None,
                },
                rule: None,
                differs: None,
                question: None,
            }
        })
        .collect()
}

/// A write that is not finished, in words.
pub(crate) fn open_write(intent: &Intent) -> OpenWrite {
    let payload = Payload::read(intent);
    OpenWrite {
        id: intent.id,
        side: intent.side,
        op: intent.op,
        state: intent.state,
        cause: payload.cause,
        fields: payload
            .changes
            .keys()
            .map(|field| label(intent.kind, intent.side, *field))
            .collect(),
        attempts: intent.attempt,
        waits_for: intent.message.clone(),
        not_before: (intent.state == IntentState::Ready
            && intent.not_before > domain::Timestamp::UNIX_EPOCH)
            .then_some(intent.not_before),
    }
}

fn field_of(kind: Kind, text: &str) -> Result<Field, AppError> {
    field_named(kind, text).ok_or_else(|| {
        AppError::Refused(format!(
            "a {kind} has no field `{text}` that is kept in step"
        ))
    })
}
