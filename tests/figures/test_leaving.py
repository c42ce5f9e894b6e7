"""A workstation that leaves headquarters publishes by itself, and never what was theirs before."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from console import figures
from console.errors import BadUsage, Refused
from console.vault import Vault
from tests.figures.few import few_tables
from tests.figures.lines import Line, anybody, nobody
from tests.figures.rows import long_tailed
from tests.figures.test_export import NOW, insert
from tests.figures.test_ledger import state
from tests.vaults import make_vault, open_as

OVER, THIS, NEXT = "2026-10", "2026-11", "2026-12"

DECEMBER, JANUARY = (datetime(*day, 9, tzinfo=UTC) for day in ((2026, 12, 4), (2027, 1, 3)))


@pytest.fixture
def line(tmp_path: Path) -> Iterator[Line]:
    made = Line(tmp_path, NOW)
    yield made
    made.hq.close()


@pytest.fixture
def north(line: Line) -> Iterator[Vault]:
    """A workstation that called itself north, with a month that it handed over and some calls."""
    with line.workstation("north") as vault:
        for month in ("2026-09", OVER, THIS, NEXT):
            insert(vault, month, long_tailed(2, 20))
        line.counts(vault, "2026-09", "north")
        yield vault


def at(line: Line, now: datetime) -> datetime:
    """Let it be later, at headquarters too."""
    line.now = now
    return now


def test_from_the_month_it_left_on_a_workstation_publishes_by_itself(
    line: Line, north: Vault, tmp_path: Path
) -> None:
    figures.leave(north, "north", NEXT, now=NOW)
    assert north.audit_lines()[-1].action == "headquarters.left"
    assert north.audit_lines()[-1].subject == f"{line.hq.id[:8]} {NEXT}"
    now = at(line, DECEMBER)
    for month in ("2026-09", OVER, THIS):
        with pytest.raises(Refused, match="headquarters publishes"):
            figures.export(north, month, tmp_path, now=now)
        stick = line.counts(north, month)
        [found] = figures.merge(line.hq, [stick], anybody, now=now)
        assert (found.outcome, found.calls) == ("merged", 20)
        with pytest.raises(Refused, match="headquarters publishes"):
            figures.export(north, month, tmp_path, now=now)
    now = at(line, JANUARY)
    with pytest.raises(Refused, match=f"from {NEXT} on this vault publishes by itself"):
        line.counts(north, NEXT)
    assert figures.export(north, NEXT, tmp_path, now=now).vintage == 1
    for period in (f"{THIS}/{NEXT}", "2026"):
        with pytest.raises(Refused, match="headquarters publishes"):
            figures.export(north, period, tmp_path, now=now)


@settings(
    max_examples=8,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    handed=st.sets(st.sampled_from(("2026-08", "2026-09", OVER))),
    left=st.lists(st.sampled_from((THIS, NEXT, "2027-03")), min_size=1, max_size=3),
    forgotten=st.booleans(),
)
def test_what_was_handed_over_is_published_by_no_one_else_whatever_was_forgotten(
    tmp_path_factory: pytest.TempPathFactory, handed: set[str], left: list[str], forgotten: bool
) -> None:
    """A vault that was restored does not know what it handed over since its backup was made."""
    folder = tmp_path_factory.mktemp("line")
    line = Line(folder, NOW)
    with line.hq, line.workstation("north") as north:
        insert(north, "2026-08", long_tailed(2, 3))
        for month in sorted(handed):
            line.counts(north, month, "north")
        if forgotten:
            with north.transaction():
                north.conn.execute("DELETE FROM handed_over")
        for month in sorted(left, reverse=True):
            figures.leave(north, "north" if handed else "Linea", month, now=NOW)
        for month in handed:
            with pytest.raises(Refused, match="headquarters publishes"):
                figures.export(north, month, folder / "out", now=NOW)
            line.counts(north, month)
        assert figures.history(north) == []


@pytest.mark.parametrize(
    ("attempt", "error", "words"),
    [
        (lambda v: figures.leave(v, "north", OVER, now=NOW), Refused, "2026-10 is over"),
        (lambda v: figures.leave(v, "north", THIS, now=DECEMBER), Refused, "2026-11 is over"),
        (lambda v: figures.leave(v, "south", NEXT, now=NOW), BadUsage, "is called north"),
        (lambda v: figures.leave(v, "north", "2026-Q4", now=NOW), BadUsage, "YYYY-MM"),
        (
            lambda v: figures.leave(v, "north", OVER, now=NOW - timedelta(days=40)),
            Refused,
            "set the clock",
        ),
    ],
)
def test_what_is_refused_changes_nothing(
    north: Vault, attempt: Callable[[Vault], None], error: type[Exception], words: str
) -> None:
    before = [state(north), north.setting("bundle.headquarters")]
    with pytest.raises(error, match=words):
        attempt(north)
    assert [state(north), north.setting("bundle.headquarters")] == before


def test_it_leaves_no_later_than_it_said(line: Line, north: Vault, tmp_path: Path) -> None:
    """A backup from between the two would not know what was handed over after it was made."""
    figures.leave(north, "north", NEXT, now=NOW)
    with pytest.raises(Refused, match=f"from {NEXT} on"):
        figures.leave(north, "north", "2027-01", now=NOW)
    figures.leave(north, "north", THIS, now=NOW)
    at(line, DECEMBER)
    with pytest.raises(Refused, match=f"from {THIS} on"):
        line.counts(north, THIS)
    assert figures.export(north, THIS, tmp_path, now=DECEMBER).vintage == 1


def test_only_a_workstation_has_headquarters_to_leave(line: Line) -> None:
    with pytest.raises(Refused, match="nobody's workstation"):
        figures.leave(line.hq, "Linea", NEXT, now=NOW)


@pytest.mark.parametrize("name", ["amina", "ines of north"])
def test_leaving_is_the_coordinators(line: Line, name: str) -> None:
    line.workstation("north").close()
    with open_as(line.folder / "north", name) as vault, pytest.raises(Refused):
        figures.leave(vault, "Linea", NEXT, now=NOW)


def test_new_settings_for_the_last_months_do_not_take_it_back(
    line: Line, north: Vault, tmp_path: Path
) -> None:
    figures.leave(north, "north", THIS, now=NOW)
    line.hq.set_setting("site", "Linea anew")
    newer = line.stick()
    figures.make_settings(line.hq, newer, now=NOW)
    for outcome in ("merged", "already there"):
        [taken] = figures.merge(north, [newer], nobody, now=NOW)
        assert taken.outcome == outcome
    at(line, DECEMBER)
    line.counts(north, OVER)
    with pytest.raises(Refused, match="publishes by itself"):
        line.counts(north, THIS)
    assert figures.export(north, THIS, tmp_path, now=DECEMBER).vintage == 1


def test_another_headquarters_gets_what_is_neither_published_nor_handed_over(
    line: Line, north: Vault, tmp_path: Path
) -> None:
    figures.leave(north, "north", THIS, now=NOW)
    at(line, JANUARY)
    figures.export(north, THIS, tmp_path / "out", now=DECEMBER)
    make_vault(tmp_path / "second", it="ines of second")
    with open_as(tmp_path / "second", "carla") as second:
        few_tables(second)
        settings_of_second = line.stick()
        figures.make_settings(second, settings_of_second, now=NOW)
        figures.merge(north, [settings_of_second], anybody, now=JANUARY)
        for month, why in (("2026-09", "another headquarters"), (THIS, "published here")):
            with pytest.raises(Refused, match=why):
                line.counts(north, month)
        [found] = figures.merge(second, [line.counts(north, NEXT)], anybody, now=JANUARY)
        assert found.outcome == "merged"
    with pytest.raises(Refused, match="headquarters publishes"):
        figures.export(north, NEXT, tmp_path / "out", now=JANUARY)
