"""State that is shared: seen at once, by everybody, after a restart too."""

import asyncio
import enum
import threading
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

import truebook
from truebook import compat


class Regime(enum.Enum):
    TREND = "trend"


def test_an_update_is_seen_at_once_by_every_reader():
    with truebook.open() as book:
        writer, reader = compat.SharedStateManager(book=book), compat.SharedStateManager(book=book)
        assert reader.get_state("regime") is None
        for number in range(100):
            writer.update_state("regime", {"number": number})
            assert reader.get_state("regime") == {"number": number}
            assert book.state("regime") == f'{{"number":{number}}}'


def test_it_is_kept_in_the_book_of_the_trade_manager_over_a_restart():
    compat.SharedStateManager("redis.internal").update_state("regime", {"now": "trend"})
    compat.reset_trade_manager()
    assert compat.SharedStateManager().get_state("regime") == {"now": "trend"}


def test_what_json_has_no_word_for_is_kept_as_text(manager):
    shared = compat.SharedStateManager()
    when = datetime(2026, 1, 31, 12, 0, 0, 5, tzinfo=UTC)
    shared.update_state(
        "k",
        {
            "time": when,
            "day": date(2026, 1, 31),
            "money": Decimal("0.10"),
            "regime": Regime.TREND,
            "all": (1, 2.5, None, True, "ü"),
            "deep": {"money": [Decimal("1E-8")]},
        },
    )
    assert shared.get_state("k") == {
        "time": "2026-01-31T12:00:00.000005+00:00",
        "day": "2026-01-31",
        "money": "0.10",
        "regime": "trend",
        "all": [1, 2.5, None, True, "ü"],
        "deep": {"money": ["1E-8"]},
    }


def nested(levels):
    return {"deeper": nested(levels - 1)} if levels else {}


def endless():
    found = {}
    found["self"] = found
    return found


@pytest.mark.parametrize(
    ("data", "what"),
    [
        ({"x": float("nan")}, "regime.x: found nan"),
        ({"x": [1, {2}]}, r"regime.x\[1\]: found \{2\}, allowed: what JSON has"),
        ({1: "x"}, "regime: found 1, allowed: keys that are text"),
        ({"x": Decimal("NaN")}, "regime.x: found"),
        ({"x": 10**5000}, "4,300 digits"),
        ({"x": "\ud800"}, "regime: found"),
        (5, "regime: found 5, allowed: a dict"),
        (None, "regime: found None"),
        ({"x": "y" * 65_536}, "regime: found 65544 bytes of JSON, allowed: 65536"),
        (nested(100), "more than 64 levels"),
        (endless(), "more than 64 levels"),
    ],
    ids=range(11),
)
def test_what_cannot_be_kept_is_refused_by_its_key_and_changes_nothing(manager, data, what):
    shared = compat.SharedStateManager()
    shared.update_state("regime", {"good": 1})
    with pytest.raises(truebook.InvalidValue, match=what):
        shared.update_state("regime", data)
    assert shared.get_state("regime") == {"good": 1}
    for key in ("", None, "k" * 97, "\ud800"):
        with pytest.raises(truebook.InvalidValue, match="key"):
            shared.update_state(key, {})


def test_what_others_wrote_is_refused_where_it_is_no_object(manager):
    shared = compat.SharedStateManager()
    for text in ("", "x", "[1]", "[" * 20_000):
        manager.book.set_state("k", text)
        with pytest.raises(truebook.InvalidValue, match="k: found .* a JSON object"):
            shared.get_state("k")


def test_a_call_may_be_awaited_gathered_and_made_a_task(manager):
    shared = compat.SharedStateManager()

    async def run():
        await shared.update_state("a", {"n": 1})
        await asyncio.create_task(shared.update_state("b", {"n": 2}))
        await asyncio.gather(*(shared.update_state(f"c{n}", {"n": n}) for n in range(3)))

    asyncio.run(run())
    names = ("a", "b", "c0", "c1", "c2")
    assert [shared.get_state(name)["n"] for name in names] == [1, 2, 0, 1, 2]


def test_threads_that_write_at_once_leave_one_whole_value(manager):
    shared = compat.SharedStateManager()
    torn = []

    def work(who):
        for number in range(300):
            shared.update_state("k", {"who": who, "same": [who] * 5, "number": number})
            found = shared.get_state("k")
            if found["same"] != [found["who"]] * 5:
                torn.append(found)

    threads = [threading.Thread(target=work, args=(who,)) for who in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert torn == []
    assert shared.get_state("k")["number"] == 299


def test_a_book_that_was_closed_says_so(manager):
    shared = compat.SharedStateManager(book=manager.book)
    manager.close()
    with pytest.raises(truebook.ClosedError):
        shared.update_state("k", {})
