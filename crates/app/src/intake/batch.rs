//! Webhooks that come together are kept together: one transaction, one write to the disk. Threads of their own keep
//! them, so that the next batch does not wait until the answers to the one before have been sent.

use std::collections::HashMap;
use std::sync::mpsc::{Receiver, SendError, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use store::{Store, Webhook};
use tokio::runtime::Handle;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};

/// Waiting for their turn at most. Beyond that the vendor is asked to come again, so that memory stays bounded.
const WAITING: usize = 20_000;
/// Of one shop at most, so that a flood of one shop's leaves room for everybody else's.
const OF_ONE_SHOP: usize = WAITING / 4 * 3;
/// Webhooks of one transaction at most.
const MOST: usize = 512;
/// Batches of one turn at most; then whoever else wants to write is let in.
const TURN: usize = 32;
/// Transactions under way together, where the database is on a server.
const AT_ONCE: usize = 2;
/// How long a turn waits for one more webhook. Those who were just answered come again about now.
const LINGER: Duration = Duration::from_micros(500);

/// The webhooks that wait to be kept. Clones share them.
#[derive(Clone)]
pub(crate) struct Batches {
    places: Arc<Semaphore>,
    shares: Shares,
    keeper: Arc<Mutex<Option<Sender<Waiting>>>>,
}

struct Waiting {
    webhook: Webhook,
    answer: oneshot::Sender<Result<(), String>>,
    place: (OwnedSemaphorePermit, Share),
}

/// How many of each shop wait.
#[derive(Clone, Default)]
struct Shares(Arc<Mutex<HashMap<i64, usize>>>);

/// One that waits; gone when dropped.
struct Share {
    shares: Shares,
    shop: i64,
}

impl Shares {
    fn take(&self, shop: i64) -> Option<Share> {
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let count = waiting.entry(shop).or_default();
        if *count >= OF_ONE_SHOP {
            return None;
        }
        *count += 1;
        Some(Share {
            shares: self.clone(),
            shop,
        })
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        let waiting = &self.shares.0;
        let mut waiting = waiting.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = waiting.get_mut(&self.shop) {
            *count = count.saturating_sub(1);
        }
    }
}

impl Default for Batches {
    fn default() -> Self {
        Self {
            places: Arc::new(Semaphore::new(WAITING)),
            shares: Shares::default(),
            keeper: Arc::default(),
        }
    }
}

impl Batches {
    /// Returns once the webhook is on the disk. Whoever hangs up before that takes no webhook along.
    pub(crate) async fn keep(&self, store: &Store, webhook: Webhook) -> Result<(), String> {
        let share = self.shares.take(webhook.shop.0);
        let share = share
            .ok_or_else(|| "too many webhooks of this shop are waiting to be kept".to_owned())?;
        let place = Arc::clone(&self.places).try_acquire_owned();
        let place = place.map_err(|_| "too many webhooks are waiting to be kept".to_owned())?;
        let (answer, kept) = oneshot::channel();
        self.hand_over(
            store,
            Waiting {
                webhook,
                answer,
                place: (place, share),
            },
        )?;
        kept.await
            .unwrap_or_else(|_| Err("keeping it was cut short".to_owned()))
    }

    /// To the thread that keeps them, which is started for the first one.
    fn hand_over(&self, store: &Store, waiting: Waiting) -> Result<(), String> {
        let mut keeper = self.keeper.lock().unwrap_or_else(PoisonError::into_inner);
        let waiting = match keeper.as_ref() {
            Some(sender) => match sender.send(waiting) {
                Ok(()) => return Ok(()),
                Err(SendError(waiting)) => waiting,
            },
            None => waiting,
        };
        let sender = start(store).map_err(|why| format!("no thread could be made: {why}"))?;
        let handed_over = sender.send(waiting);
        *keeper = Some(sender);
        handed_over.map_err(|_| "keeping it was cut short".to_owned())
    }
}

/// Ends when nobody is left who could hand anything over. A file has one writer at a time; a server writes what several
/// bring to the disk together.
fn start(store: &Store) -> std::io::Result<Sender<Waiting>> {
    let (sender, waiting) = channel();
    let waiting = Arc::new(Queue(Mutex::new(waiting)));
    for _ in 0..if store.shares() { AT_ONCE } else { 1 } {
        let (store, waiting, runtime) = (store.clone(), Arc::clone(&waiting), Handle::current());
        std::thread::Builder::new()
            .name("webhooks".to_owned())
            .spawn(move || {
                let _within = runtime.enter();
                let mut next = None;
                while let Some(first) = next.or_else(|| waiting.first()) {
                    next = take_turn(&store, &runtime, &waiting, first);
                }
            })?;
    }
    Ok(sender)
}

/// What waits to be kept, for whoever has time.
struct Queue(Mutex<Receiver<Waiting>>);

impl Queue {
    /// The next one, waited for. Nothing once nobody is left who could bring one.
    fn first(&self) -> Option<Waiting> {
        let waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.recv().ok()
    }

    /// The next one, if one comes in a moment. Where somebody waits for the next one already, it is theirs.
    fn soon(&self) -> Option<Waiting> {
        let waiting = self.0.try_lock().ok()?;
        waiting.recv_timeout(LINGER).ok()
    }

    /// This one, and those that wait as well.
    fn with_others(&self, first: Waiting) -> Vec<Waiting> {
        let mut batch = vec![first];
        // Where somebody waits for the next one, there are no others.
        if let Ok(waiting) = self.0.try_lock() {
            batch.extend(waiting.try_iter().take(MOST - 1));
        }
        batch
    }
}

/// Keeps what waits until nobody waits any more, or until others must be let in, who do not write meanwhile. Answers
/// what the next turn begins with.
fn take_turn(store: &Store, runtime: &Handle, waiting: &Queue, first: Waiting) -> Option<Waiting> {
    let mut turn = match runtime.block_on(store.keeping()) {
        Ok(turn) => turn,
        Err(error) => {
            let _hung_up = first.answer.send(Err(error.to_string()));
            return None;
        }
    };
    let mut next = first;
    for _ in 0..TURN {
        let (mut webhooks, mut answers) = (Vec::new(), Vec::new());
        for one in waiting.with_others(next) {
            webhooks.push(one.webhook);
            answers.push((one.answer, one.place));
        }
        let outcome = turn.keep(&webhooks).map_err(|error| error.to_string());
        for (answer, _place) in answers {
            // Whoever hung up meanwhile is not told; the webhook is kept all the same.
            let _hung_up = answer.send(outcome.clone());
        }
        next = waiting.soon()?;
    }
    Some(next)
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::{ShopId, Side, Timestamp};
    use std::future::Future;
    use std::pin::pin;
    use std::task::{Context, Poll, Waker};

    async fn store(folder: &tempfile::TempDir) -> (Store, ShopId) {
        let path = folder.path().join("store.db");
        let url = format!("sqlite://{}", path.display());
        let store = Store::open(&url).await.unwrap();
        let rules = serde_json::json!({});
        let shop = store.add_shop("main", "place", None, None, &rules, Timestamp::UNIX_EPOCH);
        let shop = shop.await.unwrap().id;
        (store, shop)
    }

    fn webhook(shop: ShopId, number: u128) -> Webhook {
        Webhook {
            shop,
            side: Side::HighLevel,
            event: number.to_be_bytes(),
            what: "ContactUpdate".into(),
            kind: None,
            record: None,
            parent: None,
            body: b"{}".to_vec(),
            received_at: Timestamp::UNIX_EPOCH,
        }
    }

    /// Transactions in the write-ahead log: its frames that end one (https://www.sqlite.org/fileformat2.html, 4.1).
    fn transactions(store: &Store) -> usize {
        let log = std::fs::read(format!("{}-wal", store.path().display())).unwrap();
        let page = u32::from_be_bytes(log[8..12].try_into().unwrap()) as usize;
        let frames = log[32..].chunks_exact(24 + page);
        let ends = |frame: &&[u8]| frame[8..16] == log[16..24] && frame[4..8] != [0; 4];
        frames.filter(ends).count()
    }

    #[tokio::test]
    async fn webhooks_that_come_together_share_a_transaction() {
        let folder = tempfile::tempdir().unwrap();
        let (store, shop) = store(&folder).await;
        let batches = Batches::default();
        let before = transactions(&store);
        // They come while somebody else writes.
        let others = store.keeping().await.unwrap();
        let mut keeping = futures::future::join_all(
            (0..3 * MOST as u128).map(|number| batches.keep(&store, webhook(shop, number))),
        );
        assert!(futures::poll!(&mut keeping).is_pending());
        drop(others);
        for kept in keeping.await {
            kept.unwrap();
        }
        assert_eq!(transactions(&store), before + 3);
        assert!(
            store
                .knows_webhook(&(3 * MOST as u128 - 1).to_be_bytes())
                .await
                .unwrap()
        );
    }

    #[tokio::test]
    async fn a_flood_of_one_shops_leaves_room_for_anothers() {
        let folder = tempfile::tempdir().unwrap();
        let (store, flooded) = store(&folder).await;
        let rules = serde_json::json!({});
        let quiet = store.add_shop("quiet", "there", None, None, &rules, Timestamp::UNIX_EPOCH);
        let quiet = quiet.await.unwrap().id;
        let batches = Batches::default();
        let others = store.keeping().await.unwrap();
        let mut flood = futures::future::join_all(
            (0..OF_ONE_SHOP as u128).map(|number| batches.keep(&store, webhook(flooded, number))),
        );
        assert!(futures::poll!(&mut flood).is_pending());
        let number = OF_ONE_SHOP as u128;
        let one_more = pin!(batches.keep(&store, webhook(flooded, number)));
        let refused = matches!(futures::poll!(one_more), Poll::Ready(Err(why)) if why.contains("of this shop"));
        assert!(refused, "it does not wait");
        let mut of_the_quiet = pin!(batches.keep(&store, webhook(quiet, number)));
        assert!(
            futures::poll!(&mut of_the_quiet).is_pending(),
            "it waits, and is not refused"
        );
        drop(others);
        of_the_quiet.await.unwrap();
        for kept in flood.await {
            kept.unwrap();
        }
        let later = batches.keep(&store, webhook(flooded, number + 1)).await;
        later.unwrap();
    }

    #[tokio::test]
    async fn whoever_hangs_up_takes_nobody_along() {
        let folder = tempfile::tempdir().unwrap();
        let (store, shop) = store(&folder).await;
        let batches = Batches::default();
        {
            let mut first = pin!(batches.keep(&store, webhook(shop, 1)));
            let waits = first.as_mut().poll(&mut Context::from_waker(Waker::noop()));
            assert!(waits.is_pending());
        }
        batches.keep(&store, webhook(shop, 2)).await.unwrap();
        for number in [1_u128, 2] {
            assert!(store.knows_webhook(&number.to_be_bytes()).await.unwrap());
        }
    }
}
