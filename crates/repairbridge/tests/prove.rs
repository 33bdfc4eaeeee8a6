//! The command `prove`: a certificate, on the default rules and on a shop's own.

mod place;

use place::Place;

#[test]
fn a_certificate_is_printed_and_is_the_same_again() {
    let place = Place::empty();
    let words = ["prove", "--schedules", "3", "--seed", "21", "--json"];
    let one = place.run(&words).with(0).json();
    assert_eq!(one["schedules"], 3);
    assert_eq!(one["first_seed"], 21);
    assert_eq!(one["violations"], 0, "{one}");
    let other = place.run(&words).with(0).json();
    assert_eq!(one["digest"], other["digest"]);
    let left: Vec<_> = std::fs::read_dir(place.path()).unwrap().collect();
    assert!(left.is_empty(), "it leaves nothing behind: {left:?}");
}

#[test]
fn a_shops_own_rules_are_used() {
    let place = Place::empty();
    place
        .run(&["shop", "add", "main", "--location", "x"])
        .with(0);
    // Nothing is made at the counter, whatever happens in the CRM.
    let file = place.write("rules.toml", "[create]\nmygadgetrepairs = \"none\"\n");
    place
        .run(&["rules", "set", "main", "--file", file.to_str().unwrap()])
        .with(0);
    let seeds = ["--schedules", "3", "--seed", "21"];
    let own = place
        .run(&[&["prove", "main"], &seeds[..]].concat())
        .with(0);
    assert!(
        own.out.contains("the rules of the shop `main`"),
        "{}",
        own.out
    );
    let usual = place.run(&[&["prove"], &seeds[..]].concat()).with(0);
    let digest = |text: &str| text.lines().last().unwrap_or_default().to_owned();
    assert_ne!(digest(&own.out), digest(&usual.out));
    place
        .run(&["prove", "nobody"])
        .with(2)
        .says("no shop `nobody`");
}
