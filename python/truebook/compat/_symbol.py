"""What a symbol says about its instrument. Only spot pairs say enough; nothing is guessed."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from truebook._ingest.field import invalid

if TYPE_CHECKING:
    from decimal import Decimal

# Digits after the point of prices and quantities, where the first number has no more.
DIGITS = 8
# What the book can hold, before and after the point together.
_DIGITS_MAX = 18
_PAIR = re.compile(r"([A-Z0-9]{1,20})[/_-]([A-Z]{3,10})", re.IGNORECASE | re.ASCII)
_JOINED = re.compile(
    r"([A-Z0-9]{2,20}?)(FDUSD|USDT|USDC|BUSD|TUSD|USD|EUR|GBP|JPY|TRY|BTC|ETH|BNB)", re.ASCII
)
_JOINED_MIN = 6
# What follows the base of a derivative.
_DERIVATIVES = {"PERP", "SWAP", "FUT", "FUTURE", "FUTURES", "INDEX", "SPOT"}
_ALLOWED = (
    "a pair as BTC/USDT, BTC-USD, BTC_USDT or BTCUSDT; register others with book.add_instrument"
)


def pair_of(symbol: str) -> tuple[str, str]:
    """Base and quote of a spot pair; InvalidValue where the symbol does not say them."""
    found = _PAIR.fullmatch(symbol)
    if found is None and len(symbol) >= _JOINED_MIN:
        found = _JOINED.fullmatch(symbol)
    if found is None or found[2].upper() in _DERIVATIVES or found[1] == found[2]:
        raise invalid("symbol", symbol, _ALLOWED)
    return found[1], found[2]


def digits_of(what: str, first: Decimal | None) -> int:
    """Digits after the point for a number whose first value is `first`: 8, or as many as it has, up
    to 18. InvalidValue where it has more, or is too large for that many."""
    if first is None:
        return DIGITS
    _sign, written, exponent = first.as_tuple()
    zeros = len(written) - len("".join(map(str, written)).rstrip("0"))
    digits = max(DIGITS, -int(exponent) - zeros)
    if digits > _DIGITS_MAX or first.adjusted() + digits >= _DIGITS_MAX:
        allowed = f"at most {_DIGITS_MAX} digits, with {DIGITS} or more of them after the point"
        raise invalid(what, first, allowed)
    return digits
