//! Counts the hard cases of a shop, so that a test can say how many it met.

use std::collections::{BTreeMap, HashMap};

use super::contacts::Crm;
use super::customers::{Person, Sort};

/// How many records there are of each case that `cases.md` describes.
pub(super) fn count(people: &[Person], crm: &Crm) -> BTreeMap<&'static str, usize> {
    let with = |test: &dyn Fn(&Person) -> bool| people.iter().filter(|person| test(person)).count();
    let numbers = |person: &Person| {
        [
            person.customer.mobile.clone(),
            person.customer.phone.clone(),
        ]
        .into_iter()
        .filter(|number| !number.is_empty())
        .collect::<Vec<_>>()
    };
    let mut cases = BTreeMap::from([
        (
            "family_members",
            with(&|person| matches!(person.sort, Sort::Mother(_) | Sort::Child(_))),
        ),
        (
            "no_email_no_phone",
            with(&|person| person.customer.email.is_empty() && numbers(person).is_empty()),
        ),
        (
            "national_phone",
            with(&|person| {
                numbers(person)
                    .iter()
                    .any(|number| !number.starts_with('+'))
            }),
        ),
        (
            "phone_digits_only",
            with(&|person| {
                numbers(person)
                    .iter()
                    .any(|number| number.bytes().all(|byte| byte.is_ascii_digit()))
            }),
        ),
        (
            "mobile_in_phone_box",
            with(&|person| person.customer.mobile.is_empty() && !person.customer.phone.is_empty()),
        ),
        (
            "accented_name",
            with(&|person| person.sort == Sort::Accented),
        ),
        (
            "non_latin_name",
            with(&|person| person.sort == Sort::NonLatin),
        ),
        (
            "one_word_name",
            with(&|person| person.sort == Sort::OneWord),
        ),
        (
            "shared_company_email",
            with(&|person| matches!(person.sort, Sort::Colleague { .. })),
        ),
        (
            "upper_case_customer",
            with(&|person| person.sort == Sort::Capitals),
        ),
        ("cash_sale", with(&|person| person.sort == Sort::CashSale)),
        ("nickname", crm.nicknames),
        ("accents_dropped", crm.accents_dropped),
        ("email_case_differs", crm.email_case),
        ("no_shared_key", crm.no_shared_key),
        ("keyless_in_crm", crm.keyless),
        ("namesake_in_crm", crm.namesakes),
        ("crm_only", crm.contacts.len() - crm.same_people.len()),
        (
            "dnd",
            crm.contacts.iter().filter(|contact| contact.dnd).count(),
        ),
    ]);
    cases.insert("same_name_stranger", same_names(people));
    let (children, families) = families(people, crm);
    cases.insert("family_children_counter_only", children);
    cases.insert("family_several_in_crm", families);
    cases
}

fn same_names(people: &[Person]) -> usize {
    let mut seen: HashMap<(&str, &str), usize> = HashMap::new();
    for person in people {
        *seen.entry((&person.name.0, &person.name.1)).or_default() += 1;
    }
    seen.values().filter(|count| **count > 1).sum()
}

/// Children left out of the CRM although their mother is in it, and families with several members in it.
fn families(people: &[Person], crm: &Crm) -> (usize, usize) {
    let mut inside: HashMap<usize, (bool, usize)> = HashMap::new();
    for (customer, _) in &crm.same_people {
        match people[*customer].sort {
            Sort::Mother(family) => {
                let entry = inside.entry(family).or_default();
                *entry = (true, entry.1 + 1);
            }
            Sort::Child(family) => inside.entry(family).or_default().1 += 1,
            _ => {}
        }
    }
    let children: usize = people.iter().filter(|person| matches!(person.sort, Sort::Child(family) if inside.get(&family).is_some_and(|(mother, _)| *mother))).count();
    let children_inside: usize = inside
        .values()
        .filter(|(mother, _)| *mother)
        .map(|(_, members)| members - 1)
        .sum();
    (
        children - children_inside,
        inside.values().filter(|(_, members)| *members > 1).count(),
    )
}
