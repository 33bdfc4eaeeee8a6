//! One-time links to the install page, and the states of people who are on it, by their digests.

use crate::codes::{read_time, time};
use crate::db::{Row, Scope, query};
use crate::installation::InstallTicket;
use crate::{Store, StoreError};
use domain::{ShopId, Timestamp};

macro_rules! columns {
    () => {
        "SELECT digest, is_link, link, shop, writes, browser, expires_at FROM install_ticket "
    };
}

fn read(row: &Row) -> Result<InstallTicket, StoreError> {
    Ok(InstallTicket {
        digest: row.try_get(0)?,
        is_link: row.try_get::<i64, _>(1)? != 0,
        link: row.try_get(2)?,
        shop: row.try_get::<Option<i64>, _>(3)?.map(ShopId),
        writes: row.try_get::<i64, _>(4)? != 0,
        browser: row.try_get(5)?,
        expires_at: read_time(row.try_get(6)?),
    })
}

impl Store {
    /// Keeps a link or a state, and forgets those that ended.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn add_install_ticket(
        &self,
        ticket: &InstallTicket,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let mut tx = self.begin(Scope::House).await?;
        query("DELETE FROM install_ticket WHERE expires_at <= $1")
            .bind(time(now))
            .execute(&mut tx)
            .await?;
        query(
            "INSERT INTO install_ticket (digest, is_link, link, shop, writes, browser, expires_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7)",
        )
        .bind(&ticket.digest)
        .bind(i64::from(ticket.is_link))
        .bind(&ticket.link)
        .bind(ticket.shop.map(|shop| shop.0))
        .bind(i64::from(ticket.writes))
        .bind(&ticket.browser)
        .bind(time(ticket.expires_at))
        .execute(&mut tx)
        .await?;
        tx.commit().await?;
        Ok(())
    }

    /// A link that was not used and has not ended.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn install_link(
        &self,
        digest: &str,
        now: Timestamp,
    ) -> Result<Option<InstallTicket>, StoreError> {
        let row = query(concat!(
            columns!(),
            "WHERE digest = $1 AND is_link = 1 AND used_at = 0 AND expires_at > $2"
        ))
        .bind(digest)
        .bind(time(now))
        .fetch_optional(&self.readers)
        .await?;
        row.as_ref().map(read).transpose()
    }

    /// Takes a state: only for the browser that it was given to, only before its end, only once, and only while the link
    /// that it came from has not served.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn take_install_state(
        &self,
        digest: &str,
        browser: &str,
        now: Timestamp,
    ) -> Result<Option<InstallTicket>, StoreError> {
        let mut tx = self.begin(Scope::House).await?;
        let row = query(
            "UPDATE install_ticket SET used_at = $3
             WHERE digest = $1 AND is_link = 0 AND browser = $2 AND used_at = 0 AND expires_at > $3
               AND (link IS NULL OR EXISTS (SELECT 1 FROM install_ticket AS begun
                    WHERE begun.digest = install_ticket.link AND begun.used_at = 0 AND begun.expires_at > $3))
             RETURNING digest, is_link, link, shop, writes, browser, expires_at",
        )
        .bind(digest)
        .bind(browser)
        .bind(time(now))
        .fetch_optional(&mut tx)
        .await?;
        let ticket = row.as_ref().map(read).transpose()?;
        tx.commit().await?;
        Ok(ticket)
    }

    /// The shop that a state was made for, used or not, for the browser that it was given to: where to go on afterwards.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn shop_of_install_state(
        &self,
        digest: &str,
        browser: &str,
    ) -> Result<Option<ShopId>, StoreError> {
        let row = query(concat!(
            columns!(),
            "WHERE digest = $1 AND is_link = 0 AND browser = $2"
        ))
        .bind(digest)
        .bind(browser)
        .fetch_optional(&self.readers)
        .await?;
        let ticket = row.as_ref().map(read).transpose()?;
        Ok(ticket.and_then(|ticket| ticket.shop))
    }

    /// Uses up a link, once it has led to a connection. Answers whether it was still good.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn use_install_link(&self, digest: &str, now: Timestamp) -> Result<bool, StoreError> {
        let done = query(
            "UPDATE install_ticket SET used_at = $2 WHERE digest = $1 AND is_link = 1 AND used_at = 0",
        )
        .bind(digest)
        .bind(time(now))
        .execute(self.turn(Scope::House))
        .await?;
        Ok(done.rows_affected() == 1)
    }
}
