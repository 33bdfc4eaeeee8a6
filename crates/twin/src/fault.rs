//! Network and server faults, put around a vendor's answers from outside.
//!
//! What befalls a request depends only on the profile, the seed and the request's running number, so a run can be repeated.

use std::str::FromStr;

use rand::rngs::SmallRng;
use rand::{Rng, SeedableRng};
use serde::{Deserialize, Serialize};

/// How often which fault befalls a vendor request. Rates are shares of all requests, from 0 to 1.
///
/// Written as a name (`none`, `rough`, `slow`, `throttled`, `half_pages`) or as parts:
/// `errors=0.1,lost=0.05,reset=0.05,throttled=0.02,half=0.01,slow=0.1:200ms`.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct FaultProfile {
    /// Answered 500, 502 or 503 before anything is carried out.
    pub errors: f64,
    /// Carried out, then the connection is cut without an answer.
    pub lost: f64,
    /// The connection is cut before anything is carried out.
    pub reset: f64,
    /// Answered 429 before anything is carried out.
    pub throttled: f64,
    /// Carried out, then answered with the first half of the JSON body.
    pub half: f64,
    /// Carried out late, and answered later still.
    pub slow: f64,
    /// How late, in milliseconds.
    pub slow_ms: u64,
}

/// What befalls one request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// Nothing.
    Fine,
    /// This status, and nothing carried out.
    Status(u16),
    /// Cut before it is carried out.
    Reset,
    /// Cut after it was carried out.
    Lost,
    /// Half of the body.
    Half,
}

impl Fate {
    /// The name in the request log; `None` when nothing befell it.
    pub fn name(self) -> Option<&'static str> {
        match self {
            Self::Fine => None,
            Self::Status(429) => Some("throttled"),
            Self::Status(_) => Some("error"),
            Self::Reset => Some("reset"),
            Self::Lost => Some("lost"),
            Self::Half => Some("half"),
        }
    }
}

/// A fate and how long the request waits for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ruling {
    /// What befalls the request.
    pub fate: Fate,
    /// How long it takes, in milliseconds: half of it before anything is carried out, half before it is answered.
    pub delay_ms: u64,
}

impl FaultProfile {
    /// No faults.
    pub fn none() -> Self {
        Self::default()
    }

    /// A bad day: 10 % errors, 5 % lost answers, 5 % resets, every tenth request 50 ms late.
    pub fn rough() -> Self {
        Self {
            errors: 0.1,
            lost: 0.05,
            reset: 0.05,
            slow: 0.1,
            slow_ms: 50,
            ..Self::default()
        }
    }

    /// The profile of this name.
    pub fn named(name: &str) -> Option<Self> {
        Some(match name {
            "none" | "" => Self::none(),
            "rough" => Self::rough(),
            "slow" => Self {
                slow: 0.5,
                slow_ms: 400,
                ..Self::default()
            },
            "throttled" => Self {
                throttled: 0.3,
                ..Self::default()
            },
            "half_pages" => Self {
                half: 0.1,
                ..Self::default()
            },
            _ => return None,
        })
    }

    /// What befalls request `number` of a twin with this seed.
    pub fn ruling(&self, seed: u64, number: u64) -> Ruling {
        let mut random = SmallRng::seed_from_u64(
            seed.rotate_left(17) ^ number.wrapping_mul(0x9E37_79B9_7F4A_7C15),
        );
        let dice: f64 = random.random();
        let late: f64 = random.random();
        let status = [500, 502, 503][random.random_range(0..3)];
        let steps = [
            (self.errors, Fate::Status(status)),
            (self.reset, Fate::Reset),
            (self.lost, Fate::Lost),
            (self.throttled, Fate::Status(429)),
            (self.half, Fate::Half),
        ];
        let mut below = 0.0;
        let mut fate = Fate::Fine;
        for (rate, of_it) in steps {
            below += rate;
            if dice < below {
                fate = of_it;
                break;
            }
        }
        let delay_ms = if late < self.slow { self.slow_ms } else { 0 };
        Ruling { fate, delay_ms }
    }
}

/// A fault profile that cannot be understood.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error(
    "fault profile: '{part}' is neither none, rough, slow, throttled, half_pages nor NAME=RATE with \
     errors, lost, reset, throttled, half or slow and a rate from 0 to 1 (slow=0.1:200ms)"
)]
pub struct FaultProfileError {
    part: String,
}

impl FromStr for FaultProfile {
    type Err = FaultProfileError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if let Some(profile) = Self::named(text.trim()) {
            return Ok(profile);
        }
        let mut profile = Self::default();
        for part in text.split(',') {
            let part = part.trim();
            profile.set(part).ok_or_else(|| FaultProfileError {
                part: part.to_owned(),
            })?;
        }
        Ok(profile)
    }
}

impl FaultProfile {
    fn set(&mut self, part: &str) -> Option<()> {
        let (name, value) = part.split_once('=')?;
        let (value, late) = match value.split_once(':') {
            Some((value, late)) => (value, Some(late)),
            None => (value, None),
        };
        let rate: f64 = value.trim().parse().ok()?;
        if !(0.0..=1.0).contains(&rate) || (late.is_some() && name != "slow") {
            return None;
        }
        match name.trim() {
            "errors" => self.errors = rate,
            "lost" => self.lost = rate,
            "reset" => self.reset = rate,
            "throttled" => self.throttled = rate,
            "half" => self.half = rate,
            "slow" => {
                self.slow = rate;
                self.slow_ms = match late {
                    Some(late) => late.trim().trim_end_matches("ms").parse().ok()?,
                    None => 200,
                };
            }
            _ => return None,
        }
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_read_and_nonsense_is_named() {
        let profile: FaultProfile = "errors=0.1,lost=0.05,slow=0.1:200ms".parse().unwrap();
        assert_eq!((profile.errors, profile.lost), (0.1, 0.05));
        assert_eq!((profile.slow, profile.slow_ms), (0.1, 200));
        let error = "errors=2".parse::<FaultProfile>().unwrap_err();
        assert!(error.to_string().contains("'errors=2'"));
        assert!("sometimes".parse::<FaultProfile>().is_err());
    }

    #[test]
    fn rough_keeps_its_rates_and_repeats() {
        let rough = FaultProfile::rough();
        let count = |wanted: &str| {
            (0..20_000)
                .filter(|number| rough.ruling(7, *number).fate.name() == Some(wanted))
                .count()
        };
        assert!((1_800..2_200).contains(&count("error")));
        assert!((850..1_150).contains(&count("lost")));
        assert!((850..1_150).contains(&count("reset")));
        assert_eq!(rough.ruling(7, 12), rough.ruling(7, 12));
    }
}
