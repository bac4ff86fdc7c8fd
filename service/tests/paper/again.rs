//! A second run on the same file: recomputed against the journal, continued, or refused by name.

use truebook::settings::BUILTIN;

use crate::place::{Place, says, sequence};
use crate::tape;

#[test]
fn a_run_on_its_own_file_books_nothing_twice() {
    let place = Place::new();
    let first = place.report(&["--db", "a.db"]);
    let booked = place.booked("a.db");
    assert_eq!(booked, sequence(&first));
    for mode in ["inline", "engine"] {
        assert_eq!(
            place.report(&["--db", "a.db", "--threading", mode]),
            first,
            "{mode}"
        );
        assert_eq!(place.booked("a.db"), booked, "{mode}");
    }
}

#[test]
fn a_run_on_more_rows_continues_and_reports_what_one_run_over_all_reports() {
    let place = Place::new();
    tape::write_folder(&place, "all", 400);
    let expected = place.report(&["--data", "all", "--db", "all.db"]);
    let mut booked = 0;
    for minutes in [1, 150, 333] {
        tape::write_folder(&place, "data", minutes);
        place.run(&["--data", "data", "--db", "a.db"]);
        let now = place.booked("a.db");
        assert!(
            now > booked || minutes == 1,
            "{minutes} minutes booked nothing new"
        );
        booked = now;
    }
    assert!(booked < sequence(&expected));
    assert_eq!(place.report(&["--data", "all", "--db", "a.db"]), expected);
    assert_eq!(place.booked("a.db"), sequence(&expected));
}

#[test]
fn other_data_on_the_same_file_is_refused_by_name() {
    let place = Place::new();
    tape::write_folder(&place, "data", 100);
    place.run(&["--data", "data", "--db", "a.db"]);
    let refuse = |args: &[&str]| {
        let said = place.refusal(args);
        says(&said, &["another data", "name another file"]);
    };
    refuse(&["--db", "a.db"]);
    // Fewer rows.
    tape::write_folder(&place, "fewer", 99);
    refuse(&["--data", "fewer", "--db", "a.db"]);
    // More rows, but one of the known ones differs.
    tape::write_folder(&place, "changed", 200);
    let file = "changed/BTC-USD.trade.csv";
    let changed = place.read(file).replacen(",1.5\n", ",1.6\n", 1);
    place.write(file, changed);
    refuse(&["--data", "changed", "--db", "a.db"]);
    // A symbol less.
    tape::write_folder(&place, "without", 200);
    for kind in ["trade", "quote"] {
        std::fs::remove_file(place.path(&format!("without/LTC-USD.{kind}.csv"))).unwrap();
    }
    refuse(&["--data", "without", "--db", "a.db"]);
    // The refusals did no harm.
    place.run(&["--data", "data", "--db", "a.db"]);
}

#[test]
fn another_config_on_the_same_file_is_refused_by_name() {
    let place = Place::new();
    place.run(&["--db", "a.db"]);
    for (from, to) in [
        ("window = 60", "window = 61"),
        ("taker_fee_pct = \"0.10\"", "taker_fee_pct = \"0.11\""),
        ("USD = \"100000\"", "USD = \"100001\""),
    ] {
        assert!(BUILTIN.contains(from), "{from}");
        place.write("other.toml", BUILTIN.replace(from, to));
        let said = place.refusal(&["--config", "other.toml", "--db", "a.db"]);
        says(&said, &["another config", "name another file"]);
    }
    place.write("same.toml", BUILTIN);
    place.run(&["--config", "same.toml", "--db", "a.db"]);
}

#[test]
fn an_instrument_belongs_to_the_config_and_its_hash() {
    let place = Place::new();
    let first = place.report(&["--db", "a.db"]);
    let from = "price_precision = 2\nqty_precision = 8";
    let to = "price_precision = 2\nqty_precision = 6";
    place.write("other.toml", BUILTIN.replacen(from, to, 1));
    let other = place.report(&["--config", "other.toml", "--db", ":memory:"]);
    let hash = |report: &str| crate::place::json(report)["config_hash"].clone();
    assert_ne!(hash(&first), hash(&other), "two configs have one hash");
    let said = place.refusal(&["--config", "other.toml", "--db", "a.db"]);
    says(&said, &["another config", "name another file"]);
}
