"""The measurements as a table: python benches/python/table.py RESULTS.json."""

import json
import sys


def rows(results):
    """One row for each piece of work: its name, and the median of each way to do it."""
    found = {}
    for each in results["benchmarks"]:
        _, _, way = each["name"].partition("[")
        way = way.rstrip("]").removesuffix("-10")
        found.setdefault(each["group"], []).append((way, each["stats"]["median"]))
    return found


def shown(seconds):
    """A time with its unit."""
    nanos = seconds * 1e9
    return f"{nanos:,.0f} ns" if nanos < 10_000 else f"{nanos / 1_000:,.0f} µs"


def main():
    """Print the table."""
    with open(sys.argv[1]) as file:
        results = json.load(file)
    print("| what | median |\n|---|---|")
    for group, medians in rows(results).items():
        ways = [f"{way}: {shown(median)}" if way else shown(median) for way, median in medians]
        print(f"| {group} | {', '.join(ways)} |")


if __name__ == "__main__":
    main()
