"""Short streams, each aimed at one rule."""

from stream import INSTRUMENTS, SECOND

NOW = 1_000 * SECOND


def setup(*symbols, usd="100000"):
    """Instruments, cash, and a first quote of each."""
    out = [dict(do="add_account", name="second")]
    for symbol in symbols:
        out.append(dict(do="add_instrument", symbol=symbol, **INSTRUMENTS[symbol]))
    out.append(dict(do="deposit", currency="USD", amount=usd))
    return out


def many(count):
    """That many spot instruments at 10 dollars."""
    out = [dict(do="deposit", currency="USD", amount="100000")]
    for at in range(count):
        out.append(dict(do="add_instrument", symbol=f"Z{at}-USD", base=f"Z{at}", quote="USD",
                        price_precision=2, qty_precision=2))
        out.append(quote(f"Z{at}-USD", "10.00", "10.10"))
    return out


def quote(symbol, bid, ask, at=0):
    return dict(do="quote", symbol=symbol, bid=bid, ask=ask, ts_event=NOW + at)


def submit(symbol, side, qty, id, at=0, **more):
    return dict(do="submit", symbol=symbol, side=side, qty=qty, client_order_id=id,
                ts_event=NOW + at, **more)


def fill(symbol, side, qty, price, trade_id, at=0, **more):
    return dict(do="fill", symbol=symbol, side=side, qty=qty, price=price, trade_id=trade_id,
                account=more.pop("account", "default"), ts_event=NOW + at, **more)


def opened(count, strategies):
    """Orders that open one instrument each, in turn for each strategy."""
    out = many(count)
    for at in range(count):
        strategy = strategies[at % len(strategies)]
        out.append(submit(f"Z{at}-USD", "buy", "2", f"o{at}", strategy=strategy))
    return out


SHARE = [*setup("SHR"), quote("SHR", "100.00", "100.10")]
COIN = [*setup("BTC-USD"), quote("BTC-USD", "50000.00", "50010.00")]
FUTURE = [*setup("OIL-FUT"), quote("OIL-FUT", "100.00", "100.10")]
# Two thirds of 10 are still held when it is told.
LATE_COST = [
    *SHARE,
    dict(do="adopt", symbol="SHR", qty="3", id="a"),
    fill("SHR", "sell", "1", "100", "1"),
    dict(do="adopt", symbol="SHR", qty="0", cost="10", id="c"),
]

TARGETED = {
    "split_keeps_price": [
        *SHARE,
        fill("SHR", "buy", "10", "100", "1"),
        dict(do="split", symbol="SHR", numerator=2, denominator=1, id="s"),
        submit("SHR", "buy", "1", "o", price="50"),
    ],
    "split_keeps_fraction": [
        *SHARE,
        fill("SHR", "buy", "10.33", "100", "1"),
        dict(do="split", symbol="SHR", numerator=1, denominator=7, cash_px="700", id="s"),
    ],
    "split_scales_cost": [
        *SHARE,
        fill("SHR", "buy", "10", "100", "1"),
        dict(do="split", symbol="SHR", numerator=2, denominator=1, id="s"),
    ],
    "dedupe_ignores_side": [
        *COIN,
        fill("BTC-USD", "buy", "0.1", "50000", "1"),
        fill("BTC-USD", "sell", "0.1", "50000", "1"),
    ],
    "dedupe_ignores_account": [
        *COIN,
        fill("BTC-USD", "buy", "0.1", "50000", "1"),
        fill("BTC-USD", "buy", "0.1", "50000", "1", account="second"),
    ],
    "dedupe_ignores_instrument": [
        *setup("BTC-USD", "SHR"),
        fill("BTC-USD", "buy", "0.1", "50000", "1"),
        fill("SHR", "buy", "0.1", "50000", "1"),
    ],
    "quote_two_confirmations": [
        *COIN,
        *(quote("BTC-USD", "60000.00", "60010.00", at=at) for at in range(2)),
        submit("BTC-USD", "buy", "0.1", "a", price="50000"),
    ],
    "quote_no_band": [
        *COIN,
        quote("BTC-USD", "60000.00", "60010.00"),
        submit("BTC-USD", "buy", "0.1", "a", price="50000"),
    ],
    "quote_older_taken": [
        *COIN,
        quote("BTC-USD", "50100.00", "50110.00", at=-1),
        submit("BTC-USD", "buy", "0.1", "a"),
    ],
    "merge_forgets_fee": [
        *COIN,
        fill("BTC-USD", "buy", "0.1", "50000", "1"),
        fill("BTC-USD", "buy", "0.1", "50000", "1", fees={"USD": "1"}),
    ],
    "late_fee_on_average": [
        *COIN,
        fill("BTC-USD", "buy", "0.1", "50000", "1"),
        fill("BTC-USD", "buy", "0.1", "51000", "2"),
        dict(do="late_fee", symbol="BTC-USD", trade_id="1", fee="0.0001", fee_currency="BTC"),
    ],
    "dedupe_ignores_order": [
        *COIN,
        submit("BTC-USD", "buy", "0.1", "a"),
        submit("BTC-USD", "buy", "0.1", "b"),
        fill("BTC-USD", "buy", "0.05", "50000", "1", client_order_id="a"),
        fill("BTC-USD", "buy", "0.05", "50000", "1", client_order_id="b"),
    ],
    "merge_forgets_order": [
        *COIN,
        submit("BTC-USD", "buy", "0.1", "a"),
        fill("BTC-USD", "buy", "0.05", "50000", "1"),
        fill("BTC-USD", "buy", "0.05", "50000", "1", client_order_id="a"),
    ],
    "unknown_unlocks": [
        *COIN,
        submit("BTC-USD", "buy", "0.1", "a"),
        dict(do="mark_unknown", client_order_id="a"),
    ],
    "expire_keeps_lock": [
        *COIN,
        submit("BTC-USD", "buy", "0.1", "a"),
        dict(do="expire", client_order_id="a"),
    ],
    "margin_of_long_option": [
        *setup("CALL"),
        fill("CALL", "buy", "3", "2.5", "1"),
    ],
    "spot_sell_locks_quote": [
        *COIN,
        dict(do="deposit", currency="BTC", amount="1"),
        submit("BTC-USD", "sell", "0.1", "a"),
    ],
    "amend_keeps_lock": [
        *COIN,
        submit("BTC-USD", "buy", "0.1", "a", price="50000"),
        dict(do="amend", client_order_id="a", qty="0.2"),
    ],
    "no_client_id_check": [
        *COIN,
        submit("BTC-USD", "buy", "0.1", "a"),
        submit("BTC-USD", "buy", "0.2", "a"),
    ],
    "no_tick": [*COIN, submit("BTC-USD", "buy", "0.1", "a", price="50000.001")],
    "no_lot": [*SHARE, submit("SHR", "buy", "1.001", "a")],
    "no_min_notional": [*SHARE, submit("SHR", "buy", "0.09", "a", price="100")],
    "min_notional_exclusive": [*SHARE, submit("SHR", "buy", "0.1", "a", price="100")],
    "no_max_positions": opened(11, ("a", "b", "c")),
    "max_positions_one_more": opened(11, ("a", "b", "c")),
    "no_max_per_strategy": opened(6, ("a",)),
    "dust_counts": [
        *many(6),
        *(fill(f"Z{at}-USD", "buy", "2", "10", f"t{at}", strategy="a") for at in range(5)),
        fill("Z0-USD", "sell", "1.95", "10", "less", strategy="a"),
        submit("Z5-USD", "buy", "2", "o", strategy="a"),
    ],
    "no_balance_check": [*COIN, submit("BTC-USD", "buy", "3", "a")],
    "balance_check_total": [
        *COIN,
        submit("BTC-USD", "buy", "1.5", "a"),
        submit("BTC-USD", "buy", "1.5", "b"),
    ],
    "withdraw_total": [
        *COIN,
        submit("BTC-USD", "buy", "1.5", "a"),
        dict(do="withdraw", currency="USD", amount="60000"),
    ],
    "halt_after_price": [
        *COIN,
        dict(do="halt", reason="stop"),
        submit("BTC-USD", "buy", "0.1", "a", at=9 * SECOND),
    ],
    "halt_as_reducing": [
        *COIN,
        fill("BTC-USD", "buy", "1", "50000", "1"),
        dict(do="halt", reason="stop"),
        submit("BTC-USD", "sell", "1", "a"),
    ],
    "no_reduce_only": [
        *COIN,
        fill("BTC-USD", "buy", "1", "50000", "1"),
        dict(do="deposit", currency="BTC", amount="5"),
        submit("BTC-USD", "sell", "1.1", "a", reduce_only=True),
    ],
    "no_stale": [*COIN, submit("BTC-USD", "buy", "0.1", "a", at=5 * SECOND + 1)],
    "no_band": [*COIN, submit("BTC-USD", "buy", "0.1", "a", price="55005.51")],
    "restart_keeps_prices": [*COIN, dict(do="restart"), submit("BTC-USD", "buy", "0.1", "a")],
    "revises_first_only": [
        *SHARE,
        fill("SHR", "buy", "5", "100", "1"),
        fill("SHR", "buy", "4", "100", "2", revises="1"),
        fill("SHR", "buy", "3", "100", "3", revises="1"),
    ],
    "revises_other_order": [
        *SHARE,
        *(submit("SHR", "buy", "9", order) for order in "ab"),
        fill("SHR", "buy", "1", "100", "1", client_order_id="a"),
        fill("SHR", "buy", "2", "100", "1", client_order_id="b"),
        fill("SHR", "buy", "4", "100", "2", client_order_id="b", revises="1"),
    ],
    "revises_leaves_open": [
        *SHARE,
        *(submit("SHR", "buy", "2", order) for order in "ab"),
        fill("SHR", "buy", "2", "100", "1"),
        fill("SHR", "buy", "2", "100", "2", client_order_id="b", revises="1"),
    ],
    "adopt_derivative_flows": [
        *setup("OIL-FUT"),
        dict(do="adopt", symbol="OIL-FUT", qty="3", cost="10000", id="a"),
    ],
    "adopt_derivative_free": [
        *setup("OIL-FUT"),
        dict(do="adopt", symbol="OIL-FUT", qty="3", id="a"),
    ],
    "late_cost_unrounded": LATE_COST,
    "late_cost_whole": LATE_COST,
    "split_of_balance": [
        *COIN,
        fill("BTC-USD", "buy", "1", "50000", "1"),
        dict(do="split", symbol="BTC-USD", numerator=2, denominator=1, id="s"),
    ],
    "funding_needs_position": [
        *setup("OIL-FUT"),
        dict(do="funding", symbol="OIL-FUT", currency="USD", amount="-2", strategy="a", id="f"),
        fill("OIL-FUT", "buy", "1", "100", "1", strategy="a"),
    ],
    "merge_fee_of_first": [
        *SHARE,
        *(submit("SHR", "buy", "9", order) for order in "ab"),
        fill("SHR", "buy", "1", "100", "1", client_order_id="a"),
        fill("SHR", "buy", "2", "100", "1", client_order_id="b"),
        *2 * [fill("SHR", "buy", "2", "100", "1", client_order_id="b", fees={"USD": "1"})],
        fill("SHR", "buy", "1", "100", "1", client_order_id="a", fees={"USD": "2"}),
    ],
    "merge_order_no_count": [
        *SHARE,
        submit("SHR", "buy", "9", "a"),
        fill("SHR", "buy", "9", "100", "1"),
        fill("SHR", "buy", "9", "100", "1", client_order_id="a"),
    ],
    "claims_of_any_side": [
        *FUTURE,
        fill("OIL-FUT", "sell", "5", "100", "1"),
        submit("OIL-FUT", "buy", "4", "a"),
        fill("OIL-FUT", "buy", "9", "100", "2"),
        dict(do="reduce"),
        submit("OIL-FUT", "sell", "4", "b"),
    ],
    "claims_only_reducing": [
        *FUTURE,
        fill("OIL-FUT", "buy", "5", "100", "1"),
        submit("OIL-FUT", "sell", "7", "a"),
        submit("OIL-FUT", "sell", "1", "b", reduce_only=True),
    ],
    "amend_claims_own": [
        *FUTURE,
        fill("OIL-FUT", "buy", "5", "100", "1"),
        submit("OIL-FUT", "sell", "4", "a", reduce_only=True),
        dict(do="amend", client_order_id="a", qty="5"),
        fill("OIL-FUT", "sell", "3", "100", "2"),
        dict(do="amend", client_order_id="a", qty="3"),
    ],
    "repeat_as_amended": [
        *SHARE,
        submit("SHR", "buy", "5", "a"),
        dict(do="amend", client_order_id="a", qty="6"),
        submit("SHR", "buy", "5", "a"),
        submit("SHR", "buy", "6", "a"),
    ],
    "links_not_content": [
        *SHARE,
        submit("SHR", "buy", "5", "a", one_cancels="x"),
        submit("SHR", "buy", "5", "a", bracket_of="x"),
    ],
    "restart_resumes": [
        *COIN,
        dict(do="halt", reason="stop"),
        dict(do="restart"),
        quote("BTC-USD", "50000.00", "50010.00", at=SECOND),
        submit("BTC-USD", "buy", "0.1", "a", at=SECOND),
    ],
}
