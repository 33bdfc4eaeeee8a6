//! A store with one shop, and records to put into it.

use domain::{
    Field, IntentId, Kind, LinkId, Record, RecordId, RunId, ShopId, Side, Timestamp, Value,
};
use serde_json::json;
use store::{Change, Intent, IntentOp, IntentState, Key, Link, Store};
use uuid::Uuid;

pub use domain::Side::{HighLevel, MyGadgetRepairs};

pub struct Bench {
    pub store: Store,
    pub shop: ShopId,
    url: String,
    _folder: tempfile::TempDir,
}

pub async fn open_sqlite() -> Bench {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}", folder.path().join("store.db").display());
    let store = Store::open(&url).await.unwrap();
    let shop = store
        .add_shop("first", "loc1", None, None, &json!({}), at(0))
        .await
        .unwrap()
        .id;
    Bench {
        store,
        shop,
        url,
        _folder: folder,
    }
}

impl Bench {
    /// Another handle on the same database, as another process would have it.
    pub async fn again(&self) -> Store {
        Store::open(&self.url).await.unwrap()
    }

    /// A statement that nobody in the store would make.
    pub async fn raw(&self, statement: &'static str) -> Result<(), sqlx::Error> {
        use sqlx::ConnectOptions;
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

    /// Snapshots from an authoritative source.
    pub async fn saw(&self, now: i64, sweep: i64, records: Vec<(Record, Vec<Key>)>) {
        let stale_after = None;
        self.commit(
            now,
            vec![Change::Saw {
                records,
                sweep,
                stale_after,
            }],
        )
        .await;
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
