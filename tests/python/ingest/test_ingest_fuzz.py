"""Whatever comes in, only errors of truebook come out."""

from functools import partial
from types import SimpleNamespace

import pytest

pytest.importorskip("hypothesis")

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import truebook
from truebook import _ingest
from truebook._ingest.fix import _TAGS

SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=8),
    st.decimals(),
    st.binary(max_size=4),
    st.datetimes(),
    st.just("\ud800"),
    st.sampled_from("buy BUY BOT 8 F H 1 2 open closed 1m BTC/USDT AAPL USDT 100 LONG".split()),
)
NAMES = sorted(
    {
        *"id order symbol side amount price timestamp datetime takerOrMaker fee fees cost".split(),
        *"currency status trades filled remaining total contracts bid ask last markPrice".split(),
        *"contract execution commissionReport time execId shares permId orderRef orderId".split(),
        *"acctNumber conId localSymbol secType lastLiquidity commission position tag".split(),
        *"value modelCode account trade_fee flat_fees percent trading_pair trade_type".split(),
        *"exchange_trade_id order_id fill_price fill_base_amount trade_id fill_timestamp".split(),
        *"direction offset volume tradeid orderid vt_symbol clientOrderId token".split(),
        *_TAGS,
    }
)


class Hostile:
    """An object whose every field raises, and that cannot be compared."""

    def __getattr__(self, name):
        raise RuntimeError(name)

    def __eq__(self, other):
        raise RuntimeError

    def __bool__(self):
        raise RuntimeError

    __hash__ = object.__hash__


class Unspeakable(Hostile):
    """One that cannot be shown either."""

    def __repr__(self):
        raise RuntimeError


def grown(parts):
    """Lists, mappings and objects of `parts`."""
    fields = st.dictionaries(st.sampled_from(NAMES), parts, max_size=8)
    return st.one_of(
        st.lists(parts, max_size=7),
        fields,
        fields.map(lambda found: SimpleNamespace(**found)),
    )


ANYTHING = st.recursive(SCALARS | st.builds(Hostile), grown, max_leaves=24)
CALLS = {
    name: getattr(_ingest, name) for name in _ingest.__all__ if name not in ("ccxt_ohlcv",)
} | {"ccxt_ohlcv": partial(_ingest.ccxt_ohlcv, symbol="BTC/USDT", timeframe="1m")}
GOOD = {
    "ccxt_trade": {"id": "1", "symbol": "BTC/USDT", "side": "buy", "amount": 1, "price": 2},
    "ccxt_order": {"id": "1", "symbol": "BTC/USDT", "side": "buy", "status": "open", "trades": []},
    "ccxt_balance": {"total": {"USDT": 1}},
    "ccxt_ticker": {"symbol": "BTC/USDT", "bid": 1, "ask": 2, "last": 1},
    "fix": {"MsgType": "8", "ExecType": "F", "ExecID": "1", "Symbol": "BTC/USDT", "Side": "1",
            "LastQty": "1", "LastPx": "2"},
    "hummingbot_trade": {"trading_pair": "BTC/USDT", "trade_type": "BUY", "amount": 1, "price": 2,
                         "exchange_trade_id": "1", "trade_fee": {"flat_fees": [["USDT", 1]]}},
    "vnpy_trade": {"symbol": "BTC/USDT", "direction": "LONG", "volume": 1, "price": 2,
                   "tradeid": "1"},
    "ib_account_value": {"tag": "CashBalance", "currency": "USD", "value": "1"},
}  # fmt: skip


def only_ours(call, *args, **parts):
    """Call it: it answers or raises one of our errors."""
    try:
        call(*args, **parts)
    except truebook.Error as error:
        assert str(error)


@pytest.mark.parametrize("name", sorted(CALLS))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(given_object=ANYTHING)
def test_anything_is_answered_or_refused_with_an_error_of_ours(book, name, given_object):
    only_ours(CALLS[name], book, given_object)


@pytest.mark.parametrize("name", sorted(CALLS))
def test_what_cannot_even_be_shown_is_refused_with_an_error_of_ours(book, name):
    only_ours(CALLS[name], book, Unspeakable())
    for part in (*GOOD.get(name, {}), *NAMES):
        only_ours(CALLS[name], book, GOOD.get(name, {}) | {part: Unspeakable()})


@pytest.mark.parametrize("name", sorted(GOOD))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(data=st.data())
def test_a_good_object_with_one_other_field_is_answered_or_refused(book, name, data):
    good = GOOD[name]
    part = data.draw(st.sampled_from([*good, *NAMES]))
    only_ours(CALLS[name], book, good | {part: data.draw(ANYTHING)})


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    contract=st.dictionaries(st.sampled_from("secType localSymbol symbol conId".split()), ANYTHING),
    execution=st.dictionaries(st.sampled_from(NAMES), ANYTHING),
    report=ANYTHING,
)  # fmt: skip
def test_a_fill_of_ib_with_any_parts_is_answered_or_refused(book, contract, execution, report):
    good = {"execId": "x.01", "side": "BOT", "shares": 1, "price": 2}
    fill = {"contract": {"localSymbol": "AAPL"} | contract, "execution": good | execution}
    for call in (_ingest.ib_fill, _ingest.ib_commission, _ingest.ib_position):
        only_ours(call, book, fill | {"commissionReport": report, "position": report})


@pytest.mark.parametrize("bad", [1, 1.5, [], b"x", "\ud800", "x" * 97, object()], ids=repr)
@pytest.mark.parametrize("part", ["strategy", "account", "source", "symbol"])
@pytest.mark.parametrize("name", ["ccxt_trade", "fix", "hummingbot_trade", "vnpy_trade"])
def test_a_parameter_of_another_type_is_refused_with_an_error_of_ours(book, name, part, bad):
    only_ours(CALLS[name], book, GOOD[name], **{part: bad})


@pytest.mark.parametrize("name", ["ccxt_trade", "fix", "hummingbot_trade", "vnpy_trade"])
def test_a_good_object_is_booked(book, name):
    assert CALLS[name](book, GOOD[name]).quarantined is None
    assert book.position("BTC/USDT").qty > 0
