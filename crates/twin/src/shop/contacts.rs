//! The people of the town as the CRM's contacts: most of them customers too, under slightly different words.

use jiff::{SignedDuration, Timestamp};
use rand::Rng;
use rand::rngs::StdRng;
use rand::seq::{IndexedRandom, SliceRandom};

use super::customers::{self, CONTACT_SERIALS, Home, Person, Sort};
use super::locale::Locale;
use super::names::{self, Name};
use super::{Contact, ShopSettings, numbers};

/// The contacts and which of them are customers.
pub(super) struct Crm {
    pub contacts: Vec<Contact>,
    pub same_people: Vec<(usize, usize)>,
    pub nicknames: usize,
    pub accents_dropped: usize,
    pub email_case: usize,
    pub no_shared_key: usize,
    pub keyless: usize,
    pub namesakes: usize,
}

const TAGS: &[&str] = &[
    "vip",
    "newsletter",
    "trade",
    "student",
    "warranty",
    "google-review",
    "lapsed",
];
const SOURCES: &[&str] = &[
    "Website form",
    "Facebook ad",
    "Walk-in tablet",
    "Google Business",
    "CSV import",
    "",
];

/// Contacts, oldest first.
pub(super) fn contacts(
    settings: &ShopSettings,
    locale: &'static Locale,
    people: &[Person],
    random: &mut StdRng,
) -> Crm {
    let shared = choose(people, settings.contacts * 2 / 3, random);
    let mut office = Office {
        settings,
        locale,
        random,
        drawn: Vec::with_capacity(settings.contacts),
        crm: Crm {
            contacts: Vec::new(),
            same_people: Vec::new(),
            nicknames: 0,
            accents_dropped: 0,
            email_case: 0,
            no_shared_key: 0,
            keyless: 0,
            namesakes: 0,
        },
    };
    for index in shared {
        let contact = office.known(&people[index]);
        office.drawn.push((Some(index), contact));
    }
    while office.drawn.len() < settings.contacts {
        let contact = office.unknown(people);
        office.drawn.push((None, contact));
    }
    office.filed()
}

/// Which customers are in the CRM too: mothers first, then anyone, seldom the children and those without any key, never the till.
fn choose(people: &[Person], wanted: usize, random: &mut StdRng) -> Vec<usize> {
    let mut ranked: Vec<(u64, usize)> = people
        .iter()
        .enumerate()
        .filter(|(_, person)| person.sort != Sort::CashSale)
        .map(|(index, person)| {
            let chance = u64::from(random.random::<u32>());
            let keyless = person.customer.email.is_empty()
                && person.customer.mobile.is_empty()
                && person.customer.phone.is_empty();
            let rank = match person.sort {
                Sort::Mother(_) => chance / 4,
                Sort::Child(_) if random.random_bool(0.75) => chance + (1 << 32),
                _ if keyless && random.random_bool(0.8) => chance + (1 << 32),
                _ => chance,
            };
            (rank, index)
        })
        .collect();
    ranked.sort_unstable();
    ranked
        .into_iter()
        .take(wanted)
        .map(|(_, index)| index)
        .collect()
}

struct Office<'shop> {
    settings: &'shop ShopSettings,
    locale: &'static Locale,
    random: &'shop mut StdRng,
    drawn: Vec<(Option<usize>, Contact)>,
    crm: Crm,
}

impl Office<'_> {
    fn known(&mut self, person: &Person) -> Contact {
        let (first, last) = self.name_of(person);
        let (email, phone) = self.keys_of(person);
        let days = self.random.random_range(-20..200);
        let created = person
            .customer
            .created
            .checked_add(SignedDuration::from_hours(days * 24))
            .unwrap_or(person.customer.created);
        let customer = &person.customer;
        let with_address = self.random.random_bool(0.6);
        let part = |value: &String| {
            if with_address {
                value.clone()
            } else {
                String::new()
            }
        };
        let mut contact = Contact {
            id: None,
            first,
            last,
            email,
            phone,
            company: if self.random.random_bool(0.7) {
                customer.company.clone()
            } else {
                String::new()
            },
            address1: part(&customer.address),
            city: part(&customer.city),
            postal_code: part(&customer.post_code),
            ..self.blank()
        };
        contact.created = created.min(self.settings.now);
        contact
    }

    /// Somebody who never was at the counter; one in twenty has the name of somebody who was.
    fn unknown(&mut self, people: &[Person]) -> Contact {
        let namesake = if self.random.random_bool(0.05) {
            people.choose(self.random)
        } else {
            None
        };
        let name = match namesake {
            Some(person) if person.sort == Sort::Plain => {
                self.crm.namesakes += 1;
                person.name.clone()
            }
            _ if self.random.random_bool(0.06) => names::accented(self.random),
            _ => names::common(self.random),
        };
        let unique = CONTACT_SERIALS + self.drawn.len() as u64;
        let with = self.random.random_range(0..10);
        let email = if with < 7 {
            customers::email(&name, unique)
        } else {
            String::new()
        };
        let phone = if with >= 3 {
            numbers::mobile(self.locale, self.settings.seed % 1_000_000 + unique).e164()
        } else {
            String::new()
        };
        let home = Home::somewhere(self.locale, self.random);
        Contact {
            id: None,
            first: name.0,
            last: name.1,
            email,
            phone,
            address1: home.address,
            city: home.city,
            postal_code: home.post_code,
            ..self.blank()
        }
    }

    fn name_of(&mut self, person: &Person) -> Name {
        let (first, last) = &person.name;
        if person.sort == Sort::Accented && self.random.random_bool(0.5) {
            self.crm.accents_dropped += 1;
            return (names::without_accents(first), names::without_accents(last));
        }
        if let Some(other) = names::nickname(first).filter(|_| self.random.random_bool(0.6)) {
            self.crm.nicknames += 1;
            return (other.to_owned(), last.clone());
        }
        match self.random.random_range(0..30) {
            0 => (first.to_lowercase(), last.to_lowercase()),
            1 => (first.to_uppercase(), last.to_uppercase()),
            _ => (first.clone(), last.clone()),
        }
    }

    /// E-mail and phone, as the CRM has them.
    fn keys_of(&mut self, person: &Person) -> (String, String) {
        let counter_email = !person.customer.email.is_empty();
        let counter_phone = !person.customer.mobile.is_empty() || !person.customer.phone.is_empty();
        let chance = self.random.random_range(0..20);
        let (with_email, with_phone) = match (counter_email, counter_phone) {
            // A firm's one address can belong to one contact only.
            _ if person.sort == (Sort::Colleague { first: false }) => (false, true),
            (true, true) => (chance < 17, chance >= 3),
            (true, false) => (chance >= 3, chance < 11),
            (false, true) if matches!(person.sort, Sort::Child(_)) => (chance >= 15, true),
            (false, true) => (chance < 11, chance >= 3),
            (false, false) => (chance >= 10, false),
        };
        let mut email = if with_email {
            person.email.clone()
        } else {
            String::new()
        };
        if with_email && self.random.random_range(0..12) == 0 {
            email = customers::capitalised(&email);
        }
        if with_email && counter_email && email != person.customer.email {
            self.crm.email_case += 1;
        }
        if !with_email && !with_phone {
            self.crm.keyless += 1;
        } else if (counter_email || counter_phone)
            && !(with_email && counter_email || with_phone && counter_phone)
        {
            self.crm.no_shared_key += 1;
        }
        let phone = if with_phone {
            person.mobile.e164()
        } else {
            String::new()
        };
        (email, phone)
    }

    fn blank(&mut self) -> Contact {
        let age = self.random.random_range(3_600..3 * 365 * 86_400_i64);
        let created = self
            .settings
            .now
            .checked_sub(SignedDuration::from_secs(age))
            .unwrap_or(Timestamp::UNIX_EPOCH);
        let mut tags: Vec<&str> = Vec::new();
        if self.random.random_bool(0.35) {
            let many = self.random.random_range(1..3);
            tags = TAGS.choose_multiple(self.random, many).copied().collect();
            tags.shuffle(self.random);
        }
        Contact {
            id: None,
            first: String::new(),
            last: String::new(),
            email: String::new(),
            phone: String::new(),
            company: String::new(),
            address1: String::new(),
            city: String::new(),
            postal_code: String::new(),
            country: self.locale.code.to_owned(),
            tags: tags.into_iter().map(ToOwned::to_owned).collect(),
            source: SOURCES
                .choose(self.random)
                .copied()
                .unwrap_or_default()
                .into(),
            dnd: self.random.random_bool(0.06),
            blocked: Vec::new(),
            created: customers::whole_second(created),
        }
    }

    /// The contacts by age, with the truth about who is who.
    fn filed(mut self) -> Crm {
        self.drawn.sort_by_key(|(_, contact)| contact.created);
        for (index, (customer, contact)) in self.drawn.into_iter().enumerate() {
            if let Some(customer) = customer {
                self.crm.same_people.push((customer, index));
            }
            self.crm.contacts.push(contact);
        }
        self.crm.same_people.sort_unstable();
        self.crm
    }
}
