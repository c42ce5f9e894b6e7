from datetime import datetime, timedelta
from pathlib import Path

import pytest

from console import breaks
from console.errors import BadUsage, Refused
from console.vault import Vault
from tests.vaults import NOW, open_as


def rated(
    vault: Vault,
    distress: int,
    minutes: int,
    *,
    ended: datetime = NOW,
    exact: bool = True,
    member: str | None = None,
) -> None:
    with vault.transaction():
        vault.conn.execute(
            "INSERT INTO call (operator, day, hour, minutes, ended_at, period, distress)"
            " VALUES (?, ?, ?, ?, ?, '2026-11', ?)",
            (
                member or vault.member.name,
                ended.date().isoformat(),
                ended.hour,
                minutes,
                breaks_instant(ended) if exact else None,
                distress,
            ),
        )


def breaks_instant(moment: datetime) -> str:
    from console.breaks.store import instant

    return instant(moment)


def rota(path: Path, *lines: str) -> Path:
    path.write_text("\n".join(("member,starts,ends", *lines)) + "\n", encoding="utf-8")
    return path


def on_now(member: str, since_hours: float = 1) -> str:
    starts, ends = NOW - timedelta(hours=since_hours), NOW + timedelta(hours=6)
    return f"{member},{starts.isoformat()},{ends.isoformat()}"


def test_a_hard_call_weighs_and_halves_in_an_hour(home: Path) -> None:
    with open_as(home, "amina") as vault:
        assert breaks.load(vault, "amina", now=NOW).value == 0
        rated(vault, 4, 30)
        assert breaks.load(vault, "amina", now=NOW).value == pytest.approx(120)
        later = breaks.load(vault, "amina", now=NOW + timedelta(hours=1))
        assert later.value == pytest.approx(60)
        assert later.threshold == 180


def test_a_load_outlives_the_exact_time_of_its_call(home: Path) -> None:
    with open_as(home, "amina") as vault:
        rated(vault, 4, 30, exact=False)
        value = breaks.load(vault, "amina", now=NOW).value
        assert 120 / 2**0.51 <= value <= 120


def test_a_clock_set_back_makes_no_load_negative_or_huge(home: Path) -> None:
    with open_as(home, "amina") as vault:
        rated(vault, 5, 60)
        for back in (timedelta(minutes=5), timedelta(days=1), timedelta(days=4000)):
            assert 0 <= breaks.load(vault, "amina", now=NOW - back).value <= 300


def test_load_offers_and_breaks_are_the_members_own(home: Path) -> None:
    with open_as(home, "amina") as vault:
        number = breaks.book(vault, "amina", "short", now=NOW).id
        with pytest.raises(Refused):
            breaks.load(vault, "carla", now=NOW)
    with open_as(home, "carla") as vault:
        for ask in (
            lambda: breaks.load(vault, "amina", now=NOW),
            lambda: breaks.offer(vault, "amina", 5, now=NOW),
            lambda: breaks.current(vault, "amina", now=NOW),
            lambda: breaks.book(vault, "amina", "short", now=NOW),
            lambda: breaks.start(vault, number, now=NOW),
            lambda: breaks.miss(vault, number, now=NOW),
            lambda: breaks.end(vault, number, now=NOW),
        ):
            with pytest.raises(Refused):
                ask()


def test_a_break_is_booked_started_and_ended(home: Path) -> None:
    with open_as(home, "amina") as vault:
        offer = breaks.offer(vault, "amina", 4, now=NOW)
        assert offer is not None
        booked = breaks.book(vault, "amina", offer.kind, minutes=offer.minutes, now=NOW)
        assert breaks.current(vault, "amina", now=NOW) == booked
        running = breaks.start(vault, booked.id, now=NOW)
        assert breaks.start(vault, booked.id, now=NOW + timedelta(minutes=1)) == running
        assert breaks.remaining(running, now=NOW + timedelta(minutes=5)) == timedelta(minutes=10)
        with pytest.raises(Refused, match="end it instead"):
            breaks.miss(vault, booked.id, now=NOW)
        long_after = NOW + timedelta(hours=2)
        assert breaks.current(vault, "amina", now=long_after) == running
        ended = breaks.end(vault, booked.id, now=long_after)
        assert ended.ended_at == long_after
        assert breaks.end(vault, booked.id, now=long_after + timedelta(hours=1)) == ended
        assert breaks.current(vault, "amina", now=long_after) is None
        with pytest.raises(Refused, match="book another"):
            breaks.start(vault, booked.id, now=long_after)


def test_a_break_survives_a_new_login(home: Path) -> None:
    with open_as(home, "amina") as vault:
        started = breaks.start(vault, breaks.book(vault, "amina", "meal", now=NOW).id, now=NOW)
    with open_as(home, "amina") as vault:
        assert breaks.current(vault, "amina", now=NOW) == started


def test_a_missed_break_comes_back_sooner_each_time(home: Path) -> None:
    with open_as(home, "amina") as vault:
        number = breaks.book(vault, "amina", "debrief_colleague", now=NOW).id
        moment = NOW
        for missed, minutes in enumerate((10, 5, 5), 1):
            put_off = breaks.miss(vault, number, now=moment)
            assert (put_off.missed, put_off.due_at) == (missed, moment + timedelta(minutes=minutes))
            assert breaks.current(vault, "amina", now=put_off.due_at - timedelta(seconds=1)) is None
            moment = put_off.due_at
            assert breaks.current(vault, "amina", now=moment) == put_off


def test_a_waiting_break_holds_back_other_offers_but_not_after_a_hard_call(
    home: Path, tmp_path: Path
) -> None:
    with open_as(home, "carla") as vault:
        path = rota(tmp_path / "rota.csv", on_now("amina", since_hours=3))
        assert breaks.import_rota(vault, path, now=NOW) == 1
    with open_as(home, "amina") as vault:
        offer = breaks.offer(vault, "amina", 1, now=NOW)
        assert offer is not None
        assert offer.kind == "short"
        number = breaks.book(vault, "amina", offer.kind, now=NOW).id
        breaks.miss(vault, number, now=NOW)
        assert breaks.offer(vault, "amina", 1, now=NOW) is None
        hard = breaks.offer(vault, "amina", 5, now=NOW)
        assert hard is not None
        assert hard.kind == "debrief_supervisor"


def test_a_break_taken_resets_the_two_hours(home: Path, tmp_path: Path) -> None:
    with open_as(home, "carla") as vault:
        breaks.import_rota(vault, rota(tmp_path / "r.csv", on_now("amina", 3)), now=NOW)
    with open_as(home, "amina") as vault:
        number = breaks.book(vault, "amina", "short", now=NOW).id
        breaks.start(vault, number, now=NOW)
        breaks.end(vault, number, now=NOW + timedelta(minutes=10))
        soon = NOW + timedelta(minutes=60)
        assert breaks.offer(vault, "amina", 1, now=soon) is None
        late = NOW + timedelta(minutes=131)
        offer = breaks.offer(vault, "amina", 1, now=late)
        assert offer is not None
        assert offer.kind == "short"


def test_calls_that_add_up_earn_a_debrief(home: Path) -> None:
    with open_as(home, "amina") as vault:
        assert breaks.offer(vault, "amina", 3, now=NOW) is None
        for _ in range(2):
            rated(vault, 3, 31)
        offer = breaks.offer(vault, "amina", 3, now=NOW)
        assert offer is not None
        assert offer.kind == "debrief_colleague"


def test_booking_what_waits_already_moves_it(home: Path) -> None:
    with open_as(home, "amina") as vault:
        planned = breaks.book(vault, "amina", "meal", now=NOW, due_at=NOW + timedelta(hours=2))
        assert breaks.current(vault, "amina", now=NOW) is None
        at_once = breaks.book(vault, "amina", "meal", now=NOW)
        assert (at_once.id, at_once.due_at) == (planned.id, NOW)
        assert (planned.minutes, breaks.current(vault, "amina", now=NOW)) == (30, at_once)


def test_only_one_break_runs_and_it_settles_the_short_ones(home: Path) -> None:
    with open_as(home, "amina") as vault:
        short = breaks.book(vault, "amina", "short", now=NOW)
        debrief = breaks.book(vault, "amina", "debrief_supervisor", now=NOW)
        meal = breaks.book(vault, "amina", "meal", now=NOW)
        breaks.start(vault, debrief.id, now=NOW)
        with pytest.raises(Refused, match="end it first"):
            breaks.start(vault, meal.id, now=NOW)
        breaks.end(vault, debrief.id, now=NOW + timedelta(minutes=20))
        assert breaks.current(vault, "amina", now=NOW + timedelta(minutes=20)) == meal
        with pytest.raises(BadUsage, match="no such break"):
            breaks.start(vault, short.id, now=NOW)


def test_a_clock_set_back_ends_no_break_before_it_began(home: Path) -> None:
    with open_as(home, "amina") as vault:
        number = breaks.book(vault, "amina", "short", now=NOW).id
        breaks.start(vault, number, now=NOW)
        back = NOW - timedelta(days=2)
        running = breaks.current(vault, "amina", now=back)
        assert running is not None
        assert breaks.remaining(running, now=back) == timedelta(minutes=10)
        ended = breaks.end(vault, number, now=back)
        assert ended.ended_at == ended.started_at == NOW


@pytest.mark.parametrize(("kind", "minutes"), [("nap", None), ("short", 0), ("short", -5)])
def test_what_is_no_break_is_refused(kind: str, minutes: int | None, home: Path) -> None:
    with open_as(home, "amina") as vault:
        with pytest.raises(BadUsage):
            breaks.book(vault, "amina", kind, minutes=minutes, now=NOW)
        with pytest.raises(Refused, match="not started"):
            breaks.end(vault, breaks.book(vault, "amina", "short", now=NOW).id, now=NOW)


def test_cover_counts_who_is_on_shift_and_not_on_a_break(home: Path, tmp_path: Path) -> None:
    lines = [on_now(name) for name in ("amina", "sana", "rabia")]
    with open_as(home, "carla") as vault:
        breaks.import_rota(vault, rota(tmp_path / "rota.csv", *lines), now=NOW)
        assert {shift.member for shift in breaks.on_shift(vault, now=NOW)} == {
            "amina",
            "sana",
            "rabia",
        }
        assert breaks.on_shift(vault, now=NOW + timedelta(hours=6)) == []
    with open_as(home, "amina") as vault:
        assert breaks.cover(vault, now=NOW).words == "3 on the line, 2 while you are away."
        number = breaks.book(vault, "amina", "short", now=NOW).id
        breaks.start(vault, number, now=NOW)
        cover = breaks.cover(vault, now=NOW)
        assert (cover.on_line, cover.minimum) == (2, 2)
        breaks.end(vault, number, now=NOW)
        assert breaks.cover(vault, now=NOW).on_line == 3


def test_a_rota_is_corrected_by_importing_it_again(home: Path, tmp_path: Path) -> None:
    path, zone = tmp_path / "rota.csv", NOW.tzinfo
    with open_as(home, "carla") as vault:
        first = rota(
            path,
            "amina,2026-11-23 08:00,2026-11-23 16:00",
            "amina,2026-11-24 08:00,2026-11-24 16:00",
            "sana,2026-11-23 22:00,2026-11-24 06:00",
        )
        assert breaks.import_rota(vault, first, now=NOW) == 3
        assert breaks.import_rota(vault, first, now=NOW) == 3
        day = breaks.shifts(vault, "2026-11-24", zone=zone)
        assert [(each.member, each.starts.hour) for each in day] == [("sana", 22), ("amina", 8)]
        corrected = rota(
            path,
            "amina,2026-11-23 09:00,2026-11-23 16:00",
            "amina,2026-11-25 08:00,2026-11-25 16:00",
        )
        assert breaks.import_rota(vault, corrected, now=NOW) == 2
        monday = breaks.shifts(vault, NOW.replace(month=11, day=23).date(), zone=zone)
        assert [(each.member, each.starts.hour) for each in monday] == [
            ("amina", 9),
            ("sana", 22),
        ]
        assert [each.member for each in breaks.shifts(vault, "2026-11-24", zone=zone)] == ["sana"]
        wednesday = breaks.shifts(vault, "2026-11-25", zone=zone)
        assert [each.member for each in wednesday] == ["amina"]


@pytest.mark.parametrize(
    "lines",
    [
        ["amina,2026-11-23 08:00,2026-11-23 16:00", "sana,2026-11-23 08:00,2026-11-22 16:00"],
        ["amina,2026-11-21 05:00,2026-11-21 13:00"],
    ],
)
def test_a_rota_that_cannot_be_changes_nothing(
    lines: list[str], home: Path, tmp_path: Path
) -> None:
    with open_as(home, "carla") as vault:
        kept = rota(tmp_path / "kept.csv", "amina,2026-11-20 22:00,2026-11-21 06:00")
        breaks.import_rota(vault, kept, now=NOW)
        before = vault.conn.execute("SELECT * FROM shift").fetchall()
        with pytest.raises(BadUsage) as caught:
            breaks.import_rota(vault, rota(tmp_path / "bad.csv", *lines), now=NOW)
        assert "\n" not in str(caught.value)
        assert vault.conn.execute("SELECT * FROM shift").fetchall() == before


def test_files_that_are_no_rota_are_refused_in_words(home: Path, tmp_path: Path) -> None:
    (tmp_path / "rota.ics").write_text("BEGIN:VCALENDAR\n")
    (tmp_path / "latin.csv").write_bytes("member,starts,ends\né,1,2\n".encode("latin-1"))
    with open_as(home, "carla") as vault:
        for name, said in (
            ("rota.ics", "save it as CSV"),
            ("latin.csv", "not UTF-8"),
            ("gone.csv", "cannot be read"),
        ):
            with pytest.raises(BadUsage, match=said):
                breaks.import_rota(vault, tmp_path / name, now=NOW)
    with open_as(home, "amina") as vault, pytest.raises(Refused):
        breaks.import_rota(vault, tmp_path / "rota.ics", now=NOW)


def test_the_policy_is_the_coordinators_to_set(home: Path) -> None:
    with open_as(home, "carla") as vault:
        breaks.set_policy(vault, {"hard_distress": 5}, now=NOW)
        changed = breaks.set_policy(vault, {"threshold": 90}, now=NOW)
        assert (changed.hard_distress, changed.threshold) == (5, 90)
        assert vault.setting("policy.breaks") == {"hard_distress": 5, "threshold": 90}
        with pytest.raises(BadUsage):
            breaks.set_policy(vault, {"threshold": 0}, now=NOW)
        assert breaks.policy(vault) == changed
    with open_as(home, "amina") as vault:
        with pytest.raises(Refused):
            breaks.set_policy(vault, {"threshold": 1}, now=NOW)
        assert breaks.load(vault, "amina", now=NOW).threshold == 90
        assert breaks.offer(vault, "amina", 4, now=NOW) is None


def test_the_audit_trail_says_nothing_of_anybodys_breaks(home: Path) -> None:
    with open_as(home, "amina") as vault:
        before = vault.conn.execute("SELECT count(*) FROM audit").fetchone()
        number = breaks.book(vault, "amina", "debrief_supervisor", now=NOW).id
        breaks.miss(vault, number, now=NOW)
        breaks.start(vault, number, now=NOW)
        breaks.end(vault, number, now=NOW)
        assert vault.conn.execute("SELECT count(*) FROM audit").fetchone() == before
