//! HighLevel's twenty-character ids (highlevel-api.md 7.1), kept as bytes because there are hundreds of thousands.

use std::fmt;

use serde::{Serialize, Serializer};

/// Twenty ASCII letters and digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Id([u8; 20]);

impl Id {
    pub fn new(bytes: [u8; 20]) -> Self {
        Self(bytes)
    }

    /// `None` when the text cannot be such an id.
    pub fn parse(text: &str) -> Option<Self> {
        let bytes: [u8; 20] = text.as_bytes().try_into().ok()?;
        bytes
            .iter()
            .all(u8::is_ascii_alphanumeric)
            .then_some(Self(bytes))
    }

    /// Some ids are treated differently, always the same ones.
    pub fn is_odd(self) -> bool {
        self.0[19] % 2 == 1
    }

    /// The smallest and the largest, for ranges.
    pub const MIN: Self = Self([0; 20]);
    pub const MAX: Self = Self([0xff; 20]);
}

impl fmt::Display for Id {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&String::from_utf8_lossy(&self.0))
    }
}

impl fmt::Debug for Id {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, out)
    }
}

impl Serialize for Id {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
