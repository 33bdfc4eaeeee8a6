//! Every customer has exactly one contact and every ticket exactly one task, and the pairs are the right
//! ones; who waits for a person is left out.

use crate::{Bench, Truth};
use domain::{Kind, RecordId, Side};
use std::collections::{BTreeMap, BTreeSet};

/// Asserts it, by the links and by what the twins really hold.
pub async fn assert_exactly_once(bench: &Bench) {
    let truth = bench.truth().await;
    let store = bench.app.store();
    let shop = bench
        .app
        .shop(&bench.name)
        .await
        .expect("the store answers");
    let asked = asked(bench).await;

    let customers: Vec<RecordId> = truth.customers.keys().map(RecordId::new).collect();
    let links = store
        .links_of(shop.id, Side::MyGadgetRepairs, Kind::Contact, &customers)
        .await
        .expect("the store answers");
    let mut partners: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (customer, record) in &truth.customers {
        match links.get(&RecordId::new(customer)) {
            Some(link) => {
                let contact = link.left.as_str().to_owned();
                assert!(
                    truth.contacts.contains_key(&contact),
                    "the contact is really there"
                );
                partners.entry(contact).or_default().push(customer.clone());
            }
            None => assert!(
                asked.contains(customer),
                "{customer} has no contact: {record}"
            ),
        }
        let reference = record["ref"].as_str().unwrap_or_default();
        assert!(
            truth.marked(reference).len() <= 1,
            "{reference} was created twice"
        );
    }
    for (contact, customers) in &partners {
        assert_eq!(
            customers.len(),
            1,
            "contact {contact} stands for {customers:?}"
        );
    }
    for contact in truth.contacts.keys() {
        let linked = partners.contains_key(contact);
        assert!(
            linked || asked.contains(contact),
            "contact {contact} has no customer"
        );
    }

    // Whoever was linked to a contact of the shop's is the same person in truth.
    let made_up: BTreeMap<&str, usize> = bench
        .twins
        .contact_ids()
        .iter()
        .enumerate()
        .map(|(at, id)| (id.as_str(), at))
        .collect();
    let same: BTreeMap<String, usize> = bench.twins.mygadgetrepairs().truth().into_iter().collect();
    for (contact, customers) in &partners {
        let Some(index) = made_up.get(contact.as_str()) else {
            continue;
        };
        if let Some(customer) = customers
            .iter()
            .find(|customer| bench.at_start.customers.contains_key(*customer))
        {
            assert_eq!(
                same.get(customer),
                Some(index),
                "strangers were linked: {customer} {contact}"
            );
        }
    }

    let tickets: Vec<RecordId> = truth.tickets.keys().map(RecordId::new).collect();
    let links = store
        .links_of(shop.id, Side::MyGadgetRepairs, Kind::Task, &tickets)
        .await
        .expect("the store answers");
    let mut tasks = BTreeSet::new();
    for (ticket, record) in &truth.tickets {
        let customer = record["customer"]["id"].as_str().unwrap_or_default();
        match links.get(&RecordId::new(ticket)) {
            Some(link) => {
                assert!(
                    truth.tasks.contains_key(link.left.as_str()),
                    "the task is really there"
                );
                assert!(
                    tasks.insert(link.left.as_str().to_owned()),
                    "two tickets share a task"
                );
            }
            None => assert!(
                asked.contains(customer) || asked.contains(ticket),
                "{ticket} has no task"
            ),
        }
        let reference = record["ticket_ref"].as_str().unwrap_or_default();
        assert!(
            truth.tasks_of(reference).len() <= 1,
            "{reference} was created twice"
        );
    }
    assert_booked_once(bench, &truth, &asked).await;
}

/// Every booking ahead of a linked contact stands at the counter once, and none twice.
async fn assert_booked_once(bench: &Bench, truth: &Truth, asked: &BTreeSet<String>) {
    let store = bench.app.store();
    let shop = bench
        .app
        .shop(&bench.name)
        .await
        .expect("the store answers");
    let soon = bench.assembly.context.clock.now().as_second() + 600;
    for (id, booking) in &truth.bookings {
        assert!(
            truth.appointments_of(id).len() <= 1,
            "{id} stands at the counter twice"
        );
        let start: domain::Timestamp = booking["startTime"]
            .as_str()
            .and_then(|text| text.parse().ok())
            .expect("a begin");
        let off = ["cancelled", "invalid"].map(Into::into);
        let contact = booking["contactId"].as_str().unwrap_or_default();
        let skipped = off.contains(&booking["appointmentStatus"])
            || booking["deleted"] == true
            || start.as_second() < soon
            || asked.contains(id);
        let linked = store
            .link_of(
                shop.id,
                Side::HighLevel,
                Kind::Contact,
                &RecordId::new(contact),
            )
            .await
            .expect("the store answers");
        if skipped || linked.is_none() {
            continue;
        }
        let link = store
            .link_of(
                shop.id,
                Side::HighLevel,
                Kind::Appointment,
                &RecordId::new(id),
            )
            .await
            .expect("the store answers");
        assert!(
            link.is_some(),
            "{id} does not stand at the counter: {booking}"
        );
        let there = link.is_some_and(|link| truth.appointments.contains_key(link.right.as_str()));
        assert!(there, "the appointment is really there");
    }
}

/// Everybody about whom a person is asked, candidates included.
async fn asked(bench: &Bench) -> BTreeSet<String> {
    let mut asked = BTreeSet::new();
    for line in bench
        .app
        .reviews(&bench.name)
        .await
        .expect("the store answers")
    {
        asked.insert(line.record.as_str().to_owned());
        for candidate in line.detail["candidates"].as_array().into_iter().flatten() {
            asked.extend(candidate["id"].as_str().map(str::to_owned));
        }
    }
    asked
}
