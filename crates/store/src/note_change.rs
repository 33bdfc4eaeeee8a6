//! Writes about notes: what was looked at, what was told where, which rules fired.

use domain::{RecordId, Timestamp};

/// One write about notes; part of a [`crate::Change`].
#[derive(Clone, Debug)]
pub enum NoteChange {
    /// The notes of a contact were looked at.
    Checked {
        /// The contact.
        contact: RecordId,
        /// The calls that this look answers, as [`NoteWatch::due`] said before it began.
        seen: i64,
        /// Open tickets of the contact.
        open: u32,
        /// Tickets whose notes are held back.
        held: u32,
        /// When a rule about age may fire for one of the notes.
        again_at: Option<Timestamp>,
    },
    /// Notes, with the fingerprints of their texts, were told to a ticket or in a customer's custom field.
    Told {
        /// The ticket or customer.
        place: RecordId,
        /// The comment, where it is one and its id is known.
        comment: Option<RecordId>,
        /// The notes.
        notes: Vec<(RecordId, String)>,
    },
    /// A ticket changed at this second, so that its comments may have.
    CommentsDue(RecordId, i64),
    /// The comments of a ticket were looked at; the second of change that this answers.
    CommentsRead(RecordId, i64),
    /// A comment became a note.
    ToldBack {
        /// The comment.
        comment: RecordId,
        /// The note, where its id is known.
        note: Option<RecordId>,
    },
    /// The rules about notes as they stand now, each with a digest of its content. A new or changed one is
    /// active from now on; those that are not named are forgotten.
    Rules(Vec<(String, String)>),
    /// A rule fired for a note.
    Fired {
        /// The rule.
        rule: String,
        /// The note.
        note: RecordId,
    },
}

/// A contact whose notes are to be looked at, or a ticket whose comments are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoteWatch {
    /// The contact or ticket.
    pub record: RecordId,
    /// The calls so far, or the second of the ticket's change: to be handed back when that was answered.
    pub due: i64,
}

/// Whose notes are to be looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DueNotes {
    /// Rules about age that are due at this instant count.
    pub now: Timestamp,
    /// Contacts with open tickets are due when they were last looked at by then.
    pub looked_before: Timestamp,
    /// So are contacts without.
    pub everyone: bool,
    /// So are those with notes held back.
    pub held_too: bool,
}

/// How the notes of a shop stand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct NoteTotals {
    /// Contacts whose notes were ever asked about.
    pub contacts: u64,
    /// Of those, the ones with open tickets.
    pub with_tickets: u64,
    /// Tickets whose notes are held back.
    pub held: u64,
}
