"""Features of bars against TA-Lib, and against pandas where TA-Lib has none."""

import subprocess
import sys

import duckdb
import numpy
import pandas
import polars
import pyarrow
import pytest
from bar_market import MINUTE, minutes, walk

import truebook

CLOSE = 1e-9


@pytest.fixture(params=["generated", "SPY", "BTC-USD"])
def series(request):
    if request.param == "generated":
        return walk(3_000, 5)
    folder = "equity-minute" if request.param == "SPY" else "crypto-minute"
    return minutes(folder)[request.param]


def made(frame, **wanted):
    return truebook.features(with_close(frame), **wanted)


def with_close(frame):
    return frame.assign(ts_close=frame["ts_open"] + MINUTE)


def same(found, wanted):
    """Equal to 1e-9 of the value, and absent where the other is."""
    found = numpy.array(found, dtype=float)
    wanted = numpy.asarray(wanted, dtype=float)
    assert (numpy.isnan(found) == numpy.isnan(wanted)).all()
    assert not numpy.isnan(found).all()
    numpy.testing.assert_allclose(found, wanted, rtol=CLOSE, atol=0, equal_nan=True)


@pytest.mark.parametrize("span", [2, 14, 50])
def test_averages_strength_range_and_bands_are_those_of_ta_lib(series, span):
    talib = pytest.importorskip("talib")
    close, high, low = (series[name].to_numpy(float) for name in ("close", "high", "low"))
    table = made(series, sma=span, ema=span, rsi=span, atr=span, bollinger=span)
    same(table[f"sma_{span}"], talib.SMA(close, span))
    same(table[f"ema_{span}"], talib.EMA(close, span))
    same(table[f"rsi_{span}"], talib.RSI(close, span))
    same(table[f"atr_{span}"], talib.ATR(high, low, close, span))
    upper, middle, lower = talib.BBANDS(close, span, 2, 2)
    same(table[f"bollinger_upper_{span}"], upper)
    same(table[f"bollinger_middle_{span}"], middle)
    same(table[f"bollinger_lower_{span}"], lower)


def test_correlation_is_that_of_ta_lib():
    talib = pytest.importorskip("talib")
    a, b = walk(2_000, 8), walk(2_000, 9)
    table = truebook.pair_features(with_close(a), with_close(b), span=30)
    same(table["correlation"], talib.CORREL(a["close"].to_numpy(), b["close"].to_numpy(), 30))


def test_the_rest_is_as_pandas_computes_it(series):
    close, volume = series["close"].astype(float), series["volume"].astype(float)
    typical = (series["high"] + series["low"] + close) / 3
    table = made(series, vwap=20, volatility=20, z_score=20, log_return=True)
    returns = numpy.log(close / close.shift())
    same(table["log_return"], returns)
    same(table["vwap_20"], (typical * volume).rolling(20).sum() / volume.rolling(20).sum())
    found = numpy.array(table["volatility_20"], dtype=float)
    numpy.testing.assert_allclose(found, returns.rolling(20).std(), rtol=1e-7, atol=1e-12)
    window = close.rolling(20)
    score = ((close - window.mean()) / window.std()).to_numpy()
    numpy.testing.assert_allclose(numpy.array(table["z_score_20"], dtype=float)[19:], score[19:],
                                  rtol=1e-6, atol=1e-6)


def test_beta_and_spread_are_of_the_times_that_both_have():
    a, b = with_close(walk(500, 1)), with_close(walk(500, 2))
    a, b = a.drop(index=range(50, 60)), b.drop(index=[7, 9, 300])
    both = a.merge(b, on="ts_close", suffixes=("_a", "_b"))
    table = truebook.pair_features(a, b, span=25)
    assert table["ts"] == list(both["ts_close"])
    window = both["close_a"].rolling(25)
    beta = window.cov(both["close_b"]) / both["close_b"].rolling(25).var()
    for name, wanted in {
        "beta": beta,
        "spread": both["close_a"] - beta * both["close_b"],
        "correlation": window.corr(both["close_b"]),
    }.items():
        numpy.testing.assert_allclose(numpy.array(table[name], dtype=float), wanted, rtol=1e-7)


def test_features_warm_up_and_keep_their_rows(series):
    spans = [3, 10]
    table = made(series, sma=spans, rsi=5, bollinger=(4, 6), bollinger_width="2.5")
    assert table.columns == [
        "ts", "sma_3", "sma_10", "rsi_5", "bollinger_lower_4", "bollinger_middle_4",
        "bollinger_upper_4", "bollinger_lower_6", "bollinger_middle_6", "bollinger_upper_6",
    ]
    assert table["ts"] == list(series["ts_open"] + MINUTE)
    assert table["sma_10"][:9] == [None] * 9 and table["sma_10"][9] is not None
    assert table["rsi_5"][:5] == [None] * 5 and table["rsi_5"][5] is not None
    frame = polars.DataFrame(table)
    assert frame["sma_3"].dtype == polars.Float64 and frame["sma_3"].null_count() == 2
    assert frame["ts"].dtype == polars.Datetime("ns", "UTC")
    middle = numpy.array(table["bollinger_middle_4"][3:])
    upper = numpy.array(table["bollinger_upper_4"][3:])
    narrow = made(series, bollinger=4)["bollinger_upper_4"][3:]
    numpy.testing.assert_allclose(upper - middle, (numpy.array(narrow) - middle) * 1.25,
                                  rtol=1e-7, atol=1e-9)


def forms(frame):
    """The same columns as each library keeps them."""
    stamped = frame.assign(ts_close=pandas.to_datetime(frame["ts_close"], utc=True))
    naive = frame.assign(ts_close=pandas.to_datetime(frame["ts_close"]))
    exact = pyarrow.table(frame)
    place = exact.schema.get_field_index("close")
    decimals = exact["close"].cast(pyarrow.decimal128(20, 2))
    return {
        "pandas": frame,
        "pandas with a zone": stamped,
        "pandas without a zone": naive,
        "pandas in seconds": naive.assign(ts_close=naive["ts_close"].astype("datetime64[s]")),
        "pandas of arrow": frame.convert_dtypes(dtype_backend="pyarrow"),
        "pandas that may be absent": frame.convert_dtypes(),
        "polars": polars.DataFrame(frame),
        "polars with times": polars.DataFrame(stamped),
        "polars that is lazy": polars.LazyFrame(frame),
        "polars in milliseconds": polars.DataFrame(frame).with_columns(
            polars.from_epoch("ts_close", "ns").cast(polars.Datetime("ms"))
        ),
        "pyarrow in seconds": pyarrow.table(naive).set_column(
            exact.schema.get_field_index("ts_close"),
            "ts_close",
            pyarrow.array(naive["ts_close"]).cast(pyarrow.timestamp("s")),
        ),
        "duckdb": duckdb.from_arrow(pyarrow.table(frame)),
        "pyarrow": exact,
        "pyarrow with times": pyarrow.table(stamped),
        "pyarrow in pieces": pyarrow.concat_tables([exact.slice(0, 7), exact.slice(7)]),
        "pyarrow with decimals": exact.set_column(place, "close", decimals),
        "a stream": exact.to_reader(),
        "lists": {name: frame[name].tolist() for name in frame},
        "arrays": {name: frame[name].to_numpy() for name in frame},
        "every other": {name: frame[name].to_numpy().repeat(2)[::2] for name in frame},
        "text": {name: [str(value) for value in frame[name].tolist()] for name in frame}
        | {"ts_close": list(frame["ts_close"])},
        "datetimes": {name: frame[name].tolist() for name in frame}
        | {"ts_close": list(stamped["ts_close"])},
    }


FORMS = list(forms(with_close(walk(10, 1))))


@pytest.mark.parametrize("form", FORMS)
def test_every_library_s_table_gives_the_same(form):
    frame = with_close(walk(200, 4))
    wanted = truebook.features(frame, sma=5, atr=5, vwap=5)
    given = forms(frame)
    assert truebook.features(given[form], sma=5, atr=5, vwap=5).to_pydict() == wanted.to_pydict()
    again = forms(frame)[form]
    large = truebook.bars(again, "5m", kind="bars", of="1m")
    assert large.to_pydict() == truebook.bars(frame, "5m", kind="bars", of="1m").to_pydict()


def test_lists_need_no_library_and_a_stream_names_those_that_read_it():
    code = """
import sys
sys.modules.update(dict.fromkeys(["numpy", "pandas", "polars", "pyarrow"]))
import truebook
import array
from datetime import UTC, datetime

class Stream:
    def __arrow_c_stream__(self, requested_schema=None):
        return None

columns = {"ts": (datetime(1970, 1, 1), datetime(1970, 1, 1, second=1, tzinfo=UTC)),
           "close": array.array("d", [1.0, 2.0])}
table = truebook.features(columns, sma=2)
assert table.to_pydict() == {"ts": [0, 10**9], "sma_2": [None, 1.5]}
try:
    truebook.features(Stream(), sma=2)
except truebook.InvalidValue as error:
    assert "bars: found Stream" in str(error) and "pyarrow or polars" in str(error), error
else:
    raise AssertionError
"""
    subprocess.run([sys.executable, "-c", code], check=True)


def test_a_price_that_is_absent_is_passed_over():
    frame = with_close(walk(50, 6))
    absent = frame.assign(close=frame["close"].where(frame.index != 20))
    values = truebook.features(absent, sma=3)["sma_3"]
    assert values[20] is None
    mean = frame["close"].drop(index=20).rolling(3).mean()
    assert values[21] == pytest.approx(mean[21], rel=1e-12)


def test_what_is_wrong_is_named():
    frame = with_close(walk(20, 2))
    for named, wanted in [
        ({"sma": 0}, "sma: found 0"),
        ({"ema": [5, 5]}, "ema: found 5 twice"),
        ({"rsi": 1_000_001}, "rsi"),
        ({"atr": "14"}, "atr"),
        ({"bollinger": 5, "bollinger_width": 0}, "bollinger_width"),
        ({"symbol": 5}, "symbol"),
        ({"bars": {"ts": [1]}, "sma": 1}, "bars: found columns ts; .*'close'"),
        ({"bars": {"close": [1]}, "sma": 1}, "bars: .*ts_close"),
        ({"bars": {"ts": [None], "close": [1]}, "sma": 1}, "ts: found nothing in row 0"),
    ]:
        with pytest.raises(truebook.InvalidValue, match=wanted):
            truebook.features(**({"bars": frame} | named))
    with pytest.raises(truebook.InvalidValue, match="b: found .* after a later time"):
        truebook.pair_features(frame, frame[::-1], span=2)
    with pytest.raises(truebook.InvalidValue, match="a: found columns .*'mark'"):
        truebook.pair_features(frame, frame, span=2, on="mark")
