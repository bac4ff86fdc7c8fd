"""Bars in batches, beside pandas and polars computing the same: each row is of one bar."""

import numpy
import pandas
import polars
import pytest

import truebook

MINUTE = 60_000_000_000
BARS = 100_000
FEW = {"rounds": 7, "iterations": 1, "warmup_rounds": 1}
SPAN = 20


def walk(count, seed):
    """So many minutes of one symbol."""
    random = numpy.random.default_rng(seed)
    close = numpy.round(100 + numpy.cumsum(random.normal(0, 0.01, count)), 2)
    return pandas.DataFrame(
        {
            "ts_close": MINUTE * numpy.arange(1, count + 1),
            "open": close,
            "high": numpy.round(close + 0.05, 2),
            "low": numpy.round(close - 0.05, 2),
            "close": close,
            "volume": numpy.round(random.uniform(0, 10, count), 3),
        }
    )


def gappy(sources, count):
    """Minutes of several symbols; one in a hundred is missing."""
    random = numpy.random.default_rng(1)
    return {
        f"S{number}_1m": walk(count, number)[random.random(count) < 0.99]
        for number in range(sources)
    }


def trades(count):
    """Trades, a tenth of a second apart."""
    frame = walk(count, 2)
    ts = numpy.arange(count) * (MINUTE // 600)
    return pandas.DataFrame({"ts": ts, "price": frame["close"], "qty": frame["volume"]})


def in_polars(frame):
    """The frame with its times as times."""
    found = polars.DataFrame(frame)
    return found.with_columns(polars.col(found.columns[0]).cast(polars.Datetime("ns")))


def measured(benchmark, what, way, count, call):
    """Measure `call`, which does `what` for `count` bars or trades."""
    benchmark.group = what
    benchmark.extra_info.update(way=way, count=count, table="bars")
    return benchmark.pedantic(call, **FEW)


def ours_synchronized(tables):
    sync = truebook.BarSynchronizer(list(tables), require_all=False)
    sync.push_all(tables)
    sync.finish()
    for _ in sync:
        pass
    return sync.set_counts["complete"], sync.set_counts["incomplete"]


def pandas_synchronized(tables):
    named = [frame.set_index("ts_close") for frame in tables.values()]
    joined = pandas.concat(named, axis=1, join="outer", keys=tables)
    present = joined.xs("close", axis=1, level=1).notna().sum(axis=1)
    complete = int((present == len(tables)).sum())
    return complete, len(joined) - complete


def polars_synchronized(tables):
    named = [
        frame.with_columns(polars.lit(source).alias("source")) for source, frame in tables.items()
    ]
    sets = polars.concat(named).group_by("ts_close").agg(polars.all()).sort("ts_close")
    complete = sets.filter(polars.col("close").list.len() == len(tables)).height
    return complete, sets.height - complete


SYNCHRONIZED = {
    "truebook": ours_synchronized,
    "pandas": pandas_synchronized,
    "polars": polars_synchronized,
}


@pytest.mark.parametrize("sources", [4, 100])
@pytest.mark.parametrize("way", SYNCHRONIZED)
def test_synchronized(benchmark, sources, way):
    tables = gappy(sources, BARS // sources)
    wanted = pandas_synchronized(tables)
    bars = sum(len(frame) for frame in tables.values())
    given = tables
    if way == "polars":
        given = {name: polars.DataFrame(frame) for name, frame in tables.items()}
    what = f"synchronize {sources} sources"
    call = SYNCHRONIZED[way]
    assert measured(benchmark, what, way, bars, lambda: call(given)) == wanted


def test_a_bar_pushed(benchmark):
    sync = truebook.BarSynchronizer(["S_1m"])
    rows = iter(range(1, 10**9))
    push, poll = sync.push, sync.poll

    def once():
        close = next(rows) * MINUTE
        push("S_1m", ts_close=close, open=100.5, high=101.25, low=99.75, close=100, volume=12.5)
        return poll()

    benchmark.group = "a bar pushed, its set polled"
    benchmark.extra_info.update(way="truebook", table="bars")
    benchmark.pedantic(once, rounds=20, iterations=2_000, warmup_rounds=2)


def ours_features(frame):
    spans = dict.fromkeys(["sma", "ema", "bollinger", "vwap", "volatility", "z_score"], SPAN)
    return truebook.features(frame, rsi=14, atr=14, log_return=True, **spans)


def pandas_features(frame):
    close, high, low, volume = (frame[name] for name in ("close", "high", "low", "volume"))
    change = close.diff()
    gain, loss = change.clip(lower=0), -change.clip(upper=0)
    mean_gain = gain.ewm(alpha=1 / 14, adjust=False).mean()
    mean_loss = loss.ewm(alpha=1 / 14, adjust=False).mean()
    last = close.shift()
    ranges = numpy.maximum(high - low, numpy.maximum((high - last).abs(), (low - last).abs()))
    window = close.rolling(SPAN)
    mean, wide = window.mean(), window.std(ddof=0)
    paid = (high + low + close) / 3 * volume
    returns = numpy.log(close / last)
    return pandas.DataFrame(
        {
            "sma": mean,
            "ema": close.ewm(span=SPAN, adjust=False).mean(),
            "rsi": 100 * mean_gain / (mean_gain + mean_loss),
            "atr": ranges.ewm(alpha=1 / 14, adjust=False).mean(),
            "lower": mean - 2 * wide,
            "upper": mean + 2 * wide,
            "vwap": paid.rolling(SPAN).sum() / volume.rolling(SPAN).sum(),
            "volatility": returns.rolling(SPAN).std(),
            "log_return": returns,
            "z_score": (close - mean) / window.std(),
        }
    )


def polars_features(frame):
    close, high, low, volume = (polars.col(name) for name in ("close", "high", "low", "volume"))
    change, last = close.diff(), close.shift()
    gain = change.clip(lower_bound=0).ewm_mean(alpha=1 / 14, adjust=False)
    loss = (-change.clip(upper_bound=0)).ewm_mean(alpha=1 / 14, adjust=False)
    ranges = polars.max_horizontal(high - low, (high - last).abs(), (low - last).abs())
    mean, wide = close.rolling_mean(SPAN), close.rolling_std(SPAN, ddof=0)
    paid = (high + low + close) / 3 * volume
    returns = (close / last).log()
    return frame.select(
        sma=mean,
        ema=close.ewm_mean(span=SPAN, adjust=False),
        rsi=100 * gain / (gain + loss),
        atr=ranges.ewm_mean(alpha=1 / 14, adjust=False),
        lower=mean - 2 * wide,
        upper=mean + 2 * wide,
        vwap=paid.rolling_sum(SPAN) / volume.rolling_sum(SPAN),
        volatility=returns.rolling_std(SPAN),
        log_return=returns,
        z_score=(close - mean) / close.rolling_std(SPAN),
    )


FEATURES = {"truebook": ours_features, "pandas": pandas_features, "polars": polars_features}


@pytest.mark.parametrize("way", FEATURES)
def test_features(benchmark, way):
    frame = walk(BARS, 3)
    given = polars.DataFrame(frame) if way == "polars" else frame
    made = measured(benchmark, "all features", way, BARS, lambda: FEATURES[way](given))
    upper = {"truebook": f"bollinger_upper_{SPAN}"}.get(way, "upper")
    wanted = pandas_features(frame)["upper"]
    assert float(made[upper][BARS - 1]) == pytest.approx(wanted[BARS - 1], rel=1e-9)


def ours_paired(a, b):
    return truebook.pair_features(a, b, span=SPAN)["correlation"]


def pandas_paired(a, b):
    both = a.merge(b, on="ts_close", suffixes=("_a", "_b"))
    one, other = both["close_a"].rolling(SPAN), both["close_b"]
    beta = one.cov(other) / other.rolling(SPAN).var()
    spread = both["close_a"] - beta * other
    return one.corr(other).where(spread.notna())


def polars_paired(a, b):
    both = a.join(b, on="ts_close", suffix="_b")
    one, other = polars.col("close"), polars.col("close_b")
    beta = polars.rolling_cov(one, other, window_size=SPAN) / other.rolling_var(SPAN)
    made = both.select(
        correlation=polars.rolling_corr(one, other, window_size=SPAN),
        beta=beta,
        spread=one - beta * other,
    )
    return made["correlation"]


PAIRED = {"truebook": ours_paired, "pandas": pandas_paired, "polars": polars_paired}


@pytest.mark.parametrize("way", PAIRED)
def test_pair(benchmark, way):
    frames = [walk(BARS, 4), walk(BARS, 5)]
    given = [polars.DataFrame(frame) for frame in frames] if way == "polars" else frames
    what = "correlation, beta and spread"
    made = measured(benchmark, what, way, BARS, lambda: PAIRED[way](*given))
    wanted = pandas_paired(*frames)[BARS - 1]
    assert float(made[BARS - 1]) == pytest.approx(wanted, rel=1e-6)


def ours_bars(frame):
    return truebook.bars(frame, "1m")


def pandas_bars(frame):
    grouped = frame.groupby(frame["ts"] // MINUTE)
    made = grouped["price"].agg(["first", "max", "min", "last"])
    return made.assign(volume=grouped["qty"].sum())


def polars_bars(frame):
    price = polars.col("price")
    return frame.group_by_dynamic("ts", every="1m").agg(
        open=price.first(), high=price.max(), low=price.min(), close=price.last(),
        volume=polars.col("qty").sum(),
    )


MADE = {"truebook": ours_bars, "pandas": pandas_bars, "polars": polars_bars}


@pytest.mark.parametrize("way", MADE)
def test_bars(benchmark, way):
    frame = trades(BARS)
    given = in_polars(frame) if way == "polars" else frame
    what = "minute bars of trades, a trade"
    made = measured(benchmark, what, way, BARS, lambda: MADE[way](given))
    assert len(made) == BARS // 600 + (BARS % 600 > 0)
