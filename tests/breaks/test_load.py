from dataclasses import fields
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.breaks.load import KINDS, Day, Policy, Weight, judge, merged, weighed
from console.errors import BadUsage

NOW = datetime(2026, 11, 21, 14, 0, tzinfo=UTC)
QUIET = Day(value=0, exposure=0, rested=None, counselled=None)

weights = st.builds(
    Weight,
    distress=st.integers(1, 5),
    minutes=st.floats(0, 240),
    ended=st.integers(-3 * 24 * 60, 3 * 24 * 60).map(lambda m: NOW + timedelta(minutes=m)),
)
past = st.lists(weights, max_size=10).map(
    lambda calls: [call for call in calls if call.ended <= NOW]
)
halves = st.integers(1, 600)


def test_a_call_weighs_distress_times_minutes_and_half_after_an_hour() -> None:
    call = Weight(4, 30, NOW)
    assert weighed([call], NOW, 60) == 120
    assert weighed([call], NOW + timedelta(hours=1), 60) == 60
    assert weighed([call], NOW + timedelta(hours=3), 60) == 15


@given(past, halves, st.integers(0, 600), st.integers(0, 600))
def test_load_only_falls_while_nothing_happens(
    calls: list[Weight], half: int, first: int, more: int
) -> None:
    sooner = weighed(calls, NOW + timedelta(minutes=first), half)
    later = weighed(calls, NOW + timedelta(minutes=first + more), half)
    assert 0 <= later <= sooner


@given(st.lists(weights, max_size=6), st.lists(weights, max_size=6), halves)
def test_loads_add_up(some: list[Weight], others: list[Weight], half: int) -> None:
    together = weighed(some + others, NOW, half)
    assert together == pytest.approx(weighed(some, NOW, half) + weighed(others, NOW, half))


@given(st.lists(weights, max_size=10), halves, st.datetimes(timezones=st.just(UTC)))
def test_no_clock_makes_a_load_negative_or_more_than_its_calls(
    calls: list[Weight], half: int, clock: datetime
) -> None:
    most = sum(call.distress * max(call.minutes, 1) for call in calls)
    assert 0 <= weighed(calls, clock, half) <= most * (1 + 1e-9)


@given(past, weights, halves)
def test_a_harder_call_weighs_more(calls: list[Weight], call: Weight, half: int) -> None:
    easy = Weight(1, call.minutes, NOW)
    hard = Weight(5, call.minutes, NOW)
    assert weighed([*calls, easy], NOW, half) < weighed([*calls, hard], NOW, half)


@pytest.mark.parametrize(
    ("distress", "kind", "minutes"),
    [(4, "debrief_colleague", 15), (5, "debrief_supervisor", 20)],
)
def test_a_hard_call_earns_somebody_to_talk_to(distress: int, kind: str, minutes: int) -> None:
    offer = judge(Policy(), distress, QUIET, NOW)
    assert offer is not None
    assert (offer.kind, offer.minutes) == (kind, minutes)
    assert offer.reason.endswith(".")


@pytest.mark.parametrize("distress", [None, 1, 2, 3])
def test_an_easier_call_alone_earns_none(distress: int | None) -> None:
    assert judge(Policy(), distress, QUIET, NOW) is None


@pytest.mark.parametrize(
    ("day", "kind", "said"),
    [
        (Day(180, 0, None, None), "debrief_colleague", "add up"),
        (Day(0, 300, None, None), "debrief_supervisor", "5 hours"),
        (Day(0, 0, NOW - timedelta(hours=2), None), "short", "2 hours without"),
        (Day(0, 0, None, NOW - timedelta(days=31)), "counselling", "31 days"),
    ],
)
def test_what_else_earns_a_break(day: Day, kind: str, said: str) -> None:
    offer = judge(Policy(), 1, day, NOW)
    assert offer is not None
    assert offer.kind == kind
    assert said in offer.reason


@pytest.mark.parametrize(
    "day",
    [
        Day(179.9, 299, NOW - timedelta(minutes=119), NOW - timedelta(days=29)),
        Day(0, 0, NOW + timedelta(days=400), NOW + timedelta(days=400)),
    ],
)
def test_just_below_every_limit_and_a_clock_set_back_earn_none(day: Day) -> None:
    assert judge(Policy(), 3, day, NOW) is None


@given(st.sampled_from(KINDS), st.integers(0, 10_000))
def test_a_missed_break_comes_back_sooner_and_never_nags(kind: str, missed: int) -> None:
    policy = Policy()
    assert policy.again(kind, missed + 1) <= policy.again(kind, missed)
    assert policy.again(kind, missed) >= timedelta(minutes=5)


def test_a_missed_break_comes_back_after_ten_minutes_then_five() -> None:
    found = [Policy().again("short", missed) for missed in (1, 2, 3, 9)]
    assert [delay.total_seconds() / 60 for delay in found] == [10, 5, 5, 5]


def test_a_site_changes_what_it_names_and_keeps_the_rest() -> None:
    policy = merged({"threshold": 90, "regular_every": 60})
    assert (policy.threshold, policy.regular_every) == (90, 60)
    assert policy.half_life == Policy().half_life
    assert merged({}) == Policy()


@given(
    st.dictionaries(st.sampled_from([field.name for field in fields(Policy)]), st.integers(1, 5))
)
def test_every_number_of_the_policy_can_be_set(changes: dict[str, int]) -> None:
    policy = merged(changes)
    assert all(getattr(policy, name) == value for name, value in changes.items())
    assert all(policy.minutes(kind) > 0 for kind in KINDS)


@pytest.mark.parametrize(
    "changes",
    [
        {"treshold": 1},
        {"threshold": 0},
        {"threshold": -5},
        {"threshold": "90"},
        {"threshold": True},
        {"half_life": 0.5},
        {"hard_distress": 6},
        ["threshold"],
        None,
    ],
)
def test_what_makes_no_policy_is_refused(changes: object) -> None:
    with pytest.raises(BadUsage, match="policy of breaks"):
        merged(changes)
