//! What people at the shops of a fleet do, and whether it has arrived.

use super::{Fleet, Size, linked, town_of};
use serde_json::{Value as Json, json};
use std::time::{Duration, Instant};
use testkit::{Bench, CounterPerson, CrmPerson};

/// A small source of chance, the same for the same seed.
pub struct Chance(pub u64);

impl Chance {
    pub fn below(&mut self, bound: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % bound
    }
}

/// Whom people at a shop know on both sides: one whom only the CRM edits, and one whom only the counter does.
pub struct People {
    pub in_crm: (String, String),
    at_counter: (String, String),
    pub town: Option<String>,
    email: Option<String>,
    /// Customers who were made, by e-mail, and tickets, by title.
    made: Vec<String>,
    tickets: Vec<String>,
}

async fn people(bench: &Bench) -> People {
    let mut pairs = linked(bench).await.into_iter();
    People {
        in_crm: pairs.next().unwrap(),
        at_counter: pairs.next().unwrap(),
        town: None,
        email: None,
        made: Vec::new(),
        tickets: Vec::new(),
    }
}

/// A fleet whose nodes are told of everything at one door, and the people of its shops.
pub async fn told(size: Size) -> (Fleet, Vec<People>) {
    // Without a server it has said so.
    let fleet = Fleet::start(size).await.unwrap();
    fleet.tell_all_to(&fleet.door().await).await;
    let mut known = Vec::new();
    for bench in &fleet.benches {
        known.push(people(bench).await);
    }
    (fleet, known)
}

/// Somebody at a shop does something.
fn act(bench: &Bench, people: &mut People, chance: &mut Chance, number: usize) {
    let (crm, counter) = (
        CrmPerson::new(&bench.twins),
        CounterPerson::new(&bench.twins),
    );
    match chance.below(10) {
        0..=4 => {
            let town = format!("Town {number}");
            crm.edit_contact(&people.in_crm.0, json!({ "city": town }));
            people.town = Some(town);
        }
        5..=7 => {
            let email = format!("mail{number}@counter.example");
            counter.edit_customer(&people.at_counter.1, json!({ "email": email }));
            people.email = Some(email);
        }
        8 => {
            let email = format!("new{number}@crm.example");
            let fields = json!({ "firstName": "New", "lastName": format!("Number{number}"), "email": email });
            let _id = crm.contact(fields);
            people.made.push(email);
        }
        _ => {
            // No title is the beginning of another.
            let title = format!("Screen of number {number:06}");
            let _id = counter.ticket(&people.at_counter.1, &title);
            people.tickets.push(title);
        }
    }
}

/// What is not yet as people left it.
pub async fn missing(bench: &Bench, people: &People) -> Vec<String> {
    let truth = bench.truth().await;
    let mut missing = Vec::new();
    if people.town.is_some() && town_of(&truth.customers[&people.in_crm.1]) != people.town {
        missing.push(format!("{}: the town {:?}", bench.name, people.town));
    }
    let email = truth.contacts[&people.at_counter.0]["email"]
        .as_str()
        .map(str::to_owned);
    if people.email.is_some() && email != people.email {
        missing.push(format!(
            "{}: the address {:?}, {email:?}",
            bench.name, people.email
        ));
    }
    let customers: Vec<String> = truth.customers.values().map(Json::to_string).collect();
    for email in &people.made {
        let count = customers.iter().filter(|one| one.contains(email)).count();
        if count != 1 {
            missing.push(format!("{}: {email} is there {count} times", bench.name));
        }
    }
    let tasks: Vec<String> = truth.tasks.values().map(Json::to_string).collect();
    for title in &people.tickets {
        let count = tasks.iter().filter(|one| one.contains(title)).count();
        if count != 1 {
            missing.push(format!("{}: {title} is there {count} times", bench.name));
        }
    }
    missing
}

/// Somebody does something every half minute or so at every shop.
pub fn live_on(fleet: &Fleet, known: &mut [People], chance: &mut Chance, acts: &mut usize) {
    for _ in 0..known.len().div_ceil(30) {
        let shop = chance.below(known.len());
        *acts += 1;
        act(&fleet.benches[shop], &mut known[shop], chance, *acts);
    }
}

/// Waits until all that people did has arrived, and everything is there once; answers how long it took. By the counter's
/// own limits that may take some minutes.
pub async fn all_arrives(fleet: &Fleet, known: &[People]) -> Duration {
    let calm = Instant::now();
    let mut left = Vec::new();
    while calm.elapsed() < Duration::from_secs(900) {
        left.clear();
        for (bench, people) in fleet.benches.iter().zip(known) {
            left.extend(missing(bench, people).await);
        }
        if left.is_empty() {
            break;
        }
        tokio::time::sleep(Duration::from_secs(5)).await;
    }
    assert!(
        left.is_empty(),
        "{} things are missing: {left:#?}",
        left.len()
    );
    fleet.assert_exactly_once().await;
    calm.elapsed()
}
