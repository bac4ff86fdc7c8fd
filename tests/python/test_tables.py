"""Tables: lists of records, columns for dataframes, and the history of the database."""

import math
from decimal import Decimal

import pytest

import truebook

START = 1_700_000_000_000_000_000
HOUR = 3_600_000_000_000


@pytest.fixture
def book(tmp_path):
    with truebook.open(tmp_path / "a.db", clock="event") as book:
        book.add_instrument("BTC-USD", base="BTC", quote="USD", price_precision=2, qty_precision=8)
        book.add_instrument("ETH-USD", base="ETH", quote="USD", price_precision=2, qty_precision=8)
        book.deposit("USD", 1_000_000)
        book.quote("BTC-USD", 100, 101, ts_event=START)
        for number, (symbol, side) in enumerate(
            [("BTC-USD", "buy"), ("ETH-USD", "buy"), ("BTC-USD", "sell")]
        ):
            book.fill(
                symbol, side, "0.12345678", "100.25", trade_id=f"t{number}", strategy="s",
                fee="0.001", fee_currency="USD", ts_event=START + number * HOUR,
            )
        book.quote("BTC-USD", 100, 101, ts_event=START + 3 * HOUR)
        book.submit("BTC-USD", "buy", 1, price=99, client_order_id="o1", ts_event=START + 3 * HOUR)
        yield book


def test_records_are_a_list_and_a_table_at_once(book):
    positions = book.positions()
    assert len(positions) == 1 and positions[0].symbol == "ETH-USD"
    assert positions[-1] == positions[0] and positions[:1] == (positions[0],)
    assert [each.symbol for each in positions] == ["ETH-USD"]
    assert positions == [positions[0]] and positions == book.positions() and positions != []
    assert positions[0] in positions
    with pytest.raises(IndexError):
        positions[1]
    table = positions.table()
    assert len(table) == 1 and table["symbol"] == ["ETH-USD"]
    assert table["signed_qty"] == [Decimal("0.12345678")]
    assert positions.table(floats=True)["signed_qty"] == [0.12345678]
    assert table["fees"] == ['{"USD":"0.001"}']
    assert list(table.to_pydict()) == table.columns
    assert table.to_pylist()[0]["strategy"] == "s"
    with pytest.raises(KeyError, match="allowed: symbol, strategy"):
        table["nothing"]
    assert repr(positions).startswith("[Position(symbol='ETH-USD'")
    assert repr(table).startswith("Table(1 rows: symbol")


def test_every_table_is_there_empty_or_not(book):
    assert len(book.fills()) == 3
    assert book.fills()["last_qty"] == [Decimal("0.12345678")] * 3
    assert book.fills()["ts"] == [START + number * HOUR for number in range(3)]
    assert [order.client_order_id for order in book.orders()] == ["o1"]
    assert book.closed_positions().table()["side"] == ["long"]
    balances = dict(zip(book.balances()["currency"], book.balances()["total"], strict=True))
    assert balances["ETH"] == Decimal("0.12345678")
    assert len(book.snapshots()) == 4
    # The first at its mark less two fees, the second at its cost.
    assert book.snapshots()["equity"][0] == Decimal("1000000.028864195")
    assert book.history("win_rate")["win_rate"] == [0.0]
    assert book.history("orders")["limit_px"] == [Decimal(99)]
    assert len(book.history("bars")) == 0


def test_what_is_not_there_is_refused_by_name(book):
    with pytest.raises(truebook.StoreError, match="nothing.*fills"):
        book.history("nothing")
    with pytest.raises(truebook.InvalidValue, match="timeout"):
        book.fills(timeout=-1)
    with truebook.open() as other, pytest.raises(truebook.StoreError, match="without a database"):
        other.fills()


def test_polars_takes_tables_and_records_as_they_are(book):
    polars = pytest.importorskip("polars")
    fills = polars.DataFrame(book.fills())
    assert fills["last_qty"].dtype == polars.Decimal(38, 18)
    assert fills["ts"].dtype == polars.Datetime("ns", "UTC")
    assert fills["last_qty"].to_list() == [Decimal("0.12345678")] * 3
    assert polars.DataFrame(book.positions())["symbol"].to_list() == ["ETH-USD"]
    assert polars.DataFrame(book.orders())["price"].to_list() == [99]
    assert polars.DataFrame(book.fills(floats=True))["last_px"].dtype == polars.Float64
    assert polars.DataFrame(book.balances()).height == 2
    assert polars.DataFrame(book.snapshots()).height == 4


def test_pyarrow_pandas_and_duckdb_take_them_as_they_are(book):
    pyarrow = pytest.importorskip("pyarrow")
    pandas = pytest.importorskip("pandas")
    duckdb = pytest.importorskip("duckdb")
    fills = pyarrow.table(book.fills())
    assert fills.column("last_qty").to_pylist() == [Decimal("0.12345678")] * 3
    frame = pandas.DataFrame.from_arrow(book.fills())
    assert list(frame["symbol"]) == ["BTC-USD", "ETH-USD", "BTC-USD"]
    # duckdb finds what the query names among the variables here.
    executed = book.fills()
    assert len(executed) == 3
    found = duckdb.sql("select sum(last_qty) from executed").fetchone()
    assert found == (Decimal("0.370370340000000000"),)


def test_numpy_takes_positions_as_a_structured_array(book):
    numpy = pytest.importorskip("numpy")
    array = book.positions().to_numpy()
    assert array.dtype["signed_qty"] == numpy.float64
    assert array["symbol"].tolist() == ["ETH-USD"]
    assert array["signed_qty"].tolist() == [0.12345678]
    assert math.isnan(array["mark"][0])
    assert array["opened_at"][0] == numpy.datetime64(START + HOUR, "ns")
    assert array["is_dust"].tolist() == [False]
    assert set(book.fills().to_numpy()["reversed_by"].tolist()) == {-(2**63)}
    assert len(truebook.open().positions().to_numpy()) == 0
