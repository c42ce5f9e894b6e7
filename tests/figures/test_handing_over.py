"""Each month's counts are published once: by the vault that took the calls, or by headquarters."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from console import codebook, figures
from console.errors import BadUsage, ConsoleError, Refused
from console.vault import Vault, store
from console.vault.bundles import Signer
from tests.figures.few import few_tables
from tests.figures.lines import Line, anybody, nobody
from tests.figures.rows import long_tailed
from tests.figures.test_export import NOW, insert
from tests.figures.test_ledger import come_in_late
from tests.vaults import make_vault, open_as

MONTH = "2026-03"


@pytest.fixture
def line(tmp_path: Path) -> Iterator[Line]:
    made = Line(tmp_path, NOW)
    yield made
    made.hq.close()


@pytest.fixture
def second(tmp_path: Path) -> Path:
    """The settings of another headquarters."""
    make_vault(tmp_path / "second", it="ines of second")
    with open_as(tmp_path / "second", "carla") as vault:
        few_tables(vault)
        figures.make_settings(vault, tmp_path / "second.bundle", now=NOW)
    return tmp_path / "second.bundle"


def standing(vault: Vault) -> list[tuple[str, str]]:
    return [(each.period, each.state) for each in figures.standings(vault)]


def test_what_a_workstation_handed_over_it_does_not_publish(line: Line, tmp_path: Path) -> None:
    with line.workstation("north") as north:
        insert(north, MONTH, long_tailed(2, 60))
        line.counts(north, MONTH)
        for period in (MONTH, "2026-Q1"):
            with pytest.raises(Refused, match=r"headquarters.*bundle make counts"):
                figures.export(north, period, tmp_path / "out", now=NOW)
        assert not (tmp_path / "out").exists()
        assert figures.history(north) == []


def test_a_workstation_does_not_take_a_month_away_from_headquarters(
    line: Line, tmp_path: Path
) -> None:
    with line.workstation("north") as north:
        insert(north, MONTH, long_tailed(2, 60))
        with pytest.raises(Refused, match="headquarters"):
            figures.export(north, MONTH, tmp_path / "out", now=NOW)
        assert standing(north) == [(MONTH, "open")]
        assert figures.preview(north, MONTH)


def test_a_line_that_published_alone_joins_others_and_keeps_its_own_months(
    line: Line, tmp_path: Path
) -> None:
    months = ("2026-01", "2026-02", MONTH)
    with line.open("north") as north:
        few_tables(north)
        for month in months:
            insert(north, month, long_tailed(2, 60))
            figures.export(north, month, tmp_path / "out", now=NOW)
    with line.workstation("north") as north:
        with pytest.raises(Refused, match="published here"):
            line.counts(north, MONTH)
        figures.export(north, "2026-Q1", tmp_path / "out", now=NOW)
        come_in_late(north, "2026-02", "2026-04", 9, seed=2)
        with pytest.raises(Refused, match="part of 2026-Q1"):
            figures.restate(north, "2026-02", "why", now=NOW)
        april = line.counts(north, "2026-04")
        assert figures.merge(line.hq, [april], anybody, now=NOW)[0].calls == 9


def test_a_month_that_was_published_and_handed_over_by_an_earlier_version_is_not_restated(
    line: Line, tmp_path: Path
) -> None:
    with line.open("north") as north:
        few_tables(north)
        insert(north, MONTH, long_tailed(1, 60))
        figures.export(north, MONTH, tmp_path, now=NOW)
        come_in_late(north, MONTH, "2026-04", 10, seed=1)
        with north.transaction():
            north.conn.execute(
                "INSERT INTO handed_over (period, batch, number, made_on, made_by) "
                "VALUES (?, 'b', 0, '2026-04-01', 'carla')",
                [MONTH],
            )
        with pytest.raises(Refused, match="headquarters"):
            figures.restate(north, MONTH, "why", now=NOW)


def test_headquarters_publishes_its_own_calls_with_those_reported(
    line: Line, tmp_path: Path
) -> None:
    insert(line.hq, MONTH, long_tailed(1, 30))
    figures.merge(line.hq, [line.report("north", MONTH, long_tailed(2, 43))], anybody, now=NOW)
    figures.export(line.hq, MONTH, tmp_path / "out", now=NOW)
    assert standing(line.hq) == [(MONTH, "published")]


def test_no_month_goes_to_two_headquarters(line: Line, second: Path) -> None:
    with line.workstation("north") as north:
        insert(north, MONTH, long_tailed(2, 20))
        line.counts(north, MONTH)
        for settings in (second, line.settings):
            [taken] = figures.merge(north, [settings], anybody, now=NOW)
            assert taken.outcome == "merged"
            if settings == second:
                with pytest.raises(Refused, match="another headquarters"):
                    line.counts(north, MONTH)
                line.counts(north, "2026-04")
        with pytest.raises(Refused, match="another headquarters"):
            line.counts(north, "2026-04")
        line.counts(north, MONTH)
        line.counts(north, "2026-05")


def test_headquarters_is_nobodys_workstation_and_a_workstation_nobodys_headquarters(
    line: Line, second: Path
) -> None:
    stick = line.report("north", MONTH, long_tailed(2, 50))
    figures.merge(line.hq, [stick], anybody, now=NOW)
    [found] = figures.merge(line.hq, [second], anybody, now=NOW)
    assert found.outcome == "refused"
    assert "north" in found.detail
    with line.open("north") as north, pytest.raises(Refused, match="workstation"):
        figures.make_settings(north, line.stick(), now=NOW)


def test_a_vault_that_became_a_workstation_takes_no_counts(line: Line, second: Path) -> None:
    stick = line.report("north", MONTH, long_tailed(2, 50))
    [taken] = figures.merge(line.hq, [second], anybody, now=NOW)
    assert taken.outcome == "merged"
    [found] = figures.merge(line.hq, [stick], anybody, now=NOW)
    assert found.outcome == "refused"
    assert "workstation" in found.detail
    assert figures.workstations(line.hq) == []


def test_a_vault_with_workstations_hands_nothing_over(line: Line, second: Path) -> None:
    """As an earlier version let it come about."""
    stick = line.report("north", MONTH, long_tailed(2, 50))
    figures.merge(line.hq, [stick], anybody, now=NOW)
    with open_as(line.folder / "north", "carla") as north:
        kept = north.setting("bundle.headquarters")
    line.hq.set_setting("bundle.headquarters", {**kept, "vault": "ab" * 16})
    with pytest.raises(Refused, match="north"):
        line.counts(line.hq, MONTH, "hq")


class Failing:
    """A connection that commits nothing, as on a full disk."""

    def __init__(self, vault: Vault) -> None:
        self._conn = vault.conn

    def __getattr__(self, name: str) -> object:
        return getattr(self._conn, name)

    def execute(self, sql: str, *given: object) -> object:
        if sql == store.COMMIT:
            raise ConsoleError("the disk is full")
        return self._conn.execute(sql, *given)


def test_no_stick_carries_what_the_vault_does_not_know(
    line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    counts, settings = line.stick(), line.stick()
    with line.workstation("north") as north:
        insert(north, MONTH, long_tailed(2, 20))
        with monkeypatch.context() as full, pytest.raises(ConsoleError, match="full"):
            full.setattr(north, "conn", Failing(north))
            figures.make_counts(north, counts, MONTH, now=NOW)
        assert not counts.exists()
        assert standing(north) == [(MONTH, "open")]
    with monkeypatch.context() as full, pytest.raises(ConsoleError, match="full"):
        full.setattr(line.hq, "conn", Failing(line.hq))
        figures.make_settings(line.hq, settings, now=NOW)
    assert not settings.exists()


def test_a_restored_workstation_is_asked_about_and_then_taken(line: Line) -> None:
    with line.workstation("north") as north:
        insert(north, MONTH, long_tailed(2, 20))
        first = line.counts(north, MONTH)
        with north.transaction():
            north.conn.execute("DELETE FROM handed_over")
        insert(north, MONTH, long_tailed(3, 4))
        second = line.counts(north, MONTH)
    figures.merge(line.hq, [first], anybody, now=NOW)
    [found] = figures.merge(line.hq, [second], nobody, now=NOW)
    assert found.outcome == "refused"
    assert "backup" in found.detail
    asked: list[str] = []

    def compared(_signer: Signer, what: str) -> bool:
        asked.append(what)
        return True

    [found] = figures.merge(line.hq, [second], compared, now=NOW)
    assert (found.outcome, found.calls) == ("replaced", 24)
    assert len(asked) == 1
    assert "same number" in asked[0]
    figures.close(line.hq, MONTH, now=NOW)
    [found] = figures.merge(line.hq, [first], compared, now=NOW)
    assert "closed" in found.detail
    assert len(asked) == 1


def test_settings_of_a_restored_headquarters_are_asked_about_and_then_taken(line: Line) -> None:
    codebook.add_code(line.hq, "source", "poster", {"en": "Poster"}, now=NOW)
    newer = line.stick()
    figures.make_settings(line.hq, newer, now=NOW)
    with line.workstation("north") as north:
        figures.merge(north, [newer], nobody, now=NOW)
        [found] = figures.merge(north, [line.settings], nobody, now=NOW)
        assert found.outcome == "refused"
        assert "older" in found.detail
        asked: list[str] = []

        def compared(_signer: Signer, what: str) -> bool:
            asked.append(what)
            return True

        [found] = figures.merge(north, [line.settings], compared, now=NOW)
        assert found.outcome == "merged"
        assert len(asked) == 1
        assert "older" in asked[0]
        [found] = figures.merge(north, [line.settings], nobody, now=NOW)
        assert found.outcome == "already there"


def test_making_counts_needs_a_folder_to_write_them_to(line: Line) -> None:
    with line.workstation("north") as north:
        for path in (line.folder / "none" / "stick", line.settings / "stick"):
            with pytest.raises(ConsoleError):
                figures.make_counts(north, path, MONTH, now=NOW)
        with pytest.raises(BadUsage):
            figures.make_counts(north, line.settings, MONTH, now=NOW)
        assert standing(north) == []
