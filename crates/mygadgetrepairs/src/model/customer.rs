//! Customers (mygadgetrepairs-api.md 12.3).

use super::{
    OptOuts, Raw, changed_at, created, custom_fields, quiet_debug, reference::full_name, remote,
};
use crate::{Error, Slot, Stamp, WireNames, lenient::Row};
use domain::RecordId;
use serde_json::Value;
use std::collections::BTreeMap;

/// The longest name that the vendor takes.
const NAME_MAX: usize = 250;

/// A customer as read.
#[derive(Clone, PartialEq)]
pub struct Customer {
    /// Id.
    pub id: RecordId,
    /// The number that people use, such as `C-317`.
    pub reference: Option<String>,
    /// Whole name: `name`, else the parts joined.
    pub name: Option<String>,
    /// `name_parts.first_name`. The vendor's split; the rule is not known.
    pub first_name: Option<String>,
    /// `name_parts.middle_name`.
    pub middle_name: Option<String>,
    /// `name_parts.last_name`.
    pub last_name: Option<String>,
    /// E-mail.
    pub email: Option<String>,
    /// E-mail for invoices, when another one.
    pub invoice_email: Option<String>,
    /// Mobile number; may have arrived as a JSON number without its leading zero.
    pub mobile: Option<String>,
    /// Landline; written as `telephone`.
    pub phone: Option<String>,
    /// Company, plain text.
    pub company: Option<String>,
    /// VAT number.
    pub vat: Option<String>,
    /// Address, where there is one.
    pub address: Option<Address>,
    /// Name of its group; by the vendor's import sheet there is at most one. How it is read is a guess.
    pub group: Option<String>,
    /// When it was made; many accounts do not say.
    pub created: Option<Stamp>,
    /// When it last changed; many accounts do not say.
    pub changed: Option<Stamp>,
    /// Filled custom fields by `cf_<number>`.
    pub custom: BTreeMap<String, String>,
    /// As sent.
    pub raw: Raw,
}

/// `fulladdress` of a customer.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Address {
    /// Street and number.
    pub street: Option<String>,
    /// City.
    pub city: Option<String>,
    /// Post code.
    pub post_code: Option<String>,
    /// Country, as a name or a code.
    pub country: Option<String>,
}

impl Address {
    fn read(row: Row<'_>) -> Option<Self> {
        // Some accounts may send one text or flat members instead of the object.
        let inner = row.object(&["fulladdress", "full_address"]).unwrap_or(row);
        let address = Self {
            street: inner
                .text(&["address", "street", "address1"])
                .or_else(|| row.text(&["fulladdress"])),
            city: inner.text(&["city"]),
            post_code: inner.text(&["post_code", "postcode", "postCode", "zip"]),
            country: inner.label("country"),
        };
        (address != Self::default()).then_some(address)
    }
}

impl std::fmt::Debug for Address {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Address(..)")
    }
}

impl Customer {
    /// What the customer opted out of, by the account's spellings.
    #[must_use]
    pub fn opt_outs(&self, names: &WireNames) -> OptOuts {
        OptOuts::read(&self.raw, names)
    }
}

remote!(Customer, "customer", |row, id| {
    let parts = row.object(&["name_parts"]);
    let part = |name: &str| {
        parts
            .and_then(|parts| parts.text(&[name]))
            .or_else(|| row.text(&[name]))
    };
    Customer {
        id,
        reference: row.text(&["ref", "internal_id"]),
        name: full_name(row).or_else(|| parts.and_then(full_name)),
        first_name: part("first_name"),
        middle_name: part("middle_name"),
        last_name: part("last_name"),
        email: row.text(&["email"]),
        invoice_email: row.text(&["invoiceemail", "invoice_email"]),
        mobile: row.text(&["mobile"]),
        phone: row.text(&["phone", "telephone"]),
        company: row.text(&["company"]),
        vat: row.text(&["vat_registration_number", "VATRegistration"]),
        address: Address::read(row),
        group: row.label("group").or_else(|| row.label("customer_group")),
        created: created(row),
        changed: changed_at(row),
        custom: custom_fields(row),
        raw: Raw::new(),
    }
});

/// A new customer, or the changed fields of one. `None` is not sent. An empty text asks to clear the field,
/// which the vendor may not be able to do (mygadgetrepairs-api.md section 14, 11): read back.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct CustomerWrite {
    /// Whole name, at most 250 characters; needed to create.
    pub name: Option<String>,
    /// Company.
    pub company: Option<String>,
    /// VAT number.
    pub vat: Option<String>,
    /// E-mail.
    pub email: Option<String>,
    /// E-mail for invoices.
    pub invoice_email: Option<String>,
    /// Landline.
    pub telephone: Option<String>,
    /// Mobile number.
    pub mobile: Option<String>,
    /// Street and number.
    pub street: Option<String>,
    /// City.
    pub city: Option<String>,
    /// Post code.
    pub post_code: Option<String>,
    /// Country.
    pub country: Option<String>,
    /// Custom fields by number, with or without `cf_`.
    pub custom: Option<BTreeMap<String, String>>,
    /// Opt-outs; whether the account took them is seen by reading back.
    pub opt_outs: OptOuts,
}

quiet_debug!(CustomerWrite {
    name,
    company,
    vat,
    email,
    invoice_email,
    telephone,
    mobile,
    street,
    city,
    post_code,
    country,
    custom,
});

impl CustomerWrite {
    pub(crate) fn arguments(
        &self,
        names: &WireNames,
        creating: bool,
    ) -> Result<Vec<(String, Value)>, Error> {
        let name = self.name.as_deref().map(str::trim);
        if (creating && name.is_none()) || name == Some("") {
            return Err(Error::invalid(
                "customer",
                "the name is empty; MyGadgetRepairs needs one",
            ));
        }
        if name.is_some_and(|name| name.chars().count() > NAME_MAX) {
            return Err(Error::invalid(
                "customer",
                "the name is longer than 250 characters; shorten it",
            ));
        }
        let mut arguments = Vec::new();
        for (slot, value) in [
            (Slot::CustomerName, &self.name),
            (Slot::CustomerCompany, &self.company),
            (Slot::CustomerVat, &self.vat),
            (Slot::CustomerEmail, &self.email),
            (Slot::CustomerInvoiceEmail, &self.invoice_email),
            (Slot::CustomerTelephone, &self.telephone),
            (Slot::CustomerMobile, &self.mobile),
            (Slot::CustomerAddress, &self.street),
            (Slot::CustomerCity, &self.city),
            (Slot::CustomerPostCode, &self.post_code),
            (Slot::CustomerCountry, &self.country),
        ] {
            if let Some(text) = value {
                names.put(&mut arguments, slot, &Value::from(text.as_str()));
            }
        }
        self.opt_outs.put(names, &mut arguments);
        super::filter::put_custom(names, &mut arguments, self.custom.as_ref());
        Ok(arguments)
    }
}
