//! Which records of the two sides are the same person.
//!
//! A pair is linked when it stands on a rung of the ladder and neither record has a rival that is as good.
//! That rule looks the same from the left and from the right and does not depend on any order, so two
//! subjects can never be linked to one candidate, and a page can be decided record by record.

use crate::{
    Person, Reason, Rung,
    evidence::{Evidence, Rank, Sharing, weigh},
};
use domain::{RecordId, Side, normalize::name};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// What becomes of a record that is not linked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "match")]
pub enum Match {
    /// It is this record.
    Link {
        /// The counterpart.
        to: RecordId,
        /// The rung it stands on.
        rung: Rung,
        /// What speaks for it.
        reasons: Vec<Reason>,
    },
    /// A person decides; best candidates first.
    Review {
        /// The candidates.
        candidates: Vec<Candidate>,
    },
    /// Nobody on the other side can be meant.
    Create,
}

/// A record that may be the same person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Candidate {
    /// The record on the other side.
    pub id: RecordId,
    /// What speaks for and against it.
    pub reasons: Vec<Reason>,
}

/// The records among which a page of subjects is decided.
///
/// It must hold, for every subject, all records of the other side that share an address, a number, a mark
/// or the folded full name with it (the candidates), and for every candidate all records of the subject's
/// side that share one with that candidate (the rivals). More does no harm. Records that are linked belong
/// to it like all others.
#[derive(Debug)]
pub struct Neighbourhood {
    people: Vec<Person>,
    index: HashMap<(Side, RecordId), usize>,
    keys: HashMap<(Side, String), Vec<usize>>,
    partner: HashMap<usize, RecordId>,
    apart: BTreeSet<(RecordId, RecordId)>,
    best: Vec<Best>,
}

/// The strongest case that a record could have, and whether it has another one just as strong.
#[derive(Clone, Copy, Debug, Default)]
struct Best {
    rank: Option<Rank>,
    tied: bool,
    claimed: bool,
}

impl Neighbourhood {
    /// Gathers the records; `linked` and `apart` (pairs that a person set apart) are (HighLevel,
    /// MyGadgetRepairs). A record that is given twice counts once.
    #[must_use]
    pub fn new(
        people: impl IntoIterator<Item = Person>,
        linked: &BTreeSet<(RecordId, RecordId)>,
        apart: BTreeSet<(RecordId, RecordId)>,
    ) -> Self {
        let people: BTreeMap<(Side, RecordId), Person> = people
            .into_iter()
            .map(|person| ((person.side, person.id.clone()), person))
            .collect();
        let people: Vec<Person> = people.into_values().collect();
        let index: HashMap<_, _> = people
            .iter()
            .enumerate()
            .map(|(at, person)| ((person.side, person.id.clone()), at))
            .collect();
        let mut keys: HashMap<(Side, String), Vec<usize>> = HashMap::new();
        for (at, person) in people.iter().enumerate() {
            for key in keys_of(person) {
                keys.entry((person.side, key)).or_default().push(at);
            }
        }
        let mut partner = HashMap::new();
        for (left, right) in linked {
            if let Some(at) = index.get(&(Side::HighLevel, left.clone())) {
                partner.insert(*at, right.clone());
            }
            if let Some(at) = index.get(&(Side::MyGadgetRepairs, right.clone())) {
                partner.insert(*at, left.clone());
            }
        }
        let mut this = Self {
            people,
            index,
            keys,
            partner,
            apart,
            best: Vec::new(),
        };
        this.best = (0..this.people.len()).map(|at| this.best_of(at)).collect();
        this
    }

    /// What becomes of a record. One that is not in the neighbourhood matches nobody.
    #[must_use]
    pub fn decide(&self, side: Side, id: &RecordId) -> Match {
        let Some(&subject) = self.index.get(&(side, id.clone())) else {
            return Match::Create;
        };
        if let Some(partner) = self.partner.get(&subject) {
            return Match::Link {
                to: partner.clone(),
                rung: Rung::Link,
                reasons: vec![Reason::Linked],
            };
        }
        let mut plausible = Vec::new();
        for candidate in self.candidates(subject) {
            let Some(evidence) = self.evidence(subject, candidate) else {
                continue;
            };
            if let Some(rank) = evidence.rank
                && self.mutually_best(subject, candidate, rank)
                && !self.partner.contains_key(&candidate)
            {
                return Match::Link {
                    to: self.people[candidate].id.clone(),
                    rung: rank.0,
                    reasons: evidence.reasons,
                };
            }
            if self.plausible(subject, candidate, &evidence) {
                plausible.push((candidate, evidence));
            }
        }
        if plausible.is_empty() {
            return Match::Create;
        }
        plausible.sort_by(|(at, one), (other_at, other)| {
            let strength = |evidence: &Evidence| (evidence.rank, evidence.key_agrees);
            strength(other).cmp(&strength(one)).then(at.cmp(other_at))
        });
        let candidates = plausible
            .into_iter()
            .map(|(at, evidence)| self.candidate(at, evidence))
            .collect();
        Match::Review { candidates }
    }

    fn candidate(&self, at: usize, evidence: Evidence) -> Candidate {
        let mut reasons = evidence.reasons;
        if self.partner.contains_key(&at) {
            reasons.push(Reason::TakenElsewhere);
        } else if evidence.rank.is_some() {
            reasons.push(Reason::NotTheOnlyOne);
        }
        Candidate {
            id: self.people[at].id.clone(),
            reasons,
        }
    }

    /// Whether this case is the single strongest one of both records.
    fn mutually_best(&self, one: usize, other: usize, rank: Rank) -> bool {
        [one, other]
            .into_iter()
            .all(|at| self.best[at].rank == Some(rank) && !self.best[at].tied)
    }

    /// Whether a person should look at the pair.
    fn plausible(&self, one: usize, other: usize, evidence: &Evidence) -> bool {
        let claimed = |at: usize| self.best[at].claimed || self.partner.contains_key(&at);
        if evidence.rank.is_some() {
            return true;
        }
        // A relative or colleague who shares a key, while somebody else fits one of them properly, and
        // a namesake of somebody who is already found: nobody needs to be asked.
        let settled = claimed(one) || claimed(other);
        if evidence.key_agrees {
            return !(settled && evidence.names_differ);
        }
        evidence.name_alone && !settled
    }

    fn evidence(&self, one: usize, other: usize) -> Option<Evidence> {
        self.weigh(one, other, |left, right| self.sharing(left, right))
    }

    /// Weighs a pair; nothing for one that a person set apart or that is no pair.
    fn weigh(
        &self,
        one: usize,
        other: usize,
        sharing: impl Fn(&Person, &Person) -> Sharing,
    ) -> Option<Evidence> {
        let (one, other) = (&self.people[one], &self.people[other]);
        let (left, right) = match (one.side, other.side) {
            (Side::HighLevel, Side::MyGadgetRepairs) => (one, other),
            (Side::MyGadgetRepairs, Side::HighLevel) => (other, one),
            _ => return None,
        };
        if self.apart.contains(&(left.id.clone(), right.id.clone())) {
            return None;
        }
        Some(weigh(left, right, sharing(left, right)))
    }

    /// Records of the other side that share a key with the subject, in order of their ids.
    fn candidates(&self, subject: usize) -> BTreeSet<usize> {
        let person = &self.people[subject];
        keys_of(person)
            .filter_map(|key| self.keys.get(&(person.side.other(), key)))
            .flatten()
            .copied()
            .collect()
    }

    fn best_of(&self, at: usize) -> Best {
        let mut best = Best::default();
        for candidate in self.candidates(at) {
            let evidence = self.weigh(at, candidate, |_, _| Sharing::BEST_CASE);
            let rank = evidence.and_then(|evidence| evidence.rank);
            best.claimed |= rank.is_some_and(Rank::claims);
            if rank > best.rank {
                best = Best {
                    rank,
                    tied: false,
                    ..best
                };
            } else if rank.is_some() && rank == best.rank {
                best.tied = true;
            }
        }
        best
    }

    fn sharing(&self, left: &Person, right: &Person) -> Sharing {
        let once = |key: String| {
            Side::BOTH.into_iter().all(|side| {
                self.keys
                    .get(&(side, key.clone()))
                    .is_some_and(|at| at.len() == 1)
            })
        };
        Sharing {
            email_unique: left
                .emails
                .intersection(&right.emails)
                .any(|email| once(email_key(email))),
            phone_unique: left
                .phones
                .intersection(&right.phones)
                .any(|phone| once(phone_key(phone))),
        }
    }
}

/// Everything by which a record is found. References and marks share a space, so that one finds the other.
fn keys_of(person: &Person) -> impl Iterator<Item = String> + '_ {
    let folded = name::key(&person.name);
    let emails = person.emails.iter().map(|email| email_key(email));
    let phones = person.phones.iter().map(|phone| phone_key(phone));
    let named = person
        .reference
        .iter()
        .chain(&person.mark)
        .map(String::as_str);
    let named = named
        .chain([person.id.as_str()])
        .filter(|name| !name.is_empty());
    let marks: BTreeSet<String> = named.map(|name| format!("mark:{name}")).collect();
    let name = (!folded.is_empty()).then(|| format!("name:{folded}"));
    emails.chain(phones).chain(marks).chain(name)
}

fn email_key(email: &str) -> String {
    format!("email:{email}")
}

fn phone_key(phone: &str) -> String {
    format!("phone:{phone}")
}
