"""A book with a share and a perpetual at 10 dollars, and short ways to fill it."""

import pytest
import truebook


def made():
    book = truebook.open(mode="live", threading="inline", clock="event")
    book.deposit("USD", "100000")
    for symbol, kind in (("SHR", "equity"), ("PERP", "perpetual")):
        book.add_instrument(
            symbol, kind=kind, base=symbol, quote="USD", price_precision=2, qty_precision=2
        )
        book.quote(symbol, "10", "10", ts_event=1)
    return book


def fill(book, side, qty, trade_id, symbol="SHR", ts_event=1, **more):
    return book.fill(symbol, side, qty, "10", trade_id=trade_id, ts_event=ts_event, **more)


def submit(book, *ids, qty="9"):
    for id in ids:
        book.submit("SHR", "buy", qty, client_order_id=id, ts_event=1)


def succeeds(call):
    """A failure of an invariant is no `Exception`: it would end the test run."""
    try:
        call()
    except BaseException as failure:
        pytest.fail(f"{type(failure).__name__}: {failure}", pytrace=False)
