"""A mistyped old month is not closed and not published, empty and for ever."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from console import figures
from console.errors import Refused
from console.vault import Vault
from tests.figures.few import few_tables
from tests.figures.lines import Line, anybody
from tests.figures.rows import long_tailed
from tests.figures.test_export import NOW, contents, insert
from tests.figures.test_ledger import come_in_late, state
from tests.vaults import make_vault, open_as

FIRST = "2026-03"

NEXT = datetime(2026, 12, 2, 9, tzinfo=UTC)


@pytest.fixture
def vault(tmp_path: Path) -> Iterator[Vault]:
    """A vault without calls, that was made in November."""
    make_vault(tmp_path / "home")
    opened = open_as(tmp_path / "home", "carla")
    few_tables(opened)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def older(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Vault]:
    """The same with calls from before it was made."""
    home = tmp_path_factory.mktemp("older") / "home"
    make_vault(home)
    opened = open_as(home, "carla")
    few_tables(opened)
    insert(opened, FIRST, long_tailed(1, 30))
    yield opened
    opened.close()


def months(before: str) -> st.SearchStrategy[str]:
    """Months up to the one before."""
    last = int(before[:4]) * 12 + int(before[5:]) - 2
    return st.integers(12, last).map(lambda n: f"{n // 12:04}-{n % 12 + 1:02}")


def periods(before: str) -> st.SearchStrategy[str]:
    """Whatever period ends before a month."""
    years = st.integers(1, int(before[:4]) - 1)
    return st.one_of(
        months(before),
        years.map(lambda year: f"{year:04}"),
        st.tuples(years, st.integers(1, 4)).map(lambda each: f"{each[0]:04}-Q{each[1]}"),
        years.map(lambda year: f"{year:04}-05/{year:04}-11"),
    )


any_of_them = settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])


@any_of_them
@given(month=months(FIRST))
def test_no_month_before_the_first_is_closed(older: Vault, month: str) -> None:
    before = state(older)
    with pytest.raises(Refused, match=f"nothing of {month} .* first month here is {FIRST}$"):
        figures.close(older, month, now=NOW)
    assert state(older) == before


@any_of_them
@given(period=periods(FIRST))
def test_no_period_before_the_first_month_is_published(
    older: Vault, tmp_path: Path, period: str
) -> None:
    before = state(older)
    with pytest.raises(Refused, match=f"nothing of {period} .* first month here is {FIRST}$"):
        figures.export(older, period, tmp_path / "out", now=NOW)
    assert state(older) == before
    assert not (tmp_path / "out").exists()


def test_from_the_first_month_on_empty_ones_are_published_too(vault: Vault, tmp_path: Path) -> None:
    insert(vault, "2026-01", long_tailed(1, 9))
    for month in ("2026-03", "2026-02", "2026-01"):
        figures.export(vault, month, tmp_path, now=NOW)
    assert figures.export(vault, "2026-Q1", tmp_path, now=NOW).vintage == 1


def test_a_contact_that_was_silent_was_one(vault: Vault, tmp_path: Path) -> None:
    insert(vault, FIRST, long_tailed(1, 3), kind="silent")
    assert figures.export(vault, FIRST, tmp_path, now=NOW).vintage == 1
    with pytest.raises(Refused, match=FIRST):
        figures.close(vault, "2026-02", now=NOW)


def test_a_month_whose_calls_all_came_in_late_is_there(vault: Vault, tmp_path: Path) -> None:
    come_in_late(vault, "2026-02", FIRST, 9)
    assert figures.export(vault, "2026-02", tmp_path, now=NOW).vintage == 1


def test_headquarters_publishes_what_was_reported_of_months_before_its_own(tmp_path: Path) -> None:
    line = Line(tmp_path, NOW)
    with line.hq:
        with pytest.raises(Refused, match="first month here is 2026-11"):
            figures.export(line.hq, FIRST, tmp_path / "out", now=NOW)
        stick = line.report("north", FIRST, long_tailed(2, 43))
        figures.merge(line.hq, [stick], anybody, now=NOW)
        assert figures.export(line.hq, FIRST, tmp_path / "out", now=NOW).vintage == 1


def test_a_workstation_hands_no_month_over_from_before_its_first(tmp_path: Path) -> None:
    line = Line(tmp_path, NOW)
    stick = line.stick()
    with line.hq, line.workstation("north") as north:
        insert(north, FIRST, long_tailed(2, 9))
        before = state(north)
        with pytest.raises(Refused, match=f"first month here is {FIRST}"):
            figures.make_counts(north, stick, "2006-11", now=NOW)
        assert state(north) == before
        assert not stick.exists()


def test_months_that_were_folded_stay_there(vault: Vault, tmp_path: Path) -> None:
    for month in ("2026-01", "2026-02", "2026-03"):
        insert(vault, month, long_tailed(1, 9))
        figures.export(vault, month, tmp_path, now=NOW)
        with vault.transaction():
            figures.fold(vault, month, lambda: vault.conn.execute("DELETE FROM call"))
    assert figures.export(vault, "2026-Q1", tmp_path, now=NOW).vintage == 1


def test_what_an_earlier_version_published_or_closed_stays_as_it_is(
    vault: Vault, tmp_path: Path
) -> None:
    insert(vault, "2026-09", long_tailed(1, 9))
    first = figures.export(vault, "2026-09", tmp_path / "first", now=NOW)
    figures.close(vault, "2026-10", now=NOW)
    with vault.transaction():
        vault.conn.execute("DELETE FROM call")
    again = figures.export(vault, "2026-09", tmp_path / "again", now=NOW)
    assert contents(again.folder) == contents(first.folder)
    assert figures.close(vault, "2026-10", now=NOW).already
    with pytest.raises(Refused, match="first month here is 2026-11"):
        figures.export(vault, "2026-10", tmp_path / "out", now=NOW)
    insert(vault, "2026-10", long_tailed(2, 9))
    for period in ("2026-10", "2026-09/2026-10"):
        assert figures.export(vault, period, tmp_path / "out", now=NOW).vintage == 1


@pytest.mark.parametrize(
    ("made", "first"),
    [
        (datetime(2026, 11, 1, 2, tzinfo=timezone(timedelta(hours=5))), "2026-11"),
        (datetime(2026, 10, 31, 22, tzinfo=timezone(timedelta(hours=-5))), "2026-10"),
    ],
    ids=["utc is still in October", "utc is in November already"],
)
def test_without_a_call_the_first_month_is_the_one_here_when_the_vault_was_made(
    tmp_path: Path, made: datetime, first: str
) -> None:
    make_vault(tmp_path / "home", now=made)
    now = made + timedelta(days=20)
    later = NEXT.astimezone(made.tzinfo)
    open_as(tmp_path / "home", "carla", now=now).close()
    with open_as(tmp_path / "home", "carla", now=later) as vault:
        with pytest.raises(Refused, match=f"first month here is {first}"):
            figures.close(vault, "2026-09", now=later)
        if first == "2026-11":
            with pytest.raises(Refused, match=f"first month here is {first}"):
                figures.close(vault, "2026-10", now=later)
        assert not figures.close(vault, first, now=later).already
