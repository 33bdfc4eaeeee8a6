//! The people of the town as the counter's customers.

use jiff::{SignedDuration, Timestamp};
use rand::Rng;
use rand::rngs::StdRng;
use rand::seq::SliceRandom;

use super::locale::Locale;
use super::names::{self, Name};
use super::numbers::{self, Number};
use super::{Customer, ShopSettings};

/// How far back the shop's books go.
const HISTORY_DAYS: i64 = 3 * 365;
/// The first this many serials of numbers belong to people at the counter.
pub(super) const CONTACT_SERIALS: u64 = 10_000_000;

/// A person with everything true about them, and how the counter wrote it down.
pub(super) struct Person {
    pub customer: Customer,
    pub name: Name,
    pub email: String,
    pub mobile: Number,
    pub sort: Sort,
}

/// What makes a person a hard case, if anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sort {
    Plain,
    Mother(usize),
    Child(usize),
    /// The first of several colleagues under one address.
    Colleague {
        first: bool,
    },
    OneWord,
    Accented,
    NonLatin,
    Stranger,
    Capitals,
    CashSale,
}

/// Which keys the counter was told.
#[derive(Clone, Copy)]
enum Keys {
    Neither,
    Email,
    Mobile,
    Both,
}

/// One entry of the deck that people are dealt from, so that even a small shop meets every case.
#[derive(Clone, Copy)]
enum Deal {
    Family,
    Colleagues,
    One(Sort),
}

/// The customers, oldest first.
pub(super) fn people(
    settings: &ShopSettings,
    locale: &'static Locale,
    random: &mut StdRng,
) -> Vec<Person> {
    let mut town = Town {
        locale,
        random,
        people: Vec::with_capacity(settings.customers),
        keys: Vec::new(),
        offset: settings.seed % 1_000_000,
        families: 0,
        serial: 0,
    };
    let mut deck: Vec<Deal> = Vec::new();
    if settings.customers >= 10 {
        town.cash_sale();
    }
    while town.people.len() < settings.customers {
        let Some(deal) = deck.pop() else {
            deck = full_deck();
            deck.shuffle(town.random);
            continue;
        };
        town.deal(deal);
    }
    town.people.truncate(settings.customers);
    let mut people = town.people;
    date(&mut people, settings.now, random);
    people
}

fn full_deck() -> Vec<Deal> {
    let mut deck = vec![Deal::One(Sort::Plain); 27];
    deck.extend([Deal::Family; 2]);
    deck.push(Deal::Colleagues);
    deck.extend([Deal::One(Sort::Accented); 4]);
    deck.extend([Deal::One(Sort::Capitals); 2]);
    deck.extend([
        Deal::One(Sort::OneWord),
        Deal::One(Sort::NonLatin),
        Deal::One(Sort::Stranger),
    ]);
    deck
}

/// Numbers the customers and spreads them over the shop's history in the order they are in.
fn date(people: &mut [Person], now: Timestamp, random: &mut StdRng) {
    let mut ages: Vec<i64> = people
        .iter()
        .map(|_| random.random_range(3_600..HISTORY_DAYS * 86_400))
        .collect();
    ages.sort_unstable_by(|left, right| right.cmp(left));
    for (index, (person, age)) in people.iter_mut().zip(ages).enumerate() {
        person.customer.number = format!("C-{}", index + 1);
        person.customer.created = whole_second(
            now.checked_sub(SignedDuration::from_secs(age))
                .unwrap_or(now),
        );
    }
}

pub(super) fn whole_second(time: Timestamp) -> Timestamp {
    Timestamp::from_second(time.as_second()).unwrap_or(time)
}

struct Town<'random> {
    locale: &'static Locale,
    random: &'random mut StdRng,
    people: Vec<Person>,
    keys: Vec<Keys>,
    offset: u64,
    families: usize,
    serial: u64,
}

impl Town<'_> {
    fn deal(&mut self, deal: Deal) {
        match deal {
            Deal::Family => self.family(),
            Deal::Colleagues => self.colleagues(),
            Deal::One(sort) => self.one(sort),
        }
    }

    fn one(&mut self, sort: Sort) {
        let name = match sort {
            Sort::OneWord => names::one_word(self.random),
            Sort::Accented => names::accented(self.random),
            Sort::NonLatin => names::non_latin(self.random),
            Sort::Stranger => self.somebodys_name(),
            _ => names::common(self.random),
        };
        let keys = self.next_keys();
        let home = self.home();
        let person = self.person(name, sort, keys, &home);
        self.people.push(person);
    }

    /// A mother and two children, all under the mother's mobile.
    fn family(&mut self) {
        let (family, surname, home) = (self.families, names::surname(self.random), self.home());
        self.families += 1;
        let mother_name = (names::womans(self.random), surname.clone());
        let mother = self.person(mother_name, Sort::Mother(family), Keys::Both, &home);
        let mut household = vec![mother];
        for _ in 0..2 {
            let child_name = (names::given(self.random), surname.clone());
            let mut child = self.person(child_name, Sort::Child(family), Keys::Mobile, &home);
            child.mobile = household[0].mobile.clone();
            child.customer.mobile = child.mobile.written(self.random.random_range(0..8));
            child.customer.phone.clear();
            household.push(child);
        }
        self.people.append(&mut household);
    }

    /// Three people of one firm, all entered under its `info@` address.
    fn colleagues(&mut self) {
        let stem = names::surname(self.random);
        let (company, home) = (format!("{stem} {}", self.locale.firm), self.home());
        let domain = format!("{}{}.example", email_part(&stem), self.people.len());
        let vat = format!(
            "{}{:09}",
            self.locale.code,
            self.random.random_range(100_000_000..999_999_999_u32)
        );
        for place in 0..3 {
            let keys = if place == 2 { Keys::Email } else { Keys::Both };
            let name = names::common(self.random);
            let mut person = self.person(name, Sort::Colleague { first: place == 0 }, keys, &home);
            person.email = format!("info@{domain}");
            person.customer.email.clone_from(&person.email);
            person.customer.company.clone_from(&company);
            person.customer.vat.clone_from(&vat);
            self.people.push(person);
        }
    }

    fn cash_sale(&mut self) {
        let nowhere = Home::default();
        let person = self.person(
            ("Cash Sale".to_owned(), String::new()),
            Sort::CashSale,
            Keys::Neither,
            &nowhere,
        );
        self.people.push(person);
    }

    fn person(&mut self, name: Name, sort: Sort, keys: Keys, home: &Home) -> Person {
        self.serial += 1;
        let unique = self.serial * 4 + self.random.random_range(0..4);
        let email = email(&name, unique);
        let mobile = numbers::mobile(self.locale, self.offset + unique);
        let (mut customer_email, mut customer_mobile, mut phone) =
            (String::new(), String::new(), String::new());
        if matches!(keys, Keys::Email | Keys::Both) {
            customer_email = if self.random.random_bool(0.04) {
                capitalised(&email)
            } else {
                email.clone()
            };
        }
        if matches!(keys, Keys::Mobile | Keys::Both) {
            let written = mobile.written(self.random.random_range(0..8));
            match self.random.random_range(0..12) {
                0 => phone = written,
                1 | 2 => {
                    phone = numbers::landline(self.locale, self.offset + unique)
                        .written(self.random.random_range(0..8));
                    customer_mobile = written;
                }
                _ => customer_mobile = written,
            }
        }
        let (mut first, mut last) = name.clone();
        if sort == Sort::Capitals {
            (first, last) = (first.to_uppercase(), last.to_uppercase());
        }
        let customer = Customer {
            id: None,
            number: String::new(),
            first,
            last,
            email: customer_email,
            mobile: customer_mobile,
            phone,
            company: String::new(),
            address: home.address.clone(),
            city: home.city.clone(),
            post_code: home.post_code.clone(),
            country: home.country.clone(),
            vat: String::new(),
            no_sms: false,
            no_email: false,
            created: Timestamp::UNIX_EPOCH,
        };
        Person {
            customer,
            name,
            email,
            mobile,
            sort,
        }
    }

    fn somebodys_name(&mut self) -> Name {
        let plain: usize = self.people.len();
        for _ in 0..8 {
            if plain == 0 {
                break;
            }
            let other = &self.people[self.random.random_range(0..plain)];
            if matches!(other.sort, Sort::Plain | Sort::Accented) {
                return other.name.clone();
            }
        }
        names::common(self.random)
    }

    fn next_keys(&mut self) -> Keys {
        if let Some(keys) = self.keys.pop() {
            return keys;
        }
        self.keys = [
            [Keys::Neither; 7].as_slice(),
            &[Keys::Email; 4],
            &[Keys::Mobile; 4],
            &[Keys::Both; 7],
        ]
        .concat();
        self.keys.shuffle(self.random);
        self.keys.pop().unwrap_or(Keys::Both)
    }

    fn home(&mut self) -> Home {
        Home::somewhere(self.locale, self.random)
    }
}

/// An address; one in four is not known.
#[derive(Debug, Clone, Default)]
pub(super) struct Home {
    pub address: String,
    pub city: String,
    pub post_code: String,
    pub country: String,
}

impl Home {
    pub(super) fn somewhere(locale: &'static Locale, random: &mut StdRng) -> Self {
        if random.random_bool(0.25) {
            return Self::default();
        }
        let street = locale.streets[random.random_range(0..locale.streets.len())];
        let (city, area) = locale.towns[random.random_range(0..locale.towns.len())];
        let house = random.random_range(1..180);
        Self {
            address: if locale.number_first {
                format!("{house} {street}")
            } else {
                format!("{street} {house}")
            },
            city: city.to_owned(),
            post_code: post_code(locale, area, random),
            country: locale.written[random.random_range(0..locale.written.len())].to_owned(),
        }
    }
}

fn post_code(locale: &Locale, area: &str, random: &mut StdRng) -> String {
    const LETTERS: &[u8] = b"ABDEFGHJLNPQRSTUWXYZ";
    if !locale.inward_code {
        return format!("{area}{:02}", random.random_range(0..100));
    }
    let mut letter = || char::from(LETTERS[random.random_range(0..LETTERS.len())]);
    let (one, two) = (letter(), letter());
    format!("{area} {}{one}{two}", random.random_range(1..10))
}

/// An address that no other serial has.
pub(super) fn email(name: &Name, unique: u64) -> String {
    let provider =
        ["post.example", "mail.example", "example.com", "example.org"][(unique % 4) as usize];
    let (first, last) = (email_part(&name.0), email_part(&name.1));
    match (first.is_empty(), last.is_empty()) {
        (true, _) => format!("guest{unique}@{provider}"),
        (false, true) => format!("{first}{unique}@{provider}"),
        (false, false) => format!("{first}.{last}{unique}@{provider}"),
    }
}

fn email_part(name: &str) -> String {
    names::without_accents(name)
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|letter| letter.to_ascii_lowercase())
        .collect()
}

pub(super) fn capitalised(email: &str) -> String {
    let mut letters = email.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(letters).collect()
    })
}
