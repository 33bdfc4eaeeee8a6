//! Making a schedule that fails as short as it can be.

use crate::draw::Schedule;
use crate::run::play;
use crate::stage::Arena;
use crate::{Setting, Trouble};

/// Plays at most, so that a stubborn failure is told in good time.
const TRIES: usize = 200;

/// The shortest schedule found that breaks the same invariant: steps are dropped by halves, then one by one.
pub(crate) fn shrink(
    arena: &Arena,
    schedule: &Schedule,
    setting: &Setting,
    invariant: &str,
) -> Result<Schedule, Trouble> {
    let mut short = schedule.clone();
    let mut tries = 0;
    let mut size = short.steps.len().div_ceil(2);
    while size > 0 {
        let mut dropped = false;
        let mut at = 0;
        while at < short.steps.len() && tries < TRIES {
            let mut shorter = short.clone();
            let end = (at + size).min(shorter.steps.len());
            shorter.steps.drain(at..end);
            tries += 1;
            let outcome = play(arena, &shorter, setting)?;
            if outcome
                .violation
                .is_some_and(|violation| violation.invariant == invariant)
            {
                short = shorter;
                dropped = true;
            } else {
                at += size;
            }
        }
        if tries >= TRIES {
            break;
        }
        // One by one until nothing more can go.
        if size > 1 {
            size /= 2;
        } else if !dropped {
            break;
        }
    }
    Ok(short)
}
