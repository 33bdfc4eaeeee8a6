//! `notifications`.

use app::NoticeWay;
use clap::{Subcommand, ValueEnum};

/// How somebody is told what needs a person.
#[derive(Debug, Subcommand)]
pub(crate) enum Notifications {
    /// Who is told by what, and what came of it; no secret is shown. It is set up at the dashboard (Settings >
    /// Notifications) or by the API (PUT /api/v1/notifications).
    Show,
    /// Sends a test now and tells what came of it. It is set up at the dashboard (Settings > Notifications) or by the API.
    Test {
        /// What is tried; every way that is set up where left out.
        way: Option<Way>,
    },
}

/// A way by which somebody is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Way {
    /// A mail by your mail server.
    Email,
    /// A signed document to an address.
    Webhook,
    /// The dead-man alarm.
    Alarm,
}

impl From<Way> for NoticeWay {
    fn from(way: Way) -> Self {
        match way {
            Way::Email => Self::Email,
            Way::Webhook => Self::Webhook,
            Way::Alarm => Self::Alarm,
        }
    }
}
