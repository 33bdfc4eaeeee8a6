//! HighLevel behind the port.

use super::highlevel_appointments::{self as appointments, Diary};
use super::{consent, flag, highlevel_notes as notes, put, text_of};
use crate::ports::{
    Absence, Act, Cause, Draft, Finding, Made, Page, Port, PortError, Scope, Writes,
};
use async_trait::async_trait;
use domain::{Failure, FailureClass, Field, Kind, Record, RecordId, Side, Timestamp, Value};
use highlevel::api::Lookup;
use highlevel::model::{
    Contact, ContactSearch, CreateContact, CreateTask, Filter, Sort, Task, TaskSearch,
    UpdateContact, UpdateTask,
};
use highlevel::{Client, Cursor, Error, Patch};
use http::Applied;
use serde_json::Value as Json;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};

/// The largest pages that the vendor gives (highlevel-api.md 7.7 and 9.4).
const ROWS: u32 = 500;

/// Whether the vendor itself refuses a second contact with the same key.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct DuplicateRule {
    pub(crate) by_email: bool,
    pub(crate) by_phone: bool,
}

/// One location.
pub(crate) struct HighLevelPort {
    client: Client,
    duplicates: DuplicateRule,
    /// Whether updates of contacts take `companyName` (highlevel-quirks.md 2.12).
    takes_company: AtomicBool,
    /// Names of the location's users by id, where they can be read.
    users: BTreeMap<String, String>,
    /// The location's calendars, where they can be read.
    diary: Option<Diary>,
}

impl HighLevelPort {
    pub(crate) fn new(client: Client, duplicates: DuplicateRule) -> Self {
        Self {
            client,
            duplicates,
            takes_company: AtomicBool::new(true),
            users: BTreeMap::new(),
            diary: None,
        }
    }

    /// The same side, with the names of the location's users.
    pub(crate) fn with_users(mut self, users: BTreeMap<String, String>) -> Self {
        self.users = users;
        self
    }

    /// The same side, with the location's calendars.
    pub(crate) fn with_diary(mut self, diary: Option<Diary>) -> Self {
        self.diary = diary;
        self
    }

    fn diary(&self) -> Result<&Diary, PortError> {
        self.diary.as_ref().ok_or_else(|| {
            PortError::ours(
                Side::HighLevel,
                FailureClass::NeedsHuman,
                "HL-CALENDAR-02",
                "the location's calendars cannot be read; `repairbridge check` says why",
            )
        })
    }

    async fn contacts(&self, scope: &Scope, next: Option<&Json>) -> Result<Page, PortError> {
        let (filters, sort) = match scope {
            Scope::All => (Vec::new(), Sort::ascending("dateAdded")),
            Scope::Changed(since) => (
                since.map(Filter::updated_since).into_iter().collect(),
                Sort::ascending("dateUpdated"),
            ),
        };
        let search = ContactSearch {
            filters,
            sort: vec![sort],
            page_size: Some(ROWS),
            after: cursor(next),
            ..ContactSearch::default()
        };
        let page = self
            .client
            .contacts()
            .search(&search)
            .await
            .map_err(PortError::from)?;
        let records = page
            .rows
            .iter()
            .filter(|row| row.deleted != Some(true))
            .map(contact)
            .collect();
        Ok(Page {
            records,
            next: stored(page.next),
        })
    }

    async fn tasks(&self, next: Option<&Json>) -> Result<Page, PortError> {
        let search = TaskSearch {
            page_size: Some(ROWS),
            after: cursor(next),
            ..TaskSearch::default()
        };
        let page = self
            .client
            .tasks()
            .search(&search)
            .await
            .map_err(PortError::from)?;
        let records = page
            .rows
            .iter()
            .filter(|row| row.deleted != Some(true))
            .map(task)
            .collect();
        Ok(Page {
            records,
            next: stored(page.next),
        })
    }

    async fn contact_by_id(&self, id: &str) -> Result<Option<Record>, PortError> {
        match self.client.contacts().get(id).await {
            Ok(found) if found.deleted == Some(true) => Ok(None),
            Ok(found) => Ok(Some(contact(&found))),
            Err(error) if error.is_not_found() => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// Contacts with the draft's e-mail address or number. Not from the lagging index.
    async fn with_same_keys(&self, draft: &Draft) -> Result<Vec<Record>, PortError> {
        let email = filled(&draft.fields, Field::Email);
        let phone = filled(&draft.fields, Field::Phone);
        let mut ids: Vec<String> = Vec::new();
        for (email, phone) in [(email, None), (None, phone)] {
            if email.is_none() && phone.is_none() {
                continue;
            }
            let found = self
                .client
                .contacts()
                .find_duplicate(Lookup {
                    email: email.as_deref(),
                    number: phone.as_deref(),
                })
                .await
                .map_err(PortError::from)?;
            if let Some(found) = found
                && !ids.contains(&found.id)
            {
                ids.push(found.id);
            }
        }
        let mut records = Vec::new();
        for id in ids {
            records.extend(self.contact_by_id(&id).await?);
        }
        Ok(records)
    }

    async fn find_contact(&self, draft: &Draft) -> Result<Finding, PortError> {
        let mut candidates = self.with_same_keys(draft).await?;
        if let Some(source) = &draft.source {
            let search = ContactSearch {
                filters: vec![Filter::eq("source", source.clone())],
                sort: vec![Sort::ascending("dateAdded")],
                page_size: Some(20),
                ..ContactSearch::default()
            };
            let page = self
                .client
                .contacts()
                .search(&search)
                .await
                .map_err(PortError::from)?;
            for row in page.rows {
                if candidates.iter().all(|known| known.id.as_str() != row.id) {
                    // The index also shows deleted contacts for a while.
                    candidates.extend(self.contact_by_id(&row.id).await?);
                }
            }
        }
        // Where the vendor itself refuses a second contact with this key, sending again is safe at once;
        // else the index must have had the time to show it (highlevel-quirks.md 3.1).
        let guarded = (self.duplicates.by_email && filled(&draft.fields, Field::Email).is_some())
            || (self.duplicates.by_phone && filled(&draft.fields, Field::Phone).is_some());
        Ok(Finding {
            candidates,
            absence: if guarded {
                Absence::Harmless
            } else {
                Absence::IndexLags
            },
        })
    }

    async fn update_contact(&self, id: &RecordId, writes: &Writes) -> Result<Record, PortError> {
        let mut update = contact_update(writes);
        if consent::touches(writes) {
            let now = self.client.contacts().get(id.as_str()).await?;
            update.dnd = consent::everything(writes);
            update.dnd_settings = consent::channels(writes, &now.dnd_settings);
        }
        if !self.takes_company.load(Ordering::Relaxed) {
            update.company_name = Patch::Keep;
        }
        let mut outcome = self.client.contacts().update(id.as_str(), &update).await;
        let company_refused = outcome
            .as_ref()
            .is_err_and(|error| error.refused_keys().contains(&"companyName"));
        if company_refused && !update.company_name.is_keep() {
            self.takes_company.store(false, Ordering::Relaxed);
            update.company_name = Patch::Keep;
            if update.is_empty() {
                // Nothing else to write: what the contact holds shows that the company was not taken.
                outcome = self.client.contacts().get(id.as_str()).await;
            } else {
                outcome = self.client.contacts().update(id.as_str(), &update).await;
            }
        }
        outcome
            .map(|found| contact(&found))
            .map_err(PortError::from)
    }
}

#[async_trait]
impl Port for HighLevelPort {
    fn side(&self) -> Side {
        Side::HighLevel
    }

    fn lists_lag(&self) -> bool {
        true
    }

    fn tells_changes(&self, kind: Kind) -> bool {
        kind == Kind::Contact
    }

    fn guards(&self, field: Field) -> bool {
        match field {
            Field::Email => self.duplicates.by_email,
            Field::Phone => self.duplicates.by_phone,
            _ => false,
        }
    }

    async fn page(
        &self,
        kind: Kind,
        scope: &Scope,
        next: Option<&Json>,
    ) -> Result<Page, PortError> {
        match kind {
            Kind::Contact => self.contacts(scope, next).await,
            Kind::Appointment => appointments::page(&self.client, self.diary()?, next).await,
            _ => self.tasks(next).await,
        }
    }

    async fn fetch(
        &self,
        kind: Kind,
        id: &RecordId,
        parent: Option<&RecordId>,
    ) -> Result<Option<Record>, PortError> {
        if kind == Kind::Contact {
            return self.contact_by_id(id.as_str()).await;
        }
        if kind == Kind::Appointment {
            return appointments::fetch(&self.client, self.diary()?, id.as_str()).await;
        }
        let Some(parent) = parent else {
            return Ok(None);
        };
        match self.client.tasks().get(parent.as_str(), id.as_str()).await {
            Ok(found) => Ok(Some(owned(task(&found), parent))),
            Err(error) if error.is_not_found() => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// Events of contacts carry the whole contact, those of tasks the task but for its completion
    /// (highlevel-webhooks.md 5.2). What was emptied is left out, like what never was filled.
    fn told(&self, kind: Kind, body: &[u8]) -> Option<Record> {
        match kind {
            Kind::Contact => serde_json::from_slice(body).ok().map(|told| contact(&told)),
            Kind::Task => {
                let told: Task = serde_json::from_slice(body).ok()?;
                // Thin events lack the contact, and then the text as well.
                told.contact_id.as_ref()?;
                Some(task(&told))
            }
            Kind::Note | Kind::Appointment => None,
        }
    }

    async fn list_of(&self, kind: Kind, parent: &RecordId) -> Result<Vec<Record>, PortError> {
        match kind {
            Kind::Note => notes::list(&self.client, &self.users, parent).await,
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
            return notes::create(&self.client, &self.users, draft).await;
        }
        if draft.kind == Kind::Appointment {
            return appointments::create(&self.client, self.diary()?, draft).await;
        }
        if draft.kind == Kind::Contact {
            let made = self
                .client
                .contacts()
                .create(&contact_create(draft))
                .await
                .map_err(PortError::from)?;
            return Ok(Made {
                id: RecordId::new(made.id.clone()),
                record: Some(contact(&made)),
            });
        }
        let (Some(parent), Some(create)) = (&draft.parent, task_create(&draft.fields)) else {
            return Err(incomplete());
        };
        let made = self
            .client
            .tasks()
            .create(parent.as_str(), &create)
            .await
            .map_err(PortError::from)?;
        Ok(Made {
            id: RecordId::new(made.id.clone()),
            record: Some(owned(task(&made), parent)),
        })
    }

    async fn update(
        &self,
        kind: Kind,
        id: &RecordId,
        parent: Option<&RecordId>,
        writes: &Writes,
    ) -> Result<Option<Record>, PortError> {
        if kind == Kind::Contact {
            return self.update_contact(id, writes).await.map(Some);
        }
        if kind == Kind::Appointment {
            appointments::update(&self.client, id.as_str(), writes).await?;
            return Ok(None);
        }
        let Some(parent) = parent else {
            return Err(incomplete());
        };
        let update = task_update(writes);
        let updated = self
            .client
            .tasks()
            .update(parent.as_str(), id.as_str(), &update)
            .await
            .map_err(PortError::from)?;
        Ok(Some(owned(task(&updated), parent)))
    }

    async fn same_keys(&self, draft: &Draft) -> Result<Vec<Record>, PortError> {
        let guarded = self.duplicates.by_email && self.duplicates.by_phone;
        if draft.kind != Kind::Contact || guarded {
            return Ok(Vec::new());
        }
        self.with_same_keys(draft).await
    }

    async fn holders(&self, draft: &Draft) -> Result<Vec<Record>, PortError> {
        if draft.kind == Kind::Contact {
            self.with_same_keys(draft).await
        } else {
            Ok(Vec::new())
        }
    }

    async fn delete(
        &self,
        kind: Kind,
        id: &RecordId,
        parent: Option<&RecordId>,
    ) -> Result<(), PortError> {
        let outcome = match (kind, parent) {
            (Kind::Appointment, _) => return appointments::delete(&self.client, id.as_str()).await,
            (Kind::Contact, _) => self.client.contacts().delete(id.as_str()).await,
            (_, Some(parent)) => {
                let tasks = self.client.tasks();
                tasks.delete(parent.as_str(), id.as_str()).await
            }
            (_, None) => return Err(incomplete()),
        };
        match outcome {
            Err(error) if error.is_not_found() => Ok(()),
            other => other.map_err(PortError::from),
        }
    }

    async fn attached(&self, record: &Record) -> Result<Option<String>, PortError> {
        if record.kind != Kind::Contact {
            return Ok(None);
        }
        if !record.tags.is_empty() {
            return Ok(Some("it has tags".to_owned()));
        }
        let id = record.id.as_str();
        let tasks = self.client.tasks().list(id).await?.len();
        let notes = self.client.notes().list(id).await?.len();
        let appointments = self.client.appointments().of_contact(id).await?.len();
        let parts: Vec<String> = [
            (tasks, "tasks"),
            (notes, "notes"),
            (appointments, "appointments"),
        ]
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, what)| format!("{what}: {count}"))
        .collect();
        Ok((!parts.is_empty()).then(|| format!("it has {}", parts.join(", "))))
    }

    async fn find(&self, draft: &Draft) -> Result<Finding, PortError> {
        if draft.kind == Kind::Contact {
            return self.find_contact(draft).await;
        }
        if draft.kind == Kind::Appointment {
            return appointments::find(&self.client, self.diary()?, draft).await;
        }
        let Some(parent) = &draft.parent else {
            return Ok(Finding {
                candidates: Vec::new(),
                absence: Absence::NotThere,
            });
        };
        if draft.kind == Kind::Note {
            return Ok(Finding {
                candidates: self.list_of(Kind::Note, parent).await?,
                absence: Absence::NotThere,
            });
        }
        // The list of one contact does not come from the index.
        let tasks = match self.client.tasks().list(parent.as_str()).await {
            Ok(tasks) => tasks,
            Err(error) if error.is_not_found() => Vec::new(),
            Err(error) => return Err(error.into()),
        };
        let candidates = tasks
            .iter()
            .map(|found| owned(task(found), parent))
            .collect();
        Ok(Finding {
            candidates,
            absence: Absence::NotThere,
        })
    }
}

fn cursor(next: Option<&Json>) -> Option<Cursor> {
    next.and_then(|json| serde_json::from_value(json.clone()).ok())
}

fn stored(next: Option<Cursor>) -> Option<Json> {
    next.and_then(|cursor| serde_json::to_value(cursor).ok())
}

fn owned(mut record: Record, parent: &RecordId) -> Record {
    record.parent.get_or_insert_with(|| parent.clone());
    record
}

fn contact(contact: &Contact) -> Record {
    let mut record = Record::new(
        Side::HighLevel,
        Kind::Contact,
        RecordId::new(contact.id.clone()),
    );
    record.mark = contact
        .source
        .as_deref()
        .and_then(mapping::mark::read_contact_source);
    put(&mut record, Field::FirstName, contact.first_name.as_deref());
    put(&mut record, Field::LastName, contact.last_name.as_deref());
    if contact.first_name.is_none() && contact.last_name.is_none() {
        put(&mut record, Field::Name, contact.name.as_deref());
    }
    put(&mut record, Field::Email, contact.email.as_deref());
    put(&mut record, Field::Phone, contact.phone.as_deref());
    put(&mut record, Field::Company, contact.company_name.as_deref());
    put(&mut record, Field::Address, contact.street());
    put(&mut record, Field::City, contact.city.as_deref());
    put(
        &mut record,
        Field::PostalCode,
        contact.postal_code.as_deref(),
    );
    put(&mut record, Field::Country, contact.country.as_deref());
    consent::read(contact, &mut record);
    record.other_emails.clone_from(&contact.additional_emails);
    record.other_phones.clone_from(&contact.additional_phones);
    record.tags.clone_from(&contact.tags);
    record.created_at = contact.date_added;
    record.changed_at = contact.date_updated;
    record
}

fn task(task: &Task) -> Record {
    let mut record = Record::new(Side::HighLevel, Kind::Task, RecordId::new(task.id.clone()));
    record.parent = task.contact_id.clone().map(RecordId::new);
    record.mark = task
        .body
        .as_deref()
        .and_then(|body| mapping::mark::read_task_body(body).1);
    put(&mut record, Field::Title, task.title.as_deref());
    put(&mut record, Field::Body, task.body.as_deref());
    record.set(Field::DueDate, task.due_date.map(|at| Value::Moment { at }));
    record.set(Field::Completed, Some(Value::Flag(task.is_completed())));
    put(&mut record, Field::Staff, task.assigned_to.as_deref());
    record.created_at = task.date_added;
    record.changed_at = task.changed_at();
    record
}

fn filled(writes: &Writes, field: Field) -> Option<String> {
    text_of(writes, field).filter(|text| !text.is_empty())
}

fn contact_create(draft: &Draft) -> CreateContact {
    let text = |field| filled(&draft.fields, field);
    CreateContact {
        first_name: text(Field::FirstName),
        last_name: text(Field::LastName),
        email: text(Field::Email),
        phone: text(Field::Phone),
        address1: text(Field::Address),
        city: text(Field::City),
        postal_code: text(Field::PostalCode),
        country: text(Field::Country),
        company_name: text(Field::Company),
        source: draft.source.clone(),
        dnd: consent::everything(&draft.fields),
        dnd_settings: consent::channels(&draft.fields, &BTreeMap::new()),
        ..CreateContact::default()
    }
}

fn contact_update(writes: &Writes) -> UpdateContact {
    let patch = |field| match writes.get(&field) {
        None => Patch::Keep,
        Some(value) => Patch::to(value.as_ref().map(ToString::to_string)),
    };
    UpdateContact {
        first_name: patch(Field::FirstName),
        last_name: patch(Field::LastName),
        email: patch(Field::Email),
        phone: patch(Field::Phone),
        address1: patch(Field::Address),
        city: patch(Field::City),
        postal_code: patch(Field::PostalCode),
        country: filled(writes, Field::Country),
        company_name: patch(Field::Company),
        ..UpdateContact::default()
    }
}

fn moment(writes: &Writes, field: Field) -> Option<Timestamp> {
    writes
        .get(&field)
        .and_then(Option::as_ref)
        .and_then(Value::as_moment)
}

fn task_create(writes: &Writes) -> Option<CreateTask> {
    Some(CreateTask {
        title: filled(writes, Field::Title)?,
        body: filled(writes, Field::Body),
        due_date: moment(writes, Field::DueDate)?,
        completed: flag(writes, Field::Completed).unwrap_or(false),
        assigned_to: None,
    })
}

fn task_update(writes: &Writes) -> UpdateTask {
    UpdateTask {
        title: filled(writes, Field::Title),
        body: text_of(writes, Field::Body),
        due_date: moment(writes, Field::DueDate),
        completed: flag(writes, Field::Completed),
        assigned_to: None,
    }
}

fn incomplete() -> PortError {
    PortError::ours(
        Side::HighLevel,
        FailureClass::Permanent,
        "HL-TASK-01",
        "a task needs a contact, a title and a due date; look at the ticket it comes from",
    )
}

impl From<Error> for PortError {
    fn from(error: Error) -> Self {
        let cause = match &error {
            Error::NotFound { .. } => Cause::NotFound,
            Error::Duplicate {
                contact_id: Some(id),
                matching_field,
            } => Cause::Duplicate {
                id: RecordId::new(id.clone()),
                field: match matching_field.as_deref() {
                    Some("phone") => Field::Phone,
                    _ => Field::Email,
                },
            },
            _ => Cause::Other,
        };
        Self {
            side: Side::HighLevel,
            code: error.code(),
            message: error.to_string(),
            class: error.class(),
            maybe_applied: error.applied() == Applied::Unknown,
            cause,
        }
    }
}
