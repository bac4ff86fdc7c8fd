"""A live book in memory with a spot pair, a linear perpetual in contracts and a stock."""

import pytest

import truebook


@pytest.fixture
def book(tmp_path):
    """A book that reports in USDT, so that orders in USDT pass its limits."""
    config = tmp_path / "book.toml"
    config.write_text('[book]\nmode = "live"\nreporting_currency = "USDT"\n')
    with truebook.open(config=config) as book:
        for symbol, quote in (("BTC/USDT", "USDT"), ("ETH/USDT", "USDT"), ("BTC/USD", "USD")):
            book.add_instrument(
                symbol, base=symbol[:3], quote=quote, price_precision=6, qty_precision=8
            )
        book.add_instrument(
            "BTC/USDT:USDT",
            kind="perpetual",
            base="BTC",
            quote="USDT",
            price_precision=2,
            qty_precision=4,
            multiplier="0.01",
        )
        book.add_instrument(
            "AAPL", kind="equity", base="AAPL", quote="USD", price_precision=4, qty_precision=4
        )
        book.deposit("USDT", 1_000_000)
        book.deposit("USD", 1_000_000)
        yield book


@pytest.fixture
def order(book):
    """The id of an order to buy 10 BTC that was sent and not yet answered."""
    book.quote("BTC/USDT", 99, 100)
    book.submit("BTC/USDT", "buy", 10, price=100, client_order_id="mine-1", strategy="s")
    return "mine-1"
