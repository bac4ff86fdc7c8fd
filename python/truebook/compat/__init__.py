"""The names that trading bots had before: change an import, and the book keeps the record.

A `SingleSourceTradeManager` and a `SharedStateManager` over one `truebook.Book`, which holds all
that is true: nothing here keeps positions of its own. See `docs/migration.md`.
"""

from truebook.compat._audit import log_trade
from truebook.compat._bus import TradeEventBus
from truebook.compat._event import TradeEvent
from truebook.compat._manager import SingleSourceTradeManager
from truebook.compat._notification import (
    create_frontend_subscriber,
    create_notification_subscriber,
    create_portfolio_subscriber,
)
from truebook.compat._position import Position
from truebook.compat._single import (
    configure,
    get_single_source_trade_manager,
    get_trade_manager,
    reset_trade_manager,
)
from truebook.compat._state import SharedStateManager
from truebook.compat._trade import Trade

__all__ = [
    "Position",
    "SharedStateManager",
    "SingleSourceTradeManager",
    "Trade",
    "TradeEvent",
    "TradeEventBus",
    "configure",
    "create_frontend_subscriber",
    "create_notification_subscriber",
    "create_portfolio_subscriber",
    "get_single_source_trade_manager",
    "get_trade_manager",
    "log_trade",
    "reset_trade_manager",
]
