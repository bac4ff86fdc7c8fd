"""A trade manager of its own for each test, in a folder of its own."""

import pytest

from truebook import compat


@pytest.fixture(autouse=True)
def _alone(tmp_path, monkeypatch):
    """Nothing is configured, and what is made goes into an empty folder."""
    monkeypatch.chdir(tmp_path)
    compat.reset_trade_manager()
    yield
    compat.reset_trade_manager()


@pytest.fixture
def manager():
    """The manager of a book in memory."""
    compat.configure(None, reporting_currency="USDT")
    return compat.get_single_source_trade_manager()


@pytest.fixture
def heard(manager):
    """The events that a subscriber of `manager` has got."""
    events = []
    manager.add_frontend_subscriber(events.append)
    return events


@pytest.fixture
def trade():
    """A trade as a bot reports it."""
    return {
        "id": "t1",
        "symbol": "BTC/USDT",
        "side": "buy",
        "amount": 0.5,
        "price": 50_000,
        "timestamp": 1_700_000_000_000,
        "strategy": "momentum",
        "fees": 2.5,
        "order_id": "o1",
        "exchange": "kraken",
    }
