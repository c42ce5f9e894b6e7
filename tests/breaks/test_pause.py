from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from console.breaks.load import KINDS
from console.breaks.pause import Break, due, lapsed, remaining

NOW = datetime(2026, 11, 21, 14, 0, tzinfo=UTC)
moments = st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC))
breaks = st.builds(
    Break,
    id=st.integers(1, 99),
    member=st.just("amal"),
    kind=st.sampled_from(KINDS),
    minutes=st.integers(1, 120),
    due_at=moments,
    started_at=st.none() | moments,
    ended_at=st.none() | moments,
    missed=st.integers(0, 9),
)


def break_(**changes: object) -> Break:
    values: dict[str, object] = {
        "id": 1,
        "member": "amal",
        "kind": "short",
        "minutes": 10,
        "due_at": NOW,
        "started_at": None,
        "ended_at": None,
        "missed": 0,
    }
    return Break(**(values | changes))  # type: ignore[arg-type]


@given(breaks, moments)
def test_what_is_left_is_never_negative_nor_more_than_the_whole(
    each: Break, clock: datetime
) -> None:
    assert timedelta(0) <= remaining(each, now=clock) <= timedelta(minutes=each.minutes)


def test_a_break_counts_down_from_its_start() -> None:
    running = break_(started_at=NOW)
    assert remaining(break_(), now=NOW) == timedelta(minutes=10)
    assert remaining(running, now=NOW + timedelta(minutes=4)) == timedelta(minutes=6)
    assert remaining(running, now=NOW + timedelta(hours=4)) == timedelta(0)
    assert remaining(running, now=NOW - timedelta(days=4)) == timedelta(minutes=10)
    assert remaining(break_(started_at=NOW, ended_at=NOW), now=NOW) == timedelta(0)


@given(st.lists(breaks), moments)
def test_only_what_is_due_comes_back_the_longest_due_first(
    several: list[Break], clock: datetime
) -> None:
    ready = [each for each in several if each.due_at <= clock and not lapsed(each, clock)]
    found = due(several, clock)
    assert (found is None) is (not ready)
    if found is not None:
        assert found in ready
        assert all(found.due_at <= each.due_at for each in ready)


def test_a_short_break_of_another_day_lapses_and_a_debrief_is_still_owed() -> None:
    tomorrow = NOW + timedelta(hours=18)
    assert due([break_()], tomorrow) is None
    owed = break_(kind="debrief_supervisor")
    assert due([break_(), owed], tomorrow) == owed
    assert due([owed], NOW + timedelta(days=8)) is None
