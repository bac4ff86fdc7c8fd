"""Columns of any library's table, as what the compiled part reads fast: an array or a list.

1. No library is imported that the caller does not have imported, but for a table that only says
   what it is by the Arrow PyCapsule interface: pyarrow or polars reads it.
2. Times become nanoseconds since the epoch; one without a zone is UTC.
3. What is absent stays absent: None, or NaN among floats.
"""

import sys
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from truebook._errors import InvalidType, InvalidValue
from truebook._ingest.instant import nanoseconds

_ALLOWED = (
    "a table of truebook, pandas, polars or pyarrow, another one with the Arrow PyCapsule "
    "interface, or a mapping of columns"
)
_NUMPY_UNITS = ("s", "ms", "us", "ns")


def opened(what: str, data: Any) -> Any:
    """`data` as something that `column` takes; `what` is the parameter that it was given for."""
    if _library(data) == "polars" and hasattr(data, "collect"):
        data = data.collect()
    if isinstance(data, Mapping) or _library(data) in ("pandas", "polars", "pyarrow"):
        if hasattr(data, "keys") or hasattr(data, "columns"):
            return data
    if not hasattr(data, "__arrow_c_stream__"):
        raise InvalidType(f"{what}: found {type(data).__name__}, allowed: {_ALLOWED}")
    try:
        return _by_capsule(data)
    except ImportError:
        text = f"{what}: found {type(data).__name__}, allowed: {_ALLOWED}"
        raise InvalidValue(f"{text}; pyarrow or polars reads this one, install either") from None
    except Exception as error:
        raise InvalidValue(f"{what}: found {error}, allowed: {_ALLOWED}") from error


def names(data: Any) -> list[str]:
    """The names of its columns."""
    if isinstance(data, Mapping):
        return [str(name) for name in data]
    named = data.column_names if _library(data) == "pyarrow" else data.columns
    return [str(name) for name in named]


def column(data: Any, name: str, kind: str) -> Any:
    """The values of a column, whose `kind` is "time", "number" or "text"; None where it is not."""
    try:
        if not _has(data, name):
            return None
        values = _plain(data[name], kind)
        if kind == "time" and isinstance(values, list | tuple):
            return [_instant(name, value) for value in values]
        return values
    except InvalidValue:
        raise
    except Exception as error:
        raise InvalidValue(f"{name}: found {error!r}, allowed: a column of values") from error


def _has(data: Any, name: str) -> bool:
    if isinstance(data, Mapping) or _library(data) == "pandas":
        return name in data
    return name in names(data)


def _library(data: Any) -> str:
    return type(data).__module__.partition(".")[0]


def _by_capsule(data: Any) -> Any:
    try:
        import pyarrow  # type: ignore[import-untyped,import-not-found,unused-ignore]
    except ImportError:
        import polars  # type: ignore[import-not-found,unused-ignore]

        return polars.DataFrame(data)
    return pyarrow.table(data)


def _plain(values: Any, kind: str) -> Any:
    library = _library(values)
    if library == "pandas":
        return _of_pandas(values, kind)
    if library == "polars":
        return _of_polars(values, kind)
    if library == "pyarrow":
        return _of_pyarrow(values, kind)
    if library == "numpy":
        return _of_numpy(values, kind)
    is_column = hasattr(values, "__iter__") and hasattr(values, "__len__")
    if isinstance(values, str | bytes | Mapping) or not is_column:
        raise TypeError(f"{type(values).__name__} is no column")
    # A list is read as it is, and so is what has a buffer, such as an array.array.
    is_flat = isinstance(values, Sequence | memoryview) or hasattr(values, "typecode")
    return values if is_flat else list(values)


def _instant(name: str, value: Any) -> Any:
    return nanoseconds(name, value, "ns") if isinstance(value, datetime) else value


def _of_pandas(values: Any, kind: str) -> Any:
    dtype = values.dtype
    code = getattr(dtype, "kind", "O")
    if _library(dtype) == "numpy" and code in "iufM":
        return _of_numpy(values.to_numpy(), kind)
    if kind == "text" or code not in "iufM":
        return [None if found else value for value, found in _marked(values)]
    if code == "M":
        if getattr(dtype, "tz", None) is not None:
            values = values.dt.tz_convert(None)
        return _of_numpy(values.to_numpy(dtype="datetime64[ns]"), kind)
    if code == "f":
        return values.to_numpy(dtype="float64", na_value=float("nan"))
    if values.isna().any():
        return [None if found else value for value, found in _marked(values)]
    return _of_numpy(values.to_numpy(), kind)


def _marked(values: Any) -> Any:
    return zip(values.tolist(), values.isna().tolist(), strict=True)


def _of_polars(values: Any, kind: str) -> Any:
    polars = sys.modules["polars"]
    if isinstance(values.dtype, polars.Datetime):
        values = values.cast(polars.Datetime("ns", values.dtype.time_zone)).to_physical()
    is_float = values.dtype.is_float()
    is_whole = values.dtype.is_integer() and values.null_count() == 0
    if kind == "text" or not (is_float or is_whole):
        return values.to_list()
    try:
        return _of_numpy(values.cast(polars.Float64 if is_float else values.dtype).to_numpy(), kind)
    except ImportError:
        return values.to_list()


def _of_pyarrow(values: Any, kind: str) -> Any:
    pyarrow = sys.modules["pyarrow"]
    types = pyarrow.types
    if types.is_timestamp(values.type):
        values = values.cast(pyarrow.timestamp("ns", values.type.tz)).cast(pyarrow.int64())
    is_float = types.is_floating(values.type)
    is_whole = types.is_integer(values.type) and values.null_count == 0
    if kind == "text" or not (is_float or is_whole):
        return values.to_pylist()
    wanted = values.cast(pyarrow.float64() if is_float else pyarrow.int64())
    try:
        return wanted.to_numpy()
    except ImportError:
        return wanted.to_pylist()


def _of_numpy(values: Any, kind: str) -> Any:
    code = values.dtype.kind
    if getattr(values, "ndim", 0) != 1:
        raise TypeError("an array that has not one dimension")
    if kind == "text" or code not in "iufM":
        return values.tolist()
    if code == "M":
        if not any(values.dtype == f"datetime64[{unit}]" for unit in _NUMPY_UNITS):
            raise TypeError(f"{values.dtype}, not datetime64 of s, ms, us or ns")
        exact = values.astype("datetime64[ns]")
        if not ((exact.astype(values.dtype) == values) | (values != values)).all():
            raise OverflowError("a time beyond 64 bits of nanoseconds")
        return exact.view("int64")
    if code == "f":
        return values if values.dtype == "float64" else values.astype("float64")
    whole = values.astype("int64", copy=False)
    # An unsigned number beyond 64 bits with a sign has wrapped around.
    return values.tolist() if code == "u" and (whole < 0).any() else whole
