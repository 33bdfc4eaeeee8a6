//! Several processes that serve one database: which shops this one serves, who leads, and who wakes whom.

use crate::{App, AppError};
use domain::ShopId;
use std::collections::BTreeSet;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, PoisonError};
use store::{Call, Nodes, Seat, Shop};
use tokio_util::sync::CancellationToken;

/// Seconds between looks for what was not heard.
const LOOK_SECONDS: i64 = 5;
/// Seconds between looks whether somebody leads.
const LEAD_SECONDS: i64 = 2;
/// The name of the lock of the one that does what is to be done once for all shops.
const LEADER: &str = "leader";

/// Our place among those that serve, with what follows from it.
#[derive(Clone, Debug)]
pub(crate) struct Crew {
    seat: Seat,
    share: Arc<Mutex<Share>>,
}

/// The shops of this process, as long as shops and nodes are these.
#[derive(Debug, Default)]
struct Share {
    nodes: Nodes,
    shops: Vec<i64>,
    own: BTreeSet<i64>,
}

impl Crew {
    fn own(&self, shops: &[i64]) -> BTreeSet<i64> {
        let nodes = self.seat.nodes();
        let mut share = self.share.lock().unwrap_or_else(PoisonError::into_inner);
        if share.nodes != nodes || share.shops != shops {
            share.own = own(shops, &nodes);
            share.nodes = nodes;
            shops.clone_into(&mut share.shops);
        }
        share.own.clone()
    }
}

/// None, while we were not heard of for too long.
fn own(shops: &[i64], nodes: &Nodes) -> BTreeSet<i64> {
    let Some(own) = &nodes.own else {
        return BTreeSet::new();
    };
    let spread = queue::spread(shops, &nodes.all);
    let ours = |node: usize| nodes.all.get(node) == Some(own);
    spread
        .into_iter()
        .filter_map(|(shop, node)| ours(node).then_some(shop))
        .collect()
}

impl App {
    /// The same, as one of several processes that share the shops among them.
    #[must_use]
    pub fn with_seat(mut self, seat: Seat) -> Self {
        self.crew = Some(Crew {
            seat,
            share: Arc::default(),
        });
        self
    }

    /// Those of these shops that this process serves: all of them where it is alone.
    pub(crate) fn own_shops(&self, shops: &[Shop]) -> BTreeSet<i64> {
        let mut ids: Vec<i64> = shops.iter().map(|shop| shop.id.0).collect();
        ids.sort_unstable();
        match &self.crew {
            Some(crew) => crew.own(&ids),
            None => ids.into_iter().collect(),
        }
    }

    /// How many processes serve this database together, this one among them: one, where it is a file.
    #[must_use]
    pub fn crew_size(&self) -> usize {
        let crew = self.crew.as_ref();
        crew.map_or(1, |crew| crew.seat.nodes().all.len())
    }

    /// By what id the others know this process; nothing where it is alone.
    #[must_use]
    pub fn own_node(&self) -> Option<String> {
        self.crew.as_ref()?.seat.nodes().own
    }

    /// How many shops this process serves now.
    #[must_use]
    pub fn served_here(&self) -> u64 {
        self.served.load(Ordering::Relaxed)
    }

    /// Whether a service runs on this database.
    pub(crate) async fn is_served(&self) -> Result<bool, AppError> {
        if self.store.shares() {
            return Ok(!self.store.nodes().await?.is_empty());
        }
        Ok(self.store.lock("serve").await?.is_none())
    }

    /// Waits until others serve than before: for ever where this process is alone.
    pub(crate) async fn crew_changed(seat: &mut Option<Seat>) {
        match seat {
            Some(seat) => seat.changed().await,
            None => std::future::pending().await,
        }
    }

    pub(crate) fn seat(&self) -> Option<Seat> {
        self.crew.as_ref().map(|crew| crew.seat.clone())
    }

    /// Wakes whoever keeps a shop in step, here or elsewhere.
    pub(crate) fn call_passes(&self, shop: ShopId) {
        self.calls.of(shop.0).notify_one();
        self.call_others(Call::Passes(shop));
    }

    /// Wakes whoever works on the flows of a shop, here or elsewhere.
    pub(crate) fn call_flows(&self, shop: ShopId) {
        self.calls.of_flows(shop.0).notify_one();
        self.call_others(Call::Flows(shop));
    }

    fn call_others(&self, call: Call) {
        if self.store.has_company() {
            let store = self.store.clone();
            tokio::spawn(async move {
                if let Err(error) = store.call(call).await {
                    tracing::debug!(%error, "nobody else was called; they look by themselves");
                }
            });
        }
    }

    /// Hears what other processes call, and looks from time to time for what was not heard, until cancelled. Ends at
    /// once where this process is alone.
    pub async fn hear_others(&self, cancel: CancellationToken) {
        if self.crew.is_none() {
            return;
        }
        let mut calls = self.store.listen();
        let heard = async {
            match &mut calls {
                Some(calls) => {
                    while let Some(call) = calls.recv().await {
                        match call {
                            Call::Passes(shop) => self.calls.of(shop.0).notify_one(),
                            Call::Flows(shop) => self.calls.of_flows(shop.0).notify_one(),
                        }
                    }
                }
                None => std::future::pending().await,
            }
        };
        let looked = async {
            loop {
                self.pause(LOOK_SECONDS).await;
                // Who is alone heard everything.
                if !self.store.has_company() {
                    continue;
                }
                match self.store.shops_with_webhooks().await {
                    Ok(shops) => {
                        for shop in shops {
                            self.calls.of(shop.0).notify_one();
                        }
                    }
                    Err(error) => {
                        tracing::warn!(%error, "it could not be looked for webhooks that others took");
                    }
                }
            }
        };
        tokio::select! {
            () = cancel.cancelled() => {}
            () = heard => {}
            () = looked => {}
        }
    }

    /// Does what is done once for all shops, whichever process does it: the tokens of installations are kept alive, and
    /// whoever does not look is told. Until cancelled.
    pub async fn serve_all_shops_once(&self, cancel: CancellationToken) {
        if self.crew.is_none() {
            return self.lead(cancel).await;
        }
        loop {
            match self.store.lock(LEADER).await {
                Ok(Some(lock)) => {
                    let held = self.by_right_of(lock);
                    tracing::info!("this process leads");
                    let until_lost = async {
                        while held.holds() {
                            self.pause(1).await;
                        }
                    };
                    tokio::select! {
                        () = held.lead(cancel.clone()) => {}
                        () = until_lost => tracing::warn!("another process may lead now"),
                    }
                }
                Ok(None) => {}
                Err(error) => tracing::warn!(%error, "it could not be seen who leads"),
            }
            tokio::select! {
                () = cancel.cancelled() => return,
                () = self.pause(LEAD_SECONDS) => {}
            }
        }
    }

    async fn lead(&self, cancel: CancellationToken) {
        tokio::join!(
            self.keep_installations(cancel.clone()),
            self.serve_notices(cancel)
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_was_not_heard_of_serves_nothing() {
        let mut nodes = Nodes {
            own: None,
            all: vec!["a".into(), "b".into()],
        };
        assert!(own(&[1, 2, 3], &nodes).is_empty());
        nodes.own = Some("a".into());
        let ours = own(&[1, 2, 3], &nodes);
        nodes.own = Some("b".into());
        let theirs = own(&[1, 2, 3], &nodes);
        assert!(ours.is_disjoint(&theirs));
        assert_eq!(ours.len() + theirs.len(), 3);
    }
}
