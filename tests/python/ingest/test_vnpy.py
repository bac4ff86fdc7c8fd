"""Trades of vn.py: objects with the fields of its TradeData."""

from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from enum import Enum

import pytest

import truebook
from truebook._ingest import vnpy_trade


class Direction(Enum):
    LONG = "多"
    SHORT = "空"
    NET = "净"


class Offset(Enum):
    NONE = ""
    OPEN = "开"
    CLOSE = "平"
    CLOSETODAY = "平今"


class Exchange(Enum):
    SHFE = "SHFE"


CHINA = timezone(timedelta(hours=8))


@dataclass
class TradeData:
    symbol: str = "rb2405"
    exchange: Exchange = Exchange.SHFE
    orderid: str = "1_2_3"
    tradeid: str = "77"
    direction: Direction | None = Direction.LONG
    offset: Offset = Offset.NONE
    price: float = 3900.0
    volume: float = 2
    datetime: object = datetime(2024, 1, 16, 23, 30, tzinfo=CHINA)
    gateway_name: str = "CTP"

    def __post_init__(self):
        self.vt_symbol = f"{self.symbol}.{self.exchange.value}"
        self.vt_orderid = f"{self.gateway_name}.{self.orderid}"
        self.vt_tradeid = f"{self.gateway_name}.{self.tradeid}"


@pytest.fixture
def future(book):
    book.add_instrument(
        "rb2405.SHFE", kind="future", base="RB", quote="CNY", price_precision=0, qty_precision=0,
        multiplier=10,
    )  # fmt: skip
    return "rb2405.SHFE"


def test_a_trade_is_booked_once_in_contracts_at_its_time(book, future):
    first, again = (vnpy_trade(book, TradeData()) for _ in range(2))
    assert (first.duplicate, again.duplicate) == (False, True)
    held = book.position(future)
    assert (held.signed_qty, held.cost) == (2, 78000)
    assert held.updated_at == 1_705_419_000 * 10**9


def test_a_time_without_a_zone_is_utc(book, future):
    vnpy_trade(book, TradeData(datetime=datetime(2024, 1, 16, 15, 30)))
    assert book.position(future).updated_at == 1_705_419_000 * 10**9


def test_both_sides_of_a_self_trade_are_booked(book, future):
    vnpy_trade(book, TradeData())
    assert not vnpy_trade(book, TradeData(direction=Direction.SHORT)).duplicate
    assert book.position(future).qty == 0


@pytest.mark.parametrize(
    ("direction", "offset", "leg"),
    [
        (Direction.LONG, Offset.OPEN, "long"),
        (Direction.SHORT, Offset.CLOSE, "long"),
        (Direction.SHORT, Offset.OPEN, "short"),
        (Direction.LONG, Offset.CLOSETODAY, "short"),
    ],
)
def test_the_offset_says_which_leg_of_a_hedged_account(book, future, direction, offset, leg):
    vnpy_trade(book, TradeData(direction=direction, offset=offset), hedged=True)
    assert [each.leg for each in book.positions()] == [leg]


def test_a_hedged_trade_without_an_offset_is_refused(book, future):
    with pytest.raises(truebook.InvalidValue, match="^offset: found "):
        vnpy_trade(book, TradeData(), hedged=True)


@pytest.mark.parametrize("ours", ["CTP.1_2_3", "1_2_3"])
def test_the_order_is_the_one_that_the_book_knows_by_either_id(book, ours):
    book.quote("BTC/USDT", 99, 100)
    book.submit("BTC/USDT", "buy", 10, price=100, client_order_id=ours, strategy="s")
    vnpy_trade(book, TradeData(price=100), symbol="BTC/USDT", fee=0.1, fee_currency="USDT")
    assert book.order(ours).cum_qty == 2
    assert book.position("BTC/USDT", strategy="s").fees == {"USDT": Decimal("0.1")}


def test_the_symbol_alone_is_taken_where_only_that_is_registered(book):
    vnpy_trade(book, TradeData(symbol="AAPL", price=1))
    assert book.position("AAPL").qty == 2
    with pytest.raises(truebook.UnknownInstrument, match=r"rb2405\.SHFE"):
        vnpy_trade(book, TradeData())


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("direction", {"direction": Direction.NET}),
        ("direction", {"direction": None}),
        ("volume", {"volume": None}),
        ("price", {"price": float("nan")}),
        ("tradeid", {"tradeid": ""}),
        ("datetime", {"datetime": "now"}),
    ],
)
def test_a_wrong_field_is_named_and_nothing_is_booked(book, future, name, parts):
    before = book.portfolio().sequence
    with pytest.raises(truebook.InvalidValue, match=f"^{name}: found .*, allowed: "):
        vnpy_trade(book, TradeData(**parts))
    assert book.portfolio().sequence == before
