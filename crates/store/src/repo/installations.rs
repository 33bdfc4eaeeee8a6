//! Installations of the marketplace app with their sealed pairs of tokens. What is inside is the vault's business.

use crate::codes::{read_time, time};
use crate::db::{Row, Scope, both, query, query_scalar, texts};
use crate::glance::Glance;
use crate::installation::{
    Class, Installation, InstallationState, NewInstallation, NewPair, PairProblem,
};
use crate::model::Shop;
use crate::{Store, StoreError};
use domain::Timestamp;
use std::collections::BTreeMap;

macro_rules! columns {
    () => {
        "SELECT id, class, account, company, name, client_id, via, state, problem, scopes, generation, sealed,
                obtained_at, access_ends, refresh_ends, asked_at, installed_at, ended_at FROM installation "
    };
}

fn read(row: &Row) -> Result<Installation, StoreError> {
    let scopes: String = row.try_get(9)?;
    Ok(Installation {
        id: row.try_get(0)?,
        class: Class::read(row.try_get(1)?)?,
        account: row.try_get(2)?,
        company: row.try_get(3)?,
        name: row.try_get(4)?,
        client_id: row.try_get(5)?,
        via: row.try_get(6)?,
        state: InstallationState::read(row.try_get(7)?)?,
        problem: row.try_get(8)?,
        scopes: scopes.split_whitespace().map(str::to_owned).collect(),
        generation: row.try_get(10)?,
        sealed: row.try_get(11)?,
        obtained_at: read_time(row.try_get(12)?),
        access_ends: read_time(row.try_get(13)?),
        refresh_ends: read_time(row.try_get(14)?),
        asked_at: match row.try_get(15)? {
            0 => None,
            at => Some(read_time(at)),
        },
        installed_at: read_time(row.try_get(16)?),
        ended_at: match row.try_get(17)? {
            0 => None,
            at => Some(read_time(at)),
        },
    })
}

impl Store {
    /// All installations, agencies first.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn installations(&self) -> Result<Vec<Installation>, StoreError> {
        let rows = query(concat!(columns!(), "ORDER BY class DESC, id"))
            .fetch_all(&self.readers)
            .await?;
        rows.iter().map(read).collect()
    }

    /// One installation by our number.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn installation(&self, id: i64) -> Result<Option<Installation>, StoreError> {
        let row = query(concat!(columns!(), "WHERE id = $1"))
            .bind(id)
            .fetch_optional(&self.readers)
            .await?;
        row.as_ref().map(read).transpose()
    }

    /// The installation in an account.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn installation_in(
        &self,
        class: Class,
        account: &str,
    ) -> Result<Option<Installation>, StoreError> {
        let row = query(concat!(columns!(), "WHERE class = $1 AND account = $2"))
            .bind(class.code())
            .bind(account)
            .fetch_optional(&self.readers)
            .await?;
        row.as_ref().map(read).transpose()
    }

    /// The installation in the location of a shop.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn installation_of(&self, shop: &Shop) -> Result<Option<Installation>, StoreError> {
        let seen = |glance: &Glance| glance.installation.clone();
        if let Some(installation) = self.memory.glance(shop.id, seen) {
            return Ok(installation);
        }
        self.installation_in(Class::Location, &shop.location).await
    }

    /// The installations in several accounts, by account.
    pub(crate) async fn installations_in(
        &self,
        class: Class,
        accounts: impl IntoIterator<Item = &str>,
    ) -> Result<BTreeMap<String, Installation>, StoreError> {
        let rows = query(both!(
            columns!(),
            "WHERE class = $1 AND account ",
            [list "2"]
        ))
        .bind(class.code())
        .bind(texts(accounts))
        .fetch_all(&self.readers)
        .await?;
        let read = |row| {
            let installation = read(row)?;
            Ok((installation.account.clone(), installation))
        };
        rows.iter().map(read).collect()
    }

    /// Stores an installation, in place of what was known of the account. Returns its number.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn install(
        &self,
        new: &NewInstallation<'_>,
        now: Timestamp,
    ) -> Result<i64, StoreError> {
        let id = query_scalar(
            "INSERT INTO installation (class, account, company, name, client_id, via, state, problem, scopes, generation,
                 sealed, obtained_at, access_ends, refresh_ends, asked_at, installed_at)
             VALUES ($1, $2, $3, $4, $5, $6, 0, NULL, $7, 1, $8, $11, $9, $10, 0, $11)
             ON CONFLICT (class, account) DO UPDATE SET
                 company = coalesce(excluded.company, installation.company), name = coalesce(excluded.name, installation.name),
                 client_id = excluded.client_id, via = excluded.via, state = 0, problem = NULL,
                 scopes = excluded.scopes, generation = installation.generation + 1, sealed = excluded.sealed,
                 obtained_at = excluded.obtained_at, access_ends = excluded.access_ends,
                 refresh_ends = excluded.refresh_ends, asked_at = 0, installed_at = excluded.installed_at, ended_at = 0
             RETURNING id",
        )
        .bind(new.class.code())
        .bind(new.account)
        .bind(new.company)
        .bind(new.name)
        .bind(new.client_id)
        .bind(new.via)
        .bind(new.scopes.join(" "))
        .bind(new.pair.as_ref().map(|pair| pair.sealed.as_str()))
        .bind(new.pair.as_ref().map_or(0, |pair| time(pair.access_ends)))
        .bind(new.pair.as_ref().map_or(0, |pair| time(pair.refresh_ends)))
        .bind(time(now))
        .fetch_one(self.turn(Scope::House))
        .await?;
        Ok(id)
    }

    /// Notes, before it is asked for, that a new pair will be. Nothing happens where the pair is no longer this one.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn ask_for_pair(
        &self,
        id: i64,
        generation: i64,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let done = query(
            "UPDATE installation SET asked_at = $3 WHERE id = $1 AND generation = $2 AND state = 0",
        )
        .bind(id)
        .bind(generation)
        .bind(time(now))
        .execute(self.turn(Scope::House))
        .await?;
        Ok(done.rows_affected() == 1)
    }

    /// Stores a new pair in place of the one that it was obtained with. Nothing happens where that one is no longer
    /// there: somebody else was faster, or the app was installed anew.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn replace_pair(
        &self,
        id: i64,
        generation: i64,
        pair: &NewPair,
        scopes: Option<&[String]>,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let done = query(
            "UPDATE installation SET sealed = $3, access_ends = $4, refresh_ends = $5, obtained_at = $6,
                 scopes = coalesce($7, scopes), generation = generation + 1, state = 0, problem = NULL, asked_at = 0
             WHERE id = $1 AND generation = $2 AND state <> 2",
        )
        .bind(id)
        .bind(generation)
        .bind(&pair.sealed)
        .bind(time(pair.access_ends))
        .bind(time(pair.refresh_ends))
        .bind(time(now))
        .bind(scopes.map(|scopes| scopes.join(" ")))
        .execute(self.turn(Scope::House))
        .await?;
        Ok(done.rows_affected() == 1)
    }

    /// Notes that no new pair can be had.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn note_pair_problem(
        &self,
        id: i64,
        generation: i64,
        problem: &str,
        how: PairProblem,
    ) -> Result<(), StoreError> {
        query(
            "UPDATE installation SET problem = $3, state = CASE WHEN $4 THEN 1 ELSE state END,
                 asked_at = CASE WHEN $4 THEN 0 ELSE asked_at END, access_ends = CASE WHEN $5 THEN 0 ELSE access_ends END
             WHERE id = $1 AND generation = $2 AND state <> 2",
        )
        .bind(id)
        .bind(generation)
        .bind(problem)
        .bind(how.is_final)
        .bind(how.is_dead)
        .execute(self.turn(Scope::House))
        .await?;
        Ok(())
    }

    /// Forgets the tokens of an account, and of every sub-account whose tokens were made from it. What was installed
    /// after `before` stays: such a message was late. Returns how many installations ended.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn uninstall(
        &self,
        class: Class,
        account: &str,
        before: Timestamp,
    ) -> Result<u64, StoreError> {
        let done = query(
            "UPDATE installation SET state = 2, sealed = NULL, asked_at = 0, generation = generation + 1,
                 problem = NULL, ended_at = $3
             WHERE state <> 2 AND installed_at <= $3
               AND ((class = $1 AND account = $2)
                 OR via IN (SELECT id FROM installation WHERE class = $1 AND account = $2 AND installed_at <= $3))",
        )
        .bind(class.code())
        .bind(account)
        .bind(time(before))
        .execute(self.turn(Scope::House))
        .await?;
        Ok(done.rows_affected())
    }

    /// A sealed secret of this installation.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn app_secret(&self, name: &str) -> Result<Option<String>, StoreError> {
        Ok(
            query_scalar("SELECT sealed FROM app_secret WHERE name = $1")
                .bind(name)
                .fetch_optional(&self.readers)
                .await?,
        )
    }

    /// Stores a sealed secret of this installation in place of the one before.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn save_app_secret(
        &self,
        name: &str,
        sealed: &str,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        query(
            "INSERT INTO app_secret (name, sealed, at) VALUES ($1, $2, $3)
             ON CONFLICT (name) DO UPDATE SET sealed = excluded.sealed, at = excluded.at",
        )
        .bind(name)
        .bind(sealed)
        .bind(time(now))
        .execute(self.turn(Scope::House))
        .await?;
        Ok(())
    }
}
