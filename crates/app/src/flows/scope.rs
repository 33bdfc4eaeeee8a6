//! What the names in a flow stand for: the record that it is about, and what that is linked to, as last seen.
//! `flows::scope` lists the names.

use super::hand_out::place;
use super::watch::DEVICE;
use super::work::as_json;
use crate::connection::ShopFacts;
use crate::{App, AppError};
use domain::{Kind, Record, RecordId, Side};
use flows::Occurrence;
use serde_json::{Map, Value as Json, json};
use std::collections::BTreeSet;
use store::{Shop, StoredRecord, source_of};

/// Records of a person that are shown in a list, newest first.
const MOST: u32 = 100;
pub(super) const INVOICE: &str = "mygadgetrepairs.invoice";

/// The records around an occurrence.
#[derive(Debug, Default)]
struct Around {
    contact: Option<Record>,
    customer: Option<Record>,
    task: Option<Record>,
    ticket: Option<Record>,
    appointment: Option<Record>,
    diary: Option<Record>,
}

/// Where an invoice names its ticket's number: the only join that was observed (mygadgetrepairs-api.md 12.6).
const TICKET_NUMBER: &str = "ticket.ticket_ref";

/// What a record of MyGadgetRepairs is known by in the others that name it.
pub(super) struct Known {
    id: String,
    /// The number that people use.
    reference: Option<String>,
}

impl Known {
    pub(super) fn of(record: &Record) -> Self {
        Self {
            id: record.id.as_str().to_owned(),
            reference: record.reference.clone(),
        }
    }

    pub(super) fn as_ticket(&self) -> Vec<(&'static str, String)> {
        self.under(&["ticket.id", "ticket_id"], &[TICKET_NUMBER, "ticket_ref"])
    }

    fn as_customer(&self) -> Vec<(&'static str, String)> {
        self.under(
            &["customer.id", "customer_id"],
            &["customer.internal_id", "customer.ref"],
        )
    }

    fn under(&self, ids: &[&'static str], numbers: &[&'static str]) -> Vec<(&'static str, String)> {
        let ids = ids.iter().map(|member| (*member, self.id.clone()));
        let reference = self.reference.iter();
        let numbers =
            reference.flat_map(|number| numbers.iter().map(|member| (*member, number.clone())));
        ids.chain(numbers).collect()
    }
}

impl App {
    /// The scope of a run, from what is stored now.
    pub(super) async fn scope_of(
        &self,
        shop: &Shop,
        facts: &ShopFacts,
        reads: &BTreeSet<String>,
        occurrence: &Occurrence,
    ) -> Result<Json, AppError> {
        let (source, record) = (occurrence.source.as_str(), occurrence.record.as_str());
        // What no snapshot is kept of is as it was when it happened.
        let told = occurrence.facts.get("after");
        self.scope_around(shop, facts, source, record, told, reads)
            .await
    }

    /// The names that are read, around one record.
    pub(super) async fn scope_around(
        &self,
        shop: &Shop,
        facts: &ShopFacts,
        source: &str,
        record: &str,
        told: Option<&Json>,
        reads: &BTreeSet<String>,
    ) -> Result<Json, AppError> {
        let mut names = Map::new();
        names.insert(
            "shop".to_owned(),
            json!({
                "name": shop.name,
                "zone": facts.setting.zone.iana_name(),
                "country": facts.setting.country.as_str(),
                "location_id": shop.location,
            }),
        );
        let around = match place(source) {
            Some((side, kind)) if kind != Kind::Note => {
                let own = self.stored(shop, side, kind, record).await?;
                self.around(shop, side, kind, own).await?
            }
            _ => {
                let mut view = self.view_of(shop, facts, source, record).await?;
                if view.is_null() {
                    view = told.cloned().unwrap_or_default();
                }
                let around = self.around_vendor(shop, &view).await?;
                if let Some(name) = flows::scope::name_of(source) {
                    names.insert(name.to_owned(), view);
                }
                around
            }
        };
        self.name_all(shop, facts, around, reads, &mut names)
            .await?;
        Ok(Json::Object(names))
    }

    async fn name_all(
        &self,
        shop: &Shop,
        facts: &ShopFacts,
        around: Around,
        reads: &BTreeSet<String>,
        names: &mut Map<String, Json>,
    ) -> Result<(), AppError> {
        let view = |record: &Record| {
            let source = source_of(record.side, record.kind);
            let record = as_json(record);
            flows::view::view(source, &record, &facts.setting, &facts.rules)
        };
        let id = |record: &Option<Record>| record.as_ref().map(|record| record.id.clone());
        let (customer, contact) = (id(&around.customer), id(&around.contact));
        let ticket = around.ticket.as_ref().map(Known::of);
        let holder = around.customer.as_ref().map(Known::of);
        for (name, record) in [
            ("contact", around.contact),
            ("customer", around.customer),
            ("task", around.task),
            ("ticket", around.ticket),
            ("appointment", around.appointment),
            ("diary", around.diary),
        ] {
            let shown = record.as_ref().map_or(Json::Null, view);
            names.entry(name).or_insert(shown);
        }
        let totals = reads.contains("totals");
        let counter = Side::MyGadgetRepairs;
        for (name, side, kind, parent) in [
            ("tickets", counter, Kind::Task, &customer),
            ("appointments", Side::HighLevel, Kind::Appointment, &contact),
            ("tasks", Side::HighLevel, Kind::Task, &contact),
        ] {
            let also = name == "tickets" && (totals || reads.contains("invoices"));
            if !(reads.contains(name) || also) {
                continue;
            }
            let mut children = match parent {
                Some(parent) => self.store.children(shop.id, side, kind, [parent]).await?,
                None => Vec::new(),
            };
            children.sort_by_key(|stored| std::cmp::Reverse(stored.record.created_at));
            children.truncate(MOST as usize);
            let shown: Vec<_> = children.iter().map(|stored| view(&stored.record)).collect();
            names.insert(name.to_owned(), Json::Array(shown));
        }
        if reads.contains("invoice") && !names.contains_key("invoice") {
            let named = ticket.iter().flat_map(Known::as_ticket).collect();
            let mut found = self.invoices(shop, facts, named, 1).await?;
            names.insert("invoice".to_owned(), found.pop().unwrap_or_default());
        }
        if reads.contains("invoices") || totals {
            // What is observed of an invoice names its ticket by number, and no customer.
            let mut named: Vec<_> = holder.iter().flat_map(Known::as_customer).collect();
            let tickets = names.get("tickets").and_then(Json::as_array);
            for one in tickets.into_iter().flatten() {
                if let Some(number) = one.get("reference").and_then(Json::as_str) {
                    named.push((TICKET_NUMBER, number.to_owned()));
                }
            }
            let found = self.invoices(shop, facts, named, MOST).await?;
            names.insert("invoices".to_owned(), Json::Array(found));
        }
        if reads.contains("device") {
            let device = self.device(shop, facts, holder.as_ref(), names).await?;
            names.insert("device".to_owned(), device);
        }
        if totals {
            let totals = totals_of(names);
            names.insert("totals".to_owned(), totals);
        }
        for name in flows::scope::NAMES {
            names.entry(name.name).or_insert(Json::Null);
        }
        Ok(())
    }

    /// Invoices about a record, newest first.
    async fn invoices(
        &self,
        shop: &Shop,
        facts: &ShopFacts,
        named: Vec<(&'static str, String)>,
        limit: u32,
    ) -> Result<Vec<Json>, AppError> {
        if named.is_empty() {
            return Ok(Vec::new());
        }
        let found = self
            .store
            .watched_about(shop.id, INVOICE, &named, limit)
            .await?;
        let view = |body: &Json| flows::view::view(INVOICE, body, &facts.setting, &facts.rules);
        Ok(found.iter().map(view).collect())
    }

    /// The device of the ticket at hand.
    async fn device(
        &self,
        shop: &Shop,
        facts: &ShopFacts,
        customer: Option<&Known>,
        names: &Map<String, Json>,
    ) -> Result<Json, AppError> {
        let Some(ticket) = names.get("ticket").filter(|ticket| !ticket.is_null()) else {
            return Ok(Json::Null);
        };
        let named: Vec<_> = customer.into_iter().flat_map(Known::as_customer).collect();
        let found = self
            .store
            .watched_about(shop.id, DEVICE, &named, MOST)
            .await?;
        let view = |body: &Json| flows::view::view(DEVICE, body, &facts.setting, &facts.rules);
        let devices: Vec<Json> = found.iter().map(view).collect();
        let named = ticket.get("device").and_then(Json::as_str);
        Ok(flows::device::of_ticket(named, &devices))
    }

    /// A record in the words users see; null where it is not known.
    pub(super) async fn view_of(
        &self,
        shop: &Shop,
        facts: &ShopFacts,
        source: &str,
        record: &str,
    ) -> Result<Json, AppError> {
        let body = match place(source) {
            Some((side, kind)) => {
                let stored = self.stored(shop, side, kind, record).await?;
                stored.as_ref().map(as_json)
            }
            None => {
                let ids = [record.to_owned()];
                let mut found = self.store.watched(shop.id, source, &ids).await?;
                found.remove(record)
            }
        };
        Ok(body.map_or(Json::Null, |body| {
            flows::view::view(source, &body, &facts.setting, &facts.rules)
        }))
    }

    /// The record of a source that a person means by an id or a number: `K-1042`.
    pub(super) async fn sample(
        &self,
        shop: &Shop,
        source: &str,
        named: &str,
    ) -> Result<String, AppError> {
        let Some((side, kind)) = place(source) else {
            return Ok(named.to_owned());
        };
        let found = self.store.records_named(shop.id, named).await?;
        let fits =
            |stored: &&StoredRecord| stored.record.side == side && stored.record.kind == kind;
        if let Some(stored) = found.iter().find(fits) {
            return Ok(stored.record.id.as_str().to_owned());
        }
        // A flow about contacts may be tried on a customer's number.
        for stored in &found {
            if stored.record.kind == kind
                && let Some(other) = self.linked(shop, &stored.record).await?
            {
                return Ok(other.id.as_str().to_owned());
            }
        }
        Err(AppError::Refused(format!(
            "`{}` knows no {source} called `{named}`. Name one by its id or by the number that people use, such as K-1042",
            shop.name
        )))
    }

    async fn around(
        &self,
        shop: &Shop,
        side: Side,
        kind: Kind,
        own: Option<Record>,
    ) -> Result<Around, AppError> {
        let Some(own) = own else {
            return Ok(Around::default());
        };
        let other = self.linked(shop, &own).await?;
        let person = match &own.parent {
            _ if kind == Kind::Contact => Some(own.clone()),
            Some(parent) => {
                self.stored(shop, side, Kind::Contact, parent.as_str())
                    .await?
            }
            None => None,
        };
        let other_person = match &person {
            Some(person) => self.linked(shop, person).await?,
            None => None,
        };
        let mut around = Around::default();
        (around.contact, around.customer) = sides(side, person, other_person);
        match kind {
            Kind::Task => (around.task, around.ticket) = sides(side, Some(own), other),
            Kind::Appointment => {
                (around.appointment, around.diary) = sides(side, Some(own), other);
            }
            Kind::Contact | Kind::Note => {}
        }
        Ok(around)
    }

    /// What a vendor's record names: a ticket, a customer, a contact.
    async fn around_vendor(&self, shop: &Shop, view: &Json) -> Result<Around, AppError> {
        let id = |name: &str| {
            let named = view.get(name).and_then(Json::as_str);
            named.filter(|id| !id.is_empty())
        };
        let counter = Side::MyGadgetRepairs;
        let ticket = match (id("ticket_id"), id("ticket_reference")) {
            (Some(ticket), _) => Some(ticket.to_owned()),
            (None, Some(reference)) => {
                let found = self
                    .store
                    .by_reference(shop.id, Kind::Task, reference)
                    .await?;
                found.map(|id| id.as_str().to_owned())
            }
            (None, None) => None,
        };
        if let Some(ticket) = ticket {
            let own = self.stored(shop, counter, Kind::Task, &ticket).await?;
            if own.is_some() {
                return self.around(shop, counter, Kind::Task, own).await;
            }
        }
        for (side, name) in [(counter, "customer_id"), (Side::HighLevel, "contact_id")] {
            if let Some(person) = id(name) {
                let own = self.stored(shop, side, Kind::Contact, person).await?;
                if own.is_some() {
                    return self.around(shop, side, Kind::Contact, own).await;
                }
            }
        }
        Ok(Around::default())
    }

    async fn stored(
        &self,
        shop: &Shop,
        side: Side,
        kind: Kind,
        id: &str,
    ) -> Result<Option<Record>, AppError> {
        let id = RecordId::new(id);
        let found = self.store.record(shop.id, side, kind, &id).await?;
        let live = found.filter(|stored| !stored.gone);
        Ok(live.map(|stored| stored.record))
    }

    /// The counterpart of a record.
    async fn linked(&self, shop: &Shop, record: &Record) -> Result<Option<Record>, AppError> {
        let (side, kind) = (record.side, record.kind);
        let link = self.store.link_of(shop.id, side, kind, &record.id).await?;
        let Some(link) = link else {
            return Ok(None);
        };
        let other = link.on(side.other());
        self.stored(shop, side.other(), kind, other.as_str()).await
    }
}

/// HighLevel's first.
fn sides<T>(side: Side, own: T, other: T) -> (T, T) {
    match side {
        Side::HighLevel => (own, other),
        Side::MyGadgetRepairs => (other, own),
    }
}

/// What a customer's tickets and invoices come to.
fn totals_of(names: &Map<String, Json>) -> Json {
    let list = |name: &str| {
        names
            .get(name)
            .and_then(Json::as_array)
            .into_iter()
            .flatten()
    };
    let open = |ticket: &&Json| {
        let group = ticket.get("status_group").and_then(Json::as_str);
        !matches!(group, Some("done" | "cancelled"))
    };
    let paid: f64 = list("invoices")
        .filter(|invoice| invoice.get("is_refunded") != Some(&Json::Bool(true)))
        .filter_map(|invoice| invoice.get("paid")?.as_f64())
        .sum();
    let visit = list("tickets")
        .filter_map(|ticket| ticket.get("opened")?.as_str())
        .max();
    json!({
        "tickets": list("tickets").count(),
        "open_tickets": list("tickets").filter(open).count(),
        "paid": paid,
        "last_visit": visit,
    })
}
