//! Sessions whose bars, sets, features and strategies are composed by their configuration.

use truebook::settings::BUILTIN;

use crate::place::{Place, json, refused, says};
use crate::tape;

const COMPOSED: &str = r#"
[[bars]]
source = "BTC-USD_5m"
from = "BTC-USD_1m"

[[synchronizer]]
name = "minutes"
expected_sources = ["BTC-USD_1m", "BTC-USD_5m", "ETH-USD_1m", "LTC-USD_1m"]
require_all = false

[[feature]]
name = "rsi"
kind = "rsi"
source = "BTC-USD_5m"
span = 3

[selection]
rule = "score"
opposed = "winner"
"#;

/// The built-in settings, composed: both strategies see the same sets.
fn composed() -> String {
    let text = BUILTIN.replace("order_usd", "synchronizer = \"minutes\"\norder_usd");
    format!("{text}{COMPOSED}")
}

#[test]
fn a_composed_session_says_what_became_of_bars_sets_and_signals() {
    let place = Place::new();
    tape::write_folder(&place, "data", 400);
    place.write("c.toml", composed());
    let args = ["--data", "data", "--config", "c.toml"];
    let text = place.report(&[&args[..], &["--db", "a.db"]].concat());
    let report = json(&text);
    let minutes = &report["bars"]["synchronizers"]["minutes"];
    let count = |key: &str| minutes[key].as_u64().unwrap();
    // 400 minutes of three symbols, of which some are missing, and every fifth of one.
    let bars = minutes["bars"].as_object().unwrap();
    let bars: u64 = bars.values().map(|count| count.as_u64().unwrap()).sum();
    assert!((1_180..=1_280).contains(&bars), "{minutes}");
    let sets = count("complete") + count("incomplete");
    assert!((395..=400).contains(&sets), "{minutes}");
    for name in ["momentum", "pairs_trading"] {
        let signals = &report["bars"]["signals"][name];
        let of = |key: &str| signals[key].as_u64().unwrap();
        assert!(of("given") > 0 && of("sent") > 0, "{signals}");
        let all = of("sent") + of("idle") + of("expired") + of("outvoted");
        assert_eq!(of("given"), all, "{signals}");
    }
    let plain = place.report(&["--data", "data", "--db", "b.db"]);
    assert!(json(&plain).get("bars").is_none(), "{plain}");
    // Again on its own file, and with another place for the writer: the same bytes.
    for threading in ["inline", "engine"] {
        let again = [&args[..], &["--db", "a.db", "--threading", threading]].concat();
        assert_eq!(place.report(&again), text, "{threading}");
    }
}

#[test]
fn a_composition_that_changed_is_another_session() {
    let place = Place::new();
    tape::write_folder(&place, "data", 60);
    place.write("c.toml", composed());
    let args = ["--data", "data", "--config", "c.toml", "--db", "a.db"];
    place.report(&args);
    place.write("c.toml", composed().replace("span = 3", "span = 4"));
    let output = place.paper(&args).output().unwrap();
    says(&refused(&output), &["config"]);
}

#[test]
fn a_source_that_nothing_delivers_is_named() {
    let place = Place::new();
    tape::write_folder(&place, "data", 60);
    let text = composed().replace("\"LTC-USD_1m\"]", "\"LTC-USD_1m\", \"LTC-USD_5m\"]");
    place.write("c.toml", text);
    let args = ["--data", "data", "--config", "c.toml", "--db", ":memory:"];
    let output = place.paper(&args).output().unwrap();
    says(&refused(&output), &["LTC-USD_5m", "[[bars]]"]);
}

#[test]
fn what_the_data_cannot_be_is_refused_and_not_waited_for() {
    let place = Place::new();
    tape::write_folder(&place, "data", 60);
    let args = ["--data", "data", "--config", "c.toml", "--db", ":memory:"];
    let cases = [
        (
            "from = \"BTC-USD_1m\"",
            "from = \"trades\"",
            "'trades' for BTC-USD_5m",
        ),
        (
            "\"LTC-USD_1m\"]",
            "\"LTC-USD_5m\"]",
            "source = \"LTC-USD_5m\"",
        ),
    ];
    for (from, to, what) in cases {
        assert!(composed().contains(from));
        place.write("c.toml", composed().replace(from, to));
        let output = place.paper(&args).output().unwrap();
        says(&refused(&output), &[what]);
    }
}
