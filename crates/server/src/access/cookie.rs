//! Cookies that hold a secret. Over https they bear the prefix `__Host-`, by which browsers keep other sites and plain http
//! from setting them, and which wants the whole host as their path; one without the prefix is then not taken.

use super::Caller;
use axum::http::{HeaderMap, HeaderValue, header};

/// One cookie: what it is called, and where and how long the browser keeps it.
pub(crate) struct Cookie {
    /// Its name over plain http.
    pub(crate) plain: &'static str,
    /// The same with the prefix.
    pub(crate) secure: &'static str,
    /// The path over plain http.
    pub(crate) path: &'static str,
    /// Seconds that the browser keeps it.
    pub(crate) seconds: u32,
}

/// Who is signed in; kept as long as the longest session.
pub(super) const SESSION: Cookie = Cookie {
    plain: "repairbridge_session",
    secure: "__Host-repairbridge_session",
    path: "/",
    seconds: 7 * 24 * 3_600,
};

impl Cookie {
    const fn name(&self, caller: &Caller) -> &'static str {
        if caller.is_encrypted {
            self.secure
        } else {
            self.plain
        }
    }

    /// Its value in a request. Where several are sent, the first: browsers send the most specific one first.
    pub(crate) fn read<'h>(&self, caller: &Caller, headers: &'h HeaderMap) -> Option<&'h str> {
        let lines = headers.get_all(header::COOKIE).iter();
        let mut pairs = lines
            .filter_map(|line| line.to_str().ok())
            .flat_map(|line| line.split(';'))
            .filter_map(|pair| pair.trim().split_once('='));
        let found = pairs.find(|(found, _)| *found == self.name(caller));
        found.map(|(_, value)| value)
    }

    /// Sets it.
    pub(crate) fn set(&self, caller: &Caller, value: &str) -> Option<HeaderValue> {
        self.written(caller, value, self.seconds)
    }

    /// Takes it away.
    pub(crate) fn clear(&self, caller: &Caller) -> Option<HeaderValue> {
        self.written(caller, "", 0)
    }

    fn written(&self, caller: &Caller, value: &str, seconds: u32) -> Option<HeaderValue> {
        let (path, secure) = if caller.is_encrypted {
            ("/", "; Secure")
        } else {
            (self.path, "")
        };
        let text = format!(
            "{}={value}; Max-Age={seconds}; HttpOnly; SameSite=Lax; Path={path}{secure}",
            self.name(caller)
        );
        let mut value = HeaderValue::from_str(&text).ok()?;
        value.set_sensitive(true);
        Some(value)
    }
}
