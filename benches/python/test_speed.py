"""What a call costs from Python, beside a bare call of this interpreter."""

from conftest import START

MANY = {"rounds": 30, "iterations": 5_000, "warmup_rounds": 3}
FEW = {"rounds": 30, "iterations": 500, "warmup_rounds": 3}


def measured(benchmark, what, call, size=MANY):
    """Measure `call`, named `what` in the table."""
    benchmark.group = what
    benchmark.pedantic(call, **size)


def test_floor(benchmark):
    """A bare call: what the others have on top is ours."""
    measured(benchmark, "a call of nothing", lambda: None)


def test_position(benchmark, book):
    position = book.position
    measured(benchmark, "position", lambda: position("BTC-USD", strategy="s"))


def test_position_and_its_pnl(benchmark, book):
    position = book.position
    measured(
        benchmark,
        "position and its unrealized PnL",
        lambda: position("BTC-USD", strategy="s").unrealized_pnl,
    )


def test_quote(benchmark, book):
    quote = book.quote
    measured(benchmark, "quote", lambda: quote("BTC-USD", 100.5, 101.5, ts_event=START))


def test_tick_to_pnl(benchmark, book):
    quote, position = book.quote, book.position

    def tick():
        quote("BTC-USD", 100.5, 101.5, ts_event=START)
        return position("BTC-USD", strategy="s").unrealized_pnl

    measured(benchmark, "a quote, then the unrealized PnL", tick)


def test_fill(benchmark, book, request):
    fill, numbers = book.fill, request.node.numbers

    def execute():
        number = next(numbers)
        side = "sell" if number % 2 else "buy"
        fill("BTC-USD", side, 1, 100, trade_id=f"t{number}", strategy="s", ts_event=START)

    measured(benchmark, "fill", execute, FEW)


def test_portfolio(benchmark, book):
    measured(benchmark, "portfolio", book.portfolio)


def test_event_to_handlers(benchmark, book):
    subscription = book.subscribe("price_updated")
    quote, poll = book.quote, subscription.poll_many
    heard = [lambda event: None for _ in range(10)]
    for number in range(2_000):
        quote("BTC-USD", 100 + number % 2, 102, ts_event=START)
    book.portfolio()

    def once():
        for event in poll(1):
            for handler in heard:
                handler(event)

    measured(
        benchmark,
        "an event to 10 handlers",
        once,
        {"rounds": 15, "iterations": 100, "warmup_rounds": 1},
    )
