//! The two people of the bench do what they say.

#![allow(clippy::unwrap_used, reason = "tests fail loudly")]

use serde_json::json;
use testkit::{CounterPerson, CrmPerson};
use twin::TwinOptions;
use twin::highlevel::Kind;

#[tokio::test]
async fn a_day_at_the_counter() {
    let twins = twin::start(TwinOptions::new(3, 0)).await.unwrap();
    let counter = CounterPerson::new(&twins);
    let customer = counter.customer("Maria Soto", json!({ "mobile": "07400123456" }));
    counter.put_into_group(&customer, "Trade");
    let ticket = counter.ticket(&customer, "Screen");
    counter.assign(&ticket, &counter.staff()[0].0);
    counter.walk_through(&ticket, &["open", "waiting", "ready"]);
    let twin = twins.mygadgetrepairs();
    let shown = &twin.tickets()[0];
    assert_eq!(shown["status"]["label"], counter.status_in("ready"));
    assert_eq!(shown["technician"]["id"], json!(counter.staff()[0].0));
    assert_eq!(twin.customers()[0]["group"]["name"], "Trade");

    let estimate = counter.estimate(&ticket, 80.0);
    counter.answer_estimate(&estimate, true);
    assert_eq!(twin.estimates()[0]["status"], "Approved");
    let invoice = counter.invoice(&ticket, 80.0, Some("2030-01-31"));
    assert_eq!(twin.invoices()[0]["due_date"], "2030-01-31");
    counter.pay(&invoice, None);
    assert_eq!(twin.invoices()[0]["status"], "Paid");
    counter.refund(&invoice, None);
    assert_eq!(twin.invoices()[0]["status"], "Refunded");
    counter.hand_out(&ticket);
    assert_eq!(
        twin.tickets()[0]["status"]["label"],
        counter.status_in("done")
    );

    let reminder = counter.reminder("Order the part", json!({ "ticket": ticket }));
    counter.complete_reminder(&reminder);
    assert_eq!(twin.reminders()[0]["completed"], true);
    let device = counter.device(
        &customer,
        "iPhone 13",
        json!({ "warrantyEnd": "2030-05-05" }),
    );
    assert_eq!(twin.assets()[0]["id"], json!(device));
    let opened = counter.convert_lead(&counter.lead("Robin Marsh", "Battery"));
    assert_eq!(twin.leads()[0]["ticket"]["id"], json!(opened));
    let visit = counter.book(&customer, "Collect", "2030-02-01T10:00:00Z");
    counter.move_appointment(&visit, "2030-02-01T11:00:00Z");
    assert_eq!(
        twin.appointments()[0]["start_date"],
        "2030-02-01T11:00:00+0000"
    );
    counter.cancel_appointment(&visit);
    assert!(twin.appointments().is_empty());
    let comment = counter.comment(&ticket, "Waits for the display");
    assert_eq!(twin.comments()[0]["id"], json!(comment));
}

#[tokio::test]
async fn a_day_in_the_crm() {
    let twins = twin::start(TwinOptions::new(3, 0)).await.unwrap();
    let crm = CrmPerson::new(&twins);
    let contact = crm.contact(json!({ "firstName": "Ada", "phone": "+447700900123" }));
    crm.tag(&contact, "vip");
    let twin = twins.highlevel();
    let one = |kind| twin.records(kind, None, 9)[0].clone();
    assert_eq!(one(Kind::Contacts)["tags"], json!(["vip"]));
    let task = crm.task(&contact, "Call", "2030-01-31T09:00:00Z");
    crm.complete_task(&task, true);
    assert_eq!(one(Kind::Tasks)["completed"], true);
    let visit = crm.book(&contact, "Screen", "2030-02-01T10:00:00Z");
    crm.mark_no_show(&visit);
    assert_eq!(one(Kind::Appointments)["appointmentStatus"], "noshow");
    crm.receive_message(&contact, "Is it ready?");
    assert_eq!(one(Kind::Messages)["direction"], "inbound");
    let deal = crm.opportunity(&contact, "Screen", 120.0);
    crm.move_to_stage(&deal, "Ready");
    crm.close_opportunity(&deal, "won");
    let shown = one(Kind::Opportunities);
    assert_eq!(shown["status"], "won");
    assert_eq!(
        shown["pipelineStageId"],
        json!(twin.pipelines()[0].stages[3].id)
    );
    let block = crm.block("2030-02-02T10:00:00Z", "2030-02-02T12:00:00Z");
    assert_eq!(one(Kind::Blocks)["id"], json!(block));
}
