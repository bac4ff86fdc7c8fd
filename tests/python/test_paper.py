"""Paper trading: orders filled at the next price, halts, and the command."""

import json
import subprocess
import sys
from decimal import Decimal

import pytest

import truebook


def start(book, cash=100_000):
    """Register BTC-USD, bring cash and a price."""
    book.add_instrument("BTC-USD", base="BTC", quote="USD", price_precision=2, qty_precision=8)
    book.deposit("USD", cash)
    book.quote("BTC-USD", 50000, 50001)


@pytest.fixture(params=["engine", "inline"])
def book(request):
    """A paper book with cash and a price."""
    with truebook.open(threading=request.param) as book:
        start(book)
        yield book


def refusal(book, *order, **parts):
    """The status with which an order is refused."""
    with pytest.raises(truebook.Refused) as raised:
        book.submit("BTC-USD", *order, **parts)
    return raised.value.status


# --- Orders ------------------------------------------------------------------------------------


def test_a_market_order_is_filled_at_the_next_quote(book):
    book.submit("BTC-USD", "buy", "0.1", strategy="trend")
    assert book.position("BTC-USD").side == "flat"
    book.quote("BTC-USD", 50010, 50011)
    position = book.position("BTC-USD", strategy="trend")
    assert (position.qty, position.avg_px) == (Decimal("0.1"), 50011)
    book.submit("BTC-USD", "sell", "0.1", strategy="trend")
    book.quote("BTC-USD", 50020, 50021)
    position = book.position("BTC-USD", strategy="trend")
    assert (position.side, position.realized_pnl) == ("flat", Decimal("0.9"))


def test_a_paper_fill_pays_the_taker_fee(book):
    book.submit("BTC-USD", "buy", "0.1")
    book.quote("BTC-USD", 50010, 50011)
    fee = Decimal("5.0011")
    assert book.position("BTC-USD").fees == {"USD": fee}
    assert book.balance("USD").total == 100_000 - Decimal("5001.1") - fee
    assert book.balance("BTC").total == Decimal("0.1")


def test_an_order_is_filled_once(book):
    book.submit("BTC-USD", "buy", "0.1", client_order_id="a")
    for _ in range(3):
        book.quote("BTC-USD", 50010, 50011)
    assert book.submit("BTC-USD", "buy", "0.1", client_order_id="a").duplicate
    book.quote("BTC-USD", 50010, 50011)
    assert book.position("BTC-USD").qty == Decimal("0.1")


def test_a_limit_order_waits_for_its_price(book):
    book.submit("BTC-USD", "buy", "0.1", price=49990)
    book.quote("BTC-USD", 50000, 50001)
    assert book.position("BTC-USD").side == "flat"
    book.quote("BTC-USD", 49980, 49985)
    position = book.position("BTC-USD")
    assert position.qty == Decimal("0.1")
    assert position.avg_px <= 49990


def test_a_cancelled_order_is_not_filled(book):
    book.submit("BTC-USD", "buy", "0.1", price=49990, client_order_id="a")
    assert not book.canceled("a").duplicate
    assert book.canceled("a").duplicate
    book.quote("BTC-USD", 49000, 49001)
    assert book.position("BTC-USD").side == "flat"


def test_a_filled_order_cannot_be_cancelled(book):
    book.submit("BTC-USD", "buy", "0.1", client_order_id="a")
    book.quote("BTC-USD", 50000, 50001)
    with pytest.raises(truebook.InvalidValue, match="already ended"):
        book.canceled("a")


def test_an_order_has_the_client_id_it_was_given_or_one_of_its_own(book):
    assert book.submit("BTC-USD", "buy", "0.1", client_order_id="mine").client_order_id == "mine"
    own = [book.submit("BTC-USD", "buy", "0.1").client_order_id for _ in range(2)]
    assert None not in own
    assert len({*own, "mine"}) == 3


def test_open_orders_lock_the_cash_they_need(book):
    order = ("buy", "1.5")
    book.submit("BTC-USD", *order, price=50000)
    assert book.balance("USD").total == 100_000
    assert book.would_refuse("BTC-USD", *order, price=50000) == "InsufficientBalance"
    assert refusal(book, *order, price=50000) == "InsufficientBalance"


def test_a_fill_from_outside_is_legal_in_paper_mode(book):
    book.fill("BTC-USD", "buy", 1, 50000, trade_id="outside")
    assert book.position("BTC-USD").qty == 1


def test_a_live_book_records_orders_and_fills_none():
    with truebook.open(mode="live") as book:
        start(book)
        book.submit("BTC-USD", "buy", "0.1", client_order_id="a")
        book.quote("BTC-USD", 50000, 50001)
        assert book.position("BTC-USD").side == "flat"
        book.fill("BTC-USD", "buy", "0.1", 50001, trade_id="v1", client_order_id="a")
        assert book.position("BTC-USD").qty == Decimal("0.1")


# --- Halts -------------------------------------------------------------------------------------


def test_a_halt_refuses_every_order_until_resume(book):
    book.halt("enough")
    assert book.would_refuse("BTC-USD", "buy", "0.1") == "Halted"
    assert refusal(book, "buy", "0.1") == "Halted"
    book.quote("BTC-USD", 50000, 50001)
    assert refusal(book, "buy", "0.1") == "Halted"
    book.resume()
    assert book.would_refuse("BTC-USD", "buy", "0.1") is None


def test_reducing_lets_through_what_reduces(book):
    book.fill("BTC-USD", "buy", 1, 50000, trade_id="a")
    book.reduce()
    assert refusal(book, "buy", "0.1") == "ReducingOnly"
    assert book.would_refuse("BTC-USD", "sell", "0.1") is None
    book.submit("BTC-USD", "sell", "0.1", reduce_only=True)
    book.quote("BTC-USD", 50000, 50001)
    assert book.position("BTC-USD").qty == Decimal("0.9")


def test_a_halt_never_refuses_a_fill(book):
    book.halt("enough")
    book.fill("BTC-USD", "buy", 1, 50000, trade_id="a")
    assert book.position("BTC-USD").qty == 1


def test_a_halt_survives_reopening_and_so_does_resuming(tmp_path):
    path = tmp_path / "a.db"
    with truebook.open(path) as book:
        start(book)
        book.halt("enough")
    for _ in range(2):
        with truebook.open(path) as book:
            book.quote("BTC-USD", 50000, 50001)
            assert refusal(book, "buy", "0.1") == "Halted"
    with truebook.open(path) as book:
        book.resume()
    with truebook.open(path) as book:
        book.quote("BTC-USD", 50000, 50001)
        assert book.would_refuse("BTC-USD", "buy", "0.1") is None


def test_a_halt_needs_a_reason_in_printable_text(book):
    for reason in ("", "x" * 97, "a\nb"):
        with pytest.raises(truebook.InvalidValue, match="^reason: found .*, allowed: "):
            book.halt(reason)
    assert book.would_refuse("BTC-USD", "buy", "0.1") is None


def test_a_quarantined_fill_stops_new_risk_until_resume(book):
    book.fill("BTC-USD", "buy", "0.1", 50000, trade_id="a")
    assert book.fill("BTC-USD", "buy", "0.2", 50000, trade_id="a").quarantined == "FillConflict"
    assert refusal(book, "buy", "0.1") == "ReducingOnly"
    book.resume()
    assert book.would_refuse("BTC-USD", "buy", "0.1") is None


def test_a_paper_order_goes_on_after_reopening(tmp_path):
    path = tmp_path / "a.db"
    with truebook.open(path) as book:
        start(book)
        book.submit("BTC-USD", "buy", "0.1", client_order_id="a", strategy="trend")
    with truebook.open(path) as book:
        assert book.position("BTC-USD").side == "flat"
        book.quote("BTC-USD", 50010, 50011)
        position = book.position("BTC-USD", strategy="trend")
        assert (position.qty, position.avg_px) == (Decimal("0.1"), 50011)


# --- The command -------------------------------------------------------------------------------


def run(folder, *args):
    """Run `python -m truebook` in a folder."""
    command = [sys.executable, "-m", "truebook", *args]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120)


def test_the_paper_command_reports_no_difference(tmp_path):
    ended = run(tmp_path, "paper", "--db", ":memory:", "--json", "out.json")
    assert ended.returncode == 0, ended.stderr
    report = json.loads((tmp_path / "out.json").read_text())
    assert report["differences"] == {"equity": "0", "strategies": "0"}
    total = {name: Decimal(report["total"][name]) for name in ("cash", "holdings", "equity")}
    assert total["cash"] + total["holdings"] == total["equity"]
    assert report["total"]["fills"] > 0
    assert sorted(report["strategies"]) == ["momentum", "pairs_trading"]
    assert [found.name for found in tmp_path.iterdir()] == ["out.json"]


def test_the_paper_command_gives_the_same_report_however_it_runs(tmp_path):
    reports = []
    for number, options in enumerate([(), (), ("--threading", "inline"), ("--ahead", "100")]):
        name = f"{number}.json"
        ended = run(tmp_path, "paper", "--db", ":memory:", "--json", name, *options)
        assert ended.returncode == 0, ended.stderr
        report = json.loads((tmp_path / name).read_text())
        del report["timing"]
        reports.append(report)
    assert all(report == reports[0] for report in reports)


def test_the_paper_command_goes_on_from_its_database(tmp_path):
    reports = []
    for _ in range(2):
        ended = run(tmp_path, "paper", "--db", "a.db", "--json", "out.json")
        assert ended.returncode == 0, ended.stderr
        reports.append(json.loads((tmp_path / "out.json").read_text()))
    assert reports[0]["state_hash"] == reports[1]["state_hash"]
    assert reports[0]["total"] == reports[1]["total"]


def test_a_database_of_the_paper_command_opens_from_python(tmp_path):
    ended = run(tmp_path, "paper", "--db", "a.db", "--json", "out.json")
    assert ended.returncode == 0, ended.stderr
    report = json.loads((tmp_path / "out.json").read_text())
    with truebook.open(tmp_path / "a.db") as book:
        portfolio = book.portfolio()
        assert portfolio.sequence == report["sequence"]
        assert portfolio.realized_pnl == Decimal(report["total"]["realized_pnl"])
        assert portfolio.fees == Decimal(report["total"]["fees"])


def test_the_command_refuses_what_it_does_not_know(tmp_path):
    ended = run(tmp_path, "paper", "--no-such-option")
    assert ended.returncode != 0
    assert "--no-such-option" in ended.stderr


def test_the_command_helps(tmp_path):
    ended = run(tmp_path, "--help")
    assert ended.returncode == 0
    assert "paper" in ended.stdout
