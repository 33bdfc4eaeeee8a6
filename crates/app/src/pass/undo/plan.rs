//! What is to be put back or deleted of one record: decided by what we wrote to it and by how it is now.

use super::{Lines, MADE, Planned, Target, Wish};
use crate::AppError;
use crate::history::History;
use crate::pass::Pass;
use crate::pass::payload::Payload;
use crate::pass::take_back::Undo;
use crate::undo::UndoLine;
use domain::{Field, Kind, Record, Side};
use mapping::appointment::is_deleted;
use std::collections::BTreeSet;
use store::{Exchange, IntentOp, Link};
use sync::{TakeBack, Wrote, take_back};

/// A linked record as it is now.
struct Place<'a> {
    link: &'a Link,
    now: &'a Record,
    source: &'a Record,
    line: UndoLine,
}

impl Pass<'_> {
    /// Decides about one record by what we wrote to it and by how it is now.
    pub(super) async fn plan(
        &self,
        target: &Target,
        wish: &Wish,
        look: bool,
        lines: &mut Lines,
    ) -> Result<Option<Planned>, AppError> {
        let (side, kind, id) = (target.0, target.1, &target.2);
        let shop = self.shop.id;
        let named: BTreeSet<_> = wish.named.iter().map(|one| one.intent.id).collect();
        let history = History::read(self.store, shop, side, kind, id).await?;
        let made = history
            .all()
            .iter()
            .find(|(one, _)| one.intent.op == IntentOp::Create && named.contains(&one.intent.id));
        let about = |record: Option<&Record>, other: Option<&Record>| {
            UndoLine::about_record(side, kind, id, record, other)
        };
        let stored = self.store.record(shop, side, kind, id).await?;
        let gone = stored.as_ref().is_none_or(|stored| stored.gone);
        let link = self.store.link_of(shop, side, kind, id).await?;
        let (Some(link), Some(stored), false) = (link, stored.clone(), gone) else {
            let line = about(stored.as_ref().map(|stored| &stored.record), None);
            if gone {
                lines.kept.push(line.because("it was deleted since"));
            } else {
                lines.cannot.push(line.because(
                    "it is no longer linked with its counterpart; change it by hand where you need to",
                ));
            }
            return Ok(None);
        };
        let across = link.on(side.other());
        let source = self.store.record(shop, side.other(), kind, across).await?;
        let Some(source) = source.map(|source| source.record) else {
            let line = about(Some(&stored.record), None);
            lines
                .cannot
                .push(line.because("its counterpart is not known any more"));
            return Ok(None);
        };
        let parent = stored.record.parent.clone();
        let now = if look {
            let port = self.port(side);
            let (asked_at, found) = self.asked(|| port.fetch(kind, id, parent.as_ref())).await?;
            let Some(found) = found.filter(|found| !is_deleted(found)) else {
                let line = about(Some(&stored.record), Some(&source));
                lines.kept.push(line.because("it was deleted since"));
                return Ok(None);
            };
            self.commit(vec![self.saw_one(asked_at, found.clone(), 0)])
                .await?;
            found
        } else {
            stored.record
        };
        let line = about(Some(&now), Some(&source));
        let place = Place {
            link: &link,
            now: &now,
            source: &source,
            line,
        };
        if let Some((creation, _)) = made
            && wish.fields.is_none()
        {
            if wish.delete_created {
                return self.plan_deletion(creation, &place, wish, lines).await;
            }
            lines.kept.push(place.line.clone().because(MADE));
        }
        Ok(self.plan_fields(&history, &named, &place, wish, lines))
    }

    fn plan_fields(
        &self,
        history: &History,
        named: &BTreeSet<domain::IntentId>,
        place: &Place<'_>,
        wish: &Wish,
        lines: &mut Lines,
    ) -> Option<Planned> {
        let (side, kind) = (place.now.side, place.now.kind);
        let shown = self.judge.project_with(place.now, place.source);
        let mut payload = Payload {
            cause: wish.cause.clone(),
            ..Payload::default()
        };
        let mut undo = Undo::default();
        let mut taken = Vec::new();
        for field in named_fields(history, named) {
            if wish
                .fields
                .as_ref()
                .is_some_and(|only| only.get(&kind) != Some(&field))
            {
                continue;
            }
            let line = place.line.clone().about(kind, side, field);
            let standing = history.standing(field);
            let mine = |one: &Exchange| {
                named.contains(&one.intent.id) && one.intent.op == IntentOp::Update
            };
            if !standing.iter().any(|(one, _)| mine(one)) {
                lines.kept.push(line.because("already taken back"));
                continue;
            }
            let writes: Vec<Wrote<'_>> = standing
                .iter()
                .map(|(one, kept)| Wrote {
                    before: kept.before.get(&field),
                    shown: kept.shown.get(&field),
                    wanted: mine(one),
                })
                .collect();
            let now = shown.get(&field);
            let line = line.wrote(now);
            match take_back(field, now, &writes) {
                TakeBack::Edited => {
                    lines
                        .kept
                        .push(line.because("somebody changed it since; that edit is kept"));
                }
                TakeBack::Overwritten => {
                    lines
                        .kept
                        .push(line.because("a later run wrote it again; take that one back first"));
                }
                TakeBack::OptOut => lines
                    .kept
                    .push(line.because("an opt-out is lifted by a person only, on both sides")),
                TakeBack::Same => lines
                    .kept
                    .push(line.because("it reads as it did before the write")),
                TakeBack::Restore(value) => {
                    let value = value.cloned();
                    let line = line.restores(value.as_ref());
                    if let Some(reason) = self.unable(place, field, value.as_ref()) {
                        lines.cannot.push(line.because(reason));
                        continue;
                    }
                    let ids = standing.iter().filter(|(one, _)| mine(one));
                    undo.of
                        .insert(field, ids.map(|(one, _)| one.intent.id).collect());
                    undo.stands.insert(field, now.cloned());
                    if let Some(now) = now {
                        payload.before.insert(field, now.clone());
                    }
                    payload.grounds.insert(field, sync::Ground::Undo);
                    payload.changes.insert(field, value);
                    taken.push(line);
                }
            }
        }
        if payload.changes.is_empty() {
            return None;
        }
        payload.undo = Some(undo);
        let id = place.now.id.clone();
        let across = place.link.on(side.other()).clone();
        let intent = self.intent(side, kind, IntentOp::Update, Some(id), across, &payload);
        Some(Planned {
            intent,
            lines: taken,
        })
    }

    /// Why a value cannot be put back; nothing when it can.
    fn unable(
        &self,
        place: &Place<'_>,
        field: Field,
        value: Option<&domain::Value>,
    ) -> Option<String> {
        let (now, source) = (place.now, place.source);
        if let Err(held) = self.judge.can_take(now, source, field, value) {
            return Some(held.reason);
        }
        let further = field == Field::Email
            && now.other_emails.iter().any(|other| {
                Field::Email.same(domain::Value::text(other).as_ref(), value) && value.is_some()
            });
        further.then(|| {
            "the contact has this address as a further one; make it the primary there by hand"
                .to_owned()
        })
    }

    async fn plan_deletion(
        &self,
        creation: &Exchange,
        place: &Place<'_>,
        wish: &Wish,
        lines: &mut Lines,
    ) -> Result<Option<Planned>, AppError> {
        let (side, kind) = (place.now.side, place.now.kind);
        let shown = self.judge.project_with(place.now, place.source);
        let base: sync::Base = serde_json::from_value(place.link.base.clone()).unwrap_or_default();
        let notes = crate::judge::Notes::of(place.link);
        let edited = notes.edits.iter().any(|edit| edit.side == side)
            || base
                .0
                .iter()
                .any(|(field, agreed)| !field.same(agreed.on(side), shown.get(field)));
        if edited {
            let line = place.line.clone();
            lines
                .kept
                .push(line.because("made by Repairbridge; not deleted, since somebody changed it"));
            return Ok(None);
        }
        // What hangs on a contact is looked at when its own turn comes: what we made of it is gone by then.
        let port = self.port(side);
        if kind != Kind::Contact
            && let Some(reason) = self.patiently(|| port.attached(place.now)).await?
        {
            let line = place.line.clone();
            lines.kept.push(line.because(reason));
            return Ok(None);
        }
        let mut undo = Undo::default();
        for field in shown.keys().chain(base.0.keys()) {
            undo.stands.insert(*field, shown.get(field).cloned());
        }
        let across = place.link.on(side.other()).clone();
        let payload = Payload {
            cause: wish.cause.clone(),
            undo: Some(undo),
            ..Payload::default()
        };
        let target = creation.intent.target.clone();
        let intent = self.intent(side, kind, IntentOp::Delete, target, across, &payload);
        Ok(Some(Planned {
            intent,
            lines: vec![place.line.clone().because("deleted")],
        }))
    }

    fn port(&self, side: Side) -> &dyn crate::ports::Port {
        match side {
            Side::HighLevel => &*self.connection.highlevel,
            Side::MyGadgetRepairs => &*self.connection.mygadgetrepairs,
        }
    }
}

/// The fields that the named updates wrote.
fn named_fields(history: &History, named: &BTreeSet<domain::IntentId>) -> BTreeSet<Field> {
    history
        .all()
        .iter()
        .filter(|(one, payload)| {
            one.intent.op == IntentOp::Update
                && payload.undo.is_none()
                && named.contains(&one.intent.id)
        })
        .flat_map(|(_, payload)| payload.changes.keys().copied())
        .collect()
}
