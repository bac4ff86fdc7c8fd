"""Whatever is given for bars: an answer or an exception of our tree that says what is wrong."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import truebook

CELLS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**70), 2**70),
    st.integers(0, 100),
    st.floats(),
    st.decimals(),
    st.text(max_size=8),
    st.text(st.characters(categories=["Cs"]), min_size=1, max_size=2),
    st.binary(max_size=4),
    st.datetimes(),
    st.builds(object),
    st.lists(st.integers(), max_size=2),
)
ANYTHING = st.one_of(
    CELLS, st.dictionaries(st.one_of(st.text(max_size=4), st.integers()), CELLS, max_size=3)
)
NAMES = ["ts", "ts_open", "ts_close", "arrival", "open", "high", "low", "close", "volume", "price",
         "qty", "bid", "ask", "symbol", "timeframe", "completeness"]
COLUMNS = st.one_of(
    st.lists(CELLS, max_size=3),
    st.lists(st.integers(0, 9), min_size=3, max_size=3),
    st.lists(st.floats(0, 9), min_size=3, max_size=3),
    st.integers(0, 4).map(range),
    ANYTHING,
)


def numbers(code):
    import numpy

    return st.lists(st.integers(0, 2**63 - 1), max_size=3).map(
        lambda values: numpy.array(values, dtype="u8").view(code)
    )


TABLES = st.one_of(
    st.dictionaries(st.sampled_from(NAMES), COLUMNS, max_size=8),
    st.fixed_dictionaries({name: st.one_of(COLUMNS, numbers("f8"), numbers("i8"), numbers("M8[s]"),
                                           numbers("u8"), numbers("M8[D]"), numbers("f4"))
                           for name in NAMES if name not in ("symbol", "timeframe")}),
    ANYTHING,
)
SPANS = st.one_of(st.integers(1, 3), st.lists(st.integers(0, 3), max_size=2), ANYTHING)
RULES = st.one_of(
    st.sampled_from(["1m", "5m", "1d", ("ticks", 2), ("volume", 3), ("value", 4), ("lots", 1)]),
    st.tuples(st.sampled_from(["ticks", "volume", "value"]), CELLS),
    ANYTHING,
)


def answered(call, *given, **named):
    """What the call gives, or None where it raises an exception of ours that says why."""
    try:
        return call(*given, **named)
    except truebook.Error as error:
        assert ": found " in str(error) or "allowed" in str(error), str(error)
        return None


def some(**named):
    """Arguments of which any may be left out."""
    return st.fixed_dictionaries({}, optional=named)


@settings(max_examples=100, deadline=None)
@given(data=TABLES, rule=RULES, named=some(
    kind=st.sampled_from(["trades", "quotes", "prices", "bars"]), stamp=ANYTHING, of=ANYTHING,
    quote=ANYTHING, symbol=ANYTHING, session=st.one_of(ANYTHING, st.tuples(CELLS, CELLS)),
    empty=ANYTHING, since=ANYTHING, until=ANYTHING, price_scale=ANYTHING, qty_scale=ANYTHING,
    floats=ANYTHING,
))
def test_bars_answer_or_say_what_is_wrong(data, rule, named):
    table = answered(truebook.bars, data, rule, **named)
    if table is not None:
        lows, highs = table["low"], table["high"]
        assert all(low <= high for low, high in zip(lows, highs, strict=True))


@settings(max_examples=100, deadline=None)
@given(data=TABLES, named=some(
    sma=SPANS, ema=SPANS, rsi=SPANS, atr=SPANS, bollinger=SPANS, bollinger_width=ANYTHING,
    vwap=SPANS, volatility=SPANS, z_score=SPANS, log_return=ANYTHING, symbol=ANYTHING,
    timeframe=ANYTHING,
))
def test_features_answer_or_say_what_is_wrong(data, named):
    table = answered(truebook.features, data, **named)
    if table is not None:
        for name in table.columns:
            assert all(value is None or value == value for value in table[name])


@settings(max_examples=100, deadline=None)
@given(a=TABLES, b=TABLES, span=SPANS, on=st.one_of(st.sampled_from(NAMES), ANYTHING))
def test_pairs_answer_or_say_what_is_wrong(a, b, span, on):
    answered(truebook.pair_features, a, b, span=span, on=on)


@settings(max_examples=100, deadline=None)
@given(sources=st.one_of(ANYTHING, st.lists(st.sampled_from(["A_1m", "B_5m", "A", "_1m"]))),
       named=some(
           timeout_ms=ANYTHING, require_all=ANYTHING, gaps=ANYTHING, closes_at=ANYTHING,
           mode=ANYTHING, open_sets_max=ANYTHING, future_ms=ANYTHING, waits_for_holes=ANYTHING,
           price_scale=ANYTHING, qty_scale=ANYTHING))
def test_a_synchronizer_is_made_or_says_what_is_wrong(sources, named):
    answered(truebook.BarSynchronizer, sources, **named)


@settings(max_examples=100, deadline=None)
@given(calls=st.lists(st.one_of(
    st.tuples(st.just("push"), st.tuples(ANYTHING), st.fixed_dictionaries({
        name: st.one_of(CELLS, st.integers(0, 9)) for name in
        ("ts_close", "open", "high", "low", "close", "volume", "arrival")})),
    st.tuples(st.just("push_many"), st.tuples(st.one_of(st.just("A_1s"), ANYTHING), TABLES),
              st.just({})),
    st.tuples(st.just("push_all"), st.tuples(st.one_of(ANYTHING, st.fixed_dictionaries(
        {"A_1s": TABLES, "B_1s": TABLES}))), st.just({})),
    st.tuples(st.just("advance"), st.tuples(ANYTHING), st.just({})),
    st.tuples(st.just("finish"), st.just(()), st.just({})),
), max_size=12))
def test_a_synchronizer_takes_whatever_comes(calls):
    sync = truebook.BarSynchronizer(["A_1s", "B_1s"], require_all=False, open_sets_max=3)
    taken = 0
    for name, given_, named in calls:
        told = answered(getattr(sync, name), *given_, **named)
        taken += sum(told.values()) if isinstance(told, dict) else isinstance(told, str)
    sync.finish()
    sets = list(sync)
    assert [each.ts for each in sets] == sorted({each.ts for each in sets})
    assert sum(sync.bar_counts.values()) == taken
    for each in sets:
        assert all(bar.ts_close <= each.ts for bar in each.bars.values())
        answered(each.state, "C_1s")


@pytest.mark.parametrize("call", ["bars", "features", "pair_features"])
def test_a_table_that_lies_is_refused(call):
    class Liar:
        def __arrow_c_stream__(self, requested_schema=None):
            raise RuntimeError("it is none")

    class Odd(dict):
        def __getitem__(self, name):
            raise RuntimeError("it is none")

    for data in (Liar(), Odd(ts=1, close=2, price=3, qty=4)):
        named = {
            "bars": ((data, "1m"), {}),
            "features": ((data,), {"sma": 2}),
            "pair_features": ((data, data), {"span": 2}),
        }
        given_, keywords = named[call]
        with pytest.raises(truebook.InvalidValue, match="it is none"):
            getattr(truebook, call)(*given_, **keywords)
