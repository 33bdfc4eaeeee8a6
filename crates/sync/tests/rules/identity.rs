//! Who is the same person: scenario tables, and the two invariants about identity on random populations.

use domain::{RecordId, Side};
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use sync::{Match, Neighbourhood, Person, Rung};

type Ids = BTreeSet<(RecordId, RecordId)>;

fn id(text: &str) -> RecordId {
    RecordId::new(text)
}

fn person(side: Side, id: &str, name: &str, emails: &[&str], phones: &[&str]) -> Person {
    let mut person = Person::new(side, RecordId::new(id));
    name.clone_into(&mut person.name);
    person.emails = emails.iter().map(|email| (*email).to_owned()).collect();
    person.phones = phones.iter().map(|phone| (*phone).to_owned()).collect();
    person
}

fn left(id: &str, name: &str, emails: &[&str], phones: &[&str]) -> Person {
    person(Side::HighLevel, id, name, emails, phones)
}

fn right(id: &str, name: &str, emails: &[&str], phones: &[&str]) -> Person {
    person(Side::MyGadgetRepairs, id, name, emails, phones)
}

fn among(people: Vec<Person>) -> Neighbourhood {
    Neighbourhood::new(people, &Ids::new(), Ids::new())
}

/// `link:ID:rung`, `review:ID,ID` or `create`.
fn short(found: &Match) -> String {
    match found {
        Match::Link { to, rung, .. } => format!("link:{to}:{rung:?}"),
        Match::Review { candidates } => {
            let ids: Vec<&str> = candidates.iter().map(|one| one.id.as_str()).collect();
            format!("review:{}", ids.join(","))
        }
        Match::Create => "create".to_owned(),
    }
}

#[test]
fn two_records_and_nobody_else() {
    const A: &str = "ada@example.test";
    const B: &str = "bob@example.test";
    const P: &str = "+447400123456";
    const Q: &str = "+447400123457";
    type Row<'a> = (&'a str, &'a [&'a str], &'a [&'a str]);
    let table: &[(Row<'_>, Row<'_>, &str)] = &[
        // The ladder.
        (
            ("Ada Byron", &[A], &[P]),
            ("Ada Byron", &[A], &[P]),
            "link:r:EmailPhoneName",
        ),
        (
            ("Ada Byron", &[A], &[]),
            ("Ada Byron", &[A], &[P]),
            "link:r:Email",
        ),
        (
            ("Ada Byron", &[A], &[Q]),
            ("Ada Byron", &[A], &[P]),
            "link:r:Email",
        ),
        (("", &[A], &[]), ("Ada Byron", &[A], &[]), "link:r:Email"),
        (("Ada", &[A], &[]), ("Ada Byron", &[A], &[]), "link:r:Email"),
        (
            ("A Byron", &[], &[P]),
            ("Ada Byron", &[], &[P]),
            "link:r:PhoneAndName",
        ),
        (
            ("Byron, Ada", &[], &[P]),
            ("Ada Byron", &[A], &[P]),
            "link:r:PhoneAndName",
        ),
        (
            ("José Müller", &[], &[P]),
            ("Jose Muller", &[], &[P]),
            "link:r:PhoneAndName",
        ),
        (
            ("Maria Soto Diaz", &[], &[P]),
            ("Maria Diaz", &[], &[P]),
            "link:r:PhoneAndName",
        ),
        // The same person with another address.
        (
            ("Ada Byron", &[B], &[P]),
            ("Ada Byron", &[A], &[P]),
            "link:r:PhoneAndName",
        ),
        (
            ("A Byron", &[B], &[P]),
            ("Ada Byron", &[A], &[P]),
            "review:r",
        ),
        // Families share numbers and addresses.
        (
            ("Ada Byron", &[], &[P]),
            ("Tom Byron", &[], &[P]),
            "review:r",
        ),
        (
            ("Ada Byron", &[A], &[P]),
            ("Tom Byron", &[A], &[P]),
            "review:r",
        ),
        (
            ("Christian Krug", &[], &[P]),
            ("Christiane Krug", &[], &[P]),
            "review:r",
        ),
        // A number, or a given name, is never enough.
        (("", &[], &[P]), ("Ada Byron", &[], &[P]), "review:r"),
        (("Ada", &[], &[P]), ("Ada Byron", &[], &[P]), "review:r"),
        (("Tom", &[], &[P]), ("Tom", &[], &[P]), "review:r"),
        (("Tom", &[A], &[]), ("Tom", &[], &[P]), "create"),
        (
            ("Ada Byron", &[], &[P]),
            ("Tom Baker", &[], &[P]),
            "review:r",
        ),
        (
            ("Ada Byron", &[A], &[]),
            ("Tom Baker", &[A], &[]),
            "review:r",
        ),
        // Names alone.
        (
            ("Ada Byron", &[A], &[]),
            ("Ada Byron", &[], &[P]),
            "review:r",
        ),
        (
            ("Ada Byron", &[], &[]),
            ("Ada Byron", &[A], &[P]),
            "review:r",
        ),
        (("Ada Byron", &[A], &[]), ("Ada Byron", &[B], &[]), "create"),
        (
            ("Ada Byron", &[], &[P]),
            ("Ada Byron", &[A], &[Q]),
            "create",
        ),
        // Other scripts.
        (
            ("王伟", &[], &[P]),
            ("王伟", &[], &[P]),
            "link:r:PhoneAndName",
        ),
        (("王伟", &[], &[P]), ("王芳", &[], &[P]), "review:r"),
        (
            ("山田 太郎", &[], &[P]),
            ("山田 太郎", &[A], &[P]),
            "link:r:PhoneAndName",
        ),
        (
            ("山田 太郎", &[], &[P]),
            ("山田 花子", &[], &[P]),
            "review:r",
        ),
        (
            ("Анна Иванова", &[A], &[]),
            ("анна иванова", &[A], &[]),
            "link:r:Email",
        ),
        // Nothing matches nothing.
        (("", &[], &[]), ("", &[], &[]), "create"),
    ];
    for ((name, emails, phones), (other, other_emails, other_phones), expected) in table {
        let people = vec![
            left("l", name, emails, phones),
            right("r", other, other_emails, other_phones),
        ];
        let among = among(people);
        assert_eq!(
            short(&among.decide(Side::HighLevel, &id("l"))),
            *expected,
            "{name} / {other}"
        );
        let mirrored = expected.replace(":r", ":l");
        let back = among.decide(Side::MyGadgetRepairs, &id("r"));
        assert_eq!(short(&back), mirrored, "{other} / {name}");
    }
}

#[test]
fn a_whole_family_finds_its_way() {
    let phone: &[&str] = &["+441134960000"];
    let among = among(vec![
        left("mother", "Anna Miller", &["anna@example.test"], phone),
        left("child", "Tom Miller", &[], phone),
        left("guest", "Sam Hill", &[], phone),
        right("m", "Anna Miller", &[], phone),
        right("c", "Tom Miller", &[], phone),
        right("father", "Peter Miller", &[], phone),
    ]);
    for (side, subject, expected) in [
        (Side::HighLevel, "mother", "link:m:PhoneAndName"),
        (Side::HighLevel, "child", "link:c:PhoneAndName"),
        (Side::MyGadgetRepairs, "m", "link:mother:PhoneAndName"),
        // Nobody in HighLevel but the guest is free, and only a person can tell.
        (Side::MyGadgetRepairs, "father", "review:guest"),
        (Side::HighLevel, "guest", "review:father"),
    ] {
        assert_eq!(
            short(&among.decide(side, &id(subject))),
            expected,
            "{subject}"
        );
    }
}

#[test]
fn a_shared_office_address_is_told_apart_by_whole_names() {
    let info: &[&str] = &["info@office.test"];
    let among = among(vec![
        left("tom", "Tom Baker", info, &[]),
        left("ann", "Ann Lee", info, &[]),
        left("short", "Ann", info, &[]),
        left("nameless", "", info, &[]),
        right("t", "T Baker", info, &[]),
        right("a", "Ann Lee", info, &[]),
        right("sue", "Sue Hart", info, &[]),
    ]);
    let found = |subject| short(&among.decide(Side::HighLevel, &id(subject)));
    assert_eq!(found("tom"), "link:t:Email");
    assert_eq!(found("ann"), "link:a:Email");
    // "Ann" may be Ann Lee once more; certainly it is not Sue, but a nameless record may be anyone.
    assert!(found("short").starts_with("review:a"), "{}", found("short"));
    assert!(
        found("nameless").starts_with("review:"),
        "{}",
        found("nameless")
    );
}

#[test]
fn two_that_fit_equally_well_are_a_question() {
    let mail: &[&str] = &["ada@example.test"];
    let people = vec![
        left("l", "Ada Byron", mail, &[]),
        right("r1", "Ada Byron", mail, &[]),
        right("r2", "Ada Byron", mail, &[]),
    ];
    let open = among(people.clone());
    assert_eq!(
        short(&open.decide(Side::HighLevel, &id("l"))),
        "review:r1,r2"
    );
    assert_eq!(
        short(&open.decide(Side::MyGadgetRepairs, &id("r2"))),
        "review:l"
    );
    // A person says which one it is not.
    let apart = Ids::from([(id("l"), id("r2"))]);
    let told = Neighbourhood::new(people.clone(), &Ids::new(), apart);
    assert_eq!(
        short(&told.decide(Side::HighLevel, &id("l"))),
        "link:r1:Email"
    );
    assert_eq!(
        short(&told.decide(Side::MyGadgetRepairs, &id("r2"))),
        "create"
    );
    // A record whose twin is linked already is not linked beside it, nor silently doubled.
    let linked = Neighbourhood::new(people, &Ids::from([(id("l"), id("r1"))]), Ids::new());
    assert_eq!(
        short(&linked.decide(Side::HighLevel, &id("l"))),
        "link:r1:Link"
    );
    assert_eq!(
        short(&linked.decide(Side::MyGadgetRepairs, &id("r2"))),
        "review:l"
    );
}

#[test]
fn a_mark_is_evidence_and_a_copied_one_is_found_out() {
    let mut customer = right("r", "Tom Miller", &["tom@example.test"], &[]);
    customer.reference = Some("C-317".into());
    let marked = |id, name| {
        let mut contact = left(id, name, &[], &["+447400123456"]);
        contact.mark = Some("C-317".into());
        contact
    };
    let alone = among(vec![marked("l", "Tom Miller"), customer.clone()]);
    assert_eq!(
        short(&alone.decide(Side::HighLevel, &id("l"))),
        "link:r:Mark"
    );
    // The contact was copied for a spouse.
    let copied = among(vec![
        marked("l", "Tom Miller"),
        marked("copy", "Anna Miller"),
        customer.clone(),
    ]);
    assert_eq!(
        short(&copied.decide(Side::HighLevel, &id("l"))),
        "link:r:Mark"
    );
    assert_eq!(
        short(&copied.decide(Side::HighLevel, &id("copy"))),
        "create"
    );
    // Copied and not renamed: who is who?
    let doubled = among(vec![
        marked("l", "Tom Miller"),
        marked("l2", "Tom Miller"),
        customer,
    ]);
    assert_eq!(
        short(&doubled.decide(Side::MyGadgetRepairs, &id("r"))),
        "review:l,l2"
    );
    // A mark that names a third record speaks against the pair.
    let mut other = right("r", "Tom Miller", &[], &["+447400123456"]);
    other.reference = Some("C-400".into());
    let foreign = among(vec![marked("l", "Tom Miller"), other]);
    assert_eq!(
        short(&foreign.decide(Side::HighLevel, &id("l"))),
        "review:r"
    );
}

/// A population drawn from few names and keys, so that everything collides.
fn population() -> impl Strategy<Value = Vec<Person>> {
    let names = prop::sample::select(vec![
        "",
        "Tom",
        "Tom Miller",
        "T Miller",
        "Anna Miller",
        "Ann Miller",
        "Sam Hill",
        "王伟",
    ]);
    let emails = prop::collection::btree_set(
        prop::sample::select(vec!["a@x.test", "b@x.test", "info@x.test"]),
        0..3,
    );
    let phones = prop::collection::btree_set(
        prop::sample::select(vec!["+447400123451", "+447400123452"]),
        0..3,
    );
    let marks = prop::option::weighted(0.15, 0_usize..8);
    let one = (any::<bool>(), names, emails, phones, marks);
    prop::collection::vec(one, 0..12).prop_map(|rows| {
        rows.into_iter()
            .enumerate()
            .map(|(at, (on_left, name, emails, phones, mark))| {
                let side = if on_left {
                    Side::HighLevel
                } else {
                    Side::MyGadgetRepairs
                };
                let mut person = Person::new(side, RecordId::new(format!("p{at}")));
                name.clone_into(&mut person.name);
                person.emails = emails.into_iter().map(str::to_owned).collect();
                person.phones = phones.into_iter().map(str::to_owned).collect();
                if on_left {
                    person.mark = mark.map(|number| format!("C-{number}"));
                } else {
                    person.reference = Some(format!("C-{at}"));
                }
                person
            })
            .collect()
    })
}

fn links(among: &Neighbourhood, people: &[Person], side: Side) -> Vec<(RecordId, RecordId)> {
    let on_side = people.iter().filter(|person| person.side == side);
    let mut found: Vec<_> = on_side
        .filter_map(|person| match among.decide(side, &person.id) {
            Match::Link { to, .. } => Some((person.id.clone(), to)),
            _ => None,
        })
        .collect();
    found.sort();
    found
}

/// The records that the caller has to gather for one subject: its candidates and their rivals.
fn gathered(people: &[Person], subject: &Person) -> Vec<Person> {
    let shares = |one: &Person, other: &Person| {
        let named = |from: &Person, to: &Person| from.mark.is_some() && from.mark == to.reference;
        !one.emails.is_disjoint(&other.emails)
            || !one.phones.is_disjoint(&other.phones)
            || named(one, other)
            || named(other, one)
            || (!one.name.is_empty() && one.name == other.name)
    };
    let across = |from: &[Person]| -> Vec<Person> {
        people
            .iter()
            .filter(|person| {
                from.iter()
                    .any(|one| one.side != person.side && shares(one, person))
            })
            .cloned()
            .collect()
    };
    let candidates = across(std::slice::from_ref(subject));
    let rivals = across(&candidates);
    [vec![subject.clone()], candidates, rivals].concat()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn invariant_2_no_duplicates(people in population(), seed in any::<u64>()) {
        let among_all = among(people.clone());
        let from_left = links(&among_all, &people, Side::HighLevel);
        let mut counterparts: Vec<_> = from_left.iter().map(|(_, to)| to.clone()).collect();
        counterparts.sort();
        counterparts.dedup();
        prop_assert_eq!(counterparts.len(), from_left.len(), "two subjects for one candidate");

        // The same pairs from the right, and in any order of the records.
        let mut from_right: Vec<_> = links(&among_all, &people, Side::MyGadgetRepairs)
            .into_iter()
            .map(|(right, left)| (left, right))
            .collect();
        from_right.sort();
        prop_assert_eq!(&from_left, &from_right);
        let mut shuffled = people.clone();
        let turn = usize::try_from(seed % 13).unwrap_or(0) % shuffled.len().max(1);
        shuffled.rotate_left(turn);
        shuffled.reverse();
        prop_assert_eq!(&from_left, &links(&among(shuffled), &people, Side::HighLevel));

        // Linking some of them first changes nothing for the others.
        let first: Ids = from_left.iter().step_by(2).cloned().collect();
        let stepwise = Neighbourhood::new(people.clone(), &first, Ids::new());
        prop_assert_eq!(&from_left, &links(&stepwise, &people, Side::HighLevel));

        // A page needs no more than candidates and their rivals.
        for subject in &people {
            let page = among(gathered(&people, subject));
            prop_assert_eq!(
                page.decide(subject.side, &subject.id),
                among_all.decide(subject.side, &subject.id)
            );
        }
    }

    #[test]
    fn invariant_9_never_merge_strangers(people in population()) {
        let among = among(people.clone());
        let by_id: BTreeMap<_, _> = people.iter().map(|person| (&person.id, person)).collect();
        for (one, other) in links(&among, &people, Side::HighLevel) {
            let (one, other) = (by_id[&one], by_id[&other]);
            let marked = one.mark.is_some() && one.mark == other.reference;
            let mail = !one.emails.is_disjoint(&other.emails);
            let phone = !one.phones.is_disjoint(&other.phones);
            prop_assert!(marked || mail || phone, "no key agrees");
            // Who goes by another given name, or another name altogether, is somebody else.
            let strangers = [
                ("Tom", "Anna"), ("Tom", "Ann"), ("T ", "Anna"), ("T ", "Ann "), ("Sam", "Tom"),
                ("Sam", "Ann"), ("Sam", "T "), ("王", "T"), ("王", "A"), ("王", "S"),
            ];
            for (this, that) in strangers {
                prop_assert!(!(one.name.starts_with(this) && other.name.starts_with(that)));
                prop_assert!(!(one.name.starts_with(that) && other.name.starts_with(this)));
            }
            if !marked && !mail {
                prop_assert!(one.name.chars().count() > 1 && other.name.chars().count() > 1);
                prop_assert!(one.name != "Tom" && other.name != "Tom", "a given name and a number");
                let ann = ["Ann Miller", "Anna Miller"];
                let both = ann.contains(&one.name.as_str()) && ann.contains(&other.name.as_str());
                prop_assert!(!both || one.name == other.name, "Ann is not Anna");
            }
        }
    }
}

#[test]
fn rungs_are_ordered_by_strength() {
    assert!(Rung::Mark > Rung::EmailPhoneName);
    assert!(Rung::EmailPhoneName > Rung::Email);
    assert!(Rung::Email > Rung::PhoneAndName);
}
