"""The book: what is booked, what is read, what survives."""

import gc
import signal
import threading
import time
from decimal import Decimal

import pytest

import truebook

BTC_USD = {"base": "BTC", "quote": "USD", "price_precision": 2, "qty_precision": 8}
POSITION = (
    "symbol strategy account side qty signed_qty avg_px cost mark realized_pnl unrealized_pnl fees "
    "opened_at updated_at is_dust sequence"
).split()
PORTFOLIO = (
    "equity cash holdings realized_pnl unrealized_pnl fees active dust total by_strategy "
    "missing_rates sequence"
).split()


def values(record, names):
    """The fields of a record, to compare."""
    return {name: getattr(record, name) for name in names}


def add_btc(book):
    """Register BTC-USD."""
    return book.add_instrument("BTC-USD", **BTC_USD)


@pytest.fixture(params=["engine", "inline"])
def book(request):
    """A book in memory with one spot pair and one share, both ways of threading."""
    with truebook.open(threading=request.param) as book:
        add_btc(book)
        book.add_instrument(
            "ACME", kind="equity", base="ACME", quote="USD", price_precision=2, qty_precision=0
        )
        yield book


def trade(book, symbol, *fills):
    """Book (side, qty, price) one after the other."""
    for number, (side, qty, price) in enumerate(fills):
        book.fill(symbol, side, qty, price, trade_id=f"t{number}")
    return book.position(symbol)


# --- Accounting, to the last digit -------------------------------------------------------------


@pytest.mark.parametrize("symbol", ["BTC-USD", "ACME"])
def test_a_reduction_releases_its_share_of_the_cost_and_the_remainder_stays(book, symbol):
    position = trade(
        book, symbol, ("buy", 1, "100.00"), ("buy", 2, "100.01"), ("sell", 1, "100.01")
    )
    assert position.realized_pnl == Decimal("0.00333333")
    assert position.cost == Decimal("200.01333333")
    assert position.signed_qty == 2
    assert Decimal("300.02") - Decimal("100.00666667") == position.cost


@pytest.mark.parametrize("symbol", ["BTC-USD", "ACME"])
def test_buying_back_half_a_short_at_its_price_realizes_nothing(book, symbol):
    position = trade(book, symbol, ("sell", 10, 100), ("buy", 5, 100))
    assert position.realized_pnl == 0
    assert (position.signed_qty, position.cost, position.avg_px) == (-5, -500, 100)
    assert (position.side, position.qty) == ("short", 5)


@pytest.mark.parametrize("symbol", ["BTC-USD", "ACME"])
def test_a_fill_through_zero_flips_the_position_in_one_event(book, symbol):
    opened = book.fill(symbol, "buy", 2, 100, trade_id="a")
    flipped = book.fill(symbol, "sell", 5, 110, trade_id="b")
    position = book.position(symbol)
    assert flipped.sequence == opened.sequence + 1 == position.sequence
    assert position.realized_pnl == 20
    assert (position.signed_qty, position.cost, position.avg_px) == (-3, -330, 110)


def test_a_fee_in_the_base_coin_leaves_what_was_bought(book):
    book.deposit("USD", 1000)
    book.fill("BTC-USD", "buy", "0.01", "50000", trade_id="a", fee="0.00001", fee_currency="BTC")
    position = book.position("BTC-USD")
    assert book.balance("BTC").total == Decimal("0.00999")
    assert book.balance("USD").total == 500
    assert position.qty == Decimal("0.00999")
    assert position.cost == Decimal("499.5")
    assert position.fees == {"USD": Decimal("0.5")}


def test_a_fee_in_the_base_coin_leaves_on_top_of_what_was_sold(book):
    book.deposit("USD", 1000)
    book.fill("BTC-USD", "buy", "0.02", "50000", trade_id="a")
    book.fill("BTC-USD", "sell", "0.01", "60000", trade_id="b", fee="0.00001", fee_currency="BTC")
    position = book.position("BTC-USD")
    assert book.balance("BTC").total == Decimal("0.02") - Decimal("0.01001")
    assert book.balance("USD").total == 600
    assert position.qty == Decimal("0.00999")
    assert position.cost == Decimal("499.5")
    assert position.realized_pnl == Decimal("0.01001") * 10000
    assert position.fees == {"USD": Decimal("0.6")}


def test_a_fee_in_a_third_coin_stays_in_its_own_currency(book):
    book.deposit("BNB", 1)
    book.quote("BTC-USD", 50000, 50000)
    book.fill("BTC-USD", "buy", "0.01", "50000", trade_id="a", fee="0.001", fee_currency="BNB")
    assert book.balance("BNB").total == Decimal("0.999")
    assert book.position("BTC-USD").fees == {"BNB": Decimal("0.001")}
    assert book.position("BTC-USD").cost == 500
    assert book.portfolio().missing_rates == ["BNB"]


def test_a_rebate_raises_the_balance_and_lowers_the_fees(book):
    book.deposit("USD", 1000)
    book.fill("BTC-USD", "buy", "0.01", "50000", trade_id="a", fee="-0.25", fee_currency="USD")
    assert book.balance("USD").total == Decimal("500.25")
    assert book.position("BTC-USD").fees == {"USD": Decimal("-0.25")}


def test_a_fee_without_a_currency_is_in_the_quote_currency(book):
    book.fill("BTC-USD", "buy", "0.01", "50000", trade_id="a", fee="0.5")
    assert book.position("BTC-USD").fees == {"USD": Decimal("0.5")}


def test_realized_plus_unrealized_less_fees_is_cash_flow_plus_value_exactly(book):
    book.deposit("USD", 100_000)
    book.fill("BTC-USD", "buy", "0.3", "33333.33", trade_id="a", fee="1.11")
    book.fill("BTC-USD", "sell", "0.1", "33334.01", trade_id="b", fee="0.07")
    book.quote("BTC-USD", "33330.10", "33330.12")
    position = book.position("BTC-USD")
    gain = position.realized_pnl + position.unrealized_pnl - position.fees["USD"]
    assert gain == book.balance("USD").total - 100_000 + position.signed_qty * position.mark
    portfolio = book.portfolio()
    assert portfolio.equity == portfolio.cash + portfolio.holdings == 100_000 + gain


# --- Reads -------------------------------------------------------------------------------------


def test_a_position_before_any_fill_is_flat(book):
    assert values(book.position("BTC-USD"), POSITION) == {
        "symbol": "BTC-USD",
        "strategy": None,
        "account": "default",
        "side": "flat",
        "qty": 0,
        "signed_qty": 0,
        "avg_px": None,
        "cost": 0,
        "mark": None,
        "realized_pnl": 0,
        "unrealized_pnl": 0,
        "fees": {},
        "opened_at": 0,
        "updated_at": 0,
        "is_dust": False,
        "sequence": 0,
    }


def test_a_position_has_every_field_of_the_contract(book):
    booked = book.fill("BTC-USD", "buy", "0.01", "50000", trade_id="a", fee=1, ts_event=1_000)
    book.quote("BTC-USD", 50010, 50020)
    assert values(book.position("BTC-USD"), POSITION) == {
        "symbol": "BTC-USD",
        "strategy": None,
        "account": "default",
        "side": "long",
        "qty": Decimal("0.01"),
        "signed_qty": Decimal("0.01"),
        "avg_px": 50000,
        "cost": 500,
        "mark": 50015,
        "realized_pnl": 0,
        "unrealized_pnl": Decimal("0.15"),
        "fees": {"USD": 1},
        "opened_at": 1_000,
        "updated_at": 1_000,
        "is_dust": False,
        "sequence": booked.sequence,
    }


def test_a_held_position_without_a_price_has_no_unrealized_pnl(book):
    book.fill("BTC-USD", "buy", "0.01", "50000", trade_id="a")
    position = book.position("BTC-USD")
    assert position.mark is None
    assert position.unrealized_pnl is None


def test_a_portfolio_has_every_field_of_the_contract(book):
    book.deposit("USD", 1000)
    book.fill("BTC-USD", "buy", "0.01", "50000", trade_id="a", strategy="trend", fee=1)
    last = book.fill("ACME", "buy", 2, "0.10", trade_id="b", strategy="value")
    book.quote("BTC-USD", 50010, 50010)
    book.price("ACME", "0.20")
    assert values(book.portfolio(), PORTFOLIO) == {
        "equity": Decimal("999.3"),
        "cash": Decimal("498.8"),
        "holdings": Decimal("500.5"),
        "realized_pnl": 0,
        "unrealized_pnl": Decimal("0.3"),
        "fees": 1,
        "active": 1,
        "dust": 1,
        "total": 2,
        "by_strategy": {"EXTERNAL": 0, "trend": Decimal("-0.9"), "value": Decimal("0.2")},
        "missing_rates": [],
        "sequence": last.sequence,
    }
    assert book.position("ACME").is_dust


def test_pnl_is_told_by_strategy_account_instrument_and_currency(book):
    book.deposit("USD", 1000)
    book.fill("BTC-USD", "buy", "0.01", "50000", trade_id="a", strategy="trend", fee=1)
    book.fill("ACME", "buy", 2, "0.10", trade_id="b", strategy="value")
    book.quote("BTC-USD", 50010, 50010)
    book.price("ACME", "0.20")
    total = book.portfolio().total_pnl
    for by, names in [
        ("strategy", {"trend": Decimal("-0.9"), "value": Decimal("0.2")}),
        ("account", {"default": Decimal("-0.7")}),
        ("instrument", {"BTC-USD": Decimal("-0.9"), "ACME": Decimal("0.2")}),
        ("currency", {"USD": Decimal("-0.7")}),
    ]:
        pnl = book.pnl(by=by)
        assert {name: each.total_pnl for name, each in pnl.items() if each.total_pnl} == names
        assert sum(each.total_pnl for each in pnl.values()) == total
    trend = book.pnl()["trend"]
    assert (trend.unrealized_pnl, trend.fees, trend.realized_pnl) == (Decimal("0.1"), 1, 0)
    assert trend.missing_rates == []
    assert repr(trend).startswith("Pnl(trend, total_pnl=-0.9")
    with pytest.raises(truebook.InvalidValue, match="strategy.*account.*instrument.*currency"):
        book.pnl(by="colour")


def test_an_order_knows_the_average_price_of_its_fills(book):
    book.deposit("USD", 10_000)
    book.price("ACME", "100")
    order = book.submit("ACME", "buy", 4, price="104", client_order_id="o")
    assert book.order("o").avg_px is None
    book.fill("ACME", "buy", 1, "100", trade_id="a", client_order_id="o")
    book.fill("ACME", "buy", 2, "103", trade_id="b", client_order_id="o")
    assert book.order("o").avg_px == 102
    assert order.client_order_id == "o"


def test_every_number_that_comes_out_is_a_decimal(book):
    book.deposit("USD", 1.5)
    book.fill("BTC-USD", "buy", "0.01", "50000", trade_id="a", fee=1)
    book.quote("BTC-USD", 50010, 50020)
    position, portfolio = book.position("BTC-USD"), book.portfolio()
    numbers = [book.balance("USD").total, *position.fees.values(), *portfolio.by_strategy.values()]
    for name in "qty signed_qty avg_px cost mark realized_pnl unrealized_pnl".split():
        numbers.append(getattr(position, name))
    for name in "equity cash holdings realized_pnl unrealized_pnl fees".split():
        numbers.append(getattr(portfolio, name))
    assert {type(number) for number in numbers} == {Decimal}


def test_a_strategy_and_the_account_see_their_own_position(book):
    book.fill("BTC-USD", "buy", 3, 100, trade_id="a", strategy="trend")
    book.fill("BTC-USD", "sell", 1, 100, trade_id="b", strategy="hedge")
    book.fill("BTC-USD", "buy", 5, 100, trade_id="c")
    assert book.position("BTC-USD", strategy="trend").signed_qty == 3
    assert book.position("BTC-USD", strategy="hedge").signed_qty == -1
    assert book.position("BTC-USD").signed_qty == 7
    assert book.position("BTC-USD").avg_px is None
    found = {position.strategy: position.signed_qty for position in book.positions()}
    assert found == {"trend": 3, "hedge": -1, "EXTERNAL": 5}


def test_a_closed_position_is_flat_and_is_not_listed(book):
    position = trade(book, "BTC-USD", ("buy", 1, 100), ("sell", 1, 110))
    assert (position.side, position.qty, position.avg_px) == ("flat", 0, None)
    assert position.realized_pnl == 10
    assert book.positions() == []


def test_a_balance_of_an_unknown_currency_is_zero(book):
    assert book.balance("XYZ").total == 0
    assert isinstance(book.balance("XYZ").total, Decimal)


def test_a_read_sees_every_quote_that_was_given_before_it(book):
    for price in range(100, 200):
        book.quote("BTC-USD", price, price)
        assert book.position("BTC-USD").mark == price


def test_a_refused_price_changes_nothing(book):
    book.quote("BTC-USD", 100, 102)
    book.quote("BTC-USD", -1, 102)
    book.quote("BTC-USD", 103, 102)
    assert book.position("BTC-USD").mark == 101


def test_a_quote_may_miss_a_side(book):
    book.fill("BTC-USD", "buy", 1, 100, trade_id="a")
    book.quote("BTC-USD", 100, None)
    book.quote("BTC-USD", None, 101)
    assert book.position("BTC-USD").unrealized_pnl is not None


def test_records_are_values_that_do_not_move_and_cannot_be_set(book):
    book.fill("BTC-USD", "buy", 1, 100, trade_id="a")
    before = book.position("BTC-USD")
    book.fill("BTC-USD", "buy", 1, 100, trade_id="b")
    assert before.qty == 1
    for record, name in [(before, "qty"), (book.portfolio(), "cash")]:
        with pytest.raises(AttributeError):
            setattr(record, name, 5)


def test_a_repr_says_what_it_is(book):
    applied = book.fill("BTC-USD", "buy", 1, 100, trade_id="a")
    sequence = applied.sequence
    assert repr(applied) == f"Applied(sequence={sequence}, duplicate=False, quarantined=None)"
    for word in ("Position(", "BTC-USD", "long", "signed_qty=1", "avg_px=100"):
        assert word in repr(book.position("BTC-USD"))
    assert repr(book.portfolio()).startswith("Portfolio(equity=")


# --- Once, however often it is said ------------------------------------------------------------


def test_a_fill_that_is_reported_twice_is_booked_once(book):
    first = book.fill("BTC-USD", "buy", 1, 100, trade_id="a")
    again = book.fill("BTC-USD", "buy", 1, 100, trade_id="a")
    assert (first.duplicate, again.duplicate) == (False, True)
    assert again.sequence == first.sequence
    assert book.position("BTC-USD").qty == 1


def test_a_trade_id_is_its_own_per_instrument_and_side(book):
    assert not book.fill("BTC-USD", "buy", 1, 100, trade_id="a").duplicate
    assert not book.fill("BTC-USD", "sell", 1, 100, trade_id="a").duplicate
    assert not book.fill("ACME", "buy", 1, 100, trade_id="a").duplicate


def test_a_fill_that_contradicts_the_first_is_quarantined(book):
    book.fill("BTC-USD", "buy", 1, 100, trade_id="a")
    conflict = book.fill("BTC-USD", "buy", 2, 100, trade_id="a")
    assert conflict.quarantined == "FillConflict"
    assert not conflict.duplicate
    assert book.position("BTC-USD").qty == 1


def test_a_deposit_with_the_same_id_is_booked_once(book):
    first = book.deposit("USD", 100, id="wire-1")
    again = book.deposit("USD", 100, id="wire-1")
    assert (first.duplicate, again.duplicate) == (False, True)
    assert book.balance("USD").total == 100


def test_deposits_without_an_id_all_count(book):
    book.deposit("USD", 100)
    book.deposit("USD", 100)
    assert book.balance("USD").total == 200


def test_a_repeated_instrument_changes_nothing(book):
    before = book.portfolio().sequence
    add_btc(book)
    assert book.portfolio().sequence == before


def test_a_withdrawal_lowers_the_balance(book):
    book.deposit("USD", 100)
    book.withdraw("USD", "40.5")
    assert book.balance("USD").total == Decimal("59.5")


def test_sequences_count_up_without_gaps(book):
    first = book.deposit("USD", 1).sequence
    assert [book.deposit("USD", 1).sequence for _ in range(5)] == [first + n for n in range(1, 6)]


# --- Opening and closing -----------------------------------------------------------------------


def record(book):
    """Some of everything."""
    add_btc(book)
    book.deposit("USD", "1000.01", id="start")
    book.fill("BTC-USD", "buy", "0.01", "50000", trade_id="a", strategy="trend", ts_event=1)
    book.fill(
        "BTC-USD",
        "sell",
        "0.003",
        "50000.01",
        trade_id="b",
        strategy="trend",
        fee="0.1",
        ts_event=2,
    )


def durable(book):
    """Everything that a book keeps: prices are not among it."""
    return [
        book.balance("USD").total,
        book.balance("BTC").total,
        values(book.position("BTC-USD"), POSITION),
        values(book.position("BTC-USD", strategy="trend"), POSITION),
        book.portfolio().sequence,
    ]


@pytest.mark.parametrize("threading", ["engine", "inline"])
@pytest.mark.parametrize("durability", ["disk", "os"])
def test_a_book_opened_again_goes_on_where_it_ended(tmp_path, threading, durability):
    options = {"threading": threading, "durability": durability}
    path = tmp_path / "a.db"
    with truebook.open(path, **options) as book:
        record(book)
        before = durable(book)
    with truebook.open(str(path), **options) as book:
        assert durable(book) == before
        again = book.fill("BTC-USD", "buy", "0.01", "50000", trade_id="a", strategy="trend")
        assert again.duplicate
        assert book.deposit("USD", "1000.01", id="start").duplicate
        assert durable(book) == before
        # The hour has turned since what was recorded: a snapshot comes first.
        assert book.deposit("USD", 1).sequence == before[-1] + 2


def test_a_book_that_was_dropped_unclosed_kept_everything(tmp_path):
    book = truebook.open(tmp_path / "a.db")
    record(book)
    before = durable(book)
    del book
    gc.collect()
    with truebook.open(tmp_path / "a.db") as book:
        assert durable(book) == before


def test_inline_and_engine_give_equal_positions():
    found = []
    for place in ("engine", "inline"):
        with truebook.open(threading=place) as book:
            record(book)
            found.append(durable(book))
    assert found[0] == found[1]


def test_a_memory_path_keeps_nothing(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with truebook.open(":memory:") as book:
        assert not book.wait_durable(book.deposit("USD", 1).sequence, 0)
        assert book.durable_sequence == 0
    assert list(tmp_path.iterdir()) == []


def test_an_empty_path_never_claims_to_be_durable(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    try:
        with truebook.open("") as book:
            assert not book.wait_durable(book.deposit("USD", 1).sequence, 1)
    except truebook.Error:
        pass  # Refused: as good.
    assert list(tmp_path.iterdir()) == []


def test_the_context_manager_gives_the_book_and_closes_it():
    book = truebook.open()
    with book as entered:
        assert entered is book
        book.deposit("USD", 1)
    with pytest.raises(truebook.ClosedError):
        book.deposit("USD", 1)


def test_the_context_manager_closes_after_an_error_and_lets_it_out(tmp_path):
    with pytest.raises(ZeroDivisionError), truebook.open(tmp_path / "a.db") as book:
        book.deposit("USD", 1)
        raise ZeroDivisionError
    with truebook.open(tmp_path / "a.db") as book:
        assert book.balance("USD").total == 1


def test_closing_again_does_nothing():
    book = truebook.open()
    book.close()
    book.close()


def test_a_configuration_brings_cash_and_instruments_once(tmp_path):
    config = tmp_path / "a.toml"
    config.write_text(
        '[cash]\nUSD = "250"\n[[instrument]]\nsymbol = "BTC-USD"\nbase = "BTC"\nquote = "USD"\n'
        "price_precision = 2\nqty_precision = 8\n"
    )
    for _ in range(2):
        with truebook.open(tmp_path / "a.db", config=config) as book:
            assert book.balance("USD").total == 250
            assert book.position("BTC-USD").side == "flat"


def test_a_configuration_that_says_live_never_opens_a_paper_book(tmp_path):
    config = tmp_path / "a.toml"
    config.write_text('[book]\nmode = "live"\n')
    path = tmp_path / "a.db"
    try:
        truebook.open(path, config=config).close()
    except truebook.InvalidValue:
        return  # Refused: as good.
    truebook.open(path, mode="live").close()


def test_an_event_clock_takes_its_time_from_events_alone():
    with truebook.open(clock="event") as book:
        add_btc(book)
        book.fill("BTC-USD", "buy", 1, 100, trade_id="a", ts_event=2_000)
        book.quote("BTC-USD", 100, 101, ts_event=3_000)
        book.fill("BTC-USD", "buy", 1, 100, trade_id="b")
        position = book.position("BTC-USD")
    assert (position.opened_at, position.updated_at) == (2_000, 3_000)


def test_a_system_clock_stamps_nanoseconds_since_the_epoch(book):
    before = time.time_ns()
    book.fill("BTC-USD", "buy", 1, 100, trade_id="a")
    assert before <= book.position("BTC-USD").opened_at <= time.time_ns()


# --- Durable -----------------------------------------------------------------------------------


@pytest.mark.parametrize("threading", ["engine", "inline"])
def test_what_was_waited_for_is_durable(tmp_path, threading):
    with truebook.open(tmp_path / "a.db", threading=threading) as book:
        sequence = book.deposit("USD", 1).sequence
        assert book.wait_durable(sequence)
        assert book.durable_sequence >= sequence


def test_waiting_for_what_was_never_written_ends_in_time(tmp_path):
    with truebook.open(tmp_path / "a.db") as book:
        started = time.monotonic()
        assert not book.wait_durable(10**6, 0.05)
        assert time.monotonic() - started < 2


@pytest.mark.parametrize("read", ["deposit", "durable_sequence"])
def test_a_thread_that_waits_for_durability_holds_up_nobody(tmp_path, read):
    with truebook.open(tmp_path / "a.db") as book:
        waiter = threading.Thread(target=book.wait_durable, args=(10**6, 1.5))
        waiter.start()
        time.sleep(0.2)
        started = time.monotonic()
        if read == "deposit":
            book.deposit("USD", 1)
        else:
            assert book.durable_sequence >= 0
        took = time.monotonic() - started
        waiter.join()
    assert took < 0.5


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="needs a timer signal")
def test_an_interrupt_ends_a_wait_for_durability(tmp_path):
    def interrupt(*_):
        raise KeyboardInterrupt

    with truebook.open(tmp_path / "a.db") as book:
        before = signal.signal(signal.SIGALRM, interrupt)
        started = time.monotonic()
        try:
            signal.setitimer(signal.ITIMER_REAL, 0.1)
            with pytest.raises(KeyboardInterrupt):
                book.wait_durable(10**6, 1.5)
            assert time.monotonic() - started < 1
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, before)


# --- Threads -----------------------------------------------------------------------------------


def test_four_threads_that_fill_at_once_end_with_the_exact_sum(tmp_path):
    count, failed = 250, []
    with truebook.open(tmp_path / "a.db", durability="os") as book:
        add_btc(book)
        start = threading.Barrier(4)

        def run(name):
            try:
                start.wait()
                for number in range(count):
                    own = f"{name}-{number}"
                    book.fill("BTC-USD", "buy", "0.00000001", "0.1", trade_id=own, fee="0.01")
                    book.fill("BTC-USD", "buy", "0.1", 1, trade_id=f"shared-{number}")
                    book.position("BTC-USD")
            except BaseException as error:
                failed.append(error)

        threads = [threading.Thread(target=run, args=(name,)) for name in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert failed == []
        position = book.position("BTC-USD")
    total = 4 * count * Decimal("0.00000001") + count * Decimal("0.1")
    assert position.qty == total
    assert position.fees == {"USD": 4 * count * Decimal("0.01")}
    with truebook.open(tmp_path / "a.db") as book:
        assert book.position("BTC-USD").qty == total


def test_another_thread_closes_a_book_that_is_in_use():
    book = truebook.open()
    ended = []

    def run():
        try:
            while True:
                book.deposit("USD", 1)
        except truebook.Error as error:
            ended.append(type(error))

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    time.sleep(0.05)
    book.close()
    for thread in threads:
        thread.join()
    assert ended == [truebook.ClosedError] * 4


def test_a_round_trip_that_has_ended_says_what_it_came_to():
    with truebook.open(threading="inline", clock="event") as book:
        book.add_instrument("AIG-USD", kind="equity", base="AIG", quote="USD", price_precision=2,
                            qty_precision=0)
        book.fill("AIG-USD", "buy", 2, 100, trade_id="1", strategy="swing", ts_event=1000)
        book.fill("AIG-USD", "buy", 2, 110, trade_id="2", strategy="swing", ts_event=2000, fee="1")
        book.fill("AIG-USD", "sell", 5, 120, trade_id="3", strategy="swing", ts_event=5000, fee="2")
        (closed,) = book.closed_positions()
        assert (closed.symbol, closed.strategy, closed.side) == ("AIG-USD", "swing", "long")
        assert (closed.entry_qty, closed.peak_qty) == (4, 4)
        assert (closed.entry_px, closed.exit_px) == (105, 120)
        assert (closed.realized_pnl, closed.fees) == (60, 3)
        assert (closed.opened_at, closed.closed_at, closed.duration_ns) == (1000, 5000, 4000)
        assert book.position("AIG-USD").signed_qty == -1
