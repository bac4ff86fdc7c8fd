"""Bars of trades, quotes, prices and smaller bars, against pandas."""

from decimal import Decimal

import numpy
import pandas
import pytest
from bar_market import MINUTE, START, minutes, walk

import truebook

DAY = 1_440 * MINUTE
HOUR = 60 * MINUTE


def trades(count, seed):
    """Trades at random times, none of them in the 20th to the 29th minute."""
    random = numpy.random.default_rng(seed)
    ts = START + numpy.sort(random.integers(0, 120 * MINUTE, count))
    frame = pandas.DataFrame(
        {
            "ts": ts,
            "price": numpy.round(100 + numpy.cumsum(random.normal(0, 0.05, count)), 2),
            "qty": numpy.round(random.uniform(0.001, 2, count), 3),
        }
    )
    minute = (frame["ts"] - START) // MINUTE
    return frame[~minute.between(20, 29)]


def raw(values, digits):
    return [int(Decimal(repr(float(value))).scaleb(digits)) for value in values]


def test_time_bars_of_trades_are_as_pandas_makes_them():
    frame = trades(5_000, 1)
    table = truebook.bars(frame, "5m", since=START, until=START + 120 * MINUTE)
    begins = frame["ts"] // (5 * MINUTE) * (5 * MINUTE)
    groups = frame.groupby(begins)["price"]
    assert table["ts_open"] == list(groups.first().index)
    assert table["ts_close"] == [ts + 5 * MINUTE for ts in table["ts_open"]]
    for name, wanted in {
        "open": groups.first(), "high": groups.max(), "low": groups.min(), "close": groups.last(),
    }.items():
        assert raw(table[name], 2) == raw(wanted, 2)
    volumes = pandas.Series(raw(frame["qty"], 3), index=frame.index).groupby(begins).sum()
    assert raw(table["volume"], 3) == list(volumes)
    assert table["parts"] == list(groups.count())
    # The first period began before the data did: START is no multiple of 5 minutes.
    assert table["completeness"] == ["partial"] + ["complete"] * (len(table) - 2) + ["partial"]


def test_what_is_at_the_end_of_a_bar_is_in_the_next():
    given = {"ts": [0, MINUTE - 1, MINUTE], "price": [1, 3, 2]}
    table = truebook.bars(given, "1m", kind="prices", until=2 * MINUTE)
    assert table["close"] == [3, 2] and table["completeness"] == ["complete"] * 2
    assert truebook.bars(given, "1m", kind="prices")["completeness"] == ["complete", "partial"]


def test_empty_periods_are_bars_where_they_are_asked_for():
    frame = trades(2_000, 2)
    plain = truebook.bars(frame, "1m")
    filled = truebook.bars(frame, "1m", empty=1_000)
    assert len(filled) == len(plain) + 10
    is_empty = [kind == "empty" for kind in filled["completeness"]]
    at = is_empty.index(True)
    assert is_empty[at : at + 10] == [True] * 10 and sum(is_empty) == 10
    assert filled["open"][at] == filled["low"][at + 9] == filled["close"][at - 1]
    assert filled["volume"][at] == 0 == filled["parts"][at]
    assert len(truebook.bars(frame, "1m", empty=4)) == len(plain) + 4


@pytest.mark.parametrize("rule", [("ticks", 7), ("volume", "12.5"), ("value", 1_500)])
def test_bars_of_counts_volumes_and_values_close_with_what_fills_them(rule):
    frame = trades(3_000, 3)
    qty, price = raw(frame["qty"], 3), raw(frame["price"], 2)
    of = {
        "ticks": ([1] * len(qty), 1),
        "volume": (qty, 10**3),
        "value": ([one * other for one, other in zip(qty, price, strict=True)], 10**5),
    }
    parts, scale = of[rule[0]]
    most = Decimal(rule[1]) * scale
    wanted, begin, held = [], 0, 0
    for row, part in enumerate(parts):
        held += part
        if held >= most or row == len(parts) - 1:
            wanted.append((begin, row, held >= most))
            begin, held = row + 1, 0
    table = truebook.bars(frame, rule)
    times = list(frame["ts"])
    assert table["ts_open"] == [times[first] for first, _, _ in wanted]
    assert table["ts_close"] == [times[last] for _, last, _ in wanted]
    assert raw(table["high"], 2) == [max(price[first : last + 1]) for first, last, _ in wanted]
    assert raw(table["volume"], 3) == [sum(qty[first : last + 1]) for first, last, _ in wanted]
    assert table["completeness"] == [
        "complete" if is_full else "partial" for _, _, is_full in wanted
    ]


@pytest.mark.parametrize("quote", ["bid", "ask", "mid"])
def test_bars_of_quotes_take_the_price_that_is_asked_for(quote):
    frame = trades(500, 4)
    frame = frame.assign(bid=frame["price"] - 1, ask=frame["price"] + 1).round(2)
    found = truebook.bars(frame, "5m", kind="quotes", quote=quote)
    price = frame["price"] if quote == "mid" else frame[quote]
    wanted = truebook.bars(frame.assign(price=price.round(2)), "5m", kind="prices")
    assert found.to_pydict() == wanted.to_pydict()
    assert set(found["volume"]) == {0}


@pytest.fixture(params=["generated", "AIG", "LTC-USD"])
def series(request):
    if request.param == "generated":
        return walk(2_000, 6).drop(index=[7, 100, 101, 555])
    folder = "equity-minute" if request.param == "AIG" else "crypto-minute"
    return minutes(folder)[request.param]


@pytest.mark.parametrize(("rule", "length"), [("5m", 5), ("1h", 60), ("1d", 1_440)])
def test_larger_bars_of_smaller_ones_are_as_pandas_makes_them(series, rule, length):
    given = series.rename(columns={"ts_open": "ts"})
    table = truebook.bars(given, rule, kind="bars", of="1m", stamp="open")
    begins = given["ts"] // (length * MINUTE) * (length * MINUTE)
    groups = given.groupby(begins)
    assert table["ts_open"] == list(groups.first().index)
    for name, wanted in {
        "open": groups["open"].first(), "high": groups["high"].max(),
        "low": groups["low"].min(), "close": groups["close"].last(),
    }.items():
        assert raw(table[name], 8) == raw(wanted, 8)
    volumes = pandas.Series(raw(given["volume"], 8), index=given.index, dtype=object)
    assert raw(table["volume"], 8) == list(volumes.groupby(begins).sum())
    counted = list(groups["close"].count())
    assert table["parts"] == counted
    assert table["completeness"] == [
        "complete" if parts == length else "partial" for parts in counted
    ]
    stamped = given.assign(ts=given["ts"] + MINUTE)
    closed = truebook.bars(stamped, rule, kind="bars", of="1m", stamp="close")
    assert closed.to_pydict() == table.to_pydict()
    # What was partial stays so in bars of bars.
    if rule == "1h":
        days = truebook.bars(truebook.bars(series, "5m", kind="bars", of="1m"), "1h", kind="bars",
                             of="5m")
        assert days["completeness"] == table["completeness"] and days["open"] == table["open"]


def test_a_session_cuts_days_and_leaves_out_the_rest():
    ts = [day * DAY + hour * HOUR for day in range(3) for hour in range(24)]
    given = {"ts": ts, "price": list(range(72)), "qty": [1] * 72}
    table = truebook.bars(given, "1d", session=("13:30", "20:00"))
    assert table["open"] == [14, 38, 62] and table["close"] == [19, 43, 67]
    assert [ts % DAY for ts in table["ts_open"]] == [13 * HOUR + HOUR // 2] * 3
    assert [ts % DAY for ts in table["ts_close"]] == [20 * HOUR] * 3
    # One that ends the next morning.
    night = truebook.bars(given, "1d", session=("22:00", "02:00"), since=0)
    assert night["parts"] == [2, 4, 4, 2]


def test_one_symbol_of_several_is_taken_by_name():
    given = {"ts": [0, 1, 2], "price": [1, 2, 3], "qty": [1, 1, 1], "symbol": ["A", "B", "A"]}
    assert truebook.bars(given, ("ticks", 1), symbol="A")["open"] == [1, 3]
    with pytest.raises(truebook.InvalidValue, match="symbol: found 'A' and 'B'"):
        truebook.bars(given, ("ticks", 1))
    with pytest.raises(truebook.InvalidValue, match="symbol: found 'A', allowed: rows of 'C'"):
        truebook.bars(given, ("ticks", 1), symbol="C")


def test_a_table_of_bars_is_one_for_every_library():
    polars = pytest.importorskip("polars")
    table = truebook.bars(trades(100, 5), "5m", price_scale=2, qty_scale=3)
    assert polars.DataFrame(table)["high"].dtype == polars.Decimal(38, 18)
    floats = truebook.bars(trades(100, 5), "5m", floats=True)
    assert polars.DataFrame(floats)["high"].to_list() == [float(high) for high in table["high"]]
    assert floats.to_numpy()["parts"].tolist() == table["parts"]


def test_what_makes_no_bars_is_named_with_its_row():
    given = {"ts": [MINUTE, 2 * MINUTE, 0], "price": [1, 2, 3], "qty": [1, 1, 1]}
    small = {
        "ts_close": [MINUTE, MINUTE], "open": [1, 1], "high": [1, 1], "low": [1, 1],
        "close": [1, 1], "volume": [1, 1],
    }
    for data, named, wanted in [
        (given, {"rule": "1m"}, "ts: found 0 ns in row 2, after its bar"),
        (given, {"rule": "7"}, "rule"),
        (given, {"rule": ("lots", 1)}, "rule.*'ticks'"),
        (given, {"rule": ("ticks", 0)}, "rule"),
        (given, {"rule": ("volume", "0.000000001")}, "rule.*8 digits"),
        (given, {"rule": ("ticks", 1), "kind": "candles"}, "kind"),
        (given, {"rule": ("ticks", 1), "stamp": "middle"}, "stamp"),
        (given, {"rule": ("ticks", 1), "empty": -1}, "empty"),
        (small, {"rule": "5m", "kind": "bars", "of": "1m", "empty": 1}, "empty: found 1"),
        (given, {"rule": "1m", "empty": 1_000_001}, "empty: found 1000001"),
        (given, {"rule": ("ticks", 1), "session": "NYSE"}, "session.*13:30"),
        (given, {"rule": ("ticks", 1), "session": ("9:30", "16:00")}, "session"),
        (given | {"qty": [1, -1, 1]}, {"rule": ("ticks", 5)}, "qty: found -1.* in row 1"),
        (given | {"price": [1, "x", 1]}, {"rule": ("ticks", 5)}, "price: found 'x' in row 1"),
        (given, {"rule": ("ticks", 1), "kind": "quotes"}, "data: found columns ts, price, qty"),
        (small, {"rule": "5m", "kind": "bars"}, "of: found None"),
        (small, {"rule": "90s", "kind": "bars", "of": "1m"}, "rule"),
        (small, {"rule": ("ticks", 5), "kind": "bars", "of": "1m"}, "rule.*timeframe"),
        (small, {"rule": "5m", "kind": "bars", "of": "1m"}, "ts_close: found .* in row 1"),
        (small | {"high": [0, 1]}, {"rule": "5m", "kind": "bars", "of": "1m"}, "bar: .*row 0"),
        (small | {"ts_close": [5, 6]}, {"rule": "5m", "kind": "bars", "of": "1m"},
         "ts_close: found 5 ns in row 0"),
    ]:
        with pytest.raises(truebook.InvalidValue, match=wanted):
            truebook.bars(data, **named)
