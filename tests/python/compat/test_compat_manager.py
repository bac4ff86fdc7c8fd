"""What is recorded stands in the book: once, exactly, after a restart too."""

import enum
import os
import subprocess
import sys
import threading
import uuid
from datetime import UTC, datetime
from decimal import Decimal
from types import SimpleNamespace

import pytest

import truebook
from truebook import compat


def test_importing_truebook_does_not_import_compat():
    check = "import sys, truebook; print('truebook.compat' in sys.modules)"
    ran = subprocess.run([sys.executable, "-c", check], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "False"


def test_there_is_one_manager_whatever_thread_asks_first():
    compat.configure(None)
    found, start = [], threading.Barrier(8)

    def ask():
        start.wait()
        found.append(compat.get_single_source_trade_manager())

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({id(manager) for manager in found}) == 1
    assert compat.get_trade_manager() is found[0]


def test_a_second_configuration_is_refused_by_name_until_a_reset(tmp_path):
    compat.configure(None)
    compat.configure(None)
    with pytest.raises(truebook.InvalidValue, match="call reset_trade_manager first"):
        compat.configure(tmp_path / "other.db")
    compat.get_single_source_trade_manager()
    with pytest.raises(truebook.InvalidValue, match="reporting_currency='EUR'"):
        compat.configure(None, reporting_currency="EUR")
    compat.reset_trade_manager()
    compat.configure(tmp_path / "deep" / "other.db")
    compat.get_single_source_trade_manager()
    assert (tmp_path / "deep" / "other.db").exists()


@pytest.mark.parametrize(
    ("wrong", "what"),
    [
        ({"path": 5}, "path: found 5"),
        ({"path": None, "audit_csv": "a"}, "found without path"),
        ({"path": "a.db", "config": "c.toml", "audit_csv": "a"}, "found beside config"),
    ],
)
def test_a_wrong_configuration_is_refused_by_name(wrong, what):
    with pytest.raises(truebook.InvalidValue, match=what):
        compat.configure(**wrong)


def test_a_config_file_says_the_currency_and_where_the_audit_is(tmp_path, trade):
    config = tmp_path / "bot.toml"
    config.write_text(
        '[book]\nmode = "live"\nreporting_currency = "USDT"\naudit_csv = "trail"\n[cash]\n'
    )
    compat.configure("bot.db", config=config)
    manager = compat.get_single_source_trade_manager()
    manager.record_trade(trade)
    assert manager.get_system_status()["total_fees"] == Decimal("2.5")
    assert compat.log_trade(trade).parent.name == "trail"
    manager.close()
    assert {path.name.split("-")[0] for path in (tmp_path / "trail").iterdir()} == {
        "fills",
        "logged",
    }


def test_a_trade_that_is_recorded_twice_is_booked_once_and_told_once(manager, heard, trade):
    assert manager.record_trade(trade) == manager.record_trade(dict(trade)) == "t1"
    assert manager.record_trade({**trade, "amount": "0.50"}) == "t1"
    assert manager.flush()
    assert [event.event_type for event in heard] == ["trade_executed", "position_updated"]
    assert manager.get_position("BTC/USDT").size == Decimal("0.5")
    assert len(manager.trades) == 1
    assert not manager._given


def test_a_known_id_with_another_amount_is_refused_by_name_and_not_told(manager, heard, trade):
    manager.record_trade(trade)
    with pytest.raises(truebook.Refused) as refused:
        manager.record_trade(trade | {"amount": 0.6})
    assert refused.value.status == "FillConflict"
    assert manager.flush()
    assert len(heard) == 2
    assert not manager._given


def test_a_trade_without_an_id_is_the_same_when_it_is_told_again(manager, trade):
    del trade["id"]
    first = manager.record_trade(trade)
    assert manager.record_trade(trade | {"amount": Decimal("0.500")}) == first
    assert manager.record_trade(trade | {"order_id": "o2"}) != first
    assert manager.get_position("BTC/USDT").size == 1
    del trade["timestamp"]
    assert manager.record_trade(trade) != manager.record_trade(trade)
    assert manager.get_position("BTC/USDT").size == 2


class Side(enum.Enum):
    BUY = "buy"


@pytest.mark.parametrize(
    "told",
    [
        {"symbol": "BTC-USD", "side": "BUY", "qty": "0.5", "price": "50000", "trade_id": 7},
        {"pair": "BTC_USD", "side": Side.BUY, "quantity": 0.5, "price": 50000.0, "fee": None},
        {"symbol": "BTCUSDT", "side": "Buy", "size": Decimal("0.5"), "fill_price": 50000},
        {
            "symbol": "BTC/USD",
            "side": "buy",
            "amount": 0.5,
            "price": 50000,
            "fee": {"cost": 1.5, "currency": "USD"},
            "datetime": "2023-11-14T22:13:20Z",
            "order": "o1",
        },
        SimpleNamespace(
            id=uuid.uuid4(), symbol="BTC/USD", side="buy", amount=0.5, price=50000,
            timestamp=datetime.now(UTC), fees=Decimal("1.5"), strategy="s",
        ),
        compat.Trade("BTC/USD", "buy", 0.5, 50000, fees={"USD": 1, "BNB": "0.01"}),
    ],
    ids=lambda told: type(told).__name__,
)  # fmt: skip
def test_the_names_that_bots_use_are_taken(manager, told):
    manager.record_trade(told)
    (position,) = manager.get_all_positions()
    assert (position.size, position.entry_price) == (Decimal("0.5"), 50_000)


def test_every_number_is_kept_exactly(manager, trade):
    manager.record_trade(trade | {"amount": "0.123456789012", "price": 0.1})
    position = manager.get_position("BTC/USDT")
    assert position.quantity == Decimal("0.123456789012")
    assert position.total_cost == Decimal("0.0123456789012")
    with pytest.raises(truebook.InvalidValue, match="qty: found .*at most 12 decimals"):
        manager.record_trade(trade | {"id": "t2", "amount": "0.1234567890123", "price": 0.1})
    for wrong in ({"amount": "0.1234567890123456789"}, {"price": "1234567.1234567890123"}):
        with pytest.raises(truebook.InvalidValue, match="found Decimal.*at most 18 digits"):
            manager.record_trade(trade | {"symbol": "ETH/USDT"} | wrong)
    manager.record_trade(trade | {"symbol": "ETH/USDT", "price": 0.1 + 0.2})
    assert manager.get_position("ETH/USDT").entry_price == Decimal("0.30000000000000004")


@pytest.mark.parametrize(
    ("changed", "what"),
    [
        ({"symbol": None}, "symbol: found None"),
        ({"symbol": "AAPL"}, "symbol: found 'AAPL', allowed: a pair as BTC/USDT"),
        ({"symbol": "BTC/USDT:USDT"}, "symbol: found 'BTC/USDT:USDT'"),
        ({"symbol": "BTC-PERP"}, "symbol: found 'BTC-PERP'"),
        ({"symbol": "BTC-28JUN24"}, "symbol: found 'BTC-28JUN24'"),
        ({"symbol": "BRK-B"}, "symbol: found 'BRK-B'"),
        ({"side": "long"}, "side: found 'long', allowed: 'buy' or 'sell'"),
        ({"amount": None}, "amount: found None"),
        ({"amount": float("nan")}, "amount: found 'nan'"),
        ({"amount": 0}, r"amount: found Decimal\('0'\)"),
        ({"amount": True}, "amount: found True"),
        ({"filled": 0.25}, "amount and filled: found .*an order is not a trade"),
        ({"price": -1}, r"price: found Decimal\('-1'\)"),
        ({"timestamp": "yesterday"}, "timestamp: found 'yesterday'"),
        ({"fees": [5]}, "fees: found 5"),
        ({"strategy": 1.5}, "strategy: found 1.5"),
    ],
)
def test_a_wrong_field_is_refused_by_name_and_books_nothing(manager, trade, changed, what):
    with pytest.raises(truebook.InvalidValue, match=what):
        manager.record_trade(trade | changed)
    assert manager.get_all_positions() == []
    assert not manager._given
    assert len(manager.book.pnl(by="instrument")) == 0


def test_an_instrument_that_is_registered_is_taken_as_it_is(manager, trade):
    manager.book.add_instrument(
        "AAPL", base="AAPL", quote="USD", price_precision=2, qty_precision=0, kind="equity"
    )
    manager.record_trade(trade | {"symbol": "AAPL", "amount": 3, "price": 101.25})
    assert manager.get_position("AAPL").average_price == Decimal("101.25")


def test_a_position_has_the_names_that_bots_used(manager, trade):
    manager.record_trade(trade)
    manager.record_trade(trade | {"id": "t2", "side": "sell", "amount": 0.2, "price": 51_000})
    manager.update_price("BTC/USDT", "52000.5")
    position = manager.get_position("BTC/USDT")
    assert position.size == position.quantity == position.total_amount == Decimal("0.3")
    assert (position.side, position.signed_size) == ("long", Decimal("0.3"))
    assert position.average_price == position.entry_price == 50_000
    assert position.current_price == Decimal("52000.5")
    assert (position.realized_pnl, position.unrealized_pnl) == (200, Decimal("600.15"))
    assert (position.fees_paid, position.fees_currency) == (5, "USDT")
    assert position.entry_time == datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC)
    assert position.last_update == position.entry_time
    assert position["symbol"] == position.get("symbol") == "BTC/USDT"
    assert position.to_dict()["unrealized_pnl"] == Decimal("600.15")
    assert position.to_dict(floats=True)["unrealized_pnl"] == 600.15
    manager.record_trade(trade | {"id": "t3", "side": "sell", "amount": 0.3})
    assert manager.get_position("BTC/USDT") is None
    assert manager.get_position("NO/USDT") is None
    assert (manager.positions, manager.get_all_positions()) == ({}, [])


def test_fees_in_several_currencies_are_not_added_up(manager, trade):
    manager.record_trade(trade | {"fees": {"USDT": 1, "BNB": "0.01"}})
    position = manager.get_position("BTC/USDT")
    assert (position.fees_paid, position.fees_currency) == (None, None)
    assert position.fees == {"USDT": 1, "BNB": Decimal("0.01")}


@pytest.mark.parametrize("path", ["bot.db", None], ids=["database", "memory"])
def test_two_threads_that_record_at_once_lose_nothing_and_book_nothing_twice(path, trade):
    compat.configure(path)
    manager = compat.get_single_source_trade_manager()
    heard = []
    manager.add_portfolio_service_subscriber(heard.append)

    def record():
        for number in range(500):
            manager.record_trade(trade | {"id": f"t{number}", "amount": "0.001"})

    threads = [threading.Thread(target=record) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert manager.flush()
    assert manager.get_position("BTC/USDT").size == Decimal("0.5")
    executed = [event.trade_id for event in heard if event.event_type == "trade_executed"]
    assert sorted(executed) == sorted(f"t{number}" for number in range(500))
    assert len(manager.trades) == manager.get_system_status()["total_trades"] == 500
    assert all(event.trade.order_id == "o1" for event in heard)
    assert not manager._given


def test_a_restart_on_the_same_database_gives_the_same(trade):
    def told(manager):
        positions = [position.to_dict() for position in manager.get_all_positions()]
        return positions, [trade.to_dict() for trade in manager.trades]

    compat.configure("bot.db")
    manager = compat.get_single_source_trade_manager()
    manager.record_trade(trade)
    manager.record_trade(trade | {"id": "t2", "symbol": "ETH/USDT", "side": "sell"})
    manager.record_trade(trade | {"id": "t3", "price": 51_000, "fees": {"BNB": "0.1"}})
    before = told(manager)
    assert before[1][0]["fees"] == {"USDT": Decimal("2.5")}
    assert (before[1][0]["exchange"], before[1][0]["order_id"]) == ("kraken", "o1")
    compat.reset_trade_manager()
    compat.configure("bot.db")
    manager = compat.get_single_source_trade_manager()
    assert told(manager) == before
    assert manager.record_trade(trade) == "t1"
    assert told(manager) == before


@pytest.mark.parametrize("path", ["bot.db", None], ids=["database", "memory"])
def test_a_trade_that_was_taken_back_is_not_listed(path, trade):
    compat.configure(path)
    manager = compat.get_single_source_trade_manager()
    manager.record_trade(trade)
    manager.record_trade(trade | {"id": "t2"})
    manager.book.bust("BTC/USDT", "t1")
    assert [trade.id for trade in manager.trades] == ["t2"]


def test_a_price_out_of_band_is_counted_and_changes_nothing(manager, heard, trade):
    manager.update_price("BTC/USDT", 50_000)
    manager.update_price("BTC/USDT", 90_000)
    assert manager.flush()
    assert manager.get_system_status()["refused_prices"] == 1
    manager.record_trade(trade)
    assert manager.get_position("BTC/USDT").current_price == 50_000
    for wrong in (0, -1, "x", None, float("inf")):
        with pytest.raises(truebook.InvalidValue, match="price"):
            manager.update_price("BTC/USDT", wrong)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_fork_never_writes_the_book_of_its_parent_nor_another(tmp_path):
    script = """
import os, truebook
from truebook import compat
trade = {"id": "1", "symbol": "A/USD", "side": "buy", "amount": 1, "price": 2}
compat.configure("bot.db")
compat.get_trade_manager().record_trade(trade)
if os.fork() == 0:
    try:
        compat.get_trade_manager()
    except truebook.StoreError as error:
        print("already open" in str(error), flush=True)
    os._exit(0)
os.wait()
compat.get_trade_manager().record_trade(trade | {"id": "2"})
print(compat.get_trade_manager().get_position("A/USD").size)
"""
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert ran.stdout.split() == ["True", "2"], ran.stderr
    assert {path.name for path in tmp_path.glob("*.db")} == {"bot.db"}


def test_a_path_is_meant_as_it_was_when_it_was_said(tmp_path, monkeypatch, trade):
    compat.configure("bot.db")
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    compat.get_single_source_trade_manager().record_trade(trade)
    compat.reset_trade_manager()
    names = {path.name for path in tmp_path.iterdir()}
    assert {"bot.db", "bot-audit", "bot-state.json"} <= names
    assert not list((tmp_path / "elsewhere").iterdir())


def test_a_manager_that_was_closed_says_so(manager, trade):
    manager.close()
    manager.close()
    for call in (
        lambda: manager.record_trade(trade),
        lambda: manager.update_price("BTC/USDT", 1),
        lambda: manager.get_position("BTC/USDT"),
    ):
        with pytest.raises(truebook.ClosedError):
            call()


def test_log_trade_books_nothing_and_needs_a_folder(manager, trade):
    with pytest.raises(truebook.InvalidValue, match="audit_csv"):
        compat.log_trade(trade)
    assert manager.get_all_positions() == []
