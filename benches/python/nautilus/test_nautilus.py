"""The same work in NautilusTrader: its cache, portfolio, execution engine and message bus.

In an environment of its own: it wants older versions of what our tests use.
"""

import pytest
from nautilus_trader.common.component import MessageBus, TestClock
from nautilus_trader.common.factories import OrderFactory
from nautilus_trader.core.uuid import UUID4
from nautilus_trader.execution.engine import ExecutionEngine
from nautilus_trader.model.currencies import USDT
from nautilus_trader.model.data import QuoteTick
from nautilus_trader.model.enums import AccountType, OrderSide
from nautilus_trader.model.events import AccountState
from nautilus_trader.model.identifiers import AccountId, StrategyId, TradeId, VenueOrderId
from nautilus_trader.model.objects import AccountBalance, Money, Price, Quantity
from nautilus_trader.portfolio.portfolio import Portfolio
from nautilus_trader.test_kit.providers import TestInstrumentProvider
from nautilus_trader.test_kit.stubs.component import TestComponentStubs
from nautilus_trader.test_kit.stubs.events import TestEventStubs
from nautilus_trader.test_kit.stubs.identifiers import TestIdStubs

MANY = {"rounds": 30, "iterations": 5_000, "warmup_rounds": 3}
WAY = "NautilusTrader 1.221"
ACCOUNT = AccountId("BINANCE-001")
ONE = Quantity.from_str("1.000000")


class Desk:
    """A cache, a portfolio and an execution engine on one message bus, with one position."""

    def __init__(self):
        clock, trader = TestClock(), TestIdStubs.trader_id()
        self.bus = MessageBus(trader_id=trader, clock=clock)
        self.cache = TestComponentStubs.cache()
        self.portfolio = Portfolio(msgbus=self.bus, cache=self.cache, clock=clock)
        self.engine = ExecutionEngine(msgbus=self.bus, cache=self.cache, clock=clock)
        self.orders = OrderFactory(trader_id=trader, strategy_id=StrategyId("S-001"), clock=clock)
        self.instrument = TestInstrumentProvider.btcusdt_binance()
        self.cache.add_instrument(self.instrument)
        rich = AccountBalance(Money(1e9, USDT), Money(0, USDT), Money(1e9, USDT))
        self.portfolio.update_account(
            AccountState(
                account_id=ACCOUNT,
                account_type=AccountType.MARGIN,
                base_currency=None,
                reported=True,
                balances=[rich],
                margins=[],
                info={},
                event_id=UUID4(),
                ts_event=0,
                ts_init=0,
            )
        )
        self.engine.process(self.filled(OrderSide.BUY))
        self.position_id = self.cache.positions()[0].id
        self.quote()

    def quote(self):
        """Make a quote of two floats and give it to the cache."""
        tick = QuoteTick(
            self.instrument.id, Price(100.5, 2), Price(101.5, 2), ONE, ONE, ts_event=0, ts_init=0
        )
        self.cache.add_quote_tick(tick)
        return tick

    def tick(self):
        """A quote, then what the portfolio says."""
        self.portfolio.update_quote_tick(self.quote())
        return self.portfolio.unrealized_pnl(self.instrument.id).as_decimal()

    def filled(self, side):
        """The report of a fill of an order that was submitted and accepted."""
        order = self.orders.market(self.instrument.id, side, ONE)
        self.cache.add_order(order, None)
        order.apply(TestEventStubs.order_submitted(order, account_id=ACCOUNT))
        known = VenueOrderId(order.client_order_id.value)
        self.engine.process(
            TestEventStubs.order_accepted(order, account_id=ACCOUNT, venue_order_id=known)
        )
        return TestEventStubs.order_filled(
            order,
            instrument=self.instrument,
            strategy_id=order.strategy_id,
            account_id=ACCOUNT,
            venue_order_id=known,
            trade_id=TradeId(order.client_order_id.value),
            last_px=Price.from_str("100.00"),
        )


@pytest.fixture(scope="module")
def desk():
    return Desk()


def measured(benchmark, what, call, size=MANY):
    """Measure `call`, named `what` in the table."""
    benchmark.group = what
    benchmark.extra_info["way"] = WAY
    benchmark.pedantic(call, **size)


def test_position(benchmark, desk):
    position, number = desk.cache.position, desk.position_id
    measured(benchmark, "position", lambda: position(number))


def test_position_and_its_pnl(benchmark, desk):
    price = Price.from_str("101.00")
    position, number = desk.cache.position, desk.position_id

    def pnl():
        return position(number).unrealized_pnl(price).as_decimal()

    measured(benchmark, "position and its unrealized PnL", pnl)


def test_quote(benchmark, desk):
    measured(benchmark, "quote", desk.quote)


def test_tick_to_pnl(benchmark, desk):
    measured(benchmark, "a quote, then the unrealized PnL", desk.tick)


def test_fill(benchmark, desk):
    sides = [OrderSide.SELL, OrderSide.BUY]
    reports = iter([desk.filled(sides[number % 2]) for number in range(4_000)])
    process = desk.engine.process
    size = {"rounds": 30, "iterations": 100, "warmup_rounds": 3}
    measured(benchmark, "fill", lambda: process(next(reports)), size)


def test_event_to_handlers(benchmark, desk):
    tick = desk.quote()
    for number in range(10):
        desk.bus.subscribe("quotes", lambda event, _own=number: None)
    publish = desk.bus.publish
    measured(benchmark, "an event to 10 handlers", lambda: publish("quotes", tick))
