//! Access and refresh tokens: what they give, how long they are good, and how they rotate (highlevel-api.md 4.3).

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use super::jwt;
use super::office::{Bulk, Office};
use super::policy::millis;
use crate::highlevel::token::Reach;

/// Access tokens that are remembered; of older ones nobody knows any more whose they were.
const KEPT: usize = 20_000;

/// What one consent gave, or one exchange of the agency's token. Scopes never grow (highlevel-quirks.md 4.6).
#[derive(Debug, Clone)]
pub(super) struct Grant {
    pub reach: Reach,
    pub scopes: Vec<String>,
    pub bulk: Option<Bulk>,
}

/// Tokens that were handed out together.
#[derive(Debug, Clone)]
pub(super) struct Pair {
    pub access: Arc<str>,
    pub access_expires: i64,
    pub refresh: Option<Arc<str>>,
    /// `refreshTokenId`.
    pub refresh_id: String,
}

#[derive(Debug)]
struct Access {
    grant: u64,
    of: String,
    expires: i64,
}

#[derive(Debug)]
struct Refresh {
    grant: u64,
    of: String,
    expires: i64,
    used: Option<Used>,
}

#[derive(Debug)]
struct Used {
    at: i64,
    successor: Pair,
}

#[derive(Debug, Default)]
pub(super) struct Tokens {
    last: u64,
    grants: BTreeMap<u64, Grant>,
    access: HashMap<Arc<str>, Access>,
    oldest: std::collections::VecDeque<Arc<str>>,
    refresh: HashMap<Arc<str>, Refresh>,
}

impl Tokens {
    pub fn end(&mut self, which: impl Fn(&Grant) -> bool) {
        self.grants.retain(|_, grant| !which(grant));
    }
}

/// What an access token is worth.
#[derive(Debug)]
pub(super) enum Worth {
    Good(Grant),
    /// Too old, or of an installation that is no more.
    Stale,
    /// Never heard of.
    Unknown,
}

/// Why a refresh token is not taken.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum NoRefresh {
    /// Unknown, used, too old, or of an installation that is no more.
    Invalid,
    /// Its location is paused; the token stays good (the v3 document).
    NotActive,
}

impl Office {
    /// A new grant with its first pair.
    pub fn grant(&mut self, grant: Grant, refreshable: bool, now: i64) -> Pair {
        self.tokens.last += 1;
        let number = self.tokens.last;
        let reach = grant.reach.clone();
        self.tokens.grants.insert(number, grant);
        self.pair(number, &reach, refreshable, now)
    }

    /// Rotates, or answers a token that was just used with what it was rotated to. That the access token is then the
    /// same too, and that access tokens outlive their rotation, are guesses.
    pub fn refresh(&mut self, token: &str, now: i64) -> Result<(Pair, Grant), NoRefresh> {
        let answer = self.rotated(token, now);
        if matches!(answer, Err(NoRefresh::Invalid)) {
            let of = self.tokens.refresh.get(token).map(|known| known.of.clone());
            self.counts
                .add(of.as_deref(), |counts| &mut counts.refused_refreshes);
        }
        answer
    }

    fn rotated(&mut self, token: &str, now: i64) -> Result<(Pair, Grant), NoRefresh> {
        let known = self.tokens.refresh.get(token).ok_or(NoRefresh::Invalid)?;
        let number = known.grant;
        let grant = self.tokens.grants.get(&number).cloned();
        let grant = grant.ok_or(NoRefresh::Invalid)?;
        let of = known.of.clone();
        if let Some(used) = &known.used {
            let over = used.at.saturating_add(millis(self.policy.grace_seconds)) < now;
            if over {
                return Err(NoRefresh::Invalid);
            }
            let pair = used.successor.clone();
            self.counts.add(Some(&of), |counts| &mut counts.graced);
            return Ok((pair, grant));
        }
        if known.expires <= now {
            return Err(NoRefresh::Invalid);
        }
        if self.suspended.contains(&of) {
            return Err(NoRefresh::NotActive);
        }
        let pair = self.pair(number, &grant.reach, true, now);
        if let Some(known) = self.tokens.refresh.get_mut(token) {
            known.used = Some(Used {
                at: now,
                successor: pair.clone(),
            });
        }
        self.counts.add(Some(&of), |counts| &mut counts.refreshes);
        Ok((pair, grant))
    }

    /// What this bearer gives.
    pub fn worth(&mut self, token: &str, now: i64) -> Worth {
        let Some(access) = self.tokens.access.get(token) else {
            return Worth::Unknown;
        };
        if access.expires > now
            && let Some(grant) = self.tokens.grants.get(&access.grant)
        {
            return Worth::Good(grant.clone());
        }
        let of = access.of.clone();
        self.counts.add(Some(&of), |counts| &mut counts.stale_calls);
        Worth::Stale
    }

    fn pair(&mut self, grant: u64, reach: &Reach, refreshable: bool, now: i64) -> Pair {
        let of = super::office::name(reach).to_owned();
        let access_expires = now.saturating_add(millis(self.policy.access_token_seconds));
        let refresh_expires = now.saturating_add(millis(self.policy.refresh_token_seconds));
        let client = self.app.client_id.clone();
        let mut token = |expires| -> Arc<str> {
            jwt::token(&mut self.ids, &client, reach, now, expires).into()
        };
        let pair = Pair {
            access: token(access_expires),
            access_expires,
            refresh: refreshable.then(|| token(refresh_expires)),
            refresh_id: self.ids.object_id(),
        };
        let tokens = &mut self.tokens;
        if let Some(refresh) = &pair.refresh {
            let known = Refresh {
                grant,
                of: of.clone(),
                expires: refresh_expires,
                used: None,
            };
            tokens.refresh.insert(Arc::clone(refresh), known);
        }
        let known = Access {
            grant,
            of,
            expires: access_expires,
        };
        tokens.access.insert(Arc::clone(&pair.access), known);
        tokens.oldest.push_back(Arc::clone(&pair.access));
        if tokens.oldest.len() > KEPT
            && let Some(oldest) = tokens.oldest.pop_front()
        {
            tokens.access.remove(&oldest);
        }
        pair
    }
}
