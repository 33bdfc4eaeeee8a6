//! Names: large by combination, so that two strangers share a name about as often as in life.

use rand::Rng;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;

use super::name_lists::{
    ACCENTED_GIVEN, ACCENTED_SURNAMES, ACCENTS, BACK, FRONT, MEN, MIDDLE, NICKNAMES, NON_LATIN,
    ONE_WORD, SURNAMES, WOMEN,
};

/// A first and a last name.
pub(super) type Name = (String, String);

/// A name from the common pool: about 180 given names by 12,000 surnames, some of them frequent, some double.
pub(super) fn common(random: &mut StdRng) -> Name {
    (given(random), surname(random))
}

/// A given name from the common pool.
pub(super) fn given(random: &mut StdRng) -> String {
    let pool = if random.random_bool(0.5) { WOMEN } else { MEN };
    pick(pool, random).to_owned()
}

/// A woman's given name.
pub(super) fn womans(random: &mut StdRng) -> String {
    pick(WOMEN, random).to_owned()
}

/// A surname from the common pool: one in five is a frequent one, the others are put together.
pub(super) fn surname(random: &mut StdRng) -> String {
    match random.random_range(0..20) {
        0..4 => pick(SURNAMES, random).to_owned(),
        4..19 => format!(
            "{}{}{}",
            pick(FRONT, random),
            pick(MIDDLE, random),
            pick(BACK, random)
        ),
        _ => format!("{}-{}", pick(SURNAMES, random), pick(SURNAMES, random)),
    }
}

/// A name with accents, in either part or in both.
pub(super) fn accented(random: &mut StdRng) -> Name {
    match random.random_range(0..4) {
        0 => (pick(ACCENTED_GIVEN, random).to_owned(), surname(random)),
        1 => (
            given(random),
            format!(
                "{} {}",
                pick(ACCENTED_SURNAMES, random),
                pick(ACCENTED_SURNAMES, random)
            ),
        ),
        2 => (
            given(random),
            format!("{}-{}", pick(ACCENTED_SURNAMES, random), surname(random)),
        ),
        _ => (
            pick(ACCENTED_GIVEN, random).to_owned(),
            pick(ACCENTED_SURNAMES, random).to_owned(),
        ),
    }
}

/// A name in another script.
pub(super) fn non_latin(random: &mut StdRng) -> Name {
    let (first, last) = NON_LATIN.choose(random).copied().unwrap_or_default();
    (
        pick(first, random).to_owned(),
        pick(last, random).to_owned(),
    )
}

/// A name of one word.
pub(super) fn one_word(random: &mut StdRng) -> Name {
    let word = match random.random_range(0..4) {
        0 => pick(ONE_WORD, random).to_owned(),
        1 => given(random),
        _ => surname(random),
    };
    (word, String::new())
}

/// Another name by which the bearer of a given name goes, when there is one.
pub(super) fn nickname(first: &str) -> Option<&'static str> {
    NICKNAMES.iter().find_map(|(long, short)| {
        if first.eq_ignore_ascii_case(long) {
            Some(*short)
        } else if first.eq_ignore_ascii_case(short) {
            Some(*long)
        } else {
            None
        }
    })
}

/// The name without its accents, as somebody without the keys for them types it.
pub(super) fn without_accents(name: &str) -> String {
    let mut plain = String::with_capacity(name.len());
    for letter in name.chars() {
        match ACCENTS.iter().find(|(accented, _)| *accented == letter) {
            Some((_, bare)) => plain.push_str(bare),
            None => plain.push(letter),
        }
    }
    plain
}

fn pick(pool: &'static [&'static str], random: &mut StdRng) -> &'static str {
    pool.choose(random).copied().unwrap_or_default()
}
