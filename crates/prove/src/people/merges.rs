//! Contacts whom a person at HighLevel makes one.

use super::{Edit, People, pick};
use crate::draw::OF_PEOPLE;
use crate::step::Act;
use crate::truth::{Seen, Truth};
use domain::{Field, Kind, Side, Timestamp};
use serde_json::json;
use twin::RunningTwins;

const CRM: Side = Side::HighLevel;

/// Two contacts that became one: whoever they stood for is one person from then on.
#[derive(Clone, Debug)]
pub(crate) struct Joined {
    /// The contact that is left.
    pub(crate) kept: String,
    /// The contact whose id is no more.
    pub(crate) gone: String,
    /// When.
    pub(crate) at: Timestamp,
}

impl People {
    /// A contact takes in another one, rather one with the same name or e-mail, as people do it.
    pub(super) fn merge(
        &mut self,
        twins: &RunningTwins,
        (act, at): (&Act, Timestamp),
        truth: &Truth,
    ) -> bool {
        let contacts = truth.of(CRM, Kind::Contact);
        let Some((kept, was)) = pick(contacts.iter(), act.pick) else {
            return false;
        };
        let others: Vec<_> = contacts.iter().filter(|(id, _)| *id != kept).collect();
        let alike: Vec<_> = others
            .iter()
            .copied()
            .filter(|(_, seen)| is_alike(was, seen))
            .collect();
        let among = if alike.is_empty() { others } else { alike };
        let Some((gone, _)) = pick(among.into_iter(), act.number) else {
            return false;
        };
        let wanted = json!({"action": "merge_contacts", "keep": kept, "gone": gone});
        if act.side != CRM || twins.highlevel().act(&wanted).is_err() {
            return false;
        }
        self.joined.push(Joined {
            kept: kept.clone(),
            gone: gone.clone(),
            at,
        });
        self.note_filled(twins, (act, at), kept, was);
        true
    }

    /// What the contact that is left lacked and was given stands there by a person's will.
    fn note_filled(
        &mut self,
        twins: &RunningTwins,
        (act, at): (&Act, Timestamp),
        kept: &str,
        was: &Seen,
    ) {
        let truth = Truth::read(twins);
        let Some(now) = truth.of(CRM, Kind::Contact).get(kept) else {
            return;
        };
        for field in OF_PEOPLE {
            let (saw, value) = (was.shows(field), now.shows(field));
            if saw != value {
                self.edits.push(Edit {
                    act: act.number,
                    side: CRM,
                    kind: Kind::Contact,
                    record: kept.to_owned(),
                    field,
                    value: value.map(str::to_owned),
                    saw: saw.map(str::to_owned),
                    at,
                });
            }
        }
    }
}

fn is_alike(one: &Seen, other: &Seen) -> bool {
    [Field::Name, Field::Email]
        .into_iter()
        .any(|field| one.shows(field).is_some() && one.shows(field) == other.shows(field))
}
