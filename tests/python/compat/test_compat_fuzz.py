"""Whatever comes in, only errors of truebook come out."""

from types import SimpleNamespace

import pytest

pytest.importorskip("hypothesis")

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import truebook
from truebook import compat

RELAXED = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=8),
    st.decimals(),
    st.binary(max_size=4),
    st.datetimes(),
    st.uuids(),
    st.just("\ud800"),
    st.sampled_from("buy SELL BTC/USDT ETHUSDT BTC-PERP USDT 1e9 0.1".split()),
)
NAMES = (
    "symbol pair side amount qty quantity size filled price fill_price average trade_id id "
    "timestamp ts datetime time strategy exchange venue order_id order fees fee commission "
    "fee_currency client_order_id cost currency value name"
).split()


class Hostile:
    """An object whose every field raises, and that cannot be compared or shown."""

    def __getattr__(self, name):
        raise RuntimeError(name)

    def __eq__(self, other):
        raise RuntimeError

    def __bool__(self):
        raise RuntimeError

    def __repr__(self):
        raise RuntimeError

    __hash__ = object.__hash__


def grown(parts):
    """Lists, mappings and objects of `parts`."""
    fields = st.dictionaries(st.sampled_from(NAMES), parts, max_size=8)
    return st.one_of(
        st.lists(parts, max_size=5),
        fields,
        fields.map(lambda found: SimpleNamespace(**found)),
    )


ANYTHING = st.recursive(SCALARS | st.builds(Hostile), grown, max_leaves=16)


def only_ours(call, *args):
    """Call it: it answers or raises one of our errors."""
    try:
        call(*args)
    except truebook.Error as error:
        assert str(error)


@RELAXED
@given(anything=ANYTHING)
def test_anything_is_recorded_or_refused_with_an_error_of_ours(manager, anything):
    only_ours(manager.record_trade, anything)
    assert not manager.flush(5) or not manager._given


@RELAXED
@given(part=st.sampled_from(NAMES), anything=ANYTHING)
def test_a_good_trade_with_one_other_field_is_recorded_or_refused(manager, trade, part, anything):
    only_ours(manager.record_trade, trade | {part: anything})


@RELAXED
@given(symbol=ANYTHING, price=ANYTHING)
def test_any_price_is_taken_or_refused_with_an_error_of_ours(manager, symbol, price):
    only_ours(manager.update_price, symbol, price)
    only_ours(manager.update_price, "BTC/USDT", price)
    only_ours(manager.get_position, symbol)


@RELAXED
@given(key=ANYTHING, data=ANYTHING)
def test_any_state_is_kept_or_refused_with_an_error_of_ours(manager, key, data):
    shared = compat.SharedStateManager()
    only_ours(shared.update_state, key, data)
    only_ours(shared.update_state, "key", {"a": data})
    only_ours(shared.get_state, key)
