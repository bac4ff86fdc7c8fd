"""Times of other libraries as nanoseconds since the epoch, without a float on the way.

A time without a zone is UTC.
"""

import re
from datetime import UTC, datetime
from decimal import Decimal
from typing import Literal, TypeAlias

from truebook._ingest.field import first, invalid, number, product

Unit: TypeAlias = Literal["s"] | Literal["ms"] | Literal["us"] | Literal["ns"]

_NS: dict[Unit, int] = {"s": 10**9, "ms": 10**6, "us": 10**3, "ns": 1}
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_ALLOWED = "a datetime, ISO 8601 text, a FIX UTCTimestamp or a number"
_CALENDAR = re.compile(
    r"(\d{4})-?(\d\d)-?(\d\d)[-T ](\d\d):?(\d\d):?(\d\d)(?:[.,](\d{1,18}))?"
    r"(?:Z|([+-])(\d\d):?(\d\d))?",
    re.ASCII,
)
_DIGITS = re.compile(r"-?\d+(\.\d*)?", re.ASCII)
_RANGE = 2**63


def nanoseconds(what: str, value: object, unit: Unit) -> int | None:
    """`value` as nanoseconds since the epoch; None where it is None or empty text.

    A number counts `unit`; what is finer than a nanosecond is cut off.
    """
    if first(value) is None:
        return None
    if isinstance(value, datetime):
        try:
            found = _of_datetime(value)
        except Exception as error:
            raise invalid(what, value, _ALLOWED) from error
    elif isinstance(value, str) and not _DIGITS.fullmatch(value):
        found = _of_text(what, value)
    elif isinstance(value, str | int | float | Decimal):
        found = int(product(number(what, value), Decimal(_NS[unit])))
    else:
        raise invalid(what, value, _ALLOWED)
    if not -_RANGE <= found < _RANGE:
        raise invalid(what, value, "a time whose nanoseconds since the epoch have 64 bits")
    return found


def unit_of(value: object) -> Unit:
    """The unit of a number of our time by its size: seconds up to the year 5138, then finer."""
    is_number = isinstance(value, int | float | Decimal)
    size = number("timestamp", value).copy_abs() if is_number else 0
    if size < 10**11:
        return "s"
    if size < 10**14:
        return "ms"
    return "us" if size < 10**17 else "ns"


def _of_datetime(value: datetime) -> int:
    aware = value if value.tzinfo is not None else value.replace(tzinfo=UTC)
    since = aware - _EPOCH
    finer = getattr(value, "nanosecond", 0)
    seconds = since.days * 86_400 + since.seconds
    whole = seconds * 10**9 + since.microseconds * 1000
    return whole + (finer if type(finer) is int else 0)


def _of_text(what: str, value: str) -> int:
    parts = _CALENDAR.fullmatch(value)
    if parts is None:
        raise invalid(what, value, _ALLOWED)
    year, month, day, hour, minute, second = (int(part) for part in parts.groups()[:6])
    # A leap second is the first of the next minute.
    leap = second == 60
    try:
        whole = datetime(year, month, day, hour, minute, 59 if leap else second, tzinfo=UTC)
    except ValueError as error:
        raise invalid(what, value, _ALLOWED) from error
    fraction, sign, hours, minutes = parts.groups()[6:]
    offset = (int(hours) * 60 + int(minutes)) * 60 * 10**9 if sign else 0
    finer = int((fraction or "0").ljust(9, "0")[:9])
    found = _of_datetime(whole) + finer + leap * 10**9
    return found + offset if sign == "-" else found - offset
