"""A composition of bars as TOML text."""

from __future__ import annotations

import json
from collections.abc import Mapping

from truebook._errors import InvalidType


def to_toml(composition: str | Mapping[str, object]) -> str:
    """A mapping as TOML text; text as it is."""
    if isinstance(composition, str):
        return composition
    if not isinstance(composition, Mapping):
        found = type(composition).__name__
        raise InvalidType(f"composition: found {found}, allowed: TOML text, a mapping or None")
    lines: list[str] = []
    for key, value in composition.items():
        tables = value if isinstance(value, (list, tuple)) else [value]
        header = f"[{key}]" if key == "selection" else f"[[{_word(key)}]]"
        for table in tables:
            if not isinstance(table, Mapping):
                found = type(table).__name__
                raise InvalidType(f"{key}: found {found}, allowed: a mapping, or a list of them")
            lines.append(header)
            lines.extend(f"{_word(own)} = {_value(own, what)}" for own, what in table.items())
    return "\n".join(lines)


def _word(text: object) -> str:
    # TOML takes no halves of characters, and no DEL as it is.
    return json.dumps(str(text), ensure_ascii=False).replace("\x7f", "\\u007f")


def _value(key: object, value: object) -> str:
    if isinstance(value, str):
        return _word(value)
    if isinstance(value, (bool, int)):
        return json.dumps(value)
    if isinstance(value, float):
        return repr(value)
    if isinstance(value, Mapping):
        own = (f"{_word(name)} = {_value(name, what)}" for name, what in value.items())
        return "{ " + ", ".join(own) + " }"
    if isinstance(value, (list, tuple, set, frozenset)):
        return "[" + ", ".join(_value(key, one) for one in value) + "]"
    found = type(value).__name__
    raise InvalidType(f"{key}: found {found}, allowed: str, int, float, bool, list or mapping")
