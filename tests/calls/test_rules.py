from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from console.calls import rules

START = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
MONTHS = st.builds("{:04d}-{:02d}".format, st.integers(2019, 2022), st.integers(1, 12))
DAYS = st.dates(date(2019, 1, 1), date(2022, 12, 31)).map(date.isoformat)


@given(st.timedeltas(timedelta(days=-2), timedelta(days=2)))
def test_minutes_are_whole_fives_and_never_negative(length):
    minutes = rules.minutes(length)
    assert minutes % 5 == 0
    assert 5 <= minutes <= 240


@given(st.timedeltas(timedelta(seconds=1), timedelta(hours=4)))
def test_minutes_are_rounded_up_by_less_than_five(length):
    assert timedelta(0) <= timedelta(minutes=rules.minutes(length)) - length
    assert timedelta(minutes=rules.minutes(length)) - length < timedelta(minutes=5)


def test_a_clock_set_back_makes_a_short_call():
    assert rules.minutes(timedelta(hours=-1)) == 5


@given(DAYS, st.frozensets(MONTHS, max_size=30))
def test_a_call_counts_in_the_first_month_from_its_own_that_is_not_published(day, published):
    period = rules.period(day, published)
    assert period not in published
    assert period >= day[:7]
    between = [month for month in ALL if day[:7] <= month < period]
    assert set(between) <= published


@given(DAYS)
def test_a_call_counts_in_its_own_month_where_that_is_open(day):
    assert rules.period(day, frozenset()) == day[:7]


ALL = [f"{year}-{month:02d}" for year in range(2019, 2027) for month in range(1, 13)]
