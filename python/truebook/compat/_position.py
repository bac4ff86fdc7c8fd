"""A position with the names that bots had for it."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, ClassVar

from truebook.compat._record import Record, instant

if TYPE_CHECKING:
    from datetime import datetime

    import truebook


class Position(Record):
    """What an account holds of a symbol, over all strategies, at one sequence of the book.

    Money is in the settlement currency, gross of fees. What the book does not know is None. There
    is no highest and lowest price: the book keeps prices, not their extremes.
    """

    fields: ClassVar[tuple[str, ...]] = (
        "symbol",
        "side",
        "size",
        "average_price",
        "current_price",
        "realized_pnl",
        "unrealized_pnl",
        "fees_paid",
        "fees_currency",
        "entry_time",
        "last_update",
    )
    __slots__ = ("_found",)

    def __init__(self, found: truebook.Position) -> None:
        """Name the fields of `found` as bots do."""
        self._found = found

    @property
    def symbol(self) -> str:
        """What is held."""
        return self._found.symbol

    @property
    def side(self) -> str:
        """"long", "short" or "flat"."""
        return self._found.side

    @property
    def size(self) -> Decimal:
        """Quantity, never negative."""
        return self._found.qty

    quantity = size
    total_amount = size

    @property
    def signed_size(self) -> Decimal:
        """Quantity, negative when short."""
        return self._found.signed_qty

    @property
    def average_price(self) -> Decimal | None:
        """Average price of what is held; None when flat, when its cost is unknown, and when
        strategies hold both sides."""
        return self._found.avg_px

    entry_price = average_price

    @property
    def total_cost(self) -> Decimal | None:
        """Exact cost of what is held, negative when short."""
        return self._found.cost

    @property
    def current_price(self) -> Decimal | None:
        """The price at which it is valued; None before the first."""
        return self._found.mark

    @property
    def realized_pnl(self) -> Decimal | None:
        """Realized PnL since the first trade."""
        return self._found.realized_pnl

    @property
    def unrealized_pnl(self) -> Decimal | None:
        """Unrealized PnL; None before the first price."""
        return self._found.unrealized_pnl

    @property
    def fees(self) -> dict[str, Decimal]:
        """Fees paid by currency; negative is a rebate."""
        return self._found.fees

    @property
    def fees_paid(self) -> Decimal | None:
        """Fees paid, in `fees_currency`; None where they were paid in several: see `fees`."""
        paid = self.fees
        if len(paid) > 1:
            return None
        return next(iter(paid.values()), Decimal(0))

    @property
    def fees_currency(self) -> str | None:
        """The currency of all its fees, or None."""
        paid = self.fees
        return next(iter(paid)) if len(paid) == 1 else None

    @property
    def entry_time(self) -> datetime | None:
        """When it was opened from flat, in UTC; None when it is flat."""
        opened = self._found.opened_at
        return instant(opened) if opened else None

    @property
    def last_update(self) -> datetime:
        """When a trade last changed it, in UTC."""
        return instant(self._found.updated_at)

    @property
    def account(self) -> str:
        """Whose account."""
        return self._found.account

    @property
    def sequence(self) -> int:
        """The sequence of the event that last changed it."""
        return self._found.sequence

    def __repr__(self) -> str:
        what = f"side={self.side!r}, size={self.size}, average_price={self.average_price}"
        return f"Position(symbol={self.symbol!r}, {what})"
