"""Tables as structured arrays of numpy, which is imported only when one is asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from truebook._truebook import Table

# In place of a whole number that is absent, as numpy itself marks a time that is.
_ABSENT = -(2**63)


def structured(table: Table, kinds: dict[str, str]) -> Any:
    """Give `table` as a structured array; `kinds` says what each column holds."""
    import numpy  # type: ignore[import-not-found,unused-ignore]

    columns = {}
    for name, kind in kinds.items():
        values = table[name]
        if kind == "float":
            found = [float("nan") if value is None else float(value) for value in values]
            columns[name] = numpy.array(found, dtype="f8")
        elif kind == "whole":
            found = [_ABSENT if value is None else value for value in values]
            columns[name] = numpy.array(found, dtype="i8")
        elif kind == "flag":
            columns[name] = numpy.array(values, dtype="?")
        elif kind == "time":
            times = ["NaT" if value is None else value for value in values]
            columns[name] = numpy.array(times, dtype="datetime64[ns]")
        else:
            columns[name] = numpy.array([value or "" for value in values], dtype="U")
    layout = [(name, column.dtype) for name, column in columns.items()]
    array = numpy.empty(len(table), dtype=layout)
    for name, column in columns.items():
        array[name] = column
    return array
