//! An application whose clock only moves when told, for everything that has to do with coming in.

#![allow(clippy::unwrap_used, reason = "tests fail loudly")]

use app::access::{NotSignedIn, Origin, Role, Token, Who};
use app::{App, AppConfig};
use async_trait::async_trait;
use domain::{Clock, Context, Timestamp};
use http::SystemRandomness;
use secrecy::SecretString;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use store::Store;
use vault::{MasterKey, Vault};

pub const HOUR: i64 = 3_600;
pub const PASSWORD: &str = "correct horse battery";

/// A clock that stands still.
#[derive(Debug)]
pub struct Standing(AtomicI64);

#[async_trait]
impl Clock for Standing {
    fn now(&self) -> Timestamp {
        Timestamp::from_second(self.0.load(Ordering::Relaxed)).unwrap()
    }

    async fn sleep_until(&self, _when: Timestamp) {}
}

pub struct Hall {
    pub app: App,
    clock: Arc<Standing>,
    folder: tempfile::TempDir,
}

impl Hall {
    /// With one owner, `pat`.
    pub async fn with_owner() -> Self {
        let hall = Self::empty().await;
        hall.add("pat", Role::Owner).await;
        hall
    }

    pub async fn empty() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}", folder.path().join("hall.db").display());
        let clock = Arc::new(Standing(AtomicI64::new(1_800_000_000)));
        let context = Context {
            clock: clock.clone(),
            randomness: Arc::new(SystemRandomness),
        };
        let master = MasterKey::from_text(&SecretString::from("11".repeat(32))).unwrap();
        let (vault, _) = Vault::open(&master, &[], &context).unwrap();
        let store = Store::open(&url).await.unwrap();
        let app = App::new(store, vault, AppConfig::standard().unwrap(), context).unwrap();
        Self { app, clock, folder }
    }

    pub fn pass(&self, seconds: i64) {
        self.clock.0.fetch_add(seconds, Ordering::Relaxed);
    }

    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    pub async fn add(&self, name: &str, role: Role) {
        let password = SecretString::from(PASSWORD);
        self.app
            .add_user(name, role, Some(&password))
            .await
            .unwrap();
    }

    /// Tries to sign in from an address.
    pub async fn try_at(
        &self,
        name: &str,
        password: &str,
        address: &str,
    ) -> Result<Token, NotSignedIn> {
        self.app
            .sign_in(name, &SecretString::from(password), &from(address))
            .await
    }

    pub async fn cookie(&self, name: &str) -> String {
        let token = self.try_at(name, PASSWORD, "10.0.0.1").await.unwrap();
        token.expose().to_owned()
    }

    pub async fn who(&self, cookie: &str) -> Option<Who> {
        self.app.who_by_session(cookie).await.unwrap()
    }

    /// What the audit log says, without instants.
    pub async fn log(&self) -> Vec<String> {
        let rows = self.app.audit(1_000).await.unwrap().into_iter();
        rows.map(|row| format!("{} {}", row.who, row.what))
            .collect()
    }

    /// Everything that lies in the folder.
    pub fn files(&self) -> Vec<u8> {
        let mut all = Vec::new();
        for entry in std::fs::read_dir(self.folder.path()).unwrap() {
            all.extend(std::fs::read(entry.unwrap().path()).unwrap());
        }
        all
    }
}

pub fn from(address: &str) -> Origin {
    Origin::new(address.parse().unwrap(), "Mozilla/5.0 (a browser)")
}
