from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vidra.api.times import parse_target_date, rfc3339

NOW = datetime(2026, 1, 31, 12, tzinfo=UTC)

READ = {
    "now": "2026-01-31T12:00:00Z",
    "NOW": "2026-01-31T12:00:00Z",
    "now-2h": "2026-01-31T10:00:00Z",
    "now+2h": "2026-01-31T14:00:00Z",
    "-2d": "2026-01-29T12:00:00Z",
    "+2d": "2026-02-02T12:00:00Z",
    "-1w": "2026-01-24T12:00:00Z",
    "-1h30m": "2026-01-31T10:30:00Z",
    "-1w1d1h1m1s": "2026-01-23T10:58:59Z",
    "-1.5h": "2026-01-31T10:30:00Z",
    "-90S": "2026-01-31T11:58:30Z",
    " -2d ": "2026-01-29T12:00:00Z",
    "2h": "2026-01-31T10:00:00Z",
    "-2hours": "2026-01-31T10:00:00Z",
    "-1hour": "2026-01-31T11:00:00Z",
    "-5min": "2026-01-31T11:55:00Z",
    "-5minutes": "2026-01-31T11:55:00Z",
    "-5sec": "2026-01-31T11:59:55Z",
    "-5seconds": "2026-01-31T11:59:55Z",
    "-2days": "2026-01-29T12:00:00Z",
    "-1week": "2026-01-24T12:00:00Z",
    "2025-01-31": "2025-01-31T12:00:00Z",
    "2025-01-31T08:15:30Z": "2025-01-31T08:15:30Z",
    "2025-01-31t08:15:30z": "2025-01-31T08:15:30Z",
    "2025-01-31 08:15:30Z": "2025-01-31T08:15:30Z",
    "2025-01-31T08:15Z": "2025-01-31T08:15:00Z",
    "2025-01-31T08:15:30": "2025-01-31T08:15:30Z",
    "2025-01-31T08:15:30+02:00": "2025-01-31T06:15:30Z",
    "2025-01-31T08:15:30.123456789-05:30": "2025-01-31T13:45:30Z",
    "2099-01-01T00:00:00Z": "2099-01-01T00:00:00Z",
    "2024-02-29T00:00:00Z": "2024-02-29T00:00:00Z",
}

REFUSED = [
    "yesterday",
    "now-",
    "now2",
    "-2",
    "-2x",
    "-2 d",
    "-1d-2h",
    "--2d",
    "2h ago",
    "2025-02-29",
    "2025-13-01",
    "2025-1-1",
    "20250131",
    "2025-W05-5",
    "31.01.2025",
    "2025-01-31T",
    "2025-01-31T25:00:00Z",
    "2025-01-31T12:00:00+2",
    "0001-01-01T00:00:00+10:00",
    "-99999999w",
    "1738324800",
]


@pytest.mark.parametrize(("text", "moment"), READ.items())
def test_a_target_date_names_a_moment_in_utc(text: str, moment: str) -> None:
    read = parse_target_date(text, NOW)
    assert read is not None
    assert read.tzinfo is UTC
    assert rfc3339(read) == moment


@pytest.mark.parametrize("text", ["", " ", "\n"])
def test_no_target_date_means_the_newest_data(text: str) -> None:
    assert parse_target_date(text, NOW) is None


@pytest.mark.parametrize("text", REFUSED)
def test_anything_else_is_refused_with_both_forms_shown(text: str) -> None:
    with pytest.raises(ValueError, match=r"2025-01-31T12:00:00Z.*now-2h, -2d"):
        parse_target_date(text, NOW)


def test_fractions_of_a_second_are_kept() -> None:
    assert parse_target_date("2025-01-31T00:00:00.25Z", NOW) == datetime(2025, 1, 31, 0, 0, 0, 250_000, UTC)


def test_a_relative_date_counts_from_now_whatever_its_time_zone() -> None:
    local = NOW.astimezone(timezone(timedelta(hours=5)))
    assert parse_target_date("-2h", local) == parse_target_date("-2h", NOW)


@given(st.datetimes(min_value=datetime(1900, 1, 1), max_value=datetime(9000, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001 -- hypothesis adds the zone
def test_what_vidra_writes_it_reads_back(moment: datetime) -> None:
    assert parse_target_date(rfc3339(moment), NOW) == moment.replace(microsecond=0)


@given(st.text(max_size=30))
def test_any_text_is_either_a_moment_or_a_value_error(text: str) -> None:
    try:
        parse_target_date(text, NOW)
    except ValueError as error:
        assert "is not a date" in str(error)  # noqa: PT017 -- it may as well be read
