"""Balances, positions, tickers and candles of ccxt."""

import time
from decimal import Decimal

import pytest

pytest.importorskip("ccxt")

import ccxt_shape as shape

import truebook
from truebook._ingest import ccxt_balance, ccxt_ohlcv, ccxt_positions, ccxt_ticker

PERPETUAL = "BTC/USDT:USDT"
OKX_POSITION = {
    "avgPx": "30000",
    "cTime": "1619507758793",
    "ccy": "USDT",
    "instId": "BTC-USDT-SWAP",
    "instType": "SWAP",
    "lever": "10",
    "markPx": "30010",
    "mgnMode": "isolated",
    "notionalUsd": "900",
    "pos": "3",
    "posId": "307173036051017730",
    "posSide": "short",
    "uTime": "1619507761462",
    "upl": "-0.3",
    "uplRatio": "-0.01",
}


def is_drift(book, symbol=PERPETUAL):
    """Whether what the venue last said of a position differs from the book."""
    book.quote(symbol, 99, 100)
    return "Drift" in [book.would_refuse(symbol, side, 1, price=100) for side in ("buy", "sell")]


def held(book, qty):
    """Hold `qty` of the perpetual."""
    book.fill(PERPETUAL, "buy" if qty > 0 else "sell", abs(qty), 100, trade_id="t")


def test_totals_of_binance_are_stated_and_zeros_of_unseen_coins_left_out(book):
    venue, _ = shape.binance()
    raw = {
        "balances": [
            {"asset": "USDT", "free": "999000.10000000", "locked": "1.00000000"},
            {"asset": "LTC", "free": "0.00000000", "locked": "0.00000000"},
        ],
        "updateTime": 1234567890000,
    }
    done = ccxt_balance(book, venue.parse_balance_custom(raw, "spot"))
    assert len(done) == 1
    assert book.balance("USDT").stated == Decimal("999001.1")
    assert book.balance("LTC").stated is None


def test_a_total_of_zero_is_stated_where_the_book_has_something(book):
    ccxt_balance(book, {"total": {"USDT": 0.0}})
    assert book.balance("USDT").stated == 0


def test_only_the_currencies_that_are_asked_for_are_stated_and_none_is_not_zero(book):
    ccxt_balance(book, {"total": {"USDT": 1, "USD": 2, "BTC": None}}, currencies=["USDT", "BTC"])
    assert book.balance("USDT").stated == 1
    assert book.balance("USD").stated is None
    assert book.balance("BTC").stated is None


def test_a_balance_repeated_with_its_old_time_is_no_error(book):
    balance = {"total": {"USDT": 1.5}, "timestamp": 1_234_567_890_000}
    ccxt_balance(book, balance)
    ccxt_balance(book, balance)
    assert book.balance("USDT").stated == Decimal("1.5")


@pytest.mark.parametrize(
    "bad", [None, {}, {"total": None}, {"total": []}, {"total": {"USDT": "x"}}]
)
def test_a_wrong_balance_states_nothing(book, bad):
    with pytest.raises(truebook.InvalidValue, match=r": found .*, allowed: "):
        ccxt_balance(book, bad)
    assert book.balance("USDT").stated is None


def test_an_unsigned_short_of_okx_is_stated_as_contracts_below_zero(book):
    venue, market = shape.okx()
    position = venue.parse_position(OKX_POSITION, market)
    assert (position["contracts"], position["side"]) == (3.0, "short")
    held(book, -3)
    ccxt_positions(book, [position])
    assert not is_drift(book)
    ccxt_positions(book, [position | {"side": "long"}])
    assert is_drift(book)


def test_a_short_of_binanceusdm_is_unsigned_too(book):
    venue, market = shape.binanceusdm()
    raw = {
        "symbol": "BTCUSDT",
        "positionSide": "BOTH",
        "positionAmt": "-1.000",
        "entryPrice": "68000",
        "markPrice": "68001",
        "unRealizedProfit": "-1",
        "liquidationPrice": "0",
        "isolatedMargin": "0",
        "notional": "-68001",
        "marginAsset": "USDT",
        "isolatedWallet": "0",
        "initialMargin": "6800",
        "maintMargin": "272",
        "updateTime": 1720736417660,
    }
    held(book, -1)
    ccxt_positions(book, [venue.parse_position_risk(raw, market)])
    assert not is_drift(book)


def test_long_and_short_of_a_hedged_account_are_netted(book):
    held(book, 2)
    sides = [{"contracts": 5.0, "side": "long"}, {"contracts": 3.0, "side": "short"}]
    assert len(ccxt_positions(book, [side | {"symbol": PERPETUAL} for side in sides])) == 1
    assert not is_drift(book)


def test_a_position_that_is_not_listed_is_flat_only_where_the_answer_covers_it(book):
    held(book, 2)
    assert ccxt_positions(book, []) == []
    assert not is_drift(book)
    ccxt_positions(book, [], covers=[PERPETUAL])
    assert is_drift(book)


def test_contract_sizes_and_symbols_are_by_the_symbol_of_ccxt(book):
    book.add_instrument(
        "PERP", kind="perpetual", base="BTC", quote="USDT", price_precision=2, qty_precision=4
    )
    book.fill("PERP", "buy", "0.03", 100, trade_id="t")
    rows = [{"symbol": PERPETUAL, "contracts": 3.0, "side": "long"}]
    ccxt_positions(book, rows, symbols={PERPETUAL: "PERP"}, contract_sizes={PERPETUAL: 0.01})
    assert not is_drift(book, "PERP")


def test_a_flat_row_without_a_side_is_zero(book):
    ccxt_positions(book, [{"symbol": PERPETUAL, "contracts": 0.0, "side": None}])
    assert not is_drift(book)


def test_the_time_of_an_answer_is_given_and_never_that_of_a_position(book):
    now = time.time_ns()
    rows = [{"symbol": PERPETUAL, "contracts": 1.0, "side": "long", "timestamp": 1}]
    ccxt_positions(book, rows, ts_event=now)
    ccxt_positions(book, rows)
    with pytest.raises(truebook.InvalidValue, match="older than what is known"):
        ccxt_positions(book, rows, ts_event=now - 1)


@pytest.mark.parametrize(
    ("name", "row"),
    [
        ("side", {"symbol": PERPETUAL, "contracts": 1.0, "side": None}),
        ("contracts", {"symbol": PERPETUAL, "contracts": None, "side": "long"}),
        ("symbol", {"contracts": 1.0, "side": "long"}),
        ("position", None),
    ],
)
def test_of_positions_with_one_wrong_row_none_is_stated(book, name, row):
    before = book.portfolio().sequence
    good = {"symbol": PERPETUAL, "contracts": 1.0, "side": "long"}
    with pytest.raises(truebook.InvalidValue, match=f"^{name}: found .*, allowed: "):
        ccxt_positions(book, [good, row])
    with pytest.raises(truebook.UnknownInstrument):
        ccxt_positions(book, [good, good | {"symbol": "XRP"}])
    assert book.portfolio().sequence == before


def test_a_ticker_of_binance_gives_quote_and_last_price(book):
    venue, market = shape.binance()
    raw = {
        "symbol": "BTCUSDT",
        "lastPrice": "100.00",
        "bidPrice": "99.00",
        "askPrice": "101.00",
        "closeTime": 1499869899040,
    }
    assert ccxt_ticker(book, venue.parse_ticker(raw, market)) is None
    book.fill("BTC/USDT", "buy", 1, 100, trade_id="t")
    assert book.position("BTC/USDT").mark is not None


@pytest.mark.parametrize("side", ["bid", "ask", "last"])
def test_a_price_of_zero_in_a_ticker_is_a_missing_one(book, side):
    ccxt_ticker(book, {"symbol": "BTC/USDT", "bid": 99, "ask": 101, "last": 100, side: 0.0})
    ccxt_ticker(book, {"symbol": "BTC/USDT", "bid": None, "ask": None, "last": None})


def test_candles_are_recorded_and_the_open_one_can_be_left_out(book):
    rows = [[1_700_000_000_000, 1, 2.5, 0.5, 2, 10.1], [1_700_000_060_000, 2, 2, 2, 2, 0]]
    assert len(ccxt_ohlcv(book, rows, symbol="BTC/USDT", timeframe="1m")) == 2
    assert len(ccxt_ohlcv(book, rows, symbol="BTC/USDT", timeframe="1M", complete=False)) == 1
    assert ccxt_ohlcv(book, [], symbol="BTC/USDT", timeframe="1m", complete=False) == []


@pytest.mark.parametrize(
    ("timeframe", "opened", "closes"),
    [
        ("1m", 1_700_000_000_000, 1_700_000_060_000),
        ("1w", 1_700_000_000_000, 1_700_604_800_000),
        ("1M", 1_706_745_600_000, 1_709_251_200_000),
        ("3M", 1_696_118_400_000, 1_704_067_200_000),
        ("1y", 1_704_067_200_000, 1_735_689_600_000),
    ],
)
def test_a_bar_closes_when_the_next_one_opens(timeframe, opened, closes):
    from truebook._ingest.ccxt_candle import _closes

    assert _closes(opened * 10**6, timeframe) == closes * 10**6


@pytest.mark.parametrize(
    ("name", "rows", "timeframe"),
    [
        ("timeframe", [[0, 1, 1, 1, 1, 1]], "1x"),
        ("ohlcv", [[0, 1, 1, 1, 1]], "1m"),
        ("ohlcv", None, "1m"),
        ("high", [[0, 1, None, 1, 1, 1]], "1m"),
        ("timestamp", [[None, 1, 1, 1, 1, 1]], "1m"),
    ],
)
def test_a_wrong_candle_is_named_and_none_is_recorded(book, name, rows, timeframe):
    before = book.portfolio().sequence
    with pytest.raises(truebook.InvalidValue, match=f"^{name}: found .*, allowed: "):
        ccxt_ohlcv(book, rows, symbol="BTC/USDT", timeframe=timeframe)
    assert book.portfolio().sequence == before
