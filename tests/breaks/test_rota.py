from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.breaks.rota import Cover, cover, read_csv
from console.errors import BadUsage

KARACHI = ZoneInfo("Asia/Karachi")
OSLO = ZoneInfo("Europe/Oslo")
HEADER = "member,starts,ends\n"


def test_times_without_a_zone_are_local() -> None:
    (shift,) = read_csv(f"{HEADER}amal,2026-11-21 08:00,2026-11-21T16:00\n", "rota.csv", KARACHI)
    assert shift.starts.astimezone(UTC).hour == 3
    assert shift.ends - shift.starts == timedelta(hours=8)


def test_times_with_a_zone_keep_their_instant() -> None:
    text = f"{HEADER}amal,2026-11-21T08:00+00:00,2026-11-21T09:00Z\n"
    (shift,) = read_csv(text, "rota.csv", KARACHI)
    assert (shift.starts.hour, shift.ends.hour) == (13, 14)


def test_a_night_when_the_clocks_go_back_is_an_hour_longer() -> None:
    text = f"{HEADER}amal,2026-10-24 22:00,2026-10-25 06:00\n"
    (shift,) = read_csv(text, "rota.csv", OSLO)
    assert shift.ends.astimezone(UTC) - shift.starts.astimezone(UTC) == timedelta(hours=9)


def test_shifts_come_sorted_and_columns_beside_are_not_read() -> None:
    text = (
        "note,member,starts,ends\n"
        "x,sana,2026-11-21 08:00,2026-11-21 12:00\n"
        ",,,\n"
        "y,amal,2026-11-21 12:00,2026-11-21 16:00\n"
        "z,amal,2026-11-21 08:00,2026-11-21 12:00\n"
    )
    shifts = read_csv(text, "rota.csv", UTC)
    assert [(shift.member, shift.starts.hour) for shift in shifts] == [
        ("amal", 8),
        ("amal", 12),
        ("sana", 8),
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "no column 'member'"),
        ("member,starts\n", "no column 'ends'"),
        (HEADER, "holds no shift"),
        (f"{HEADER}amal,tomorrow,2026-11-21 08:00\n", "row 2: starts"),
        (f"{HEADER}amal,2026-11-21 08:00\n", "row 2: ends"),
        (f"{HEADER} ,2026-11-21 08:00,2026-11-21 09:00\n", "row 2 names no member"),
        (f"{HEADER}amal,2026-11-21 08:00,2026-11-21 08:00\n", "row 2: a shift ends after"),
        (f"{HEADER}amal,2026-11-21 08:00,2026-11-21 07:00\n", "row 2: a shift ends after"),
        (f"{HEADER}amal,2026-11-21 08:00,2026-12-21 09:00\n", "row 2: a shift ends after"),
        (
            f"{HEADER}amal,2026-11-21 08:00,2026-11-21 12:00\n"
            "amal,2026-11-21 11:00,2026-11-21 13:00\n",
            "row 3: amal has another shift",
        ),
        (f'{HEADER}"amal,2026-11-21 08:00\n', "not readable as CSV"),
    ],
)
def test_what_is_no_rota_is_refused_with_its_row(text: str, said: str) -> None:
    with pytest.raises(BadUsage) as caught:
        read_csv(text, "rota.csv", UTC)
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


@given(
    st.lists(st.sampled_from("abcdef"), unique=True),
    st.lists(st.sampled_from("abcdef")),
    st.integers(1, 4),
)
def test_cover_is_who_is_on_shift_and_not_away(
    on_shift: list[str], away: list[str], minimum: int
) -> None:
    found = cover(on_shift, away, "a", minimum)
    assert found.on_line == len([each for each in on_shift if each not in away])
    left = found.on_line - ("a" in on_shift and "a" not in away)
    assert ("under the minimum" in found.words) is (bool(on_shift) and left < minimum)


def test_cover_says_what_a_break_does_and_never_forbids() -> None:
    assert cover(["a", "b", "c"], [], "a", 2) == Cover(3, 2, "3 on the line, 2 while you are away.")
    assert "If you must, go at once." in cover(["a", "b"], [], "a", 2).words
    assert cover(["b"], [], "a", 2).words == "1 on the line, under the minimum of 2."
    assert cover([], [], "a", 2).words == "No rota for this hour: cover is not known."


def test_shifts_are_in_the_zone_that_was_asked_for() -> None:
    moment = datetime(2026, 7, 1, 8, tzinfo=OSLO)
    (shift,) = read_csv(f"{HEADER}amal,2026-07-01 08:00,2026-07-01 09:00\n", "r.csv", OSLO)
    assert shift.starts == moment
