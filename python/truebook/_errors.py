"""The exceptions of truebook: one tree, each also what Python calls it."""


class Error(Exception):
    """Everything that truebook raises."""


class Refused(Error):
    """An order broke a rule.

    ``status`` is the rule's name, as in ``docs``; ``detail`` says more.
    """

    def __init__(self, status: str, detail: str = "") -> None:
        super().__init__(f"{status}: {detail}" if detail else status)
        self.status = status
        self.detail = detail


class ClosedError(Error):
    """The book is closed."""


class StoreError(Error, OSError):
    """The database cannot be used."""


class InvalidValue(Error, ValueError):
    """A parameter's value cannot be taken."""


class InvalidType(InvalidValue, TypeError):
    """A parameter's value is of another type."""

    def add_note(self, note: str) -> None:
        """Put the parameter, which is known after the value was looked at, before the rest."""
        prefix = "while processing '"
        if not note.startswith(prefix):
            return super().add_note(note)
        name = note.removeprefix(prefix).removesuffix("'")
        self.args = (f"{name}: {self.args[0] if self.args else ''}",)
        return None


class UnknownInstrument(Error, KeyError):
    """No such instrument."""

    def __str__(self) -> str:
        return str(self.args[0]) if self.args else ""


for _class in (
    Error,
    Refused,
    ClosedError,
    StoreError,
    InvalidValue,
    InvalidType,
    UnknownInstrument,
):
    _class.__module__ = "truebook"
