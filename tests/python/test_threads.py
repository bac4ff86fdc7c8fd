"""Several threads on one book, forks, the end of the interpreter, and memory that stays."""

import os
import resource
import subprocess
import sys
import textwrap
import threading
import time

import pytest

import truebook

START = 1_700_000_000_000_000_000
# A minute for a release: TRUEBOOK_SECONDS=60.
SECONDS = float(os.environ.get("TRUEBOOK_SECONDS", "3"))
# A million for a release: TRUEBOOK_CALLS=1000000.
CALLS = int(os.environ.get("TRUEBOOK_CALLS", "30000"))
SYMBOLS = ["BTC-USD", "ETH-USD", "LTC-USD"]


def opened(path=None, threading="engine"):
    book = truebook.open(path, threading=threading, clock="event", durability="os")
    for symbol in SYMBOLS:
        base, quote = symbol.split("-")
        book.add_instrument(symbol, base=base, quote=quote, price_precision=2, qty_precision=8)
    book.deposit("USD", 10**12)
    return book


@pytest.mark.parametrize("mode", ["engine", "inline"])
def test_eight_threads_on_one_book_lose_nothing_and_break_no_identity(mode, tmp_path):
    end = time.monotonic() + SECONDS
    booked = [0] * 8
    wrong = []

    def work(number):
        symbol, strategy = SYMBOLS[number % 3], f"s{number}"
        try:
            while time.monotonic() < end:
                count = booked[number]
                book.quote(symbol, 100 + count % 3, 104, ts_event=START + count)
                side = "sell" if count % 2 else "buy"
                for _ in range(2):
                    applied = book.fill(
                        symbol, side, "0.5", 100, trade_id=f"{number}-{count}",
                        strategy=strategy, fee="0.01", fee_currency="USD",
                        ts_event=START + count,
                    )
                assert applied.duplicate
                booked[number] = count + 1
                if count % 50 == 0:
                    portfolio = book.portfolio()
                    assert portfolio.difference == 0
                    assert book.position(symbol, strategy=strategy).strategy == strategy
        except BaseException as error:
            wrong.append(error)

    with opened(tmp_path / "a.db", mode) as book:
        threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert wrong == []
        assert min(booked) > 0
        for number, count in enumerate(booked):
            assert book.strategy(f"s{number}").fills == count
            held = book.position(SYMBOLS[number % 3], strategy=f"s{number}")
            assert held.signed_qty * 2 == count % 2
        assert book.portfolio().difference == 0


def test_one_that_waits_lets_the_others_run(tmp_path):
    with opened(tmp_path / "a.db") as book:
        ran = []
        waiting = threading.Thread(target=lambda: book.wait_durable(10**9, 1.0))
        waiting.start()
        while waiting.is_alive():
            ran.append(book.deposit("USD", 1))
        assert len(ran) > 20


def script(text, *arguments, timeout=60):
    """Run a program of its own."""
    program = [sys.executable, "-c", textwrap.dedent(text), *map(str, arguments)]
    return subprocess.run(program, capture_output=True, text=True, timeout=timeout)


@pytest.mark.parametrize("mode", ["engine", "inline"])
def test_a_fork_is_told_to_use_the_book_where_it_was_opened(mode, tmp_path):
    ended = script(
        """
        import os, sys, threading, time, warnings
        warnings.simplefilter("ignore")
        import truebook
        book = truebook.open(sys.argv[1], threading=sys.argv[2])
        subscription = book.subscribe()
        # Somebody waits at another while the process is forked.
        other = book.subscribe("alerted")
        threading.Thread(target=lambda: other.poll(5), daemon=True).start()
        time.sleep(0.1)
        book.deposit("USD", 1)
        child = os.fork()
        if child == 0:
            assert other.poll() is None and other.closed
            try:
                book.close()
            except truebook.Error as error:
                assert "forked" in str(error)
            try:
                book.deposit("USD", 2)
            except truebook.Error as error:
                print(error, flush=True)
            # What happened before is true here, too.
            event = subscription.poll(1)
            is_true = event is None or event["new"]["total"] == 1
            print(is_true, subscription.poll(1), subscription.closed, flush=True)
            sys.exit(0)
        assert os.waitpid(child, 0)[1] == 0
        book.deposit("USD", 3)
        print(book.balance("USD").total, flush=True)
        book.close()
        os._exit(0)
        """,
        tmp_path / "a.db",
        mode,
    )
    assert ended.returncode == 0, ended.stderr
    said = ended.stdout.splitlines()
    assert "forked" in said[0]
    assert said[1:] == ["True None True", "4"]


def test_a_book_that_is_open_when_the_interpreter_ends_is_closed_in_order(tmp_path):
    path = tmp_path / "a.db"
    ended = script(
        """
        import sys, truebook
        book = truebook.open(sys.argv[1])
        for _ in range(100):
            book.deposit("USD", 1)
        """,
        path,
    )
    assert (ended.returncode, ended.stderr) == (0, "")
    with truebook.open(path) as book:
        assert book.balance("USD").total == 100


def test_closing_again_and_using_a_closed_book_are_said_and_harmless(tmp_path):
    book = opened(tmp_path / "a.db")
    with book:
        pass
    book.close()
    for call in (book.positions, book.portfolio, book.status, lambda: book.balance("USD")):
        with pytest.raises(truebook.ClosedError):
            call()
    with pytest.raises(truebook.ClosedError), book:
        pass


def resident():
    """The memory of this process, in bytes."""
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * resource.getpagesize()


@pytest.mark.skipif(not os.path.exists("/proc/self/statm"), reason="no /proc")
@pytest.mark.parametrize("mode", ["engine", "inline"])
def test_memory_stays_where_it_was_over_many_calls_of_each_kind(mode):
    with opened(threading=mode) as book:
        subscription = book.subscribe(["fill_booked", "price_updated"])
        for number in range(4):
            book.fill("BTC-USD", "buy", 1, 100, trade_id=f"b{number}", ts_event=START)

        def repeated_fill(number):
            return book.fill("BTC-USD", "buy", 1, 100, trade_id="b0", ts_event=START)

        kinds = [
            lambda number: book.quote("BTC-USD", 100 + number % 2, 102, ts_event=START + number),
            lambda number: book.price("ETH-USD", 100 + number % 2, ts_event=START + number),
            repeated_fill,
            lambda number: book.position("BTC-USD").unrealized_pnl,
            lambda number: book.positions()[0].fees,
            lambda number: book.portfolio().by_strategy,
            lambda number: book.balance("USD").total,
            lambda number: book.balances().to_pydict(),
            lambda number: book.order("nothing"),
            lambda number: book.orders().table(),
            lambda number: book.status().latency,
            lambda number: [event.data for event in subscription.poll_many(8)],
            lambda number: book.subscribe("alerted").close(),
            lambda number: refused(book),
        ]
        for kind in kinds:
            for number in range(CALLS // 10):
                kind(number)
            before = resident()
            for number in range(CALLS):
                kind(number)
            assert resident() - before < 8 << 20, kinds.index(kind)


def refused(book):
    """A call that raises."""
    with pytest.raises(truebook.UnknownInstrument):
        book.position("NOPE")
