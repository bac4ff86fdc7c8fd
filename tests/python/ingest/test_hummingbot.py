"""Executions of hummingbot: objects with the fields of its events, updates and rows."""

from dataclasses import dataclass, field
from decimal import Decimal
from enum import Enum
from types import SimpleNamespace
from typing import NamedTuple

import pytest

import truebook
from truebook._ingest import hummingbot_trade


class TradeType(Enum):
    BUY = 1
    SELL = 2


@dataclass
class TokenAmount:
    token: str
    amount: Decimal


@dataclass
class AddedToCostTradeFee:
    percent: Decimal = Decimal(0)
    percent_token: str | None = None
    flat_fees: list = field(default_factory=list)


class DeductedFromReturnsTradeFee(AddedToCostTradeFee):
    pass


class OrderFilledEvent(NamedTuple):
    timestamp: float = 1700000000.123456
    order_id: str = "mine-1"
    trading_pair: str = "BTC-USDT"
    trade_type: TradeType = TradeType.BUY
    order_type: object = None
    price: Decimal = Decimal("100.01")
    amount: Decimal = Decimal("0.3")
    trade_fee: object = None
    exchange_trade_id: str = "t1"
    exchange_order_id: str = "v1"
    leverage: int | None = 1
    position: str | None = "NIL"


def update(**parts):
    """A TradeUpdate, which has no side."""
    return SimpleNamespace(
        **{
            "trade_id": "t1",
            "client_order_id": "mine-1",
            "exchange_order_id": "v1",
            "trading_pair": "BTC/USDT",
            "fill_timestamp": 1700000000.5,
            "fill_price": Decimal(100),
            "fill_base_amount": Decimal("0.3"),
            "fill_quote_amount": Decimal(30),
            "fee": AddedToCostTradeFee(flat_fees=[TokenAmount("USDT", Decimal("0.03"))]),
            "is_taker": True,
        }
        | parts
    )


@pytest.fixture
def pair(book):
    book.add_instrument(
        "BTC-USDT", base="BTC", quote="USDT", price_precision=2, qty_precision=4
    )
    return "BTC-USDT"


def fees(book, pair):
    return book.position(pair).fees


def test_an_event_is_booked_once_with_its_time_exact(book, pair):
    first, again = (hummingbot_trade(book, OrderFilledEvent()) for _ in range(2))
    assert (first.duplicate, again.duplicate) == (False, True)
    assert book.position(pair).qty == Decimal("0.3")
    assert book.position(pair).updated_at == 1_700_000_000_123_456_000


@pytest.mark.parametrize("side", [TradeType.BUY, "BUY"])
@pytest.mark.parametrize(
    ("fee", "quote"),
    [
        (AddedToCostTradeFee(flat_fees=[TokenAmount("USDT", Decimal("0.1"))]), "0.1"),
        (AddedToCostTradeFee(flat_fees=[("USDT", 0.1), ("USDT", "0.2")]), "0.3"),
        (AddedToCostTradeFee(percent=Decimal("0.001")), "0.030003"),
        (AddedToCostTradeFee(percent=Decimal("0.001"), percent_token="USDT"), "0.030003"),
        ({"fee_type": "AddedToCost", "percent": "0.001", "flat_fees": []}, "0.030003"),
    ],
)
def test_fees_in_quote_are_worked_out_exactly(book, pair, side, fee, quote):
    hummingbot_trade(book, OrderFilledEvent(trade_type=side, trade_fee=fee))
    assert fees(book, pair) == {"USDT": Decimal(quote)}


@pytest.mark.parametrize(
    "fee",
    [
        DeductedFromReturnsTradeFee(percent=Decimal("0.001")),
        {"fee_type": "DeductedFromReturns", "percent": "0.001", "flat_fees": []},
    ],
)
def test_a_fee_deducted_from_what_is_bought_is_in_base(book, pair, fee):
    hummingbot_trade(book, OrderFilledEvent(trade_fee=fee))
    assert book.position(pair).qty == Decimal("0.2997")
    assert book.balance("BTC").total == Decimal("0.2997")


def test_a_fee_deducted_from_a_derivative_or_a_sale_is_in_quote(book, pair):
    fee = DeductedFromReturnsTradeFee(percent=Decimal("0.001"))
    hummingbot_trade(book, OrderFilledEvent(trade_fee=fee, position="CLOSE"))
    sale = OrderFilledEvent(trade_type=TradeType.SELL, exchange_trade_id="t2", trade_fee=fee)
    hummingbot_trade(book, sale)
    assert fees(book, pair) == {"USDT": Decimal("0.060006")}


def test_a_percentage_in_a_third_coin_is_not_known(book, pair):
    fee = AddedToCostTradeFee(percent=Decimal("0.001"), percent_token="BNB")
    hummingbot_trade(book, OrderFilledEvent(trade_fee=fee))
    assert fees(book, pair) == {}


def test_an_update_has_the_side_of_its_order(book, order):
    hummingbot_trade(book, update())
    assert book.order(order).cum_qty == Decimal("0.3")
    assert book.position("BTC/USDT", strategy="s").fees == {"USDT": Decimal("0.03")}


def test_an_update_of_an_unknown_order_needs_a_side(book):
    with pytest.raises(truebook.InvalidValue, match="^side: found None, allowed: 'BUY' or "):
        hummingbot_trade(book, update())
    assert not hummingbot_trade(book, update(), side="sell").duplicate
    assert book.position("BTC/USDT").signed_qty == Decimal("-0.3")
    assert book.position("BTC/USDT").updated_at == 1_700_000_000_500_000_000


def test_an_older_update_has_its_fee_and_milliseconds_beside(book):
    old = update(fee=None, fee_asset="USDT", fee_paid=Decimal("0.02"), fill_timestamp=1700000000500)
    hummingbot_trade(book, old, side="buy")
    assert fees(book, "BTC/USDT") == {"USDT": Decimal("0.02")}
    assert book.position("BTC/USDT").updated_at == 1_700_000_000_500_000_000


def test_a_row_of_trade_fill_is_in_milliseconds(book, pair):
    row = SimpleNamespace(
        config_file_path="c.yml",
        strategy="pure_market_making",
        market="binance",
        symbol="BTC-USDT",
        timestamp=1700000000123,
        order_id="mine-1",
        trade_type="SELL",
        price=Decimal("100.5"),
        amount=Decimal("0.5"),
        trade_fee={"percent": "0", "flat_fees": [{"token": "USDT", "amount": "0.05"}]},
        exchange_trade_id="t9",
        position="NIL",
    )
    hummingbot_trade(book, row)
    assert book.position(pair).signed_qty == Decimal("-0.5")
    assert book.position(pair).updated_at == 1_700_000_000_123_000_000


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("trade_type", {"trade_type": "RANGE"}),
        ("amount", {"amount": None}),
        ("price", {"price": Decimal("NaN")}),
        ("exchange_trade_id", {"exchange_trade_id": ""}),
        ("timestamp", {"timestamp": float("inf")}),
        ("flat_fees", {"trade_fee": AddedToCostTradeFee(flat_fees=5)}),
    ],
)
def test_a_wrong_field_is_named_and_nothing_is_booked(book, pair, name, parts):
    before = book.portfolio().sequence
    with pytest.raises(truebook.InvalidValue, match=f"^{name}: found .*, allowed: "):
        hummingbot_trade(book, OrderFilledEvent(**parts))
    assert book.portfolio().sequence == before
