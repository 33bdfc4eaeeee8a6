//! Which node serves which shop: decided by each node for itself, alike by all that know of the same shops and nodes. So
//! nobody has to tell anybody, and no shop costs a query. Where two know different things for a moment, two may serve a
//! shop, or nobody: the lock that every pass takes keeps the two apart.

use std::cmp::Reverse;
use std::collections::BTreeMap;

/// The node of every shop, as its place in the list. Nothing where there are no nodes.
///
/// Each shop prefers the nodes in an order of its own (rendezvous hashing), and gets the first that has room: none serves
/// more than its share. So few shops change hands when a node comes or goes.
#[must_use]
pub fn spread(shops: &[i64], nodes: &[impl AsRef<str>]) -> BTreeMap<i64, usize> {
    if nodes.is_empty() {
        return BTreeMap::new();
    }
    let share = shops.len().div_ceil(nodes.len());
    let mut room = vec![share; nodes.len()];
    let mut shops = shops.to_vec();
    shops.sort_unstable();
    shops.dedup();
    let mut spread = BTreeMap::new();
    for shop in shops {
        let with_room = (0..nodes.len()).filter(|node| room[*node] > 0);
        let preferred = with_room.min_by_key(|node| {
            let id = nodes[*node].as_ref();
            (Reverse(preference(shop, id)), id)
        });
        if let Some(node) = preferred {
            room[node] -= 1;
            spread.insert(shop, node);
        }
    }
    spread
}

/// The same for ever and everywhere: nodes of different versions must agree.
fn preference(shop: i64, node: &str) -> [u8; 32] {
    let mut hasher = blake3::Hasher::new();
    hasher.update(&shop.to_be_bytes());
    hasher.update(node.as_bytes());
    *hasher.finalize().as_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn nodes() -> impl Strategy<Value = Vec<String>> {
        proptest::collection::btree_set("[a-f0-9]{8}", 1..8)
            .prop_map(|nodes| nodes.into_iter().collect())
    }

    fn shops() -> impl Strategy<Value = Vec<i64>> {
        proptest::collection::btree_set(1_i64..1_000, 0..200)
            .prop_map(|shops| shops.into_iter().collect())
    }

    proptest! {
        #[test]
        fn every_shop_has_one_node_and_none_has_more_than_its_share(shops in shops(), nodes in nodes()) {
            let spread = spread(&shops, &nodes);
            prop_assert_eq!(spread.keys().copied().collect::<Vec<_>>(), shops.as_slice());
            for node in 0..nodes.len() {
                let count = spread.values().filter(|of| **of == node).count();
                prop_assert!(count <= shops.len().div_ceil(nodes.len()));
            }
        }

        #[test]
        fn in_whatever_order_they_are_told_all_decide_alike(shops in shops(), nodes in nodes(), seed in any::<u64>()) {
            let named = |nodes: &[String], shops: &[i64]| -> BTreeMap<i64, String> {
                let spread = spread(shops, nodes);
                spread.into_iter().map(|(shop, node)| (shop, nodes[node].clone())).collect()
            };
            let (mut other_nodes, mut other_shops) = (nodes.clone(), shops.clone());
            let turns = usize::try_from(seed % 7).unwrap();
            let count = other_nodes.len();
            other_nodes.rotate_left(turns % count);
            other_shops.reverse();
            prop_assert_eq!(named(&nodes, &shops), named(&other_nodes, &other_shops));
        }
    }

    #[test]
    fn few_shops_change_hands_when_a_node_goes() {
        let shops: Vec<i64> = (1..=600).collect();
        let nodes = ["a", "b", "c"];
        let before = spread(&shops, &nodes);
        let after = spread(&shops, &nodes[..2]);
        let stayed = |shop: &&i64| before[*shop] == 2 || before[*shop] == after[*shop];
        let moved = shops.len() - shops.iter().filter(stayed).count();
        assert!(moved < 60, "{moved} of those that had a node left");
    }
}
