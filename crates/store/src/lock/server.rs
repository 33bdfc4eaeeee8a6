//! Locks on a PostgreSQL server: advisory locks of one session, which end with it. All locks of a process are held by one
//! connection, whose transaction stays open: a pooler between us and the server would otherwise give the session to
//! somebody else, and the locks with it. An open transaction that has looked at nothing holds up no cleaning.
//!
//! Where the connection breaks, the locks are taken anew on another one within [`BEAT`]. Somebody else may be quicker;
//! what is decided by a lock must therefore bear that two hold it for a moment, as everything does that a crash may
//! interrupt.

use crate::StoreError;
use crate::engine::postgres::Server;
use sqlx::Connection;
use sqlx::postgres::PgConnection;
use std::collections::HashSet;
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use tokio::sync::{mpsc, oneshot};
use tokio::time::{sleep, timeout};

/// So often the connection is looked after.
const BEAT: Duration = Duration::from_secs(5);
/// So long a lock that was just let go may still seem taken: the server notices a closed connection a moment later.
const MOMENT: Duration = Duration::from_millis(100);

const BEGIN: &str = "BEGIN ISOLATION LEVEL READ COMMITTED READ ONLY;
    SET LOCAL idle_in_transaction_session_timeout = 0;
    SET LOCAL tcp_keepalives_idle = 20;
    SET LOCAL tcp_keepalives_interval = 10;
    SET LOCAL tcp_keepalives_count = 3";
/// By name and by schema: another installation in the same database has locks of its own.
const TAKE: &str = "SELECT pg_try_advisory_lock(hashtextextended('repairbridge ' || current_schema() || ' ' || $1, 0))";
const LET_GO: &str = "SELECT pg_advisory_unlock(hashtextextended('repairbridge ' || current_schema() || ' ' || $1, 0))";

enum Ask {
    Take(String, oneshot::Sender<Result<Answer, StoreError>>),
    LetGo(String),
}

enum Answer {
    Taken,
    /// By this very process.
    OursAlready,
    SomebodyElses,
}

/// Where the locks of a server are taken. Clones share the one connection.
#[derive(Clone, Debug)]
pub(crate) struct Locks {
    server: Arc<Server>,
    asks: Arc<OnceLock<mpsc::UnboundedSender<Ask>>>,
}

/// A lock that is held.
#[derive(Debug)]
pub(crate) struct Held {
    name: String,
    asks: mpsc::UnboundedSender<Ask>,
}

impl Drop for Held {
    fn drop(&mut self) {
        // Whoever would let it go has gone, and the locks with it.
        let _ = self.asks.send(Ask::LetGo(std::mem::take(&mut self.name)));
    }
}

impl Locks {
    pub(super) fn new(server: Server) -> Self {
        Self {
            server: Arc::new(server),
            asks: Arc::default(),
        }
    }

    pub(super) async fn take(&self, name: &str) -> Result<Option<Held>, StoreError> {
        for pause in [Some(MOMENT), None] {
            match self.ask(name).await? {
                Answer::Taken => {
                    return Ok(Some(Held {
                        name: name.to_owned(),
                        asks: self.asks().clone(),
                    }));
                }
                Answer::OursAlready => return Ok(None),
                Answer::SomebodyElses => {}
            }
            if let Some(pause) = pause {
                sleep(pause).await;
            }
        }
        Ok(None)
    }

    async fn ask(&self, name: &str) -> Result<Answer, StoreError> {
        let (answer, answered) = oneshot::channel();
        let asked = self.asks().send(Ask::Take(name.to_owned(), answer));
        if asked.is_err() {
            return Err(StoreError::Busy);
        }
        answered.await.unwrap_or(Err(StoreError::Busy))
    }

    fn asks(&self) -> &mpsc::UnboundedSender<Ask> {
        self.asks.get_or_init(|| {
            let (asks, asked) = mpsc::unbounded_channel();
            tokio::spawn(hold(Arc::clone(&self.server), asked));
            asks
        })
    }
}

/// Takes and lets go until nobody can ask any more.
async fn hold(server: Arc<Server>, mut asked: mpsc::UnboundedReceiver<Ask>) {
    let mut holder = Holder {
        server,
        connection: None,
        held: HashSet::new(),
    };
    loop {
        match timeout(BEAT, asked.recv()).await {
            Ok(Some(Ask::Take(name, answer))) => {
                let taken = holder.take(&name).await;
                let is_taken = matches!(taken, Ok(Answer::Taken));
                if answer.send(taken).is_err() && is_taken {
                    // Who asked did not wait for it.
                    holder.let_go(&name).await;
                }
            }
            Ok(Some(Ask::LetGo(name))) => holder.let_go(&name).await,
            Ok(None) => return,
            Err(_) => holder.look_after().await,
        }
    }
}

struct Holder {
    server: Arc<Server>,
    connection: Option<PgConnection>,
    held: HashSet<String>,
}

impl Holder {
    async fn take(&mut self, name: &str) -> Result<Answer, StoreError> {
        if self.held.contains(name) {
            return Ok(Answer::OursAlready);
        }
        let taken = match self.carry_out(TAKE, name).await {
            Ok(taken) => taken,
            // The connection may have broken since it was used last.
            Err(_) => {
                self.connect_anew().await?;
                self.carry_out(TAKE, name).await?
            }
        };
        if !taken {
            return Ok(Answer::SomebodyElses);
        }
        self.held.insert(name.to_owned());
        Ok(Answer::Taken)
    }

    async fn let_go(&mut self, name: &str) {
        self.held.remove(name);
        let done = self.carry_out(LET_GO, name).await;
        if self.held.is_empty() || done.is_err() {
            // A connection that ends lets go of everything; others that are held are taken anew.
            self.end().await;
            self.look_after().await;
        }
    }

    /// Asks whether the connection still stands, and takes anew what is held where it does not.
    async fn look_after(&mut self) {
        if self.held.is_empty() {
            return;
        }
        if let Some(connection) = &mut self.connection
            && timeout(BEAT, connection.ping())
                .await
                .is_ok_and(|pong| pong.is_ok())
        {
            return;
        }
        // Where the server cannot be reached, the next beat tries again.
        let _ = self.connect_anew().await;
    }

    async fn connect_anew(&mut self) -> Result<(), StoreError> {
        self.end().await;
        let names: Vec<String> = self.held.iter().cloned().collect();
        for name in names {
            self.carry_out(TAKE, &name).await?;
        }
        Ok(())
    }

    async fn carry_out(&mut self, sql: &'static str, name: &str) -> Result<bool, StoreError> {
        let connection = match &mut self.connection {
            Some(connection) => connection,
            None => {
                let mut connection = self.server.connect().await?;
                sqlx::raw_sql(BEGIN).execute(&mut connection).await?;
                self.connection.insert(connection)
            }
        };
        // The connection is ours until it ends, and nothing prepared on it must meet what others left.
        Ok(sqlx::query_scalar(sql)
            .persistent(false)
            .bind(name)
            .fetch_one(connection)
            .await?)
    }

    async fn end(&mut self) {
        if let Some(connection) = self.connection.take() {
            let _ = timeout(MOMENT, connection.close()).await;
        }
    }
}
