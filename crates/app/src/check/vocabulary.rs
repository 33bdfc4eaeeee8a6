//! Whether both accounts have what the rules name: custom fields and issue types. Missing fields of HighLevel are made
//! where a person asks for it.

use super::{CheckReport, Verdict};
use crate::connection::{Clients, ShopFacts};
use crate::ports::PortError;
use crate::{App, AppError};
use highlevel::model::{CreateCustomField, CustomField};
use mapping::{NotesTo, Rules};
use mygadgetrepairs::model::CustomFieldOwner;
use std::collections::BTreeSet;
use store::Shop;

const CRM_FIELDS: &str = "HighLevel custom fields";
const COUNTER_FIELDS: &str = "MyGadgetRepairs custom fields";
const ISSUE_TYPE: &str = "MyGadgetRepairs issue types";

impl App {
    /// Asks a vendor only where a rule names something.
    pub(super) async fn check_vocabulary(
        &self,
        shop: &Shop,
        clients: &Clients,
        facts: &ShopFacts,
        report: &mut CheckReport,
    ) {
        let wanted = fields_of_rules(&facts.rules);
        if !wanted.is_empty() {
            match clients.highlevel.custom_fields().list().await {
                Ok(fields) => tell_missing(shop, &missing(&wanted, &fields), report),
                Err(error) => report.refused(CRM_FIELDS, &PortError::from(error)),
            }
        }
        if let NotesTo::CustomField(name) = &facts.rules.notes.to {
            check_counter_field(clients, name, report).await;
        }
        if let Some(wanted) = &facts.rules.tasks.issue_type {
            check_issue_type(shop, clients, wanted, report).await;
        }
    }

    /// Makes the custom fields that the shop's rules name and HighLevel does not have, as text fields of contacts.
    /// Answers their names.
    ///
    /// # Errors
    /// When the shop is not connected, or HighLevel refuses; the message names the permission that is missing.
    pub async fn create_missing_fields(&self, name: &str) -> Result<Vec<String>, AppError> {
        let shop = self.shop(name).await?;
        let wanted = fields_of_rules(&self.rules_of(&shop)?);
        if wanted.is_empty() {
            return Ok(Vec::new());
        }
        let refused = |error: highlevel::Error| AppError::Vendor(PortError::from(error));
        let (zone, paging) = (jiff::tz::TimeZone::UTC, std::collections::BTreeMap::new());
        let clients = self.clients(&shop, &zone, &paging).await?;
        let fields = clients.highlevel.custom_fields();
        let missing = missing(&wanted, &fields.list().await.map_err(refused)?);
        for name in &missing {
            let new = CreateCustomField::text(name.clone());
            fields.create(&new).await.map_err(refused)?;
        }
        Ok(missing)
    }
}

/// Names, keys or ids of the contact fields that rules set.
fn fields_of_rules(rules: &Rules) -> BTreeSet<String> {
    let set = rules
        .note_rules
        .iter()
        .filter_map(|rule| rule.then.set_field.as_ref());
    set.map(|set| set.field.trim().to_owned()).collect()
}

fn missing(wanted: &BTreeSet<String>, fields: &[CustomField]) -> Vec<String> {
    // As the sync finds the field that a rule names.
    let is = |text: Option<&str>, name: &str| {
        let key = domain::normalize::name::key;
        text.is_some_and(|text| text == name || key(text) == key(name))
    };
    let of_contacts = |field: &&CustomField| field.model.as_deref() != Some("opportunity");
    let there = |name: &String| {
        fields.iter().filter(of_contacts).any(|field| {
            field.id == *name
                || is(field.field_key.as_deref(), name)
                || is(field.name.as_deref(), name)
        })
    };
    wanted.iter().filter(|name| !there(name)).cloned().collect()
}

fn tell_missing(shop: &Shop, missing: &[String], report: &mut CheckReport) {
    if missing.is_empty() {
        return report.passed(CRM_FIELDS, "those that the rules set are there");
    }
    let mend = format!(
        "repairbridge check {} --create-fields makes them as text fields (with the permission locations/customFields.write); or mend the name under [[note_rules]]",
        shop.name
    );
    let says = format!(
        "the rules set fields that HighLevel does not have: {}",
        missing.join(", ")
    );
    report.say(CRM_FIELDS, Verdict::Failed, says, Some(&mend));
}

async fn check_counter_field(clients: &Clients, name: &str, report: &mut CheckReport) {
    let fields = clients.mygadgetrepairs.custom_fields();
    match fields.all(CustomFieldOwner::Customer).await {
        Ok(fields) => {
            let wanted = domain::normalize::name::key(name);
            let there = fields.iter().any(|field| {
                let label = field.label.as_deref();
                field.id.as_str() == name
                    || field.key() == name
                    || label.is_some_and(|label| domain::normalize::name::key(label) == wanted)
            });
            if there {
                report.passed(COUNTER_FIELDS, format!("customers have “{name}”"));
            } else {
                let mend = "make it at the counter: Shop settings > Custom fields > Customers; its interface cannot make one";
                let says =
                    format!("customers have no custom field “{name}”, where the rules show notes");
                report.say(COUNTER_FIELDS, Verdict::Failed, says, Some(mend));
            }
        }
        Err(error) => report.refused(COUNTER_FIELDS, &PortError::from(error)),
    }
}

async fn check_issue_type(shop: &Shop, clients: &Clients, wanted: &str, report: &mut CheckReport) {
    match clients.mygadgetrepairs.issue_types().all().await {
        Ok(types) if types.iter().any(|one| one.id.as_str() == wanted) => {
            report.passed(ISSUE_TYPE, "the one of new tickets is there");
        }
        Ok(types) => {
            let known: Vec<_> = types
                .iter()
                .map(|one| {
                    format!(
                        "{} ({})",
                        one.id.as_str(),
                        one.label.as_deref().unwrap_or("without a name")
                    )
                })
                .collect();
            let mend = format!(
                "under [tasks] in the rules of `{}`, write `issue_type` as one of: {}",
                shop.name,
                known.join(", ")
            );
            let says = format!(
                "the account has no issue type {wanted}, which the rules give to new tickets"
            );
            report.say(ISSUE_TYPE, Verdict::Failed, says, Some(&mend));
        }
        Err(error) => report.refused(ISSUE_TYPE, &PortError::from(error)),
    }
}
