//! `/customers`, its members and its feed (mygadgetrepairs-api.md 12.3).

use axum::http::Method;
use serde_json::Value;

use super::super::Account;
use super::super::answer::Answer;
use super::super::book::{Book, Customer};
use super::super::id::Id;
use super::super::notifications::NotificationEvent as Event;
use super::super::settings::{CreatedFilter, OptOuts, Settings};
use super::super::shelf::Row;
use super::list::{self, Page, Span};
use super::{Call, Resource, show, written};

/// Longest name that is taken.
const LONGEST_NAME: usize = 250;

pub(super) fn answer(account: &mut Account, resource: Resource, call: &Call<'_>) -> Answer {
    match (resource, call.method == Method::POST) {
        (Resource::Customers, true) => add(account, call),
        (Resource::Customers, false) => collection(account, call),
        (Resource::CustomersUpdated, _) => feed(account, call),
        _ => member(account, call),
    }
}

fn collection(account: &Account, call: &Call<'_>) -> Answer {
    let (book, settings) = (&account.book, &account.settings);
    let page = Page::asked(&call.arguments, settings);
    let span = match settings.created_filter {
        CreatedFilter::Nowhere => Span::default(),
        _ => match list::created(&call.arguments, &book.zone) {
            Ok(span) => span,
            Err(message) => return Answer::invalid(message),
        },
    };
    let filters = Filters::asked(call);
    let newest = book.customers.by_created().rev();
    let show = |row: &Row<Customer>| show::customer(book, settings, row);
    let shown: Vec<Value> = if filters.is_empty() && span.is_everything() {
        page.of(newest).map(show).collect()
    } else {
        page.of(newest.filter(|row| span.contains(row.created) && filters.pass(&row.body)))
            .map(show)
            .collect()
    };
    Answer::Found(Value::Array(shown))
}

fn feed(account: &Account, call: &Call<'_>) -> Answer {
    let (book, settings) = (&account.book, &account.settings);
    let span = match list::updated(&call.arguments, settings, &book.zone) {
        Ok(span) => span,
        Err(message) => return Answer::invalid(message),
    };
    let page = Page::asked(&call.arguments, settings);
    let rows = span
        .from
        .map_or_else(
            || book.customers.by_changed(),
            |from| book.customers.changed_since(from),
        )
        .rev();
    let show = |row: &Row<Customer>| show::customer(book, settings, row);
    let shown: Vec<Value> = if span.to.is_none() {
        page.of(rows).map(show).collect()
    } else {
        page.of(rows.filter(|row| span.contains(row.changed)))
            .map(show)
            .collect()
    };
    Answer::Found(Value::Array(shown))
}

/// One filter for each column, and the free search over the columns of a person.
#[derive(Debug)]
struct Filters {
    columns: Vec<(Column, String)>,
    keyword: Option<String>,
}

#[derive(Debug, Clone, Copy)]
enum Column {
    Name,
    Email,
    Mobile,
    Phone,
    Company,
}

impl Filters {
    fn asked(call: &Call<'_>) -> Self {
        let columns = [
            ("name", Column::Name),
            ("email", Column::Email),
            ("mobile", Column::Mobile),
            ("phone", Column::Phone),
            ("company", Column::Company),
        ];
        Self {
            columns: columns
                .into_iter()
                .filter_map(|(name, column)| {
                    Some((column, call.arguments.filter(&[name])?.to_lowercase()))
                })
                .collect(),
            keyword: call
                .arguments
                .filter(&["searchKeyword"])
                .map(|keyword| keyword.to_lowercase()),
        }
    }

    fn is_empty(&self) -> bool {
        self.columns.is_empty() && self.keyword.is_none()
    }

    fn pass(&self, customer: &Customer) -> bool {
        let by_column = self.columns.iter().all(|(column, wanted)| match column {
            Column::Name => list::holds(&[&customer.name()], wanted),
            Column::Email => list::holds(&[&customer.email], wanted),
            Column::Mobile => list::holds(&[&customer.mobile], wanted),
            Column::Phone => list::holds(&[&customer.phone], wanted),
            Column::Company => list::holds(&[&customer.company], wanted),
        });
        by_column
            && self.keyword.as_ref().is_none_or(|wanted| {
                list::holds(
                    &[
                        &customer.email,
                        &customer.mobile,
                        &customer.phone,
                        &customer.company,
                        &customer.reference,
                        &customer.name(),
                    ],
                    wanted,
                )
            })
    }
}

fn add(account: &mut Account, call: &Call<'_>) -> Answer {
    if call.arguments.filter(&["name"]).is_none() {
        return Answer::invalid("The customer has no name. Send the argument name.");
    }
    let mut customer = Customer {
        reference: format!("C-{}", account.book.next_customer),
        ..Customer::default()
    };
    if let Err(message) = write(&account.book, &account.settings, call, &mut customer) {
        return Answer::invalid(message);
    }
    account.book.next_customer += 1;
    let id = account.book.new_id();
    account.book.customers.add(id, call.now, customer);
    account.outbox.note(Event::CustomerCreated, id);
    Answer::Made {
        id: Value::from(id.to_string()),
        location: None,
    }
}

fn member(account: &mut Account, call: &Call<'_>) -> Answer {
    let id = call
        .arguments
        .filter(&["customerId"])
        .and_then(|text| Id::read(&text));
    let Some(id) = id.filter(|id| account.book.customers.get(*id).is_some()) else {
        return Answer::unknown("The customer");
    };
    if call.method == Method::DELETE {
        account.book.customers.remove(id);
        account.outbox.note(Event::CustomerDeleted, id);
        return Answer::Gone;
    }
    let Some(row) = account.book.customers.get(id) else {
        return Answer::unknown("The customer");
    };
    if call.method == Method::GET {
        return Answer::Found(show::customer(&account.book, &account.settings, row));
    }
    let mut customer = row.body.clone();
    if let Err(message) = write(&account.book, &account.settings, call, &mut customer) {
        return Answer::invalid(message);
    }
    account
        .book
        .customers
        .change(id, call.now, |body| *body = customer);
    account.outbox.note(Event::CustomerUpdated, id);
    Answer::Changed(Value::from(id.to_string()))
}

/// Takes over what was sent. The names from `telephone` on are inferred, so their likely spellings all count.
fn write(
    book: &Book,
    settings: &Settings,
    call: &Call<'_>,
    customer: &mut Customer,
) -> Result<(), String> {
    let clear = settings.clear_on_empty;
    if let Some(name) = call.arguments.filter(&["name"]) {
        if name.chars().count() > LONGEST_NAME {
            return Err(format!(
                "The name is too long. Use at most {LONGEST_NAME} characters."
            ));
        }
        customer.rename(&name);
    }
    let fields: [(&mut String, &[&str]); 10] = [
        (&mut customer.company, &["company"]),
        (&mut customer.vat, &["VATRegistration"]),
        (&mut customer.email, &["email"]),
        (&mut customer.invoice_email, &["invoiceemail"]),
        (&mut customer.phone, &["telephone", "phone"]),
        (&mut customer.mobile, &["mobile"]),
        (
            &mut customer.address,
            &["address", "address1", "addressLine1"],
        ),
        (&mut customer.city, &["city", "town"]),
        (&mut customer.post_code, &["postCode", "zip"]),
        (&mut customer.country, &["country", "countryCode"]),
    ];
    for (field, names) in fields {
        if let Some(text) = written(call, clear, names) {
            *field = text;
        }
    }
    write_opt_outs(settings, call, customer);
    if let Some(group) = call
        .arguments
        .filter(&["group", "groupId", "customerGroup"])
    {
        let known = book
            .groups
            .iter()
            .find(|word| word.id.to_string() == group || word.label.eq_ignore_ascii_case(&group));
        customer.group = Some(
            known
                .ok_or("The group is not known. Use an id of /groups.")?
                .id,
        );
    }
    for field in &book.customer_fields {
        if let Some(text) = written(call, clear, &[&format!("cf_{}", field.id)]) {
            customer.custom.insert(field.id, text);
        }
    }
    Ok(())
}

/// Unknown arguments are ignored: only the names of the account's own form count.
fn write_opt_outs(settings: &Settings, call: &Call<'_>, customer: &mut Customer) {
    let (names, blocks) = match settings.opt_outs {
        OptOuts::OptedOut => (["smsOptOut", "emailOptOut"], true),
        OptOuts::Allowed => (["sms", "emailMarketing"], false),
        OptOuts::Hidden => return,
    };
    if !settings.takes_opt_outs {
        return;
    }
    let places = [&mut customer.no_sms, &mut customer.no_email];
    for (name, place) in names.into_iter().zip(places) {
        match call.arguments.filter(&[name]).as_deref() {
            Some("true" | "1" | "yes") => *place = blocks,
            Some("false" | "0" | "no") => *place = !blocks,
            _ => {}
        }
    }
}
