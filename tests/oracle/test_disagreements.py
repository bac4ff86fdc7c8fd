"""Where the package and its documents disagree, each in its smallest case.

These fail until one of the two changes. Random streams leave out the commands that run into them
(`Oracle.disagreement`), so that one difference does not hide the next.
"""

from decimal import Decimal

import pytest
import truebook


@pytest.fixture
def book():
    made = truebook.open(mode="live", threading="inline", clock="event")
    made.deposit("USD", "100000")
    for symbol, kind in (("SHR", "equity"), ("PERP", "perpetual")):
        made.add_instrument(
            symbol, kind=kind, base=symbol, quote="USD", price_precision=2, qty_precision=2
        )
        made.quote(symbol, "10", "10", ts_event=1)
    yield made
    made.close()


def fill(book, side, qty, trade_id, symbol="SHR", ts_event=1, **more):
    return book.fill(symbol, side, qty, "10", trade_id=trade_id, ts_event=ts_event, **more)


def succeeds(call):
    """A failure of an invariant is no `Exception`: it would end the test run."""
    try:
        call()
    except BaseException as failure:
        pytest.fail(f"{type(failure).__name__}: {failure}", pytrace=False)


@pytest.mark.parametrize("corrected", ["opened", "closed"])
def test_a_fill_of_a_closed_round_trip_can_be_corrected(book, corrected):
    """CONTRACT: a `revises` reverses the original, "the correction booked as of now"."""
    fill(book, "buy", "1", "opened", ts_event=10)
    fill(book, "sell", "1", "closed", ts_event=12)
    side = "buy" if corrected == "opened" else "sell"
    succeeds(lambda: fill(book, side, "1", "correct", ts_event=20, revises=corrected))
    assert book.position("SHR").signed_qty == 0


@pytest.mark.parametrize("kind", ["perpetual", "future", "inverse_perpetual"])
def test_a_derivative_that_is_adopted_leaves_no_difference(book, kind):
    """CONTRACT: "Linear and inverse: cash flow = realized - fees + funding"; difference 0."""
    book.add_instrument(
        "HELD", kind=kind, base="BTC", quote="USD", price_precision=2, qty_precision=2,
        settle="BTC" if kind.startswith("inverse") else "USD",
    )
    book.add_instrument("BTC-USD", base="BTC", quote="USD", price_precision=2, qty_precision=8)
    book.price("BTC-USD", "10", ts_event=1)
    book.price("HELD", "10", ts_event=1)
    book.adopt("HELD", "30", cost="-3" if kind.startswith("inverse") else "300")
    assert book.position("HELD").cash_flow == 0
    assert book.portfolio().difference == 0


def test_an_order_that_buys_claims_nothing_of_a_long_position(book):
    """Stub, `available_to_reduce`: "What no open order reduces already." """
    fill(book, "sell", "10", "1", symbol="PERP")
    book.submit("PERP", "buy", "4", client_order_id="cover", ts_event=1)
    fill(book, "buy", "16", "2", symbol="PERP")
    assert book.position("PERP").signed_qty == 6
    assert book.position("PERP").available_to_reduce == 6
    book.reduce()
    assert book.would_refuse("PERP", "sell", "6") is None


def test_an_order_larger_than_the_position_claims_all_of_it(book):
    """Stub, `available_to_reduce`: "What no open order reduces already." """
    fill(book, "buy", "10", "1", symbol="PERP")
    book.submit("PERP", "sell", "14", client_order_id="flip", ts_event=1)
    assert book.position("PERP").available_to_reduce == 0
    assert book.would_refuse("PERP", "sell", "10", reduce_only=True) == "ReduceOnlyExceeds"


def test_an_amended_reduce_only_order_does_not_exceed_the_position(book):
    """Stub, `amend`: "Refused as a new order would be." """
    fill(book, "buy", "5", "1", symbol="PERP")
    book.submit("PERP", "sell", "4", client_order_id="exit", reduce_only=True, ts_event=1)
    fill(book, "sell", "4", "2", symbol="PERP")
    assert book.position("PERP").signed_qty == 1
    with pytest.raises(truebook.Refused) as refusal:
        book.amend("exit", qty="3")
    assert refusal.value.status == "ReduceOnlyExceeds"


def test_a_repeat_of_an_order_that_was_amended_is_answered_as_before(book):
    """CONTRACT: "A repeat with the same client id and the same content is answered as before." """
    first = book.submit("SHR", "buy", "5", client_order_id="once", ts_event=1)
    book.amend("once", qty="6")
    again = book.submit("SHR", "buy", "5", client_order_id="once", ts_event=1)
    assert (again.duplicate, again.sequence) == (True, first.sequence)


@pytest.mark.parametrize("first", ["BTC-USD", "ETH-BTC"])
def test_a_cost_is_exact_in_whatever_order_instruments_are_added(first):
    """DESIGN 3: "A position keeps its exact cost and divides only when it reduces"."""
    book = truebook.open(mode="live", threading="inline", clock="event")
    pairs = {
        "BTC-USD": dict(base="BTC", quote="USD", price_precision=2, qty_precision=8),
        "ETH-BTC": dict(base="ETH", quote="BTC", price_precision=5, qty_precision=4),
    }
    for symbol in sorted(pairs, key=lambda name: name != first):
        book.add_instrument(symbol, **pairs[symbol])
    book.fill("ETH-BTC", "buy", "0.0312", "0.06339", trade_id="1", ts_event=1)
    assert book.position("ETH-BTC").cost == Decimal("0.001977768")
    assert book.balance("BTC").total == Decimal("-0.001977768")


def test_an_order_that_a_correction_fills_is_filled(book):
    """Stub, `orders`: "Every order that can still fill"."""
    fill(book, "buy", "5", "loose")
    book.submit("SHR", "buy", "1", client_order_id="order", ts_event=1)
    fill(book, "buy", "1", "correct", revises="loose", client_order_id="order")
    assert book.order("order").leaves_qty == 0
    assert book.order("order").status == "filled"
    assert book.orders() == []


def test_a_derivative_of_unknown_cost_moves_cash_by_its_realized_pnl(book):
    """CONTRACT: a linear perpetual's "cash moves by realized PnL, fees, funding"."""
    book.adopt("PERP", "-3")
    fill(book, "buy", "3", "1", symbol="PERP")
    book.adopt("PERP", "0", cost="-33")
    assert book.position("PERP").realized_pnl == 3
    assert book.balance("USD").total == 100003


def test_a_cost_that_is_given_later_is_released_as_if_it_had_been_known(book):
    """DESIGN 3: "A position keeps its exact cost and divides only when it reduces"."""
    book.adopt("SHR", "3")
    fill(book, "sell", "1", "1")
    book.adopt("SHR", "0", cost="33")
    assert book.position("SHR").cost == 22
    assert book.position("SHR").realized_pnl == -1


def test_a_correction_takes_back_the_fill_of_its_own_order(book):
    """CONTRACT: "Two reports whose order ids are both known and differ are different fills." """
    for order in ("a", "b"):
        book.submit("SHR", "buy", "9", client_order_id=order, ts_event=1)
    fill(book, "buy", "1", "same", client_order_id="a")
    fill(book, "buy", "2", "same", client_order_id="b")
    fill(book, "buy", "4", "correct", revises="same", client_order_id="b")
    assert book.position("SHR").signed_qty == 5


@pytest.mark.parametrize("order", ["a", "b"])
def test_a_fee_that_a_repeat_adds_is_booked_once(book, order):
    """CONTRACT: what the second report knows is "filled in"; a third knows nothing more."""
    for name, qty in (("a", "1"), ("b", "2")):
        book.submit("SHR", "buy", "9", client_order_id=name, ts_event=1)
        fill(book, "buy", qty, "same", client_order_id=name)
    for _ in range(3):
        qty = "1" if order == "a" else "2"
        assert fill(book, "buy", qty, "same", client_order_id=order, fee="1").duplicate
    assert book.position("SHR").fees == {"USD": 1}
    assert book.balance("USD").total == 100000 - 30 - 1


def test_funding_before_the_first_fill_is_kept_by_its_position(book):
    """Stub, `Position.funding`: "Funding, dividends and interest received less paid." """
    book.funding("PERP", "USD", "-2", strategy="basis")
    fill(book, "buy", "1", "1", symbol="PERP", strategy="basis")
    assert book.strategy("basis").funding == -2
    assert book.position("PERP", strategy="basis").funding == -2
