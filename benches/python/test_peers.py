"""The same work as bots do it today: a lock, a dict and a file; Redis; NautilusTrader."""

import asyncio
import json
import shutil
import subprocess
import time
from decimal import Decimal

import pytest

PRICES = {"rounds": 30, "iterations": 500, "warmup_rounds": 2}


class Naive:
    """Positions in a dict behind an asyncio.Lock, written to a JSON file after each fill."""

    def __init__(self, path):
        self.path = path
        self.lock = asyncio.Lock()
        self.positions = {"BTC-USD": {"qty": 1.0, "cost": 100.0, "mark": 100.0}}

    async def quote(self, symbol, bid, ask):
        async with self.lock:
            self.positions[symbol]["mark"] = (bid + ask) / 2

    async def pnl(self, symbol):
        async with self.lock:
            held = self.positions[symbol]
            return held["qty"] * held["mark"] - held["cost"]

    async def fill(self, symbol, qty, price):
        async with self.lock:
            held = self.positions[symbol]
            held["qty"] += qty
            held["cost"] += qty * price
            with open(self.path, "w") as file:
                json.dump(self.positions, file)


@pytest.fixture
def naive(tmp_path):
    """The naive design, and a loop to run it in."""
    with asyncio.Runner() as runner:
        yield Naive(tmp_path / "state.json"), runner


def repeated(runner, call, count=500):
    """A function that awaits `call` so many times, and how many that is."""

    async def all_of_them():
        for _ in range(count):
            await call()

    return lambda: runner.run(all_of_them())


def test_naive_quote(benchmark, naive):
    design, runner = naive
    benchmark.group = "500 quotes, naive"
    run = repeated(runner, lambda: design.quote("BTC-USD", 100.5, 101.5))
    benchmark.pedantic(run, rounds=30, warmup_rounds=2)


def test_naive_tick_to_pnl(benchmark, naive):
    design, runner = naive

    async def tick():
        await design.quote("BTC-USD", 100.5, 101.5)
        return await design.pnl("BTC-USD")

    benchmark.group = "500 quotes, then the PnL, naive"
    benchmark.pedantic(repeated(runner, tick), rounds=30, warmup_rounds=2)


def test_naive_fill(benchmark, naive):
    design, runner = naive
    benchmark.group = "500 fills, naive"
    run = repeated(runner, lambda: design.fill("BTC-USD", 1.0, 100.0))
    benchmark.pedantic(run, rounds=10, warmup_rounds=1)


@pytest.fixture
def redis(tmp_path):
    """A Redis of our own on a unix socket."""
    client = pytest.importorskip("redis")
    program = shutil.which("redis-server")
    if program is None:
        pytest.skip("redis-server is not installed")
    socket = tmp_path / "redis.sock"
    server = subprocess.Popen(
        [program, "--port", "0", "--unixsocket", str(socket), "--save", "", "--dir", str(tmp_path)],
        stdout=subprocess.DEVNULL,
    )
    try:
        found = client.Redis(unix_socket_path=str(socket))
        for _ in range(100):
            try:
                found.ping()
                break
            except client.exceptions.ConnectionError:
                time.sleep(0.05)
        yield found
    finally:
        server.terminate()
        server.wait()


def test_redis_quote(benchmark, redis):
    benchmark.group = "quote, Redis"
    benchmark.pedantic(
        lambda: redis.hset("BTC-USD", mapping={"bid": 100.5, "ask": 101.5}), **PRICES
    )


def test_redis_position(benchmark, redis):
    redis.hset("position:BTC-USD", mapping={"qty": 1, "cost": 100, "mark": 100})

    def pnl():
        held = redis.hgetall("position:BTC-USD")
        return Decimal(held[b"qty"].decode()) * Decimal(held[b"mark"].decode()) - Decimal(
            held[b"cost"].decode()
        )

    benchmark.group = "position and its PnL, Redis"
    benchmark.pedantic(pnl, **PRICES)


def test_nautilus_position(benchmark):
    pytest.importorskip("nautilus_trader", reason="NautilusTrader is not installed")
    from nautilus_trader.model.objects import Price, Quantity

    quantity, price = Quantity.from_str("1.00000000"), Price.from_str("100.50")
    benchmark.group = "quantity times price, NautilusTrader"
    benchmark.pedantic(lambda: quantity.as_decimal() * price.as_decimal(), **PRICES)
