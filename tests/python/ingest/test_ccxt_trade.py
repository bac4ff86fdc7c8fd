"""Trades of ccxt, as its own parsers give them, booked exactly and once."""

from decimal import Decimal

import pytest

pytest.importorskip("ccxt")

import ccxt_shape as shape

import truebook
from truebook._ingest import ccxt_trade

TRADE = {
    "id": "1",
    "order": "o1",
    "timestamp": 1_700_000_000_123,
    "symbol": "BTC/USDT",
    "side": "buy",
    "price": 100.1,
    "amount": 0.3,
}


def position(book, symbol="BTC/USDT"):
    return book.position(symbol, strategy="EXTERNAL")


def test_a_spot_trade_of_binance_moves_both_coins_and_the_coin_of_its_fee(book):
    venue, market = shape.binance()
    applied = ccxt_trade(book, venue.parse_trade(shape.BINANCE_TRADE, market))
    assert (applied.duplicate, applied.quarantined) == (False, None)
    assert position(book).qty == 12
    assert position(book).cost == Decimal("48.000012")
    assert position(book).updated_at == 1_499_865_549_590_000_000
    assert book.balance("BNB").total == Decimal("-10.1")
    assert book.balance("USDT").total == Decimal("999951.999988")


def test_a_trade_of_kraken_is_paid_in_its_quote_currency(book):
    venue, market = shape.kraken()
    ccxt_trade(book, venue.parse_trade(shape.KRAKEN_TRADE, market))
    assert position(book, "BTC/USD").qty == Decimal("0.02")
    assert book.balance("USD").total == Decimal(1_000_000) - Decimal("600.2") - Decimal("0.6002")


def test_contracts_of_okx_are_booked_as_contracts_where_the_multiplier_is_the_contract_size(book):
    venue, market = shape.okx()
    ccxt_trade(book, venue.parse_trade(shape.OKX_TRADE, market))
    held = position(book, "BTC/USDT:USDT")
    assert held.signed_qty == -3
    assert held.cost == Decimal("-900.003")
    assert held.fees == {"USDT": Decimal("0.0135")}


def test_contract_size_books_base_units_where_the_instrument_counts_them(book):
    book.add_instrument(
        "BTC-PERP", kind="perpetual", base="BTC", quote="USDT", price_precision=2, qty_precision=4
    )
    venue, market = shape.okx()
    trade = venue.parse_trade(shape.OKX_TRADE, market)
    ccxt_trade(book, trade, symbol="BTC-PERP", contract_size=market["contractSize"])
    held = position(book, "BTC-PERP")
    assert held.signed_qty == Decimal("-0.03")
    assert held.cost == Decimal("-900.003")


def test_a_rebate_of_binanceusdm_raises_the_balance(book):
    venue, market = shape.binanceusdm()
    ccxt_trade(book, venue.parse_trade(shape.BINANCEUSDM_TRADE, market))
    assert position(book, "BTC/USDT:USDT").fees == {"USDT": Decimal("-0.00076959")}
    assert book.balance("USDT").total == Decimal("1000000.00076959")


def test_a_trade_of_bybit_is_booked_once_from_stream_and_history(book):
    venue, market = shape.bybit()
    trade = venue.parse_trade(shape.BYBIT_TRADE, market)
    first = ccxt_trade(book, trade, source="stream")
    again = ccxt_trade(book, trade, source="history")
    assert (first.duplicate, again.duplicate) == (False, True)
    assert again.sequence == first.sequence
    assert position(book, "BTC/USDT:USDT").qty == Decimal("0.1")


def test_the_same_trade_id_of_two_symbols_is_two_trades(book):
    for symbol in ("BTC/USDT", "ETH/USDT"):
        assert not ccxt_trade(book, TRADE | {"symbol": symbol}).duplicate
    assert position(book, "ETH/USDT").qty == position(book, "BTC/USDT").qty == Decimal("0.3")


def test_a_fee_that_is_in_fee_and_in_fees_is_counted_once(book):
    fee = {"cost": 0.1, "currency": "USDT"}
    ccxt_trade(book, TRADE | {"fee": fee, "fees": [fee]})
    assert position(book).fees == {"USDT": Decimal("0.1")}


def test_fees_in_one_currency_are_summed_exactly_and_others_kept_apart(book):
    fees = [
        {"cost": 0.1, "currency": "USDT"},
        {"cost": "0.2", "currency": "USDT"},
        {"cost": -0.05, "currency": "BNB"},
    ]
    ccxt_trade(book, TRADE | {"fees": fees, "fee": {"cost": 9, "currency": "USDT"}})
    assert position(book).fees["USDT"] == Decimal("0.3")
    assert book.balance("BNB").total == Decimal("0.05")


def test_fee_is_taken_where_fees_knows_nothing(book):
    fee = {"cost": 0.1, "currency": "USDT"}
    ccxt_trade(book, TRADE | {"fee": fee, "fees": [{"cost": None, "currency": None}]})
    assert position(book).fees == {"USDT": Decimal("0.1")}


@pytest.mark.parametrize(
    "fee", [None, {}, {"cost": None, "currency": "USDT"}, {"cost": 0.1, "currency": None}]
)
def test_a_fee_that_is_not_known_is_absent_until_a_later_report_has_it(book, fee):
    ccxt_trade(book, TRADE | {"fee": fee})
    assert position(book).fees == {}
    again = ccxt_trade(book, TRADE | {"fee": {"cost": 0.1, "currency": "USDT"}})
    assert again.duplicate
    assert position(book).fees == {"USDT": Decimal("0.1")}


def test_a_trade_is_counted_on_the_order_that_the_venue_knows_by_its_id(book, order):
    book.accept(order, "o1")
    ccxt_trade(book, TRADE | {"price": 100})
    assert book.order(order).cum_qty == Decimal("0.3")
    assert book.position("BTC/USDT", strategy="s").qty == Decimal("0.3")


def test_strategy_account_and_symbol_are_what_is_given(book):
    trade = TRADE | {"symbol": "BTC-USDT-SPOT"}
    ccxt_trade(book, trade, symbol="BTC/USDT", strategy="s", account="other")
    assert book.position("BTC/USDT", strategy="s", account="other").qty == Decimal("0.3")


def test_a_symbol_that_is_not_registered_is_unknown_as_everywhere(book):
    with pytest.raises(truebook.UnknownInstrument, match="no instrument 'XRP/USDT'"):
        ccxt_trade(book, TRADE | {"symbol": "XRP/USDT"})


def test_the_time_is_that_of_datetime_where_there_is_no_timestamp(book):
    ccxt_trade(book, TRADE | {"timestamp": None, "datetime": "2023-11-14T22:13:20.123Z"})
    assert position(book).updated_at == 1_700_000_000_123_000_000


def test_a_trade_without_an_id_is_known_again_by_its_order_and_time(book):
    trade = TRADE | {"id": None}
    assert not ccxt_trade(book, trade).duplicate
    assert ccxt_trade(book, trade).duplicate


@pytest.mark.parametrize("lost", ["order", "timestamp"])
def test_a_trade_that_could_not_be_known_again_is_refused(book, lost):
    with pytest.raises(truebook.InvalidValue, match="^id: found None, allowed: a trade id, or"):
        ccxt_trade(book, TRADE | {"id": None, lost: None})
    assert position(book).qty == 0


@pytest.mark.parametrize(
    ("name", "bad"),
    [
        ("side", None),
        ("side", "long"),
        ("side", []),
        ("amount", None),
        ("amount", float("nan")),
        ("amount", True),
        ("price", "1_000"),
        ("price", "\u0661"),
        ("price", {}),
        ("symbol", None),
        ("symbol", 1.5),
        ("id", ["a"]),
        ("id", "\ud800"),
        ("id", "x" * 97),
        ("order", 1.5),
        ("timestamp", "yesterday"),
        ("timestamp", 1e300),
        ("takerOrMaker", "both"),
        ("fees", "none"),
        ("fees", [1]),
        ("fee", {"cost": "x", "currency": "USDT"}),
    ],
)
def test_a_wrong_field_is_named_and_nothing_is_booked(book, name, bad):
    before = book.portfolio().sequence
    with pytest.raises(truebook.InvalidValue, match=rf"^{name}.*: found .*, allowed: "):
        ccxt_trade(book, TRADE | {name: bad})
    assert book.portfolio().sequence == before


@pytest.mark.parametrize("bad", [None, 1, "trade", [], object()])
def test_what_is_no_trade_is_refused(book, bad):
    with pytest.raises(truebook.InvalidValue, match="^trade: found .*, allowed: a mapping"):
        ccxt_trade(book, bad)
