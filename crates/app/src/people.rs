//! People: customer and contact as one, found by what a person types, a screenful at a time; and one of them with all
//! that hangs on it. Told from what is stored; no vendor is asked. These answers tell of people.

mod again;
mod deeds;
mod one;

pub(crate) use deeds::CLICK;
pub use deeds::PersonDeed;
pub use one::{PersonField, PersonShown, Work};

use crate::review::title_of;
use crate::{App, AppError};
use domain::{Field, Kind, Record, RecordId, Side, Timestamp, Value};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashMap, HashSet};
use store::{Link, PeopleCursor, PeopleState, PersonRow, Shop, StoredRecord};

/// Of those whom a search finds, so many are looked at where only those in a state are wanted.
const LOOKED_AT: u32 = 1_000;

/// How a person stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum PersonState {
    /// Customer and contact agree in every field.
    InStep,
    /// They do not, for now or by rule.
    Differs,
    /// They do not, since a field is held back; the reason is told with it.
    Held,
    /// There is a contact and no customer.
    AloneHighlevel,
    /// There is a customer and no contact.
    AloneMygadgetrepairs,
    /// A person is asked.
    Question,
    /// A person said that both sides are left as they are.
    LeftAlone,
}

/// Somebody in a list.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct PersonLine {
    /// The record by whose id this one is named: the customer, where there is one.
    pub record: RecordId,
    /// The side of that.
    pub side: Side,
    /// The name.
    pub name: Option<String>,
    /// The e-mail address.
    pub email: Option<String>,
    /// The telephone number.
    pub phone: Option<String>,
    /// The contact.
    pub highlevel: Option<RecordId>,
    /// The customer.
    pub mygadgetrepairs: Option<RecordId>,
    /// The customer's number.
    pub reference: Option<String>,
    /// How this one stands.
    pub state: PersonState,
    /// Tickets that are worked on.
    pub open_tickets: u64,
    /// Tasks that are not completed.
    pub open_tasks: u64,
    /// When either record last changed at its vendor, or was last fetched where that does not tell.
    #[schemars(with = "String")]
    pub changed_at: Timestamp,
}

/// People, a screenful, by name.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct PeoplePage {
    /// The people.
    pub people: Vec<PersonLine>,
    /// What `after` has to be for the next page; nothing where there is no more.
    pub next: Option<String>,
}

/// Who is wanted.
#[derive(Clone, Debug, Default)]
pub struct PeopleWish {
    /// What a person typed: how words of the name, address or number begin.
    pub search: Option<String>,
    /// Only those who stand so.
    pub state: Option<PersonState>,
    /// Where the page before ended.
    pub after: Option<String>,
    /// So many at most.
    pub limit: u32,
}

impl App {
    /// People of a shop by name, a screenful.
    ///
    /// # Errors
    /// When there is no such shop, or no page ended so.
    pub async fn people(&self, name: &str, wish: &PeopleWish) -> Result<PeoplePage, AppError> {
        let shop = self.shop(name).await?;
        let after = wish.after.as_deref().map(read_cursor).transpose()?;
        let search = wish.search.as_deref().map(str::trim);
        let search = search.filter(|search| !search.is_empty());
        let sifts = search.is_some() && wish.state.is_some();
        let (wanted, most) = match wish.state {
            Some(state) if !sifts => (stored_state(state), wish.limit + 1),
            _ if sifts => (PeopleState::Any, LOOKED_AT),
            _ => (PeopleState::Any, wish.limit + 1),
        };
        let rows = self
            .store
            .people(shop.id, wanted, search, after.as_ref(), most)
            .await?;
        let limit = wish.limit as usize;
        if !sifts {
            let shown = &rows[..rows.len().min(limit)];
            let more = rows.len() > limit;
            let next = shown
                .last()
                .filter(|_| more)
                .map(|last| cursor(&last.cursor));
            let people = self.lines(&shop, shown).await?;
            return Ok(PeoplePage { people, next });
        }
        let lines = self.lines(&shop, &rows).await?;
        let stand_so = rows
            .iter()
            .zip(lines)
            .filter(|(_, line)| wish.state == Some(line.state));
        let mut found: Vec<(&PersonRow, PersonLine)> = stand_so.take(limit + 1).collect();
        let more = found.len() > limit;
        found.truncate(limit);
        let next = found
            .last()
            .filter(|_| more)
            .map(|(row, _)| cursor(&row.cursor));
        let people = found.into_iter().map(|(_, line)| line).collect();
        Ok(PeoplePage { people, next })
    }

    /// What a list shows of them, in the same order.
    async fn lines(&self, shop: &Shop, rows: &[PersonRow]) -> Result<Vec<PersonLine>, AppError> {
        let known = self.known_of(shop, rows).await?;
        Ok(rows.iter().filter_map(|row| known.line(row)).collect())
    }

    /// Everything that a list shows of these people, fetched together.
    async fn known_of(&self, shop: &Shop, rows: &[PersonRow]) -> Result<KnownPeople, AppError> {
        let mut known = KnownPeople::default();
        let mut ids: BTreeMap<Side, Vec<RecordId>> = BTreeMap::new();
        for row in rows {
            ids.entry(row.side).or_default().push(row.record.clone());
        }
        for (side, own) in ids.clone() {
            let links = self
                .store
                .links_of(shop.id, side, Kind::Contact, &own)
                .await?;
            for link in links.into_values() {
                let across = side.other();
                ids.entry(across).or_default().push(link.on(across).clone());
                known.links.insert(link.left.clone(), link.clone());
                known.by_right.insert(link.right.clone(), link);
            }
        }
        for (side, ids) in &ids {
            let records = self
                .store
                .records(shop.id, *side, Kind::Contact, ids)
                .await?;
            let records = records.into_iter();
            known
                .records
                .extend(records.map(|stored| ((*side, stored.record.id.clone()), stored)));
            let asked = self.store.asked_about(shop.id, *side, ids).await?;
            known.asked.extend(asked.into_keys().map(|id| (*side, id)));
            known.open.extend(self.open_work(shop, *side, ids).await?);
        }
        for (side, kind, id) in self.store.left_alone(shop.id).await? {
            if kind == Kind::Contact {
                known.left_alone.insert((side, id));
            }
        }
        Ok(known)
    }

    /// How many tasks or tickets of these people are worked on.
    async fn open_work(
        &self,
        shop: &Shop,
        side: Side,
        parents: &[RecordId],
    ) -> Result<HashMap<(Side, RecordId), u64>, AppError> {
        // Before the first pass nothing is known of the shop's statuses, and there is no work either.
        let judge = match self.stored_judge(shop).await {
            Ok(judge) => judge,
            Err(AppError::Refused(_)) => return Ok(HashMap::new()),
            Err(other) => return Err(other),
        };
        let mut open = HashMap::new();
        for stored in self
            .store
            .children(shop.id, side, Kind::Task, parents)
            .await?
        {
            let is_open = match side {
                Side::MyGadgetRepairs => judge.is_open(&stored.record),
                Side::HighLevel => !is_completed(&stored.record),
            };
            if let (true, Some(parent)) = (is_open, stored.record.parent) {
                *open.entry((side, parent)).or_default() += 1;
            }
        }
        Ok(open)
    }
}

/// What is known of the people of a page.
#[derive(Default)]
struct KnownPeople {
    records: HashMap<(Side, RecordId), StoredRecord>,
    links: HashMap<RecordId, Link>,
    by_right: HashMap<RecordId, Link>,
    asked: HashSet<(Side, RecordId)>,
    left_alone: HashSet<(Side, RecordId)>,
    open: HashMap<(Side, RecordId), u64>,
}

impl KnownPeople {
    fn link(&self, side: Side, id: &RecordId) -> Option<&Link> {
        match side {
            Side::HighLevel => self.links.get(id),
            Side::MyGadgetRepairs => self.by_right.get(id),
        }
    }

    fn line(&self, row: &PersonRow) -> Option<PersonLine> {
        let link = self.link(row.side, &row.record);
        let id_on = |side: Side| match link {
            Some(link) => Some(link.on(side).clone()),
            None => (side == row.side).then(|| row.record.clone()),
        };
        let keys = Side::BOTH.map(|side| id_on(side).map(|id| (side, id)));
        // The customer's values, where there is one: the counter talks to the person.
        let own = self.records.get(&(row.side, row.record.clone()))?;
        let other = keys[usize::from(row.side == Side::HighLevel)].as_ref();
        let other = other.and_then(|key| self.records.get(key));
        let either = |read: fn(&Record) -> Option<String>| {
            read(&own.record).or_else(|| other.and_then(|other| read(&other.record)))
        };
        let open = |side: Side| {
            let key = keys[usize::from(side == Side::MyGadgetRepairs)].as_ref();
            key.and_then(|key| self.open.get(key)).copied().unwrap_or(0)
        };
        let is_in =
            |set: &HashSet<(Side, RecordId)>| keys.iter().flatten().any(|key| set.contains(key));
        let state = match link {
            _ if is_in(&self.left_alone) => PersonState::LeftAlone,
            _ if is_in(&self.asked) => PersonState::Question,
            Some(link) if link.agree >= link.fields => PersonState::InStep,
            Some(link) if link.held > 0 => PersonState::Held,
            Some(_) => PersonState::Differs,
            None if row.side == Side::HighLevel => PersonState::AloneHighlevel,
            None => PersonState::AloneMygadgetrepairs,
        };
        let times = [Some(own), other].into_iter().flatten();
        let changed = times.map(|one| one.record.changed_at.unwrap_or(one.fetched_at));
        Some(PersonLine {
            name: either(title_of),
            email: either(|record| record.text(Field::Email).map(str::to_owned)),
            phone: either(phone_of),
            reference: own.record.reference.clone(),
            highlevel: id_on(Side::HighLevel),
            mygadgetrepairs: id_on(Side::MyGadgetRepairs),
            state,
            open_tickets: open(Side::MyGadgetRepairs),
            open_tasks: open(Side::HighLevel),
            changed_at: changed.max().unwrap_or(own.fetched_at),
            record: row.record.clone(),
            side: row.side,
        })
    }
}

fn phone_of(record: &Record) -> Option<String> {
    let numbers = [Field::Mobile, Field::Phone, Field::Landline];
    let number = numbers.iter().find_map(|field| record.text(*field));
    number.map(str::to_owned)
}

fn is_completed(task: &Record) -> bool {
    task.fields.get(&Field::Completed).and_then(Value::as_flag) == Some(true)
}

const fn stored_state(state: PersonState) -> PeopleState {
    match state {
        PersonState::InStep => PeopleState::InStep,
        PersonState::Differs => PeopleState::Differs,
        PersonState::Held => PeopleState::Held,
        PersonState::AloneHighlevel => PeopleState::Alone(Side::HighLevel),
        PersonState::AloneMygadgetrepairs => PeopleState::Alone(Side::MyGadgetRepairs),
        PersonState::Question => PeopleState::Question,
        PersonState::LeftAlone => PeopleState::LeftAlone,
    }
}

fn cursor(at: &PeopleCursor) -> String {
    format!("{}:{}", at.id, at.name)
}

fn read_cursor(text: &str) -> Result<PeopleCursor, AppError> {
    let read = text.split_once(':').and_then(|(id, name)| {
        Some(PeopleCursor {
            id: id.parse().ok()?,
            name: name.to_owned(),
        })
    });
    read.ok_or_else(|| {
        AppError::Refused("`after` is what a page before answered as `next`".to_owned())
    })
}
