//! Every spelling that the vendor does not document, in one table.
//!
//! A [`Slot`] is a meaning ("the ticket's title, when writing"); [`WireNames`] says under which names it is
//! sent, and how sure that is. Unknown arguments are ignored by the vendor, so several guesses may be sent
//! together (mygadgetrepairs-api.md section 2). A probe or a setting corrects a row; nothing else in this
//! crate spells an uncertain name.

use crate::WriteTimeFormat;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// How sure a spelling is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Evidence {
    /// Read in the vendor's documentation.
    Documented,
    /// Seen in public code that runs against the service.
    Observed,
    /// Concluded from patterns; a guess.
    Inferred,
    /// Confirmed against this shop's account.
    Probed,
    /// Set by a person.
    Setting,
}

/// One row of the table: the names that are sent together.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WireName {
    /// The names; empty means that the value is not sent at all.
    pub names: Vec<String>,
    /// How sure they are.
    pub evidence: Evidence,
}

macro_rules! slots {
    ($($(#[$doc:meta])* $slot:ident $key:literal [$($name:literal),*] $evidence:ident;)*) => {
        /// A meaning that has to be spelled on the wire. Written `customer.name` and so on in settings.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum Slot {
            $($(#[$doc])* #[serde(rename = $key)] $slot,)*
        }

        impl Slot {
            /// Every row of the table.
            pub const ALL: &'static [Self] = &[$(Self::$slot),*];

            /// The stable name of the row.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$slot => $key,)* }
            }

            /// The names before anything is known about the account, and how sure they are.
            #[must_use]
            pub const fn default_names(self) -> (&'static [&'static str], Evidence) {
                match self { $(Self::$slot => (&[$($name),*], Evidence::$evidence),)* }
            }
        }
    };
}

slots! {
    /// Update feeds: changed on or after this day. `createdDateFrom` is left out on purpose: an account
    /// that honours it would hide edits to older records.
    UpdatedFrom "filter.updated_from" ["updatedDateFrom", "dateFrom"] Inferred;
    /// Update feeds: changed on or before this day.
    UpdatedTo "filter.updated_to" ["updatedDateTo", "dateTo"] Inferred;
    /// Lists: created on or after this day.
    CreatedFrom "filter.created_from" ["createdDateFrom"] Inferred;
    /// Lists: created on or before this day.
    CreatedTo "filter.created_to" ["createdDateTo"] Inferred;
    /// Lists: free text.
    Search "filter.search" ["searchKeyword"] Documented;
    /// Comments of this ticket.
    CommentsOfTicket "filter.comments_of_ticket" ["ticketId", "ticket"] Inferred;

    /// Whole name in one text, at most 250 characters.
    CustomerName "customer.name" ["name"] Documented;
    /// Company, plain text.
    CustomerCompany "customer.company" ["company"] Documented;
    /// VAT number; read back as `vat_registration_number`.
    CustomerVat "customer.vat" ["VATRegistration"] Documented;
    /// E-mail.
    CustomerEmail "customer.email" ["email"] Documented;
    /// E-mail for invoices, only when another one.
    CustomerInvoiceEmail "customer.invoice_email" ["invoiceemail"] Documented;
    /// Landline; read back as `phone`.
    CustomerTelephone "customer.telephone" ["telephone"] Documented;
    /// Mobile number.
    CustomerMobile "customer.mobile" ["mobile"] Inferred;
    /// Street; read back as `fulladdress.address`.
    CustomerAddress "customer.address" ["address"] Inferred;
    /// City.
    CustomerCity "customer.city" ["city"] Inferred;
    /// Post code; read back as `fulladdress.post_code`.
    CustomerPostCode "customer.post_code" ["postCode"] Inferred;
    /// Country.
    CustomerCountry "customer.country" ["country"] Inferred;
    /// The customer wants no text messages: yes means none. The columns of the vendor's import sheet show that
    /// such flags exist; how they are spelled is a guess.
    CustomerSmsOptOut "customer.sms_opt_out" ["smsOptOut", "noSms"] Inferred;
    /// The customer takes text messages: no means none. Read and written with the opposite meaning.
    CustomerSmsAllowed "customer.sms_allowed" ["sms", "allowSms"] Inferred;
    /// The customer wants no e-mails. An e-mail about the repair itself is another flag, and left alone.
    CustomerEmailOptOut "customer.email_opt_out" ["emailOptOut", "noEmail"] Inferred;
    /// The customer takes e-mails: no means none.
    CustomerEmailAllowed "customer.email_allowed" ["emailMarketing", "allowEmail"] Inferred;
    /// The customer wants no calls. No account is known to have it; a person may name it.
    CustomerCallOptOut "customer.call_opt_out" [] Inferred;
    /// The customer wants no messages of any sort. No account is known to have it; a person may name it.
    CustomerOptOut "customer.opt_out" [] Inferred;

    /// The customer that a ticket belongs to.
    TicketCustomer "ticket.customer" ["customer", "customerId"] Inferred;
    /// Title; read back as `short_info`.
    TicketShortInfo "ticket.short_info" ["shortInfo"] Inferred;
    /// Long text.
    TicketDescription "ticket.description" ["description"] Inferred;
    /// Issue type, by id.
    TicketIssueType "ticket.issue_type" ["issueType"] Inferred;
    /// Status, by id.
    TicketStatus "ticket.status" ["status"] Inferred;
    /// Technician, by user id.
    TicketTechnician "ticket.technician" ["technician"] Inferred;

    /// Title, at most 100 characters.
    AppointmentSubject "appointment.subject" ["subject"] Documented;
    /// Long text.
    AppointmentDescription "appointment.description" ["description"] Documented;
    /// `InShop`, `OnSite` or `PhoneCall`.
    AppointmentType "appointment.type" ["type"] Documented;
    /// Place, plain text.
    AppointmentLocation "appointment.location" ["location"] Documented;
    /// Start, written in [`WireNames::appointment_time`].
    AppointmentStart "appointment.start" ["startDate"] Inferred;
    /// End, same format.
    AppointmentEnd "appointment.end" ["endDate"] Inferred;
    /// Start's time of day `HH:mm`, for accounts that want it apart from the day.
    AppointmentStartTime "appointment.start_time" [] Inferred;
    /// End's time of day `HH:mm`.
    AppointmentEndTime "appointment.end_time" [] Inferred;
    /// The customer that the appointment is with.
    AppointmentCustomer "appointment.customer" ["customer", "customerId"] Inferred;
    /// The user whose diary it is in.
    AppointmentStaff "appointment.staff" ["staff"] Inferred;

    /// The ticket that a comment hangs on.
    CommentTicket "comment.ticket" ["ticketId", "ticket"] Inferred;
    /// A comment's text.
    CommentText "comment.text" ["comment", "text"] Inferred;
    /// `private` or `public`.
    CommentType "comment.type" ["type"] Inferred;
    /// `true` for staff only.
    CommentInternal "comment.internal" ["internal", "isInternal", "isPrivate"] Inferred;
    /// `true` for visible to the customer.
    CommentPublic "comment.public" ["isPublic"] Inferred;

    /// Put before a custom field's number.
    CustomFieldPrefix "custom_field.prefix" ["cf_"] Inferred;
}

/// The table of spellings. Rows that nobody corrected keep their defaults; serialised as the corrected
/// rows only, so better defaults reach existing shops.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct WireNames {
    /// Corrected rows.
    pub corrected: BTreeMap<Slot, WireName>,
    /// How appointment times are written.
    pub appointment_time: WriteTimeFormat,
}

impl WireNames {
    /// The row for a meaning.
    #[must_use]
    pub fn row(&self, slot: Slot) -> WireName {
        self.corrected.get(&slot).cloned().unwrap_or_else(|| {
            let (names, evidence) = slot.default_names();
            WireName {
                names: names.iter().map(|name| (*name).to_owned()).collect(),
                evidence,
            }
        })
    }

    /// Corrects a row.
    pub fn correct(
        &mut self,
        slot: Slot,
        names: impl IntoIterator<Item = impl Into<String>>,
        evidence: Evidence,
    ) {
        let names = names.into_iter().map(Into::into).collect();
        self.corrected.insert(slot, WireName { names, evidence });
    }

    /// Adds the value under every name of the row; a name that is already taken keeps its first value.
    pub(crate) fn put<V: Clone>(&self, into: &mut Vec<(String, V)>, slot: Slot, value: &V) {
        for name in self.row(slot).names {
            if !into
                .iter()
                .any(|(taken, _)| taken.eq_ignore_ascii_case(&name))
            {
                into.push((name, value.clone()));
            }
        }
    }

    /// The argument that carries a custom field, given its number with or without the prefix.
    pub(crate) fn custom_field(&self, field: &str) -> String {
        let prefix = self
            .row(Slot::CustomFieldPrefix)
            .names
            .into_iter()
            .next()
            .unwrap_or_default();
        let bare = field
            .get(..prefix.len())
            .filter(|head| head.eq_ignore_ascii_case(&prefix))
            .map_or(field, |head| &field[head.len()..]);
        format!("{prefix}{bare}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn guesses_are_sent_together_and_marked_as_guesses() {
        let names = WireNames::default();
        let mut query = Vec::new();
        names.put(&mut query, Slot::TicketCustomer, &9);
        assert_eq!(
            query,
            [("customer".to_owned(), 9), ("customerId".to_owned(), 9)]
        );
        assert_eq!(names.row(Slot::TicketCustomer).evidence, Evidence::Inferred);
        assert_eq!(
            names.row(Slot::CustomerTelephone).evidence,
            Evidence::Documented
        );
    }

    #[test]
    fn a_corrected_row_replaces_the_guess_and_survives_storage() {
        let mut names = WireNames::default();
        names.correct(Slot::TicketShortInfo, ["title"], Evidence::Setting);
        names.appointment_time = WriteTimeFormat::IsoOffset;
        let stored = serde_json::to_string(&names).unwrap();
        assert!(stored.contains("\"ticket.short_info\""), "{stored}");
        let back: WireNames = serde_json::from_str(&stored).unwrap();
        assert_eq!(back, names);
        assert_eq!(back.row(Slot::TicketShortInfo).names, ["title"]);
        assert_eq!(
            serde_json::from_str::<WireNames>("{}").unwrap(),
            WireNames::default()
        );
        assert!(serde_json::from_str::<WireNames>(r#"{"corrected":{"ticket.titel":{}}}"#).is_err());
    }

    #[test]
    fn the_update_feed_is_never_filtered_by_creation() {
        let (names, _) = Slot::UpdatedFrom.default_names();
        assert!(
            names
                .iter()
                .all(|name| !name.to_ascii_lowercase().contains("created"))
        );
    }

    #[test]
    fn custom_fields_get_their_prefix_once() {
        let names = WireNames::default();
        assert_eq!(names.custom_field("34977"), "cf_34977");
        assert_eq!(names.custom_field("CF_34977"), "cf_34977");
        assert_eq!(names.custom_field("é"), "cf_é");
    }

    #[test]
    fn every_row_has_its_own_key() {
        let keys: std::collections::BTreeSet<_> =
            Slot::ALL.iter().map(|slot| slot.as_str()).collect();
        assert_eq!(keys.len(), Slot::ALL.len());
        for slot in Slot::ALL {
            assert_eq!(serde_json::to_value(slot).unwrap(), slot.as_str());
        }
    }
}
