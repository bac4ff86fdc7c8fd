"""Bars that a book recorded, read back and used as they are."""

import pytest
from bar_market import MINUTE, walk

import truebook


@pytest.fixture
def book(tmp_path):
    with truebook.open(tmp_path / "a.db", clock="event") as book:
        for base in ("A", "B"):
            book.add_instrument(
                f"{base}-USD", base=base, quote="USD", price_precision=2, qty_precision=8
            )
        yield book


def test_recorded_bars_go_straight_into_features_and_sets(book):
    frames = {"A-USD": walk(60, 1), "B-USD": walk(60, 2).drop(index=[5])}
    for symbol, frame in frames.items():
        assert book.record_bars(symbol, "1m", frame) == len(frame)
    large = truebook.bars(frames["A-USD"], "5m", kind="bars", of="1m")
    assert book.record_bars("A-USD", "5m", large) == len(large)
    history = book.history("bars")
    assert len(history) == 60 + 59 + len(large)

    wanted = truebook.features(frames["A-USD"].assign(ts=frames["A-USD"]["ts_open"]), sma=5)
    found = truebook.features(history, sma=5, symbol="A-USD", timeframe="60s")
    assert found["sma_5"] == wanted["sma_5"]
    assert found["ts"] == [ts + MINUTE for ts in wanted["ts"]]
    with pytest.raises(truebook.InvalidValue, match="symbol: found 'A-USD' and 'B-USD'"):
        truebook.features(history, sma=5)
    with pytest.raises(truebook.InvalidValue, match="timeframe: found '1m' and '5m'"):
        truebook.features(history, sma=5, symbol="A-USD")

    again = []
    for tables in (
        {"A-USD_1m": frames["A-USD"], "B-USD_1m": frames["B-USD"], "A-USD_5m": large},
        {"A-USD_1m": history, "B-USD_1m": history, "A-USD_5m": history},
    ):
        sync = truebook.BarSynchronizer(list(tables), require_all=False)
        assert sync.push_all(tables) == {"taken": len(history)}
        sync.finish()
        again.append(list(sync))
    # The last five minutes end after the last minute.
    assert again[0] == again[1] and len(again[0]) == 61
    sync = truebook.BarSynchronizer(["B-USD_1m"])
    assert sync.push_many("B-USD_1m", history) == {"taken": 59}
    again = truebook.bars(history, "5m", kind="bars", of="1m", symbol="A-USD")
    assert again["open"] == large["open"]


def test_recording_again_replaces_and_changes_nothing_else(book):
    frame = walk(10, 3)
    book.record_bars("A-USD", "1m", frame)
    before = book.history("bars").to_pydict()
    book.record_bars("A-USD", "1m", frame.assign(ts_close=frame["ts_open"] + MINUTE))
    after = book.history("bars").to_pydict()
    assert before.pop("sequence") != after.pop("sequence") and before == after


def test_a_bar_that_cannot_be_recorded_is_named_with_its_row(book):
    frame = walk(5, 4)
    with pytest.raises(truebook.InvalidValue, match="close: found NaN in row 2 of data"):
        book.record_bars("A-USD", "1m", frame.assign(close=[1, 1, float("nan"), 1, 1]))
    assert len(book.history("bars")) == 0
    with pytest.raises(truebook.InvalidValue, match="row 2: .*low is its lowest"):
        book.record_bars("A-USD", "1m", frame.assign(high=[200, 200, 1, 200, 200]))
    assert len(book.history("bars")) == 2
    with pytest.raises(truebook.UnknownInstrument):
        book.record_bars("C-USD", "1m", frame)
    with pytest.raises(truebook.InvalidValue, match="ts_close"):
        book.record_bars("A-USD", "monthly", frame)
    closed = frame.assign(ts_close=frame["ts_open"] + MINUTE)
    assert book.record_bars("A-USD", "monthly", closed) == 5
