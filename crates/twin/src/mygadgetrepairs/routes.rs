//! From a request to a resource: key, limit, path, verb, arguments, in the order of the vendor's framework
//! (mygadgetrepairs-api.md 2).

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::State;
use axum::http::{Method, Request, Response, StatusCode, header, request::Parts};
use serde_json::Value;

use super::answer::Answer;
use super::arguments::Arguments;
use super::resources::{self, Call, PROJECT_TASKS, Resource};
use super::settings::{Comments, Feeds};
use super::{Account, MyGadgetRepairsTwin, Settings};

/// Largest body that is taken.
const LARGEST_BODY: usize = 32 * 1024 * 1024;

/// Answers one request of a client.
pub(super) async fn answer(
    State(twin): State<MyGadgetRepairsTwin>,
    request: Request<Body>,
) -> Response<Body> {
    let (parts, body) = request.into_parts();
    let Ok(body) = to_bytes(body, LARGEST_BODY).await else {
        return Answer::Bare(StatusCode::PAYLOAD_TOO_LARGE).response(200, &[]);
    };
    let now = twin.inner.clock.now();
    let (response, deliveries) = {
        let mut account = twin.account();
        let response = answered(&mut account, now, &parts, &body);
        (
            response,
            super::notifications::due(&mut account, false, now.as_millisecond()),
        )
    };
    super::notifications::send(&twin, deliveries);
    response
}

fn answered(
    account: &mut Account,
    now: jiff::Timestamp,
    parts: &Parts,
    body: &Bytes,
) -> Response<Body> {
    let post_status = account.settings.post_status;
    let keyed = parts
        .headers
        .get(header::AUTHORIZATION)
        .is_some_and(|key| key.as_bytes() == account.settings.api_key.as_bytes());
    let settings = account.settings.clone();
    if keyed && !account.limits.admit(now, &settings) {
        let status =
            StatusCode::from_u16(settings.over_limit_status).unwrap_or(StatusCode::UNAUTHORIZED);
        return Answer::Refused(
            status,
            "Access denied. Too many requests, try again later.".to_owned(),
        )
        .response(post_status, &[]);
    }
    let segments = segments(parts.uri.path());
    let Some((resource, tokens)) = find(&segments, &settings) else {
        return Answer::Bare(StatusCode::NOT_FOUND).response(post_status, &[]);
    };
    let allow = verbs(resource, &settings);
    let method = method(parts);
    if !allow.contains(&method.as_str()) {
        return Answer::Bare(StatusCode::METHOD_NOT_ALLOWED).response(post_status, allow);
    }
    let Some(arguments) = arguments(parts, &tokens, body, resource) else {
        return Answer::Bare(StatusCode::BAD_REQUEST).response(post_status, allow);
    };
    if !acceptable(parts) {
        return Answer::Bare(StatusCode::BAD_REQUEST).response(post_status, allow);
    }
    if !keyed && resource != Resource::Explorer {
        return Answer::Refused(
            StatusCode::UNAUTHORIZED,
            "Invalid API key. Send your key in the Authorization header.".to_owned(),
        )
        .response(post_status, allow);
    }
    let call = Call {
        method,
        arguments,
        now,
        body,
        by_person: false,
    };
    resources::answer(account, resource, &call).response(post_status, allow)
}

/// The path without version, doubled slashes and format suffix, in lower case.
fn segments(path: &str) -> Vec<String> {
    let mut segments: Vec<String> = path
        .split('/')
        .filter(|segment| !segment.is_empty())
        .map(str::to_lowercase)
        .collect();
    if segments.first().is_some_and(|first| first == "v1") {
        segments.remove(0);
    }
    if let Some(last) = segments.last_mut()
        && let Some(bare) = last.strip_suffix(".json")
    {
        *last = bare.to_owned();
    }
    segments
}

type Tokens<'path> = Vec<(&'static str, &'path str)>;

/// The resource of a path and the values of its tokens.
fn find<'path>(
    segments: &'path [String],
    settings: &Settings,
) -> Option<(Resource, Tokens<'path>)> {
    use Resource as R;
    let path: Vec<&str> = segments.iter().map(String::as_str).collect();
    let feed = |resource| (settings.updated_feeds == Feeds::On).then_some((resource, Vec::new()));
    let plain = |resource| Some((resource, Vec::new()));
    match path.as_slice() {
        [] => plain(R::Explorer),
        ["info"] => plain(R::Info),
        ["users"] => plain(R::Users),
        ["users", id] => Some((R::User, vec![("userId", id)])),
        ["taxrates"] => plain(R::TaxRates),
        ["paymentmethods"] => plain(R::PaymentMethods),
        ["statuses"] => plain(R::Statuses),
        ["issuetypes"] => plain(R::IssueTypes),
        ["customers"] => plain(R::Customers),
        ["customers", "updated"] => feed(R::CustomersUpdated),
        ["customers", id] => Some((R::Customer, vec![("customerId", id)])),
        ["tickets"] => plain(R::Tickets),
        ["tickets", "updated"] => feed(R::TicketsUpdated),
        ["tickets", id] => Some((R::Ticket, vec![("ticketId", id)])),
        ["tickets", id, "upload"] => Some((R::Upload, vec![("ticketId", id)])),
        ["tickets", id, "upload", upload] => {
            Some((R::UploadFile, vec![("ticketId", id), ("uploadId", upload)]))
        }
        ["tickets", id, "itemline"] if settings.item_lines => {
            Some((R::ItemLines, vec![("ticketId", id)]))
        }
        ["ticketcomments"] if settings.comments != Comments::Missing => plain(R::TicketComments),
        ["appointments", ..] if !settings.appointments => None,
        ["appointments"] => plain(R::Appointments),
        ["appointments", "updated"] => feed(R::AppointmentsUpdated),
        ["appointments", id] => Some((R::Appointment, vec![("appointmentId", id)])),
        ["reminders", ..] if !settings.reminders => None,
        ["reminders"] => plain(R::Reminders),
        ["reminders", id] => Some((R::Reminder, vec![("reminderId", id)])),
        ["groups"] => plain(R::Groups),
        ["groups", id] => Some((R::Group, vec![("recordId", id)])),
        ["estimates", ..] if !settings.estimates => None,
        ["estimates"] => plain(R::Estimates),
        ["estimates", "updated"] => feed(R::EstimatesUpdated),
        ["estimates", id] => Some((R::Estimate, vec![("estimateId", id)])),
        ["leads", ..] if !settings.leads => None,
        ["leads"] => plain(R::Leads),
        ["leads", id] => Some((R::Lead, vec![("leadId", id)])),
        ["assets" | "assettypes", ..] if !settings.assets => None,
        ["assets"] => plain(R::Assets),
        ["assets", id] => Some((R::Asset, vec![("assetId", id)])),
        ["assettypes"] => plain(R::AssetTypes),
        ["projecttasks"] => plain(R::Documents(PROJECT_TASKS)),
        ["projecttasks", id] => Some((R::Document(PROJECT_TASKS), vec![("recordId", id)])),
        ["tasklists"] => plain(R::TaskLists),
        ["projecttags"] => plain(R::ProjectTags),
        ["customfields", kind] => Some((R::CustomFields, vec![("type", kind)])),
        ["brands"] => plain(R::Brands),
        ["models"] => plain(R::Models),
        ["models", id] => Some((R::Model, vec![("recordId", id)])),
        ["products"] => plain(R::Products),
        ["products", id] => Some((R::Product, vec![("recordId", id)])),
        ["payments"] => plain(R::Payments),
        ["ticketinvoices"] => plain(R::TicketInvoices),
        ["ticketinvoices", id] => Some((R::TicketInvoice, vec![("invoiceId", id)])),
        ["posorders"] => plain(R::PosOrders),
        ["posorders", id] => Some((R::PosOrder, vec![("orderId", id)])),
        ["webhook", "inboundcall"] => plain(R::InboundCall),
        ["webhook", "rmmalert"] => plain(R::RmmAlert),
        [path, rest @ ..] if settings.other_resources => {
            match (resources::documents(path)?, rest) {
                (of, []) => plain(R::Documents(of)),
                (of, [id]) if of.members => Some((R::Document(of), vec![("recordId", id)])),
                _ => None,
            }
        }
        _ => None,
    }
}

fn verbs(resource: Resource, settings: &Settings) -> &'static [&'static str] {
    use Resource as R;
    match resource {
        R::Customer
        | R::Ticket
        | R::Appointment
        | R::Reminder
        | R::Estimate
        | R::Lead
        | R::Asset => &["DELETE", "GET", "PUT"],
        R::Product => &["DELETE", "GET"],
        R::Document(of) if of.takes => &["DELETE", "GET", "PUT"],
        R::Documents(of) if of.takes => &["GET", "POST"],
        R::Payments if settings.record_payments => &["GET", "POST"],
        R::TicketComments if settings.comments == Comments::PostOnly => &["POST"],
        R::Customers
        | R::Tickets
        | R::Appointments
        | R::TicketComments
        | R::ItemLines
        | R::Reminders
        | R::Estimates
        | R::Leads
        | R::Assets
        | R::Brands
        | R::Models
        | R::Products => &["GET", "POST"],
        R::Upload | R::UploadFile | R::InboundCall | R::RmmAlert => &["POST"],
        _ => &["GET"],
    }
}

fn method(parts: &Parts) -> Method {
    parts
        .headers
        .get("x-http-method-override")
        .filter(|_| parts.method == Method::POST)
        .and_then(|verb| Method::from_bytes(verb.as_bytes().to_ascii_uppercase().as_slice()).ok())
        .unwrap_or_else(|| parts.method.clone())
}

/// Path tokens, then query, then body; `None` when the body cannot be read.
fn arguments(
    parts: &Parts,
    tokens: &Tokens<'_>,
    body: &Bytes,
    resource: Resource,
) -> Option<Arguments> {
    let mut arguments = Arguments::default();
    for (name, value) in tokens {
        arguments.set(name, Value::String((*value).to_owned()));
    }
    arguments.add_form(parts.uri.query().unwrap_or_default());
    let kind = parts
        .headers
        .get(header::CONTENT_TYPE)
        .and_then(|kind| kind.to_str().ok())
        .unwrap_or_default()
        .to_lowercase();
    // A file comes as form data (mygadgetrepairs-api.md 12.5).
    if resource == Resource::UploadFile {
        return kind.starts_with("multipart/form-data").then_some(arguments);
    }
    if body.is_empty() || parts.method == Method::GET {
        return Some(arguments);
    }
    if kind.starts_with("application/json") {
        arguments.add_json(body).then_some(arguments)
    } else if kind.starts_with("application/x-www-form-urlencoded") {
        arguments.add_form(std::str::from_utf8(body).ok()?);
        Some(arguments)
    } else {
        None
    }
}

/// Whether JSON is wanted or anything will do. XML, which the vendor knows too, is not emulated.
fn acceptable(parts: &Parts) -> bool {
    let Some(wanted) = parts
        .headers
        .get(header::ACCEPT)
        .and_then(|wanted| wanted.to_str().ok())
    else {
        return true;
    };
    let wanted = wanted.to_lowercase();
    ["json", "*/*", "application/*", "text/html"]
        .iter()
        .any(|kind| wanted.contains(kind))
}
