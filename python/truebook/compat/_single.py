"""The one trade manager of a process: how it is configured, made and closed."""

from __future__ import annotations

import atexit
import json
import logging
import os
import tempfile
import threading
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeAlias

import truebook
from truebook._errors import InvalidValue, StoreError
from truebook._ingest.field import invalid
from truebook.compat._manager import SingleSourceTradeManager

if TYPE_CHECKING:
    from collections.abc import Iterator

_log = logging.getLogger("truebook")
_PathLike: TypeAlias = str | os.PathLike[str]
_DEFAULT = "truebook.db"
_lock = threading.RLock()


@dataclass(frozen=True)
class _Settings:
    path: Path | None
    config: Path | None = None
    mode: Literal["paper", "live"] | None = None
    reporting_currency: str | None = None
    audit_csv: Path | None = None
    state_json: Path | None = None


class _Single:
    """What there is in this process."""

    settings: _Settings | None = None
    manager: SingleSourceTradeManager | None = None


def configure(
    path: _PathLike | None,
    *,
    config: _PathLike | None = None,
    mode: Literal["paper", "live"] | None = None,
    reporting_currency: str | None = None,
    audit_csv: _PathLike | None = None,
    state_json: _PathLike | None = None,
) -> None:
    """Say once, before its first use, where the trade manager keeps its book.

    `path` is the database; None keeps nothing. `config` is a TOML file, which then says the rest;
    without one, `reporting_currency` is "USD", and beside a database `bot.db` are kept the folder
    `audit_csv`, by default `bot-audit`, and the file `state_json`, by default `bot-state.json`,
    both for people: nothing reads them back. `mode` is as in `truebook.open`.

    A repeat changes nothing. Raises InvalidValue where other settings hold already.
    """
    settings = _Settings(
        path=_path("path", path),
        config=_path("config", config),
        mode=mode,
        reporting_currency=reporting_currency,
        audit_csv=_path("audit_csv", audit_csv),
        state_json=_path("state_json", state_json),
    )
    _check(settings)
    with _lock:
        held = _Single.settings
        if held is not None and held != settings:
            raise InvalidValue(
                f"the trade manager is configured with {held}, found {settings}: "
                "call reset_trade_manager first"
            )
        _Single.settings = settings


def get_single_source_trade_manager() -> SingleSourceTradeManager:
    """The trade manager of this process, made at the first call; from any thread.

    Where `configure` was not called its database is `truebook.db` in the working directory. Raises
    StoreError for a database that cannot be used.
    """
    with _lock:
        if _Single.manager is None:
            settings = _Single.settings or _Settings(_path("path", _DEFAULT))
            _Single.manager = _opened(settings)
            _Single.settings = settings
            # Registered after those of the book, so that it is closed before them.
            atexit.unregister(reset_trade_manager)
            atexit.register(reset_trade_manager)
        return _Single.manager


get_trade_manager = get_single_source_trade_manager


def reset_trade_manager() -> None:
    """Close the trade manager and forget how it was configured. Without one nothing happens."""
    with _lock:
        manager, _Single.manager, _Single.settings = _Single.manager, None, None
    if manager is not None:
        manager.close()


def _forget() -> None:
    # The book belongs to the process from which this one was forked; the settings hold here, too.
    global _lock
    _lock = threading.RLock()
    _Single.manager = None


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget)


def _path(what: str, value: object) -> Path | None:
    if value is None:
        return None
    try:
        # As it is meant now, whatever the working directory is later.
        path = Path(value).absolute()  # type: ignore[arg-type]
        str(path).encode()
        return path
    except (TypeError, UnicodeEncodeError, OSError) as error:
        raise invalid(what, value, "a path") from error


def _check(settings: _Settings) -> None:
    said = (settings.reporting_currency, settings.audit_csv, settings.state_json)
    if settings.config is not None and any(value is not None for value in said):
        raise InvalidValue(
            "reporting_currency, audit_csv and state_json: found beside config, which says them"
        )
    if settings.path is None and any(value is not None for value in said[1:]):
        raise InvalidValue("audit_csv and state_json: found without path, which they need")


def _opened(settings: _Settings) -> SingleSourceTradeManager:
    path, audit = settings.path, settings.audit_csv
    if path is not None:
        _log.info("the book of record is %s", path)
    if settings.config is not None:
        book = truebook.open(path, config=settings.config, mode=settings.mode)
        audit = _audit_of(settings.config)
    else:
        if path is not None:
            audit = audit or path.with_name(f"{path.stem}-audit")
        with tempfile.TemporaryDirectory() as folder:
            written = Path(folder, "truebook.toml")
            written.write_text("\n".join(_toml(settings, audit)), encoding="utf-8")
            book = truebook.open(path, config=written, mode=settings.mode)
    return SingleSourceTradeManager(book, has_history=path is not None, audit_csv=audit)


def _toml(settings: _Settings, audit: Path | None) -> Iterator[str]:
    yield "[book]"
    yield f"reporting_currency = {_quoted(settings.reporting_currency or 'USD')}"
    if settings.path is not None:
        state = settings.state_json or settings.path.with_name(f"{settings.path.stem}-state.json")
        _make_folders(settings.path.parent, state.parent)
        yield f"audit_csv = {_quoted(str(audit))}"
        yield f"state_json = {_quoted(str(state))}"


def _quoted(text: str) -> str:
    # A string of JSON is one of TOML.
    return json.dumps(text, ensure_ascii=False)


def _make_folders(*folders: Path) -> None:
    for folder in folders:
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StoreError(f"{folder}: {error}") from error


def _audit_of(config: Path) -> Path | None:
    book = tomllib.loads(config.read_text(encoding="utf-8")).get("book", {})
    found = book.get("audit_csv")
    return None if found is None else Path(found)
