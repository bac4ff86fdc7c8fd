"""Fills, commissions, positions and account values of ib_async."""

import sys
from datetime import UTC, datetime
from decimal import Decimal

import pytest

ib_async = pytest.importorskip("ib_async")

import truebook
from truebook._ingest import ib_account_value, ib_commission, ib_fill, ib_position

ID = "0000e0d5.67a1b2c3.01"
APPLE = ib_async.Stock("AAPL", "SMART", "USD", conId=265598, localSymbol="AAPL")
TIME = datetime(2024, 1, 16, 15, 30, 5, tzinfo=UTC)


def fill(revision="01", *, contract=APPLE, charged=None, **parts):
    """A fill of 100 AAPL at 185.25, with its commission where that has come."""
    trade_id = f"{ID}.{revision}"
    execution = ib_async.Execution(
        **{
            "execId": trade_id,
            "time": TIME,
            "acctNumber": "DU123",
            "side": "BOT",
            "shares": 100.0,
            "price": 185.25,
            "permId": 1234567,
            "orderId": 7,
            "lastLiquidity": 2,
        }
        | parts
    )
    report = ib_async.CommissionReport()
    if charged is not None:
        report = ib_async.CommissionReport(execId=trade_id, commission=charged, currency="USD")
    return ib_async.Fill(contract, execution, report, TIME)


def position(book, symbol="AAPL", account="DU123"):
    return book.position(symbol, strategy="EXTERNAL", account=account)


def test_a_fill_is_booked_once_on_the_account_of_its_execution(book):
    first, again = ib_fill(book, fill()), ib_fill(book, fill())
    assert (first.duplicate, again.duplicate) == (False, True)
    held = position(book)
    assert (held.signed_qty, held.cost) == (100, 18525)
    assert held.updated_at == 1_705_419_005 * 10**9
    assert held.fees == {}


def test_sld_is_a_sale(book):
    ib_fill(book, fill(side="SLD"), account="default")
    assert position(book, account="default").signed_qty == -100


def test_a_commission_on_the_fill_is_booked_with_it_and_not_again_later(book):
    ib_fill(book, fill(charged=1.05))
    assert position(book).fees == {"USD": Decimal("1.05")}
    assert ib_commission(book, fill(charged=1.05)).duplicate
    assert position(book).fees == {"USD": Decimal("1.05")}


def test_a_commission_that_comes_later_is_booked_from_the_fill_or_the_report(book):
    ib_fill(book, fill("01"))
    charged = fill(charged=1.05)
    ib_commission(book, charged)
    report = charged.commissionReport
    assert ib_commission(book, report, symbol="AAPL", account="DU123").duplicate
    assert position(book).fees == {"USD": Decimal("1.05")}


@pytest.mark.parametrize("unset", [None, sys.float_info.max])
def test_a_commission_that_is_not_set_is_not_known(book, unset):
    ib_fill(book, fill(charged=unset))
    assert ib_commission(book, fill(charged=unset)) is None
    assert position(book).fees == {}


def test_a_commission_report_alone_needs_the_symbol(book):
    report = ib_async.CommissionReport(execId=f"{ID}.01", commission=1.0, currency="USD")
    with pytest.raises(truebook.InvalidValue, match="^symbol: found None, allowed: "):
        ib_commission(book, report)


def test_a_correction_takes_back_what_it_corrects(book):
    ib_fill(book, fill("01", charged=1.0))
    ib_fill(book, fill("02", price=185.5, charged=1.0))
    held = position(book)
    assert (held.qty, held.cost, held.fees) == (100, 18550, {"USD": Decimal(1)})


def test_a_correction_that_comes_first_voids_what_it_corrects(book):
    ib_fill(book, fill("02", price=185.5))
    assert ib_fill(book, fill("01")).duplicate
    assert position(book).cost == 18550


def test_a_third_revision_takes_back_the_first_where_the_second_was_missed(book):
    ib_fill(book, fill("01"))
    ib_fill(book, fill("03", price=186.0))
    assert position(book).cost == 18600
    assert ib_fill(book, fill("03", price=186.0)).duplicate
    assert ib_fill(book, fill("01")).duplicate
    assert (position(book).qty, position(book).cost) == (100, 18600)


def test_three_revisions_in_order_leave_the_third(book):
    for revision, price in (("01", 185.25), ("02", 185.5), ("03", 186.0)):
        assert ib_fill(book, fill(revision, price=price)).quarantined is None
    assert (position(book).qty, position(book).cost) == (100, 18600)


def test_an_original_that_comes_after_two_revisions_is_void(book):
    for revision, price in (("02", 185.5), ("03", 186.0), ("01", 185.25)):
        ib_fill(book, fill(revision, price=price))
    assert (position(book).qty, position(book).cost) == (100, 18600)


def test_executions_that_differ_before_the_last_dot_are_different_fills(book):
    ib_fill(book, fill())
    ib_fill(book, fill(execId="0000e0d5.67a1b2c3.02.01"))
    assert position(book).qty == 200


def submitted(book, client_order_id):
    book.quote("BTC/USDT", 99, 100)
    book.submit("BTC/USDT", "buy", 10, price=100, client_order_id=client_order_id, strategy="s")


@pytest.mark.parametrize(("ours", "parts"), [("my-ref", {"orderRef": "my-ref"}), ("7", {})])
def test_the_order_is_the_one_that_the_book_knows_by_reference_or_number(book, ours, parts):
    submitted(book, ours)
    said = fill(shares=1.0, price=100.0, acctNumber="", **parts)
    ib_fill(book, said, symbol="BTC/USDT")
    assert book.order(ours).cum_qty == 1


def test_a_number_that_comes_again_with_another_perm_id_is_another_order(book):
    submitted(book, "7")
    book.accept("7", "999")
    ib_fill(book, fill(shares=1.0, price=100.0, acctNumber=""), symbol="BTC/USDT")
    assert book.order("7").cum_qty == 0


def test_the_order_is_found_by_its_perm_id(book):
    submitted(book, "a")
    book.accept("a", "1234567")
    ib_fill(book, fill(shares=1.0, price=100.0, acctNumber=""), symbol="BTC/USDT")
    assert book.order("a").cum_qty == 1


def test_a_future_is_its_local_symbol_and_its_quantity_is_contracts(book):
    book.add_instrument(
        "ESZ4", kind="future", base="ES", quote="USD", price_precision=2, qty_precision=0,
        multiplier=50,
    )  # fmt: skip
    future = ib_async.Future("ES", "202412", "CME", localSymbol="ESZ4", multiplier="50")
    ib_fill(book, fill(contract=future, shares=2.0, price=5000.25))
    assert (position(book, "ESZ4").qty, position(book, "ESZ4").cost) == (2, Decimal(500025))


def test_a_derivative_is_never_taken_for_the_stock_of_its_name(book):
    option = ib_async.Option("AAPL", "20240119", 150, "C", localSymbol="AAPL  240119C00150000")
    with pytest.raises(truebook.UnknownInstrument, match="AAPL  240119C00150000"):
        ib_fill(book, fill(contract=option))


def test_an_instrument_may_be_registered_by_its_contract_id(book):
    book.add_instrument("42", base="X", quote="USD", price_precision=2, qty_precision=2)
    contract = ib_async.Contract(secType="CFD", conId=42, symbol="IBUS30")
    ib_fill(book, fill(contract=contract))
    assert position(book, "42").qty == 100


def test_a_combination_is_not_booked_for_its_legs_are(book):
    bag = ib_async.Contract(secType="BAG", symbol="AAPL", localSymbol="AAPL")
    assert ib_fill(book, fill(contract=bag, price=-1.5)) is None
    assert ib_commission(book, fill(contract=bag, charged=1.0)) is None
    assert book.positions() == []


def test_a_position_is_stated_with_its_sign(book):
    ib_fill(book, fill(side="SLD"), account="default")
    ib_position(book, ib_async.Position("", APPLE, -100.0, 185.25))
    book.mark_price("AAPL", 185)
    ib_position(book, ib_async.Position("DU9", APPLE, 0.0, 0.0))
    with pytest.raises(truebook.InvalidValue, match="^position: found None"):
        ib_position(book, ib_async.Position("", APPLE, sys.float_info.max, 0.0))


def test_cash_by_currency_is_stated_and_every_other_tag_ignored(book):
    value = ib_async.AccountValue
    ib_account_value(book, value("DU123", "CashBalance", "1234.56", "EUR", ""))
    assert book.balance("EUR", account="DU123").stated == Decimal("1234.56")
    for other in (
        value("DU123", "CashBalance", "9", "BASE", ""),
        value("DU123", "CashBalance", "9", "EUR", "model"),
        value("DU123", "NetLiquidation", "9", "EUR", ""),
        value("DU123", "TotalCashValue", "9", "EUR", ""),
        value("DU123", "AccountType", "INDIVIDUAL", "", ""),
    ):
        assert ib_account_value(book, other) is None
    assert book.balance("EUR", account="DU123").stated == Decimal("1234.56")


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("side", {"side": "LONG"}),
        ("shares", {"shares": sys.float_info.max}),
        ("price", {"price": "x"}),
        ("execId", {"execId": ""}),
        ("permId", {"permId": 1.5}),
        ("time", {"time": "16 January"}),
    ],
)
def test_a_wrong_field_is_named_and_nothing_is_booked(book, name, parts):
    before = book.portfolio().sequence
    with pytest.raises(truebook.InvalidValue, match=f"^{name}: found .*, allowed: "):
        ib_fill(book, fill(**parts))
    assert book.portfolio().sequence == before
