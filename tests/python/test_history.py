"""What a book keeps in its database beside its trades, as any SQL tool reads it."""

import csv
import json
import sqlite3
import subprocess
import sys
import time
from decimal import Decimal

import pytest

import truebook

START = 1_700_000_000_000_000_000
HOUR = 3_600_000_000_000


def add_btc(book):
    book.add_instrument(
        "BTC-USD", base="BTC", quote="USD", price_precision=2, qty_precision=8
    )


def rows(path, sql):
    with sqlite3.connect(path) as connection:
        return connection.execute(sql).fetchall()


def test_bars_scores_and_alerts_are_upserts_that_any_sql_tool_reads(tmp_path):
    path = tmp_path / "a.db"
    with truebook.open(path, clock="event") as book:
        add_btc(book)
        for high in ("101.5", "102.5"):
            book.bar(
                "BTC-USD",
                "1h",
                open=100,
                high=high,
                low="99.5",
                close=Decimal("100.25"),
                volume="3.5",
                ts_open=START,
                ts_event=START + HOUR,
            )
            book.observe("sentiment", "BTC", -0.25, source="news", ts_event=START)
        book.alert("critical", "spread", 'it said "wide"', symbol="BTC-USD")
    bars = rows(path, "SELECT symbol, timeframe, high, close, volume FROM bars")
    assert bars == [("BTC-USD", "1h", "102.5", "100.25", "3.5")]
    seen = rows(path, "SELECT kind, symbol, value, source FROM observations")
    assert seen == [("sentiment", "BTC", "-0.25", "news")]
    alerts = rows(path, "SELECT level, kind, symbol, text FROM alerts")
    assert alerts == [("critical", "spread", "BTC-USD", 'it said "wide"')]


def test_a_bar_or_an_alert_that_makes_no_sense_is_refused_by_name():
    with truebook.open() as book:
        add_btc(book)
        bar = {"open": 2, "high": 1, "low": 1, "close": 1, "volume": 0}
        with pytest.raises(truebook.InvalidValue, match="low is its lowest"):
            book.bar("BTC-USD", "1m", **bar, ts_open=START, ts_event=START + 1)
        with pytest.raises(truebook.InvalidValue, match="'info', 'warning' or 'critical'"):
            book.alert("loud", "kind", "text")
        with pytest.raises(truebook.UnknownInstrument):
            book.bar("ETH-USD", "1m", **bar, ts_open=START, ts_event=START + 1)


def test_the_book_is_recorded_at_the_turn_of_every_hour_and_day(tmp_path):
    path = tmp_path / "a.db"
    with truebook.open(path, clock="event") as book:
        add_btc(book)
        book.deposit("USD", 1000, id="d")
        for hour in range(30):
            price = 100 + hour
            book.price("BTC-USD", price, ts_event=START + hour * HOUR)
            if hour == 0:
                book.fill("BTC-USD", "buy", 1, price, trade_id="t", ts_event=START)
    hours = rows(path, "SELECT equity FROM snapshots WHERE interval = 'hour' ORDER BY ts")
    # Each is of before the price that came first after the turn.
    assert [equity for (equity,) in hours[-3:]] == ["1026", "1027", "1028"]
    days = rows(path, "SELECT ts FROM snapshots WHERE interval = 'day'")
    assert [ts % (24 * HOUR) for (ts,) in days] == [0] * len(days)
    assert len(days) == 2


def test_an_order_that_must_be_durable_is_when_submit_returns(tmp_path):
    path = tmp_path / "a.db"
    with truebook.open(path, mode="live") as book:
        add_btc(book)
        book.deposit("USD", 1000)
        book.quote("BTC-USD", 100, 101)
        placed = book.submit("BTC-USD", "buy", 1, price=100, durable=True)
        assert book.durable_sequence >= placed.sequence
    with truebook.open(mode="live") as book, pytest.raises(
        truebook.InvalidValue, match="a book with a database"
    ):
        add_btc(book)
        book.submit("BTC-USD", "buy", 1, price=100, durable=True)


def test_orders_of_unknown_fate_gate_new_ones_until_each_is_known(tmp_path):
    path = tmp_path / "a.db"
    with truebook.open(path, mode="live") as book:
        add_btc(book)
        book.deposit("USD", 1000)
        book.quote("BTC-USD", 100, 101)
        for name in ("a", "b"):
            book.submit("BTC-USD", "buy", 1, price=100, client_order_id=name)
        assert book.unresolved() == []
    for how in ("reports", "acknowledge"):
        with truebook.open(path, mode="live") as book:
            book.quote("BTC-USD", 100, 101)
            assert book.unresolved() == ["a", "b"]
            with pytest.raises(truebook.Refused) as refused:
                book.submit("BTC-USD", "buy", 1, price=100, client_order_id="c")
            assert refused.value.status == "NotReady"
            if how == "acknowledge":
                book.acknowledge()
                assert book.unresolved() == []
                book.submit("BTC-USD", "buy", 1, price=100, client_order_id="c")
    with truebook.open(path, mode="live") as book:
        book.quote("BTC-USD", 100, 101)
        assert book.unresolved() == ["a", "b", "c"]
        book.accept("a", venue_order_id="v1")
        book.reject("b")
        book.fill("BTC-USD", "buy", 1, 100, trade_id="t", client_order_id="c")
        assert book.unresolved() == []
        book.submit("BTC-USD", "buy", 1, price=100, client_order_id="d")


def test_the_audit_is_csv_a_day_and_json_that_is_replaced_whole(tmp_path):
    config = tmp_path / "book.toml"
    folder, state = tmp_path / "audit", tmp_path / "state.json"
    config.write_text(f'[book]\naudit_csv = "{folder}"\nstate_json = "{state}"\n')
    path = tmp_path / "a.db"
    for session in range(2):
        with truebook.open(path, config=config, mode="live", clock="event") as book:
            add_btc(book)
            book.deposit("USD", 1000, id="d")
            book.fill(
                "BTC-USD",
                "buy",
                1,
                "100.5",
                trade_id=f"t{session}",
                fee="0.1",
                ts_event=START + session * 24 * HOUR,
            )
    fills = sorted(folder.glob("fills-*.csv"))
    assert [file.name for file in fills] == [
        "fills-2023-11-14.csv",
        "fills-2023-11-15.csv",
    ]
    told = [row for file in fills for row in csv.DictReader(file.open())]
    assert [(row["trade_id"], row["price"], row["fees"]) for row in told] == [
        ("t0", "100.5", '{"USD":"0.1"}'),
        ("t1", "100.5", '{"USD":"0.1"}'),
    ]
    stands = json.loads(state.read_text())
    assert stands["positions"][0]["signed_qty"] == "2"
    assert stands["balances"][1]["total"] == "798.8"


def test_an_audit_without_a_database_is_refused_by_name(tmp_path):
    config = tmp_path / "book.toml"
    config.write_text(f'[book]\naudit_csv = "{tmp_path}"\n')
    with pytest.raises(truebook.InvalidValue, match="audit_csv.*a book with a database"):
        truebook.open(config=config)


def test_the_tables_follow_the_journal(tmp_path):
    path = tmp_path / "a.db"
    with truebook.open(path) as book:
        add_btc(book)
        booked = book.deposit("USD", 5)
        end = time.monotonic() + 20
        while book.tables_sequence < booked.sequence:
            assert time.monotonic() < end
            time.sleep(0.001)
        balances = "SELECT currency, total FROM balances"
        assert rows(path, balances) == [("USD", "5")]


def test_the_audit_of_many_days_keeps_every_row_of_each(tmp_path):
    config, folder = tmp_path / "book.toml", tmp_path / "audit"
    config.write_text(f'[book]\naudit_csv = "{folder}"\n')
    path = tmp_path / "a.db"
    for session in range(3):
        with truebook.open(path, config=config, mode="live", clock="event") as book:
            add_btc(book)
            for day in range(session * 20, session * 20 + 21):
                ts = START + day * 24 * HOUR
                trade = f"t{session}-{day}"
                book.fill("BTC-USD", "buy", 1, 100, trade_id=trade, ts_event=ts)
    told = [row for file in folder.glob("fills-*.csv") for row in csv.DictReader(file.open())]
    assert len(told) == 63
    assert len({row["trade_id"] for row in told}) == 63


def test_a_funding_of_nothing_leaves_the_tables_as_a_replay_makes_them(tmp_path):
    path = tmp_path / "a.db"
    with truebook.open(path, clock="event") as book:
        book.add_instrument(
            "ETH-PERP", kind="perpetual", base="ETH", quote="USD",
            price_precision=2, qty_precision=4,
        )
        book.deposit("USD", 1000)
        book.quote("ETH-PERP", 100, 101, ts_event=START)
        book.submit("ETH-PERP", "buy", 1, price=100, strategy="s", ts_event=START)
        # What stands is written for the order, and the funding comes alone.
        while book.tables_sequence < book.portfolio().sequence:
            time.sleep(0.01)
        book.quote("ETH-PERP", 100, 101, ts_event=START + HOUR // 2)
        book.funding("ETH-PERP", "USD", 0, strategy="s", id="f1")
    assert truebook._truebook.run_cli(["truebook", "verify", str(path)]) == 0


def test_a_reader_of_another_program_leaves_the_log_of_an_open_book_alone(tmp_path):
    path = tmp_path / "a.db"
    read = (
        "import sqlite3, sys; c = sqlite3.connect(sys.argv[1]);"
        "print(c.execute('select count(*) from fills').fetchone()[0]); c.close()"
    )

    def outside():
        """What another process finds, which opens and closes the database."""
        program = [sys.executable, "-c", read, str(path)]
        return subprocess.run(program, capture_output=True, text=True, check=True).stdout.strip()

    with truebook.open(path, clock="event") as book:
        add_btc(book)
    with truebook.open(path, clock="event") as book:
        for number in range(3):
            booked = book.fill(
                "BTC-USD", "buy", 1, 100, trade_id=f"t{number}", ts_event=START + number
            )
            # This process reads beside its own writer, and somebody tries to open it again.
            assert len(book.fills()) == number + 1
            with pytest.raises(truebook.StoreError, match="already open"):
                truebook.open(path)
            assert outside() == str(number + 1)
            assert (tmp_path / "a.db-wal").exists()
        assert book.wait_durable(booked.sequence)
        assert book.status().store_error is None
