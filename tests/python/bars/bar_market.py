"""Minutes of real markets, where the folder with them is there, and generated ones."""

import os
from pathlib import Path

import numpy
import pandas
import pytest

MINUTE = 60_000_000_000
START = 1_700_000_040_000_000_000
ROOT = Path(__file__).parents[3]


def minutes(folder):
    """The bars of each symbol in `folder` of the data, with the times in nanoseconds."""
    home = Path(os.environ.get("TRUEBOOK_DATA", ROOT.parent / "shared" / "data")) / folder
    if not home.is_dir():
        pytest.skip(f"no {folder}: say in TRUEBOOK_DATA where the folder is")
    found = {}
    for file in sorted(home.glob("*.trade.csv")):
        frame = pandas.read_csv(file)
        frame["ts_open"] = frame["ts_open_ms"] * 1_000_000
        found[file.name.split(".")[0]] = frame.drop(columns="ts_open_ms")
    return found


def walk(count, seed):
    """So many minutes of one symbol, none missing."""
    random = numpy.random.default_rng(seed)
    close = numpy.round(100 + numpy.cumsum(random.normal(0, 0.05, count)), 2)
    opened = numpy.round(close + random.normal(0, 0.02, count), 2)
    spread = numpy.round(random.uniform(0.01, 0.1, count), 2)
    return pandas.DataFrame(
        {
            "ts_open": START + MINUTE * numpy.arange(count),
            "open": opened,
            "high": numpy.round(numpy.maximum(opened, close) + spread, 2),
            "low": numpy.round(numpy.minimum(opened, close) - spread, 2),
            "close": close,
            "volume": numpy.round(random.uniform(0, 10, count), 8),
        }
    )


def gappy(symbols, count, seed):
    """Minutes of several symbols, of each of which some are missing."""
    random = numpy.random.default_rng(seed)
    return {
        symbol: walk(count, seed * 100 + number)[random.random(count) < 0.9]
        for number, symbol in enumerate(symbols)
    }
