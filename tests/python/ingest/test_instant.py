"""Times and numbers at the door: exact, or refused."""

from datetime import UTC, datetime, timedelta, timezone
from decimal import Context, Decimal

import pytest

pytest.importorskip("hypothesis")

from hypothesis import given
from hypothesis import strategies as st

import truebook
from truebook._ingest.field import number, product, total
from truebook._ingest.instant import nanoseconds

AT = 1_705_419_005_123_456_789
CONTEXT = Context(prec=200)
INDIA = timezone(timedelta(hours=5, minutes=30))


@pytest.mark.parametrize(
    ("value", "unit", "found"),
    [
        (1_705_419_005_123, "ms", 1_705_419_005_123_000_000),
        ("1705419005123", "ms", 1_705_419_005_123_000_000),
        (1_705_419_005.123456, "s", 1_705_419_005_123_456_000),
        (Decimal("1705419005.123456789"), "s", AT),
        (AT, "ns", AT),
        (0.1, "s", 100_000_000),
        ("20240116-15:30:05.123456789", "s", AT),
        ("20240116-15:30:05", "s", 1_705_419_005_000_000_000),
        ("2024-01-16T15:30:05.123456789Z", "s", AT),
        ("2024-01-16T15:30:05.123456789", "s", AT),
        ("2024-01-16T21:00:05.123456789+05:30", "s", AT),
        ("2024-01-16 10:30:05.123456789-0500", "s", AT),
        ("20161231-23:59:60", "s", 1_483_228_800 * 10**9),
        (datetime(2024, 1, 16, 15, 30, 5, 123456), "s", 1_705_419_005_123_456_000),
        (datetime(2024, 1, 16, 15, 30, 5, 123456, UTC), "s", 1_705_419_005_123_456_000),
        (datetime(2024, 1, 16, 21, 0, 5, tzinfo=INDIA), "s", 1_705_419_005 * 10**9),
        (None, "s", None),
        ("", "s", None),
    ],
)
def test_a_time_is_nanoseconds_since_the_epoch_and_utc_without_a_zone(value, unit, found):
    assert nanoseconds("time", value, unit) == found


@pytest.mark.parametrize(
    "bad", ["now", "2024-13-01T00:00:00", True, [], float("nan"), 10**30, "2024-01-16", b"1"]
)
def test_what_is_no_time_is_refused_by_name(bad):
    with pytest.raises(truebook.InvalidValue, match="^time: found .*, allowed: "):
        nanoseconds("time", bad, "s")


@given(st.integers(0, 2**32), st.integers(0, 999_999))
def test_no_datetime_loses_a_microsecond(seconds, micros):
    moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds, microseconds=micros)
    exact = seconds * 10**9 + micros * 1000
    assert nanoseconds("time", moment, "s") == exact
    assert nanoseconds("time", moment.isoformat(), "s") == exact


@given(st.floats(allow_nan=False, allow_infinity=False, width=64))
def test_a_float_is_taken_by_its_shortest_text(value):
    try:
        assert number("n", value) == Decimal(repr(value))
    except truebook.InvalidValue:
        assert not 1e-24 < abs(value) < 1e40


WHOLE = st.integers(-(10**38), 10**38)


@given(WHOLE, WHOLE)
def test_products_and_sums_are_never_rounded(a, b):
    scaled = Decimal(a).scaleb(-18, CONTEXT), Decimal(b).scaleb(-18, CONTEXT)
    assert product(*scaled) == Decimal(a * b).scaleb(-36, CONTEXT)
    assert total(scaled) == Decimal(a + b).scaleb(-18, CONTEXT)


@pytest.mark.parametrize("bad", [True, None, "1_0", " 1", "١", "nan", "1e99999", 10**50, b"1", 1j])
def test_what_is_no_number_is_refused_by_name(bad):
    with pytest.raises(truebook.InvalidValue, match="^n: found .*, allowed: "):
        number("n", bad)
