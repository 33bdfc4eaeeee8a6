//! Room for callers: so many in all, and so many of one network.

use app::access::Origin;
use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::Notify;

/// Counts who is there. Clones count together.
#[derive(Clone, Debug)]
pub(super) struct Places(Arc<Room>);

#[derive(Debug)]
struct Room {
    most: usize,
    most_of_one: usize,
    taken: Mutex<Taken>,
    left: Notify,
}

#[derive(Debug, Default)]
struct Taken {
    all: usize,
    networks: HashMap<String, usize>,
}

/// Somebody's place, free again when it is dropped.
#[derive(Debug)]
pub(super) struct Place {
    room: Arc<Room>,
    /// None for this machine.
    network: Option<String>,
}

impl Places {
    pub(super) fn new(most: usize, most_of_one: usize) -> Self {
        Self(Arc::new(Room {
            most,
            most_of_one,
            taken: Mutex::default(),
            left: Notify::new(),
        }))
    }

    /// Returns once there is a place.
    pub(super) async fn wait(&self) {
        while self.0.change(|taken| taken.all >= self.0.most) {
            self.0.left.notified().await;
        }
    }

    /// A place for a caller, unless there is none, or the network has all that it may have.
    pub(super) fn take(&self, address: IpAddr) -> Option<Place> {
        let is_ours = address.to_canonical().is_loopback();
        let network = (!is_ours).then(|| Origin::new(address, "").network);
        let has_place = self.0.change(|taken| {
            if taken.all >= self.0.most {
                return false;
            }
            if let Some(network) = &network {
                let of_it = taken.networks.get(network).copied().unwrap_or(0);
                if of_it >= self.0.most_of_one {
                    return false;
                }
                taken.networks.insert(network.clone(), of_it + 1);
            }
            taken.all += 1;
            true
        });
        has_place.then(|| Place {
            room: Arc::clone(&self.0),
            network,
        })
    }
}

impl Room {
    fn change<T>(&self, how: impl FnOnce(&mut Taken) -> T) -> T {
        how(&mut self.taken.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.room.change(|taken| {
            taken.all -= 1;
            if let Some(network) = &self.network
                && let Some(of_it) = taken.networks.get_mut(network)
            {
                *of_it -= 1;
                if *of_it == 0 {
                    taken.networks.remove(network);
                }
            }
        });
        // Whoever does not wait yet finds this later.
        self.room.left.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn some_address() -> impl Strategy<Value = IpAddr> {
        prop_oneof![
            (0..4_u8).prop_map(|last| IpAddr::from([203, 0, 113, last])),
            (0..3_u16, any::<u16>()).prop_map(|(network, host)| {
                IpAddr::from([0x2001, 0xdb8, 0, network, 0, 0, 0, host])
            }),
            (0..2_u8).prop_map(|last| IpAddr::from([127, 0, 0, last + 1])),
            (0..4_u16)
                .prop_map(|last| { IpAddr::from([0, 0, 0, 0, 0, 0xffff, 0xcb00, 0x7100 + last]) }),
        ]
    }

    proptest! {
        /// Whoever comes and goes: never more than there may be, and nobody is refused a place that is free.
        #[test]
        fn no_network_takes_the_places_of_others(
            steps in prop::collection::vec((some_address(), any::<Option<u8>>()), 1..200),
            most in 1..12_usize,
            most_of_one in 1..5_usize,
        ) {
            let places = Places::new(most, most_of_one);
            let mut here: Vec<(String, Place)> = Vec::new();
            for (address, leaves) in steps {
                if let Some(which) = leaves && !here.is_empty() {
                    here.swap_remove(usize::from(which) % here.len());
                }
                let network = Origin::new(address, "").network;
                let of_it = here.iter().filter(|(other, _)| *other == network).count();
                let is_ours = address.to_canonical().is_loopback();
                let expected = here.len() < most && (is_ours || of_it < most_of_one);
                let place = places.take(address);
                prop_assert_eq!(place.is_some(), expected);
                here.extend(place.map(|place| (network, place)));
            }
            drop(here);
            prop_assert_eq!(places.0.change(|taken| (taken.all, taken.networks.len())), (0, 0));
        }
    }

    #[tokio::test]
    async fn who_waits_goes_on_when_a_place_is_free() {
        let places = Places::new(1, 1);
        let place = places.take(IpAddr::from([203, 0, 113, 1]));
        let waiting = tokio::spawn({
            let places = places.clone();
            async move { places.wait().await }
        });
        tokio::task::yield_now().await;
        assert!(!waiting.is_finished());
        drop(place);
        waiting.await.unwrap();
    }
}
