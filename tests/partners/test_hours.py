from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.partners.hours import Opening, opening, state

# A Wednesday.
WEDNESDAY = datetime(2026, 11, 18, 14, 0, tzinfo=UTC)
WEEKDAYS = opening("WEEKLY", "MO,TU,WE,TH,FR", "09:00", "17:00", None, None)
NIGHTS = opening("WEEKLY", "WE", "20:00", "04:00", None, None)


def at(*openings: Opening | None, hours: float = 0) -> tuple[bool | None, str]:
    found = state([each for each in openings if each], WEDNESDAY + timedelta(hours=hours))
    return found.open_now, found.words


def test_open_says_until_when() -> None:
    assert at(WEEKDAYS) == (True, "open until 17:00")


@pytest.mark.parametrize(
    ("hours", "words"),
    [
        (-6, "opens today at 09:00"),
        (3, "opens tomorrow at 09:00"),
        (3 + 2 * 24, "opens Monday at 09:00"),
    ],
)
def test_closed_says_when_it_opens(hours: int, words: str) -> None:
    assert at(WEEKDAYS, hours=hours) == (False, words)


def test_opening_is_at_its_first_minute_and_over_at_its_last() -> None:
    assert at(WEEKDAYS, hours=-5)[0] is True
    assert at(WEEKDAYS, hours=3)[0] is False


def test_hours_run_over_midnight() -> None:
    assert at(NIGHTS, hours=7) == (True, "open until 04:00")
    assert at(NIGHTS, hours=12) == (True, "open until 04:00")
    assert at(NIGHTS, hours=14)[0] is False


@pytest.mark.parametrize(("opens", "closes"), [("00:00", "00:00"), ("00:00", "24:00")])
def test_whole_days_touch_and_never_close(opens: str, closes: str) -> None:
    assert at(opening(None, None, opens, closes, None, None)) == (True, "open at all hours")


def test_two_spans_that_touch_are_one() -> None:
    morning = opening("WEEKLY", "WE", "09:00", "15:00", None, None)
    evening = opening("WEEKLY", "WE", "15:00", "21:00", None, None)
    assert at(morning, evening) == (True, "open until 21:00")


def test_a_schedule_that_has_run_out_says_nothing() -> None:
    over = opening("WEEKLY", "WE", "09:00", "17:00", None, "2026-11-17")
    assert at(over) == (None, "")
    later = opening("WEEKLY", "WE", "09:00", "17:00", "2027-01-01", None)
    assert at(later) == (None, "")
    assert at() == (None, "")


@pytest.mark.parametrize(
    "row",
    [
        ("MONTHLY", "2WE", "09:00", "17:00"),
        ("WEEKLY/2", "WE", "09:00", "17:00"),
        ("WEEKLY", None, "09:00", "17:00"),
        ("WEEKLY", "1WE", "09:00", "17:00"),
        ("WEEKLY", "WE", None, "17:00"),
        ("WEEKLY", "WE", "09:00", None),
    ],
)
def test_what_cannot_be_computed_is_not_guessed(row: tuple[str | None, ...]) -> None:
    assert opening(*row, None, None) is None


openings = st.builds(
    lambda days, opens, length: Opening(frozenset(days), opens, opens + length),
    st.sets(st.integers(0, 6), min_size=1),
    st.integers(0, 1439),
    st.integers(1, 1440),
)
moments = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC))


def holds(each: Opening, moment: datetime) -> bool:
    """Say the same the plain way: by today's hours or by yesterday's that run over."""
    minute = moment.hour * 60 + moment.minute + moment.second / 60 + moment.microsecond / 6e7
    weekday = moment.weekday()
    today = weekday in each.days and each.opens <= minute < each.closes
    over = (weekday - 1) % 7 in each.days and each.opens <= minute + 1440 < each.closes
    return today or over


@given(st.lists(openings, min_size=1, max_size=4), moments)
def test_open_is_exactly_when_one_of_the_hours_holds(
    several: list[Opening], moment: datetime
) -> None:
    found = state(several, moment)
    assert found.open_now is any(holds(each, moment) for each in several)
    assert found.words.startswith("open ") == bool(found.open_now)


@given(st.lists(openings, max_size=4), moments)
def test_the_order_of_schedules_does_not_matter(several: list[Opening], moment: datetime) -> None:
    assert state(several, moment) == state(several[::-1], moment)


@given(openings, moments)
def test_hours_hold_only_between_their_dates(each: Opening, moment: datetime) -> None:
    gone = Opening(each.days, each.opens, each.closes, None, date(2025, 12, 1))
    assert state([gone], moment).open_now is None


def test_the_same_instant_in_two_zones_has_two_wall_times() -> None:
    assert WEEKDAYS is not None
    east = WEDNESDAY.astimezone(timezone(timedelta(hours=5)))
    assert state([WEEKDAYS], WEDNESDAY).open_now is True
    assert state([WEEKDAYS], east).open_now is False
