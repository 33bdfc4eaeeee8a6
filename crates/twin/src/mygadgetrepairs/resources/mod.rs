//! The resources and which module answers for them.

mod appointments;
mod assets;
mod catalogue;
mod comments;
mod customers;
mod documents;
mod estimates;
mod given;
mod hooks;
mod kept;
mod leads;
mod lines;
mod list;
mod members;
mod money;
mod reminders;
mod show;
mod tickets;
mod till;
mod uploads;

use axum::body::Bytes;
use axum::http::Method;
use jiff::Timestamp;

pub(super) use documents::{Documents, PROJECT_TASKS, find as documents};
pub(super) use kept::Kept;
pub(super) use money::{pay, refund};
pub(super) use show::{
    appointment as show_appointment, comment as show_comment, customer as show_customer, reference,
    ticket as show_ticket,
};
pub(super) use till::Sale;

use super::Account;
use super::answer::Answer;
use super::arguments::Arguments;
use super::records::{Asset, Estimate, Lead, Reminder};
use kept::Part;

/// A path of the vendor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Resource {
    Explorer,
    Info,
    Users,
    User,
    TaxRates,
    PaymentMethods,
    Statuses,
    IssueTypes,
    Customers,
    CustomersUpdated,
    Customer,
    Tickets,
    TicketsUpdated,
    Ticket,
    Upload,
    UploadFile,
    ItemLines,
    TicketComments,
    Appointments,
    AppointmentsUpdated,
    Appointment,
    Reminders,
    Reminder,
    Groups,
    Estimates,
    EstimatesUpdated,
    Estimate,
    Leads,
    Lead,
    Assets,
    Asset,
    AssetTypes,
    /// One of the lists of which nothing but their path is known.
    Documents(Documents),
    /// A record of one.
    Document(Documents),
    TaskLists,
    ProjectTags,
    CustomFields,
    Brands,
    Models,
    Products,
    Product,
    Model,
    Group,
    Payments,
    TicketInvoices,
    TicketInvoice,
    PosOrders,
    PosOrder,
    InboundCall,
    RmmAlert,
}

/// A request as a resource sees it.
#[derive(Debug)]
pub(super) struct Call<'request> {
    pub method: Method,
    pub arguments: Arguments,
    pub now: Timestamp,
    pub body: &'request Bytes,
    /// Whether a person at the counter does it, who may always empty a field.
    pub by_person: bool,
}

/// What a resource says to a call; the verb is known to be one it has.
pub(super) fn answer(account: &mut Account, resource: Resource, call: &Call<'_>) -> Answer {
    use Resource as R;
    match resource {
        R::Explorer
        | R::Info
        | R::Users
        | R::User
        | R::TaxRates
        | R::PaymentMethods
        | R::Statuses
        | R::IssueTypes
        | R::Groups
        | R::AssetTypes
        | R::TaskLists
        | R::ProjectTags => catalogue::shop(account, resource, call),
        R::CustomFields | R::Brands | R::Models | R::Products => {
            catalogue::stock(account, resource, call)
        }
        R::Customers | R::CustomersUpdated | R::Customer => {
            customers::answer(account, resource, call)
        }
        R::Tickets | R::TicketsUpdated | R::Ticket => tickets::answer(account, resource, call),
        R::Upload | R::UploadFile => uploads::answer(account, resource, call),
        R::TicketComments => comments::answer(account, call),
        R::Appointments | R::AppointmentsUpdated | R::Appointment => {
            appointments::answer(account, resource, call)
        }
        R::Product | R::Model | R::Group => members::answer(account, resource, call),
        R::ItemLines => lines::answer(account, call),
        R::Reminders => kept::answer::<Reminder>(account, Part::Collection, call),
        R::Reminder => kept::answer::<Reminder>(account, Part::Member, call),
        R::Estimates => kept::answer::<Estimate>(account, Part::Collection, call),
        R::EstimatesUpdated => kept::answer::<Estimate>(account, Part::Feed, call),
        R::Estimate => kept::answer::<Estimate>(account, Part::Member, call),
        R::Leads => kept::answer::<Lead>(account, Part::Collection, call),
        R::Lead => kept::answer::<Lead>(account, Part::Member, call),
        R::Assets => kept::answer::<Asset>(account, Part::Collection, call),
        R::Asset => kept::answer::<Asset>(account, Part::Member, call),
        R::Documents(_) | R::Document(_) => documents::answer(account, resource, call),
        R::Payments | R::TicketInvoices | R::TicketInvoice => {
            money::answer(account, resource, call)
        }
        R::PosOrders | R::PosOrder => till::answer(account, resource, call),
        R::InboundCall | R::RmmAlert => hooks::answer(account, resource, call),
    }
}

/// A text argument as it is to be written: `None` leaves the field alone.
fn written(call: &Call<'_>, clear_on_empty: bool, names: &[&str]) -> Option<String> {
    let text = call.arguments.text(names)?;
    let may_clear = clear_on_empty || call.by_person || call.method == Method::POST;
    (may_clear || !text.trim().is_empty()).then_some(text)
}
