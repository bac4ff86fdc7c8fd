"""The package and a second, independent account of its rules agree after every command."""

from collections import Counter
from fractions import Fraction as F

import pytest
from oracle import Oracle
from pair import Mismatch, Pair
from stream import Stream

IN_MEMORY = range(80)
WITH_RESTARTS = range(1000, 1020)
LENGTH = 150
seen = Counter()


def agree(seed, path=None):
    pair = Pair(path=path)
    try:
        answers = pair.run(Stream(seed, LENGTH, restarts=path is not None).commands())
    except Mismatch as mismatch:
        pytest.fail(f"seed {seed}, {mismatch}", pytrace=False)
    finally:
        pair.close()
    seen.update(answers)


@pytest.mark.parametrize("seed", IN_MEMORY)
def test_book_and_oracle_agree_after_every_command(seed):
    agree(seed)


@pytest.mark.parametrize("seed", WITH_RESTARTS)
def test_book_and_oracle_agree_across_restarts(seed, tmp_path):
    agree(seed, tmp_path / "book.db")


def test_the_streams_reach_every_kind_of_answer():
    if not seen:
        pytest.skip("runs after the streams")
    answers = {a[0] if a and a[0] == "invalid" else a for a in seen if a}
    for expected in (
        ("ok", "False", "None"),
        ("ok", "True", "None"),
        ("ok", "False", "FillConflict"),
        ("ok", "True", "FillConflict"),
        ("ok", "False", "UnknownTrade"),
        "invalid",
    ):
        assert expected in answers
    refused = {a[1] for a in answers if a[0] == "refused"}
    assert refused >= {
        "DuplicateClientOrderId", "UnknownAccount", "InvalidQuantity", "InvalidPrice", "TickSize",
        "LotSize", "Halted", "ReducingOnly", "NoPrice", "StalePrice", "PriceOutOfBand",
        "ReduceOnlyExceeds", "MinNotional", "MaxPositions", "MaxPositionsPerStrategy",
        "InsufficientBalance",
    }


def test_a_stream_is_the_same_for_the_same_seed():
    assert Stream(7).commands() == Stream(7).commands()
    assert Stream(7).commands() != Stream(8).commands()


def spot():
    oracle = Oracle()
    oracle.do(dict(do="add_instrument", symbol="X", base="BTC", quote="USD", price_precision=2,
                   qty_precision=8))
    return oracle


def booked(oracle, *fills, symbol="X"):
    for at, (side, qty, price, *fees) in enumerate(fills):
        oracle.do(dict(do="fill", symbol=symbol, side=side, qty=qty, price=price,
                       trade_id=str(at), fees=fees[0] if fees else None))
    return oracle.positions["default", symbol, "EXTERNAL", "net"]


def test_the_oracle_gives_the_figures_of_the_contract_for_a_remainder():
    p = booked(spot(), ("buy", "1", "100.00"), ("buy", "2", "100.01"), ("sell", "1", "100.01"))
    assert (p.realized, p.qty, p.cost) == (F("0.00333333"), 2, F("200.01333333"))


def test_the_oracle_gives_the_figures_of_the_contract_for_a_cover():
    p = booked(spot(), ("sell", "10", "100"), ("buy", "5", "100"))
    assert (p.realized, p.qty, p.cost) == (0, -5, -500)


def test_the_oracle_gives_the_figures_of_the_contract_for_a_flip():
    p = booked(spot(), ("buy", "2", "100"), ("sell", "5", "110"))
    assert (p.realized, p.qty, p.cost) == (20, -3, -330)


def test_the_oracle_gives_the_figures_of_the_contract_for_a_fee_in_the_base_coin():
    oracle = spot()
    p = booked(oracle, ("buy", "0.01", "50000", {"BTC": "0.00001"}))
    assert (p.qty, p.cost, p.fees) == (F("0.00999"), F("499.5"), {"USD": F("0.5")})
    assert oracle.total("default", "BTC") == F("0.00999")
    assert oracle.total("default", "USD") == -500
    oracle = spot()
    p = booked(oracle, ("sell", "0.01", "60000", {"BTC": "0.00001"}))
    assert (p.qty, p.fees) == (F("-0.01001"), {"USD": F("0.6")})
    assert oracle.total("default", "BTC") == F("-0.01001")
    assert oracle.total("default", "USD") == 600


def test_the_oracle_gives_the_figures_of_the_contract_for_an_inverse():
    oracle = Oracle()
    oracle.do(dict(do="add_instrument", symbol="X", kind="inverse_perpetual", base="BTC",
                   quote="USD", settle="BTC", price_precision=1, qty_precision=0))
    p = booked(oracle, ("sell", "100000", "10000"), ("buy", "100000", "11000"))
    assert (p.qty, p.realized) == (0, F("-0.90909091"))
