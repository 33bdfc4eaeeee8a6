//! One person with everything that hangs on it, both sides beside each other.

use super::{PersonLine, is_completed};
use crate::cards::RecordCard;
use crate::explain::FieldStory;
use crate::judge::Judge;
use crate::review::ReviewShown;
use crate::{App, AppError, Explanation};
use domain::{Field, Kind, RecordId, Side};
use mapping::{Direction, Policy, label};
use schemars::JsonSchema;
use serde::Serialize;
use std::collections::{BTreeSet, HashMap};
use store::{Link, PeopleCursor, PersonRow, Shop, StoredRecord};

/// One person.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct PersonShown {
    /// What a list shows.
    #[serde(flatten)]
    pub line: PersonLine,
    /// The contact.
    pub contact: Option<RecordCard>,
    /// The customer.
    pub customer: Option<RecordCard>,
    /// Field by field: both values, on which both last agreed, who set them, and why they differ.
    pub fields: Vec<PersonField>,
    /// How the two came to be linked, or why there is no counterpart; and writes that are not finished.
    pub explanation: Explanation,
    /// The same for people, line by line.
    pub words: Vec<String>,
    /// Tickets and tasks, those that are worked on first.
    pub tasks: Vec<Work>,
    /// Appointments, the latest first.
    pub appointments: Vec<Work>,
    /// Notes of the contact and comments of its tickets, as far as they are known here.
    pub notes: Vec<RecordCard>,
    /// Open questions about this one.
    pub questions: Vec<ReviewShown>,
    /// Whether somebody unlinked this one, so that it can be joined again.
    pub parted: bool,
    /// Whether a counterpart of this one was deleted or taken back, so that it can be made again.
    pub can_be_made_again: bool,
}

/// A field of both records.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct PersonField {
    /// Values and reasons.
    #[serde(flatten)]
    pub story: FieldStory,
    /// Which way it flows.
    pub direction: Option<Direction>,
    /// Whose value stands when both sides changed it.
    pub policy: Option<Policy>,
}

/// A task with its ticket, or an appointment on both sides.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Work {
    /// HighLevel's.
    pub highlevel: Option<RecordCard>,
    /// MyGadgetRepairs'.
    pub mygadgetrepairs: Option<RecordCard>,
    /// Whether it is worked on, or not over yet.
    pub open: bool,
    /// Fields that are compared, where there are both.
    pub compared: u32,
    /// Of these, how many agree.
    pub agree: u32,
}

impl App {
    /// One person, named by an id of either side or by the counter's number.
    ///
    /// # Errors
    /// When there is no such shop or person, or no sync has read the shop yet.
    pub async fn person(&self, name: &str, text: &str) -> Result<PersonShown, AppError> {
        let shop = self.shop(name).await?;
        let (stored, link) = self.person_named(&shop, text).await?;
        let judge = self.stored_judge(&shop).await?;
        let own = &stored.record;
        let id_on = |side: Side| match &link {
            Some(link) => Some(link.on(side).clone()),
            None => (side == own.side).then(|| own.id.clone()),
        };
        let ids = Side::BOTH.map(id_on);
        let leads = match &ids[1] {
            Some(customer) => (Side::MyGadgetRepairs, customer.clone()),
            None => (own.side, own.id.clone()),
        };
        let row = PersonRow {
            cursor: PeopleCursor {
                name: String::new(),
                id: 0,
            },
            side: leads.0,
            record: leads.1,
        };
        let line = self.lines(&shop, &[row]).await?.pop();
        let line = line.ok_or_else(|| AppError::NotFound("this one is gone".to_owned()))?;
        let mut cards = Vec::new();
        for (side, id) in Side::BOTH.into_iter().zip(&ids) {
            cards.push(match id {
                Some(id) => {
                    let found = self.store.record(shop.id, side, Kind::Contact, id).await?;
                    found.map(|found| RecordCard::of(&found, &judge))
                }
                None => None,
            });
        }
        let customer = cards.pop().flatten();
        let contact = cards.pop().flatten();
        let explanation = self.explain(name, own.id.as_str(), None).await?;
        let rules = judge.rules.fields_of(Kind::Contact);
        let fields = explanation.fields.iter().map(|story| {
            let rule = rules.iter().flat_map(|rules| rules.iter());
            let mut rule = rule
                .filter(|(field, _)| label(Kind::Contact, Side::HighLevel, *field) == story.field);
            let rule = rule.next().map(|(_, rule)| rule);
            PersonField {
                story: story.clone(),
                direction: rule.map(|rule| rule.direction),
                policy: rule.map(|rule| rule.conflict),
            }
        });
        let fields = fields.collect();
        let known: BTreeSet<(Side, RecordId)> = Side::BOTH
            .into_iter()
            .zip(ids.clone())
            .filter_map(|(side, id)| Some((side, id?)))
            .collect();
        let mut tasks = self.work_of(&shop, &judge, Kind::Task, &known).await?;
        tasks.sort_by_key(|work| !work.open);
        let mut appointments = self
            .work_of(&shop, &judge, Kind::Appointment, &known)
            .await?;
        appointments.sort_by_key(|work| std::cmp::Reverse(work.begins()));
        let parted = link.is_none() && self.was_parted(&shop, own).await?;
        let can_be_made_again =
            link.is_none() && !parted && self.was_deleted_across(&shop, own).await?;
        Ok(PersonShown {
            parted,
            can_be_made_again,
            notes: self.notes_of(&shop, &judge, &known, &tasks).await?,
            questions: self.questions_about(&shop, &known).await?,
            words: explanation.lines(),
            line,
            contact,
            customer,
            fields,
            explanation,
            tasks,
            appointments,
        })
    }

    /// The contact or customer that is meant, with its link.
    pub(crate) async fn person_named(
        &self,
        shop: &Shop,
        text: &str,
    ) -> Result<(StoredRecord, Option<Link>), AppError> {
        let stored = self.record_named(shop, text).await?;
        let record = &stored.record;
        if record.kind != Kind::Contact {
            return Err(AppError::Refused(format!(
                "`{text}` is a {}, not a person; name the customer or the contact",
                record.kind.name_on(record.side)
            )));
        }
        let link = self
            .store
            .link_of(shop.id, record.side, record.kind, &record.id)
            .await?;
        Ok((stored, link))
    }

    /// Tasks or appointments of a person, each beside its counterpart.
    async fn work_of(
        &self,
        shop: &Shop,
        judge: &Judge,
        kind: Kind,
        people: &BTreeSet<(Side, RecordId)>,
    ) -> Result<Vec<Work>, AppError> {
        let mut records: HashMap<(Side, RecordId), StoredRecord> = HashMap::new();
        for (side, id) in people {
            for stored in self.store.children(shop.id, *side, kind, [id]).await? {
                records.insert((*side, stored.record.id.clone()), stored);
            }
        }
        let mut work = Vec::new();
        let lefts: Vec<RecordId> = ids_on(&records, Side::HighLevel);
        let links = self
            .store
            .links_of(shop.id, Side::HighLevel, kind, &lefts)
            .await?;
        for left in lefts {
            let link = links.get(&left);
            let left = records.remove(&(Side::HighLevel, left));
            let right = match link {
                Some(link) => match records.remove(&(Side::MyGadgetRepairs, link.right.clone())) {
                    Some(found) => Some(found),
                    None => {
                        let side = Side::MyGadgetRepairs;
                        self.store.record(shop.id, side, kind, &link.right).await?
                    }
                },
                None => None,
            };
            work.push(Work::of(left, right, link, judge));
        }
        for right in records.into_values() {
            work.push(Work::of(None, Some(right), None, judge));
        }
        Ok(work)
    }

    async fn notes_of(
        &self,
        shop: &Shop,
        judge: &Judge,
        people: &BTreeSet<(Side, RecordId)>,
        tasks: &[Work],
    ) -> Result<Vec<RecordCard>, AppError> {
        let contacts = people.iter().filter(|(side, _)| *side == Side::HighLevel);
        let contacts: Vec<&RecordId> = contacts.map(|(_, id)| id).collect();
        let tickets = tasks
            .iter()
            .filter_map(|work| work.mygadgetrepairs.as_ref());
        let tickets: Vec<&RecordId> = tickets.map(|ticket| &ticket.id).collect();
        let mut notes = Vec::new();
        for (side, parents) in [
            (Side::HighLevel, contacts),
            (Side::MyGadgetRepairs, tickets),
        ] {
            let found = self
                .store
                .children(shop.id, side, Kind::Note, parents)
                .await?;
            notes.extend(found.iter().map(|stored| RecordCard::of(stored, judge)));
        }
        notes.sort_by_key(|note| std::cmp::Reverse(note.created_at));
        Ok(notes)
    }

    async fn questions_about(
        &self,
        shop: &Shop,
        people: &BTreeSet<(Side, RecordId)>,
    ) -> Result<Vec<ReviewShown>, AppError> {
        let mut reviews = Vec::new();
        for (side, id) in people {
            let found = self.store.reviews_about(shop.id, *side, Kind::Contact, id);
            reviews.extend(found.await?);
        }
        Ok(self.reviews_shown(shop, reviews).await?.reviews)
    }
}

fn ids_on(records: &HashMap<(Side, RecordId), StoredRecord>, side: Side) -> Vec<RecordId> {
    let on = records.keys().filter(|(on, _)| *on == side);
    on.map(|(_, id)| id.clone()).collect()
}

impl Work {
    fn of(
        left: Option<StoredRecord>,
        right: Option<StoredRecord>,
        link: Option<&Link>,
        judge: &Judge,
    ) -> Self {
        let open = match (&right, &left) {
            (Some(right), _) if right.record.kind == Kind::Task => judge.is_open(&right.record),
            (None, Some(left)) if left.record.kind == Kind::Task => !is_completed(&left.record),
            _ => true,
        };
        let card =
            |stored: Option<StoredRecord>| stored.map(|stored| RecordCard::of(&stored, judge));
        Self {
            highlevel: card(left),
            mygadgetrepairs: card(right),
            open,
            compared: link.map_or(0, |link| link.fields),
            agree: link.map_or(0, |link| link.agree),
        }
    }

    /// When an appointment begins, as text that sorts.
    fn begins(&self) -> Option<String> {
        let start = label(Kind::Appointment, Side::HighLevel, Field::Start);
        let either = self.mygadgetrepairs.iter().chain(&self.highlevel);
        let mut fields = either.flat_map(|card| &card.fields);
        let found = fields.find(|field| field.field == start);
        found.map(|field| field.value.to_string())
    }
}
