//! Features against slow oracles, against TA-Lib, and over millions of bars.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test fails by panicking"
)]

use proptest::prelude::*;
use truebook_core::bars::feature::{
    Atr, Bollinger, Change, ChangeKind, Deviation, Ema, EmaSeed, FloatBar, Pair, Panel, PanelSpans,
    Rsi, Sma, Span, Volatility, Vwap, ZScore, log_ratio,
};

/// What features are when they are computed from the beginning, each straight from its formula.
mod oracle {
    use super::FloatBar;

    pub fn mean(values: &[f64]) -> f64 {
        values.iter().sum::<f64>() / values.len() as f64
    }

    /// The sum of products of distances from both means.
    pub fn squares(a: &[f64], b: &[f64]) -> f64 {
        let (mean_a, mean_b) = (mean(a), mean(b));
        a.iter()
            .zip(b)
            .map(|(a, b)| (a - mean_a) * (b - mean_b))
            .sum()
    }

    pub fn deviation(values: &[f64], divisor: f64) -> f64 {
        (squares(values, values) / divisor).sqrt()
    }

    pub fn ema(values: &[f64], n: usize) -> f64 {
        let alpha = 2.0 / (n as f64 + 1.0);
        let seed = mean(&values[..n]);
        let rest = values[n..].iter();
        rest.fold(seed, |ema, value| alpha * value + (1.0 - alpha) * ema)
    }

    pub fn wilder(values: &[f64], n: usize) -> f64 {
        let seed = mean(&values[..n]);
        let rest = values[n..].iter();
        rest.fold(seed, |old, value| {
            (old * (n as f64 - 1.0) + value) / n as f64
        })
    }

    pub fn rsi(prices: &[f64], n: usize) -> f64 {
        let changes = prices.windows(2).map(|pair| pair[1] - pair[0]);
        let gains: Vec<f64> = changes.clone().map(|change| change.max(0.0)).collect();
        let losses: Vec<f64> = changes.map(|change| (-change).max(0.0)).collect();
        let (gain, loss) = (wilder(&gains, n), wilder(&losses, n));
        if gain + loss == 0.0 {
            return 50.0;
        }
        100.0 - 100.0 / (1.0 + gain / loss)
    }

    pub fn atr(bars: &[FloatBar], n: usize) -> f64 {
        let ranges = bars.windows(2).map(|pair| {
            let (before, bar) = (pair[0].close, &pair[1]);
            let up = (bar.high - before).abs();
            let down = (bar.low - before).abs();
            (bar.high - bar.low).max(up).max(down)
        });
        wilder(&ranges.collect::<Vec<_>>(), n)
    }

    pub fn vwap(bars: &[FloatBar]) -> f64 {
        let paid: f64 = bars.iter().map(|bar| bar.typical() * bar.volume).sum();
        paid / bars.iter().map(|bar| bar.volume).sum::<f64>()
    }
}

fn span(values: u32) -> Span {
    Span::new(values).unwrap()
}

/// Whether `found` is `wanted`, up to what floats of the size of `size` can tell.
#[track_caller]
fn close(what: &str, found: Option<f64>, wanted: f64, size: f64) {
    let found = found.unwrap_or_else(|| panic!("{what} is None instead of {wanted}"));
    let most = 1e-9 * wanted.abs() + 1e-9 * size;
    assert!(
        (found - wanted).abs() <= most,
        "{what}: {found} instead of {wanted}"
    );
}

fn flat(close: f64) -> FloatBar {
    FloatBar {
        open: close,
        high: close,
        low: close,
        close,
        volume: 1.0,
    }
}

/// Prices that walk, jump to other levels and come back.
fn prices() -> impl Strategy<Value = Vec<f64>> {
    let step = (
        -50_i32..=50,
        prop_oneof![20 => Just(1.0), 1 => Just(1e4), 1 => Just(1e-2)],
    );
    prop::collection::vec(step, 1..120).prop_map(|steps| {
        let mut price = 10_000;
        let prices = steps.into_iter().map(|(step, level)| {
            price += step;
            f64::from(price) / 100.0 * level
        });
        prices.collect()
    })
}

proptest! {
    #[test]
    fn a_feature_is_none_until_its_warm_up_and_then_what_its_formula_says(
        prices in prices(), n in 2_u32..30,
    ) {
        let (mut sma, mut ema) = (Sma::new(span(n)), Ema::new(span(n), EmaSeed::Average));
        let (mut rsi, mut bands) = (Rsi::new(span(n)), Bollinger::new(span(n), 2.0));
        let mut score = ZScore::new(span(n), Deviation::Sample);
        let mut volatility = Volatility::new(span(n));
        let n = n as usize;
        let returns: Vec<f64> =
            prices.windows(2).map(|pair| log_ratio(pair[1], pair[0])).collect();
        for (index, price) in prices.iter().copied().enumerate() {
            let seen = index + 1;
            let found = [sma.push(price), ema.push(price), rsi.push(price)];
            let (bands, score) = (bands.push(price), score.push(price));
            let volatility = volatility.push(price);
            let is_warm = [seen >= n, seen >= n, seen > n];
            prop_assert_eq!(found.map(|value| value.is_some()), is_warm);
            prop_assert_eq!(bands.is_some(), seen >= n);
            prop_assert_eq!(volatility.is_some(), seen > n);
            if seen < n {
                prop_assert_eq!(score, None);
                continue;
            }
            let window = &prices[seen - n..seen];
            let size = window.iter().fold(0.0_f64, |most, each| most.max(each.abs()));
            close("sma", found[0], oracle::mean(window), 0.0);
            close("ema", found[1], oracle::ema(&prices[..seen], n), 0.0);
            let wide = 2.0 * oracle::deviation(window, n as f64);
            let bands = bands.unwrap();
            close("middle", Some(bands.middle), oracle::mean(window), 0.0);
            close("width", Some(bands.upper - bands.middle), wide, size);
            close("width", Some(bands.middle - bands.lower), wide, size);
            let deviation = oracle::deviation(window, n as f64 - 1.0);
            if deviation > 1e-6 * size {
                close("z", score, (price - oracle::mean(window)) / deviation, 1.0);
            }
            if seen > n {
                close("rsi", found[2], oracle::rsi(&prices[..seen], n), 100.0);
                let returns = &returns[seen - 1 - n..seen - 1];
                let wanted = oracle::deviation(returns, n as f64 - 1.0);
                close("volatility", volatility, wanted, 1.0);
            }
        }
    }

    #[test]
    fn ranges_and_weighted_prices_follow_their_formulas(
        bars in prop::collection::vec((1_u32..10_000, 0_u32..100, 0_u32..100, 0_u32..3), 1..80),
        n in 1_u32..20,
    ) {
        let bars: Vec<FloatBar> = bars.into_iter().map(|(price, up, down, volume)| {
            let [price, up, down, volume] = [price, up, down, volume].map(f64::from);
            FloatBar { high: price + up, low: price - down, volume, ..flat(price) }
        }).collect();
        let (mut atr, mut rolling) = (Atr::new(span(n)), Vwap::rolling(span(n)));
        let mut session = Vwap::session();
        let n = n as usize;
        for (index, bar) in bars.iter().enumerate() {
            let seen = index + 1;
            let (atr, rolling, session) = (atr.push(bar), rolling.push(bar), session.push(bar));
            prop_assert_eq!(atr.is_some(), seen > n);
            if seen > n {
                close("atr", atr, oracle::atr(&bars[..seen], n), 0.0);
            }
            let of = |bars: &[FloatBar]| Some(oracle::vwap(bars)).filter(|vwap| vwap.is_finite());
            match of(&bars[..seen]) {
                Some(wanted) => close("vwap", session, wanted, 0.0),
                None => prop_assert_eq!(session, None),
            }
            match of(&bars[seen.saturating_sub(n)..seen]).filter(|_| seen >= n) {
                Some(wanted) => close("vwap", rolling, wanted, 0.0),
                None => prop_assert_eq!(rolling, None),
            }
        }
    }

    #[test]
    fn a_pair_is_what_covariance_and_variance_say(
        a in prices(), b in prices(), n in 2_u32..30,
    ) {
        let mut pair = Pair::new(span(n));
        let n = n as usize;
        for (index, values) in a.iter().copied().zip(b.iter().copied()).enumerate() {
            let found = pair.push(values);
            prop_assert_eq!(found.is_some(), index + 1 >= n);
            let Some(found) = found else { continue };
            let (a, b) = (&a[index + 1 - n..=index], &b[index + 1 - n..=index]);
            let (both, own) = (oracle::squares(a, b), oracle::squares(b, b));
            let first = oracle::squares(a, a);
            let size = |values: &[f64]| values.iter().fold(0.0_f64, |most, each| most.max(*each));
            let is_flat = |squares: f64, size: f64| squares < 1e-10 * size * size;
            if is_flat(own, size(b)) || is_flat(first, size(a)) {
                continue;
            }
            let correlation = both / (first * own).sqrt();
            prop_assert!((found.correlation.unwrap() - correlation).abs() < 1e-8);
            let beta = both / own;
            let unit = (first / own).sqrt();
            close("beta", found.beta, beta, 10.0 * unit);
            let size = values.0.abs() + 10.0 * unit * values.1.abs();
            close("spread", found.spread, values.0 - beta * values.1, size);
        }
    }
}

#[test]
fn ta_lib_gives_the_same() {
    let text = include_str!("data/ta-lib.csv");
    let (mut sma, mut ema) = (Sma::new(span(7)), Ema::new(span(7), EmaSeed::Average));
    let (mut rsi, mut atr) = (Rsi::new(span(7)), Atr::new(span(7)));
    let (mut bollinger, mut correlation) = (Bollinger::new(span(7), 2.0), Pair::new(span(7)));
    let (mut beta, mut vwap) = (Pair::new(span(7)), Vwap::session());
    let mut changes = [
        Change::new(ChangeKind::Simple),
        Change::new(ChangeKind::Simple),
    ];
    for (index, line) in text.lines().skip(1).enumerate() {
        let cells: Vec<Option<f64>> = line.split(',').map(|cell| cell.parse().ok()).collect();
        let [high, low, close_px, other] = [0, 1, 2, 3].map(|column| cells[column].unwrap());
        let bar = FloatBar {
            high,
            low,
            volume: cells[13].unwrap(),
            ..flat(close_px)
        };
        let bands = bollinger.push(close_px);
        let [own, others] = &mut changes;
        let returns = own.push(close_px).zip(others.push(other));
        let found = [
            ("sma", sma.push(close_px)),
            ("ema", ema.push(close_px)),
            ("rsi", rsi.push(close_px)),
            ("atr", atr.push(&bar)),
            ("lower", bands.map(|bands| bands.lower)),
            ("middle", bands.map(|bands| bands.middle)),
            ("upper", bands.map(|bands| bands.upper)),
        ];
        for ((what, found), wanted) in found.into_iter().zip(&cells[4..]) {
            assert_eq!(found.is_some(), wanted.is_some(), "{what} of bar {index}");
            if let Some(wanted) = *wanted {
                close(what, found, wanted, 1.0);
            }
        }
        let vwap = vwap.push(&bar);
        assert_eq!(
            vwap.is_some(),
            index > 0,
            "nothing was traded in the first bar"
        );
        if index > 0 {
            close("vwap", vwap, cells[14].unwrap(), 0.0);
        }
        let correlation = correlation.push((close_px, other));
        let beta = returns.and_then(|returns| beta.push(returns));
        assert_eq!(correlation.is_some(), cells[11].is_some(), "bar {index}");
        assert_eq!(beta.is_some(), cells[12].is_some(), "bar {index}");
        // Where prices stand still, TA-Lib gives what its sums have left.
        let moves = (cells[11], cells[12], !(44..=57).contains(&index));
        if let (Some(wanted), Some(wanted_beta), true) = moves {
            close(
                "correlation",
                correlation.unwrap().correlation,
                wanted,
                1e-3,
            );
            close("beta", beta.unwrap().beta, wanted_beta, 1e-3);
        }
    }
}

#[test]
fn a_return_is_simple_or_logarithmic_and_needs_a_ratio() {
    let mut simple = Change::new(ChangeKind::Simple);
    let mut log = Change::new(ChangeKind::Log);
    assert_eq!((simple.push(2.0), log.push(2.0)), (None, None));
    assert_eq!(simple.push(3.0), Some(0.5));
    close("log", log.push(3.0), 1.5_f64.ln(), 0.0);
    assert_eq!(simple.push(0.0), Some(-1.0));
    assert_eq!(simple.push(4.0), None, "nothing divides by 0");
    assert_eq!(simple.push(-4.0), Some(-2.0));
    assert_eq!(log.push(-3.0), None, "no logarithm");
}

#[test]
fn what_is_no_number_changes_nothing() {
    let mut panel = Panel::new(PanelSpans::all(span(3)));
    let mut pair = Pair::new(span(3));
    for price in [1.0, 2.0, 4.0, 3.0] {
        panel.push(&flat(price));
        pair.push((price, -price * price));
    }
    let (mut same, mut same_pair) = (panel.clone(), pair.clone());
    for nonsense in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 1e151] {
        assert_eq!(panel.push(&flat(nonsense)), Default::default());
        assert_eq!(pair.push((nonsense, 1.0)), None);
        assert_eq!(pair.push((1.0, nonsense)), None);
    }
    assert_eq!(panel.push(&flat(5.0)), same.push(&flat(5.0)));
    assert_eq!(pair.push((5.0, 5.0)), same_pair.push((5.0, 5.0)));
}

#[test]
fn equal_values_have_no_deviation_at_all() {
    let mut score = ZScore::new(span(60), Deviation::Sample);
    let mut bands = Bollinger::new(span(60), 2.0);
    let mut pair = Pair::new(span(60));
    for index in 0..1_000 {
        let price = if index < 500 {
            f64::from(index) * 0.3
        } else {
            0.1
        };
        let (score, bands) = (score.push(price), bands.push(price));
        let pair = pair.push((price, price));
        if index >= 559 {
            let bands = bands.unwrap();
            assert_eq!((score, bands.lower, bands.upper), (None, 0.1, 0.1));
            let pair = pair.unwrap();
            assert_eq!(
                (pair.correlation, pair.beta, pair.spread),
                (None, None, None)
            );
        }
    }
}

/// A walk with jumps to other levels and back, as cheap to make as it can be.
struct Walk {
    seed: u64,
    price: f64,
    bar: u64,
}

impl Walk {
    fn next(&mut self) -> FloatBar {
        self.seed = self.seed.wrapping_mul(6_364_136_223_846_793_005);
        self.seed = self.seed.wrapping_add(1_442_695_040_888_963_407);
        let random = |shift: u32| ((self.seed >> shift) % 2_001) as f64 / 1_000.0 - 1.0;
        self.price = (self.price * (1.0 + random(33) * 1e-3)).clamp(1e3, 1e6);
        self.bar += 1;
        let level = if self.bar % 100_003 < 500 { 1e6 } else { 1.0 };
        let close = self.price * level;
        FloatBar {
            open: close,
            high: close * (1.0 + random(20).abs() * 1e-3),
            low: close * (1.0 - random(40).abs() * 1e-3),
            close,
            volume: 1.0 + random(25).abs() * level,
        }
    }
}

/// Streams so many bars, and now and then compares with a fresh computation from the last ones.
fn drift(bars: u64, n: usize) {
    let length = span(u32::try_from(n).unwrap());
    let mut panel = Panel::new(PanelSpans::all(length));
    let mut pair = Pair::new(length);
    let mut walk = Walk {
        seed: 42,
        price: 5e4,
        bar: 0,
    };
    // So many that what recursive averages began with is below a digit.
    let kept = 60 * n;
    let mut last = std::collections::VecDeque::with_capacity(kept + 1);
    for bar in 1..=bars {
        let next = walk.next();
        let found = panel.push(&next);
        let in_common = pair.push((next.close, next.high));
        last.push_back(next);
        if last.len() > kept {
            last.pop_front();
        }
        if bar != bars && bar % (bars / 20) != 0 {
            continue;
        }
        let recent: Vec<FloatBar> = last.iter().copied().collect();
        let closes: Vec<f64> = recent.iter().map(|bar| bar.close).collect();
        let highs: Vec<f64> = recent.iter().map(|bar| bar.high).collect();
        let returns: Vec<f64> = closes
            .windows(2)
            .map(|pair| log_ratio(pair[1], pair[0]))
            .collect();
        let window = &closes[kept - n..];
        let count = n as f64;
        let mean = oracle::mean(window);
        close("sma", found.sma, mean, 0.0);
        let wide = 2.0 * oracle::deviation(window, count);
        close(
            "width",
            found.bollinger.map(|bands| bands.upper - bands.middle),
            wide,
            0.0,
        );
        let deviation = oracle::deviation(window, count - 1.0);
        close("z", found.z_score, (next.close - mean) / deviation, 1e-2);
        let deviation = oracle::deviation(&returns[returns.len() - n..], count - 1.0);
        close("volatility", found.volatility, deviation, 0.0);
        close("vwap", found.vwap, oracle::vwap(&recent[kept - n..]), 0.0);
        let highs = &highs[kept - n..];
        let (both, own) = (
            oracle::squares(window, highs),
            oracle::squares(highs, highs),
        );
        let in_common = in_common.unwrap();
        close("beta", in_common.beta, both / own, 0.0);
        let correlation = both / (own * oracle::squares(window, window)).sqrt();
        close("correlation", in_common.correlation, correlation, 0.0);
        close("ema", found.ema, oracle::ema(&closes, n), 0.0);
        close("atr", found.atr, oracle::atr(&recent, n), 0.0);
        close("rsi", found.rsi, oracle::rsi(&closes, n), 0.0);
    }
}

#[test]
fn a_million_bars_do_not_drift() {
    drift(1_000_000, 200);
}

#[test]
#[ignore = "ten million bars take a while without optimization"]
fn ten_million_bars_do_not_drift() {
    drift(10_000_000, 20);
    drift(10_000_000, 200);
}
