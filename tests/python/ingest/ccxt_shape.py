"""Exchanges of ccxt with one market set by hand: their own parsers run without a network."""

import pytest

ccxt = pytest.importorskip("ccxt")

SPOT = {"type": "spot", "spot": True, "swap": False, "contract": False, "contractSize": None}
SWAP = {
    "type": "swap",
    "spot": False,
    "swap": True,
    "contract": True,
    "linear": True,
    "inverse": False,
    "settle": "USDT",
    "settleId": "USDT",
}


def exchange(name, market_id, symbol, **market):
    """An exchange of ccxt and its one market."""
    base, quote = symbol.split(":")[0].split("/")
    venue = getattr(ccxt, name)()
    whole = {
        "id": market_id,
        "symbol": symbol,
        "base": base,
        "quote": quote,
        "baseId": base,
        "quoteId": quote,
        "settle": None,
        "settleId": None,
        "future": False,
        "option": False,
        "margin": False,
        "linear": None,
        "inverse": None,
        "active": True,
        "precision": {"amount": 1e-8, "price": 1e-6},
        "limits": {},
        "info": {},
        **market,
    }
    venue.set_markets([whole])
    return venue, venue.market(symbol)


def binance():
    return exchange("binance", "BTCUSDT", "BTC/USDT", **SPOT)


def binanceusdm():
    return exchange("binanceusdm", "BTCUSDT", "BTC/USDT:USDT", **SWAP, contractSize=1.0)


def bybit():
    return exchange("bybit", "BTCUSDT", "BTC/USDT:USDT", **SWAP, contractSize=1.0)


def kraken():
    return exchange("kraken", "XXBTZUSD", "BTC/USD", **SPOT)


def okx():
    return exchange("okx", "BTC-USDT-SWAP", "BTC/USDT:USDT", **SWAP, contractSize=0.01)


BINANCE_TRADE = {
    "symbol": "BTCUSDT",
    "id": 28457,
    "orderId": 100234,
    "orderListId": -1,
    "price": "4.00000100",
    "qty": "12.00000000",
    "quoteQty": "48.00001200",
    "commission": "10.10000000",
    "commissionAsset": "BNB",
    "time": 1499865549590,
    "isBuyer": True,
    "isMaker": False,
    "isBestMatch": True,
}
BINANCEUSDM_TRADE = {
    "symbol": "BTCUSDT",
    "id": 477128891,
    "orderId": 13809777875,
    "side": "BUY",
    "price": "38479.55",
    "qty": "0.001",
    "realizedPnl": "-0.00009534",
    "quoteQty": "38.47955",
    "commission": "-0.00076959",
    "commissionAsset": "USDT",
    "time": 1612733566708,
    "positionSide": "BOTH",
    "maker": True,
    "buyer": True,
}
BYBIT_TRADE = {
    "symbol": "BTCUSDT",
    "orderType": "Market",
    "orderLinkId": "mine-1",
    "side": "Buy",
    "orderId": "8c065341-7b52-4ca9-ac2c-37e31ac55c94",
    "execTime": "1672282722429",
    "feeCurrency": "",
    "isMaker": False,
    "execFee": "0.071409",
    "feeRate": "0.0006",
    "execId": "e0cbe81d-0f18-5866-9415-cf319b5dab3b",
    "execPrice": "1190.15",
    "execValue": "119.015",
    "execType": "Trade",
    "execQty": "0.1",
}
KRAKEN_TRADE = {
    "ordertxid": "OQCLML-BW3P3-BUCMWZ",
    "pair": "XXBTZUSD",
    "time": 1688667796.8802,
    "type": "buy",
    "ordertype": "limit",
    "price": "30010.00000",
    "cost": "600.20000",
    "fee": "0.60020",
    "vol": "0.02000000",
    "trade_id": 40274859,
    "maker": True,
    "id": "THVRQM-33VKH-UCI7BS",
}
OKX_TRADE = {
    "instType": "SWAP",
    "instId": "BTC-USDT-SWAP",
    "tradeId": "123",
    "ordId": "312269865356374016",
    "clOrdId": "b16",
    "fillPx": "30000.1",
    "fillSz": "3",
    "side": "sell",
    "posSide": "net",
    "execType": "M",
    "feeCcy": "USDT",
    "fee": "-0.0135",
    "ts": "1597026383085",
}


def binance_order(**parts):
    """A limit order to buy 10 at 100, as binance answers it."""
    return {
        "symbol": "BTCUSDT",
        "orderId": 28,
        "clientOrderId": "mine-1",
        "transactTime": 1507725176595,
        "price": "100.00000000",
        "origQty": "10.00000000",
        "executedQty": "0.00000000",
        "cummulativeQuoteQty": "0.00000000",
        "status": "NEW",
        "timeInForce": "GTC",
        "type": "LIMIT",
        "side": "BUY",
        **parts,
    }
