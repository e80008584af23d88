import re
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vidra.api.times import deletion_time_left, parse_duration, parse_interval

READ = {
    "0": timedelta(),
    "+0": timedelta(),
    "-0": timedelta(),
    "0s": timedelta(),
    "1m": timedelta(minutes=1),
    "10m": timedelta(minutes=10),
    "1h30m": timedelta(minutes=90),
    "1m0s": timedelta(minutes=1),
    "30m1h": timedelta(minutes=90),
    "1s1s": timedelta(seconds=2),
    "1.5h": timedelta(minutes=90),
    ".5s": timedelta(milliseconds=500),
    "1.s": timedelta(seconds=1),
    "500ms": timedelta(milliseconds=500),
    "1us": timedelta(microseconds=1),
    "1µs": timedelta(microseconds=1),
    "1μs": timedelta(microseconds=1),
    "1500ns": timedelta(microseconds=1),
    "-1m": timedelta(minutes=-1),
    "+5s": timedelta(seconds=5),
    "2562047h": timedelta(hours=2562047),
}

REFUSED = [
    "",
    " ",
    "1",
    "m",
    ".",
    ".s",
    "1 m",
    " 1m",
    "1m ",
    "1d",
    "1w",
    "1M",
    "1h-30m",
    "--1m",
    "1e3s",
    "1,5h",
    "1m\n",
]


@pytest.mark.parametrize(("text", "length"), READ.items())
def test_a_duration_means_what_it_means_in_go(text: str, length: timedelta) -> None:
    assert parse_duration(text) == length


@pytest.mark.parametrize("text", REFUSED)
def test_what_go_refuses_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(ValueError, match="such as 30s, 5m or 1h30m"):
        parse_duration(text)


@pytest.mark.parametrize("text", ["2562048h", "9" * 300 + "h"])
def test_a_duration_beyond_64_bits_of_nanoseconds_is_refused_as_in_go(text: str) -> None:
    with pytest.raises(ValueError, match="too long"):
        parse_duration(text)


def test_a_message_repeats_only_the_start_of_a_long_text() -> None:
    with pytest.raises(ValueError, match="…") as refused:
        parse_duration("x" * 5000)
    assert len(str(refused.value)) < 250


@pytest.mark.parametrize("text", ["0", "0s", "-1m", "0h0m", "1ns", "999ms"])
def test_an_interval_is_a_second_or_more(text: str) -> None:
    with pytest.raises(ValueError, match="shorter than 1s"):
        parse_interval(text)


@given(st.timedeltas(min_value=timedelta(seconds=1), max_value=timedelta(days=90_000)))
def test_every_length_written_as_go_writes_it_is_read_back(length: timedelta) -> None:
    seconds, micros = divmod(length // timedelta(microseconds=1), 10**6)
    text = f"{seconds // 3600}h{seconds % 3600 // 60}m{seconds % 60}.{micros:06}s"
    assert parse_interval(text) == length


@given(st.text(alphabet="0123456789.+-hmsunµd ", max_size=12))
def test_any_text_is_either_a_duration_or_a_value_error(text: str) -> None:
    try:
        parse_duration(text)
    except ValueError as error:
        assert re.search(r"not a duration|too long", str(error))  # noqa: PT017 -- it may as well be read


@pytest.mark.parametrize(("timeout", "left"), [(None, 240), ("90s", 30), ("10s", -50), ("nonsense", 240)])
def test_the_time_counts_from_when_the_deletion_was_asked_for(timeout: str | None, left: int) -> None:
    now = datetime(2026, 1, 1, 0, 1, tzinfo=UTC)
    assert deletion_time_left("2026-01-01T00:00:00Z", timeout, now) == timedelta(seconds=left)


def test_a_deletion_that_is_not_asked_for_yet_has_all_its_time() -> None:
    assert deletion_time_left(None, "90s", datetime(2026, 1, 1, tzinfo=UTC)) == timedelta(seconds=90)
