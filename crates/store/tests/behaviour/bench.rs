//! A store with one shop, and records to put into it.

use domain::{
    Field, IntentId, Kind, LinkId, Record, RecordId, RunId, ShopId, Side, Timestamp, Value,
};
use serde_json::{Value as Json, json};
use sqlx::{ConnectOptions, Connection};
use store::{
    Change, Intent, IntentOp, IntentState, Key, Link, Review, ReviewKind, ReviewState, Store,
};
use uuid::Uuid;

pub use domain::Side::{HighLevel, MyGadgetRepairs};

pub struct Bench {
    pub store: Store,
    pub shop: ShopId,
    url: String,
    place: Place,
}

/// Where the database is, until the test is over.
enum Place {
    Folder(#[expect(dead_code, reason = "goes when it is dropped")] tempfile::TempDir),
    /// A schema of its own in the database at the address.
    Schema {
        server: String,
        schema: String,
    },
    /// A database of its own on the server at the address: a pooler does not pass on which schema is meant.
    Database {
        server: String,
        name: String,
    },
}

pub async fn open_sqlite() -> Option<Bench> {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}", folder.path().join("store.db").display());
    Some(Bench::open(url, Place::Folder(folder)).await)
}

/// Nothing, said loudly, where there is no server to test with. Through a pooler that gives connections round after every
/// transaction, where STORE_TEST_POSTGRES_POOLER names one (postgres://user@host).
pub async fn open_postgres() -> Option<Bench> {
    let Ok(server) = std::env::var("STORE_TEST_POSTGRES") else {
        eprintln!("SKIPPED: STORE_TEST_POSTGRES names no server; see scripts/postgres.sh");
        return None;
    };
    let schema = format!("test_{}", Uuid::new_v4().simple());
    if let Ok(pooler) = std::env::var("STORE_TEST_POSTGRES_POOLER") {
        let url = format!("{pooler}/{schema}?connections=4&pooler=transaction");
        on_server(&server, format!("CREATE DATABASE {schema}"))
            .await
            .unwrap();
        let place = Place::Database {
            server,
            name: schema,
        };
        return Some(Bench::open(url, place).await);
    }
    on_server(&server, format!("CREATE SCHEMA {schema}"))
        .await
        .unwrap();
    let url = format!("{server}?connections=4&options[search_path]={schema}");
    Some(Bench::open(url, Place::Schema { server, schema }).await)
}

async fn on_server(url: &str, statement: impl Into<String>) -> Result<(), sqlx::Error> {
    let options: sqlx::postgres::PgConnectOptions = url.parse()?;
    let mut raw = options.connect().await?;
    sqlx::raw_sql(sqlx::AssertSqlSafe(statement.into()))
        .execute(&mut raw)
        .await?;
    raw.close().await
}

impl Bench {
    async fn open(url: String, place: Place) -> Self {
        let store = Store::open(&url).await.unwrap();
        let shop = store
            .add_shop("first", "loc1", None, None, &json!({}), at(0))
            .await
            .unwrap()
            .id;
        Self {
            store,
            shop,
            url,
            place,
        }
    }

    /// Takes everything away.
    pub async fn end(self) {
        self.store.close().await;
        let (server, drop) = match self.place {
            Place::Folder(_) => return,
            Place::Schema { server, schema } => (server, format!("DROP SCHEMA {schema} CASCADE")),
            Place::Database { server, name } => {
                (server, format!("DROP DATABASE {name} WITH (FORCE)"))
            }
        };
        on_server(&server, drop).await.unwrap();
    }

    /// Another handle on the same database, as another process would have it.
    pub async fn again(&self) -> Store {
        Store::open(&self.url).await.unwrap()
    }

    /// A statement that nobody in the store would make.
    pub async fn raw(&self, statement: &'static str) -> Result<(), sqlx::Error> {
        if let Place::Schema { server, schema } = &self.place {
            let url = format!("{server}?options[search_path]={schema}");
            return on_server(&url, statement).await;
        }
        if let Place::Database { .. } = &self.place {
            let url = self.url.split_once('?').unwrap().0;
            return on_server(url, statement).await;
        }
        let file = self.url.trim_start_matches("sqlite://");
        let mut raw = sqlx::sqlite::SqliteConnectOptions::new()
            .filename(file)
            .connect()
            .await?;
        sqlx::query(statement).execute(&mut raw).await.map(|_| ())
    }

    pub async fn commit(&self, now: i64, changes: Vec<Change>) {
        self.store
            .commit(self.shop, at(now), changes)
            .await
            .unwrap();
    }

    /// Snapshots from an authoritative source, whose answer was on its way for a while.
    pub async fn saw_late(
        &self,
        asked: i64,
        now: i64,
        sweep: i64,
        records: Vec<(Record, Vec<Key>)>,
    ) {
        let saw = Change::Saw {
            records,
            sweep,
            asked_at: at(asked),
            stale_after: None,
        };
        self.commit(now, vec![saw]).await;
    }

    /// Snapshots from an authoritative source.
    pub async fn saw(&self, now: i64, sweep: i64, records: Vec<(Record, Vec<Key>)>) {
        self.saw_late(now, now, sweep, records).await;
    }

    pub async fn record(&self, side: Side, kind: Kind, text: &str) -> store::StoredRecord {
        let found = self.store.record(self.shop, side, kind, &id(text)).await;
        found.unwrap().expect("the record is there")
    }
}

pub fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

pub fn id(text: &str) -> RecordId {
    RecordId::new(text)
}

pub fn record(side: Side, kind: Kind, name: &str, content: &str) -> Record {
    let mut record = Record::new(side, kind, id(name));
    record.set(Field::Name, Value::text(content));
    record
}

pub fn contact(side: Side, name: &str) -> Record {
    record(side, Kind::Contact, name, name)
}

pub fn email(value: &str) -> Key {
    Key {
        what: "email",
        value: value.to_owned(),
    }
}

pub fn phone(value: &str) -> Key {
    Key {
        what: "phone",
        value: value.to_owned(),
    }
}

pub fn link(number: u128, left: &str, right: &str) -> Link {
    Link {
        id: LinkId(Uuid::from_u128(number)),
        kind: Kind::Contact,
        left: id(left),
        right: id(right),
        base: json!({"name": "A"}),
        withheld: json!([]),
        reason: "email".to_owned(),
        fields: 8,
        agree: 8,
        held: 0,
    }
}

pub fn run(number: u128) -> RunId {
    RunId(Uuid::from_u128(number))
}

pub fn intent(number: u128, side: Side, kind: Kind, source: &str) -> Intent {
    Intent {
        id: IntentId(Uuid::from_u128(number)),
        run: run(1),
        side,
        kind,
        op: IntentOp::Create,
        target: None,
        source: id(source),
        payload: json!({"name": source}),
        state: IntentState::Ready,
        attempt: 0,
        lane: domain::Lane::Background,
        not_before: at(0),
        sent_at: None,
        code: None,
        message: None,
    }
}

pub fn intend(intent: Intent) -> Change {
    Change::Intend(Box::new(intent))
}

pub fn progress(number: u128, state: IntentState) -> Change {
    Change::Progress {
        intent: IntentId(Uuid::from_u128(number)),
        state,
        target: None,
        not_before: None,
        counts: false,
        failure: None,
    }
}

/// A question about a value of a contact of HighLevel's.
pub fn question(record: &str, field: &str, detail: Json) -> Change {
    Change::Ask(Box::new(Review {
        id: 0,
        what: ReviewKind::Conflict,
        kind: Kind::Contact,
        side: HighLevel,
        record: id(record),
        field: field.to_owned(),
        detail,
        state: ReviewState::Open,
        decision: None,
        created_at: at(0),
        decided_at: None,
    }))
}
