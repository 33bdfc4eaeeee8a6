//! Which notes are told to which ticket, in one text each.

use super::Round;
use super::intents::{NotePayload, Notes};
use super::look::Desk;
use crate::pass::Pass;
use domain::{Record, RecordId};
use mapping::Telling;
use std::collections::HashSet;
use std::sync::atomic::Ordering;
use store::Change;
use sync::NotesHome;

impl Pass<'_> {
    /// Intends one digest for every open ticket that lacks notes, or the new text of the customer's field.
    /// Answers from how many tickets notes are held back.
    pub(super) fn decide_digests(
        &self,
        round: &Round,
        contact: &RecordId,
        desk: &Desk,
        notes: &[Record],
        changes: &mut Vec<Change>,
    ) -> u32 {
        match &round.home {
            NotesHome::Off => 0,
            NotesHome::CustomField(name) => {
                self.decide_field(round, contact, desk, notes, name, changes);
                0
            }
            NotesHome::Held(_) => {
                let lacking = desk
                    .open
                    .iter()
                    .filter(|ticket| !self.untold(round, desk, &ticket.id, notes).is_empty());
                u32::try_from(lacking.count()).unwrap_or(u32::MAX)
            }
            NotesHome::Comments { proven } => {
                let mut held = 0;
                for ticket in &desk.open {
                    let due = self.untold(round, desk, &ticket.id, notes);
                    if !self.decide_digest(round, *proven, contact, desk, ticket, &due, changes) {
                        held += 1;
                    }
                }
                held
            }
        }
    }

    /// Whether the digest of a ticket may go; else it waits for the one sent before it.
    #[expect(
        clippy::too_many_arguments,
        reason = "one step of the above, apart for its length"
    )]
    fn decide_digest(
        &self,
        round: &Round,
        proven: bool,
        contact: &RecordId,
        desk: &Desk,
        ticket: &Record,
        due: &[Telling<'_>],
        changes: &mut Vec<Change>,
    ) -> bool {
        let notes = prints(due);
        let open = desk.intents.get(&ticket.id);
        let same = open
            .and_then(NotePayload::read)
            .is_some_and(|payload| payload.notes() == notes.as_slice());
        if same {
            return true;
        }
        if let Some(open) = open {
            changes.push(Change::Cancel(open.id));
        }
        if due.is_empty() {
            return true;
        }
        if !proven && open.is_none() {
            if round.trial.swap(true, Ordering::Relaxed) {
                return false;
            }
            // Its comment is read back; then the others can follow in this same pass.
            self.notes.left.store(true, Ordering::Relaxed);
        }
        let token = self.token();
        let payload = NotePayload::Digest {
            contact: contact.clone(),
            ticket: ticket.id.clone(),
            reference: ticket.reference.clone(),
            notes,
            text: mapping::digest(due, &self.judge.setting.zone, &token),
            token,
        };
        changes.push(self.intend_note(ticket.id.clone(), &payload));
        true
    }

    /// The field shows what is recent, and is written when that changed.
    fn decide_field(
        &self,
        round: &Round,
        contact: &RecordId,
        desk: &Desk,
        notes: &[Record],
        name: &str,
        changes: &mut Vec<Change>,
    ) {
        let Some(customer) = &desk.customer else {
            return;
        };
        let since = sync::days_before(round.now, self.judge.rules.notes.days);
        let shown = sync::untold(notes, |_| None, since);
        let prints = prints(&shown);
        let told = |id: &RecordId| desk.told.get(&(customer.id.clone(), id.clone()));
        let is_told = prints.iter().all(|(id, print)| told(id) == Some(print));
        if let Some(open) = desk.intents.get(&customer.id) {
            let same =
                NotePayload::read(open).is_some_and(|payload| payload.notes() == prints.as_slice());
            if same {
                return;
            }
            changes.push(Change::Cancel(open.id));
        }
        if is_told {
            return;
        }
        let payload = NotePayload::Field {
            contact: contact.clone(),
            customer: customer.id.clone(),
            reference: customer.reference.clone(),
            notes: prints,
            name: name.to_owned(),
            text: mapping::field_digest(&shown, &self.judge.setting.zone),
        };
        changes.push(self.intend_note(customer.id.clone(), &payload));
    }

    fn untold<'n>(
        &self,
        round: &Round,
        desk: &Desk,
        place: &RecordId,
        notes: &'n [Record],
    ) -> Vec<Telling<'n>> {
        let told = |id: &RecordId| {
            desk.told
                .get(&(place.clone(), id.clone()))
                .map(String::as_str)
        };
        let since = sync::days_before(round.now, self.judge.rules.notes.days);
        sync::untold(notes, told, since)
    }

    /// Digests for tickets that are closed by now are dropped.
    pub(super) fn cancel_closed(&self, desk: &Desk) -> Vec<Change> {
        let mut places: HashSet<&RecordId> = desk.open.iter().map(|ticket| &ticket.id).collect();
        places.extend(desk.customer.as_ref().map(|customer| &customer.id));
        let closed = desk
            .intents
            .iter()
            .filter(|(place, _)| !places.contains(place));
        closed
            .map(|(_, intent)| Change::Cancel(intent.id))
            .collect()
    }
}

fn prints(due: &[Telling<'_>]) -> Notes {
    due.iter()
        .map(|telling| (telling.note.id.clone(), sync::note_print(telling.note)))
        .collect()
}
