//! Vendor clients kept between passes. To make one reads certificates and opens connections, which would cost more
//! than most passes of a live shop.

use crate::connection::{Budgets, Clients};
use mygadgetrepairs::PagingForm;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

/// Clients of one shop at most: those that read its facts, and those that know its zone.
const PER_SHOP: usize = 2;

/// What clients were made from. With anything of it changed, they are made anew.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Ground {
    /// Both sides' credentials, sealed.
    pub(crate) credentials: [String; 2],
    pub(crate) location: String,
    pub(crate) zone: Option<String>,
    pub(crate) paging: BTreeMap<String, PagingForm>,
}

#[derive(Clone)]
struct Kept {
    ground: Ground,
    clients: Clients,
}

/// The clients of every shop. Clones share them.
#[derive(Clone, Default)]
pub(crate) struct KeptClients(Arc<Mutex<BTreeMap<i64, Vec<Kept>>>>);

impl KeptClients {
    /// The clients made from this ground.
    pub(crate) fn get(&self, shop: i64, ground: &Ground) -> Option<Clients> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let of_shop = kept.get(&shop)?;
        let found = of_shop.iter().find(|kept| kept.ground == *ground)?;
        Some(found.clients.clone())
    }

    /// The budgets of clients with the same credentials: they know what was booked ahead.
    pub(crate) fn budgets(&self, shop: i64, ground: &Ground) -> Option<Budgets> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let of_shop = kept.get(&shop)?;
        let found = of_shop
            .iter()
            .find(|kept| kept.ground.credentials == ground.credentials)?;
        Some(found.clients.budgets.clone())
    }

    /// Keeps clients in place of the oldest.
    pub(crate) fn put(&self, shop: i64, ground: Ground, clients: &Clients) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let of_shop = kept.entry(shop).or_default();
        of_shop.retain(|kept| kept.ground.credentials == ground.credentials);
        if of_shop.len() >= PER_SHOP {
            of_shop.remove(0);
        }
        of_shop.push(Kept {
            ground,
            clients: clients.clone(),
        });
    }

    /// Forgets the clients of a shop.
    pub(crate) fn forget(&self, shop: i64) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.remove(&shop);
    }
}
