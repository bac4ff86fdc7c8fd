"""What subscribers are told, on threads and on event loops."""

import asyncio
import logging
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime
from decimal import Decimal

import pytest

import truebook
from truebook import compat


def test_a_trade_a_position_and_a_price_are_told_in_order_with_their_fields(
    manager, heard, trade
):
    manager.record_trade(trade)
    manager.update_price("BTC/USDT", 51_000)
    manager.update_price("BTC/USDT", "51000.5")
    assert manager.flush()
    executed, updated, first, marked, second, again = heard
    assert (executed.event_type, executed.trade_id) == ("trade_executed", "t1")
    told = executed.trade
    assert (told.symbol, told.side, told.amount) == ("BTC/USDT", "buy", Decimal("0.5"))
    assert (told.strategy, told.order_id, told.exchange) == ("momentum", "o1", "kraken")
    assert (told.fees, told.realized_pnl, told.total_value) == ({"": Decimal("2.5")}, 0, 25_000)
    assert executed.timestamp == told.timestamp == datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC)
    assert (updated.event_type, updated.trade) == ("position_updated", told)
    assert (updated.position.size, updated["position"].side) == (Decimal("0.5"), "long")
    assert (first.event_type, first.symbol) == ("price_updated", "BTC/USDT")
    assert (first.old_price, first.new_price) == (None, 51_000)
    assert (second.old_price, second.new_price) == (51_000, Decimal("51000.5"))
    for valued in (marked, again):
        assert (valued.event_type, valued.trade) == ("position_updated", None)
    assert again.position.unrealized_pnl == Decimal("500.25")
    with pytest.raises(AttributeError, match="'price_updated' event has no 'trade'"):
        _ = second.trade


def test_a_position_that_is_told_is_never_older_than_its_trade(manager, trade):
    seen = []

    def see(event):
        if event.event_type == "position_updated":
            seen.append((int(event.trade.id), event.position.size))

    manager.add_frontend_subscriber(see)
    for number in range(1, 1001):
        manager.record_trade(trade | {"id": number, "amount": 1})
    assert manager.flush()
    assert len(seen) == 1000
    assert all(size >= number for number, size in seen)


def test_what_is_booked_past_the_manager_is_told_too(manager, heard, trade):
    manager.update_price("BTC/USDT", 50_000)
    manager.book.fill("BTC/USDT", "sell", 2, 50_000, trade_id="x", strategy="hedge")
    assert manager.flush()
    executed = next(event for event in heard if event.event_type == "trade_executed")
    assert (executed.trade_id, executed.trade.amount, executed.trade.strategy) == ("x", 2, "hedge")
    assert executed.trade.ts > 10**18
    assert heard[-1].position.side == "short"


def test_a_callback_that_raises_is_logged_and_counted_and_the_others_go_on(
    manager, trade, caplog
):
    heard = []

    def raises(event):
        raise ValueError("not today")

    async def raises_later(event):
        raise ValueError("not tomorrow")

    manager.add_frontend_subscriber(raises)
    manager.add_notification_subscriber(raises_later)
    manager.add_portfolio_service_subscriber(heard.append)
    with caplog.at_level(logging.ERROR, "truebook"):
        manager.record_trade(trade)
        assert manager.flush()
    assert len(heard) == 2
    assert manager.get_system_status()["callback_errors"] == manager.event_bus.errors == 4
    assert "not today" in caplog.text and "not tomorrow" in caplog.text


def test_a_slow_callback_holds_up_nobody_and_its_queue_is_seen(manager, heard, trade):
    go_on = threading.Event()
    manager.add_notification_subscriber(lambda event: go_on.wait(20))
    began = time.monotonic()
    for number in range(100):
        manager.record_trade(trade | {"id": number})
    assert not manager.flush(0.2)
    queue = manager.event_bus._event_queue
    while (len(heard), queue.qsize()) != (200, 200):
        assert time.monotonic() - began < 15
        time.sleep(0.01)
    go_on.set()
    assert manager.flush()
    assert manager.event_bus._event_queue.empty()


def test_a_subscriber_that_was_removed_hears_no_more(manager, trade):
    heard = []
    subscriber = compat.create_frontend_subscriber(heard.append)
    manager.add_frontend_subscriber(subscriber)
    manager.add_frontend_subscriber(subscriber)
    manager.add_portfolio_service_subscriber(subscriber)
    manager.record_trade(trade)
    assert manager.flush()
    manager.remove_frontend_subscriber(subscriber)
    assert len(manager._frontend_subscribers) == 0
    manager.record_trade(trade | {"id": "t2"})
    assert manager.flush()
    assert len(heard) == 4
    manager.remove_portfolio_service_subscriber(subscriber)
    manager.remove_notification_subscriber(subscriber)
    manager.record_trade(trade | {"id": "t3"})
    assert manager.flush()
    assert len(heard) == 4
    assert manager.event_bus.subscribers == ()


def test_callbacks_added_on_an_event_loop_are_called_on_it(manager, trade):
    threads, heard = [], []

    def plain(event):
        threads.append(threading.current_thread())

    async def waits(event):
        threads.append(threading.current_thread())
        await asyncio.sleep(0.01)
        heard.append(event.event_type)

    async def run():
        manager.add_frontend_subscriber(plain)
        manager.add_portfolio_service_subscriber(waits)
        for number in range(5):
            manager.record_trade(trade | {"id": number})
        assert not manager.flush(5)
        assert await asyncio.to_thread(manager.flush)

    asyncio.run(run())
    assert set(threads) == {threading.main_thread()}
    assert heard == ["trade_executed", "position_updated"] * 5
    # The loop is closed: they are called on threads from now on.
    manager.record_trade(trade | {"id": "later"})
    assert manager.flush()
    assert len(heard) == 12


def test_without_an_event_loop_coroutines_run_one_after_the_other_on_a_thread(manager, trade):
    heard = []

    async def waits(event):
        heard.append(("began", event.event_type))
        await asyncio.sleep(0.01)
        heard.append(("ended", event.event_type))

    manager.add_frontend_subscriber(waits)
    manager.record_trade(trade)
    assert manager.flush()
    kinds = ("trade_executed", "position_updated")
    assert heard == [(what, kind) for kind in kinds for what in ("began", "ended")]


def test_a_subscriber_hears_nothing_from_before_it_came(manager, trade):
    for number in range(200):
        heard = []
        manager.record_trade(trade | {"id": number})
        manager.update_price("BTC/USDT", 50_000 + number)
        manager.add_frontend_subscriber(heard.append)
        assert manager.flush()
        assert heard == []
        manager.remove_frontend_subscriber(heard.append)


def test_what_waits_is_told_and_kept_when_the_interpreter_ends():
    script = """
from truebook import compat
trade_manager = compat.get_trade_manager()
trade_manager.add_frontend_subscriber(lambda event: print(event.event_type))
trade_manager.record_trade({"symbol": "A/USD", "side": "buy", "amount": 1, "price": 2})
"""
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert ran.stdout.split() == ["trade_executed", "position_updated"]
    assert ran.stderr == ""
    assert compat.get_trade_manager().get_position("A/USD").size == 1


def test_what_waits_is_told_before_a_manager_ends(manager, heard, trade):
    for number in range(200):
        manager.record_trade(trade | {"id": number})
    manager.close()
    assert len(heard) == 400


def test_a_callback_may_record_and_read(manager, heard, trade):
    def hedge(event):
        if event.event_type == "trade_executed" and event.trade_id == "t1":
            manager.record_trade(trade | {"id": "hedge", "side": "sell"})
            assert len(manager.trades) == 2
            assert not manager.flush(1)

    manager.add_portfolio_service_subscriber(hedge)
    manager.record_trade(trade)
    assert manager.flush() and manager.flush()
    assert manager.event_bus.errors == 0
    assert manager.get_position("BTC/USDT") is None


class Sends:
    """A messenger whose call is not `notify`."""

    def __init__(self):
        self.sent = []

    async def send_message(self, text):
        await asyncio.sleep(0)
        self.sent.append(text)


def test_a_notifier_sends_what_its_config_names(manager, trade):
    sends, texts = Sends(), []
    config = {"events": ["price_updated", "position_updated"], "other": 1}
    manager.add_notification_subscriber(compat.create_notification_subscriber(sends, config))
    manager.add_notification_subscriber(compat.create_notification_subscriber(texts.append))
    manager.record_trade(trade)
    manager.update_price("BTC/USDT", 51_000)
    assert manager.flush()
    held = "BTC/USDT: long 0.5 @ 50000, realized 0"
    assert sends.sent == [held, "BTC/USDT: None -> 51000", held]
    assert texts == ["BUY 0.5 BTC/USDT @ 50000 (momentum)"]


def test_what_cannot_be_called_is_refused_by_name(manager):
    for call in (
        lambda: compat.create_notification_subscriber(object(), {}),
        lambda: compat.create_notification_subscriber(print, {"events": ["trade"]}),
        lambda: compat.create_notification_subscriber(print, {"events": "trade_executed"}),
        lambda: compat.create_frontend_subscriber(None),
        lambda: manager.add_frontend_subscriber(5),
    ):
        with pytest.raises(truebook.InvalidValue):
            call()


def test_a_bus_of_its_own_starts_stops_and_may_be_awaited():
    bus, heard = compat.TradeEventBus(), []

    def event(number):
        return compat.TradeEvent("test", datetime.now(UTC), {"number": number})

    async def run():
        await bus.start()
        await bus.publish(event(1))
        await asyncio.create_task(bus.publish(event(2)))
        await asyncio.gather(bus.publish(event(3)), bus.stop())
        await bus.publish(event(4))

    bus.subscribe(heard.append)
    asyncio.run(run())
    assert bus.flush()
    assert [told.number for told in heard] == [1, 2, 3]
    bus.unsubscribe(heard.append)
    bus.start()
    bus.publish(event(5))
    assert bus.flush() and len(heard) == 3
    bus.close()
