//! What a schedule is made of. Steps name records by a number that is folded into what there is when the step
//! comes, so that a schedule from which steps were dropped still makes sense.

use domain::{Field, Side};
use serde::Serialize;
use std::fmt;

/// One step of a schedule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// A person does something on one of the sides.
    Person(Act),
    /// A pass; a person may approve, and a service's pass spares the day's budget.
    Pass {
        /// A person approves a first run or a mass change.
        approve: bool,
        /// One of a running service's.
        live: bool,
    },
    /// A pass that reads both sides completely.
    Sweep,
    /// A pass whose process is killed at its n-th look at the time (there is one before and after every request
    /// and before every commit), and a start from the disk.
    Crash {
        /// The look.
        at: u64,
        /// Whether the pass reads both sides completely.
        sweep: bool,
    },
    /// A pass on a node that freezes while a request of it is under way, at its n-th look at the time or soon after. It
    /// is taken for dead, another node takes over and does a pass of its own; then the first one wakes and goes on.
    Freeze {
        /// The look.
        at: u64,
        /// Whether the passes read both sides completely.
        sweep: bool,
        /// Seconds for which the network holds the request.
        late: i64,
    },
    /// A vendor's line becomes bad.
    Faults {
        /// Whose.
        side: Side,
        /// Which, as `repairbridge twin --faults` takes them.
        profile: &'static str,
    },
    /// A vendor's line becomes good.
    Calm(Side),
    /// A vendor cannot be reached at all.
    Offline(Side),
    /// Time passes.
    Wait {
        /// Seconds.
        seconds: i64,
    },
    /// A person answers a question: as the truth is, or, for a conflict, for one of the sides.
    Answer {
        /// Which question, and which side.
        pick: u32,
    },
    /// The key of a side is revoked.
    LoseKey(Side),
    /// The person enters a key that works.
    NewKey(Side),
    /// Other software exceeds MyGadgetRepairs' limit with the shop's key: it is locked out.
    LockOut {
        /// For so long.
        seconds: u64,
    },
    /// Syncing is paused.
    Pause,
    /// It goes on.
    Resume,
    /// What the vendors pushed and is due arrives, as badly as [`crate::Pushing`] says.
    Deliver,
    /// A look at what webhooks told of and at nothing else.
    QuickPass {
        /// The look at the time at which its process is killed.
        dies_at: Option<u64>,
    },
}

/// What a person does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Act {
    /// Where.
    pub side: Side,
    /// The act's number: what it writes is told from all else by it.
    pub number: u32,
    /// Which record, folded into what there is.
    pub pick: u32,
    /// What.
    pub deed: Deed,
}

/// What is done to a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Deed {
    /// Somebody new.
    NewPerson,
    /// Somebody whom the other side may know: same name, e-mail and telephone.
    SamePerson,
    /// Somebody else with the telephone of somebody known.
    SharedPhone,
    /// Somebody else with the name of somebody known.
    SameName,
    /// A new ticket or task.
    NewWork,
    /// A new ticket or task with the title of another.
    SameTitle,
    /// A note on a contact; there are none at the counter.
    NewNote,
    /// One field of a customer or contact.
    EditPerson(Field),
    /// One field of a customer or contact is emptied.
    ClearPerson(Field),
    /// A customer or contact is given somebody else's telephone.
    TakePhone,
    /// One field of a ticket or task.
    EditWork(Field),
    /// A customer or contact goes.
    DeletePerson,
    /// A ticket or task goes.
    DeleteWork,
    /// Two contacts become one; at the counter nobody does that.
    MergePeople,
    /// An appointment that is to come.
    NewAppointment,
    /// An appointment of the other side, typed in once more.
    SameAppointment,
    /// An appointment that is over, entered afterwards.
    PastAppointment,
    /// An appointment is moved.
    MoveAppointment,
    /// An appointment is given another title.
    RenameAppointment,
    /// An appointment is called off.
    CallOff,
    /// An appointment that was called off takes place after all.
    PutBack,
    /// An appointment goes.
    DeleteAppointment,
}

impl fmt::Display for Step {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Person(act) => act.fmt(out),
            Self::Pass { approve, live } => {
                out.write_str(if *live { "pass of the service" } else { "pass" })?;
                out.write_str(if *approve { ", approved" } else { "" })
            }
            Self::Sweep => out.write_str("sweep"),
            Self::Crash { at, sweep } => {
                let what = if *sweep { "sweep" } else { "pass" };
                write!(out, "{what}, killed at its look {at}; started again")
            }
            Self::Freeze { at, sweep, late } => {
                let what = if *sweep { "sweep" } else { "pass" };
                write!(out, "{what}, frozen at its look {at}; ")?;
                if *late > 0 {
                    write!(out, "its request arrives {late} s later; ")?;
                }
                write!(out, "another node's {what}; the first wakes")
            }
            Self::Faults { side, profile } => write!(out, "{} fails: {profile}", side.title()),
            Self::Calm(side) => write!(out, "{} works", side.title()),
            Self::Offline(side) => write!(out, "{} cannot be reached", side.title()),
            Self::Wait { seconds } => write!(out, "{seconds} s pass"),
            Self::Answer { pick } => write!(out, "a person answers question {pick}"),
            Self::LoseKey(side) => write!(out, "{}'s key is revoked", side.title()),
            Self::NewKey(side) => write!(out, "a new key for {} is entered", side.title()),
            Self::LockOut { seconds } => {
                write!(out, "MyGadgetRepairs locks the key out for {seconds} s")
            }
            Self::Pause => out.write_str("paused"),
            Self::Resume => out.write_str("resumed"),
            Self::Deliver => out.write_str("webhooks arrive"),
            Self::QuickPass { dies_at: None } => out.write_str("quick pass"),
            Self::QuickPass { dies_at: Some(at) } => {
                write!(out, "quick pass, killed at its look {at}; started again")
            }
        }
    }
}

impl fmt::Display for Act {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (person, work) = match self.side {
            Side::HighLevel => ("contact", "task"),
            Side::MyGadgetRepairs => ("customer", "ticket"),
        };
        let (number, pick) = (self.number, self.pick);
        write!(out, "[{number}] {}: ", self.side.title())?;
        match self.deed {
            Deed::NewPerson => write!(out, "new {person}"),
            Deed::SamePerson => write!(out, "new {person}, whom the other side knows ({pick})"),
            Deed::SharedPhone => write!(out, "new {person} with somebody's telephone ({pick})"),
            Deed::SameName => write!(out, "new {person} with somebody's name ({pick})"),
            Deed::NewWork => write!(out, "new {work} for {pick}"),
            Deed::SameTitle => write!(out, "new {work} for {pick} with another's title"),
            Deed::NewNote => write!(out, "a note on {person} {pick}"),
            Deed::EditPerson(field) => write!(out, "{person} {pick}: new {field}"),
            Deed::ClearPerson(field) => write!(out, "{person} {pick}: no {field} any more"),
            Deed::TakePhone => write!(out, "{person} {pick}: somebody else's telephone"),
            Deed::EditWork(field) => write!(out, "{work} {pick}: new {field}"),
            Deed::DeletePerson => write!(out, "{person} {pick} deleted"),
            Deed::DeleteWork => write!(out, "{work} {pick} deleted"),
            Deed::MergePeople => write!(out, "{person} {pick} takes in another one"),
            Deed::NewAppointment => write!(out, "new appointment for {pick}"),
            Deed::SameAppointment => {
                write!(out, "the other side's appointment {pick}, typed in here")
            }
            Deed::PastAppointment => write!(out, "an appointment of {pick} that is over"),
            Deed::MoveAppointment => write!(out, "appointment {pick} moved"),
            Deed::RenameAppointment => write!(out, "appointment {pick}: new title"),
            Deed::CallOff => write!(out, "appointment {pick} called off"),
            Deed::PutBack => write!(out, "appointment {pick} takes place after all"),
            Deed::DeleteAppointment => write!(out, "appointment {pick} deleted"),
        }
    }
}
