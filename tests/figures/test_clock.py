"""What the trail bears out of the clock, before a month is closed or published for ever by it."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console import figures
from console.errors import BadUsage, Refused
from console.figures import clock
from console.vault import Vault
from tests.figures.few import few_tables
from tests.figures.lines import Line, anybody
from tests.figures.rows import long_tailed
from tests.figures.test_export import NOW, insert
from tests.vaults import make_vault, open_as

FAR = datetime(2028, 6, 1, 10, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    make_vault(tmp_path / "home")
    with open_as(tmp_path / "home", "carla") as vault:
        few_tables(vault)
        insert(vault, "2026-03", long_tailed(1, 30))
    return tmp_path / "home"


@pytest.fixture
def line(tmp_path: Path) -> Iterator[Line]:
    made = Line(tmp_path, NOW)
    yield made
    made.hq.close()


def attempts(vault: Vault, out: Path, now: datetime) -> list[Callable[[], object]]:
    """What a wrong clock must not do."""
    return [
        lambda: figures.close(vault, "2026-11", now=now),
        lambda: figures.export(vault, "2026-11", out, now=now),
        lambda: figures.restate(vault, "2026-03", "why", now=now),
    ]


def test_a_clock_that_is_ahead_does_nothing_for_ever_however_long_it_is_used(
    home: Path, tmp_path: Path
) -> None:
    with open_as(home, "carla") as vault:
        figures.export(vault, "2026-03", tmp_path, now=NOW)
    for number in range(3):
        now = FAR + number * HOUR
        open_as(home, "amina", now=now).close()
        with open_as(home, "carla", now=now) as vault:
            before = figures.standings(vault)
            for attempt in attempts(vault, tmp_path / "out", now):
                with pytest.raises(Refused, match="says 2028-06-01, and the trail goes to 2026-11"):
                    attempt()
            assert figures.standings(vault) == before
            assert not figures.read_clock(vault, now=now).believed
    assert not (tmp_path / "out").exists()


def test_once_it_is_set_right_nothing_is_in_the_way(home: Path, tmp_path: Path) -> None:
    open_as(home, "amina", now=FAR).close()
    with open_as(home, "carla", now=NOW + HOUR) as vault:
        assert figures.export(vault, "2026-03", tmp_path, now=NOW + HOUR).vintage == 1


@pytest.mark.parametrize("days", [40, 366])
def test_a_clock_that_is_behind_publishes_nothing_though_somebody_logged_in_by_it(
    home: Path, tmp_path: Path, days: int
) -> None:
    for hours in (0, 1):
        behind = NOW - timedelta(days=days) + hours * HOUR
        with open_as(home, "carla", now=behind) as vault:
            with pytest.raises(Refused, match="trail goes to 2026-11-21: set the clock"):
                figures.export(vault, "2025-03", tmp_path / "out", now=behind)
            with pytest.raises(Refused, match="set the clock"):
                figures.close(vault, "2025-03", now=behind)


def test_after_a_pause_a_coordinator_confirms_the_day(home: Path, tmp_path: Path) -> None:
    now = NOW + timedelta(days=62)
    with open_as(home, "carla", now=now) as vault:
        with pytest.raises(Refused, match="helpline figures clock --today"):
            figures.export(vault, "2026-03", tmp_path, now=now)
        lines = vault.audit_lines()
        for day in ("2026-11-21", "2027-01-23", "", "today"):
            with pytest.raises(BadUsage, match="another day"):
                figures.confirm_clock(vault, day, now=now)
        assert vault.audit_lines() == lines
        found = figures.confirm_clock(vault, "2027-01-22", now=now)
        assert found == figures.Clock("2027-01-22", "2027-01-22", believed=True)
        assert vault.audit_lines()[-1].action == "clock.confirmed"
        assert figures.export(vault, "2026-03", tmp_path, now=now).vintage == 1
    # A day that was confirmed by mistake is mended in the same way.
    with open_as(home, "carla", now=NOW) as vault:
        with pytest.raises(Refused, match="set the clock"):
            figures.close(vault, "2026-04", now=NOW)
        figures.confirm_clock(vault, "2026-11-21", now=NOW)
        figures.close(vault, "2026-04", now=NOW)


@pytest.mark.parametrize("name", ["amina", "ines"])
def test_the_clock_is_the_coordinators(home: Path, name: str) -> None:
    with open_as(home, name) as vault:
        with pytest.raises(Refused):
            figures.read_clock(vault, now=NOW)
        with pytest.raises(Refused):
            figures.confirm_clock(vault, "2026-11-21", now=NOW)


@given(st.lists(st.tuples(st.integers(0, 900), st.booleans()), max_size=20))
def test_the_trail_never_leaps_further_than_a_month_unless_confirmed(
    days: list[tuple[int, bool]],
) -> None:
    lines = [
        (
            (FAR + timedelta(days=day)).strftime("%Y-%m-%dT%HZ"),
            clock.CONFIRMED if confirmed else "vault.unlocked",
        )
        for day, confirmed in days
    ]
    before = None
    for number, (_, (_, confirmed)) in enumerate(zip(lines, days, strict=True), start=1):
        after = clock.reached(lines[:number])
        assert after is not None
        if before is not None and not confirmed:
            assert timedelta(0) <= after - before <= clock.APART
        if confirmed:
            assert after == FAR + timedelta(days=days[number - 1][0])
        before = after


def test_an_hour_that_is_none_counts_for_nothing() -> None:
    assert clock.reached([("", ""), ("\ufffd", clock.CONFIRMED)]) is None


def test_headquarters_takes_no_bundle_of_a_month_that_is_not_over(line: Line) -> None:
    december = NOW + timedelta(days=14)
    with line.workstation("north") as north:
        insert(north, "2026-11", long_tailed(2, 9))
        stick = line.stick()
        figures.make_counts(north, stick, "2026-11", now=december)
    before = line.hq.audit_lines()
    [found] = figures.merge(line.hq, [stick], anybody, now=NOW)
    assert (found.outcome, found.exit_code) == ("refused", 5)
    assert "2026-11 is not over" in found.detail
    assert line.hq.audit_lines() == before
    [found] = figures.merge(line.hq, [stick], anybody, now=december)
    assert found.outcome == "merged"
