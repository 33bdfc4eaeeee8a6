//! MyGadgetRepairs behind the port.

use super::{flag, mygadgetrepairs_notes as notes, put, text_of};
use crate::ports::{
    Absence, Act, Cause, Draft, Finding, Made, Page, Port, PortError, Scope, Writes,
};
use async_trait::async_trait;
use domain::{Failure, Field, Kind, Record, RecordId, Side, Timestamp, Value, normalize};
use http::Applied;
use jiff::tz::TimeZone;
use mygadgetrepairs::model::{
    Appointment, AppointmentWrite, Changed, Customer, CustomerWrite, OptOuts, Ticket, TicketWrite,
};
use mygadgetrepairs::{Client, Cursor, Error, Filter};
use serde_json::Value as Json;
use std::sync::atomic::{AtomicBool, Ordering};

/// Pages of the newest records in which a lost answer's record is looked for.
const LOOK_BACK_PAGES: usize = 3;

/// One account.
pub(crate) struct MyGadgetRepairsPort {
    client: Client,
    zone: TimeZone,
    /// Whether the update feeds answer: customers, tickets, appointments. Found by the probe, corrected when refused.
    customer_feed: AtomicBool,
    ticket_feed: AtomicBool,
    appointment_feed: AtomicBool,
}

impl MyGadgetRepairsPort {
    pub(crate) fn new(client: Client, zone: TimeZone, has_feed: impl Fn(&str) -> bool) -> Self {
        Self {
            client,
            zone,
            customer_feed: AtomicBool::new(has_feed("/customers")),
            ticket_feed: AtomicBool::new(has_feed("/tickets")),
            appointment_feed: AtomicBool::new(has_feed("/appointments")),
        }
    }

    const fn feed(&self, kind: Kind) -> &AtomicBool {
        match kind {
            Kind::Contact => &self.customer_feed,
            Kind::Appointment => &self.appointment_feed,
            _ => &self.ticket_feed,
        }
    }

    /// A page of the update feed; nothing when the account has none after all.
    async fn changed(
        &self,
        kind: Kind,
        since: Option<Timestamp>,
        cursor: &Cursor,
    ) -> Result<Option<(Vec<Record>, Option<Cursor>)>, PortError> {
        if !self.feed(kind).load(Ordering::Relaxed) {
            return Ok(None);
        }
        match kind {
            Kind::Contact => {
                let page = self.client.customers().updated_page(since, cursor).await;
                self.whole(kind, page, Self::customer).await
            }
            Kind::Appointment => {
                let page = self.client.appointments().updated_page(since, cursor).await;
                self.whole(kind, page, Self::appointment).await
            }
            _ => {
                let page = self.client.tickets().updated_page(since, cursor).await;
                self.whole(kind, page, Self::ticket).await
            }
        }
    }

    /// The records of a page of a feed, which may hold ids only: then each is fetched.
    async fn whole<T>(
        &self,
        kind: Kind,
        page: Result<mygadgetrepairs::Page<Changed<T>>, Error>,
        read: impl Fn(&Self, &T) -> Record,
    ) -> Result<Option<(Vec<Record>, Option<Cursor>)>, PortError> {
        let page = match page {
            Ok(page) => page,
            Err(Error::NotOffered { .. }) => {
                self.feed(kind).store(false, Ordering::Relaxed);
                return Ok(None);
            }
            Err(other) => return Err(other.into()),
        };
        let mut records = Vec::with_capacity(page.items.len());
        for changed in page.items {
            match changed.record {
                Some(found) if !changed.deleted => records.push(read(self, &found)),
                _ => records.extend(self.fetch(kind, &changed.id, None).await?),
            }
        }
        Ok(Some((records, page.next)))
    }

    async fn listed(
        &self,
        kind: Kind,
        cursor: &Cursor,
    ) -> Result<(Vec<Record>, Option<Cursor>), PortError> {
        let filter = Filter::default();
        if kind == Kind::Contact {
            let page = self
                .client
                .customers()
                .page(&filter, cursor)
                .await
                .map_err(PortError::from)?;
            Ok((
                page.items.iter().map(|item| self.customer(item)).collect(),
                page.next,
            ))
        } else if kind == Kind::Appointment {
            let page = self
                .client
                .appointments()
                .page(&filter, cursor)
                .await
                .map_err(PortError::from)?;
            Ok((
                page.items
                    .iter()
                    .map(|item| self.appointment(item))
                    .collect(),
                page.next,
            ))
        } else {
            let page = self
                .client
                .tickets()
                .page(&filter, cursor)
                .await
                .map_err(PortError::from)?;
            Ok((
                page.items.iter().map(|item| self.ticket(item)).collect(),
                page.next,
            ))
        }
    }

    fn customer(&self, customer: &Customer) -> Record {
        let mut record = Record::new(Side::MyGadgetRepairs, Kind::Contact, customer.id.clone());
        record.reference.clone_from(&customer.reference);
        put(&mut record, Field::Name, customer.name.as_deref());
        let given = normalize::name::join(
            customer.first_name.as_deref(),
            customer.middle_name.as_deref(),
        );
        put(&mut record, Field::FirstName, given.as_deref());
        put(&mut record, Field::LastName, customer.last_name.as_deref());
        put(&mut record, Field::Email, customer.email.as_deref());
        put(&mut record, Field::Mobile, customer.mobile.as_deref());
        put(&mut record, Field::Landline, customer.phone.as_deref());
        put(&mut record, Field::Company, customer.company.as_deref());
        if let Some(address) = &customer.address {
            put(&mut record, Field::Address, address.street.as_deref());
            put(&mut record, Field::City, address.city.as_deref());
            put(&mut record, Field::PostalCode, address.post_code.as_deref());
            put(&mut record, Field::Country, address.country.as_deref());
        }
        record.tags.extend(customer.group.clone());
        let opt_outs = customer.opt_outs(self.client.wire());
        for (field, says) in [
            (Field::NoContact, opt_outs.all),
            (Field::NoCalls, opt_outs.calls),
            (Field::NoEmail, opt_outs.email),
            (Field::NoSms, opt_outs.sms),
        ] {
            record.set(field, says.map(Value::Flag));
        }
        record.created_at = customer.created.and_then(|stamp| stamp.instant(&self.zone));
        record.changed_at = customer.changed.and_then(|stamp| stamp.instant(&self.zone));
        record
    }

    fn ticket(&self, ticket: &Ticket) -> Record {
        let mut record = Record::new(Side::MyGadgetRepairs, Kind::Task, ticket.id.clone());
        record.reference.clone_from(&ticket.reference);
        record.parent.clone_from(&ticket.customer);
        put(&mut record, Field::Title, ticket.short_info.as_deref());
        put(&mut record, Field::Body, ticket.description.as_deref());
        record.mark = ticket
            .description
            .as_deref()
            .and_then(|text| mapping::mark::read_ticket_description(text).1);
        if let Some(status) = &ticket.status {
            put(
                &mut record,
                Field::Status,
                status.id.as_ref().map(RecordId::as_str),
            );
            put(&mut record, Field::StatusLabel, status.label.as_deref());
        }
        let technician = ticket.technician.as_ref();
        let name = technician.and_then(|person| person.name.as_deref());
        let id = technician.and_then(|person| person.id.as_ref());
        put(&mut record, Field::Staff, id.map(RecordId::as_str).or(name));
        put(&mut record, Field::StaffName, name);
        put(&mut record, Field::Device, ticket.device.as_deref());
        record.created_at = ticket.created.and_then(|stamp| stamp.instant(&self.zone));
        record.changed_at = ticket.changed.and_then(|stamp| stamp.instant(&self.zone));
        record.set(
            Field::Opened,
            record.created_at.map(|at| Value::Moment { at }),
        );
        record
    }

    /// A date without a time of day is the whole day at the counter: it begins at midnight there.
    fn appointment(&self, found: &Appointment) -> Record {
        let mut record = Record::new(Side::MyGadgetRepairs, Kind::Appointment, found.id.clone());
        record.parent.clone_from(&found.customer);
        put(&mut record, Field::Title, found.subject.as_deref());
        put(&mut record, Field::Body, found.description.as_deref());
        record.mark = found
            .description
            .as_deref()
            .and_then(|text| mapping::mark::read_appointment_description(text).1);
        for (stamp, words, at, text) in [
            (
                found.start,
                &found.start_text,
                Field::Start,
                Field::StartText,
            ),
            (found.end, &found.end_text, Field::End, Field::EndText),
        ] {
            let moment = stamp.and_then(|stamp| stamp.instant(&self.zone));
            record.set(at, moment.map(|at| Value::Moment { at }));
            put(&mut record, text, words.as_deref());
        }
        put(&mut record, Field::Place, found.location.as_deref());
        record.created_at = found.created.and_then(|stamp| stamp.instant(&self.zone));
        record.changed_at = found.changed.and_then(|stamp| stamp.instant(&self.zone));
        record
    }
}

#[async_trait]
impl Port for MyGadgetRepairsPort {
    fn side(&self) -> Side {
        Side::MyGadgetRepairs
    }

    fn lists_lag(&self) -> bool {
        false
    }

    fn tells_changes(&self, _kind: Kind) -> bool {
        true
    }

    fn guards(&self, _field: Field) -> bool {
        false
    }

    async fn page(
        &self,
        kind: Kind,
        scope: &Scope,
        next: Option<&Json>,
    ) -> Result<Page, PortError> {
        let cursor: Cursor = next
            .and_then(|json| serde_json::from_value(json.clone()).ok())
            .unwrap_or_default();
        let from_feed = match scope {
            Scope::All => None,
            Scope::Changed(since) => self.changed(kind, *since, &cursor).await?,
        };
        let (records, next) = match from_feed {
            Some(page) => page,
            None => self.listed(kind, &cursor).await?,
        };
        Ok(Page {
            records,
            next: next.and_then(|cursor| serde_json::to_value(cursor).ok()),
        })
    }

    async fn fetch(
        &self,
        kind: Kind,
        id: &RecordId,
        _parent: Option<&RecordId>,
    ) -> Result<Option<Record>, PortError> {
        let found = match kind {
            Kind::Contact => self
                .client
                .customers()
                .get(id)
                .await
                .map(|item| self.customer(&item)),
            Kind::Appointment => self
                .client
                .appointments()
                .get(id)
                .await
                .map(|item| self.appointment(&item)),
            _ => self
                .client
                .tickets()
                .get(id)
                .await
                .map(|item| self.ticket(&item)),
        };
        match found {
            Ok(record) => Ok(Some(record)),
            Err(Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    async fn list_of(&self, kind: Kind, parent: &RecordId) -> Result<Vec<Record>, PortError> {
        match kind {
            Kind::Note => notes::list(&self.client, &self.zone, parent).await,
            _ => Ok(Vec::new()),
        }
    }

    async fn is_done(&self, contact: &RecordId, act: &Act) -> Result<bool, PortError> {
        notes::is_done(&self.client, contact, act).await
    }

    async fn enact(&self, contact: &RecordId, act: &Act) -> Result<(), PortError> {
        notes::enact(&self.client, contact, act).await
    }

    async fn create(&self, draft: &Draft) -> Result<Made, PortError> {
        if draft.kind == Kind::Note {
            return notes::create(&self.client, draft).await;
        }
        let id = match draft.kind {
            Kind::Contact => {
                self.client
                    .customers()
                    .create(&customer_write(&draft.fields))
                    .await
            }
            Kind::Appointment => {
                let mut write = appointment_write(&draft.fields);
                write.customer.clone_from(&draft.parent);
                self.client.appointments().create(&write).await
            }
            _ => {
                let mut write = ticket_write(&draft.fields);
                write.customer.clone_from(&draft.parent);
                write.issue_type = draft.issue_type.clone().map(RecordId::new);
                self.client.tickets().create(&write).await
            }
        };
        // The answer holds nothing but the id (mygadgetrepairs-api.md section 5).
        Ok(Made {
            id: id.map_err(PortError::from)?,
            record: None,
        })
    }

    async fn update(
        &self,
        kind: Kind,
        id: &RecordId,
        _parent: Option<&RecordId>,
        writes: &Writes,
    ) -> Result<Option<Record>, PortError> {
        match kind {
            Kind::Contact => {
                self.client
                    .customers()
                    .update(id, &customer_write(writes))
                    .await
            }
            Kind::Appointment => {
                self.client
                    .appointments()
                    .update(id, &appointment_write(writes))
                    .await
            }
            _ => {
                self.client
                    .tickets()
                    .update(id, &ticket_write(writes))
                    .await
            }
        }
        .map_err(PortError::from)?;
        Ok(None)
    }

    async fn same_keys(&self, _draft: &Draft) -> Result<Vec<Record>, PortError> {
        Ok(Vec::new())
    }

    async fn delete(
        &self,
        kind: Kind,
        id: &RecordId,
        _parent: Option<&RecordId>,
    ) -> Result<(), PortError> {
        let outcome = match kind {
            Kind::Contact => self.client.customers().delete(id).await,
            Kind::Appointment => self.client.appointments().delete(id).await,
            _ => self.client.tickets().delete(id).await,
        };
        match outcome {
            Err(Error::NotFound { .. }) => Ok(()),
            other => other.map_err(PortError::from),
        }
    }

    async fn attached(&self, record: &Record) -> Result<Option<String>, PortError> {
        if record.kind == Kind::Contact {
            let appointments = self.client.appointments();
            let page = match appointments
                .page(&Filter::default(), &Cursor::start())
                .await
            {
                Ok(page) => page,
                Err(Error::NotOffered { .. }) => return Ok(None),
                Err(error) => return Err(error.into()),
            };
            let booked = page
                .items
                .iter()
                .any(|one| one.customer.as_ref() == Some(&record.id));
            return Ok(booked.then(|| "it has an appointment".to_owned()));
        }
        if record.kind == Kind::Appointment {
            return Ok(None);
        }
        let comments = self.client.ticket_comments();
        match comments.page(&record.id, &Cursor::start()).await {
            Ok(page) if page.items.is_empty() => Ok(None),
            Ok(_) => Ok(Some("it has comments".to_owned())),
            Err(Error::NotOffered { .. }) => Ok(Some(
                "the account does not let comments be read, so that somebody's could be lost"
                    .to_owned(),
            )),
            Err(error) => Err(error.into()),
        }
    }

    async fn find(&self, draft: &Draft) -> Result<Finding, PortError> {
        if let (Kind::Note, Some(ticket)) = (draft.kind, &draft.parent) {
            return Ok(Finding {
                candidates: self.list_of(Kind::Note, ticket).await?,
                absence: Absence::NotThere,
            });
        }
        let mut candidates = Vec::new();
        let mut cursor = Cursor::start();
        for _ in 0..LOOK_BACK_PAGES {
            let (records, next) = self.listed(draft.kind, &cursor).await?;
            candidates.extend(records);
            match next {
                Some(next) => cursor = next,
                None => break,
            }
        }
        Ok(Finding {
            candidates,
            absence: Absence::NotThere,
        })
    }
}

fn customer_write(writes: &Writes) -> CustomerWrite {
    CustomerWrite {
        opt_outs: OptOuts {
            all: flag(writes, Field::NoContact),
            calls: flag(writes, Field::NoCalls),
            email: flag(writes, Field::NoEmail),
            sms: flag(writes, Field::NoSms),
        },
        name: text_of(writes, Field::Name),
        company: text_of(writes, Field::Company),
        email: text_of(writes, Field::Email),
        telephone: text_of(writes, Field::Landline),
        mobile: text_of(writes, Field::Mobile),
        street: text_of(writes, Field::Address),
        city: text_of(writes, Field::City),
        post_code: text_of(writes, Field::PostalCode),
        country: text_of(writes, Field::Country),
        ..CustomerWrite::default()
    }
}

fn ticket_write(writes: &Writes) -> TicketWrite {
    TicketWrite {
        short_info: text_of(writes, Field::Title),
        description: text_of(writes, Field::Body),
        status: text_of(writes, Field::Status)
            .filter(|id| !id.is_empty())
            .map(RecordId::new),
        ..TicketWrite::default()
    }
}

fn appointment_write(writes: &Writes) -> AppointmentWrite {
    let moment = |field| {
        let value = writes.get(&field).and_then(Option::as_ref);
        value.and_then(Value::as_moment)
    };
    AppointmentWrite {
        subject: text_of(writes, Field::Title),
        description: text_of(writes, Field::Body),
        start: moment(Field::Start),
        end: moment(Field::End),
        ..AppointmentWrite::default()
    }
}

impl From<Error> for PortError {
    fn from(error: Error) -> Self {
        let cause = match &error {
            Error::NotFound { .. } => Cause::NotFound,
            _ => Cause::Other,
        };
        let maybe_applied = error.applied() == Applied::Unknown;
        Self {
            side: Side::MyGadgetRepairs,
            code: error.code(),
            message: error.to_string(),
            class: error.class(),
            maybe_applied,
            cause,
        }
    }
}
