"""Whatever Python gives: an answer or an exception of our tree that names the parameter; never a
panic, and the identities hold."""

import inspect
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import truebook

START = 1_700_000_000_000_000_000

ANYTHING = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.integers(-(2**70), 2**70),
    st.floats(),
    st.decimals(),
    st.text(max_size=120),
    st.text(st.characters(categories=["Cs"]), min_size=1, max_size=2),
    st.binary(max_size=8),
    st.sampled_from(["BTC-USD", "USD", "buy", "sell", "default", "s", "1", "0.5", "t1", "o1"]),
    st.lists(st.text(max_size=4), max_size=3),
    st.dictionaries(st.text(max_size=4), st.integers(), max_size=2),
    st.builds(object),
)
LIKELY = {
    "symbol": st.sampled_from(["BTC-USD", "NOPE"]),
    "side": st.sampled_from(["buy", "sell"]),
    "qty": st.sampled_from([1, "0.5", 0.25, Decimal("0.00000001")]),
    "price": st.sampled_from([100, "100.5", None]),
    "currency": st.sampled_from(["USD", "BTC"]),
    "amount": st.sampled_from([1, "2.5", Decimal(3)]),
}
# They wait, or end the book, or take no arguments of their own.
APART = {"close", "wait_durable", "view"}


def calls():
    """Every method of a book with its parameters."""
    for name, method in inspect.getmembers(truebook.Book, callable):
        if name.startswith("_") or name in APART or name.startswith("ingest_"):
            continue
        yield name, [
            parameter
            for parameter in inspect.signature(method).parameters.values()
            if parameter.name != "self"
        ]


@st.composite
def arguments(draw, parameters):
    """Arguments for a call: some likely, some anything, some left out."""
    named = {}
    for parameter in parameters:
        is_needed = parameter.default is parameter.empty
        if is_needed or draw(st.booleans()):
            likely = LIKELY.get(parameter.name)
            sane = likely is not None and draw(st.integers(0, 3)) > 0
            named[parameter.name] = draw(likely if sane else ANYTHING)
    return named


@pytest.fixture(scope="module", params=["inline", "engine"])
def book(request):
    with truebook.open(threading=request.param, clock="event") as book:
        book.add_instrument("BTC-USD", base="BTC", quote="USD", price_precision=2, qty_precision=8)
        book.deposit("USD", 10**9)
        book.quote("BTC-USD", 100, 101, ts_event=START)
        yield book


@pytest.mark.parametrize(("name", "parameters"), [pytest.param(*c, id=c[0]) for c in calls()])
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_no_argument_gives_anything_but_an_answer_or_our_own_exception(
    book, name, parameters, data
):
    named = data.draw(arguments(parameters))
    try:
        getattr(book, name)(**named)
    except truebook.Error as error:
        assert str(error)
    portfolio = book.portfolio()
    assert portfolio.difference == 0


@pytest.mark.parametrize(("name", "parameters"), [pytest.param(*c, id=c[0]) for c in calls()])
def test_an_argument_of_another_type_is_refused_with_its_parameters_name(book, name, parameters):
    sane = {
        "symbol": "BTC-USD", "side": "buy", "qty": 1, "price": 100, "currency": "USD",
        "amount": 1, "to": "default", "trade_id": "t", "client_order_id": "o", "reason": "r",
        "key": "k", "value": "v", "name": "n", "now": 1, "base": "BTC", "quote": "USD",
        "price_precision": 2, "qty_precision": 8, "bid": 100, "ask": 101, "last": 100,
        "mark": 100, "numerator": 2, "denominator": 1, "fee": 1, "total": 1, "timeframe": "1m",
        "open": 1, "high": 1, "low": 1, "close": 1, "volume": 1, "ts_open": 1, "ts_event": 2,
        "kind": "k", "level": "info", "text": "t", "table": "fills",
        "data": {},
    }
    needed = [each.name for each in parameters if each.default is each.empty]
    for parameter in parameters:
        arguments = {each: sane[each] for each in needed} | {parameter.name: object()}
        with pytest.raises(truebook.Error, match=rf"\b{parameter.name}\b"):
            getattr(book, name)(**arguments)


def test_opening_refuses_what_it_cannot_take_by_name(tmp_path):
    for parameter in ("path", "config", "mode", "threading", "clock", "durability", "pin", "wait"):
        with pytest.raises(truebook.Error, match=parameter):
            truebook.open(**{parameter: object()})
    with pytest.raises(truebook.Error, match="pin"):
        truebook.open(pin=10_000)
