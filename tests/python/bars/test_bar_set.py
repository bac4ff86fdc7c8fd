"""Sets of bars: what is in them, against a computation by pandas, however bars arrive."""

import functools
import threading
from decimal import Decimal

import numpy
import pandas
import pytest
from bar_market import MINUTE, START, gappy, walk

import truebook


def source_of(symbol):
    return f"{symbol}_1m"


def by_source(market):
    return {source_of(symbol): frame for symbol, frame in market.items()}


def synchronized(market, **options):
    """The sets of all bars of a market, in the order of their closes, and their synchronizer."""
    tables = by_source(market)
    sync = truebook.BarSynchronizer(list(tables), **options)
    counts = sync.push_all(tables)
    assert counts == {"taken": sum(len(frame) for frame in market.values())}
    sync.finish()
    return list(sync), sync


def closes(frame):
    return pandas.Index(frame["ts_open"] + MINUTE)


def of_first_day(market):
    """The minutes of 2013-10-07, UTC."""
    begin = 1_381_104_000_000_000_000
    return {
        symbol: frame[frame["ts_open"].between(begin, begin + 1_439 * MINUTE)]
        for symbol, frame in market.items()
    }


def regular(market):
    """The minutes of New York's regular hours in summer."""
    of_day = {symbol: frame["ts_open"] // MINUTE % 1_440 for symbol, frame in market.items()}
    return {
        symbol: frame[of_day[symbol].between(13 * 60 + 30, 20 * 60 - 1)]
        for symbol, frame in market.items()
    }


def test_complete_and_incomplete_sets_are_as_pandas_counts_them(market):
    all_closes = [closes(frame) for frame in market.values()]
    shared = functools.reduce(pandas.Index.intersection, all_closes)
    seen = functools.reduce(pandas.Index.union, all_closes)
    assert 0 < len(shared) < len(seen)

    sets, sync = synchronized(market)
    assert [each.ts for each in sets] == sorted(seen)
    assert [each.ts for each in sets if each.kind == "set"] == sorted(shared)
    assert {each.kind for each in sets} == {"set", "skipped"}
    counts = {"complete": len(shared), "skipped": len(seen) - len(shared)}
    assert sync.set_counts == {"incomplete": 0, "failed": 0, "evicted": 0} | counts
    assert sync.open_sets == 0

    sets, sync = synchronized(market, require_all=False)
    assert {each.kind for each in sets} == {"set"}
    assert sync.set_counts["complete"] == len(shared)
    assert sync.set_counts["incomplete"] == len(seen) - len(shared)
    for each in sets:
        present = [symbol for symbol in market if each.ts in closes(market[symbol])]
        missing = [symbol for symbol in market if symbol not in present]
        assert each.sources_present == [source_of(symbol) for symbol in present]
        assert each.sources_missing == [source_of(symbol) for symbol in missing]
        assert list(each.bars) == each.sources_present


def test_a_day_of_four_stocks_is_as_its_description_says(equity):
    day = of_first_day(equity)
    sets, sync = synchronized(day)
    assert (len(sets), sync.set_counts["complete"]) == (860, 402)
    sets, sync = synchronized(regular(day))
    assert (len(sets), sync.set_counts["complete"], sync.set_counts["skipped"]) == (390, 389, 1)
    skipped = [each for each in sets if each.kind == "skipped"]
    assert [each.sources_missing for each in skipped] == [["AIG_1m"]]
    assert skipped[0].state("AIG_1m") == "missing" and skipped[0].state("SPY_1m") == "present"


def test_the_numbers_of_a_bar_are_those_that_came(market):
    sets, _ = synchronized(market)
    frames = {
        source: frame.set_index(closes(frame)) for source, frame in by_source(market).items()
    }
    for each in sets[:: len(sets) // 50]:
        for source, bar in each.bars.items():
            row = frames[source].loc[each.ts]
            assert (bar.source, bar.ts_close, bar.state, bar.age_ns) == (
                source, each.ts, "present", 0,
            )
            for name in ("open", "high", "low", "close", "volume"):
                assert getattr(bar, name) == Decimal(repr(float(row[name])))


def delayed(market, timeout_ns, seed):
    """Each bar with the time of its arrival, some twice, in the order of arrival. The first minute
    is in time: before it there is nothing that a set could wait for."""
    random = numpy.random.default_rng(seed)
    begin = min(frame["ts_open"].min() for frame in market.values())
    rows = []
    for symbol, frame in market.items():
        for row in frame.itertuples():
            close = row.ts_open + MINUTE
            late = 0 if row.ts_open == begin else int(random.integers(0, timeout_ns))
            for again in range(1 + int(random.random() < 0.2)):
                rows.append((close + late + again, symbol, close, row))
    random.shuffle(rows)
    rows.sort(key=lambda row: row[0])
    return rows


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("require_all", [True, False])
def test_shuffled_delayed_and_repeated_bars_give_the_same_sets(seed, require_all):
    market = gappy(["A", "B", "C"], 300, seed)
    timeout_ms = 150_000
    options = {"require_all": require_all, "timeout_ms": timeout_ms}
    in_order, _ = synchronized(market, **options)
    sync = truebook.BarSynchronizer([source_of(symbol) for symbol in market], **options)
    sets, outcomes = [], set()
    for arrival, symbol, close, row in delayed(market, timeout_ms * 1_000_000, seed):
        numbers = {name: getattr(row, name) for name in ("open", "high", "low", "close", "volume")}
        outcomes.add(
            sync.push(source_of(symbol), ts_close=close, arrival=arrival, **numbers)
        )
        sets.extend(sync)
    sync.finish()
    sets.extend(sync)
    assert sets == in_order
    assert {"taken", "out_of_order", "duplicate"} <= outcomes
    assert outcomes <= {"taken", "out_of_order", "duplicate", "late"}
    assert sum(sync.bar_counts.values()) > sum(len(frame) for frame in market.values())


@pytest.mark.parametrize("require_all", [True, False])
def test_live_and_replay_give_identical_sets(market, require_all):
    gaps = {source_of(next(iter(market))): ("last_known", 5 * MINUTE)}
    options = {"require_all": require_all, "gaps": gaps}
    replayed, _ = synchronized(market, mode="replay", **options)
    sync = truebook.BarSynchronizer([source_of(symbol) for symbol in market], **options)
    rows = [
        (row.ts_open + MINUTE, number, symbol, row)
        for number, (symbol, frame) in enumerate(market.items())
        for row in frame.itertuples()
    ]
    lived = []
    for close, _, symbol, row in sorted(rows, key=lambda row: row[:2]):
        sync.advance(close)
        numbers = {name: getattr(row, name) for name in ("open", "high", "low", "close", "volume")}
        assert sync.push(source_of(symbol), ts_close=close, **numbers) == "taken"
        while (found := sync.poll()) is not None:
            lived.append(found)
    sync.finish()
    lived.extend(sync)
    assert lived == replayed
    assert {state for each in lived for state in each_state(each)} >= {"present", "stale"}


def each_state(found):
    return [bar.state for bar in found.bars.values()]


def test_a_larger_bar_is_seen_from_its_close_and_not_before(market):
    symbol, frame = next(iter(market.items()))
    large = truebook.bars(frame.rename(columns={"ts_open": "ts"}), "5m", kind="bars", of="1m",
                          stamp="open")
    fast, slow = source_of(symbol), f"{symbol}_5m"
    sync = truebook.BarSynchronizer([fast, slow], require_all=False)
    sync.push_all({fast: frame, slow: large})
    sync.finish()
    sets = list(sync)
    known = pandas.DataFrame({"ts": large["ts_close"], "found": large["ts_close"]})
    ticks = pandas.DataFrame({"ts": [each.ts for each in sets]})
    wanted = pandas.merge_asof(ticks, known, on="ts")
    # The newest bar of five minutes, while no other should have come since.
    is_new = wanted["ts"] - wanted["found"] < 5 * MINUTE
    seen = [slow in each.sources_present for each in sets]
    assert seen == list(is_new)
    for each, close in zip(sets, wanted["found"], strict=True):
        assert all(bar.ts_close <= each.ts for bar in each.bars.values())
        if slow in each.bars:
            assert each.bars[slow].ts_close == close


def test_each_gap_has_what_its_policy_says():
    first, second = walk(6, 1), walk(6, 2).drop(index=[2, 3])
    tables = {"A_1m": first, "B_1m": second}

    def sets(gap, **options):
        sync = truebook.BarSynchronizer(["A_1m", "B_1m"], gaps={"B_1m": gap}, **options)
        sync.push_all(tables)
        sync.finish()
        return list(sync)

    assert [each.kind for each in sets("skip")].count("skipped") == 2
    failed = sets("fail")[2]
    assert (failed.kind, failed.failed_source) == ("failed", "B_1m")
    stale = sets(("last_known", MINUTE))
    assert [each.kind for each in stale] == ["set"] * 3 + ["skipped"] + ["set"] * 2
    assert (stale[2].bars["B_1m"].state, stale[2].bars["B_1m"].age_ns) == ("stale", MINUTE)
    assert stale[2].sources_missing == ["B_1m"]
    between = sets("interpolate", mode="replay")[2].bars["B_1m"]
    ends = [Decimal(repr(float(second["close"].loc[row]))) for row in (1, 4)]
    assert abs(between.close - (ends[0] * 2 + ends[1]) / 3) <= Decimal("5e-9")
    assert (between.volume, between.state) == (0, "interpolated")
    with pytest.raises(truebook.InvalidValue, match="gaps.*live"):
        truebook.BarSynchronizer(["A_1m"], gaps={"A_1m": "interpolate"})


def test_each_outcome_has_its_name_and_its_count():
    sync = truebook.BarSynchronizer(["A_1m", "B_1m"], require_all=False, open_sets_max=2)
    bar = {"open": 1, "high": 2, "low": 1, "close": 2, "volume": 1}

    def push(source="A_1m", minute=1, **other):
        close = START + minute * MINUTE
        return sync.push(source, **{"ts_close": close, "arrival": other.pop("arrival", close)},
                         **(bar | other))

    assert push() == "taken" and push() == "duplicate" and push(close=1) == "corrected"
    assert push("C_1m") == "unexpected" and push("nonsense") == "unexpected"
    assert push(high=0) == "invalid"
    assert push(minute=3, arrival=START) == "future"
    assert sync.push("A_1m", ts_close=START + MINUTE + 1, **bar) == "off_grid"
    assert push(minute=3) == "taken" and push(minute=2, arrival=START) == "out_of_order"
    assert push(minute=1, arrival=START, volume=7) == "late"
    assert push("B_1m", minute=5, arrival=START) == "future"
    counts = sync.bar_counts
    assert counts["taken"] == 2 and counts["unexpected"] == 2 and counts["future"] == 2
    assert {name for name, count in counts.items() if count == 0} == {"crowded"}
    narrow = truebook.BarSynchronizer(["A_1m", "B_1m"], 10**6, open_sets_max=1)
    for minute, wanted in ((2, "taken"), (1, "crowded")):
        close = START + minute * MINUTE
        assert narrow.push("A_1m", ts_close=close, arrival=START + 9 * MINUTE, **bar) == wanted
    assert narrow.bar_counts["crowded"] == 1
    assert sorted(counts) == sorted(
        ["taken", "out_of_order", "duplicate", "corrected", "late", "future", "unexpected",
         "off_grid", "invalid", "crowded"]
    )
    assert repr(sync) == "BarSynchronizer(A_1m, B_1m; 2 open sets)"
    assert sync.expected_sources == ("A_1m", "B_1m")


def test_time_that_is_told_ends_a_timeout():
    sync = truebook.BarSynchronizer({"B_1m", "A_1m"}, 250, False)
    assert sync.expected_sources == ("A_1m", "B_1m")
    sync.push("A_1m", ts_close=MINUTE, open=1, high=1, low=1, close=1, volume=0)
    sync.advance(MINUTE + 249_999_999)
    assert sync.poll() is None and sync.open_sets == 1
    sync.advance(MINUTE + 250_000_000)
    found = sync.poll()
    assert found is not None and found.sources_present == ["A_1m"] and found.kind == "set"
    assert repr(found) == f"BarSet(ts={MINUTE}, kind='set', present=1, missing=1)"
    assert list(sync) == []


def test_what_cannot_be_taken_names_its_parameter_and_takes_no_bar():
    sources = ["A_1m"]
    for named, wanted in [
        ({"expected_sources": []}, "expected_sources"),
        ({"expected_sources": ["A"]}, "expected_sources"),
        ({"expected_sources": ["A_1m", "A_60s"]}, "expected_sources"),
        ({"timeout_ms": -1}, "timeout_ms"),
        ({"future_ms": 2**32}, "future_ms"),
        ({"open_sets_max": 0}, "open_sets_max"),
        ({"mode": "past"}, "mode.*'live' or 'replay'"),
        ({"gaps": {"B_1m": "skip"}}, "gaps.*'B_1m'.*A_1m"),
        ({"gaps": {"A_1m": "guess"}}, "gaps.*guess.*last_known"),
        ({"gaps": {"A_1m": ("last_known", -1)}}, "gaps"),
        ({"gaps": [1]}, "gaps"),
        ({"closes_at": {"A_1m": 0.5}}, "closes_at"),
        ({"price_scale": 19}, "price_scale"),
    ]:
        with pytest.raises(truebook.InvalidValue, match=wanted):
            truebook.BarSynchronizer(**({"expected_sources": sources} | named))
    sync = truebook.BarSynchronizer(sources, price_scale=2)
    good = walk(5, 3)
    for column, value, wanted in [
        ("close", float("nan"), "close.*row 3"),
        ("close", 100.001, "close.*row 3.*2 digits.*price_scale"),
        ("close", 1e18, "close.*64 bits"),
        ("volume", float("inf"), "volume.*row 3"),
    ]:
        bad = good.copy()
        bad.loc[3, column] = value
        with pytest.raises(truebook.InvalidValue, match=wanted):
            sync.push_many("A_1m", bad)
    with pytest.raises(truebook.InvalidValue, match="'high'"):
        sync.push_many("A_1m", good.drop(columns="high"))
    with pytest.raises(truebook.InvalidValue, match="close: found 2 rows, allowed: 5"):
        sync.push_many("A_1m", {name: list(good[name]) for name in good} | {"close": [1, 2]})
    with pytest.raises(truebook.InvalidType, match="data: found int"):
        sync.push_many("A_1m", 5)
    with pytest.raises(truebook.InvalidType, match="tables"):
        sync.push_all([good])
    with pytest.raises(truebook.InvalidValue, match=r"row 1 of tables\['A_1m'\]"):
        sync.push_all({"A_1m": good.assign(low=[1, float("nan"), 1, 1, 1])})
    assert sum(sync.bar_counts.values()) == 0
    assert sync.push_many("A_1m", good) == {"taken": 5}


def test_a_market_that_closes_off_midnight_says_when():
    closes_at = {"SPY_1d": 20 * 60 * MINUTE}
    sync = truebook.BarSynchronizer(["SPY_1d"], closes_at=closes_at)
    bar = {"open": 1, "high": 1, "low": 1, "close": 1, "volume": 0}
    day = 1_440 * MINUTE
    assert sync.push("SPY_1d", ts_close=day, **bar) == "off_grid"
    assert sync.push("SPY_1d", ts_close=2 * day + 20 * 60 * MINUTE, **bar) == "taken"


def test_any_thread_may_push_and_poll():
    count, threads = 500, 8
    names = [f"S{number}_1m" for number in range(threads)]
    sync = truebook.BarSynchronizer(names, 10**9, open_sets_max=4_096, waits_for_holes=False)
    sets = []

    def push(name):
        for number in range(1, count + 1):
            outcome = sync.push(name, ts_close=number * MINUTE, arrival=count * MINUTE, open=1,
                                high=1, low=1, close=1, volume=0)
            assert outcome in ("taken", "out_of_order")

    def poll():
        while len(sets) < count:
            sets.extend(sync)

    workers = [threading.Thread(target=push, args=(name,)) for name in names]
    workers.append(threading.Thread(target=poll))
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    assert [each.ts for each in sets] == [number * MINUTE for number in range(1, count + 1)]
    assert {each.kind for each in sets} == {"set"}
