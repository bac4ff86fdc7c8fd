"""An answer that is there already, for callers that await and for callers that do not."""

from __future__ import annotations

from collections.abc import Coroutine
from typing import TYPE_CHECKING, Any, Generic, NoReturn, TypeVar

if TYPE_CHECKING:
    from collections.abc import Generator
    from types import TracebackType

_T = TypeVar("_T")


class Done(Coroutine[Any, Any, _T], Generic[_T]):
    """What was done when the call returned: `await` gives `value` at once, and so does a task.

    >>> done = Done(3)
    >>> done.value
    3
    """

    def __init__(self, value: _T) -> None:
        """Answer `value`."""
        self.value = value

    def __await__(self) -> Generator[Any, Any, _T]:
        return self.value
        yield

    def send(self, _value: Any, /) -> NoReturn:
        """End, as a coroutine that is through."""
        raise StopIteration(self.value)

    def throw(
        self,
        kind: Any,
        value: BaseException | object = None,
        traceback: TracebackType | None = None,
        /,
    ) -> NoReturn:
        """Raise what is thrown in: nothing here can catch it."""
        error = value if isinstance(value, BaseException) else kind
        if isinstance(error, type):
            error = error() if value is None else error(value)
        raise error.with_traceback(traceback) if traceback is not None else error

    def close(self) -> None:
        """There is nothing to end."""
