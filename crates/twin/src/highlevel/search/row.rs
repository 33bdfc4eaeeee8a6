//! A row of contact search: nulls for what is missing, `address` for `address1`, names in lower case beside the real ones.

use serde_json::{Value, json};

use crate::highlevel::contacts::model::Contact;
use crate::highlevel::contacts::shape::{custom_fields, dnd_settings, or_null};
use crate::highlevel::date;

/// The row; `search_after` is there in search, not in lists.
pub(crate) fn row(
    contact: &Contact,
    location_id: &str,
    v3: bool,
    search_after: Option<Value>,
) -> Value {
    let mut row = json!({
        "id": contact.id,
        "phoneLabel": null,
        "country": or_null(&contact.country),
        "address": or_null(&contact.address1),
        "source": or_null(&contact.source),
        "type": "lead",
        "locationId": location_id,
        "website": or_null(&contact.website),
        "dnd": contact.dnd,
        "state": or_null(&contact.state),
        "businessName": or_null(&contact.company_name),
        "customFields": custom_fields(contact),
        "tags": contact.tags,
        "dateAdded": date::iso(contact.added),
        "additionalEmails": contact.additional_emails,
        "phone": or_null(&contact.phone),
        "companyName": or_null(&contact.company_name),
        "additionalPhones": contact.additional_phones,
        "dateUpdated": date::iso(contact.updated),
        "city": or_null(&contact.city),
        "dateOfBirth": contact.birth.map(date::iso),
        "firstNameLowerCase": or_null(&contact.first_name.to_lowercase()),
        "lastNameLowerCase": or_null(&contact.last_name.to_lowercase()),
        "firstName": or_null(&contact.first_name),
        "lastName": or_null(&contact.last_name),
        "contactName": or_null(&contact.contact_name()),
        "email": or_null(&contact.email),
        "assignedTo": or_null(&contact.assigned_to),
        "followers": contact.followers,
        "validEmail": null,
        "dndSettings": dnd_settings(contact, v3),
        "opportunities": [],
        "postalCode": or_null(&contact.postal_code),
        "businessId": or_null(&contact.business_id),
        "timezone": or_null(&contact.timezone),
        "inboundDndSettings": contact.inbound_dnd,
        "attributionSource": null,
        "lastAttributionSource": null,
    });
    if let (Some(search_after), Some(row)) = (search_after, row.as_object_mut()) {
        row.insert("searchAfter".to_owned(), search_after);
    }
    row
}
