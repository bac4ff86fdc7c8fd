"""Where the package and its documents disagree, each in its smallest case.

These fail until one of the two changes. Random streams leave out the commands that run into them
(`Oracle.disagreement`), so that one difference does not hide the next.
"""

import subprocess
import sys
from pathlib import Path

import pytest
import truebook
from book import fill, made, submit


@pytest.fixture
def book():
    opened = made()
    yield opened
    opened.close()


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
