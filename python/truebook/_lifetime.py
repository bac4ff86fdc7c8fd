"""Books that are open when the interpreter ends are closed, so that everything is kept."""

from __future__ import annotations

import atexit
import logging
import os
import weakref
from typing import TYPE_CHECKING

from truebook._errors import Error

if TYPE_CHECKING:
    from truebook._truebook import Book

_log = logging.getLogger("truebook")
# Each with the process that opened it.
_open: weakref.WeakKeyDictionary[Book, int] = weakref.WeakKeyDictionary()


def track(book: Book, what: str) -> None:
    """Note that `book` is open."""
    _open[book] = os.getpid()
    _log.debug("opened %s", what)


@atexit.register
def _close_all() -> None:
    for book, process in list(_open.items()):
        # Those of the process from which this one was forked are its own.
        if process != os.getpid():
            continue
        try:
            book.close()
        except Error as error:
            _log.error("a book was not closed in order: %s", error)
