//! A database on a PostgreSQL server.

#[cfg(target_os = "linux")]
use super::sockets;
use super::{WAITS, shown};
use crate::StoreError;
use crate::db::{Between, PATIENCE, Pool, Room, Scope, begin_on};
use crate::error::BEHIND_A_POOLER;
use crate::lock::{ServerTime, here};
use crate::wake::Company;
use sqlx::migrate::MigrateError;
use sqlx::postgres::{PgConnectOptions, PgConnection, PgPool, PgPoolOptions};
use sqlx::{ConnectOptions, Connection, Executor};
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;
use tokio::time::timeout;

/// Connections where the address says nothing (`?connections=`). One more holds the locks.
const CONNECTIONS: u32 = 16;
/// A server that is there answers sooner.
const ANSWERS: Duration = Duration::from_secs(15);
/// A connection that was used so lately is taken for one that is still there.
const TRUSTED: Duration = Duration::from_secs(1);
/// More statements than anybody leaves behind at once, whose errors are still to come.
const LEFT_BEHIND: usize = 8;
/// The oldest version that its makers still keep.
const OLDEST: i32 = 140_000;

/// Elsewhere it stays as the system has it.
#[cfg(not(target_os = "linux"))]
mod sockets {
    pub(super) const fn set_up(_port: u16) {}
}

/// What may stand after the question mark of an address, beside `connections` and `pooler`, which are ours.
const OPTIONS: [&str; 11] = [
    "sslmode",
    "sslrootcert",
    "sslcert",
    "sslkey",
    "host",
    "port",
    "dbname",
    "user",
    "application_name",
    "statement-cache-capacity",
    "options",
];

/// A server and a database on it.
#[derive(Clone, Debug)]
pub(crate) struct Server {
    options: PgConnectOptions,
    connections: u32,
    between: Between,
    /// Without a password.
    shown: String,
    time: ServerTime,
    company: Company,
}

impl Server {
    /// Reads an address; the error says what is wrong with it.
    pub(super) fn read(url: &str) -> Result<Self, String> {
        let (begin, given) = url.split_once('?').unwrap_or((url, ""));
        let mut connections = CONNECTIONS;
        let mut between = Between::Nothing;
        let mut kept = Vec::new();
        for option in given.split('&').filter(|option| !option.is_empty()) {
            let (name, value) = option.split_once('=').unwrap_or((option, ""));
            match name {
                "connections" => {
                    let number = value
                        .parse()
                        .ok()
                        .filter(|number| (4..=1000).contains(number));
                    connections = number.ok_or("`connections` must be a number from 4 to 1000")?;
                }
                "pooler" => {
                    between = match value {
                        "transaction" => Between::Pooler,
                        "session" => Between::Nothing,
                        _ => return Err("`pooler` must be transaction or session".into()),
                    };
                }
                "password" => {
                    return Err("the password must stand before the @, or in PGPASSWORD".into());
                }
                known if OPTIONS.contains(&known) || known.starts_with("options[") => {
                    kept.push(option);
                }
                other => {
                    return Err(format!(
                        "`{other}` is not among the options that are known: connections, pooler, {}",
                        OPTIONS.join(", ")
                    ));
                }
            }
        }
        let plain = match kept.is_empty() {
            true => begin.to_owned(),
            false => format!("{begin}?{}", kept.join("&")),
        };
        let options = PgConnectOptions::from_str(&plain).map_err(|why| why.to_string())?;
        Ok(Self {
            options: match given.contains("application_name") {
                true => options,
                false => options.application_name("repairbridge"),
            },
            connections,
            between,
            shown: shown(url),
            time: ServerTime::default(),
            company: Company::default(),
        })
    }

    /// Half of the connections for those that write, half for those that read, so that neither waits for the other.
    pub(super) async fn open(&self) -> Result<(Pool, Pool), StoreError> {
        let mut first = self.connect().await?;
        self.migrate(&mut first).await?;
        // What goes wrong with saying goodbye harms nobody.
        let _ = first.close().await;
        let port = self.options.get_port();
        let pool = |most: u32, told: &'static str| {
            let pool = PgPoolOptions::new()
                .max_connections(most)
                .acquire_timeout(WAITS)
                .after_connect(move |connection, _| {
                    sockets::set_up(port);
                    Box::pin(async move {
                        if !told.is_empty() {
                            connection.execute(told).await?;
                        }
                        Ok(())
                    })
                })
                // Whether it is still there is asked where it may not be: each time would be twice the way.
                .test_before_acquire(false)
                .before_acquire(|connection, known| {
                    let idle = known.idle_for;
                    Box::pin(async move {
                        if idle > TRUSTED {
                            connection.ping().await?;
                        }
                        Ok(true)
                    })
                })
                .after_release(|connection, _| {
                    Box::pin(async move { Ok(can_be_used_again(connection).await) })
                })
                .connect_lazy_with(self.options.clone());
            Pool::Postgres(pool, self.between, Room::of(most))
        };
        let told = match self.between {
            Between::Nothing => PATIENCE,
            // It would be left on somebody else's connection.
            Between::Pooler => "",
        };
        let writers = self.connections / 2;
        Ok((pool(writers, told), pool(self.connections - writers, "")))
    }

    /// A connection of its own.
    pub(crate) async fn connect(&self) -> Result<PgConnection, StoreError> {
        match timeout(ANSWERS, self.options.connect()).await {
            Ok(Ok(connection)) => {
                sockets::set_up(self.options.get_port());
                Ok(connection)
            }
            Ok(Err(why)) => Err(self.trouble(&why)),
            Err(_) => Err(self.refused(format!("no answer within {} s", ANSWERS.as_secs()))),
        }
    }

    /// In one transaction that has everything to itself: of several processes that start at once, one migrates.
    async fn migrate(&self, connection: &mut PgConnection) -> Result<(), StoreError> {
        let mut tx = begin_on(connection, Scope::Whole)
            .await
            .map_err(|why| self.trouble(&why))?;
        self.check(&mut tx).await?;
        let mut migrator = sqlx::migrate!("migrations/postgres");
        // Its own lock is the session's, which a pooler would leave behind on somebody else's connection.
        migrator.set_locking(false);
        let known = migrator
            .iter()
            .map(|migration| migration.version)
            .max()
            .unwrap_or(0);
        let path = || PathBuf::from(&self.shown);
        // What `run` does, whose own bounds a task that other threads may take over cannot keep.
        let migrated = migrator.run_direct(None, &mut *tx, false).await;
        migrated.map_err(|why| match why {
            MigrateError::VersionMissing(found) | MigrateError::VersionTooNew(found, _) => {
                StoreError::Newer {
                    path: path(),
                    found,
                    known,
                }
            }
            MigrateError::Execute(why) | MigrateError::ExecuteMigration(why, _) => {
                self.trouble(&why)
            }
            other => StoreError::Damaged {
                path: path(),
                why: other.to_string(),
            },
        })?;
        // Behind a pooler, the next one on this connection would meet the statements that the driver prepared on it.
        sqlx::raw_sql("DEALLOCATE ALL")
            .execute(&mut *tx)
            .await
            .map_err(|why| self.trouble(&why))?;
        tx.commit().await.map_err(|why| self.trouble(&why))
    }

    async fn check(&self, connection: &mut PgConnection) -> Result<(), StoreError> {
        let before = here();
        let (version, encoding, schema, there): (i32, String, Option<String>, i64) = sqlx::query_as(
            "SELECT current_setting('server_version_num')::int, current_setting('server_encoding'), current_schema()::text,
                 (extract(epoch FROM clock_timestamp()) * 1000)::bigint",
        )
        .fetch_one(connection)
        .await
        .map_err(|why| self.trouble(&why))?;
        self.time.heard(before, there, here());
        if version < OLDEST {
            return Err(self.refused(format!(
                "PostgreSQL {} is older than {}",
                version / 10_000,
                OLDEST / 10_000
            )));
        }
        if encoding != "UTF8" {
            return Err(self.refused(format!(
                "the database keeps texts as {encoding}; make one with ENCODING 'UTF8'"
            )));
        }
        if schema.is_none() {
            return Err(self.refused(
                "the user's search_path names no schema that is there and may be used".into(),
            ));
        }
        Ok(())
    }

    /// The name beside which files of this installation are put, in the working directory.
    pub(super) fn beside(&self) -> PathBuf {
        let database = self.options.get_database().unwrap_or("postgres");
        let plain: String = database
            .chars()
            .map(|letter| {
                if letter.is_alphanumeric() {
                    letter
                } else {
                    '-'
                }
            })
            .collect();
        PathBuf::from(format!("repairbridge-{plain}"))
    }

    pub(crate) fn has_no_file(&self) -> StoreError {
        StoreError::NoFile {
            address: self.shown.clone(),
        }
    }

    /// What time it is there, as far as it is known.
    pub(crate) const fn time(&self) -> &ServerTime {
        &self.time
    }

    pub(super) fn shown(&self) -> &str {
        &self.shown
    }

    /// Whether others serve it beside this process.
    pub(crate) const fn company(&self) -> &Company {
        &self.company
    }

    /// A single connection that is made anew where it breaks.
    pub(crate) fn one(&self) -> PgPool {
        let port = self.options.get_port();
        PgPoolOptions::new()
            .max_connections(1)
            .acquire_timeout(ANSWERS)
            .after_connect(move |_, _| {
                sockets::set_up(port);
                Box::pin(async { Ok(()) })
            })
            .connect_lazy_with(self.options.clone())
    }

    pub(crate) const fn between(&self) -> Between {
        self.between
    }

    fn refused(&self, why: String) -> StoreError {
        StoreError::Server {
            address: self.shown.clone(),
            why,
        }
    }

    fn trouble(&self, error: &sqlx::Error) -> StoreError {
        let code = error
            .as_database_error()
            .and_then(|database| database.code());
        match code.as_deref() {
            Some("53100") => StoreError::DiskFull,
            Some("55P03") => StoreError::Busy,
            Some("42P05" | "26000") => self.refused(BEHIND_A_POOLER.to_owned()),
            _ => self.refused(error.to_string()),
        }
    }
}

/// Takes off a connection whatever is still to come for statements that nobody waits for any more. A statement that fails
/// then is an error of its own and none of the connection: the driver would throw it away, and over TLS sqlx 0.9.0 waits
/// there for an answer that has come long ago, and the connection's place in the pool is gone for good.
///
/// Where nothing is to come, nothing is sent (`flush` is not in the driver's documentation; a ping would be once more the way
/// there and back, which the driver takes by itself).
async fn can_be_used_again(connection: &mut PgConnection) -> bool {
    for _ in 0..LEFT_BEHIND {
        match connection.flush().await {
            Ok(()) => return true,
            Err(sqlx::Error::Database(_)) => {}
            Err(_) => return false,
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_read_and_shown_without_its_password() {
        let server = Server::read(
            "postgres://bridge:hunter2@db.example:5433/shops?sslmode=require&connections=20",
        )
        .unwrap();
        assert_eq!(server.connections, 20);
        assert_eq!(server.options.get_host(), "db.example");
        assert_eq!(server.options.get_port(), 5433);
        assert_eq!(server.options.get_database(), Some("shops"));
        assert_eq!(server.shown, "postgres://…@db.example:5433/shops");
        assert_eq!(server.beside(), PathBuf::from("repairbridge-shops"));
    }

    #[test]
    fn what_is_wrong_with_an_address_is_said_without_its_password() {
        for (url, said) in [
            (
                "postgres://b:hunter2@h/d?sslmod=require",
                "`sslmod` is not among",
            ),
            ("postgres://b@h/d?password=hunter2", "before the @"),
            ("postgres://b:hunter2@h/d?connections=2", "from 4 to 1000"),
            ("postgres://b:hunter2@h:port/d", "port"),
            ("postgres://b:hunter2@h/d?sslmode=perhaps", "perhaps"),
        ] {
            let why = Server::read(url).unwrap_err();
            assert!(why.contains(said), "{why}");
            assert!(!why.contains("hunter2"), "{why}");
            assert!(!shown(url).contains("hunter2"), "{}", shown(url));
        }
    }
}
