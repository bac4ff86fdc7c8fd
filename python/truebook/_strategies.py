"""Strategies on a book's bars: sets and features in, orders through the book's limits out."""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from truebook._composition import to_toml
from truebook._errors import ClosedError, Error, InvalidType, InvalidValue
from truebook._truebook import StrategyDesk

if TYPE_CHECKING:
    from collections.abc import Callable
    from decimal import Decimal
    from typing import Self

    from truebook._truebook import BarSet, Book

    _Number = str | int | float | Decimal

_log = logging.getLogger("truebook")
# How long a thread that runs waits at once before it looks whether it is to stop, in seconds.
_PATIENCE = 0.2
# How much of what a strategy raised is recorded, in characters.
_REASON_MAX = 1_000


@dataclass(frozen=True, slots=True)
class Signal:
    """What a strategy wants done with `symbol`.

    `action` is "buy" or "sell", whatever it holds; "long" or "short" where it holds nothing and
    waits for nothing; "exit", which closes what it holds. `qty` or `notional`, an amount of the
    settlement currency at the newest close, say how much; without, the strategy's
    `order_notional`. `score` is how sure it is, where the selection goes by it. After `valid_ms`
    milliseconds from the set's time it is no order any more.
    """

    symbol: str
    action: str
    score: float = 0.0
    valid_ms: int | None = None
    qty: _Number | None = None
    notional: _Number | None = None


class RoutedOrder(NamedTuple):
    """An order that a signal became: sent, with its `sequence`, or refused by a limit."""

    strategy: str
    symbol: str
    side: str
    qty: Decimal
    client_order_id: str
    sequence: int | None
    refused: str | None
    detail: str | None


Signal.__module__ = RoutedOrder.__module__ = "truebook"


class _Strategy:
    """A strategy, on a thread of its own where it may take only so long."""

    def __init__(self, name: str, decide: Callable[[BarSet, dict[str, Any]], object]) -> None:
        self.name = name
        self._decide = decide
        self._asked: queue.SimpleQueue[tuple[BarSet, dict[str, Any]] | None] | None = None
        self._answers: queue.SimpleQueue[tuple[float, list[Signal] | BaseException]]
        self._answers = queue.SimpleQueue()
        self._began: float | None = None

    def ask(self, shown: BarSet, features: dict[str, Any]) -> None:
        if self._asked is None:
            self._asked = queue.SimpleQueue()
            name = f"truebook-{self.name}"
            threading.Thread(target=self._work, name=name, daemon=True).start()
        self._began = None
        self._asked.put((shown, features))

    def answer(self, budget: float) -> list[Signal] | BaseException | None:
        """What it gave or raised; None where it took more than `budget` seconds.

        Its time runs from when it began: another strategy may have kept its thread from that.
        """
        while True:
            began = self._began
            left = budget if began is None else began + budget - time.monotonic()
            try:
                taken, answer = self._answers.get(timeout=max(left, 0.0))
            except queue.Empty:
                if began is None:
                    continue
                return None
            return answer if taken <= budget else None

    def end(self) -> None:
        if self._asked is not None:
            self._asked.put(None)

    def call(self, shown: BarSet, features: dict[str, Any]) -> list[Signal] | BaseException:
        try:
            return list(_signals(self._decide(shown, features)))
        except Exception as error:
            return error

    def _work(self) -> None:
        asked = self._asked
        while asked is not None and (given := asked.get()) is not None:
            began = self._began = time.monotonic()
            answer = self.call(*given)
            self._answers.put((time.monotonic() - began, answer))


class StrategyRunner:
    """Run strategies on the bars that a book records.

    Each set of bars that closed together is shown to every strategy of its synchronizer, as
    `on_bars(set, features)`: a method of an object, or a function. It gives nothing, a `Signal`, or
    several. A selection rule chooses, a router makes orders of them, and the book's limits have the
    last word. A strategy that raises, gives nonsense, or takes longer than `budget` seconds over a
    set is stopped, logged and recorded as an alert; the others go on. With `budget=None` they are
    called one after the other on the caller's thread, which is faster, and none is too slow.

    What is composed of bars is `composition`, TOML text or a mapping with `synchronizer`, `bars`,
    `feature` and `selection`; None is the configuration that the book was opened with, whose own
    strategies run, too. With `since` the bars that were recorded after that event fill features and
    averages first: no order comes of them.

    >>> import truebook
    >>> class Dips:
    ...     def on_bars(self, set, features):
    ...         bar = set.bars["BTC-USD_1m"]
    ...         if features["mean"] is not None and float(bar.close) < features["mean"]:
    ...             yield truebook.Signal("BTC-USD", "long", notional=100)
    >>> book = truebook.open(clock="event")
    >>> booked = book.add_instrument("BTC-USD", base="BTC", quote="USD",
    ...                              price_precision=2, qty_precision=8)
    >>> booked = book.deposit("USD", 1000)
    >>> runner = truebook.StrategyRunner(book, {
    ...     "synchronizer": [{"name": "minutes", "expected_sources": ["BTC-USD_1m"]}],
    ...     "feature": [{"name": "mean", "kind": "sma", "source": "BTC-USD_1m", "span": 2}]})
    >>> runner.add("dips", Dips())
    >>> for minute, close in enumerate([50000, 40000], start=1):
    ...     ts = minute * 60_000_000_000
    ...     book.price("BTC-USD", close, ts_event=ts)
    ...     booked = book.bar("BTC-USD", "1m", open=close, high=close, low=close, close=close,
    ...                       volume=1, ts_open=ts - 60_000_000_000, ts_event=ts)
    >>> runner.poll(), [(order.side, order.qty) for order in runner.poll()]
    ([], [('buy', Decimal('0.0025'))])
    """

    __module__ = "truebook"

    def __init__(
        self,
        book: Book,
        composition: str | Mapping[str, object] | None = None,
        *,
        since: int | None = None,
        budget: float | None = 1.0,
    ) -> None:
        if budget is not None and not (isinstance(budget, (int, float)) and budget > 0):
            raise InvalidValue(f"budget: found {budget!r}, allowed: seconds above 0, or None")
        text = composition if composition is None else to_toml(composition)
        self._desk = StrategyDesk(book, text, since)
        self._budget = budget
        self._members: dict[int, _Strategy] = {}
        self._thread: threading.Thread | None = None
        self._stopping = threading.Event()

    def add(
        self,
        name: str,
        strategy: object,
        *,
        synchronizer: str | None = None,
        priority: int | None = None,
        valid_ms: int | None = None,
        order_notional: _Number | None = None,
    ) -> None:
        """Add a strategy: an object with `on_bars(set, features)`, or such a function.

        Its orders carry `name`; a strategy of that name in the book's configuration has its limits
        there. It sees the sets of `synchronizer`, which may be left out where there is one only.
        With a selection by priority, more `priority` goes first. A strategy of `kind = "external"`
        that the configuration gives a synchronizer takes part as it says there: add it by its name
        alone. Raises InvalidValue.
        """
        decide: Any = getattr(strategy, "on_bars", strategy)
        if not callable(decide):
            found = type(strategy).__name__
            allowed = "an object with on_bars(set, features), or a function"
            raise InvalidType(f"strategy: found {found}, allowed: {allowed}")
        said = (synchronizer, priority, valid_ms, order_notional)
        member = self._desk.outside(name) if said == (None,) * len(said) else None
        if member is None or member in self._members:
            member = self._desk.add(name, *said)
        self._members[member] = _Strategy(name, decide)

    def poll(self, timeout: float = 0.0) -> list[RoutedOrder]:
        """Handle the next set that there is within `timeout` seconds; the orders that came of it.

        Raises as the book does where it is closed; what a limit refuses is an answer.
        """
        return self._turn(timeout) or []

    def advance(self, now: int) -> None:
        """Say that it is `now`, nanoseconds since the epoch, so that timeouts end without a bar.

        Nothing here looks at a clock: a set that lacks a bar goes out with the next bar that is
        beyond its timeout, or by this. Any thread may call it; `poll` or `run` handles the sets.
        """
        self._desk.advance(now)

    def run(self) -> None:
        """Handle sets on this thread until `stop` is called or the book is closed."""
        while not self._stopping.is_set():
            try:
                if self._turn(_PATIENCE) is None and self._desk.is_over():
                    return
            except ClosedError:
                return
            except Error:
                if self._stopping.is_set():
                    return
                raise

    def start(self) -> Self:
        """Handle sets on a thread of its own until `stop` is called or the book is closed."""
        if self._thread is None:
            self._thread = threading.Thread(
                target=self._run_quietly, name="truebook-strategies", daemon=True
            )
            self._thread.start()
        return self

    def stop(self) -> None:
        """End `run`, and the threads of the strategies."""
        self._stopping.set()
        thread = self._thread
        if thread is not None and thread is not threading.current_thread():
            thread.join()
        for strategy in self._members.values():
            strategy.end()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def strategies(self) -> dict[str, dict[str, Any]]:
        """By strategy: why it was `stopped`, or None; and how many signals it has `given`, how many
        of these had `expired`, were `outvoted` or `idle` (nothing to do), or were `sent`."""
        return self._desk.strategies()

    @property
    def synchronizers(self) -> list[dict[str, Any]]:
        """By synchronizer: its `name`, how many sets were `complete`, `incomplete`, `skipped`,
        `failed` or `evicted`, and how many `bars` had which outcome."""
        return self._desk.synchronizers()

    @property
    def unexpected(self) -> int:
        """How many bars came that no synchronizer waits for."""
        return self._desk.unexpected()

    @property
    def lost(self) -> int:
        """How many parts of events were overwritten before they were read, where bars came faster
        than their sets were handled and the book has no file to hear them from again."""
        return self._desk.lost()

    def _run_quietly(self) -> None:
        try:
            self.run()
        except Error as error:
            _log.warning("strategies ended: %s", error)

    def _turn(self, timeout: float) -> list[RoutedOrder] | None:
        shown = self._desk.step(timeout)
        if shown is None:
            return None
        _, bars, features, asked = shown
        answers = self._ask(asked, bars, features)
        for member, answer in answers.items():
            self._give(member, answer)
        return [_routed(order) for order in self._desk.decide()]

    def _ask(
        self, asked: list[int], shown: BarSet, features: dict[str, Any]
    ) -> dict[int, list[Signal] | BaseException | None]:
        own = {member: self._members[member] for member in asked if member in self._members}
        if self._budget is None:
            return {member: one.call(shown, dict(features)) for member, one in own.items()}
        for one in own.values():
            one.ask(shown, dict(features))
        return {member: one.answer(self._budget) for member, one in own.items()}

    def _give(self, member: int, answer: list[Signal] | BaseException | None) -> None:
        name = self._members[member].name
        if isinstance(answer, list):
            try:
                for signal in answer:
                    self._desk.signal(
                        member,
                        signal.symbol,
                        signal.action,
                        signal.score,
                        signal.valid_ms,
                        signal.qty,
                        signal.notional,
                    )
            except Exception as error:  # what a number of its own raises, too
                answer = error
            else:
                return
        if answer is None:
            why = f"it took longer than {self._budget} s over a set"
        else:
            why = f"it raised {_told(answer)}"
        _log.error("strategy %s was stopped: %s", name, why, exc_info=answer)
        self._desk.stop(member, why)
        self._members[member].end()


def _told(error: BaseException) -> str:
    """An error as text that can be recorded, whatever it is."""
    try:
        text = str(error)
    except Exception:
        text = "it has no text"
    text = f"{type(error).__name__}: {text}"[:_REASON_MAX]
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def _signals(given: object) -> Iterable[Signal]:
    """What a strategy gave, as signals."""
    if given is None:
        return
    if isinstance(given, Signal):
        yield given
        return
    if isinstance(given, Mapping):
        yield Signal(**given)
        return
    if not isinstance(given, Iterable) or isinstance(given, str):
        raise InvalidType(f"signals: found {type(given).__name__}, allowed: Signal, or several")
    for one in given:
        if not isinstance(one, (Signal, Mapping)):
            raise InvalidType(f"signals: found {type(one).__name__} among them, allowed: Signal")
        yield one if isinstance(one, Signal) else Signal(**one)


def _routed(
    order: tuple[str, str, str, Decimal, str, int | None, tuple[str, str] | None],
) -> RoutedOrder:
    strategy, symbol, side, qty, client_order_id, sequence, refused = order
    status, detail = refused or (None, None)
    return RoutedOrder(strategy, symbol, side, qty, client_order_id, sequence, status, detail)
