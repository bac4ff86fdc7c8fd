"""The same work as bots do it today: a lock, a dict and a JSON file; Redis."""

import asyncio
import json
import shutil
import subprocess
import time
from decimal import Decimal

import pytest

# So many calls are awaited at once, and measured as one.
MANY = 500
FEW = {"rounds": 30, "iterations": 500, "warmup_rounds": 2}


class Naive:
    """Positions in a dict behind an asyncio.Lock, written to a JSON file after each fill."""

    def __init__(self, path):
        self.path = path
        self.lock = asyncio.Lock()
        self.positions = {"BTC-USD": {"qty": 1.0, "cost": 100.0, "mark": 100.0}}

    async def quote(self):
        async with self.lock:
            self.positions["BTC-USD"]["mark"] = (100.5 + 101.5) / 2

    async def pnl(self):
        async with self.lock:
            held = self.positions["BTC-USD"]
            return held["qty"] * held["mark"] - held["cost"]

    async def tick(self):
        await self.quote()
        return await self.pnl()

    async def fill(self):
        async with self.lock:
            held = self.positions["BTC-USD"]
            held["qty"] += 1.0
            held["cost"] += 100.0
            with open(self.path, "w") as file:
                json.dump(self.positions, file)


NAIVE = {
    "position and its unrealized PnL": Naive.pnl,
    "quote": Naive.quote,
    "a quote, then the unrealized PnL": Naive.tick,
    "fill": Naive.fill,
}


@pytest.mark.parametrize("way", ["lock, dict, JSON file"])
@pytest.mark.parametrize("what", NAIVE)
def test_naive(benchmark, tmp_path, what, way):
    design = Naive(tmp_path / "state.json")

    async def all_of_them():
        for _ in range(MANY):
            await NAIVE[what](design)

    benchmark.group = what
    benchmark.extra_info.update(way=way, count=MANY)
    with asyncio.Runner() as runner:
        benchmark.pedantic(lambda: runner.run(all_of_them()), rounds=10, warmup_rounds=1)


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
        found.hset("BTC-USD", mapping={"qty": 1, "cost": 100, "mark": 101})
        yield found
    finally:
        server.terminate()
        server.wait()


def redis_pnl(redis):
    held = {name: Decimal(value.decode()) for name, value in redis.hgetall("BTC-USD").items()}
    return held[b"qty"] * held[b"mark"] - held[b"cost"]


def redis_quote(redis):
    redis.hset("BTC-USD", mapping={"bid": 100.5, "ask": 101.5, "mark": 101.0})


def redis_tick(redis):
    redis_quote(redis)
    return redis_pnl(redis)


def redis_fill(redis):
    with redis.pipeline() as both:
        both.hincrbyfloat("BTC-USD", "qty", 1)
        both.hincrbyfloat("BTC-USD", "cost", 100)
        both.execute()


REDIS = {
    "position and its unrealized PnL": redis_pnl,
    "quote": redis_quote,
    "a quote, then the unrealized PnL": redis_tick,
    "fill": redis_fill,
}


@pytest.mark.parametrize("way", ["Redis"])
@pytest.mark.parametrize("what", REDIS)
def test_redis(benchmark, redis, what, way):
    call = REDIS[what]
    benchmark.group = what
    benchmark.extra_info["way"] = way
    benchmark.pedantic(lambda: call(redis), **FEW)
