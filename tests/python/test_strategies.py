"""Strategies on a book's bars, written in Python."""

import logging
import threading
import time
from decimal import Decimal

import pytest

import truebook
from truebook import Signal, StrategyRunner

MINUTE = 60_000_000_000
PAIR = {"synchronizer": [{"name": "pair", "expected_sources": ["A_1m", "B_1m"],
                          "waits_for_holes": False}]}  # fmt: skip
CONFIG = """
[cash]
USD = "100000"

[[instrument]]
symbol = "A"
base = "A"
quote = "USD"
price_precision = 2
qty_precision = 8

[[instrument]]
symbol = "B"
base = "B"
quote = "USD"
price_precision = 2
qty_precision = 8
"""


@pytest.fixture
def config(tmp_path):
    path = tmp_path / "bot.toml"
    path.write_text(CONFIG)
    return path


@pytest.fixture
def book(config):
    with truebook.open(config=config, clock="event") as book:
        yield book


def bar(book, symbol, minute, close):
    ts = minute * MINUTE
    prices = dict.fromkeys(("open", "high", "low", "close"), close)
    book.price(symbol, close, ts_event=ts)
    book.bar(symbol, "1m", **prices, volume=1, ts_open=ts - MINUTE, ts_event=ts)


def turn(book, runner, minute, prices=(100, 50)):
    bar(book, "A", minute, prices[0])
    bar(book, "B", minute, prices[1])
    return runner.poll(1.0)


def always(*signals):
    return lambda _set, _features: signals


@pytest.mark.parametrize("budget", [None, 5.0])
def test_a_class_or_a_function_gives_signals_that_become_orders(book, budget):
    class Own:
        def on_bars(self, bars, features):
            assert bars.ts == MINUTE and features == {}
            assert (bars.bars["A_1m"].close, bars.sources_missing) == (Decimal(100), [])
            yield Signal("A", "long", notional=1_000)
            yield {"symbol": "B", "action": "buy", "qty": "0.5"}

    runner = StrategyRunner(book, PAIR, budget=budget)
    runner.add("own", Own())
    runner.add("other", always(Signal("A", "buy")), order_notional=50)
    orders = turn(book, runner, 1)
    shown = [(order.strategy, order.symbol, order.side, order.qty) for order in orders]
    assert shown == [
        ("own", "A", "buy", Decimal(10)),
        ("own", "B", "buy", Decimal("0.5")),
        ("other", "A", "buy", Decimal("0.5")),
    ]
    assert all(order.refused is None and order.sequence for order in orders)
    assert orders[0].client_order_id == f"own-{MINUTE}-1"
    assert runner.strategies["own"]["sent"] == 2
    assert runner.synchronizers[0]["complete"] == 1 and runner.unexpected == 0
    runner.stop()


def test_what_a_limit_refuses_is_an_answer(book):
    runner = StrategyRunner(book, PAIR, budget=None)
    runner.add("own", always(Signal("A", "buy", qty=10_000_000)))
    (order,) = turn(book, runner, 1)
    assert (order.sequence, order.refused) == (None, "InsufficientBalance")
    assert order.detail


def test_one_that_raises_or_is_slow_or_gives_nonsense_is_stopped_and_the_others_go_on(
    book, caplog
):
    def wrong(_set, _features):
        raise KeyError("no such feature")

    def slow(_set, _features):
        time.sleep(3)

    alerts = book.subscribe(["alerted"])
    runner = StrategyRunner(book, PAIR, budget=0.5)
    runner.add("wrong", wrong)
    runner.add("slow", slow)
    runner.add("unknown", always(Signal("C", "buy", qty=1)))
    runner.add("action", always(Signal("A", "hold", qty=1)))
    runner.add("score", always(Signal("A", "buy", qty=1, score=float("nan"))))
    runner.add("text", lambda _set, _features: "buy A")
    runner.add("good", always(Signal("A", "buy", qty=1)))
    with caplog.at_level(logging.CRITICAL, logger="truebook"):
        for minute in range(1, 4):
            assert [order.strategy for order in turn(book, runner, minute)] == ["good"]
    stopped = {name: one["stopped"] for name, one in runner.strategies.items()}
    assert stopped.pop("good") is None
    assert stopped["wrong"] == "it raised KeyError: 'no such feature'"
    assert stopped["slow"] == "it took longer than 0.5 s over a set"
    assert "symbol: found 'C'" in stopped["unknown"]
    assert "action: found 'hold'" in stopped["action"]
    assert "score" in stopped["score"] and "signals: found str" in stopped["text"]
    told = [event["text"].split(":")[0] for event in alerts.poll_many()]
    assert told == ["wrong", "slow", "unknown", "action", "score", "text"]
    runner.stop()


def test_whatever_a_strategy_raises_the_others_go_on(book):
    class Mute(Exception):
        def __str__(self):
            raise RuntimeError("no text")

    class Score:
        def __float__(self):
            raise ValueError("no number")

    def raises(error):
        def decide(_set, _features):
            raise error

        return decide

    alerts = book.subscribe(["alerted"])
    runner = StrategyRunner(book, PAIR, budget=None)
    runner.add("mute", raises(Mute()))
    runner.add("long", raises(ValueError("x" * 1_000_000)))
    runner.add("half", raises(ValueError("\ud800")))
    runner.add("score", always(Signal("A", "buy", qty=1, score=Score())))
    runner.add("good", always(Signal("A", "buy", qty=1)))
    for minute in (1, 2):
        assert [order.strategy for order in turn(book, runner, minute)] == ["good"]
    told = [event["text"].split(":")[0] for event in alerts.poll_many()]
    assert told == ["mute", "long", "half", "score"]


def test_one_that_keeps_the_interpreter_is_stopped_and_not_those_that_wait_for_it(book):
    runner = StrategyRunner(book, PAIR, budget=0.1)
    # One call that lets no other thread run.
    runner.add("greedy", lambda _set, _features: sum(range(30_000_000)) and None)
    runner.add("good", always(Signal("A", "buy", qty=1)))
    assert [order.strategy for order in turn(book, runner, 1)] == ["good"]
    assert "longer than" in runner.strategies["greedy"]["stopped"]
    runner.stop()


def test_features_come_by_name_and_are_none_until_they_are_warm(book):
    heard = []
    composition = PAIR | {
        "feature": [
            {"name": "mean", "kind": "sma", "source": "A_1m", "span": 2},
            {"name": "ratio", "kind": "correlation", "sources": ["A_1m", "B_1m"], "span": 3},
        ]
    }
    runner = StrategyRunner(book, composition, budget=None)
    runner.add("own", lambda _set, features: heard.append(features))
    for minute, prices in enumerate([(100, 50), (102, 51), (104, 52)], start=1):
        turn(book, runner, minute, prices)
    assert [one["mean"] for one in heard] == [None, 101.0, 103.0]
    assert [one["ratio"] for one in heard[:2]] == [None, None]
    assert heard[2]["ratio"] == pytest.approx(1.0)


def test_a_configuration_composes_and_its_own_strategies_run(config):
    config.write_text(
        CONFIG
        + """
[[synchronizer]]
name = "minutes"
expected_sources = ["A_1m"]

[[strategy]]
name = "momentum"
kind = "momentum"
symbols = ["A"]
synchronizer = "minutes"
fast = 1
slow = 2
"""
    )
    with truebook.open(config=config, clock="event") as book:
        runner = StrategyRunner(book)
        orders = []
        for minute, close in enumerate([100, 90, 95, 101], start=1):
            bar(book, "A", minute, close)
            orders += runner.poll(1.0)
        assert [(order.strategy, order.side) for order in orders] == [("momentum", "buy")]


def test_an_external_strategy_of_the_configuration_takes_part_as_it_says(config):
    config.write_text(
        CONFIG
        + """
[[synchronizer]]
name = "minutes"
expected_sources = ["A_1m"]

[[strategy]]
name = "own"
kind = "external"
synchronizer = "minutes"
order_usd = "500"
"""
    )
    with truebook.open(config=config, clock="event") as book:
        runner = StrategyRunner(book, budget=None)
        runner.add("own", always(Signal("A", "buy")))
        with pytest.raises(truebook.InvalidValue, match="a second time"):
            runner.add("own", always())
        bar(book, "A", 1, 100)
        assert [order.qty for order in runner.poll(1.0)] == [5]


def test_bars_of_the_past_fill_features_and_no_order_comes_of_them(config, tmp_path):
    composition = PAIR | {
        "feature": {"name": "mean", "kind": "sma", "source": "A_1m", "span": 3},
    }
    with truebook.open(tmp_path / "book.db", config=config, clock="event") as book:
        runner = StrategyRunner(book, composition, budget=None)
        runner.add("own", always(Signal("A", "buy", qty=1)))
        for minute in range(1, 4):
            turn(book, runner, minute)
    with truebook.open(tmp_path / "book.db", clock="event") as book:
        before = len(book.orders())
        heard = []
        runner = StrategyRunner(book, composition, since=0, budget=None)
        runner.add("own", lambda _set, found: [heard.append(found), Signal("A", "buy", qty=1)][1:])
        assert [runner.poll(0.5) for _ in range(4)] == [[], [], [], []]
        assert [one["mean"] for one in heard] == [None, None, 100.0]
        assert len(book.orders()) == before
        assert len(turn(book, runner, 4)) == 1


def test_a_clock_ends_a_timeout(book):
    late = {"name": "pair", "expected_sources": ["A_1m", "B_1m"], "require_all": False}
    seen = []
    runner = StrategyRunner(book, {"synchronizer": [late]}, budget=None)
    runner.add("own", lambda bars, _features: seen.append(bars.sources_missing))
    bar(book, "A", 1, 100)
    runner.poll()
    runner.advance(MINUTE + 99_999_999)
    runner.poll()
    assert not seen
    runner.advance(MINUTE + 100_000_000)
    runner.poll()
    assert seen == [["B_1m"]]
    with pytest.raises(truebook.InvalidValue, match="now"):
        runner.advance("noon")


def test_trades_become_bars_that_strategies_see(config):
    config.write_text(
        CONFIG
        + """
[[bars]]
source = "A_1m"
from = "trades"

[[synchronizer]]
name = "minutes"
expected_sources = ["A_1m"]
"""
    )
    with truebook.open(config=config, clock="event") as book:
        seen = []
        runner = StrategyRunner(book, budget=None)
        runner.add("own", lambda bars, _features: seen.append(bars.bars["A_1m"]))
        for second in range(60, 181):
            book.trade_print("A", 100 + second % 3, "0.5", ts_event=second * 1_000_000_000)
        while runner.synchronizers[0]["complete"] < 2:
            assert runner.poll(1.0) == []
        assert [(one.ts_close // MINUTE, one.volume) for one in seen] == [(2, 30), (3, 30)]


def test_it_runs_on_a_thread_while_other_threads_record(book):
    handled = threading.Event()
    with StrategyRunner(book, PAIR).start() as runner:
        runner.add("own", lambda _set, _features: handled.set())
        threads = [
            threading.Thread(target=bar, args=(book, symbol, 1, 100)) for symbol in ("A", "B")
        ]
        for thread in threads:
            thread.start()
        assert handled.wait(10)
        for thread in threads:
            thread.join()
    assert runner.synchronizers[0]["complete"] == 1


def test_it_ends_with_its_book(config):
    book = truebook.open(config=config, clock="event")
    runner = StrategyRunner(book, PAIR).start()
    book.close()
    runner._thread.join(10)
    assert not runner._thread.is_alive()
    runner.stop()


def test_signals_that_find_their_book_closed_say_so(config):
    book = truebook.open(config=config, clock="event")
    runner = StrategyRunner(book, PAIR, budget=None)
    runner.add("own", lambda _set, _features: book.close() or Signal("A", "buy", qty=1))
    with pytest.raises(truebook.ClosedError):
        turn(book, runner, 1)
    assert runner.strategies["own"]["given"] == 1


def test_bars_that_come_too_fast_for_a_book_without_a_file_are_counted_as_lost(book):
    runner = StrategyRunner(book, PAIR, budget=None)
    for minute in range(1, 5_000):
        bar(book, "A", minute, 100)
    while runner.poll(0.1):
        pass
    assert runner.lost > 0


@pytest.mark.parametrize(
    ("composition", "what"),
    [
        ({"synchronizer": [{"name": "x", "expected_sources": ["C_1m"]}]}, "C_1m"),
        ({"synchronizer": [{"name": "x", "expected_sources": "A_1m"}]}, "expected_sources"),
        ({"synchronizer": [{"name": "x", "expected": ["A_1m"]}]}, "expected_sources, timeout_ms"),
        ({"synchronizer": ["A_1m"]}, "a mapping, or a list of them"),
        ({"synchronizer": [{"name": "x", "expected_sources": [object()]}]}, "object"),
        ({"synchroniser": []} | {"x": {"y": 1}}, "synchronizer"),
        (PAIR | {"feature": {"name": "f", "kind": "sna", "source": "A_1m"}}, "'sma'"),
        (PAIR | {"feature": {"name": "f", "kind": "sma", "source": "A_5m", "span": 3}}, "pair: "),
        (PAIR | {"selection": {"rule": "loudest"}}, "'priority'"),
        ("[[synchronizer", "composition:1"),
        (5, "TOML text"),
    ],
)
def test_a_wrong_composition_says_what_is_allowed(book, composition, what):
    with pytest.raises(truebook.InvalidValue) as caught:
        StrategyRunner(book, composition)
    assert what in str(caught.value)


def test_a_symbol_of_any_characters_is_found_in_a_composition(config):
    symbol = "\U0001f680"
    config.write_text(CONFIG.replace('"A"', f'"{symbol}"'))
    with truebook.open(config=config, clock="event") as book:
        runner = StrategyRunner(
            book, {"synchronizer": [{"name": "x", "expected_sources": [f"{symbol}_1m"]}]}
        )
        assert [one["name"] for one in runner.synchronizers] == ["x"]


def test_a_wrong_strategy_says_what_is_allowed(book):
    runner = StrategyRunner(book, PAIR)
    runner.add("own", always())
    for name, strategy, more, what in [
        ("own", always(), {}, "a second time"),
        ("", always(), {}, "name"),
        ("n" * 65, always(), {}, "at most 64 bytes"),
        ("other", 5, {}, "on_bars"),
        ("other", always(), {"synchronizer": "pears"}, "pair"),
        ("other", always(), {"priority": "high"}, "priority"),
        ("other", always(), {"valid_ms": -1}, "valid_ms"),
        ("other", always(), {"order_notional": "much"}, "order_notional"),
    ]:
        with pytest.raises(truebook.InvalidValue) as caught:
            runner.add(name, strategy, **more)
        assert what in str(caught.value), name
    for budget in (0, -1, "long"):
        with pytest.raises(truebook.InvalidValue, match="budget"):
            StrategyRunner(book, PAIR, budget=budget)
