"""What a venue says of an order, told to the book.

1. Only an order that the book knows is told of: an order enters by `submit`, before it is sent.
2. A report never undoes an end: the first one stands.
3. No report changes a quantity; executions do.
"""

from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from truebook._truebook import Applied, Book, Order

State: TypeAlias = (
    Literal["accepted"] | Literal["canceled"] | Literal["expired"] | Literal["rejected"]
)

_UNANSWERED = ("pending", "unknown")
_ENDED = ("filled", "canceled", "rejected", "expired")


def find_order(book: "Book", account: str, ids: tuple[str | None, ...], venue: str | None) -> (
    "Order | None"
):
    """The order with the first of our `ids` that the book knows, else the open one with the venue's
    id `venue`; None where there is neither.
    """
    for client_order_id in ids:
        order = book.order(client_order_id) if client_order_id is not None else None
        if order is not None:
            return order
    if venue is None:
        return None
    open_orders = book.orders()
    return next(
        (each for each in open_orders if (each.account, each.venue_order_id) == (account, venue)),
        None,
    )


def report(book: "Book", order: "Order", state: State, venue: str | None) -> "Applied | None":
    """Bring `order` to `state`; None where the book has nothing to learn from it.

    An order that the venue had accepted and then rejects is canceled.
    """
    known = order.client_order_id
    if state == "accepted":
        is_news = order.status in _UNANSWERED or (venue and order.venue_order_id is None)
        is_open = order.status not in _ENDED
        return book.accept(known, venue) if is_news and is_open else None
    if state == "rejected" and order.status not in (*_UNANSWERED, "rejected"):
        state = "canceled"
    if order.status in _ENDED and order.status != state:
        return None
    if state == "canceled":
        return book.canceled(known)
    return book.expire(known) if state == "expired" else book.reject(known)
