//! A config that cannot be taken: file and line, what was found, what is allowed; no database
//! is made.

use truebook::settings::BUILTIN;

use crate::place::{Place, says};

/// The refusal of the built-in config with `from` replaced by `to`, and the line of `to`.
fn refusal(from: &str, to: &str) -> (String, usize) {
    let (before, _) = BUILTIN.split_once(from).expect(from);
    let place = Place::new();
    place.write("my.toml", BUILTIN.replacen(from, to, 1));
    let line = before.lines().count() + usize::from(before.ends_with('\n') || before.is_empty());
    let said = place.refusal(&["--config", "my.toml", "--db", "a.db"]);
    (said, line)
}

#[test]
fn a_missing_config_is_named() {
    let said = Place::new().refusal(&["--config", "my.toml", "--db", "a.db"]);
    says(&said, &["my.toml", "cannot be read"]);
}

#[test]
fn an_unknown_strategy_is_named_with_those_there_are() {
    let (said, line) = refusal("kind = \"momentum\"", "kind = \"grid\"");
    let place = format!("my.toml:{line}: ");
    says(
        &said,
        &[&place, "'grid'", "allowed", "'momentum'", "'pairs_trading'"],
    );
}

#[test]
fn an_unknown_key_is_named_with_those_there_are() {
    let (said, line) = refusal("max_positions = 10", "max_positons = 10");
    let place = format!("my.toml:{line}: [limits]");
    says(
        &said,
        &[&place, "'max_positons'", "allowed", "max_positions"],
    );
    let (said, line) = refusal("[fees]", "[fee]");
    says(&said, &[&format!("my.toml:{line}: "), "'fee'", "fees"]);
}

#[test]
fn a_bad_value_is_named_with_what_is_allowed() {
    for (from, to, words) in [
        (
            "taker_fee_pct = \"0.10\"",
            "taker_fee_pct = 0.10",
            &["0.10", "allowed"][..],
        ),
        (
            "mode = \"paper\"",
            "mode = \"demo\"",
            &["'demo'", "'paper'", "'live'"],
        ),
        ("fast = 12", "fast = 26", &["fast = 26", "fast below slow"]),
        (
            "symbols = [\"BTC-USD\"",
            "symbols = [\"DOGE-USD\"",
            &["'DOGE-USD'", "BTC-USD"],
        ),
        (
            "max_positions = 2",
            "max_positions = 11",
            &["pairs_trading", "at most", "10"],
        ),
        ("window = 60", "window = ", &["no TOML"]),
    ] {
        let (said, line) = refusal(from, to);
        says(&said, &[&format!("my.toml:{line}: ")]);
        says(&said, words);
    }
}
