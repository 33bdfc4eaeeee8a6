//! What speaks for two records being the same person, looked at alone: no rivals yet.

use crate::Person;
use domain::normalize::name::{self, Likeness};
use serde::{Deserialize, Serialize};
use std::fmt;

/// The rungs of the matching ladder that decide by themselves (DESIGN.md section 6); later is stronger.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rung {
    /// The same person has an appointment at this very instant on both sides.
    SameStart,
    /// Telephone and family name agree, the given name does not contradict.
    PhoneAndName,
    /// An e-mail address agrees and the name does not contradict.
    Email,
    /// E-mail, telephone and name agree.
    EmailPhoneName,
    /// Our mark in one record names the other.
    Mark,
    /// The two are linked already.
    Link,
}

/// One thing that speaks for or against a pair, for people.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// They are linked.
    Linked,
    /// Our mark in one names the other.
    MarkAgrees,
    /// A mark names a third record.
    MarkContradicts,
    /// They share an e-mail address.
    SameEmail,
    /// Both have e-mail addresses, none in common.
    OtherEmail,
    /// They share a telephone number.
    SamePhone,
    /// Both have numbers, none in common.
    OtherPhone,
    /// The appointments begin at the same instant.
    SameStart,
    /// The full name is the same.
    SameName,
    /// The names fit each other: a part is missing or shortened.
    NameFits,
    /// The same family name, another given name: a relative?
    SameFamily,
    /// The names differ.
    OtherName,
    /// One of the names is unknown.
    NoName,
    /// The other record is linked to a third one.
    TakenElsewhere,
    /// Another record fits just as well.
    NotTheOnlyOne,
    /// The tasks or tickets of the vanished record are with this one now: the two were merged.
    WorkMoved,
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Linked => "already linked",
            Self::MarkAgrees => "our mark names the other record",
            Self::MarkContradicts => "our mark names a third record",
            Self::SameEmail => "same e-mail address",
            Self::OtherEmail => "different e-mail addresses",
            Self::SamePhone => "same telephone number",
            Self::OtherPhone => "different telephone numbers",
            Self::SameStart => "same person and same begin",
            Self::SameName => "same name",
            Self::NameFits => "names fit each other",
            Self::SameFamily => "same family name, different given names",
            Self::OtherName => "different names",
            Self::NoName => "a name is missing",
            Self::TakenElsewhere => "the record already belongs to another one",
            Self::NotTheOnlyOne => "another record fits just as well",
            Self::WorkMoved => "the work of the vanished record is with this one now",
        })
    }
}

/// How strong the case for a pair is; compared among rivals.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Rank(pub Rung, u8);

impl Rank {
    /// Whether more than an address speaks for the pair.
    pub fn claims(self) -> bool {
        self.0 == Rung::Mark || self.1 >= NAMES_AGREE
    }
}

/// Closeness from which on two names can be one person's.
const NAMES_AGREE: u8 = 2;

/// What speaks for a pair.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evidence {
    /// The case that the pair would be linked on, if no rival is as good.
    pub rank: Option<Rank>,
    /// A mark, address or number agrees.
    pub key_agrees: bool,
    /// The same full name, and no kind of key that both have.
    pub name_alone: bool,
    /// The names are not those of one person.
    pub names_differ: bool,
    /// For people.
    pub reasons: Vec<Reason>,
}

/// How many records of a side carry a key that the pair shares.
#[derive(Clone, Copy, Debug)]
pub struct Sharing {
    /// The shared address is in one record of each side only.
    pub email_unique: bool,
    /// The shared number is in one record of each side only.
    pub phone_unique: bool,
}

impl Sharing {
    /// What a rival is given: the benefit of the doubt. Who else has the rival's keys is not known in a
    /// page, and a rival that is thought too strong only leads to a question.
    pub const BEST_CASE: Self = Self {
        email_unique: true,
        phone_unique: true,
    };
}

/// Weighs a pair of unlinked records of opposite sides.
pub fn weigh(left: &Person, right: &Person, sharing: Sharing) -> Evidence {
    let names = Names::compare(&left.name, &right.name);
    let mark = marks(left, right);
    let email = Keys::compare(&left.emails, &right.emails);
    let phone = Keys::compare(&left.phones, &right.phones);

    let rung = if mark == Some(true) && !names.differ() {
        Some(Rung::Mark)
    } else if mark == Some(false) || names.differ() {
        None
    } else if email == Keys::Agree && phone == Keys::Agree && names.whole_agree() {
        Some(Rung::EmailPhoneName)
    } else if email == Keys::Agree && by_email(&names, sharing) {
        Some(Rung::Email)
    } else if phone == Keys::Agree && by_phone(&names, email, sharing) {
        Some(Rung::PhoneAndName)
    } else {
        None
    };
    let incomparable = email == Keys::Unknown && phone == Keys::Unknown;
    Evidence {
        rank: rung.map(|rung| Rank(rung, names.closeness())),
        key_agrees: mark == Some(true) || email == Keys::Agree || phone == Keys::Agree,
        name_alone: incomparable && names.full_and_same(),
        names_differ: names.differ(),
        reasons: reasons(&names, mark, email, phone),
    }
}

/// An address of one record on each side is a person's unless the name says otherwise. A shared one
/// (`info@`) tells who works there, and only the full name tells them apart.
const fn by_email(names: &Names, sharing: Sharing) -> bool {
    if sharing.email_unique {
        !names.differ()
    } else {
        names.whole_agree()
    }
}

/// A number alone is never enough: families and trade desks share one.
fn by_phone(names: &Names, email: Keys, sharing: Sharing) -> bool {
    if email == Keys::Contradict {
        names.full_and_same() && sharing.phone_unique
    } else {
        names.whole_agree()
    }
}

/// Whether a mark names the other record; `false` when it names a third one.
fn marks(left: &Person, right: &Person) -> Option<bool> {
    let names = |mark: &Option<String>, other: &Person| {
        mark.as_deref()
            .map(|mark| other.reference.as_deref() == Some(mark) || other.id.as_str() == mark)
    };
    match (names(&left.mark, right), names(&right.mark, left)) {
        (Some(false), _) | (_, Some(false)) => Some(false),
        (None, None) => None,
        _ => Some(true),
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Keys {
    Agree,
    Contradict,
    Unknown,
}

impl Keys {
    fn compare(
        left: &std::collections::BTreeSet<String>,
        right: &std::collections::BTreeSet<String>,
    ) -> Self {
        if left.is_empty() || right.is_empty() {
            Self::Unknown
        } else if left.is_disjoint(right) {
            Self::Contradict
        } else {
            Self::Agree
        }
    }
}

/// How two names relate, and whether they are whole names.
struct Names {
    likeness: Likeness,
    whole: bool,
    given_fits: bool,
}

impl Names {
    fn compare(left: &str, right: &str) -> Self {
        Self {
            likeness: name::compare(left, right),
            whole: whole(left) && whole(right),
            given_fits: given_fits(left, right),
        }
    }

    const fn differ(&self) -> bool {
        matches!(self.likeness, Likeness::Different | Likeness::SameFamily)
    }

    /// Whole names that agree: good enough to tell people apart who share an address or a number.
    const fn whole_agree(&self) -> bool {
        self.whole
            && match self.likeness {
                Likeness::Same => true,
                Likeness::Compatible => self.given_fits,
                _ => false,
            }
    }

    fn full_and_same(&self) -> bool {
        self.whole && self.likeness == Likeness::Same
    }

    const fn closeness(&self) -> u8 {
        match self.likeness {
            Likeness::Same => 3,
            Likeness::Compatible => NAMES_AGREE,
            Likeness::Unknown => 1,
            Likeness::SameFamily | Likeness::Different => 0,
        }
    }
}

/// Whether the given names agree word by word, initials included. A longer word that merely begins alike
/// is another name in many families: Christian and Christiane, Jo and John.
fn given_fits(left: &str, right: &str) -> bool {
    let (left, right) = (name::key(left), name::key(right));
    let given = |key: &str| name::split(key).0.unwrap_or_default();
    let (left, right) = (given(&left), given(&right));
    let initial = |short: &str, long: &str| short.chars().count() == 1 && long.starts_with(short);
    left.split(' ')
        .zip(right.split(' '))
        .all(|(one, other)| one == other || initial(one, other) || initial(other, one))
}

/// Whether a name holds a given and a family name. Scripts that write names without a blank hold both in
/// one word of two letters or more.
fn whole(name: &str) -> bool {
    let key = name::key(name);
    let east_asian = |letter: char| ('\u{2E80}'..='\u{D7FF}').contains(&letter);
    key.contains(' ') || (key.chars().count() > 1 && key.chars().all(east_asian))
}

fn reasons(names: &Names, mark: Option<bool>, email: Keys, phone: Keys) -> Vec<Reason> {
    let mark = mark.map(|agrees| {
        if agrees {
            Reason::MarkAgrees
        } else {
            Reason::MarkContradicts
        }
    });
    let email = match email {
        Keys::Agree => Some(Reason::SameEmail),
        Keys::Contradict => Some(Reason::OtherEmail),
        Keys::Unknown => None,
    };
    let phone = match phone {
        Keys::Agree => Some(Reason::SamePhone),
        Keys::Contradict => Some(Reason::OtherPhone),
        Keys::Unknown => None,
    };
    let name = match names.likeness {
        Likeness::Same => Reason::SameName,
        Likeness::Compatible => Reason::NameFits,
        Likeness::SameFamily => Reason::SameFamily,
        Likeness::Different => Reason::OtherName,
        Likeness::Unknown => Reason::NoName,
    };
    [mark, email, phone, Some(name)]
        .into_iter()
        .flatten()
        .collect()
}
