//! Who carries out what a vendor would send.

use serde::{Deserialize, Serialize};

/// How a twin's deliveries leave it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Drain {
    /// The twin posts them itself, by the machine's time.
    #[default]
    Live,
    /// Nothing is sent: whoever holds the twin takes what is due by the twin's own clock, and tells the answers.
    Pulled,
}
