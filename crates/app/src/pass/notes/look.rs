//! Looking at one contact: its notes as they are now, its desk at the counter, and what follows.

use super::Round;
use super::intents::is_sent;
use crate::AppError;
use crate::pass::Pass;
use crate::sides::dry::is_made_up;
use domain::{Field, Fingerprint, Kind, Record, RecordId, Side};
use mapping::NotesTo;
use std::collections::{HashMap, HashSet};
use store::{Change, Intent, Link, NoteChange, NoteWatch, RecordState, StoredRecord};
use sync::NotesHome;

/// What the counter has of a contact.
#[derive(Clone, Debug, Default)]
pub(super) struct Desk {
    /// The customer.
    pub(super) customer: Option<Record>,
    /// Tickets that are being worked on.
    pub(super) open: Vec<Record>,
    /// Open writes to the counter about the contact's notes, by ticket or customer.
    pub(super) intents: HashMap<RecordId, Intent>,
    /// What was told: place and note, with the fingerprint of the text.
    pub(super) told: HashMap<(RecordId, RecordId), String>,
}

impl Desk {
    pub(super) fn is_under_way(&self) -> bool {
        self.intents.values().any(is_sent)
    }
}

impl Pass<'_> {
    /// The changes that let notes be fetched because of what else changed: a contact, or a ticket.
    pub(in crate::pass) async fn notes_due(
        &self,
        side: Side,
        kind: Kind,
        page: &[StoredRecord],
        links: &HashMap<RecordId, Link>,
    ) -> Result<Vec<Change>, AppError> {
        let rules = &self.judge.rules;
        let by_rule = !rules.note_rules.is_empty();
        if rules.notes.to == NotesTo::Off && !by_rule {
            return Ok(Vec::new());
        }
        let here = page.iter().filter(|stored| !stored.gone);
        let contacts: Vec<RecordId> = match (side, kind) {
            (Side::HighLevel, Kind::Contact) => here
                .map(|stored| stored.record.id.clone())
                .filter(|id| by_rule || links.contains_key(id))
                .collect(),
            (Side::MyGadgetRepairs, Kind::Task) => {
                let customers: Vec<RecordId> = here
                    .filter_map(|stored| stored.record.parent.clone())
                    .collect();
                let links = self
                    .store
                    .links_of(self.shop.id, side, Kind::Contact, &customers)
                    .await?;
                links.into_values().map(|link| link.left).collect()
            }
            _ => Vec::new(),
        };
        Ok(contacts.into_iter().map(Change::NotesDue).collect())
    }

    /// The desks of contacts that have a customer.
    pub(super) async fn desks(
        &self,
        page: &[NoteWatch],
    ) -> Result<HashMap<RecordId, Desk>, AppError> {
        const COUNTER: Side = Side::MyGadgetRepairs;
        let shop = self.shop.id;
        let ids: Vec<RecordId> = page.iter().map(|watch| watch.record.clone()).collect();
        let links = self
            .store
            .links_of(shop, Side::HighLevel, Kind::Contact, &ids)
            .await?;
        let customers: Vec<RecordId> = links.values().map(|link| link.right.clone()).collect();
        let tickets = self
            .store
            .children(shop, COUNTER, Kind::Task, &customers)
            .await?;
        let people = self
            .store
            .records(shop, COUNTER, Kind::Contact, &customers)
            .await?;
        let places: Vec<&RecordId> = tickets
            .iter()
            .map(|ticket| &ticket.record.id)
            .chain(&customers)
            .collect();
        let intents = self
            .store
            .open_intents(shop, COUNTER, Kind::Note, places.iter().copied())
            .await?;
        let told = self.store.told(shop, places.iter().copied()).await?;

        let mut by_customer: HashMap<RecordId, Desk> = HashMap::new();
        let mut whose: HashMap<RecordId, RecordId> = HashMap::new();
        for stored in people.into_iter().filter(|stored| !stored.gone) {
            let id = stored.record.id.clone();
            whose.insert(id.clone(), id.clone());
            by_customer.entry(id).or_default().customer = Some(stored.record);
        }
        for ticket in tickets {
            let Some(customer) = ticket.record.parent.clone() else {
                continue;
            };
            whose.insert(ticket.record.id.clone(), customer.clone());
            if self.judge.is_open(&ticket.record) {
                by_customer
                    .entry(customer)
                    .or_default()
                    .open
                    .push(ticket.record);
            }
        }
        for (place, intent) in intents {
            if let Some(customer) = whose.get(&place) {
                let desk = by_customer.entry(customer.clone()).or_default();
                desk.intents.insert(place, intent);
            }
        }
        for ((place, note), print) in told {
            if let Some(customer) = whose.get(&place) {
                let desk = by_customer.entry(customer.clone()).or_default();
                desk.told.insert((place, note), print);
            }
        }
        Ok(links
            .into_iter()
            .filter_map(|(contact, link)| Some((contact, by_customer.remove(&link.right)?)))
            .collect())
    }

    /// Fetches a contact's notes where anything could follow from them, and decides what does.
    pub(super) async fn look_at_contact(
        &self,
        round: &Round,
        watch: NoteWatch,
        desk: Desk,
    ) -> Result<Vec<Change>, AppError> {
        let contact = &watch.record;
        let shown = round.home != NotesHome::Off && !desk.open.is_empty();
        let mut changes = self.cancel_closed(&desk);
        let mut held = 0;
        let mut again_at = None;
        if shown || !self.judge.rules.note_rules.is_empty() {
            let notes = self.fetch_notes(contact, &mut changes).await?;
            if shown {
                held = self.decide_digests(round, contact, &desk, &notes, &mut changes);
            }
            again_at = self
                .decide_rules(round, contact, &notes, &mut changes)
                .await?;
        }
        changes.push(Change::Note(NoteChange::Checked {
            contact: watch.record,
            seen: watch.due,
            open: u32::try_from(desk.open.len()).unwrap_or(u32::MAX),
            held,
            again_at,
        }));
        Ok(changes)
    }

    /// A contact's notes as they are now, kept as snapshots. What is gone is marked.
    async fn fetch_notes(
        &self,
        contact: &RecordId,
        changes: &mut Vec<Change>,
    ) -> Result<Vec<Record>, AppError> {
        const CRM: Side = Side::HighLevel;
        let port = &*self.connection.highlevel;
        let (asked_at, notes) = self.asked(|| port.list_of(Kind::Note, contact)).await?;
        self.tally(|tally| {
            tally.note_reads += 1;
            tally.note_reads_of_new += u64::from(is_made_up(contact));
        });
        self.progress.read(CRM, Kind::Note, notes.len());
        let known = self
            .store
            .children(self.shop.id, CRM, Kind::Note, [contact])
            .await?;
        let here: HashSet<&RecordId> = notes.iter().map(|note| &note.id).collect();
        for stored in &known {
            if !here.contains(&stored.record.id) {
                let id = stored.record.id.clone();
                changes.push(Change::Gone(CRM, Kind::Note, id.clone()));
                changes.push(Change::Settle(CRM, Kind::Note, id, RecordState::Settled));
            }
        }
        let known: HashMap<&RecordId, &Fingerprint> = known
            .iter()
            .map(|stored| (&stored.record.id, &stored.fingerprint))
            .collect();
        let news: Vec<&Record> = notes
            .iter()
            .filter(|note| known.get(&note.id) != Some(&&Fingerprint::of(note)))
            .collect();
        if !news.is_empty() {
            changes.push(Change::Saw {
                records: news
                    .iter()
                    .map(|note| ((*note).clone(), Vec::new()))
                    .collect(),
                sweep: 0,
                asked_at,
                stale_after: None,
            });
            changes.extend(news.iter().map(|note| {
                Change::Settle(CRM, Kind::Note, note.id.clone(), RecordState::Settled)
            }));
        }
        Ok(notes
            .into_iter()
            .filter(|note| note.text(Field::Body).is_some())
            .collect())
    }
}
