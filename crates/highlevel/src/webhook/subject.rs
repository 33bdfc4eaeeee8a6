//! Which record an event is about.

use super::{EventKind, wire::Fields};

/// The record to look at. Everything but its id is a hint and may be missing.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Subject {
    /// A contact (highlevel-webhooks.md 5.2).
    Contact {
        /// Its id.
        id: String,
    },
    /// A note (5.2).
    Note {
        /// Its id.
        id: String,
        /// Whose.
        contact: Option<String>,
    },
    /// A task (5.2). Live events lack the contact (highlevel-quirks.md 6.3).
    Task {
        /// Its id.
        id: String,
        /// Whose.
        contact: Option<String>,
    },
    /// An appointment, nested or flat (5.3).
    Appointment {
        /// Its id.
        id: String,
        /// Whose.
        contact: Option<String>,
        /// In which calendar.
        calendar: Option<String>,
    },
    /// An opportunity (5.4).
    Opportunity {
        /// Its id.
        id: String,
        /// Whose.
        contact: Option<String>,
        /// In which pipeline.
        pipeline: Option<String>,
        /// At which stage.
        stage: Option<String>,
    },
    /// A message (5.5). Messages of chat channels are delivered without an id of their own.
    Message {
        /// With whom.
        contact: Option<String>,
        /// Its id, or that of the e-mail.
        message_id: Option<String>,
        /// In which conversation.
        conversation: Option<String>,
        /// Which way it went.
        direction: Option<Direction>,
        /// `SMS`, `Email`, `CALL` and so on.
        channel: Option<String>,
        /// Whether a member of staff wrote it in the app; else an automation, a campaign or another program did.
        by_staff: bool,
    },
    /// The app was installed at [`Event::location_id`](super::Event::location_id), or, where that is missing, at the
    /// agency [`Event::company_id`](super::Event::company_id) (5.1).
    Install,
    /// The app was taken away there (5.1).
    Uninstall,
    /// Anything else.
    Other {
        /// Its id.
        id: Option<String>,
        /// Whom it concerns.
        contact: Option<String>,
    },
}

/// Which way a message went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// From the contact.
    Inbound,
    /// To the contact.
    Outbound,
}

impl Subject {
    /// The contact that the event concerns.
    #[must_use]
    pub fn contact(&self) -> Option<&str> {
        match self {
            Self::Contact { id } => Some(id),
            Self::Note { contact, .. }
            | Self::Task { contact, .. }
            | Self::Appointment { contact, .. }
            | Self::Opportunity { contact, .. }
            | Self::Message { contact, .. }
            | Self::Other { contact, .. } => contact.as_deref(),
            Self::Install | Self::Uninstall => None,
        }
    }

    pub(super) fn of(kind: &EventKind, fields: &Fields<'_>) -> Self {
        let shape = match kind {
            EventKind::Untyped => Shape::seen_in(fields),
            named => Shape::named(named),
        };
        shape
            .read(kind, fields)
            .unwrap_or_else(|| Self::other(fields))
    }

    fn other(fields: &Fields<'_>) -> Self {
        Self::Other {
            id: id(fields),
            contact: fields.contact_id.owned(),
        }
    }
}

/// What a body holds.
#[derive(Clone, Copy, Debug)]
enum Shape {
    Contact,
    Note,
    Task,
    Appointment,
    Opportunity,
    Message,
    Install,
    Uninstall,
    Other,
}

impl Shape {
    fn named(kind: &EventKind) -> Self {
        use EventKind as K;
        match kind {
            K::Install => Self::Install,
            K::Uninstall => Self::Uninstall,
            K::ContactCreate
            | K::ContactUpdate
            | K::ContactDelete
            | K::ContactTagUpdate
            | K::ContactDndUpdate => Self::Contact,
            K::NoteCreate | K::NoteUpdate | K::NoteDelete => Self::Note,
            K::TaskCreate | K::TaskComplete | K::TaskDelete => Self::Task,
            K::AppointmentCreate | K::AppointmentUpdate | K::AppointmentDelete => Self::Appointment,
            K::OpportunityCreate
            | K::OpportunityUpdate
            | K::OpportunityDelete
            | K::OpportunityStatusUpdate
            | K::OpportunityStageUpdate
            | K::OpportunityAssignedToUpdate
            | K::OpportunityMonetaryValueUpdate => Self::Opportunity,
            K::InboundMessage | K::OutboundMessage | K::ProviderOutboundMessage => Self::Message,
            _ => Self::Other,
        }
    }

    /// Without a name the members decide (highlevel-webhooks.md 5.7), the most telling ones first.
    fn seen_in(fields: &Fields<'_>) -> Self {
        let has_id = fields.id.is_filled();
        if fields.appointment.fields().is_some() {
            Self::Appointment
        } else if fields.conversation_id.is_filled() && fields.message_type.is_filled() {
            Self::Message
        } else if !has_id {
            Self::Other
        } else if fields.calendar_id.is_filled()
            && (fields.start_time.is_filled() || fields.appointment_status.is_filled())
        {
            Self::Appointment
        } else if fields.pipeline_id.is_filled() {
            Self::Opportunity
        } else if fields.title.is_filled() && fields.due_date.is_filled() {
            Self::Task
        } else if fields.body.is_filled() && fields.contact_id.is_filled() {
            Self::Note
        } else if Self::is_person(fields) {
            Self::Contact
        } else {
            Self::Other
        }
    }

    /// A contact, and not a user, who has a role.
    fn is_person(fields: &Fields<'_>) -> bool {
        let named = [
            fields.email,
            fields.phone,
            fields.first_name,
            fields.last_name,
        ];
        named.into_iter().any(|member| member.is_filled())
            && !fields.role.is_filled()
            && !fields.contact_id.is_filled()
    }

    /// Nothing where the id is missing.
    fn read(self, kind: &EventKind, fields: &Fields<'_>) -> Option<Subject> {
        let contact = fields.contact_id.owned();
        Some(match self {
            Self::Contact => Subject::Contact { id: id(fields)? },
            Self::Note => Subject::Note {
                id: id(fields)?,
                contact,
            },
            Self::Task => Subject::Task {
                id: id(fields)?,
                contact,
            },
            Self::Appointment => appointment(fields)?,
            Self::Opportunity => Subject::Opportunity {
                id: id(fields)?,
                contact,
                pipeline: fields.pipeline_id.owned(),
                stage: fields.pipeline_stage_id.owned(),
            },
            Self::Message => Subject::Message {
                contact,
                message_id: fields
                    .message_id
                    .owned()
                    .or_else(|| fields.email_message_id.owned()),
                conversation: fields.conversation_id.owned(),
                direction: direction(kind, fields),
                channel: channel(kind, fields),
                by_staff: fields.user_id.owned().is_some()
                    && fields.source.text().as_deref() == Some("app"),
            },
            Self::Install => Subject::Install,
            Self::Uninstall => Subject::Uninstall,
            Self::Other => return None,
        })
    }
}

fn id(fields: &Fields<'_>) -> Option<String> {
    fields.id.owned().or_else(|| fields.mongo_id.owned())
}

/// Nested in `appointment` as documented, otherwise flat; what is missing inside may stand outside.
fn appointment(outer: &Fields<'_>) -> Option<Subject> {
    let inner = outer.appointment.fields().unwrap_or(*outer);
    Some(Subject::Appointment {
        id: id(&inner).or_else(|| id(outer))?,
        contact: inner
            .contact_id
            .owned()
            .or_else(|| outer.contact_id.owned()),
        calendar: inner
            .calendar_id
            .owned()
            .or_else(|| outer.calendar_id.owned()),
    })
}

/// The name counts for more than the field, which documented examples have wrong.
fn direction(kind: &EventKind, fields: &Fields<'_>) -> Option<Direction> {
    match kind {
        EventKind::InboundMessage => Some(Direction::Inbound),
        EventKind::OutboundMessage | EventKind::ProviderOutboundMessage => {
            Some(Direction::Outbound)
        }
        _ => match fields.direction.text()?.as_ref() {
            "inbound" => Some(Direction::Inbound),
            "outbound" => Some(Direction::Outbound),
            _ => None,
        },
    }
}

/// Deliveries to a conversation provider have the channel where others have the event's name (5.5).
fn channel(kind: &EventKind, fields: &Fields<'_>) -> Option<String> {
    let name = match kind {
        EventKind::ProviderOutboundMessage => fields.kind,
        _ => fields.message_type,
    };
    name.owned()
}
