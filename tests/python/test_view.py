"""The whole book at one sequence, and whose time it is."""

import threading
import time

import pytest

import truebook

HOUR = 3_600_000_000_000
START = 1_700_000_000_000_000_000


@pytest.fixture(params=["engine", "inline"])
def book(request):
    """A book with a position, an order and a balance, on the clock of its events."""
    with truebook.open(threading=request.param, clock="event") as book:
        book.add_instrument("BTC-USD", base="BTC", quote="USD", price_precision=2, qty_precision=8)
        book.deposit("USD", 1_000)
        book.fill("BTC-USD", "buy", 1, 100, trade_id="t", strategy="s", ts_event=START)
        book.quote("BTC-USD", 110, 112, ts_event=START + 1)
        book.submit("BTC-USD", "sell", "0.5", price=115, client_order_id="o", strategy="s")
        yield book


def test_a_view_is_the_whole_book_at_one_sequence_and_never_changes(book):
    view = book.view()
    assert view.sequence == book.status().sequence == view.portfolio.sequence
    assert view.ts == START + 1
    assert view.positions == book.positions()
    assert view.orders == book.orders()
    assert view.portfolio == book.portfolio()
    assert view.balances().to_pylist() == book.balances().to_pylist()
    assert view == book.view()
    assert repr(view) == f"View(sequence={view.sequence}, equity=1011, positions=1, orders=1)"
    book.quote("BTC-USD", 200, 202, ts_event=START + 2)
    book.fill("BTC-USD", "buy", 1, 100, trade_id="t2", strategy="s")
    assert view.positions[0].mark == 111
    assert view.positions[0].qty == 1
    assert view != book.view()


def test_a_view_waits_for_a_sequence_that_another_thread_brings(book):
    wanted = book.view().sequence + 1

    def bring():
        time.sleep(0.1)
        book.deposit("USD", 1)

    bringing = threading.Thread(target=bring)
    bringing.start()
    assert book.view(at_least=wanted).sequence == wanted
    bringing.join()
    assert book.view(wanted).sequence == wanted
    with pytest.raises(truebook.InvalidValue, match=f"at_least: found '{wanted + 1}', allowed: a "
                       f"sequence that comes within 0.1 seconds; it is {wanted}"):
        book.view(wanted + 1, timeout=0.1)
    for wrong in (-1, "1", 1.5, True, 2**64):
        with pytest.raises(truebook.InvalidValue, match="at_least: found .*, allowed: a sequence"):
            book.view(wrong)
    for wrong in (-1, "1", None):
        with pytest.raises(truebook.InvalidValue, match="timeout"):
            book.view(timeout=wrong)


def test_whoever_advances_an_event_clock_says_what_time_it_is(tmp_path):
    with truebook.open(tmp_path / "bot.db", clock="event") as book:
        book.advance(START)
        book.deposit("USD", 5)
        assert book.view().ts == START
        sequence = book.advance(START + 2 * HOUR).sequence
        snapshot = book.snapshots().to_pylist()[-1]
        assert (snapshot["sequence"], snapshot["equity"]) == (sequence, 5)
        applied = book.advance(START + 2 * HOUR)
        assert applied.sequence == sequence
        allowed = f"now: found .*, allowed: {START + 2 * HOUR} or later"
        with pytest.raises(truebook.InvalidValue, match=allowed):
            book.advance(START)
    with truebook.open() as book, pytest.raises(
        truebook.InvalidValue, match="now: found .*system's clock"
    ):
        book.advance(START)
    with truebook.open(clock="event") as book:
        for wrong in (None, "1", 1.5, True, 2**63):
            with pytest.raises(truebook.InvalidValue, match="now: found"):
                book.advance(wrong)


def test_positions_of_several_strategies_are_the_accounts_net_from_the_first_read_on(book):
    def net():
        return book.position("BTC-USD").signed_qty

    assert [net(), net()] == [1, 1]
    book.fill("BTC-USD", "sell", 3, 100, trade_id="t3", strategy="other")
    assert [net(), net()] == [-2, -2]
    assert book.position("BTC-USD", strategy="s").signed_qty == 1
    assert book.position("BTC-USD", strategy="nobody").signed_qty == 0


def test_threads_that_read_while_others_fill_see_each_fill_whole():
    with truebook.open(clock="event") as book:
        book.add_instrument("A-USD", base="A", quote="USD", price_precision=0, qty_precision=0)
        is_over = threading.Event()
        wrong = []

        def read():
            while not is_over.is_set():
                position = book.position("A-USD", strategy="s")
                # Each fill buys 1 at 7 and costs a fee of 1.
                paid = position.fees.get("USD", 0)
                if not position.cost == 7 * position.qty == 7 * paid == -position.cash_flow:
                    wrong.append(position)

        readers = [threading.Thread(target=read) for _ in range(3)]
        for reader in readers:
            reader.start()
        for number in range(5_000):
            book.fill("A-USD", "buy", 1, 7, trade_id=f"t{number}", strategy="s", fee=1)
        is_over.set()
        for reader in readers:
            reader.join()
        assert wrong == []
