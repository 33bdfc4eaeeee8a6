//! What a person said is left alone.

use domain::{Kind, RecordId, Side};
use proptest::prelude::*;
use sync::{LeftAlone, Standing};

fn side() -> impl Strategy<Value = Side> {
    prop_oneof![Just(Side::HighLevel), Just(Side::MyGadgetRepairs)]
}

fn kind() -> impl Strategy<Value = Kind> {
    prop_oneof![
        Just(Kind::Contact),
        Just(Kind::Task),
        Just(Kind::Appointment)
    ]
}

fn id() -> impl Strategy<Value = RecordId> {
    (0_u8..6).prop_map(|number| RecordId::new(number.to_string()))
}

proptest! {
    /// Both records of a pair are left alone, or neither is, whoever of the four was named.
    #[test]
    fn a_pair_is_left_alone_from_either_side(
        named in prop::collection::vec((side(), kind(), id()), 0..4),
        kind in kind(), left in id(), right in id(), contact in id(), customer in id(),
    ) {
        let left_alone = LeftAlone::new(named);
        let of_left = Standing {
            side: Side::HighLevel, kind, id: &left, counterpart: Some(&right),
            parent: Some(&contact), parents_counterpart: Some(&customer),
        };
        let of_right = Standing {
            side: Side::MyGadgetRepairs, kind, id: &right, counterpart: Some(&left),
            parent: Some(&customer), parents_counterpart: Some(&contact),
        };
        prop_assert_eq!(left_alone.covers(of_left), left_alone.covers(of_right));
    }

    /// Only who was named, or belongs to somebody named, is left alone; where nobody was, nothing is.
    #[test]
    fn nobody_else_is_left_alone(
        named in prop::collection::vec((side(), kind(), id()), 0..4),
        side in side(), kind in kind(), one in id(), counterpart in prop::option::of(id()),
        parent in prop::option::of(id()), parents in prop::option::of(id()),
    ) {
        let left_alone = LeftAlone::new(named.clone());
        let of = Standing {
            side, kind, id: &one, counterpart: counterpart.as_ref(),
            parent: parent.as_ref(), parents_counterpart: parents.as_ref(),
        };
        let is_named = |side: Side, kind: Kind, id: Option<&RecordId>| {
            named.iter().any(|(on, of, what)| (*on, *of) == (side, kind) && Some(what) == id)
        };
        let expected = is_named(side, kind, Some(&one))
            || is_named(side.other(), kind, counterpart.as_ref())
            || is_named(side, Kind::Contact, parent.as_ref())
            || is_named(side.other(), Kind::Contact, parents.as_ref());
        prop_assert_eq!(left_alone.covers(of), expected);
    }
}
