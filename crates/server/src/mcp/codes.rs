//! Codes by which a call is carried out that was shown before: for this call only, once, within some minutes.

use serde_json::{Map, Value as Json};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use tokio::time::Instant;

/// How long a code is good for.
pub(super) const GOOD_FOR: Duration = Duration::from_secs(300);
/// Codes at once; one more takes the place of the oldest.
const MOST: usize = 256;

/// The codes that are out. Empty at rest.
#[derive(Debug, Default)]
pub(super) struct Codes(Mutex<Vec<Out>>);

#[derive(Debug)]
struct Out {
    code: String,
    matter: Matter,
    until: Instant,
}

/// What a code is good for: a fingerprint of who calls what, for which shop, with which input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Matter(blake3::Hash);

/// Why a code is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NotTaken {
    /// It was never given out, was used, or is too old.
    Unknown,
    /// It is for something else.
    Other,
}

impl Matter {
    pub(super) fn new(who: &str, shop: &str, operation: &str, input: &Json) -> Self {
        // As JSON, each part says where it ends.
        let whole = Json::from(vec![
            Json::from(who),
            Json::from(shop),
            Json::from(operation),
            sorted(input),
        ]);
        Self(blake3::hash(whole.to_string().as_bytes()))
    }
}

/// The same whatever the order of the names.
fn sorted(value: &Json) -> Json {
    match value {
        Json::Object(parts) => {
            let mut parts: Vec<_> = parts.iter().collect();
            parts.sort_by_key(|(name, _)| name.as_str());
            let sorted = parts.into_iter();
            let sorted = sorted.map(|(name, value)| (name.clone(), self::sorted(value)));
            Json::Object(sorted.collect::<Map<_, _>>())
        }
        Json::Array(items) => Json::Array(items.iter().map(sorted).collect()),
        other => other.clone(),
    }
}

impl Codes {
    /// Gives a code out.
    pub(super) fn give(&self, code: String, matter: Matter) {
        self.give_at(Instant::now(), code, matter);
    }

    fn give_at(&self, now: Instant, code: String, matter: Matter) {
        self.change(now, |out| {
            if out.len() >= MOST {
                out.remove(0);
            }
            out.push(Out {
                code,
                matter,
                until: now + GOOD_FOR,
            });
        });
    }

    /// Takes a code back, which is good for nothing afterwards.
    ///
    /// # Errors
    /// When it is not good for this.
    pub(super) fn take(&self, code: &str, matter: Matter) -> Result<(), NotTaken> {
        self.take_at(Instant::now(), code, matter)
    }

    fn take_at(&self, now: Instant, code: &str, matter: Matter) -> Result<(), NotTaken> {
        self.change(now, |out| {
            let at = out.iter().position(|one| one.code == code);
            let at = at.ok_or(NotTaken::Unknown)?;
            if out[at].matter != matter {
                return Err(NotTaken::Other);
            }
            out.remove(at);
            Ok(())
        })
    }

    fn change<T>(&self, now: Instant, how: impl FnOnce(&mut Vec<Out>) -> T) -> T {
        let mut out = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        out.retain(|one| now < one.until);
        let done = how(&mut out);
        if out.is_empty() {
            out.shrink_to_fit();
        }
        done
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_code_is_good_for_one_call_once_and_for_five_minutes() {
        let codes = Codes::default();
        let start = Instant::now();
        let matter = |who, input: Json| Matter::new(who, "main", "highlevel.note.create", &input);
        let input = json!({"contactId": "c", "body": "x"});
        let this = matter("pat", input.clone());
        codes.give_at(start, "one".into(), this);
        codes.give_at(start, "two".into(), this);
        let take = |after: Duration, code, matter| codes.take_at(start + after, code, matter);
        let soon = Duration::ZERO;
        assert_eq!(take(soon, "none", this), Err(NotTaken::Unknown));
        let other = matter("pat", json!({"contactId": "c", "body": "y"}));
        assert_eq!(take(soon, "one", other), Err(NotTaken::Other));
        let somebody = matter("sam", input);
        assert_eq!(take(soon, "one", somebody), Err(NotTaken::Other));
        let turned: Json = serde_json::from_str(r#"{"body":"x","contactId":"c"}"#).unwrap();
        assert_eq!(take(soon, "one", matter("pat", turned)), Ok(()));
        assert_eq!(take(soon, "one", this), Err(NotTaken::Unknown));
        assert_eq!(take(GOOD_FOR, "two", this), Err(NotTaken::Unknown));
    }

    #[test]
    fn any_number_of_codes_takes_bounded_room_and_none_at_rest() {
        let codes = Codes::default();
        let start = Instant::now();
        let matter = Matter::new("pat", "main", "x", &json!({}));
        for number in 0..10 * MOST {
            codes.give_at(start, number.to_string(), matter);
        }
        assert_eq!(codes.0.lock().unwrap().len(), MOST);
        let newest = (10 * MOST - 1).to_string();
        assert_eq!(codes.take_at(start, &newest, matter), Ok(()));
        let taken = codes.take_at(start + GOOD_FOR, "0", matter);
        assert_eq!(taken, Err(NotTaken::Unknown));
        assert_eq!(codes.0.lock().unwrap().capacity(), 0);
    }
}
