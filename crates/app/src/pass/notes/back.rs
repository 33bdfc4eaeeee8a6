//! The way back, where the rules want it: comments of tickets become notes in the CRM, each once.

use super::intents::NotePayload;
use crate::AppError;
use crate::pass::Pass;
use domain::{Field, Kind, Record, RecordId, Side};
use store::{Change, NoteChange, NoteWatch};
use sync::Standing;

/// The name under which the rule's beginning is kept.
pub(crate) const BACK: &str = "[notes] back";
/// Tickets whose comments are read in one go, one request each.
const AT_ONCE: u32 = 50;
/// Changes are told to the second: what was read in the second of a change is read once more.
const SAME_SECOND: i64 = 2;

impl Pass<'_> {
    /// The changes that let the comments of tickets be read which changed, as a poll shows them. A comment
    /// moves its ticket's time of change and nothing else.
    pub(in crate::pass) fn comments_due(
        &self,
        side: Side,
        kind: Kind,
        records: &[Record],
    ) -> Vec<Change> {
        let wanted = side == Side::MyGadgetRepairs
            && kind == Kind::Task
            && self.judge.rules.notes.back
            && self.notes.form.readable;
        if !wanted {
            return Vec::new();
        }
        records
            .iter()
            .filter_map(|ticket| Some((ticket.id.clone(), ticket.changed_at?)))
            .map(|(id, at)| Change::Note(NoteChange::CommentsDue(id, at.as_second())))
            .collect()
    }

    /// Reads the comments of tickets that changed since the rule was set, and intends notes of those that
    /// people wrote since then.
    pub(super) async fn look_at_comments(&self) -> Result<(), AppError> {
        let rules = self.store.note_rules(self.shop.id).await?;
        let Some(since) = rules.get(BACK).copied() else {
            return Ok(());
        };
        let due = self.store.due_comments(self.shop.id, AT_ONCE).await?;
        for watch in due {
            let changes = self.look_at_ticket(&watch, since.as_second()).await?;
            self.commit(changes).await?;
        }
        Ok(())
    }

    async fn look_at_ticket(&self, watch: &NoteWatch, since: i64) -> Result<Vec<Change>, AppError> {
        let read = |seen| Change::Note(NoteChange::CommentsRead(watch.record.clone(), seen));
        if watch.due < since {
            return Ok(vec![read(watch.due)]);
        }
        let Some((reference, contact)) = self.whose(&watch.record).await? else {
            return Ok(vec![read(watch.due)]);
        };
        let began = self.now().as_second();
        let port = &*self.connection.mygadgetrepairs;
        let comments = self
            .patiently(|| port.list_of(Kind::Note, &watch.record))
            .await?;
        let ids = comments.iter().map(|comment| &comment.id);
        let known = self.store.known_comments(self.shop.id, ids).await?;
        let mut changes = Vec::new();
        for comment in comments.iter().rev() {
            let new = comment.created_at.is_some_and(|at| at.as_second() >= since);
            if !new || comment.mark.is_some() || known.contains(&comment.id) {
                continue;
            }
            let Some(text) = comment.text(Field::Body) else {
                continue;
            };
            let payload = NotePayload::Back {
                contact: contact.clone(),
                comment: comment.id.clone(),
                reference: reference.clone(),
                text: mapping::note_of_comment(comment, reference.as_deref(), text),
            };
            changes.push(self.intend_note(comment.id.clone(), &payload));
            changes.push(Change::Note(NoteChange::ToldBack {
                comment: comment.id.clone(),
                note: None,
            }));
        }
        let seen = if began > watch.due + SAME_SECOND {
            watch.due
        } else {
            watch.due - 1
        };
        changes.push(read(seen));
        Ok(changes)
    }

    /// A ticket's reference and the CRM contact of its customer; nothing of whom a person said that they are left alone.
    async fn whose(
        &self,
        ticket: &RecordId,
    ) -> Result<Option<(Option<String>, RecordId)>, AppError> {
        const COUNTER: Side = Side::MyGadgetRepairs;
        let shop = self.shop.id;
        let stored = self.store.record(shop, COUNTER, Kind::Task, ticket).await?;
        let Some(ticket) = stored.map(|stored| stored.record) else {
            return Ok(None);
        };
        let Some(customer) = &ticket.parent else {
            return Ok(None);
        };
        let link = self
            .store
            .link_of(shop, COUNTER, Kind::Contact, customer)
            .await?;
        let left_alone = self.left_alone().await?;
        let is_left_alone = left_alone.covers(Standing {
            side: COUNTER,
            kind: Kind::Contact,
            id: customer,
            counterpart: link.as_ref().map(|link| &link.left),
            parent: None,
            parents_counterpart: None,
        });
        let link = link.filter(|_| !is_left_alone);
        Ok(link.map(|link| (ticket.reference, link.left)))
    }
}
