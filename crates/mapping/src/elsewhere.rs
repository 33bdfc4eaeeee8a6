//! A part of the shop's document that is read elsewhere.

use serde::de::IgnoredAny;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Stands for a part of the document that others read: passed over here, so that every other unknown key is a mistake.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Elsewhere;

impl Elsewhere {
    /// It is never written.
    #[expect(
        clippy::trivially_copy_pass_by_ref,
        clippy::unused_self,
        reason = "serde asks so"
    )]
    pub(crate) const fn is_left_out(&self) -> bool {
        true
    }
}

impl<'de> Deserialize<'de> for Elsewhere {
    fn deserialize<D: Deserializer<'de>>(document: D) -> Result<Self, D::Error> {
        IgnoredAny::deserialize(document).map(|_| Self)
    }
}

impl Serialize for Elsewhere {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        out.serialize_unit()
    }
}
