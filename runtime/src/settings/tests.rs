//! Properties of settings: defaults, and what a refusal says.

use truebook_core::model::{Fixed, Id, InstrumentKind, StrategyKind};

use super::{BUILTIN, Settings};

const INSTRUMENTS: &str = r#"
[[instrument]]
symbol = "A"
base = "A"
quote = "USD"
price_precision = 2
qty_precision = 8

[[instrument]]
symbol = "B"
kind = "equity"
base = "B"
quote = "USD"
price_precision = 2
qty_precision = 0
tick = "0.05"
lot = 100
"#;

fn taken(text: &str) -> Settings {
    Settings::from_toml("s.toml", text).unwrap()
}

fn refused(text: &str) -> String {
    Settings::from_toml("s.toml", text).unwrap_err().to_string()
}

/// The refusal of a strategy's `lines` that follow its name on line 20.
fn refused_strategy(lines: &str) -> String {
    refused(&format!(
        "{INSTRUMENTS}\n\n[[strategy]]\nname = \"s\"\n{lines}"
    ))
}

#[test]
fn the_builtin_settings_are_taken_and_are_those_of_the_sample() {
    let builtin = Settings::builtin();
    assert_eq!(
        Settings::from_toml("builtin.toml", BUILTIN),
        Ok(builtin.clone())
    );
    let symbols: Vec<Id> = builtin
        .config
        .instruments
        .iter()
        .map(|spec| spec.symbol)
        .collect();
    assert_eq!(symbols, crate::market::sample().symbols);
    assert_eq!(builtin.config.limits.price_stale_seconds, 300);
    let names: Vec<&str> = builtin
        .config
        .strategies
        .iter()
        .map(|s| s.name.as_str())
        .collect();
    assert_eq!(names, ["momentum", "pairs_trading"]);
    assert_eq!(builtin.config.strategies[1].limits.max_positions, 2);
    assert_eq!(
        builtin.config.strategies[1]
            .limits
            .max_positions_per_strategy,
        5
    );
}

#[test]
fn a_key_left_out_means_its_default_to_the_hash() {
    let start = BUILTIN.find("[cash]").unwrap();
    let mut short = format!("[limits]\nprice_stale_seconds = 300\n{}", &BUILTIN[start..]);
    for line in [
        "fast = 12",
        "slow = 26",
        "window = 60",
        "enter = 2.0",
        "exit = 0.5",
    ] {
        short = short.replace(line, "");
    }
    short = short.replace("order_usd = \"1000\"", "");
    let short = taken(&short);
    assert_eq!(short.config, Settings::builtin().config);
    assert_eq!(short.config.hash(), Settings::builtin().config.hash());
    assert_eq!(taken("").config.limits.price_stale_seconds, 5);
    assert_eq!((taken("").mode, taken("").durability), (None, None));
}

#[test]
fn money_is_a_string_or_an_integer_and_a_float_is_refused_with_the_cure() {
    let settings = taken("[cash]\nUSD = \"0.10\"\nBTC = 1_000\nEUR = 0x10");
    let amounts: Vec<String> = settings
        .config
        .cash
        .iter()
        .map(|c| c.amount.to_string())
        .collect();
    assert_eq!(amounts, ["1000", "16", "0.1"]);
    let error = refused("[cash]\nUSD = 0.10");
    assert!(
        error.starts_with("s.toml:2: USD in [cash]: found 0.10, allowed:"),
        "{error}"
    );
    assert!(error.ends_with("write USD = \"0.10\""), "{error}");
    assert!(refused("[cash]\nUSD = true").contains("as a string or an integer"));
    assert!(refused("[cash]\nUSD = -1").contains("found -1, allowed: a decimal number of 0"));
}

#[test]
fn scores_keep_the_digits_that_were_written() {
    let text = format!("{INSTRUMENTS}[[strategy]]\nname=\"s\"\nkind=\"pairs_trading\"\n");
    let text = format!("{text}pair=[\"A\",\"B\"]\nenter = 2.10\nexit = \"0.3\"");
    let StrategyKind::PairsTrading { enter, exit, .. } = taken(&text).config.strategies[0].kind
    else {
        panic!("another kind");
    };
    assert_eq!((enter, exit), (Fixed::new(21, 1), Fixed::new(3, 1)));
}

#[test]
fn the_day_boundary_is_counted_in_utc() {
    for (text, seconds) in [
        ("00:00+00:00", 0),
        ("00:00+02:00", 22 * 3_600),
        ("17:00-05:00", 22 * 3_600),
        ("22:00-05:30", 3 * 3_600 + 1_800),
    ] {
        let settings = taken(&format!("[book]\nday_boundary = \"{text}\""));
        assert_eq!(settings.config.day_boundary_seconds, seconds, "{text}");
    }
    for text in [
        "",
        "24:00+00:00",
        "00:00",
        "0:00+00:00",
        "00:60+00:00",
        "00:00+00:00+1",
    ] {
        let error = refused(&format!("[book]\nday_boundary = \"{text}\""));
        assert!(
            error.contains("s.toml:2") && error.contains("HH:MM+HH:MM"),
            "{error}"
        );
    }
}

#[test]
fn an_unknown_key_or_table_is_answered_with_the_allowed_ones() {
    for (text, words) in [
        (
            "\n[bok]\n",
            "s.toml:2: the top level: found 'bok', allowed: book, fees, limits",
        ),
        (
            "[book]\n\nmod = 1",
            "s.toml:3: [book]: found 'mod', allowed: mode, reporting_currency",
        ),
        (
            "[fees]\nmaker = 1",
            "s.toml:2: [fees]: found 'maker', allowed: maker_fee_pct",
        ),
        (
            "[limits]\nx = 1",
            "s.toml:2: [limits]: found 'x', allowed: max_positions",
        ),
        (
            "[paper]\nx = 1",
            "s.toml:2: [paper]: found 'x', allowed: slippage_pct",
        ),
        (
            "[[instrument]]\nx = 1",
            "s.toml:2: [[instrument]]: found 'x', allowed: symbol, kind",
        ),
    ] {
        let error = refused(text);
        assert!(error.starts_with(words), "{error}");
    }
    let error = refused_strategy("kind = \"momentum\"\nwindow = 3");
    assert!(
        error.contains("s.toml:23: [[strategy]]: found 'window', allowed: name"),
        "{error}"
    );
}

#[test]
fn a_bad_value_is_named_with_its_line_and_what_is_allowed() {
    for (text, words) in [
        (
            "[book]\nmode = \"demo\"",
            "s.toml:2: mode in [book]: found 'demo', allowed: 'paper' or",
        ),
        ("[book]\ndurability = 1", "found 1, allowed: 'disk' or 'os'"),
        (
            "[fees]\ntaker_fee_pct = \"101\"",
            "found '101', allowed: a percentage from 0 to 100",
        ),
        ("[fees]\nmaker_fee_pct = \"-1\"", "found '-1'"),
        (
            "[limits]\nmax_positions = -1",
            "found -1, allowed: a whole number from 0 to",
        ),
        (
            "[limits]\nmin_position_usd = \"ten\"",
            "found 'ten', allowed: a decimal number",
        ),
        (
            "[limits]\ndaily_loss_pct = \"0\"",
            "found '0', allowed: a percentage above 0",
        ),
        (
            "[limits]\nmax_drawdown_pct = 101",
            "found 101, allowed: a percentage above 0",
        ),
        (
            "[limits]\norders_per_second = 0",
            "found 0, allowed: a whole number from 1",
        ),
        (
            "[paper]\npartial_fills = 1",
            "found 1, allowed: true or false",
        ),
        (
            "limits = 3",
            "s.toml:1: limits in the top level: found 3, allowed: a table [limits]",
        ),
        ("strategy = 3", "found 3, allowed: tables [[strategy]]"),
        ("[book]\nmode = ", "s.toml:2: found no TOML:"),
        (
            "[book]\nmode = \"paper\"\nmode = \"live\"",
            "s.toml:3: found no TOML: duplicate key",
        ),
    ] {
        let error = refused(text);
        assert!(error.contains(words), "{error}");
    }
}

#[test]
fn an_instrument_is_complete_and_stands_once() {
    let [first, second] = taken(INSTRUMENTS).config.instruments.try_into().unwrap();
    assert_eq!(
        (first.kind, second.kind),
        (InstrumentKind::Spot, InstrumentKind::Equity)
    );
    assert_eq!(
        (second.tick, second.lot),
        (Some(Fixed::new(5, 2)), Some(Fixed::new(100, 0)))
    );
    for (from, to, words) in [
        (
            "symbol = \"B\"",
            "symbol = \"A\"",
            "s.toml:10: symbol in [[instrument]]: found 'A' a sec",
        ),
        (
            "kind = \"equity\"",
            "kind = \"bond\"",
            "found 'bond', allowed: 'spot', 'equity', 'perpetual'",
        ),
        (
            "qty_precision = 8",
            "qty_precision = 19",
            "s.toml:7: qty_precision",
        ),
        (
            "qty_precision = 8",
            "",
            "s.toml:2: [[instrument]]: found no 'qty_precision'",
        ),
        (
            "base = \"A\"",
            "base = \"USD\"",
            "found 'USD', which is the base",
        ),
        (
            "tick = \"0.05\"",
            "tick = \"0.005\"",
            "found 0.005, allowed: at most 2 digits",
        ),
        (
            "lot = 100",
            "lot = 0",
            "found 0, allowed: a decimal number above 0",
        ),
    ] {
        let error = refused(&INSTRUMENTS.replace(from, to));
        assert!(error.contains(words), "{to}: {error}");
    }
}

#[test]
fn a_strategy_that_cannot_run_is_refused() {
    for (lines, words) in [
        (
            "kind = \"grid\"",
            "s.toml:22: kind in [[strategy]]: found 'grid', allowed: 'momentum', 'pairs",
        ),
        (
            "",
            "found no 'kind', allowed: 'momentum', 'pairs_trading' or",
        ),
        ("kind = \"momentum\"", "found no 'symbols'"),
        ("kind = \"momentum\"\nsymbols = []", "found no symbol"),
        (
            "kind = \"momentum\"\nsymbols = [\"C\"]",
            "s.toml:23: symbols in [[strategy]]: found 'C'",
        ),
        (
            "kind = \"momentum\"\nsymbols = [\"C\"]",
            "a symbol of an [[instrument]]: A, B",
        ),
        (
            "kind = \"momentum\"\nsymbols = [\"A\", \"A\"]",
            "found 'A' a second time",
        ),
        (
            "kind = \"momentum\"\nfast = 26",
            "found fast = 26 and slow = 26, allowed: fast below",
        ),
        (
            "kind = \"pairs_trading\"\npair = [\"A\"]",
            "found 1 symbols, allowed: two symbols",
        ),
        (
            "kind = \"pairs_trading\"\nexit = 2.0",
            "found enter = 2 and exit = 2, allowed: exit",
        ),
        (
            "kind = \"pairs_trading\"\nenter = nan",
            "found nan, allowed: a decimal number above 0",
        ),
        (
            "kind = \"pairs_trading\"\npair = [\"A\", \"B\"]\nwindow = 1",
            "s.toml:24: window",
        ),
        (
            "kind = \"momentum\"\nsymbols = [\"A\"]\norder_usd = 10.5",
            "write order_usd = \"10.5\"",
        ),
    ] {
        let error = refused_strategy(lines);
        assert!(error.contains(words), "{lines}: {error}");
    }
    let twice = "kind = \"momentum\"\nsymbols = [\"A\"]\n";
    let error = refused_strategy(&format!("{twice}[[strategy]]\nname = \"s\"\n{twice}"));
    assert!(
        error.contains("s.toml:25: name in [[strategy]]: found 's' a second time"),
        "{error}"
    );
}

#[test]
fn a_strategy_narrows_every_limit_and_widens_none() {
    let book = "[limits]\nmax_order_notional = 500\norders_per_second = 5\ndaily_loss_pct = 5\n";
    for (key, narrower, wider) in [
        ("max_positions", "9", "11"),
        ("max_positions_per_strategy", "4", "6"),
        ("min_position_usd", "11", "\"9.99\""),
        ("min_hold_seconds", "5", ""),
        ("price_band_pct", "\"9.5\"", "\"10.5\""),
        ("price_stale_seconds", "4", "6"),
        ("max_order_notional", "\"499.99\"", "501"),
        ("max_gross_exposure", "1", ""),
        ("orders_per_second", "4", "6"),
        ("daily_loss_pct", "\"4.5\"", "6"),
        ("max_drawdown_pct", "20", ""),
    ] {
        let text = format!("{book}{INSTRUMENTS}[[strategy]]\nname = \"s\"\nkind = \"momentum\"\n");
        let text = format!("{text}symbols = [\"A\"]\n{key} = ");
        taken(&format!("{text}{narrower}"));
        if !wider.is_empty() {
            let error = refused(&format!("{text}{wider}"));
            let line = text.lines().count();
            let place = format!("s.toml:{line}: {key}: found {}", wider.replace('"', ""));
            assert!(error.starts_with(&format!("{place} for strategy 's', allowed: at ")));
            assert!(error.contains(&format!("the book's {key}")), "{error}");
        }
    }
}

#[test]
fn a_file_is_named_in_its_refusal() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("mine.toml");
    assert!(
        Settings::read(&path)
            .unwrap_err()
            .to_string()
            .contains("mine.toml: cannot be read")
    );
    std::fs::write(&path, BUILTIN).unwrap();
    assert_eq!(Settings::read(&path), Ok(Settings::builtin()));
}
