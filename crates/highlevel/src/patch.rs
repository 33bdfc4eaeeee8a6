//! Three states of a value in an update.

/// What an update does to a value. Only what is sent changes (highlevel-api.md 7.4).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Patch<T> {
    /// Leaves it out, so it stays.
    #[default]
    Keep,
    /// Empties it.
    Clear,
    /// Replaces it.
    Set(T),
}

impl<T> Patch<T> {
    /// Sets a value, or clears it when there is none.
    #[must_use]
    pub fn to(value: Option<T>) -> Self {
        value.map_or(Self::Clear, Self::Set)
    }

    /// Whether nothing is sent.
    #[must_use]
    pub const fn is_keep(&self) -> bool {
        matches!(self, Self::Keep)
    }
}

impl<T> From<T> for Patch<T> {
    fn from(value: T) -> Self {
        Self::Set(value)
    }
}
