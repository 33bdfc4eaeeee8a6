//! A contact as the twin keeps it. An empty text is "not there".

use std::sync::Arc;

use serde_json::{Map, Value};

use crate::highlevel::id::Id;

/// Who wrote, as `createdBy` and `lastUpdatedBy` tell it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Writer {
    pub source: &'static str,
    pub channel: &'static str,
    pub id: Arc<str>,
}

impl Writer {
    /// A request with a token. `id` tells tokens apart without telling the secret.
    pub fn integration(id: Arc<str>) -> Self {
        Self {
            source: "INTEGRATION",
            channel: "OAUTH",
            id,
        }
    }

    /// A member of staff in the browser.
    pub fn person(user_id: &str) -> Self {
        Self {
            source: "WEB_USER",
            channel: "APP",
            id: Arc::from(user_id),
        }
    }
}

#[derive(Debug, Clone)]
pub(crate) struct Contact {
    pub id: Id,
    pub first_name: String,
    pub last_name: String,
    pub email: String,
    /// E.164.
    pub phone: String,
    pub additional_emails: Vec<String>,
    pub additional_phones: Vec<String>,
    pub company_name: String,
    pub address1: String,
    pub city: String,
    pub state: String,
    pub postal_code: String,
    pub country: String,
    pub website: String,
    pub timezone: String,
    pub source: String,
    pub assigned_to: String,
    pub business_id: String,
    /// Midnight UTC in milliseconds.
    pub birth: Option<i64>,
    pub dnd: bool,
    /// Channels by their dated names (`Call`, `Email`, `SMS`, …).
    pub dnd_settings: Map<String, Value>,
    pub inbound_dnd: Option<Value>,
    pub tags: Vec<String>,
    /// Field id to value.
    pub custom: Vec<(Id, Value)>,
    pub followers: Vec<String>,
    pub workflows: Vec<String>,
    pub added: i64,
    pub updated: i64,
    pub created_by: Writer,
    pub updated_by: Writer,
}

impl Contact {
    pub fn new(id: Id, now: i64, writer: &Writer) -> Self {
        Self {
            id,
            first_name: String::new(),
            last_name: String::new(),
            email: String::new(),
            phone: String::new(),
            additional_emails: Vec::new(),
            additional_phones: Vec::new(),
            company_name: String::new(),
            address1: String::new(),
            city: String::new(),
            state: String::new(),
            postal_code: String::new(),
            country: String::new(),
            website: String::new(),
            timezone: String::new(),
            source: String::new(),
            assigned_to: String::new(),
            business_id: String::new(),
            birth: None,
            dnd: false,
            dnd_settings: Map::new(),
            inbound_dnd: None,
            tags: Vec::new(),
            custom: Vec::new(),
            followers: Vec::new(),
            workflows: Vec::new(),
            added: now,
            updated: now,
            created_by: writer.clone(),
            updated_by: writer.clone(),
        }
    }

    /// First and last name as they are.
    pub fn full_name(&self) -> String {
        format!("{} {}", self.first_name, self.last_name)
            .trim()
            .to_owned()
    }

    /// Lower case, as lists have it.
    pub fn contact_name(&self) -> String {
        self.full_name().to_lowercase()
    }
}
