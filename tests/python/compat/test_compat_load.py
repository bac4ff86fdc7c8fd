"""Many prices cost no trade; without a database one that is missed is counted; what is told last is
so."""

import threading

import pytest

from truebook import compat


@pytest.mark.parametrize("has_database", [False, True])
def test_a_feed_of_prices_costs_no_trade_and_none_goes_uncounted(has_database, tmp_path):
    compat.reset_trade_manager()
    compat.configure(tmp_path / "a.db" if has_database else None)
    manager = compat.get_single_source_trade_manager()
    try:
        executed = []
        manager.add_frontend_subscriber(
            lambda event: event.event_type == "trade_executed" and executed.append(event.trade_id)
        )
        manager.update_price("BTC/USD", 100)

        def trade(number):
            for count in range(300):
                manager.record_trade(
                    {"symbol": "BTC/USD", "side": "buy", "amount": 1, "price": 100,
                     "id": f"{number}-{count}"}
                )
                for cents in range(5):
                    manager.update_price("BTC/USD", 100 + cents / 100)

        threads = [threading.Thread(target=trade, args=(number,)) for number in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert manager.flush(60)
        assert len(set(executed)) == len(executed)
        lost = manager.get_system_status()["lost_events"]
        if has_database:
            assert (len(executed), lost) == (1_200, 0)
            assert len(manager.trades) == 1_200
        else:
            # What a starved thread did not read in time, nobody tells it again.
            assert len(executed) == 1_200 or lost > 0
    finally:
        manager.close()
        compat.reset_trade_manager()


def test_the_position_that_is_told_last_is_the_position(manager):
    told = []
    manager.add_frontend_subscriber(
        lambda event: event.event_type == "position_updated" and told.append(event.position)
    )
    manager.update_price("BTC/USDT", 100)

    def mark():
        for cents in range(500):
            manager.update_price("BTC/USDT", 100 + cents % 7)

    for number in range(20):
        marking = threading.Thread(target=mark)
        marking.start()
        for count in range(20):
            manager.record_trade(
                {"symbol": "BTC/USDT", "side": "buy", "amount": 1, "price": 100,
                 "id": f"{number}-{count}"}
            )
        marking.join()
        assert manager.flush(60)
        now = manager.get_position("BTC/USDT")
        assert (told[-1].size, told[-1].unrealized_pnl) == (now.size, now.unrealized_pnl)


def test_trades_and_flush_do_not_wait_for_a_feed_that_never_rests(manager):
    is_over = threading.Event()

    def feed():
        while not is_over.is_set():
            manager.book.price("BTC/USDT", 100)

    manager.update_price("BTC/USDT", 100)
    feeding = threading.Thread(target=feed)
    feeding.start()
    try:
        for number in range(20):
            manager.record_trade(
                {"symbol": "BTC/USDT", "side": "buy", "amount": 1, "price": 100, "id": number}
            )
            trades = manager.trades
            lost = manager.get_system_status()["lost_events"]
            assert lost > 0 or trades[-1].id == str(number)
        assert manager.flush(30)
    finally:
        is_over.set()
        feeding.join()
