"""What every reader of another library's objects needs: fields, text, numbers and fees.

1. A field is an item of a mapping or an attribute of anything else; one that is not there is None.
2. A number is exact: a float is taken by its shortest text, and no product is rounded.
3. What cannot be taken raises `InvalidValue` with the field, what was found and what is allowed.
"""

import re
from collections.abc import Iterable, Mapping
from decimal import Context, Decimal, Inexact, InvalidOperation, Overflow
from typing import Literal, TypeAlias, TypeVar

from truebook._errors import InvalidValue

Number: TypeAlias = str | int | float | Decimal
Side: TypeAlias = Literal["buy"] | Literal["sell"]
Leg: TypeAlias = Literal["net"] | Literal["long"] | Literal["short"]
Liquidity: TypeAlias = Literal["maker"] | Literal["taker"]

_Word = TypeVar("_Word")

LEGS: dict[str, Leg] = {"net": "net", "long": "long", "short": "short"}

# Enough digits for any product of numbers that pass the door; one that is not raises.
_EXACT = Context(prec=400, Emax=9999, Emin=-9999, traps=[Inexact, InvalidOperation, Overflow])
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,4})?", re.ASCII)
_DIGITS_MAX = 40
_TEXT_BYTES_MAX = 96
_FOUND_MAX = 64


def invalid(what: str, found: object, allowed: str) -> InvalidValue:
    """The error of the field `what`."""
    try:
        text = repr(found)
    except Exception:
        text = type(found).__name__
    if len(text) > _FOUND_MAX:
        text = f"{text[:_FOUND_MAX]}..."
    return InvalidValue(f"{what}: found {text}, allowed: {allowed}")


def field(source: object, name: str) -> object:
    """The field `name` of a mapping or an object, or None."""
    try:
        if isinstance(source, Mapping):
            return source.get(name)
        return getattr(source, name, None)
    except Exception as error:
        raise invalid(name, error, "a field that can be read") from error


def first(*values: object) -> object:
    """The first of `values` that is neither None nor empty text, or None."""
    for value in values:
        if value is not None and not (isinstance(value, str) and not value):
            return value
    return None


def mapping(what: str, value: object) -> Mapping[object, object]:
    """`value`, which must be a mapping."""
    if isinstance(value, Mapping):
        return value
    raise invalid(what, value, "a mapping")


def rows(what: str, value: object) -> list[object]:
    """The items of `value`, which must be a list or a tuple."""
    if isinstance(value, list | tuple):
        return list(value)
    raise invalid(what, value, "a list")


def text(what: str, value: object) -> str | None:
    """`value` as text of 1 to 96 bytes; None where it is None or empty. A whole number is written
    out.
    """
    if first(value) is None:
        return None
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise invalid(what, value, "text or a whole number")
    try:
        written = value if isinstance(value, str) else str(int(value))
        size = len(written.encode())
    except ValueError as error:
        raise invalid(what, "text that cannot be written out", "1 to 96 bytes of text") from error
    if size > _TEXT_BYTES_MAX:
        raise invalid(what, written, "1 to 96 bytes of text")
    return str(written)


def needed(what: str, value: object) -> str:
    """`text` that must be there."""
    found = text(what, value)
    if found is None:
        raise invalid(what, value, "1 to 96 bytes of text")
    return found


def word(what: str, value: object, words: Mapping[str, _Word]) -> _Word:
    """What `words` says for `value`, or for its name where it is a member of an enumeration."""
    name = value if isinstance(value, str) else field(value, "name")
    found = words.get(name) if isinstance(name, str) else None
    if found is None:
        raise invalid(what, value, " or ".join(repr(word) for word in words))
    return found


def number(what: str, value: object) -> Decimal:
    """`value` exactly: str, int, float or Decimal. NaN, infinity and bool are refused."""
    if isinstance(value, bool) or not isinstance(value, str | int | float | Decimal):
        raise invalid(what, value, "str, int, float or Decimal")
    allowed = "a decimal number"
    if isinstance(value, float):
        value = float.__repr__(value)
    if isinstance(value, str) and not _NUMBER.fullmatch(value):
        raise invalid(what, value, allowed)
    taken = Decimal(value)
    if not taken.is_finite():
        raise invalid(what, value, allowed)
    digits, exponent = taken.as_tuple().digits, int(taken.as_tuple().exponent)
    if len(digits) > _DIGITS_MAX or not -_DIGITS_MAX <= exponent <= _DIGITS_MAX:
        raise invalid(what, value, f"{allowed} of at most {_DIGITS_MAX} digits")
    return taken


def optional(what: str, value: object) -> Decimal | None:
    """`number`, or None where `value` is None or empty text."""
    return None if first(value) is None else number(what, value)


def product(*factors: Decimal) -> Decimal:
    """The exact product."""
    result = Decimal(1)
    for factor in factors:
        result = _EXACT.multiply(result, factor)
    return result


def total(parts: Iterable[Decimal]) -> Decimal:
    """The exact sum."""
    result = Decimal(0)
    for part in parts:
        result = _EXACT.add(result, part)
    return result


def fees_of(parts: Iterable[tuple[str, Decimal]]) -> dict[str, Number] | None:
    """Fees summed by currency, None where there are none: a fee that is not known is absent, not
    0.
    """
    fees: dict[str, Decimal] = {}
    for currency, amount in parts:
        fees[currency] = total((fees.get(currency, Decimal(0)), amount))
    return dict(fees) or None
