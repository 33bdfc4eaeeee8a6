//! The account offers every action of the operations' catalogue.

use super::Bench;

/// MA01 to MA30 of operations-catalogue.md; `{}` stands for a ticket, a record, or a type of custom field.
const ACTIONS: [(&str, &str, &str); 30] = [
    ("MA01", "GET", "customers"),
    ("MA02", "GET", "customers/{}"),
    ("MA03", "POST", "customers"),
    ("MA04", "PUT", "customers/{}"),
    ("MA05", "DELETE", "customers/{}"),
    ("MA06", "GET", "tickets"),
    ("MA07", "GET", "tickets/{}"),
    ("MA08", "POST", "tickets"),
    ("MA09", "PUT", "tickets/{}"),
    ("MA10", "PUT", "tickets/{}"),
    ("MA11", "PUT", "tickets/{}"),
    ("MA12", "POST", "ticketComments"),
    ("MA13", "GET", "ticketComments"),
    ("MA14", "POST", "tickets/{}/upload"),
    ("MA15", "GET", "tickets/{}/itemLine"),
    ("MA16", "POST", "tickets/{}/itemLine"),
    ("MA17", "GET", "statuses"),
    ("MA18", "GET", "issueTypes"),
    ("MA19", "GET", "ticketInvoices"),
    ("MA20", "GET", "ticketInvoices/{}"),
    ("MA21", "GET", "posOrders"),
    ("MA22", "GET", "appointments"),
    ("MA23", "GET", "appointments/{}"),
    ("MA24", "POST", "appointments"),
    ("MA25", "PUT", "appointments/{}"),
    ("MA26", "DELETE", "appointments/{}"),
    ("MA27", "POST", "reminders"),
    ("MA28", "PUT", "reminders/{}"),
    ("MA29", "GET", "users"),
    ("MA30", "GET", "customFields/{}"),
];

/// A verb that no resource has is refused with the list of those that it has.
#[tokio::test]
async fn every_action_of_the_catalogue_has_its_resource_and_verb() {
    let bench = Bench::plain(0);
    for (row, method, path) in ACTIONS {
        let path = format!("/v1/{}", path.replace("{}", "x"));
        let refused = bench.call("PATCH", &path, serde_json::json!({})).await;
        assert_eq!(refused.status, 405, "{row}: {path}");
        assert!(
            refused.allow().split(',').any(|verb| verb == method),
            "{row}: {} has no {method}",
            path
        );
    }
}
