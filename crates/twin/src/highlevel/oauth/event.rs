//! What the app is told about its coming and going (highlevel-webhooks.md 5.1).

/// `INSTALL` or `UNINSTALL`, of a location or, without one, of the agency.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Event {
    pub installed: bool,
    pub location: Option<String>,
    /// Nobody consented to this one: a new location of an agency that wants the app in all of them. Such events lack
    /// the person and the company.
    pub by_itself: bool,
}

impl Event {
    fn of(installed: bool, location: Option<&str>) -> Self {
        Self {
            installed,
            location: location.map(str::to_owned),
            by_itself: false,
        }
    }

    pub fn install(location: Option<&str>) -> Self {
        Self::of(true, location)
    }

    pub fn install_by_itself(location: &str) -> Self {
        Self {
            by_itself: true,
            ..Self::install(Some(location))
        }
    }

    pub fn uninstall(location: Option<&str>) -> Self {
        Self::of(false, location)
    }
}
