//! The session's cookie. Over https it bears the prefix `__Host-`, by which browsers keep other sites and plain http
//! from setting it; one without the prefix is then not taken.

use super::Caller;
use axum::http::{HeaderMap, HeaderValue, header};

const PLAIN: &str = "repairbridge_session";
const SECURE: &str = "__Host-repairbridge_session";
/// Seconds that the browser keeps it: as long as the longest session.
const SECONDS: u32 = 7 * 24 * 3_600;

const fn name(caller: &Caller) -> &'static str {
    if caller.is_encrypted { SECURE } else { PLAIN }
}

/// The cookie's value in a request. Where several are sent, the first: browsers send the most specific one first.
pub(super) fn read<'h>(caller: &Caller, headers: &'h HeaderMap) -> Option<&'h str> {
    let lines = headers.get_all(header::COOKIE).iter();
    let pairs = lines
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='));
    pairs
        .filter(|(found, _)| *found == name(caller))
        .map(|(_, value)| value)
        .next()
}

/// Sets it.
pub(super) fn set(caller: &Caller, value: &str) -> Option<HeaderValue> {
    written(caller, value, SECONDS)
}

/// Takes it away.
pub(super) fn clear(caller: &Caller) -> Option<HeaderValue> {
    written(caller, "", 0)
}

fn written(caller: &Caller, value: &str, seconds: u32) -> Option<HeaderValue> {
    let secure = if caller.is_encrypted { "; Secure" } else { "" };
    let text = format!(
        "{}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}",
        name(caller)
    );
    let mut value = HeaderValue::from_str(&text).ok()?;
    value.set_sensitive(true);
    Some(value)
}
