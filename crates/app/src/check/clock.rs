//! Whether our clock and the vendors' agree: signatures, tokens and "changed since" depend on it.

use super::{CheckReport, Verdict};
use crate::App;
use crate::connection::Clients;
use domain::{Side, Timestamp};
use http::{HeaderMap, Request, path};
use jiff::SignedDuration;

/// Beyond this it is worth a look.
const WORTH_KNOWING: SignedDuration = SignedDuration::from_secs(30);
/// Beyond this signatures and tokens are refused.
const TOO_MUCH: SignedDuration = SignedDuration::from_mins(5);
/// `Date` counts whole seconds.
const COARSE: SignedDuration = SignedDuration::from_secs(1);

impl App {
    /// One request to each side, for the `Date` of its answer.
    pub(super) async fn check_clock(&self, clients: &Clients, report: &mut CheckReport) {
        for side in Side::BOTH {
            let before = self.now();
            let headers = match side {
                Side::HighLevel => {
                    let location = clients.highlevel.location_id();
                    let request = Request::get(path(["locations", location]));
                    let answer = clients.highlevel.raw(request).await;
                    answer.map(|answer| answer.headers).ok()
                }
                Side::MyGadgetRepairs => {
                    let answer = clients.mygadgetrepairs.raw(Request::get("/statuses")).await;
                    answer.map(|answer| answer.headers).ok()
                }
            };
            // What is wrong with the connection has a line of its own.
            let Some(headers) = headers else { continue };
            let what = format!("clock against {}", side.title());
            match skew(&headers, before, self.now()) {
                Some(skew) => judge(&what, skew, report),
                None => report.warned(
                    &what,
                    "the vendor's answer names no time, so the clocks cannot be compared",
                    "nothing, as long as this machine's clock is set by the network (NTP)",
                ),
            }
        }
    }
}

/// How far our clock is ahead, as far as is certain: the vendor looked at its own somewhen between the two instants.
fn skew(headers: &HeaderMap, before: Timestamp, after: Timestamp) -> Option<SignedDuration> {
    let date = headers.get("date")?.to_str().ok()?;
    let theirs = jiff::fmt::rfc2822::parse(date).ok()?.timestamp();
    let ahead = before.duration_since(theirs) - COARSE;
    let behind = after.duration_since(theirs);
    Some(if ahead.is_positive() {
        ahead
    } else if behind.is_negative() {
        behind
    } else {
        SignedDuration::ZERO
    })
}

fn judge(what: &str, skew: SignedDuration, report: &mut CheckReport) {
    const MEND: &str = "set this machine's clock by the network (NTP): `timedatectl set-ntp true`, or on Windows Settings > Time > Sync now";
    let way = if skew.is_negative() {
        "behind"
    } else {
        "ahead"
    };
    let seconds = skew.abs().as_secs();
    let says = format!("this machine's clock is {seconds} s {way}");
    if skew.abs() > TOO_MUCH {
        let says = format!("{says}: signatures and tokens may be refused");
        report.say(what, Verdict::Failed, says, Some(MEND));
    } else if skew.abs() > WORTH_KNOWING {
        report.warned(what, says, MEND);
    } else {
        report.passed(what, "agrees within 30 s");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdict_of(seconds: i64) -> Verdict {
        let mut headers = HeaderMap::new();
        headers.insert("date", "Fri, 15 Jan 2027 08:00:00 GMT".parse().unwrap());
        let ours = Timestamp::from_second(1_800_000_000 + seconds).unwrap();
        let skew = skew(&headers, ours, ours + SignedDuration::from_millis(200)).unwrap();
        let mut report = CheckReport::default();
        judge("clock", skew, &mut report);
        report.lines[0].verdict
    }

    #[test]
    fn half_a_minute_is_warned_of_and_five_minutes_fail() {
        for (seconds, verdict) in [
            (0, Verdict::Passed),
            (30, Verdict::Passed),
            (-30, Verdict::Passed),
            (32, Verdict::Warned),
            (-32, Verdict::Warned),
            (300, Verdict::Warned),
            (302, Verdict::Failed),
            (-302, Verdict::Failed),
        ] {
            assert_eq!(verdict_of(seconds), verdict, "{seconds}");
        }
        let now = Timestamp::UNIX_EPOCH;
        assert_eq!(skew(&HeaderMap::new(), now, now), None);
    }
}
