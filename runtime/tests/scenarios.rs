//! The scenario files, run through `Book::call_by_name`: as written, and with a restart between
//! every two steps.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::wildcard_enum_match_arm,
    reason = "a test fails by panicking"
)]

use std::path::{Path, PathBuf};

use serde_json::{Map, Value, json};
use truebook::settings::Settings;
use truebook::{Book, BookOptions, Error, HostOptions};

/// Calls that set prices, which a restart forgets.
const PRICES: [&str; 3] = ["quote", "price", "mark_price"];

struct Scene {
    name: String,
    text: Value,
    path: PathBuf,
    book: Option<Book>,
    prices: Vec<(String, Value)>,
}

impl Scene {
    fn new(name: &str, text: Value, folder: &Path) -> Self {
        let mut scene = Self {
            name: name.to_owned(),
            text,
            path: folder.join("a.db"),
            book: None,
            prices: Vec::new(),
        };
        scene.open();
        scene
    }

    fn open(&mut self) {
        let open = &self.text["open"];
        let settings = open["config"]
            .as_str()
            .map(|text| Settings::from_toml(&self.name, text).unwrap());
        let options = BookOptions::configured(settings, None, None).unwrap();
        let options = BookOptions {
            path: Some(self.path.clone()),
            is_paper: open["mode"].as_str() == Some("paper"),
            has_event_clock: true,
            host: HostOptions {
                threaded: false,
                ..HostOptions::default()
            },
            ..options
        };
        self.book = Some(Book::open(options).unwrap());
    }

    fn restart(&mut self) {
        self.book.take().unwrap().close().unwrap();
        self.open();
        for (name, args) in self.prices.clone() {
            self.call(&name, &args).unwrap();
        }
    }

    fn call(&mut self, name: &str, args: &Value) -> Result<Value, Error> {
        let book = self.book.as_mut().unwrap();
        let said = book.call_by_name(name, &args.to_string())?;
        Ok(serde_json::from_str(&said).unwrap())
    }

    fn run(&mut self, restarts: bool) {
        let steps = self.text["step"].as_array().cloned().unwrap_or_default();
        for (number, step) in steps.iter().enumerate() {
            let place = format!("{}, step {}: {step}", self.name, number + 1);
            let name = step["do"].as_str().unwrap();
            if name == "restart" {
                self.restart();
                continue;
            }
            let mut args = step["args"].as_object().cloned().unwrap_or_default();
            // What price and stop say already.
            args.remove("type");
            let args = Value::Object(args);
            if PRICES.contains(&name) {
                let symbol = &args["symbol"];
                self.prices
                    .retain(|(known, old)| known != name || old["symbol"] != *symbol);
                self.prices.push((name.to_owned(), args.clone()));
            }
            let answer = self.call(name, &args);
            let empty = Map::new();
            let expected = step["expect"].as_object().unwrap_or(&empty);
            check(answer, expected, &place);
            if restarts {
                self.restart();
                self.book.as_mut().unwrap().acknowledge().unwrap();
            }
        }
        self.check_final();
    }

    fn check_final(&mut self) {
        let expected = self.text["final"].as_object().cloned().unwrap_or_default();
        for (kind, all) in &expected {
            if kind == "portfolio" {
                let found = self.call("portfolio", &json!({})).unwrap();
                same(&found, all, &format!("{}: portfolio", self.name));
                continue;
            }
            for (key, wanted) in all.as_object().unwrap() {
                let place = format!("{}: {kind} {key}", self.name);
                let (rest, account) = key.split_once('#').unwrap_or((key, "default"));
                let (first, strategy) = match rest.split_once('@') {
                    Some((first, strategy)) => (first, json!(strategy)),
                    None => (rest, Value::Null),
                };
                let args = match kind.as_str() {
                    "position" => {
                        json!({"symbol": first, "strategy": strategy, "account": account})
                    }
                    "balance" => json!({"currency": first, "account": account}),
                    "order" => json!({"client_order_id": key}),
                    "strategy" => json!({"name": key}),
                    "state" => json!({"key": key}),
                    other => panic!("{}: unknown final table '{other}'", self.name),
                };
                let found = match (kind.as_str(), self.call(kind, &args).unwrap()) {
                    ("state", value) => json!({ "value": value }),
                    (_, found) => found,
                };
                same(&found, wanted, &place);
            }
        }
    }
}

fn check(answer: Result<Value, Error>, expected: &Map<String, Value>, place: &str) {
    let refused = expected.get("refused").and_then(Value::as_str);
    let error = expected.get("error").and_then(Value::as_str);
    match (answer, refused, error) {
        (Err(Error::Refused(found)), Some(wanted), None) => {
            assert_eq!(found.name(), wanted, "{place}");
        }
        (Err(found), None, Some(wanted)) => {
            let name = match found {
                Error::UnknownInstrument(_) => "UnknownInstrument",
                Error::Value(_) | Error::Invalid(_) | Error::InvalidFor(..) => "InvalidValue",
                _ => "Error",
            };
            assert_eq!(name, wanted, "{place}: {found}");
            if let Some(says) = expected.get("says").and_then(Value::as_str) {
                assert!(found.to_string().contains(says), "{place}: {found}");
            }
        }
        (Ok(found), None, None) => {
            for (key, wanted) in expected {
                match key.as_str() {
                    "returns" => assert!(equal(&found, wanted), "{place}: found {found}"),
                    "duplicate" | "quarantined" | "client_order_id" | "sequence" => {
                        assert_eq!(found[key], *wanted, "{place}");
                    }
                    other => panic!("{place}: unknown expectation '{other}'"),
                }
            }
            let is_put_aside = found["quarantined"].is_string();
            let is_expected = expected.contains_key("quarantined");
            assert!(!is_put_aside || is_expected, "{place}: {found}");
        }
        (found, _, _) => panic!("{place}: found {found:?}"),
    }
}

/// Every wanted attribute is found, numbers compared as numbers.
fn same(found: &Value, wanted: &Value, place: &str) {
    let Some(wanted) = wanted.as_object() else {
        assert!(
            equal(found, wanted),
            "{place}: found {found}, wanted {wanted}"
        );
        return;
    };
    for (key, wanted) in wanted {
        // A scenario's quantity is signed.
        let is_signed = key == "qty" && found["signed_qty"].is_string();
        let key = if is_signed { "signed_qty" } else { key };
        let (found, place) = (&found[key], format!("{place}.{key}"));
        if wanted.is_object() {
            same(found, wanted, &place);
        } else {
            assert!(
                equal(found, wanted),
                "{place}: found {found}, wanted {wanted}"
            );
        }
    }
}

fn equal(found: &Value, wanted: &Value) -> bool {
    let number = |value: &Value| -> Option<truebook::model::Fixed> {
        let text = value
            .as_str()
            .map_or_else(|| value.to_string(), str::to_owned);
        truebook::decimal("value", &text).ok()
    };
    if found == wanted || (found.is_null() && wanted.as_str() == Some("absent")) {
        return true;
    }
    matches!((number(found), number(wanted)), (Some(found), Some(wanted)) if found == wanted)
}

fn scenarios() -> Vec<(String, Value)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../scenarios");
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|ending| ending == "toml") {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            let table: toml::Table = std::fs::read_to_string(&path).unwrap().parse().unwrap();
            found.push((name, serde_json::to_value(table).unwrap()));
        }
    }
    found.sort_by(|one, other| one.0.cmp(&other.0));
    assert!(found.len() >= 20, "only {} scenarios", found.len());
    found
}

#[test]
fn every_scenario_ends_as_it_says() {
    for (name, text) in scenarios() {
        let folder = tempfile::tempdir().unwrap();
        Scene::new(&name, text, folder.path()).run(false);
    }
}

#[test]
fn every_scenario_ends_the_same_with_a_restart_between_every_two_steps() {
    for (name, text) in scenarios() {
        let folder = tempfile::tempdir().unwrap();
        Scene::new(&name, text, folder.path()).run(true);
    }
}
