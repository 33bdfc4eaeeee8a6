//! The people on both sides: what they do, who everybody really is, and the ledger of their edits.

mod diary;
mod merges;

use crate::step::{Act, Deed};
use crate::truth::Truth;
use diary::Diary;
use domain::{Field, Kind, Side, Timestamp};
use serde_json::{Value as Json, json};
use std::collections::{BTreeMap, BTreeSet};
use twin::RunningTwins;

pub(crate) use merges::Joined;

/// A value that a person put into a field of a record.
#[derive(Clone, Debug)]
pub(crate) struct Edit {
    pub(crate) act: u32,
    pub(crate) side: Side,
    pub(crate) kind: Kind,
    pub(crate) record: String,
    pub(crate) field: Field,
    /// What the person wrote; nothing where the field was emptied.
    pub(crate) value: Option<String>,
    /// What stood there before: what the person knew.
    pub(crate) saw: Option<String>,
    /// When.
    pub(crate) at: Timestamp,
}

/// What people did so far.
#[derive(Debug, Default)]
pub(crate) struct People {
    /// The ledger, in order.
    pub(crate) edits: Vec<Edit>,
    /// Who a record really stands for. Numbers from 1000 are people made during the schedule.
    pub(crate) who: BTreeMap<(Side, String), u32>,
    /// Records that people made for somebody whom the other side knows: the record there.
    pub(crate) same: BTreeMap<(Side, String), String>,
    /// Records that were there or that people made; all others were made by the engine.
    pub(crate) theirs: BTreeSet<(Side, Kind, String)>,
    /// Contacts that became one, in order.
    pub(crate) joined: Vec<Joined>,
    /// What is remembered of appointments.
    pub(crate) diary: Diary,
    /// Records at the beginning, and acts that were carried out.
    pub(crate) at_start: u64,
    pub(crate) acts: u64,
}

impl People {
    /// Everybody of the made-up shop.
    pub(crate) fn of(twins: &RunningTwins, now: Timestamp) -> Self {
        let mut people = Self::default();
        let truth = Truth::read(twins);
        people.diary.look(&truth, now);
        for side in Side::BOTH {
            for kind in [Kind::Contact, Kind::Task, Kind::Appointment] {
                for id in truth.of(side, kind).keys() {
                    people.theirs.insert((side, kind, id.clone()));
                    people.at_start += 1;
                }
            }
        }
        let number = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        for (at, id) in twins.contact_ids().iter().enumerate() {
            people.who.insert((Side::HighLevel, id.clone()), number(at));
        }
        let known: BTreeMap<String, usize> = twins.mygadgetrepairs().truth().into_iter().collect();
        for (at, id) in truth
            .of(Side::MyGadgetRepairs, Kind::Contact)
            .keys()
            .enumerate()
        {
            let who = known.get(id).map_or(500 + number(at), |at| number(*at));
            people.who.insert((Side::MyGadgetRepairs, id.clone()), who);
        }
        people
    }

    /// Carries out an act; whether the vendor let the person.
    pub(crate) fn act(&mut self, twins: &RunningTwins, act: &Act, at: Timestamp) -> bool {
        let done = self.carry_out(twins, act, at);
        self.acts += u64::from(done);
        done
    }

    fn carry_out(&mut self, twins: &RunningTwins, act: &Act, at: Timestamp) -> bool {
        let truth = Truth::read(twins);
        self.diary.look(&truth, at);
        match act.deed {
            Deed::NewPerson | Deed::SamePerson | Deed::SharedPhone | Deed::SameName => {
                self.new_person(twins, act, &truth)
            }
            Deed::NewWork | Deed::SameTitle => self.new_work(twins, act, &truth),
            Deed::NewNote => new_note(twins, act, &truth),
            Deed::EditPerson(field) => {
                let value = value_of(field, act.number);
                self.edit(twins, (act, at), &truth, Kind::Contact, field, Some(value))
            }
            Deed::ClearPerson(field) => {
                self.edit(twins, (act, at), &truth, Kind::Contact, field, None)
            }
            Deed::TakePhone => {
                let everybody = truth.of(act.side, Kind::Contact).values();
                let phone = everybody.rev().find_map(|seen| seen.shows(Field::Phone));
                let phone = phone.map(str::to_owned);
                phone.is_some()
                    && self.edit(twins, (act, at), &truth, Kind::Contact, Field::Phone, phone)
            }
            Deed::EditWork(field) => {
                let value = value_of(field, act.number);
                self.edit(twins, (act, at), &truth, Kind::Task, field, Some(value))
            }
            Deed::DeletePerson => {
                let gone = delete(twins, act, &truth, Kind::Contact);
                if let Some(contact) = gone.as_ref().filter(|_| act.side == Side::HighLevel) {
                    self.note_appointments_of((act, at), &truth, contact);
                }
                gone.is_some()
            }
            Deed::DeleteWork => delete(twins, act, &truth, Kind::Task).is_some(),
            Deed::MergePeople => self.merge(twins, (act, at), &truth),
            Deed::NewAppointment
            | Deed::SameAppointment
            | Deed::PastAppointment
            | Deed::MoveAppointment
            | Deed::RenameAppointment
            | Deed::CallOff
            | Deed::PutBack
            | Deed::DeleteAppointment => self.in_diary(twins, (act, at), &truth),
        }
    }

    fn new_person(&mut self, twins: &RunningTwins, act: &Act, truth: &Truth) -> bool {
        let across = truth.of(act.side.other(), Kind::Contact);
        let model = pick(across.iter(), act.pick);
        let mut same = None;
        let mut fields: BTreeMap<Field, String> = [
            Field::Name,
            Field::Email,
            Field::Phone,
            Field::Address,
            Field::City,
            Field::PostalCode,
        ]
        .into_iter()
        .map(|field| (field, value_of(field, act.number)))
        .collect();
        if let Some((id, model)) = model {
            let take: &[Field] = match act.deed {
                Deed::SamePerson => &[Field::Name, Field::Email, Field::Phone],
                Deed::SharedPhone => &[Field::Phone],
                Deed::SameName => &[Field::Name],
                _ => &[],
            };
            for field in take {
                match model.shows(*field) {
                    Some(text) => fields.insert(*field, text.to_owned()),
                    // Whoever has no e-mail there has none here.
                    None => fields.remove(field),
                };
            }
            same = (act.deed == Deed::SamePerson).then(|| id.clone());
        }
        if !fields.contains_key(&Field::Name) {
            return false;
        }
        let made = match act.side {
            Side::HighLevel => {
                let mut sent = json!({});
                for (field, value) in &fields {
                    put_contact(&mut sent, *field, value);
                }
                let answer = twins
                    .highlevel()
                    .act(&json!({"action": "create_contact", "fields": sent}));
                answer
                    .ok()
                    .and_then(|made| made["contact"]["id"].as_str().map(str::to_owned))
            }
            Side::MyGadgetRepairs => {
                let mut sent = json!({});
                for (field, value) in &fields {
                    sent[customer_name(*field)] = value.as_str().into();
                }
                twins
                    .mygadgetrepairs()
                    .act(&json!({"action": "create_customer", "fields": sent}))
                    .ok()
            }
        };
        let Some(id) = made else { return false };
        self.theirs.insert((act.side, Kind::Contact, id.clone()));
        match same {
            Some(same) => self.same.insert((act.side, id), same).is_none(),
            None => self
                .who
                .insert((act.side, id), 1_000 + act.number)
                .is_none(),
        }
    }

    fn new_work(&mut self, twins: &RunningTwins, act: &Act, truth: &Truth) -> bool {
        let Some((owner, _)) = pick(truth.of(act.side, Kind::Contact).iter(), act.pick) else {
            return false;
        };
        let across = truth.of(act.side.other(), Kind::Task);
        let other = pick(across.iter(), act.pick).and_then(|(_, seen)| seen.shows(Field::Title));
        let title = match (act.deed, other) {
            (Deed::SameTitle, Some(title)) => title.to_owned(),
            _ => value_of(Field::Title, act.number),
        };
        let body = value_of(Field::Body, act.number);
        let made = match act.side {
            Side::HighLevel => twins
                .highlevel()
                .act(&json!({"action": "create_task", "contact": owner, "fields": {
                    "title": title, "body": body, "completed": false, "dueDate": "2026-05-04T10:00:00Z",
                }}))
                .ok()
                .and_then(|made| made["task"]["id"].as_str().map(str::to_owned)),
            Side::MyGadgetRepairs => twins
                .mygadgetrepairs()
                .act(&json!({"action": "create_ticket", "fields": {
                    "customer": owner, "shortInfo": title, "description": body,
                }}))
                .ok(),
        };
        let Some(id) = made else { return false };
        self.theirs.insert((act.side, Kind::Task, id));
        true
    }

    fn edit(
        &mut self,
        twins: &RunningTwins,
        (act, at): (&Act, Timestamp),
        truth: &Truth,
        kind: Kind,
        field: Field,
        value: Option<String>,
    ) -> bool {
        let Some((id, seen)) = pick(truth.of(act.side, kind).iter(), act.pick) else {
            return false;
        };
        let saw = seen.shows(field).map(str::to_owned);
        let mut value = value;
        if field == Field::Completed {
            // Whoever touches a status turns it round.
            value = Some((saw.as_deref() != Some("true")).to_string());
        }
        let text = value.clone().unwrap_or_default();
        let mut sent = json!({});
        let done = match (act.side, kind) {
            (Side::HighLevel, Kind::Contact) => {
                put_contact(&mut sent, field, &text);
                let wanted = json!({"action": "edit_contact", "id": id, "fields": sent});
                twins.highlevel().act(&wanted).is_ok()
            }
            (Side::HighLevel, _) => {
                match field {
                    Field::Completed => sent["completed"] = (text == "true").into(),
                    Field::Title => sent["title"] = text.into(),
                    _ => {
                        // Some people leave our last line where it is.
                        let mark = seen.mark.as_ref().filter(|_| act.pick.is_multiple_of(2));
                        let line = mark.map(|mark| format!("\n\nMyGadgetRepairs ticket {mark}"));
                        sent["body"] = format!("{text}{}", line.unwrap_or_default()).into();
                    }
                }
                let wanted = json!({"action": "edit_task", "id": id, "fields": sent});
                twins.highlevel().act(&wanted).is_ok()
            }
            (Side::MyGadgetRepairs, Kind::Contact) => {
                sent[customer_name(field)] = text.into();
                if field == Field::Phone {
                    // A land line beside the mobile is not what the other side shows.
                    sent["telephone"] = "".into();
                }
                let wanted = json!({"action": "edit_customer", "id": id, "fields": sent});
                twins.mygadgetrepairs().act(&wanted).is_ok()
            }
            (Side::MyGadgetRepairs, _) => {
                match field {
                    Field::Completed => sent["status"] = status(twins, text == "true").into(),
                    Field::Title => sent["shortInfo"] = text.into(),
                    _ => {
                        let mark = seen.mark.as_ref().filter(|_| act.pick.is_multiple_of(2));
                        let line = mark.map(|mark| format!("\n\nHighLevel task {mark}"));
                        sent["description"] = format!("{text}{}", line.unwrap_or_default()).into();
                    }
                }
                let wanted = json!({"action": "edit_ticket", "id": id, "fields": sent});
                twins.mygadgetrepairs().act(&wanted).is_ok()
            }
        };
        // To empty what is empty is no edit.
        if done && saw != value {
            self.edits.push(Edit {
                act: act.number,
                side: act.side,
                kind,
                record: id.clone(),
                field,
                value,
                saw,
                at,
            });
        }
        done
    }
}

fn new_note(twins: &RunningTwins, act: &Act, truth: &Truth) -> bool {
    let contacts = truth.of(Side::HighLevel, Kind::Contact);
    let Some((id, _)) = pick(contacts.iter(), act.pick) else {
        return false;
    };
    let body = crate::notes::words(act.number);
    let wanted = json!({"action": "create_note", "contact": id, "fields": {"body": body}});
    act.side == Side::HighLevel && twins.highlevel().act(&wanted).is_ok()
}

/// Deletes a record; its id, where the vendor lets the person.
fn delete(twins: &RunningTwins, act: &Act, truth: &Truth, kind: Kind) -> Option<String> {
    let (id, _) = pick(truth.of(act.side, kind).iter(), act.pick)?;
    let what = kind.name_on(act.side);
    let wanted = json!({"action": format!("delete_{what}"), "id": id});
    let done = match act.side {
        Side::HighLevel => twins.highlevel().act(&wanted).is_ok(),
        Side::MyGadgetRepairs => twins.mygadgetrepairs().act(&wanted).is_ok(),
    };
    done.then(|| id.clone())
}

fn pick<T>(all: impl ExactSizeIterator<Item = T>, number: u32) -> Option<T> {
    let count = all.len();
    let mut all = all;
    (count > 0)
        .then(|| all.nth(number as usize % count))
        .flatten()
}

/// A value that no other act writes.
fn value_of(field: Field, number: u32) -> String {
    match field {
        Field::Name => format!("Nora Quill{}", letters(number)),
        Field::Email => format!("p{number}@people.example"),
        Field::Phone => format!("+4474001{:05}", 10_000 + number),
        Field::Company => format!("Works {number} Ltd"),
        Field::Address => format!("{number} Lime Road"),
        Field::City => format!("Town {}", letters(number)),
        Field::PostalCode => format!("LS{} {}AB", number % 90 + 1, number / 90 % 10),
        Field::Title => format!("Job {number}"),
        Field::Body => format!("What happened: {number}"),
        _ => number.to_string(),
    }
}

/// A number in letters, since names hold none.
fn letters(number: u32) -> String {
    number
        .to_string()
        .bytes()
        .map(|digit| char::from(digit - b'0' + b'a'))
        .collect()
}

fn put_contact(sent: &mut Json, field: Field, text: &str) {
    let name = match field {
        Field::Name => {
            let (first, last) = text.rsplit_once(' ').unwrap_or((text, ""));
            sent["firstName"] = first.into();
            sent["lastName"] = last.into();
            return;
        }
        Field::Email => "email",
        Field::Phone => "phone",
        Field::Company => "companyName",
        Field::Address => "address1",
        Field::City => "city",
        _ => "postalCode",
    };
    sent[name] = text.into();
}

const fn customer_name(field: Field) -> &'static str {
    match field {
        Field::Name => "name",
        Field::Email => "email",
        Field::Phone => "mobile",
        Field::Company => "company",
        Field::Address => "address",
        Field::City => "city",
        _ => "postCode",
    }
}

fn status(twins: &RunningTwins, done: bool) -> &str {
    let group = if done { "done" } else { "open" };
    let statuses = &twins.shop().statuses;
    let found = statuses.iter().find(|status| status.group == group);
    found.map_or("", |status| &*status.label)
}
