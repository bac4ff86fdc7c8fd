"""What subscribers hear: polled, iterated, awaited by event loops, called back."""

import asyncio
import logging
import select
import subprocess
import sys
import threading
import time
from decimal import Decimal

import pytest

import truebook

START = 1_700_000_000_000_000_000
MODES = ["engine", "inline"]


def opened(path=None, threading="engine"):
    book = truebook.open(path, threading=threading, clock="event")
    book.add_instrument("BTC-USD", base="BTC", quote="USD", price_precision=2, qty_precision=8)
    book.add_instrument("ETH-USD", base="ETH", quote="USD", price_precision=2, qty_precision=8)
    book.deposit("USD", 1_000_000)
    return book


def fill(book, number, symbol="BTC-USD", strategy="s"):
    return book.fill(
        symbol, "buy", "0.5", 100 + number, trade_id=f"t{number}", strategy=strategy,
        ts_event=START + number,
    )


def drained(subscription):
    """Everything that comes until there is nothing for a while."""
    events = []
    while batch := subscription.poll_many(timeout=0.2):
        events += batch
    return events


@pytest.mark.parametrize("threading", MODES)
def test_an_event_says_what_was_before_and_what_is_since_with_exact_numbers(threading):
    with opened(threading=threading) as book, book.subscribe() as subscription:
        booked = fill(book, 1)
        events = drained(subscription)
        by_kind = {event.kind: event for event in events}
        assert {event.sequence for event in events if event.kind != "strategy_added"} == {
            booked.sequence
        }
        assert [event.index for event in events if event.sequence == booked.sequence] == list(
            range(len([event for event in events if event.sequence == booked.sequence]))
        )
        filled = by_kind["fill_booked"]
        assert (filled.symbol, filled.strategy, filled.account) == ("BTC-USD", "s", "default")
        assert filled.ts == START + 1
        assert filled.data == {
            "side": "buy",
            "qty": Decimal("0.5"),
            "price": Decimal(101),
            "trade_id": "t1",
            "realized_pnl": Decimal(0),
            "leg": "net",
        }
        position = by_kind["position_opened"]
        assert position["old"]["signed_qty"] == 0
        assert position["new"]["signed_qty"] == Decimal("0.5")
        assert position["new"]["avg_px"] == Decimal(101)
        usd = [e for e in events if e.kind == "balance_changed" and e["currency"] == "USD"]
        assert usd[-1]["new"]["total"] == Decimal("999949.5")
        with pytest.raises(KeyError, match="nothing"):
            filled["nothing"]
        assert "fill_booked" in repr(filled) and "BTC-USD" in repr(filled)


def test_only_what_is_wanted_is_heard_by_kind_symbol_strategy_and_account():
    with opened() as book:
        everything = book.subscribe()
        fills = book.subscribe("fill_booked")
        btc = book.subscribe(["fill_booked", "position_opened"], symbols="BTC-USD")
        # A strategy may be named before it is known.
        later = book.subscribe("fill_booked", strategies=["later"])
        mine = book.subscribe("fill_booked", accounts="default")
        fill(book, 1)
        fill(book, 2, symbol="ETH-USD", strategy="later")
        assert len(drained(everything)) > 4
        assert [event["trade_id"] for event in drained(fills)] == ["t1", "t2"]
        assert [event.kind for event in drained(btc)] == ["fill_booked", "position_opened"]
        assert [event["trade_id"] for event in drained(later)] == ["t2"]
        assert [event["trade_id"] for event in drained(mine)] == ["t1", "t2"]


@pytest.mark.parametrize(
    ("wrong", "what"),
    [
        ({"kinds": "fill"}, "kinds: found 'fill', allowed: order_placed"),
        ({"kinds": 5}, "kinds: found int, allowed: a name, several, or None for all"),
        ({"kinds": []}, "kinds: found none, allowed: a name, several, or None for all"),
        ({"symbols": {"BTC-USD", 5}}, "symbols: found set of something else, allowed: a name"),
        ({"accounts": "nobody"}, "accounts: found 'nobody', allowed: default"),
        ({"overflow": "never"}, "overflow: found 'never', allowed: 'drop_oldest'"),
        ({"since": -1}, "since: found -1"),
        ({"since": True}, "since: found True"),
        ({"since": 3}, "a book with a database"),
        ({"strategies": [""]}, "strategies"),
    ],
)
def test_a_wrong_argument_is_refused_by_name(wrong, what):
    with opened() as book:
        with pytest.raises(truebook.InvalidValue) as refused:
            book.subscribe(**wrong)
        assert what in str(refused.value)
        with pytest.raises(truebook.UnknownInstrument):
            book.subscribe(symbols=["NOPE"])
        for timeout in (-1, float("nan"), float("inf")):
            with pytest.raises(truebook.InvalidValue, match="timeout"):
                book.subscribe().poll(timeout)


def test_a_poll_waits_no_longer_than_it_is_told_and_others_run_meanwhile():
    with opened() as book, book.subscribe() as subscription:
        assert subscription.poll() is None
        began = time.monotonic()
        assert subscription.poll(0.2) is None
        assert 0.15 < time.monotonic() - began < 5
        heard = []
        waiting = threading.Thread(target=lambda: heard.append(subscription.poll(10)))
        waiting.start()
        time.sleep(0.05)
        book.deposit("USD", 1)
        waiting.join(5)
        assert heard[0].kind == "balance_changed"


@pytest.mark.parametrize("threading", MODES)
def test_an_iteration_ends_with_the_book_after_everything_was_given_out(threading):
    book = opened(threading=threading)
    subscription = book.subscribe("balance_changed")
    for _ in range(5):
        book.deposit("USD", 1)
    book.close()
    assert len(list(subscription)) == 5
    assert subscription.closed
    assert subscription.poll(1) is None
    with pytest.raises(truebook.ClosedError):
        book.subscribe()


@pytest.mark.parametrize("threading", MODES)
def test_what_is_heard_after_the_end_has_names_that_came_after_the_subscription(threading):
    book = opened(threading=threading)
    subscription = book.subscribe("balance_changed")
    book.deposit("JPY", "5.25")
    book.close()
    (event,) = list(subscription)
    assert (event["currency"], event["new"]["total"]) == ("JPY", Decimal("5.25"))


def test_names_may_come_in_any_collection():
    with opened() as book:
        for kinds in ({"balance_changed"}, ("balance_changed",), iter(["balance_changed"])):
            with book.subscribe(kinds) as subscription:
                book.deposit("USD", 1)
                assert subscription.poll(5).kind == "balance_changed"


def test_a_subscription_that_heard_nothing_yet_goes_on_from_when_it_came(tmp_path):
    with truebook.open(tmp_path / "bot.db") as book:
        before = book.deposit("USD", 1)
        subscription = book.subscribe("fill_booked")
        assert subscription.sequence == before.sequence
        assert subscription.poll() is None
        assert subscription.sequence == before.sequence
        book.deposit("USD", 2)
        again = book.subscribe("balance_changed", since=subscription.sequence)
        assert [event["new"]["total"] for event in drained(again)] == [3]


def test_a_subscription_that_is_closed_hears_no_more_and_says_where_it_was():
    with opened() as book:
        subscription = book.subscribe("balance_changed")
        booked = book.deposit("USD", 1)
        assert subscription.poll(5).sequence == booked.sequence
        # More of it might wait, until there is nothing.
        assert subscription.sequence == booked.sequence - 1
        assert subscription.poll() is None
        subscription.close()
        subscription.close()
        book.deposit("USD", 1)
        assert subscription.closed and subscription.poll() is None
        assert subscription.sequence == booked.sequence
        assert list(subscription) == []


def test_what_came_before_is_told_again_from_any_sequence_after_a_restart_too(tmp_path):
    path = tmp_path / "a.db"
    with opened(path) as book:
        for number in range(1, 6):
            booked = fill(book, number)
            if number == 2:
                since = booked.sequence
    with truebook.open(path, clock="event") as book:
        subscription = book.subscribe("fill_booked", since=since)
        fill(book, 6)
        heard = [event["trade_id"] for event in drained(subscription)]
        assert heard == ["t3", "t4", "t5", "t6"]
        all_of_it = book.subscribe("fill_booked", since=0)
        assert [event["trade_id"] for event in drained(all_of_it)] == [
            f"t{number}" for number in range(1, 7)
        ]


def test_what_is_not_read_in_time_is_counted_or_replaced_by_the_newest():
    with opened() as book:
        slow = book.subscribe("price_updated")
        newest = book.subscribe("price_updated", overflow="conflate")
        for number in range(200_000):
            book.quote("BTC-USD", 100 + number % 5, 105, ts_event=START + number)
        book.portfolio()
        assert len(drained(slow)) + slow.lost >= 200_000
        assert slow.lost > 0
        last = drained(newest)[-1]
        assert last["new"]["bid"] == 100 + (200_000 - 1) % 5


def test_the_descriptor_is_readable_exactly_while_there_may_be_events():
    with opened() as book, book.subscribe("balance_changed") as subscription:
        assert not subscription.arm()
        waits = [[subscription], [], []]
        assert select.select(*waits, 0.05)[0] == []
        book.deposit("USD", 1)
        assert select.select(*waits, 5)[0] == [subscription]
        assert subscription.poll().kind == "balance_changed"
        assert subscription.poll() is None
        assert not subscription.arm()
        assert select.select(*waits, 0.05)[0] == []
        subscription.close()
        assert select.select(*waits, 5)[0] == [subscription]


def loops():
    """Every event loop that is installed."""
    found = [asyncio.new_event_loop]
    try:
        import uvloop
    except ImportError:
        return found
    return [*found, uvloop.new_event_loop]


@pytest.mark.parametrize("threading", MODES)
@pytest.mark.parametrize("loop", loops())
def test_an_event_loop_is_woken_by_events_and_other_tasks_run_meanwhile(loop, threading):
    async def run():
        ticks = 0

        async def tick():
            nonlocal ticks
            while True:
                ticks += 1
                await asyncio.sleep(0.01)

        with opened(threading=threading) as book:
            subscription = book.subscribe("balance_changed")
            other = asyncio.create_task(tick())
            heard = []

            async def hear():
                async for event in subscription:
                    heard.append(event["new"]["total"])

            listening = asyncio.create_task(hear())
            for number in range(20):
                book.deposit("USD", 1)
                if number % 5 == 0:
                    await asyncio.sleep(0.02)
            while len(heard) < 20:
                await asyncio.sleep(0.01)
            assert heard == [1_000_001 + number for number in range(20)]
            assert ticks > 3
        await asyncio.wait_for(listening, 5)
        other.cancel()

    with asyncio.Runner(loop_factory=loop) as runner:
        runner.run(asyncio.wait_for(run(), 30))


def test_a_cancelled_task_leaves_the_loop_clean_and_the_subscription_usable(tmp_path):
    async def run():
        with opened(tmp_path / "a.db") as book:
            subscription = book.subscribe("balance_changed", since=0)

            async def hear():
                return [event async for event in subscription]

            task = asyncio.create_task(hear())
            await asyncio.sleep(0.05)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            book.deposit("USD", 7)
            async for event in subscription:
                assert event["new"]["total"] == 1_000_007
                break

    asyncio.run(asyncio.wait_for(run(), 30))


def test_a_callback_that_raises_is_logged_and_counted_and_the_others_go_on(caplog):
    heard = []

    def raises(event):
        raise ValueError("not today")

    with opened() as book:
        with caplog.at_level(logging.ERROR, "truebook"):
            subscription = book.subscribe("balance_changed")
            with truebook.Listener(subscription, raises, heard.append) as listener:
                for _ in range(3):
                    booked = book.deposit("USD", 1)
                assert listener.wait(booked.sequence)
                assert (listener.errors, len(heard)) == (3, 3)
                listener.remove(raises)
                booked = book.deposit("USD", 1)
                assert listener.wait(booked.sequence)
        assert (listener.errors, len(heard)) == (3, 4)
    assert "not today" in caplog.text
    assert len(caplog.records) == 3


def test_ctrl_c_ends_every_wait(tmp_path):
    import os
    import signal

    # A shell's background job ignores it from the first.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        ctrl_c_ends_every_wait(tmp_path, lambda: os.kill(os.getpid(), signal.SIGINT))
    finally:
        signal.signal(signal.SIGINT, before)


def ctrl_c_ends_every_wait(tmp_path, press):
    """Press Ctrl-C in each wait."""
    with opened(tmp_path / "a.db") as book:
        waits = [
            lambda: book.subscribe("alerted").poll(60),
            lambda: next(book.subscribe("alerted")),
            lambda: book.wait_durable(10**9, 60),
            lambda: book.fills(timeout=60),
        ]
        # Tables that cannot be written are waited for.
        rename = (
            "import sqlite3, sys; c = sqlite3.connect(sys.argv[1]);"
            "c.execute('ALTER TABLE strategies RENAME TO elsewhere'); c.close()"
        )
        subprocess.run([sys.executable, "-c", rename, str(tmp_path / "a.db")], check=True)
        fill(book, 1)
        for wait in waits:
            timer = threading.Timer(0.2, press)
            timer.start()
            began = time.monotonic()
            with pytest.raises(KeyboardInterrupt):
                wait()
            assert time.monotonic() - began < 10
            timer.join()


def test_the_status_says_how_the_book_does(tmp_path):
    with opened(tmp_path / "a.db") as book:
        subscription = book.subscribe()
        booked = fill(book, 1)
        book.wait_durable(booked.sequence)
        status = book.status()
        assert status.sequence == booked.sequence == status.durable_sequence
        assert status.is_running and status.trading_state == "ACTIVE"
        assert (status.unresolved, status.backlog_bytes) == (0, 0)
        assert status.store_error is None and status.tables_error is None
        assert status.producers[0]["executed"] > 0
        assert status.subscribers[0]["lag"] > 0
        assert status.latency["count"] >= 0
        book.halt("enough")
        assert book.status().trading_state == "HALTED"
        assert "HALTED" in repr(book.status())
        subscription.close()
        assert book.status().subscribers == []


def test_what_an_event_loop_was_not_given_stays_and_a_resumption_loses_nothing(tmp_path):
    async def first(subscription):
        async for event in subscription:
            return event

    with opened(tmp_path / "a.db") as book:
        subscription = book.subscribe("balance_changed")
        for _ in range(10):
            last = book.deposit("USD", 1)
        heard = [asyncio.run(first(subscription)).sequence]
        heard += [event.sequence for event in drained(subscription)]
        assert heard == list(range(last.sequence - 9, last.sequence + 1))
        assert subscription.sequence == last.sequence
        # Of an event that was given out in part nothing is lost.
        everything = book.subscribe(since=0)
        seen = [everything.poll(5) for _ in range(7)]
        again = book.subscribe(since=everything.sequence)
        told = {(event.sequence, event.index) for event in seen}
        told |= {(event.sequence, event.index) for event in drained(again)}
        whole = {(event.sequence, event.index) for event in drained(book.subscribe(since=0))}
        assert told == whole


def test_two_loops_on_one_subscription_are_refused():
    async def both(subscription):
        async def hear():
            return [event async for event in subscription]

        first = asyncio.create_task(hear())
        await asyncio.sleep(0.05)
        with pytest.raises(truebook.Error, match="one `async for` at a time"):
            await hear()
        subscription.close()
        assert await asyncio.wait_for(first, 5) == []

    with opened() as book:
        asyncio.run(both(book.subscribe("alerted")))


def test_a_listener_has_heard_what_it_says_it_has(tmp_path):
    heard = []
    with opened(tmp_path / "a.db") as book:
        for number in range(3_000):
            booked = fill(book, number)
        listener = truebook.Listener(book.subscribe("fill_booked", since=0), heard.append)
        assert listener.wait(booked.sequence, 30)
        assert len(heard) == 3_000
        listener.stop()


def test_a_callback_that_wants_to_end_everything_ends_nobody_else():
    heard = []

    def leaves(event):
        raise SystemExit

    with opened() as book:
        subscription = book.subscribe("balance_changed")
        with truebook.Listener(subscription, leaves, heard.append) as listener:
            booked = book.deposit("USD", 1)
            assert listener.wait(booked.sequence)
            assert (listener.errors, len(heard)) == (1, 1)
