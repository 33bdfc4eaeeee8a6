//! Asking for a new pair. The caller has the turn and the lock.
//!
//! In this order, so that a crash between any two steps loses nothing: note that a new pair will be asked for, ask,
//! store the answer, use it. Between the second and the third the new pair exists nowhere but here; whoever comes next
//! asks again with the old refresh token, which the vendor answers with the same new one for thirty seconds.

use super::keeper::{Current, Keeper, Slot, Wish, passing};
use super::{life, pair};
use domain::{Failure, FailureClass};
use highlevel::TokenError;
use highlevel::oauth::{Account, Grant, OAuthError};
use secrecy::SecretString;
use store::{Class, Installation, Lock};

/// A new pair in place of the one of this row; returns its access token.
pub(super) async fn ask(
    keeper: &Keeper,
    slot: &Slot,
    row: &Installation,
    wish: Wish,
    lock: &Lock,
) -> Result<SecretString, TokenError> {
    let unstored = slot.known().unstored.take();
    let kept = unstored.filter(|(replaces, _)| *replaces == row.generation);
    let outcome = match kept {
        Some((_, grant)) => Ok(grant),
        None => {
            let now = keeper.now();
            let noted = keeper.store.ask_for_pair(row.id, row.generation, now);
            if !noted.await.map_err(passing)? {
                return Err(TokenError::Passing {
                    problem: "the connection is being changed".to_owned(),
                });
            }
            // A refresh token is taken once: whoever was taken for dead meanwhile must not use it up.
            if !lock.holds() {
                return Err(passing(store::StoreError::Lost));
            }
            obtain(keeper, row).await
        }
    };
    match outcome {
        Ok(grant) => store(keeper, slot, row, grant).await,
        Err(error) => Err(refused(keeper, slot, row, wish, error).await),
    }
}

/// Why no new pair could be had.
enum NoPair {
    Refused(OAuthError),
    Token(TokenError),
}

impl From<OAuthError> for NoPair {
    fn from(error: OAuthError) -> Self {
        Self::Refused(error)
    }
}

impl From<TokenError> for NoPair {
    fn from(error: TokenError) -> Self {
        Self::Token(error)
    }
}

async fn obtain(keeper: &Keeper, row: &Installation) -> Result<Grant, NoPair> {
    let grant = match row.via {
        Some(agency) => made_from(keeper, row, agency).await?,
        None => refreshed(keeper, row).await?,
    };
    let (class, account) = match &grant.account {
        Account::Location { location, .. } => (Class::Location, location),
        Account::Company { company, .. } => (Class::Company, company),
    };
    if (class, account) != (row.class, &row.account) {
        return Err(NoPair::Refused(OAuthError::Decode {
            problem: "the new tokens are another account's".to_owned(),
        }));
    }
    Ok(grant)
}

async fn refreshed(keeper: &Keeper, row: &Installation) -> Result<Grant, NoPair> {
    let known = keeper.known_app();
    let app = known.credentials(&keeper.store, &keeper.keys).await;
    let app = app.map_err(|why| TokenError::NeedsMending {
        problem: why.to_string(),
    })?;
    let none = || OAuthError::GrantRefused {
        message: "there is no refresh token".to_owned(),
    };
    let sealed = row.sealed.as_ref().ok_or_else(none)?;
    let opened = pair::open(&keeper.keys, row, sealed)
        .await
        .map_err(passing)?;
    let refresh = opened.refresh.ok_or_else(none)?;
    let is_company = row.class == Class::Company;
    Ok(keeper.oauth.refresh(&app, &refresh, is_company).await?)
}

/// A sub-account's token, made from its agency's.
async fn made_from(keeper: &Keeper, row: &Installation, agency: i64) -> Result<Grant, NoPair> {
    let company = row.company.clone().unwrap_or_default();
    let mut tries = 0;
    loop {
        let token = Box::pin(keeper.token(agency)).await?;
        let made = keeper.oauth.location_token(&token, &company, &row.account);
        match made.await {
            Err(OAuthError::GrantRefused { .. }) if tries == 0 => {
                tries += 1;
                if !Box::pin(keeper.rejected(agency, &token)).await? {
                    return Err(NoPair::Token(TokenError::Reconnect {
                        problem: "HighLevel refuses the agency's token".to_owned(),
                    }));
                }
            }
            answered => return Ok(answered?),
        }
    }
}

/// Stores the new pair, and only then hands it out.
async fn store(
    keeper: &Keeper,
    slot: &Slot,
    row: &Installation,
    grant: Grant,
) -> Result<SecretString, TokenError> {
    let now = keeper.now();
    let scopes = Some(grant.scopes.as_slice()).filter(|scopes| !scopes.is_empty());
    let (place, inside) = (pair::place(row.class, &row.account), pair::inside(&grant));
    let stored = keeper
        .keys
        .seal_and_store(&place, &inside, |sealed| {
            let pair = pair::new_pair(sealed, &grant);
            async move {
                let replace = keeper
                    .store
                    .replace_pair(row.id, row.generation, &pair, scopes, now);
                replace.await
            }
        })
        .await;
    match stored {
        Ok(true) => {
            let mut known = slot.known();
            known.failures = 0;
            known.not_before = None;
            known.current = Some(Current {
                generation: row.generation + 1,
                access: grant.access.clone(),
                obtained: now,
                ends: grant.access_ends,
                interrupted: false,
            });
            Ok(grant.access)
        }
        Ok(false) => Err(TokenError::Passing {
            problem: "the connection was changed meanwhile".to_owned(),
        }),
        Err(error) => {
            // The disk may be full. The old pair is used up at the vendor, so this one is kept until it can be stored.
            slot.known().unstored = Some((row.generation, grant));
            Err(passing(error))
        }
    }
}

async fn refused(
    keeper: &Keeper,
    slot: &Slot,
    row: &Installation,
    wish: Wish,
    error: NoPair,
) -> TokenError {
    let now = keeper.now();
    {
        let mut known = slot.known();
        known.failures = known.failures.saturating_add(1);
        known.not_before = Some(life::again_at(now, known.failures));
    }
    let (problem, is_final, token_error) = match error {
        NoPair::Token(error) => (error.to_string(), false, error),
        NoPair::Refused(error) => {
            let problem = error.to_string();
            let told = match &error {
                OAuthError::GrantRefused { .. } => TokenError::Reconnect {
                    problem: problem.clone(),
                },
                _ if error.class() == FailureClass::NeedsHuman => TokenError::NeedsMending {
                    problem: problem.clone(),
                },
                _ => passing(&error),
            };
            let is_final = matches!(error, OAuthError::GrantRefused { .. }) && row.via.is_none();
            (problem, is_final, told)
        }
    };
    tracing::warn!(installation.id = row.id, problem, "no new pair of tokens");
    // Refused as a whole: nothing is left of it to be used up.
    let is_dead = is_final && wish == Wish::Rejected;
    if is_dead {
        slot.known().current = None;
    }
    let noted = keeper.store.note_pair_problem(
        row.id,
        row.generation,
        &problem,
        store::PairProblem { is_final, is_dead },
    );
    if let Err(error) = noted.await {
        tracing::error!(%error, "that a pair was refused could not be noted");
    }
    token_error
}
