//! What a session reports, and that nothing but the data and the config decides it.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::place::{Place, json, says};
use crate::tape;

const STRATEGY: [&str; 10] = [
    "closed_trades",
    "fees",
    "fills",
    "open_positions",
    "orders",
    "realized_pnl",
    "refused",
    "total_pnl",
    "unrealized_pnl",
    "win_rate",
];

fn keys(value: &Value) -> Vec<&str> {
    value
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect()
}

fn assert_decimal(value: &Value) {
    let text = value
        .as_str()
        .unwrap_or_else(|| panic!("no string: {value}"));
    let digits = text.strip_prefix('-').unwrap_or(text);
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
    let plain = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    assert!(plain(whole) && plain(fraction), "{text}");
}

fn assert_ratio(value: &Value) {
    assert_decimal(value);
    let (_, fraction) = value.as_str().unwrap().split_once('.').unwrap();
    assert_eq!(fraction.len(), 6, "{value}");
}

#[test]
fn the_writers_place_and_lag_change_no_byte_of_the_report() {
    let place = Place::new();
    tape::write_folder(&place, "short", 60);
    tape::write_folder(&place, "data", 400);
    for data in [
        &[][..],
        &["--data", "data"],
        // Fewer rows than are to wait.
        &["--data", "short"],
    ] {
        let inline = [data, &["--threading", "inline", "--db", ":memory:"]].concat();
        let expected = place.report(&inline);
        for (index, mode) in [
            &["--threading", "inline"][..],
            &["--threading", "engine"],
            &["--threading", "engine"],
            &["--threading", "engine", "--ahead", "1000"],
            &["--threading", "engine", "--ahead", "1"],
            &["--ahead", "5000"],
            &[],
        ]
        .into_iter()
        .enumerate()
        {
            let database = format!("{}-{index}.db", data.last().unwrap_or(&"sample"));
            let args = [data, mode, &["--db", &database]].concat();
            assert_eq!(place.report(&args), expected, "{args:?}");
        }
    }
}

#[test]
fn the_samples_report_has_a_fill_per_strategy_one_refused_price_and_no_difference() {
    let place = Place::new();
    let report = json(&place.report(&["--db", ":memory:"]));
    assert_eq!(
        keys(&report["strategies"]),
        ["momentum", "pairs_trading"],
        "{report}"
    );
    for name in ["momentum", "pairs_trading"] {
        let fills = report["strategies"][name]["fills"].as_u64().unwrap();
        assert!(fills >= 1, "{name}: {report}");
    }
    assert_eq!(report["data"]["refused_prices"], 1, "{report}");
    assert_eq!(report["differences"]["equity"], "0", "{report}");
    assert_eq!(report["differences"]["strategies"], "0", "{report}");
    let (total, each) = (&report["total"], &report["strategies"]);
    for key in ["fills", "orders", "closed_trades", "open_positions"] {
        let sum: u64 = ["momentum", "pairs_trading"]
            .iter()
            .map(|name| each[name][key].as_u64().unwrap())
            .sum();
        assert_eq!(total[key].as_u64().unwrap(), sum, "{key}: {report}");
    }
}

#[test]
fn the_report_has_the_keys_of_the_contract_sorted_and_decimals_as_text() {
    let place = Place::new();
    place.run(&["--db", ":memory:", "--json", "out.json"]);
    let text = place.read("out.json");
    let report = json(&text);
    assert_eq!(
        keys(&report),
        [
            "config_hash",
            "data",
            "differences",
            "sequence",
            "state_hash",
            "strategies",
            "timing",
            "total"
        ]
    );
    assert_eq!(
        keys(&report["data"]),
        ["from", "refused_prices", "rows", "to"]
    );
    assert_eq!(keys(&report["differences"]), ["equity", "strategies"]);
    for name in ["momentum", "pairs_trading"] {
        assert_eq!(keys(&report["strategies"][name]), STRATEGY);
    }
    let mut total = STRATEGY.to_vec();
    total.extend([
        "cash",
        "holdings",
        "equity",
        "max_drawdown",
        "max_drawdown_pct",
    ]);
    total.sort_unstable();
    assert_eq!(keys(&report["total"]), total);
    for block in [&report["total"], &report["strategies"]["momentum"]] {
        for key in ["fees", "realized_pnl", "unrealized_pnl", "total_pnl"] {
            assert_decimal(&block[key]);
        }
        assert_ratio(&block["win_rate"]);
    }
    for key in ["cash", "holdings", "equity", "max_drawdown"] {
        assert_decimal(&report["total"][key]);
    }
    assert_ratio(&report["total"]["max_drawdown_pct"]);
    assert_eq!(report["state_hash"].as_str().unwrap().len(), 64);
    assert_keys_sorted(&text);
}

/// The keys of each object stand in the order of their names, by the text itself.
fn assert_keys_sorted(text: &str) {
    let mut newest: BTreeMap<usize, &str> = BTreeMap::new();
    for line in text.lines() {
        let trimmed = line.trim_start();
        let depth = line.len() - trimmed.len();
        newest.retain(|other, _| *other <= depth);
        let Some((key, _)) = trimmed.strip_prefix('"').and_then(|t| t.split_once("\":")) else {
            continue;
        };
        if let Some(before) = newest.insert(depth, key) {
            assert!(before < key, "{before} before {key}");
        }
    }
}

#[test]
fn a_strategy_without_closed_trades_has_no_win_rate() {
    let place = Place::new();
    tape::write_folder(&place, "data", 5);
    let report = json(&place.report(&["--data", "data", "--db", ":memory:"]));
    assert_eq!(report["total"]["closed_trades"], 0);
    assert_eq!(report["total"]["win_rate"], Value::Null);
    assert_eq!(report["total"]["equity"], "100000");
}

#[test]
fn a_run_in_a_pipe_prints_the_report_and_nothing_else() {
    let place = Place::new();
    // `run` asserts that nothing goes to stderr.
    let said = place.run(&["--db", "a.db"]);
    says(
        &said,
        &[
            "momentum",
            "pairs_trading",
            "fills",
            "refused",
            "open positions",
            "realized PnL",
            "unrealized PnL",
            "fees",
            "cash",
            "holdings",
            "equity",
            "maximum drawdown",
            "win rate",
            "prices per second",
            "cash + holdings = equity     difference 0\n",
            "sum of strategies = total    difference 0\n",
            "a.db",
        ],
    );
    let plain = |c: char| c == '\n' || !c.is_control();
    assert!(said.chars().all(plain), "{said:?}");
}

#[test]
fn the_default_database_is_made_here_named_in_the_report_and_other_for_another_config() {
    let place = Place::new();
    let find = |said: &str| {
        let line = said
            .lines()
            .find(|line| line.starts_with("database"))
            .unwrap();
        line.split_whitespace().nth(1).unwrap().to_owned()
    };
    let first = find(&place.run(&[]));
    assert!(place.path(&first).is_file(), "{first}");
    assert_eq!(find(&place.run(&[])), first);
    let config = truebook::settings::BUILTIN.replace("window = 60", "window = 61");
    place.write("other.toml", config);
    let second = find(&place.run(&["--config", "other.toml"]));
    assert_ne!(second, first);
    let databases = place
        .files()
        .keys()
        .filter(|name| name.ends_with(".db"))
        .count();
    assert_eq!(databases, 2);
}

#[test]
fn a_session_in_memory_keeps_nothing() {
    let place = Place::new();
    says(&place.run(&["--db", ":memory:"]), &[":memory:"]);
    assert_eq!(place.files().len(), 0);
}

#[test]
fn the_chart_is_well_formed_with_a_line_for_equity_and_one_per_strategy() {
    let place = Place::new();
    place.run(&["--db", ":memory:", "--chart", "a.svg"]);
    place.run(&[
        "--db",
        ":memory:",
        "--threading",
        "inline",
        "--chart",
        "b.svg",
    ]);
    let svg = place.read("a.svg");
    assert_eq!(svg, place.read("b.svg"), "two runs draw two charts");
    assert_well_formed(&svg);
    for name in ["equity", "momentum", "pairs_trading"] {
        let is_there = svg.lines().any(|line| line.trim() == name);
        assert!(is_there, "no label {name}");
    }
    // Axes and legends are lines of a few points.
    let curves = svg
        .split("<polyline ")
        .skip(1)
        .filter(|each| {
            let (_, rest) = each.split_once("points=\"").unwrap();
            let (points, _) = rest.split_once('"').unwrap();
            points.split_whitespace().count() > 1_000
        })
        .count();
    assert_eq!(curves, 3);
}

/// One root `svg`, every element closed by its own name, every attribute quoted.
fn assert_well_formed(svg: &str) {
    let mut open: Vec<&str> = Vec::new();
    let mut roots = Vec::new();
    let mut rest = svg;
    while let Some((before, after)) = rest.split_once('<') {
        let outside = before.contains('>') || (open.is_empty() && !before.trim().is_empty());
        assert!(!outside, "text outside of an element: {before}");
        let (tag, next) = after.split_once('>').expect("a tag that ends");
        rest = next;
        if tag.starts_with(['?', '!']) {
            continue;
        }
        assert_eq!(tag.matches('"').count() % 2, 0, "{tag}");
        if let Some(name) = tag.strip_prefix('/') {
            assert_eq!(open.pop(), Some(name));
            continue;
        }
        let name = tag
            .split(|c: char| c.is_whitespace() || c == '/')
            .next()
            .unwrap();
        if open.is_empty() {
            roots.push(name);
        }
        if !tag.ends_with('/') {
            open.push(name);
        }
    }
    assert_eq!((open.len(), roots), (0, vec!["svg"]));
    assert_eq!(rest.trim(), "");
}
