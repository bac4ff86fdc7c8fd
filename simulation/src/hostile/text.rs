//! Calls by name from bytes: arguments as JSON text, right ones and the worst.

use std::collections::BTreeSet;
use std::fmt::{self, Write};

use super::worst::Worst;

/// What is longer is cut where a call is shown.
const SHOWN_MAX: usize = 400;
/// The longest text of an argument, in bytes.
pub const LONGEST: usize = 10 << 20;

/// Every method and what it takes.
const METHODS: &[(&str, &str)] = &[
    (
        "add_instrument",
        "symbol kind base quote settle venue price_precision qty_precision tick lot min_qty \
         max_qty min_notional multiplier leverage maker_fee taker_fee expiry",
    ),
    (
        "submit",
        "symbol side qty price stop leg time_in_force expire_time one_cancels bracket_of \
         strategy client_order_id reduce_only ts_event account",
    ),
    (
        "would_refuse",
        "symbol side qty price stop leg strategy client_order_id reduce_only ts_event account",
    ),
    (
        "fill",
        "symbol side qty price leg trade_id revises client_order_id venue_order_id cum_qty \
         strategy fee fee_currency fees liquidity source ts_event account",
    ),
    ("bust", "account symbol side trade_id"),
    ("late_fee", "account symbol side trade_id fee fee_currency"),
    ("amend", "client_order_id qty price"),
    ("accept", "client_order_id venue_order_id"),
    ("reject", "client_order_id"),
    ("cancel_request", "client_order_id"),
    ("cancel_reject", "client_order_id"),
    ("canceled", "client_order_id"),
    ("expire", "client_order_id"),
    ("mark_unknown", "client_order_id"),
    ("add_account", "name"),
    ("deposit", "account currency amount id"),
    ("withdraw", "account currency amount id"),
    ("adjust", "account currency amount id"),
    ("transfer", "account to currency amount id"),
    ("funding", "account symbol strategy currency amount id"),
    ("dividend", "account symbol strategy currency amount id"),
    ("interest", "account strategy currency amount id"),
    ("split", "symbol numerator denominator cash_px id"),
    ("adopt", "account symbol strategy qty cost id"),
    ("venue_balance", "account currency total ts_event"),
    ("venue_position", "account symbol qty ts_event"),
    ("halt", "reason"),
    ("reduce", "reason"),
    ("resume", "reason"),
    ("set_state", "key value"),
    ("quote", "symbol bid ask ts_event"),
    ("price", "symbol last ts_event"),
    ("mark_price", "symbol mark ts_event"),
    ("state", "key"),
    ("position", "account symbol strategy"),
    ("balance", "account currency"),
    ("order", "client_order_id"),
    ("strategy", "name"),
    ("portfolio", ""),
];

/// What nobody should write for a value, as it stands in JSON or would.
const STRANGE: &[&str] = &[
    r#""""#,
    r#""NaN""#,
    r#""inf""#,
    r#""-inf""#,
    r#""1e400""#,
    r#""1e-400""#,
    r#""1e28""#,
    r#""-0""#,
    r#""0""#,
    r#""-1""#,
    r#""1_000""#,
    r#""1,5""#,
    r#""0x10""#,
    r#"" 1 ""#,
    r#""+1""#,
    r#"".""#,
    r#""e""#,
    r#""1e""#,
    r#""\u0661""#,
    r#""79228162514264337593543950335""#,
    r#""9999999999999999999999999999""#,
    r#""0.0000000000000000000000000001""#,
    r#""a\nb""#,
    r#""\u0000""#,
    r#""\ud83d\udcb0""#,
    r#""\ud800""#,
    "NaN",
    "Infinity",
    "1e400",
    "1e-400",
    "-0",
    "-0.0",
    "0",
    "-1",
    "256",
    "4294967296",
    "9223372036854775807",
    "9223372036854775808",
    "-9223372036854775808",
    "18446744073709551616",
    "340282366920938463463374607431768211456",
    "0.1e-7",
    "null",
    "true",
    "[]",
    "{}",
    r#"{"USD": "1", "": "1", "B0": "NaN"}"#,
    r#"{"USD": 1, "B0": 1, "B1": 1, "B2": 1}"#,
    "",
    "'1'",
    "\"",
];

/// A call of a method by its name.
#[derive(Clone)]
pub struct Call {
    /// The name.
    pub name: String,
    /// The text of its arguments.
    pub args: String,
}

impl fmt::Debug for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown: String = self.args.chars().take(SHOWN_MAX).collect();
        write!(f, "{} {shown}", self.name)?;
        if shown.len() < self.args.len() {
            write!(f, "... of {} bytes", self.args.len())?;
        }
        Ok(())
    }
}

/// Decodes calls: at most one of them has a text of [`LONGEST`].
#[derive(Default)]
pub(super) struct Calls {
    has_longest: bool,
}

impl Calls {
    /// The next call.
    pub fn next(&mut self, worst: &mut Worst<'_>) -> Call {
        worst.begin();
        let (name, keys) = worst.pick(METHODS);
        let is_broken = !worst.is_calm() && worst.one_in(16);
        if is_broken {
            return Call {
                name: worst.text(8),
                args: self.broken(worst),
            };
        }
        let mut args = String::from("{");
        for key in keys.split_whitespace() {
            if is_optional(key) && !worst.one_in(3) {
                continue;
            }
            let value = self.value(worst, key);
            push(&mut args, key, &value);
        }
        if !worst.is_calm() && worst.one_in(16) {
            let (_, others) = worst.pick(METHODS);
            let key = others.split_whitespace().next().unwrap_or("?");
            let value = self.value(worst, key);
            push(&mut args, key, &value);
        }
        args.push('}');
        let name = name.to_owned();
        Call { name, args }
    }

    /// Text that is no object of keywords.
    fn broken(&mut self, worst: &mut Worst<'_>) -> String {
        match worst.below(4) {
            0 => worst.text(64),
            1 => "[".repeat(worst.pick(&[1, 127, 128, 10_000])),
            2 => r#"{"a":"#.repeat(worst.pick(&[1, 127, 128, 10_000])),
            _ => self.long(worst),
        }
    }

    fn value(&mut self, worst: &mut Worst<'_>, key: &str) -> String {
        if worst.is_calm() || !worst.one_in(6) {
            return usual(worst, key);
        }
        match worst.below(8) {
            0 => format!("\"{}\"", worst.text(8)),
            1 => {
                let (whole, places) = (worst.wide(), worst.precision());
                format!("\"{whole}e-{places}\"")
            }
            2 => format!("{}", worst.wide()),
            3 if worst.one_in(16) => format!("\"{}\"", self.long(worst)),
            _ => worst.pick(STRANGE).to_owned(),
        }
    }

    fn long(&mut self, worst: &mut Worst<'_>) -> String {
        let part = worst.pick(&["x", "9", "0", "\u{1F4B0}", "\\u0000"]);
        let is_longest = !self.has_longest && worst.one_in(64);
        self.has_longest |= is_longest;
        let size = if is_longest {
            LONGEST
        } else {
            worst.pick(&[96, 97, 400, 4_000, 65_536, 65_537])
        };
        part.repeat(size / part.len())
    }
}

fn push(args: &mut String, key: &str, value: &str) {
    let comma = if args.len() > 1 { ", " } else { "" };
    // Writing into a String cannot fail.
    let _ = write!(args, r#"{comma}"{key}": {value}"#);
}

/// Calls that make sense but for one argument, which is a text of [`LONGEST`]: one for each kind of
/// argument, as what is usual for it tells.
pub(super) fn longest() -> impl Iterator<Item = Call> {
    let mut seen = BTreeSet::new();
    let all = METHODS.iter().flat_map(|(name, keys)| {
        let each = keys.split_whitespace();
        each.map(move |key| (*name, *keys, key))
    });
    let calm = || Worst::new(&[]).begun();
    all.filter(move |(_, _, key)| seen.insert(usual(&mut calm(), key)))
        .map(move |(name, keys, long)| {
            let mut args = String::from("{");
            for key in keys.split_whitespace() {
                if key == long {
                    let value = format!("\"{}\"", "x".repeat(LONGEST));
                    push(&mut args, key, &value);
                } else if !is_optional(key) {
                    push(&mut args, key, &usual(&mut calm(), key));
                }
            }
            args.push('}');
            let name = name.to_owned();
            Call { name, args }
        })
}

fn is_optional(key: &str) -> bool {
    !matches!(
        key,
        "symbol" | "side" | "qty" | "base" | "quote" | "client_order_id" | "trade_id" | "name"
    ) && !matches!(
        key,
        "currency" | "amount" | "total" | "to" | "key" | "value"
    ) && !matches!(key, "last" | "mark" | "numerator" | "denominator")
        && !key.ends_with("_precision")
}

/// A value that makes sense for `key`.
fn usual(worst: &mut Worst<'_>, key: &str) -> String {
    let words: &[&str] = match key {
        "symbol" => &["S0", "S1", "S2", "S3", "S4", "S5", "S6", "S7", "S8"],
        "currency" | "fee_currency" => &["USD", "USD", "B0", "B4", "EUR"],
        "base" => &["B0", "B4", "EUR"],
        "quote" | "settle" => &["USD", "EUR"],
        "account" | "to" => &["default", "a"],
        "side" => &["buy", "sell"],
        "leg" => &["net", "long", "short"],
        "kind" => &["spot", "perpetual", "inverse_perpetual", "option"],
        "liquidity" => &["maker", "taker"],
        "time_in_force" => &["gtc", "ioc", "fok", "day", "gtd"],
        "reduce_only" => return worst.pick(&["true", "false"]).to_owned(),
        "fees" => return r#"{"USD": "0.25", "B0": "-0.01"}"#.to_owned(),
        "numerator" | "denominator" => return worst.count().to_string(),
        "price_precision" | "qty_precision" => return worst.precision().to_string(),
        "ts_event" | "expiry" | "expire_time" => return worst.ts().0.to_string(),
        "price" | "last" | "mark" | "bid" | "ask" | "stop" => &["100", "99.5", "100.5", "101"],
        "qty" | "amount" | "total" | "cum_qty" | "cost" => &["1", "2", "0.5", "1000", "0.001"],
        "fee" | "cash_px" | "tick" | "lot" | "min_qty" | "max_qty" => &["0.01", "1", "100"],
        "min_notional" | "multiplier" | "leverage" | "maker_fee" | "taker_fee" => &["1", "10"],
        "value" => &["shared"],
        _ => &["order-1", "order-2", "trade-1", "trade-2", "a"],
    };
    format!("\"{}\"", worst.pick(words))
}
