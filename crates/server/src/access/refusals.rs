//! Who was sent away, in the log: at once, and then once a minute with how often, so that nobody fills the disk.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use tokio::time::Instant;

/// At most one line of a network in this time.
const PAUSE: Duration = Duration::from_secs(60);
/// Networks told apart at most; all others count as one.
const MOST: usize = 1_024;
const OTHERS: &str = "elsewhere";

/// Who was sent away lately.
#[derive(Debug, Default)]
pub(crate) struct Refusals(Mutex<HashMap<String, Lately>>);

#[derive(Debug)]
struct Lately {
    told: Instant,
    since: u32,
}

/// Something to be told.
#[derive(Debug, PartialEq, Eq)]
struct Line {
    network: String,
    /// How often nothing was told before.
    untold: u32,
}

impl Refusals {
    /// Somebody was sent away. `place` is a name of ours for what was asked for, never what was typed.
    pub(super) fn tell(&self, network: &str, status: u16, place: &str) {
        for Line {
            network: from,
            untold,
        } in self.count(network, Instant::now())
        {
            if from == network || from == OTHERS {
                tracing::warn!(from, status, place, untold, "somebody was refused");
            } else {
                tracing::warn!(from, untold, "somebody was refused more often");
            }
        }
    }

    /// Counts one, and answers what is to be told now: of this network and of those whose minute is over.
    fn count(&self, network: &str, now: Instant) -> Vec<Line> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut lines = Vec::new();
        let is_over = |lately: &Lately| now.duration_since(lately.told) >= PAUSE;
        let name = if all.contains_key(network) || all.len() < MOST {
            network
        } else {
            all.retain(|name, lately| {
                let goes = is_over(lately);
                if goes && lately.since > 0 && name != OTHERS {
                    lines.push(Line {
                        network: name.clone(),
                        untold: lately.since,
                    });
                }
                !goes
            });
            if all.len() < MOST { network } else { OTHERS }
        };
        match all.get_mut(name) {
            Some(lately) if !is_over(lately) => lately.since = lately.since.saturating_add(1),
            Some(lately) => {
                lines.push(Line {
                    network: name.to_owned(),
                    untold: lately.since,
                });
                *lately = Lately {
                    told: now,
                    since: 0,
                };
            }
            None => {
                lines.push(Line {
                    network: name.to_owned(),
                    untold: 0,
                });
                all.insert(
                    name.to_owned(),
                    Lately {
                        told: now,
                        since: 0,
                    },
                );
            }
        }
        lines
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(network: &str, untold: u32) -> Line {
        Line {
            network: network.to_owned(),
            untold,
        }
    }

    #[test]
    fn a_network_has_one_line_in_a_minute_with_how_often() {
        let refusals = Refusals::default();
        let start = Instant::now();
        let at = |seconds| start + Duration::from_secs(seconds);
        assert_eq!(refusals.count("a", at(0)), [line("a", 0)]);
        for seconds in 1..60 {
            assert_eq!(refusals.count("a", at(seconds)), []);
        }
        assert_eq!(refusals.count("b", at(59)), [line("b", 0)]);
        assert_eq!(refusals.count("a", at(60)), [line("a", 59)]);
        assert_eq!(refusals.count("a", at(61)), []);
    }

    #[test]
    fn any_number_of_networks_takes_bounded_room_and_few_lines() {
        let refusals = Refusals::default();
        let start = Instant::now();
        let mut lines = 0;
        for number in 0..10 * MOST {
            lines += refusals.count(&number.to_string(), start).len();
        }
        assert_eq!(lines, MOST + 1);
        assert_eq!(refusals.0.lock().unwrap().len(), MOST + 1);
        // A minute later the untold are told, and there is room again.
        let later = refusals.count("new", start + PAUSE);
        assert_eq!(later, [line("new", 0)]);
        assert_eq!(refusals.0.lock().unwrap().len(), 1);
    }
}
