"""What bots had written runs as it was, but for the line that imports."""

import asyncio
import sys
from datetime import datetime
from decimal import Decimal
from types import ModuleType, SimpleNamespace

import pytest

from truebook.compat import (
    SharedStateManager,
    configure,
    create_frontend_subscriber,
    create_notification_subscriber,
    create_portfolio_subscriber,
    get_single_source_trade_manager,
    get_trade_manager,
    log_trade,
)

# ruff: noqa: F811


@pytest.fixture
def telegram(monkeypatch):
    """A stand-in of libs.notifications; the texts that were sent."""
    sent = []

    class TelegramNotifier:
        def __init__(self, token, chat_id):
            assert (token, chat_id) == ("your_token", "your_chat")

        def notify(self, text):
            sent.append(text)

    libs, module = ModuleType("libs"), ModuleType("libs.notifications")
    module.TelegramNotifier = TelegramNotifier
    libs.notifications = module
    monkeypatch.setitem(sys.modules, "libs", libs)
    monkeypatch.setitem(sys.modules, "libs.notifications", module)
    return sent


def test_basic_usage():
    # Get the single instance
    trade_manager = get_single_source_trade_manager()

    # All operations go through this single instance
    trades = trade_manager.get_all_positions()
    status = trade_manager.get_system_status()

    assert trades == []
    assert status["is_running"] and status["total_trades"] == 0


def test_frontend_integration(trade):
    updated, refreshed = [], []
    update_frontend_positions = updated.append
    refresh_position_display = refreshed.append

    trade_manager = get_single_source_trade_manager()

    def handle_trade_update(event):
        """Handle real-time trade updates in frontend."""
        if event.event_type == "trade_executed":
            # Update UI with new trade
            update_frontend_positions(event.trade)
        elif event.event_type == "position_updated":
            # Update position display
            refresh_position_display(event.position)

    # Subscribe to events
    subscriber = create_frontend_subscriber(handle_trade_update)
    trade_manager.add_frontend_subscriber(subscriber)

    trade_manager.record_trade(trade)
    assert trade_manager.flush()
    assert [told.id for told in updated] == ["t1"]
    assert [position.size for position in refreshed] == [Decimal("0.5")]


def test_portfolio_service_integration(trade):
    recorded = []
    portfolio_api = SimpleNamespace(record_trade=recorded.append)

    trade_manager = get_single_source_trade_manager()

    def sync_to_portfolio_service(event):
        """Sync trade data to external portfolio service."""
        if event.event_type == "trade_executed":
            portfolio_api.record_trade(event.trade)

    # Subscribe to events
    subscriber = create_portfolio_subscriber(sync_to_portfolio_service)
    trade_manager.add_portfolio_service_subscriber(subscriber)

    trade_manager.record_trade(trade)
    assert trade_manager.flush()
    assert [(told.symbol, told.amount) for told in recorded] == [("BTC/USDT", Decimal("0.5"))]


def test_notification_integration(telegram, trade):
    from libs.notifications import TelegramNotifier

    notifier = TelegramNotifier(token="your_token", chat_id="your_chat")

    trade_manager = get_single_source_trade_manager()

    # Subscribe to notifications
    subscriber = create_notification_subscriber(notifier, {})
    trade_manager.add_notification_subscriber(subscriber)

    trade_manager.record_trade(trade)
    assert trade_manager.flush()
    assert telegram == ["BUY 0.5 BTC/USDT @ 50000 (momentum)"]


def test_from_legacy_trade_manager(tmp_path, trade):
    order = trade

    trade_manager = get_trade_manager()
    # ... do operations ...
    trade_manager.record_trade(trade)

    # Manual CSV logging
    log_trade(order)

    # New way (single source)
    trade_manager = get_single_source_trade_manager()
    # All operations go through single instance
    # CSV logging happens automatically as audit trail

    assert trade_manager is get_trade_manager()
    assert len(trade_manager.trades) == 1
    trade_manager.close()
    (booked,) = (tmp_path / "truebook-audit").glob("fills-*.csv")
    assert booked.read_text().count("t1") == 1
    (logged,) = (tmp_path / "truebook-audit").glob("logged-*.csv")
    assert "t1,2023-11-14T22:13:20+00:00,BTC/USDT,buy,0.5,50000,momentum" in logged.read_text()


def test_from_manual_synchronization():
    trade_manager = get_single_source_trade_manager()
    # Events automatically notify all subscribers
    assert trade_manager is get_single_source_trade_manager()


def test_troubleshooting_of_events(capsys):
    trade_manager = get_single_source_trade_manager()
    trade_manager.add_frontend_subscriber(create_frontend_subscriber(print))

    # Check subscriber registration
    print(f"Frontend subscribers: {len(trade_manager._frontend_subscribers)}")
    print(f"Event queue size: {trade_manager.event_bus._event_queue.qsize()}")

    assert capsys.readouterr().out == "Frontend subscribers: 1\nEvent queue size: 0\n"


def test_troubleshooting_of_state_that_is_not_kept(capsys, trade):
    configure(
        "crypto_bot/logs/trades.db",
        state_json="crypto_bot/logs/trade_manager_state.json",
    )
    get_single_source_trade_manager().record_trade(trade)
    get_single_source_trade_manager().close()

    # Check file permissions and path
    import os

    state_file = "crypto_bot/logs/trade_manager_state.json"
    print(f"State file exists: {os.path.exists(state_file)}")
    print(f"State file writable: {os.access(state_file, os.W_OK)}")

    assert capsys.readouterr().out == "State file exists: True\nState file writable: True\n"


def test_troubleshooting_of_memory(capsys, trade):
    get_single_source_trade_manager().record_trade(trade)

    # Monitor instance count
    trade_manager = get_single_source_trade_manager()
    print(f"Total trades in memory: {len(trade_manager.trades)}")
    print(f"Total positions in memory: {len(trade_manager.positions)}")

    out = capsys.readouterr().out
    assert out == "Total trades in memory: 1\nTotal positions in memory: 1\n"


def test_state_is_published_by_a_trading_loop_and_served_by_an_endpoint():
    routes = {}
    app = SimpleNamespace(get=lambda path: lambda call: routes.setdefault(path, call))
    shared_state = SharedStateManager(redis_host="localhost")
    current_regime = "trending"

    async def status_of_the_system():
        return {"regime": None, "source": "system"}

    system_manager = SimpleNamespace(get_system_status=status_of_the_system)

    async def run_trading_loop():
        # In run_trading_loop()
        await shared_state.update_state(
            "market_regime",
            {"regime": current_regime, "timestamp": datetime.now()},
        )

    @app.get("/system/status")
    async def get_status():
        regime = shared_state.get_state("market_regime")
        if not regime:
            return await system_manager.get_system_status()
        return {**regime, "source": "shared_cache"}

    ask = routes["/system/status"]
    assert asyncio.run(ask()) == {"regime": None, "source": "system"}
    asyncio.run(run_trading_loop())
    answer = asyncio.run(ask())
    assert (answer["regime"], answer["source"]) == ("trending", "shared_cache")
    assert abs((datetime.now() - datetime.fromisoformat(answer["timestamp"])).seconds) < 60
