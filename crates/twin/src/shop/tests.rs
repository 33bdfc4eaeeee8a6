use std::collections::HashSet;
use std::time::Duration;

use super::{MadeUpShop, ShopSettings};

fn now() -> jiff::Timestamp {
    "2026-03-02T10:00:00Z".parse().unwrap()
}

#[test]
fn same_seed_same_shop_other_seed_other_shop() {
    let (one, two, other) = (
        MadeUpShop::new(7, 200, 150, now()),
        MadeUpShop::new(7, 200, 150, now()),
        MadeUpShop::new(8, 200, 150, now()),
    );
    assert_eq!(one.customers, two.customers);
    assert_eq!(one.contacts, two.contacts);
    assert_eq!(one.tickets, two.tickets);
    assert_eq!(one.same_people, two.same_people);
    assert_ne!(one.customers, other.customers);
}

#[test]
fn a_shop_of_two_hundred_meets_every_case() {
    let shop = MadeUpShop::new(1, 200, 200, now());
    for (case, count) in &shop.cases {
        assert!(*count > 0, "no {case} in {:?}", shop.cases);
    }
    for line in include_str!("cases.md").lines().skip(2) {
        for name in line.split('|').nth(1).unwrap().split(',') {
            let name = name.trim().trim_matches('`');
            assert!(
                shop.cases.contains_key(name),
                "{name} is described and not counted"
            );
        }
    }
    let keyless = shop.cases["no_email_no_phone"];
    assert!(
        (40..=60).contains(&keyless),
        "about a quarter, not {keyless}"
    );
}

#[test]
fn two_thirds_of_the_contacts_are_customers_and_each_only_once() {
    let shop = MadeUpShop::new(3, 900, 600, now());
    assert_eq!(shop.customers.len(), 900);
    assert_eq!(shop.contacts.len(), 600);
    assert_eq!(shop.same_people.len(), 400);
    let customers: HashSet<_> = shop
        .same_people
        .iter()
        .map(|(customer, _)| customer)
        .collect();
    let contacts: HashSet<_> = shop
        .same_people
        .iter()
        .map(|(_, contact)| contact)
        .collect();
    assert_eq!((customers.len(), contacts.len()), (400, 400));
    for (customer, contact) in &shop.same_people {
        let (customer, contact) = (&shop.customers[*customer], &shop.contacts[*contact]);
        if customer.company.is_empty() && !customer.email.is_empty() && !contact.email.is_empty() {
            assert!(customer.email.eq_ignore_ascii_case(&contact.email));
        }
    }
}

#[test]
fn e_mails_are_shared_by_colleagues_only() {
    let shop = MadeUpShop::new(5, 5_000, 0, now());
    let mut seen = HashSet::new();
    for customer in shop
        .customers
        .iter()
        .filter(|customer| !customer.email.is_empty() && customer.company.is_empty())
    {
        assert!(
            seen.insert(customer.email.to_lowercase()),
            "{} twice",
            customer.email
        );
    }
}

#[test]
fn numbers_of_contacts_are_e164_and_shared_by_families_only() {
    for country in ["GB", "US", "DE", "ES"] {
        let settings = ShopSettings {
            country: country.to_owned(),
            ..ShopSettings::new(11, 3_000, 3_000, now())
        };
        let shop = MadeUpShop::with(settings);
        let mut seen = HashSet::new();
        let mut doubled = 0;
        for contact in shop
            .contacts
            .iter()
            .filter(|contact| !contact.phone.is_empty())
        {
            assert!(
                contact.phone.starts_with('+')
                    && contact.phone[1..].bytes().all(|byte| byte.is_ascii_digit()),
                "{}",
                contact.phone
            );
            assert!(
                (11..=14).contains(&contact.phone.len()),
                "{}",
                contact.phone
            );
            if !seen.insert(&contact.phone) {
                doubled += 1;
            }
        }
        assert!(
            doubled <= shop.cases["family_several_in_crm"] * 2,
            "{doubled} shared numbers in {country}"
        );
    }
}

#[test]
fn nothing_is_made_after_now_and_numbers_run_on() {
    let shop = MadeUpShop::new(9, 1_000, 500, now());
    assert_eq!(shop.tickets.len(), 500);
    assert!(
        shop.customers
            .iter()
            .all(|customer| customer.created <= now())
    );
    assert!(shop.customers.is_sorted_by_key(|customer| customer.created));
    assert!(
        shop.tickets
            .iter()
            .all(|ticket| ticket.created <= ticket.last_updated && ticket.last_updated <= now())
    );
    assert!(
        shop.tickets
            .iter()
            .all(|ticket| ticket.created >= shop.customers[ticket.customer].created)
    );
    assert!(shop.contacts.iter().all(|contact| contact.created <= now()));
    assert_eq!(shop.customers[316].number, "C-317");
    assert_eq!(shop.tickets[41].number, 1042);
    assert!(
        shop.crm_appointments
            .iter()
            .any(|appointment| appointment.start > now())
    );
}

#[test]
fn small_and_empty_shops_are_shops() {
    for size in 0..12 {
        let shop = MadeUpShop::new(1, size, size, now());
        assert_eq!((shop.customers.len(), shop.contacts.len()), (size, size));
    }
    assert!(MadeUpShop::new(1, 0, 30, now()).same_people.is_empty());
}

#[test]
#[expect(
    clippy::disallowed_methods,
    reason = "measures how long the shop itself takes"
)]
fn a_hundred_thousand_customers_take_seconds() {
    let started = std::time::Instant::now();
    let shop = MadeUpShop::new(1, 100_000, 60_000, now());
    assert_eq!(shop.same_people.len(), 40_000);
    let namesakes = shop.cases["same_name_stranger"];
    assert!(
        (5_000..30_000).contains(&namesakes),
        "{namesakes} of 100,000 share a name"
    );
    assert!(
        started.elapsed() < Duration::from_secs(20),
        "{:?}",
        started.elapsed()
    );
}

#[test]
fn trade_is_drawn_apart_and_refers_to_what_is_there() {
    let shop = MadeUpShop::new(5, 400, 200, now());
    assert_eq!(shop.opportunities.len(), 20);
    assert_eq!(shop.devices.len(), 100);
    assert!(!shop.estimates.is_empty() && !shop.leads.is_empty() && !shop.reminders.is_empty());
    for device in &shop.devices {
        assert!(device.customer < shop.customers.len());
        assert!(luhn(&device.imei), "{}", device.imei);
    }
    assert!(
        shop.opportunities
            .iter()
            .all(|one| one.contact < shop.contacts.len() && one.created <= now())
    );
    assert!(
        shop.estimates
            .iter()
            .all(|one| one.ticket < shop.tickets.len())
    );
}

fn luhn(digits: &str) -> bool {
    let sum: u32 = digits
        .chars()
        .rev()
        .enumerate()
        .map(|(place, digit)| {
            let digit = digit.to_digit(10).unwrap();
            match (place % 2, digit * 2) {
                (0, _) => digit,
                (_, twice) => twice / 10 + twice % 10,
            }
        })
        .sum();
    digits.len() == 15 && sum.is_multiple_of(10)
}
