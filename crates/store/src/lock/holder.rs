//! Leases on a PostgreSQL server. A process says again and again that it lives ([`BEAT`]); as long as it does, what it
//! holds is its own. Whoever is not heard of for [`TTL`] has lost everything: others may take it. Our own clock is the
//! stricter one ([`MARGIN`]), so that we stop before others begin.
//!
//! One task and one connection do all this, apart from the pools, so that a busy process is not taken for a dead one. No
//! transaction stays open and nothing is left on the connection: a pooler may give it to somebody else in between.
//!
//! A process that lost what it held goes on under another id. So nothing of before can be mistaken for its own.

use super::fence::{Fence, Life, is_name, lock_of};
use super::lease::Lease;
use super::nodes::{Node, Nodes, OTHERS, Seat, alone_with_who_serves, here};
use crate::StoreError;
use crate::engine::postgres::Server;
use sqlx::postgres::PgConnection;
use sqlx::{AssertSqlSafe, Connection};
use std::collections::{HashMap, HashSet};
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::{Instant, sleep, timeout};

/// Who is not heard of for so long is taken for dead.
const TTL: Duration = Duration::from_secs(6);
/// So much earlier we ourselves think so.
const MARGIN: Duration = Duration::from_secs(1);
/// How often a process says that it lives.
const BEAT: Duration = Duration::from_secs(1);
/// After one that failed.
const AGAIN: Duration = Duration::from_millis(250);
/// An answer that takes longer comes too late to be of use.
const ANSWERS: Duration = Duration::from_secs(2);
/// So long a lock that was just let go may still seem taken.
const MOMENT: Duration = Duration::from_millis(100);
/// The name of the lock that excludes everybody who serves.
const SERVE: &str = "serve";

enum Ask {
    Take(String, oneshot::Sender<Result<Answer, StoreError>>),
    LetGo(Fence),
    Join(Box<Node>, oneshot::Sender<Result<Option<Seat>, StoreError>>),
    Leave(oneshot::Sender<()>),
    Close(oneshot::Sender<()>),
}

enum Answer {
    Taken(Fence),
    /// By this very process.
    OursAlready,
    SomebodyElses,
}

/// Where the leases of a server are taken. Clones share the one connection.
#[derive(Clone, Debug)]
pub(crate) struct Holder {
    server: Arc<Server>,
    asks: Arc<OnceLock<mpsc::UnboundedSender<Ask>>>,
}

impl Holder {
    pub(super) fn new(server: Server) -> Self {
        Self {
            server: Arc::new(server),
            asks: Arc::default(),
        }
    }

    pub(crate) fn server(&self) -> &Server {
        &self.server
    }

    pub(super) async fn take(&self, name: &str) -> Result<Option<Lease>, StoreError> {
        for pause in [Some(MOMENT), None] {
            let (answer, answered) = oneshot::channel();
            match self
                .ask(Ask::Take(name.to_owned(), answer), answered)
                .await??
            {
                Answer::Taken(fence) => {
                    let asks = self.asks().clone();
                    return Ok(Some(Lease::new(fence, move |fence| {
                        // Whoever would let it go has gone, and the lease with it.
                        let _ = asks.send(Ask::LetGo(fence.clone()));
                    })));
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

    /// Begins to serve, unless somebody keeps everybody from it.
    pub(crate) async fn join(&self, node: Node) -> Result<Option<Seat>, StoreError> {
        let (answer, answered) = oneshot::channel();
        self.ask(Ask::Join(Box::new(node), answer), answered)
            .await?
    }

    /// Takes no shops any more; what is held stays held.
    pub(crate) async fn leave(&self) {
        if self.asks.get().is_some() {
            let (answer, answered) = oneshot::channel();
            let _ended_already = self.ask(Ask::Leave(answer), answered).await;
        }
    }

    pub(super) async fn close(&self) {
        if self.asks.get().is_some() {
            let (answer, answered) = oneshot::channel();
            let _ended_already = self.ask(Ask::Close(answer), answered).await;
        }
    }

    async fn ask<T>(&self, ask: Ask, answered: oneshot::Receiver<T>) -> Result<T, StoreError> {
        let asked = self.asks().send(ask);
        asked.map_err(|_| StoreError::Busy)?;
        answered.await.map_err(|_| StoreError::Busy)
    }

    fn asks(&self) -> &mpsc::UnboundedSender<Ask> {
        self.asks.get_or_init(|| {
            let (asks, asked) = mpsc::unbounded_channel();
            let hands = Hands {
                server: Arc::clone(&self.server),
                connection: None,
                identity: None,
                last_beat: None,
                held: HashMap::new(),
                left_over: HashSet::new(),
                serving: None,
            };
            tokio::spawn(hold(hands, asked));
            asks
        })
    }
}

/// Takes, lets go and says that we live, until nobody can ask any more.
async fn hold(mut hands: Hands, mut asked: mpsc::UnboundedReceiver<Ask>) {
    loop {
        let next = hands.next_beat();
        let ask = tokio::select! {
            biased;
            () = sleep_until(next) => None,
            ask = asked.recv() => match ask {
                Some(ask) => Some(ask),
                None => return,
            },
        };
        match ask {
            None => hands.beat_in_time().await,
            // Who asked has gone meanwhile.
            Some(Ask::Take(_, answer)) if answer.is_closed() => {}
            Some(Ask::Take(name, answer)) => {
                let taken = hands.take(&name).await;
                if let Err(Ok(Answer::Taken(fence))) = answer.send(taken) {
                    // Who asked did not wait for it.
                    hands.let_go(&fence).await;
                }
            }
            Some(Ask::LetGo(fence)) => hands.let_go(&fence).await,
            Some(Ask::Join(node, answer)) => {
                let _gone = answer.send(hands.join(*node).await);
            }
            Some(Ask::Leave(answer)) => {
                hands.leave().await;
                let _gone = answer.send(());
            }
            Some(Ask::Close(answer)) => {
                hands.close().await;
                let _gone = answer.send(());
            }
        }
    }
}

async fn sleep_until(at: Option<Instant>) {
    match at {
        Some(at) => tokio::time::sleep_until(at).await,
        None => std::future::pending().await,
    }
}

/// Who we are on the server, until we are not heard of for too long.
#[derive(Clone)]
struct Identity {
    id: String,
    life: Arc<Life>,
}

/// When it was last said that we live, and whether that succeeded.
struct LastBeat {
    at: Instant,
    heard: bool,
}

struct Hands {
    server: Arc<Server>,
    connection: Option<PgConnection>,
    identity: Option<Identity>,
    last_beat: Option<LastBeat>,
    held: HashMap<String, Fence>,
    /// Names that may still stand as ours on the server, although we do not hold them.
    left_over: HashSet<String>,
    serving: Option<Serving>,
}

struct Serving {
    node: Node,
    told: watch::Sender<Nodes>,
    leaves: bool,
}

impl Hands {
    /// Nobody has to hear of a process that holds nothing.
    fn next_beat(&self) -> Option<Instant> {
        if self.is_idle() {
            return None;
        }
        Some(match &self.last_beat {
            None => Instant::now(),
            Some(last) => last.at + if last.heard { BEAT } else { AGAIN },
        })
    }

    fn is_idle(&self) -> bool {
        self.held.is_empty() && self.serving.is_none() && self.left_over.is_empty()
    }

    async fn take(&mut self, name: &str) -> Result<Answer, StoreError> {
        if !is_name(name) {
            return Err(StoreError::Value {
                table: "lease",
                column: "name",
                why: format!("`{name}` is no name of a lock"),
            });
        }
        self.lapse_if_due();
        if self.held.contains_key(name) {
            return Ok(Answer::OursAlready);
        }
        let identity = self.living().await?;
        let taken = match self.try_to_take(name, &identity.id).await {
            Ok(taken) => taken,
            Err(why) => {
                // It may have been carried out all the same.
                self.left_over.insert(name.to_owned());
                return Err(why);
            }
        };
        let Some(number) = taken else {
            return Ok(Answer::SomebodyElses);
        };
        self.left_over.remove(name);
        let fence = Fence::new(name, &identity.id, number, identity.life);
        self.held.insert(name.to_owned(), fence.clone());
        Ok(Answer::Taken(fence))
    }

    /// Whoever writes by the right of who held it before is waited for, by coming again.
    async fn try_to_take(&mut self, name: &str, id: &str) -> Result<Option<i64>, StoreError> {
        let nobody_serves = match name {
            SERVE => {
                "AND NOT EXISTS (SELECT 1 FROM process WHERE serves AND lives_until > clock_timestamp())"
            }
            _ => "",
        };
        let sql = format!(
            "INSERT INTO lease AS known (name, holder, fence)
             SELECT $1, $2, nextval('lease_fence') WHERE pg_try_advisory_xact_lock({}) {nobody_serves}
             ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, fence = excluded.fence
             WHERE known.holder = excluded.holder OR NOT EXISTS (
                 SELECT 1 FROM process WHERE process.id = known.holder AND process.lives_until > clock_timestamp())
             RETURNING fence",
            lock_of("$1")
        );
        let (name, id, alone) = (name.to_owned(), id.to_owned(), name == SERVE);
        self.on_server(async move |connection| {
            let mut tx = connection.begin().await?;
            if alone {
                run(&mut tx, alone_with_who_serves()).await?;
            }
            let taken = sqlx::query_scalar(AssertSqlSafe(sql.as_str()))
                .persistent(false)
                .bind(&name)
                .bind(&id)
                .fetch_optional(&mut *tx)
                .await?;
            tx.commit().await?;
            Ok(taken)
        })
        .await
    }

    async fn let_go(&mut self, fence: &Fence) {
        // One that was lost may have been taken again meanwhile.
        let ours = |known: &Fence| known.is(fence);
        if !self.held.get(fence.name()).is_some_and(ours) {
            return;
        }
        self.held.remove(fence.name());
        self.left_over.insert(fence.name().to_owned());
        self.clear_left_over().await;
        if self.is_idle() {
            // Others would otherwise count with us for some seconds more.
            self.end_life().await;
        }
    }

    async fn clear_left_over(&mut self) {
        let Some(identity) = self.identity.clone() else {
            self.left_over.clear();
            return;
        };
        let names: Vec<String> = self.left_over.iter().cloned().collect();
        if names.is_empty() {
            return;
        }
        let cleared = self
            .on_server(async move |connection| {
                sqlx::query("DELETE FROM lease WHERE holder = $1 AND name = ANY($2)")
                    .persistent(false)
                    .bind(&identity.id)
                    .bind(&names)
                    .execute(connection)
                    .await
            })
            .await;
        if cleared.is_ok() {
            self.left_over.clear();
        }
    }

    /// Who we are, said to the server not long ago.
    async fn living(&mut self) -> Result<Identity, StoreError> {
        match (&self.identity, &self.last_beat) {
            (Some(identity), Some(last)) if last.heard && last.at.elapsed() < BEAT * 2 => {
                Ok(identity.clone())
            }
            // Those who wait in a row are not to wait for the same silence one after the other.
            (_, Some(last)) if !last.heard && last.at.elapsed() < AGAIN => Err(StoreError::Busy),
            _ => self.beat().await,
        }
    }

    async fn beat_in_time(&mut self) {
        // That it was not heard is remembered; the next one follows soon.
        let _not_heard = self.beat().await;
        if !self.left_over.is_empty() {
            self.clear_left_over().await;
        }
    }

    /// What we hold is lost once we were not heard of for too long, whether somebody has taken it or not.
    fn lapse_if_due(&mut self) {
        let is_over = |identity: &Identity| !identity.life.lasts();
        if self.identity.as_ref().is_some_and(is_over) {
            self.lose();
            if let Some(serving) = &self.serving {
                serving.told.send_replace(Nodes::default());
            }
        }
    }

    /// Nothing is held any more. Answers who it was that held it.
    fn lose(&mut self) -> Option<Identity> {
        self.held.clear();
        self.left_over.clear();
        let former = self.identity.take()?;
        former.life.end();
        Some(former)
    }

    /// Says that we live, and hears who else does and what time it is there.
    async fn beat(&mut self) -> Result<Identity, StoreError> {
        self.lapse_if_due();
        let began = Instant::now();
        let serves = self
            .serving
            .as_ref()
            .filter(|serving| !serving.leaves)
            .map(|serving| serving.node.clone());
        let known = self.identity.as_ref().map(|identity| identity.id.clone());
        let heard = self
            .on_server(async move |connection| say(connection, known.clone(), serves.clone()).await)
            .await;
        let heard = match heard {
            Ok(heard) => heard,
            Err(why) => {
                let at = Instant::now();
                self.last_beat = Some(LastBeat { at, heard: false });
                return Err(why);
            }
        };
        let identity = match &self.identity {
            Some(identity) if identity.id == heard.id => identity.clone(),
            _ => {
                // Somebody cleared the table, or the server crashed: whatever we held is not held any more.
                self.lose();
                Identity {
                    id: heard.id.clone(),
                    life: Arc::new(Life::new()),
                }
            }
        };
        identity.life.prolong(began, TTL.saturating_sub(MARGIN));
        self.server
            .time()
            .heard(heard.before, heard.there, heard.after);
        self.identity = Some(identity.clone());
        self.last_beat = Some(LastBeat {
            at: began,
            heard: true,
        });
        self.tell_nodes(heard.others, heard.serves.then_some(heard.id));
        Ok(identity)
    }

    fn tell_nodes(&self, others: Vec<String>, own: Option<String>) {
        let Some(serving) = &self.serving else { return };
        let mut all = others;
        all.extend(own.clone());
        all.sort_unstable();
        self.server.company().set(all.len() > 1);
        let nodes = Nodes { own, all };
        serving.told.send_if_modified(|known| {
            let changed = *known != nodes;
            *known = nodes;
            changed
        });
    }

    async fn join(&mut self, node: Node) -> Result<Option<Seat>, StoreError> {
        let (told, nodes) = watch::channel(Nodes::default());
        self.serving = Some(Serving {
            node,
            told,
            leaves: false,
        });
        let joined = self.beat().await;
        let sits = nodes.borrow().own.is_some();
        if joined.is_err() || !sits {
            self.serving = None;
        }
        joined?;
        Ok(sits.then_some(Seat { nodes }))
    }

    async fn leave(&mut self) {
        if let Some(serving) = &mut self.serving {
            serving.leaves = true;
            let _told_with_the_next_beat = self.beat().await;
        }
    }

    async fn close(&mut self) {
        self.serving = None;
        self.end_life().await;
        if let Some(connection) = self.connection.take() {
            let _ = timeout(MOMENT, connection.close()).await;
        }
    }

    /// Everything that is held is free at once, not only when we are not heard of any more.
    async fn end_life(&mut self) {
        let Some(Identity { id, .. }) = self.lose() else {
            return;
        };
        self.last_beat = None;
        let _lost_in_some_seconds = self
            .on_server(async move |connection| {
                let mut tx = connection.begin().await?;
                for sql in [
                    "DELETE FROM lease WHERE holder = $1",
                    "DELETE FROM process WHERE id = $1",
                ] {
                    sqlx::query(sql)
                        .persistent(false)
                        .bind(&id)
                        .execute(&mut *tx)
                        .await?;
                }
                tx.commit().await
            })
            .await;
    }

    /// Does something on our connection, on a new one where that has broken.
    async fn on_server<T>(
        &mut self,
        work: impl AsyncFn(&mut PgConnection) -> Result<T, sqlx::Error>,
    ) -> Result<T, StoreError> {
        loop {
            let (mut connection, is_new) = match self.connection.take() {
                Some(connection) => (connection, false),
                None => {
                    let connected = timeout(ANSWERS, self.server.connect()).await;
                    (connected.map_err(|_| StoreError::Busy)??, true)
                }
            };
            match timeout(ANSWERS, work(&mut connection)).await {
                Ok(Ok(done)) => {
                    self.connection = Some(connection);
                    return Ok(done);
                }
                Ok(Err(why)) if is_new => return Err(why.into()),
                Ok(Err(_)) => {}
                Err(_) => return Err(StoreError::Busy),
            }
        }
    }
}

/// What the server answered.
struct Heard {
    id: String,
    others: Vec<String>,
    serves: bool,
    before: i64,
    there: i64,
    after: i64,
}

/// Says that the process of this id lives, or that a new one does.
async fn say(
    connection: &mut PgConnection,
    known: Option<String>,
    serves: Option<Node>,
) -> Result<Heard, sqlx::Error> {
    let node = serves.clone().unwrap_or_default();
    let ttl = f64::from(u32::try_from(TTL.as_millis()).unwrap_or(u32::MAX)) / 1000.0;
    let before = here();
    let mut still_known = None;
    if let Some(id) = known {
        let sql = format!(
            "WITH said AS (
                 UPDATE process SET lives_until = clock_timestamp() + make_interval(secs => $2), serves = serves AND $3
                 WHERE id = $1 RETURNING serves, clock_timestamp() AS at)
             SELECT (extract(epoch FROM at) * 1000)::bigint, serves, ({OTHERS}) FROM said"
        );
        let said: Option<(i64, bool, String)> = sqlx::query_as(AssertSqlSafe(sql))
            .persistent(false)
            .bind(&id)
            .bind(ttl)
            .bind(serves.is_some())
            .fetch_optional(&mut *connection)
            .await?;
        // One that begins to serve has to ask whether it may.
        match said {
            Some((there, sits, others)) if sits == serves.is_some() => {
                return Ok(Heard {
                    id,
                    others: listed(&others),
                    serves: sits,
                    before,
                    there,
                    after: here(),
                });
            }
            said => still_known = said.map(|_| id),
        }
    }
    begin(connection, still_known, ttl, serves.is_some(), &node).await
}

/// Under an id of its own, unless it has one; as one that serves where nobody keeps it from that. What nobody can hold
/// any more is taken away.
async fn begin(
    connection: &mut PgConnection,
    known: Option<String>,
    ttl: f64,
    wants_to_serve: bool,
    node: &Node,
) -> Result<Heard, sqlx::Error> {
    let mut tx = connection.begin().await?;
    run(&mut tx, alone_with_who_serves()).await?;
    run(
        &mut tx,
        "DELETE FROM process WHERE lives_until < clock_timestamp() - interval '10 minutes';
         DELETE FROM lease WHERE NOT EXISTS (SELECT 1 FROM process WHERE process.id = lease.holder)"
            .to_owned(),
    )
    .await?;
    let before = here();
    let (id, serves, there): (String, bool, i64) = sqlx::query_as(
        "INSERT INTO process (id, lives_until, serves, name, version, address)
         SELECT coalesce($6, gen_random_uuid()::text), clock_timestamp() + make_interval(secs => $1),
             $2 AND NOT EXISTS (SELECT 1 FROM lease JOIN process ON process.id = lease.holder
                 WHERE lease.name = 'serve' AND process.lives_until > clock_timestamp()),
             $3, $4, $5
         ON CONFLICT (id) DO UPDATE SET lives_until = excluded.lives_until, serves = excluded.serves,
             name = excluded.name, version = excluded.version, address = excluded.address
         RETURNING id, serves, (extract(epoch FROM clock_timestamp()) * 1000)::bigint",
    )
    .persistent(false)
    .bind(ttl)
    .bind(wants_to_serve)
    .bind(&node.name)
    .bind(&node.version)
    .bind(&node.address)
    .bind(known)
    .fetch_one(&mut *tx)
    .await?;
    let after = here();
    let others: String = sqlx::query_scalar(OTHERS)
        .persistent(false)
        .bind(&id)
        .fetch_one(&mut *tx)
        .await?;
    tx.commit().await?;
    Ok(Heard {
        id,
        others: listed(&others),
        serves,
        before,
        there,
        after,
    })
}

async fn run(connection: &mut PgConnection, sql: String) -> Result<(), sqlx::Error> {
    sqlx::raw_sql(AssertSqlSafe(sql))
        .execute(connection)
        .await?;
    Ok(())
}

fn listed(ids: &str) -> Vec<String> {
    ids.split_whitespace().map(str::to_owned).collect()
}
