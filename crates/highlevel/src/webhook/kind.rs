//! The names of events.

use std::fmt;

macro_rules! kinds {
    ($($variant:ident $name:literal,)*) => {
        /// What happened, by the name that HighLevel gives it (highlevel-webhooks.md 5). Every documented event is
        /// here; new ones appear without notice and are no error.
        #[derive(Clone, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum EventKind {
            $(#[doc = concat!("`", $name, "`.")] $variant,)*
            /// No name was sent; [`Subject`](super::Subject) then goes by the shape of the body.
            Untyped,
            /// A name that is not documented, cut to a sane length.
            Unknown(String),
        }

        impl EventKind {
            /// Every documented event.
            pub const DOCUMENTED: &[Self] = &[$(Self::$variant),*];

            pub(super) fn documented(name: &str) -> Option<Self> {
                match name {
                    $($name => Some(Self::$variant),)*
                    _ => None,
                }
            }

            /// The name as sent; empty where none was.
            #[must_use]
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$variant => $name,)*
                    Self::Untyped => "",
                    Self::Unknown(name) => name,
                }
            }
        }
    };
}

kinds! {
    Install "INSTALL", Uninstall "UNINSTALL", PlanChange "PLAN_CHANGE",
    ExternalAuthConnected "EXTERNAL_AUTH_CONNECTED", AppUpdate "AppUpdate",
    ContactCreate "ContactCreate", ContactUpdate "ContactUpdate", ContactDelete "ContactDelete",
    ContactTagUpdate "ContactTagUpdate", ContactDndUpdate "ContactDndUpdate",
    NoteCreate "NoteCreate", NoteUpdate "NoteUpdate", NoteDelete "NoteDelete",
    TaskCreate "TaskCreate", TaskComplete "TaskComplete", TaskDelete "TaskDelete",
    AppointmentCreate "AppointmentCreate", AppointmentUpdate "AppointmentUpdate",
    AppointmentDelete "AppointmentDelete",
    OpportunityCreate "OpportunityCreate", OpportunityUpdate "OpportunityUpdate",
    OpportunityDelete "OpportunityDelete", OpportunityStatusUpdate "OpportunityStatusUpdate",
    OpportunityStageUpdate "OpportunityStageUpdate", OpportunityAssignedToUpdate "OpportunityAssignedToUpdate",
    OpportunityMonetaryValueUpdate "OpportunityMonetaryValueUpdate",
    InboundMessage "InboundMessage", OutboundMessage "OutboundMessage",
    ProviderOutboundMessage "ProviderOutboundMessage", ConversationUnreadUpdate "ConversationUnreadUpdate",
    LCEmailStats "LCEmailStats",
    LocationCreate "LocationCreate", LocationUpdate "LocationUpdate",
    UserCreate "UserCreate", UserUpdate "UserUpdate", UserDelete "UserDelete",
    CampaignStatusUpdate "CampaignStatusUpdate", VoiceAiCallEnd "VoiceAiCallEnd", SaaSPlanCreate "SaaSPlanCreate",
    RecordCreate "RecordCreate", RecordUpdate "RecordUpdate", RecordDelete "RecordDelete",
    RelationCreate "RelationCreate", RelationDelete "RelationDelete",
    AssociationCreate "AssociationCreate", AssociationUpdate "AssociationUpdate",
    AssociationDelete "AssociationDelete",
    ObjectSchemaCreate "ObjectSchemaCreate", ObjectSchemaUpdate "ObjectSchemaUpdate",
    InvoiceCreate "InvoiceCreate", InvoiceUpdate "InvoiceUpdate", InvoiceDelete "InvoiceDelete",
    InvoiceSent "InvoiceSent", InvoiceVoid "InvoiceVoid", InvoicePaid "InvoicePaid",
    InvoicePartiallyPaid "InvoicePartiallyPaid",
    OrderCreate "OrderCreate", OrderStatusUpdate "OrderStatusUpdate",
    ProductCreate "ProductCreate", ProductUpdate "ProductUpdate", ProductDelete "ProductDelete",
    PriceCreate "PriceCreate", PriceUpdate "PriceUpdate", PriceDelete "PriceDelete",
}

impl EventKind {
    /// Whether the record is said to be gone. The documented examples of appointments say otherwise than their
    /// names (highlevel-quirks.md 6.9): look before believing it.
    #[must_use]
    pub fn is_delete(&self) -> bool {
        self.as_str().ends_with("Delete")
    }
}

impl fmt::Display for EventKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Untyped => "event without a name",
            named => named.as_str(),
        })
    }
}
