"""The measurements as a table: python benches/python/table.py RESULTS.json..."""

import json
import sys

OURS = ["inline", "engine spinning", "engine parked"]
PEERS = ["NautilusTrader 1.221", "Redis", "lock, dict, JSON file"]
BATCHES = ["truebook", "pandas", "polars"]
NONE = "a call of nothing"


def medians(paths, table=None):
    """By piece of work and way to do it, the median of one call in seconds."""
    found = {}
    for path in paths:
        with open(path) as file:
            benchmarks = json.load(file)["benchmarks"]
        for each in benchmarks:
            info = each["extra_info"]
            if info.get("table") != table:
                continue
            median = each["stats"]["median"] / info.get("count", 1)
            found.setdefault(each["group"], {})[info.get("way", "")] = median
    return found


def shown(seconds):
    """A time with its unit."""
    if seconds is None:
        return ""
    nanos = seconds * 1e9
    return f"{nanos:,.0f} ns" if nanos < 10_000 else f"{nanos / 1_000:,.0f} µs"


def main():
    """Print the table."""
    found = medians(sys.argv[1:])
    floor = found.pop(NONE, {}).get("")
    print(f"A lambda that is called and does nothing takes {shown(floor)}: each row has it, too.\n")
    written(found, [*OURS, *PEERS])
    print("\nBars in batches of 100,000, each row of one bar; ours are exact decimals.\n")
    written(medians(sys.argv[1:], "bars"), BATCHES)


def written(found, ways):
    """Print what was found, a column for each of `ways`."""
    print("| what | " + " | ".join(ways) + " |\n|---|" + "---|" * len(ways))
    for what, by_way in found.items():
        print(f"| {what} | " + " | ".join(shown(by_way.get(way)) for way in ways) + " |")


if __name__ == "__main__":
    main()
