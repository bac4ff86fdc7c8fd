"""Properties on which the package and its documents once differed, each in its smallest case."""

import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import pytest
import truebook
from book import fill, made, submit, succeeds


@pytest.fixture
def book():
    opened = made()
    yield opened
    opened.close()


@pytest.mark.parametrize("corrected", ["opened", "closed"])
def test_a_fill_of_a_closed_round_trip_can_be_corrected(book, corrected):
    fill(book, "buy", "1", "opened", ts_event=10)
    fill(book, "sell", "1", "closed", ts_event=12)
    side = "buy" if corrected == "opened" else "sell"
    succeeds(lambda: fill(book, side, "1", "correct", ts_event=20, revises=corrected))
    assert book.position("SHR").signed_qty == 0


def test_a_correction_takes_back_the_fill_of_its_own_order(book):
    submit(book, "a", "b")
    fill(book, "buy", "1", "same", client_order_id="a")
    fill(book, "buy", "2", "same", client_order_id="b")
    fill(book, "buy", "4", "correct", revises="same", client_order_id="b")
    assert book.position("SHR").signed_qty == 5


def test_a_second_correction_of_a_fill_replaces_the_first(book):
    fill(book, "buy", "5", "1")
    fill(book, "buy", "4", "2", revises="1")
    fill(book, "buy", "3", "3", revises="1")
    assert book.position("SHR").signed_qty == 3
    assert book.balance("USD").total == 100000 - 30


def test_an_order_that_a_correction_fills_is_filled(book):
    fill(book, "buy", "5", "loose")
    submit(book, "order", qty="1")
    fill(book, "buy", "1", "correct", revises="loose", client_order_id="order")
    assert book.order("order").leaves_qty == 0
    assert book.order("order").status == "filled"
    assert book.orders() == []


def test_an_order_is_filled_by_a_correction_of_another_orders_fill(book):
    submit(book, "a", "b", qty="2")
    fill(book, "buy", "1", "1")
    fill(book, "buy", "2", "2", client_order_id="a", revises="1")
    fill(book, "buy", "2", "3", client_order_id="b", revises="1")
    assert (book.order("a").cum_qty, book.order("b").cum_qty) == (0, 2)
    assert book.order("b").status == "filled"


@pytest.mark.parametrize("order", ["a", "b"])
def test_a_fee_that_a_repeat_adds_is_booked_once(book, order):
    submit(book, "a", "b")
    for name, qty in (("a", "1"), ("b", "2")):
        fill(book, "buy", qty, "same", client_order_id=name)
    for _ in range(3):
        qty = "1" if order == "a" else "2"
        assert fill(book, "buy", qty, "same", client_order_id=order, fee="1").duplicate
    assert book.position("SHR").fees == {"USD": 1}
    assert book.balance("USD").total == 100000 - 30 - 1


@pytest.mark.parametrize("qty, status", [("4", "partially_filled"), ("9", "filled")])
@pytest.mark.parametrize("name", ["client_order_id", "venue_order_id"])
def test_a_repeat_that_names_the_order_counts_as_if_the_fill_had_named_it(name, qty, status):
    found = []
    for reports in ([True], [False, True, True]):
        book = made()
        submit(book, "order")
        book.accept("order", venue_order_id="theirs")
        named = {name: "order" if name == "client_order_id" else "theirs"}
        answers = [fill(book, "buy", qty, "1", **(named if is_named else {}))
                   for is_named in reports]
        assert [answer.duplicate for answer in answers] == [False, True, True][: len(reports)]
        order = book.order("order")
        found.append((order.cum_qty, order.leaves_qty, order.status, order.locked,
                      book.balance("USD").in_orders, book.balance("USD").total))
        book.close()
    assert found[0] == found[1]
    assert found[0][2] == status


def adopted(book, kind, **cost):
    """Takes in 30 of a derivative."""
    settle = "BTC" if kind.startswith("inverse") else "USD"
    book.add_instrument("HELD", kind=kind, base="BTC", quote="USD", settle=settle,
                        price_precision=2, qty_precision=2)
    book.add_instrument("BTC-USD", base="BTC", quote="USD", price_precision=2, qty_precision=8)
    book.price("BTC-USD", "10", ts_event=1)
    book.price("HELD", "10", ts_event=1)
    book.adopt("HELD", "30", **cost)


DERIVATIVES = ["perpetual", "future", "inverse_perpetual", "inverse_future"]


@pytest.mark.parametrize("kind", DERIVATIVES)
def test_a_derivative_that_is_adopted_moves_no_cash(book, kind):
    adopted(book, kind, cost="-3" if kind.startswith("inverse") else "300")
    assert book.position("HELD").cash_flow == 0
    assert (book.balance("USD").total, book.balance("BTC").total) == (100000, 0)
    assert book.portfolio().difference == 0


@pytest.mark.parametrize("kind", DERIVATIVES)
def test_a_derivative_is_not_adopted_without_its_cost(book, kind):
    with pytest.raises(truebook.InvalidValue, match="the cost is needed"):
        adopted(book, kind)
    assert book.position("HELD").signed_qty == 0


@pytest.mark.parametrize("cost, kept", [("33", "22"), ("10", "6.66666667")])
def test_a_cost_that_is_given_later_is_released_as_if_it_had_been_known(book, cost, kept):
    book.adopt("SHR", "3")
    fill(book, "sell", "1", "1")
    book.adopt("SHR", "0", cost=cost)
    held = book.position("SHR")
    assert str(held.cost) == kept
    assert held.realized_pnl == 10 - (int(cost) - held.cost)
    assert book.portfolio().difference == 0


def test_an_order_that_buys_claims_nothing_of_a_long_position(book):
    fill(book, "sell", "10", "1", symbol="PERP")
    book.submit("PERP", "buy", "4", client_order_id="cover", ts_event=1)
    fill(book, "buy", "16", "2", symbol="PERP")
    assert book.position("PERP").signed_qty == 6
    assert book.position("PERP").available_to_reduce == 6
    book.reduce()
    assert book.would_refuse("PERP", "sell", "6") is None


def test_an_order_larger_than_the_position_claims_all_of_it(book):
    fill(book, "buy", "10", "1", symbol="PERP")
    book.submit("PERP", "sell", "14", client_order_id="flip", ts_event=1)
    assert book.position("PERP").available_to_reduce == 0
    assert book.would_refuse("PERP", "sell", "10", reduce_only=True) == "ReduceOnlyExceeds"


def test_an_amended_reduce_only_order_does_not_exceed_the_position(book):
    fill(book, "buy", "5", "1", symbol="PERP")
    book.submit("PERP", "sell", "4", client_order_id="exit", reduce_only=True, ts_event=1)
    fill(book, "sell", "4", "2", symbol="PERP")
    assert book.position("PERP").signed_qty == 1
    with pytest.raises(truebook.Refused) as refusal:
        book.amend("exit", qty="3")
    assert refusal.value.status == "ReduceOnlyExceeds"


def test_an_amended_order_does_not_compete_with_itself(book):
    fill(book, "buy", "5", "1", symbol="PERP")
    book.submit("PERP", "sell", "4", client_order_id="exit", reduce_only=True, ts_event=1)
    assert book.position("PERP").available_to_reduce == 1
    book.amend("exit", qty="5")
    assert book.position("PERP").available_to_reduce == 0


def test_a_repeat_of_an_order_that_was_amended_is_answered_as_before(book):
    first = book.submit("SHR", "buy", "5", client_order_id="once", ts_event=1)
    book.amend("once", qty="6")
    again = book.submit("SHR", "buy", "5", client_order_id="once", ts_event=1)
    assert (again.duplicate, again.sequence) == (True, first.sequence)
    with pytest.raises(truebook.Refused) as refusal:
        book.submit("SHR", "buy", "6", client_order_id="once", ts_event=1)
    assert refusal.value.status == "DuplicateClientOrderId"


@pytest.mark.parametrize("link", ["one_cancels", "bracket_of"])
def test_an_order_with_other_links_is_no_repeat(book, link):
    submit(book, "other")
    again = dict(client_order_id="once", ts_event=1)
    book.submit("SHR", "buy", "5", **again, **{link: "other"})
    assert book.submit("SHR", "buy", "5", **again, **{link: "other"}).duplicate
    with pytest.raises(truebook.Refused) as refusal:
        book.submit("SHR", "buy", "5", **again)
    assert refusal.value.status == "DuplicateClientOrderId"


@pytest.mark.parametrize("what, symbol", [("funding", "PERP"), ("dividend", "SHR")])
def test_income_before_the_first_fill_is_kept_by_its_position(book, what, symbol):
    getattr(book, what)(symbol, "USD", "-2", strategy="basis")
    assert book.position(symbol, strategy="basis").funding == -2
    fill(book, "buy", "1", "1", symbol=symbol, strategy="basis")
    assert book.strategy("basis").funding == -2
    assert book.position(symbol, strategy="basis").funding == -2


@pytest.mark.parametrize("kind", ["spot", "fx"])
def test_what_is_held_as_a_balance_cannot_be_split(book, kind):
    book.add_instrument("EUR-USD", kind=kind, base="EUR", quote="USD", price_precision=2,
                        qty_precision=2)
    fill(book, "buy", "4", "1", symbol="EUR-USD")
    with pytest.raises(truebook.InvalidValue):
        book.split("EUR-USD", 2, 1)
    assert book.position("EUR-USD").signed_qty == book.balance("EUR").total == 4


@pytest.mark.parametrize("first", ["BTC-USD", "ETH-BTC"])
def test_a_cost_is_exact_in_whatever_order_instruments_are_added(first):
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


def test_a_coin_is_worth_its_mark():
    """DESIGN 3: totals are "never a silent rate of 1", nor of another power of ten."""
    book = truebook.open(mode="live", threading="inline", clock="event")
    book.add_instrument("BTC-USD", base="BTC", quote="USD", price_precision=2, qty_precision=8)
    book.add_instrument("ETH-BTC", base="ETH", quote="BTC", price_precision=5, qty_precision=4)
    book.deposit("BTC", "1")
    book.quote("BTC-USD", "50000", "50000", ts_event=1)
    book.quote("ETH-BTC", "0.06", "0.06", ts_event=1)
    assert book.would_refuse("ETH-BTC", "buy", "0.0033") == "MinNotional"
    assert book.portfolio().equity == 50000


CIRCLE = """
from book import fill, made
book = made()
fill(book, "buy", "1", "t", client_order_id="a")
fill(book, "buy", "2", "c", revises="t")
fill(book, "buy", "3", "t", client_order_id="b", revises="c")
fill(book, "buy", "4", "x", revises="t")
"""


def test_corrections_that_name_each_other_are_answered():
    """DESIGN 2: a fill is booked or quarantined; the writer never stands still.

    Following corrections by trade id alone leads from `t` to `c` to `t`.
    """
    try:
        subprocess.run([sys.executable, "-c", CIRCLE], cwd=Path(__file__).parent, check=True,
                       timeout=3)
    except subprocess.TimeoutExpired:
        pytest.fail("the book does not answer", pytrace=False)


def test_a_correction_of_a_correction_stays_with_its_order(book):
    """CONTRACT: "Two reports whose order ids are both known and differ are different fills." """
    submit(book, "a", "b")
    for order, first, second in (("a", "1", "3"), ("b", "2", "4")):
        fill(book, "buy", first, "fill", client_order_id=order)
        fill(book, "buy", second, "correct", client_order_id=order, revises="fill")
    assert book.position("SHR").signed_qty == 7
    fill(book, "buy", "1", "last", client_order_id="b", revises="fill")
    assert (book.order("a").cum_qty, book.order("b").cum_qty) == (3, 1)
    assert book.position("SHR").signed_qty == 4


@pytest.mark.parametrize("before", ["busted", "never reported"])
def test_a_second_correction_replaces_the_first_of_what_was_void(book, before):
    """CONTRACT: the original "reversed exactly", the correction booked: one fill, one quantity."""
    if before == "busted":
        fill(book, "buy", "5", "fill")
        book.bust("SHR", "fill")
    fill(book, "buy", "4", "first", revises="fill")
    fill(book, "buy", "3", "second", revises="fill")
    assert book.position("SHR").signed_qty == 3


def test_an_order_id_that_is_filled_in_tells_fills_apart(book):
    """CONTRACT: the order id is "filled in"; two that are known and differ are different fills."""
    submit(book, "a", "b")
    fill(book, "buy", "1", "same")
    assert fill(book, "buy", "1", "same", client_order_id="a").duplicate
    assert not fill(book, "buy", "1", "same", client_order_id="b").duplicate
    assert book.position("SHR").signed_qty == 2
    assert book.order("b").cum_qty == 1


def test_a_repeat_of_a_booked_fill_is_no_conflict(book):
    """CONTRACT: "The same key with another quantity or price is `FillConflict`"; this has none."""
    submit(book, "a", "b")
    fill(book, "buy", "1", "same", client_order_id="a")
    assert fill(book, "buy", "2", "same").quarantined == "FillConflict"
    assert fill(book, "buy", "2", "same", client_order_id="b").quarantined is None
    again = fill(book, "buy", "2", "same", client_order_id="b")
    assert (again.duplicate, again.quarantined) == (True, None)


def test_a_cost_that_is_given_again_under_its_id_is_a_repeat(book):
    """Stub, of all that is booked under an id: "A repeat of `id` is booked once." """
    book.adopt("SHR", "3", id="held")
    assert book.adopt("SHR", "3", id="held").duplicate
    book.adopt("SHR", "0", cost="33", id="cost")
    assert book.adopt("SHR", "0", cost="33", id="cost").duplicate
