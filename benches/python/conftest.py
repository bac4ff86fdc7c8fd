"""Books to be measured, one for each way to run the engine."""

import itertools

import pytest

import truebook

START = 1_700_000_000_000_000_000
WAYS = {
    "inline": {"threading": "inline"},
    "engine spinning": {"threading": "engine", "wait": "spin"},
    "engine parked": {"threading": "engine", "wait": "park"},
}


@pytest.fixture(params=WAYS)
def book(request, benchmark):
    """A book with one instrument, one position and a price."""
    benchmark.extra_info["way"] = request.param
    with truebook.open(clock="event", **WAYS[request.param]) as book:
        book.add_instrument("BTC-USD", base="BTC", quote="USD", price_precision=2, qty_precision=8)
        book.deposit("USD", 10**12)
        book.quote("BTC-USD", 100, 101, ts_event=START)
        book.fill("BTC-USD", "buy", 1, 100, trade_id="t", strategy="s", ts_event=START)
        request.node.numbers = itertools.count(1)
        yield book
