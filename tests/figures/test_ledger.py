"""The ledger: open, closed, published, and then frozen; what came in late, and what is restated."""

import json
import os
import resource
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from console import figures
from console.errors import BadUsage, ConsoleError, Refused
from console.figures import folder, publishing, spans, sums
from console.figures.published import PublishedTable
from console.figures.tables import Definition
from console.figures.tally import TOTAL, axes_of, one_way
from console.vault import Vault, back_up, restore_backup
from tests.figures.few import few_tables
from tests.figures.lines import Line, anybody
from tests.figures.rows import DEFINITIONS, GRIDS, long_tailed, tables_of
from tests.figures.test_export import ADD_CALL, NOW, contents, insert, read_table
from tests.vaults import make_vault, open_as, passphrase

ALL_TABLES = ("release", "release_file", "release_cell", "closing", "restatement", "call", "audit")


@pytest.fixture
def vault(tmp_path: Path) -> Iterator[Vault]:
    make_vault(tmp_path / "home")
    opened = open_as(tmp_path / "home", "carla")
    few_tables(opened)
    yield opened
    opened.close()


@pytest.fixture
def line(tmp_path: Path) -> Iterator[Line]:
    made = Line(tmp_path, NOW)
    yield made
    made.hq.close()


def state(vault: Vault) -> list[object]:
    return [vault.conn.execute(f"SELECT * FROM {table}").fetchall() for table in ALL_TABLES]


def come_in_late(vault: Vault, day_in: str, counted_in: str, calls: int, seed: int = 40) -> None:
    """Insert calls of a closed month as an operator's console would: they count in a later one."""
    insert(vault, counted_in, long_tailed(seed, calls))
    with vault.transaction():
        vault.conn.execute(
            "UPDATE call SET day = ? WHERE id > (SELECT max(id) FROM call) - ?",
            [f"{day_in}-03", calls],
        )


def test_a_month_waits_for_workstations_until_they_are_declared_absent(
    line: Line, tmp_path: Path
) -> None:
    figures.merge(
        line.hq,
        [
            line.report("north", "2026-03", long_tailed(2, 9)),
            line.report("south", "2026-03", long_tailed(3, 9)),
        ],
        anybody,
        now=NOW,
    )
    with line.open("north") as north:
        april = line.counts(north, "2026-04")
    figures.merge(line.hq, [april], anybody, now=NOW)
    before = state(line.hq)
    for attempt in (
        lambda: figures.close(line.hq, "2026-04", now=NOW),
        lambda: figures.export(line.hq, "2026-04", tmp_path / "out", now=NOW),
    ):
        with pytest.raises(Refused, match=r"waits for south: .*--absent"):
            attempt()
    with pytest.raises(BadUsage, match="nowhere"):
        figures.close(line.hq, "2026-04", now=NOW, absent=["nowhere"])
    with pytest.raises(BadUsage, match="north has reported"):
        figures.close(line.hq, "2026-04", now=NOW, absent=["north", "south"])
    assert state(line.hq) == before
    closed = figures.close(line.hq, "2026-04", now=NOW, absent=["south"])
    assert closed == figures.Closed("2026-04", ("south",), already=False)
    [_, april_line] = figures.standings(line.hq)
    assert (april_line.state, april_line.closed_on, april_line.closed_by) == (
        "closed",
        "2026-11-21",
        "carla",
    )
    assert (april_line.reported, april_line.missing, april_line.absent) == (
        ("north",),
        (),
        ("south",),
    )
    trail = [(x.action, x.subject) for x in line.hq.audit_lines()[-2:]]
    assert trail == [("workstation.absent", "2026-04 south"), ("period.closed", "2026-04")]
    assert figures.close(line.hq, "2026-04", now=NOW).already


def test_a_retired_workstation_is_waited_for_no_more(line: Line) -> None:
    stick = line.report("north", "2026-03", long_tailed(2, 9))
    figures.merge(line.hq, [stick], anybody, now=NOW)
    figures.retire(line.hq, "north", "2026-05", now=NOW)
    insert(line.hq, "2026-02", long_tailed(1, 3))
    figures.close(line.hq, "2026-02", now=NOW)
    figures.close(line.hq, "2026-05", now=NOW)
    with pytest.raises(Refused, match="north"):
        figures.close(line.hq, "2026-04", now=NOW)
    with line.open("north") as north:
        may = line.counts(north, "2026-05")
    [found] = figures.merge(line.hq, [may], anybody, now=NOW)
    assert found.outcome == "refused"


def test_exporting_closes_first_and_a_closed_month_takes_no_call(
    vault: Vault, tmp_path: Path
) -> None:
    insert(vault, "2026-03", long_tailed(1, 30))
    figures.export(vault, "2026-03", tmp_path, now=NOW)
    [standing] = figures.standings(vault)
    assert standing.state == "published"
    assert standing.closed_on == "2026-11-21"
    figures.close(vault, "2026-04", now=NOW)
    closed = vault.conn.execute("SELECT period FROM closed_period ORDER BY 1").fetchall()
    assert closed == [("2026-03",), ("2026-04",)]
    lines = [(each.period, each.state) for each in figures.periods(vault)]
    assert lines == [("2026-03", "published"), ("2026-04", "closed")]


def test_late_calls_are_named_where_they_count_and_where_they_are_of(vault: Vault) -> None:
    insert(vault, "2026-03", long_tailed(1, 30))
    insert(vault, "2026-04", long_tailed(2, 5))
    figures.close(vault, "2026-03", now=NOW)
    come_in_late(vault, "2026-03", "2026-04", 4)
    assert [(x.period, x.calls, x.late) for x in figures.periods(vault)] == [
        ("2026-03", 30, 0),
        ("2026-04", 9, 4),
    ]
    march, april = figures.standings(vault)
    assert (march.moved, march.late) == (4, 0)
    assert (april.moved, april.late) == (0, 4)


def test_a_period_is_published_in_one_mode(vault: Vault, tmp_path: Path) -> None:
    insert(vault, "2026-03", long_tailed(1, 30))
    figures.export(vault, "2026-03", tmp_path / "a", now=NOW)
    with pytest.raises(Refused, match="published in mode rounded"):
        figures.export(vault, "2026-03", tmp_path / "b", now=NOW, mode="suppressed")
    assert not (tmp_path / "b").exists()


def test_hidden_counts_are_published_and_are_never_added_up(vault: Vault, tmp_path: Path) -> None:
    for month in ("2026-01", "2026-02", "2026-03"):
        insert(vault, month, long_tailed(7, 120))
        done = figures.export(vault, month, tmp_path, now=NOW, mode="suppressed")
        assert done.mode == "suppressed"
        assert done.largest_change == 0
    assert "certificate.json" in contents(tmp_path / "2026-03")
    with pytest.raises(Refused, match="rounded"):
        figures.export(vault, "2026-Q1", tmp_path, now=NOW, mode="suppressed")
    with pytest.raises(Refused, match="cannot be added up"):
        figures.export(vault, "2026-Q1", tmp_path, now=NOW)
    again = figures.export(vault, "2026-03", tmp_path / "again", now=NOW)
    assert contents(again.folder) == contents(tmp_path / "2026-03")


def test_a_longer_period_is_the_sum_of_what_its_months_published(
    vault: Vault, tmp_path: Path
) -> None:
    months = ("2026-01", "2026-02", "2026-03")
    for seed, month in enumerate(months):
        insert(vault, month, long_tailed(seed, 20 + 100 * seed))
        if seed == 2:
            with pytest.raises(Refused, match="2026-03 is not published"):
                figures.export(vault, "2026-Q1", tmp_path, now=NOW)
        figures.export(vault, month, tmp_path, now=NOW)
    done = figures.export(vault, "2026-Q1", tmp_path, now=NOW)
    described = json.loads((done.folder / "release.json").read_text())
    assert described["period"] == "2026-Q1"
    assert described["rounding"] == {"base": 5, "max_change": 12}
    for name in ("age_gender", "kind"):
        parts = [read_table(tmp_path / month, name) for month in months]
        summed = read_table(done.folder, name)
        assert summed == {cell: sum(part[cell] for part in parts) for cell in summed}
        assert any(summed.values())
    insert(vault, "2026-04", long_tailed(9, 5))
    again = figures.export(vault, "2026-Q1", tmp_path / "again", now=NOW)
    assert again.already_published
    assert contents(again.folder) == contents(done.folder)
    # The quarter is none of the months that errors cancel over.
    assert [line.period for line in figures.periods(vault)] == [*months, "2026-04"]
    other = figures.export(vault, "2026-01/2026-02", tmp_path, now=NOW)
    assert other.folder.name == "2026-01_2026-02"


def month_of_fives(period: str, tables: list[figures.RawTable]) -> sums.Month:
    """Return a month whose true counts are multiples of five: they are published as they are."""
    fives = [replace(raw, cells={cell: 5 * n for cell, n in raw.cells.items()}) for raw in tables]
    return sums.Month(period, tuple(PublishedTable(raw, raw.cells) for raw in fives))


def test_a_table_that_one_month_gave_coarser_is_summed_as_coarse() -> None:
    definitions = [each for each in DEFINITIONS if each.name == "age_gender"]
    whole = tables_of(long_tailed(1, 50), definitions)
    coarse = [part for table in whole for part in one_way(table)]
    months = [month_of_fives("2026-01", whole), month_of_fives("2026-02", coarse)]
    summed = sums.add_up(months, GRIDS.__getitem__)
    assert summed.coarser == ("age_gender",)
    assert [table.raw.dimensions for table in summed.tables] == [("age",), ("gender",)]
    for table in summed.tables:
        assert table.published[TOTAL,] == 2 * 5 * 50


def test_a_sum_has_every_table_of_its_months_in_their_order_and_codes_in_that_of_the_list() -> None:
    wanted = ("age_gender", "perpetrator_gender")
    two_way = [each for each in DEFINITIONS if each.name in wanted]
    three_way = Definition("all_three", ("perpetrator", "age", "gender"), "calls")
    raw = tables_of(long_tailed(1, 50), [*two_way, three_way])
    # As the ledger gives them back: cells in order of their keys.
    kept = [replace(each, cells=dict(sorted(each.cells.items()))) for each in raw]
    months = [month_of_fives(f"2026-0{n}", kept) for n in (1, 2)]
    summed = sums.add_up(months, GRIDS.__getitem__)
    assert [table.raw.name for table in summed.tables] == [*wanted, "all_three"]
    for table in summed.tables:
        assert axes_of(table.raw) == tuple(GRIDS[name] for name in table.raw.dimensions)


@pytest.mark.parametrize(
    ("period", "months"),
    [
        ("2026-02", ("2026-02",)),
        ("2026-Q4", ("2026-10", "2026-11", "2026-12")),
        ("2025-12/2026-01", ("2025-12", "2026-01")),
    ],
)
def test_the_months_of_a_period(period: str, months: tuple[str, ...]) -> None:
    assert spans.months_of(period) == months
    assert len(spans.months_of(period[:4])) == 12


@pytest.mark.parametrize(
    "period", ["2026-Q5", "2026-02/2026-02", "2026-03/2026-01", "1900-01/2026-01", "26", "/", ""]
)
def test_what_is_no_period(period: str) -> None:
    with pytest.raises(BadUsage, match="no period"):
        spans.months_of(period)


def test_a_release_is_the_same_after_rotation_backup_and_restore_elsewhere(tmp_path: Path) -> None:
    home = tmp_path / "home"
    make_vault(home)
    with open_as(home, "carla") as opened:
        few_tables(opened)
        insert(opened, "2026-03", long_tailed(8, 90))
        first = figures.export(opened, "2026-03", tmp_path / "one", now=NOW)
    with open_as(home, "ines") as opened:
        opened.rotate(now=NOW)
    back_up(home, "ines", passphrase("ines"), tmp_path / "backup", now=NOW)
    elsewhere = tmp_path / "elsewhere"
    restore_backup(elsewhere, "ines", passphrase("ines"), tmp_path / "backup", now=NOW)
    child = textwrap.dedent(
        """
        import sys
        from datetime import datetime
        from pathlib import Path
        from console import figures, vault
        home, out, words = Path(sys.argv[1]), Path(sys.argv[2]), sys.stdin.read()
        now = datetime(2027, 3, 1, 9, 30).astimezone()
        with vault.unlock(home, "carla", words, now=now) as opened:
            figures.export(opened, "2026-03", out, now=now)
        """
    )
    subprocess.run(
        [sys.executable, "-c", child, str(elsewhere), str(tmp_path / "two")],
        input=passphrase("carla"),
        text=True,
        check=True,
        env={**os.environ, "TZ": "Pacific/Kiritimati", "PYTHONHASHSEED": "7", "LC_ALL": "C"},
    )
    assert contents(tmp_path / "two" / "2026-03") == contents(first.folder)


def test_a_restatement_adds_late_calls_and_leaves_the_first_vintage(
    vault: Vault, tmp_path: Path
) -> None:
    insert(vault, "2026-03", long_tailed(1, 60))
    first = figures.export(vault, "2026-03", tmp_path / "first", now=NOW)
    come_in_late(vault, "2026-03", "2026-04", 10, seed=1)
    insert(vault, "2026-04", long_tailed(5, 6))
    done = figures.restate(vault, "2026-03", "night sheets <late>", now=NOW)
    assert (done.vintage, done.late) == (2, 10)
    assert [(x.period, x.calls, x.late) for x in figures.periods(vault)] == [
        ("2026-03", 70, 0),
        ("2026-04", 6, 0),
    ]
    newest = figures.export(vault, "2026-03", tmp_path / "second", now=NOW)
    assert newest.vintage == 2
    described = json.loads((newest.folder / "release.json").read_text())
    assert described["restates"] == {"vintage": 1, "late": True}
    old = figures.export(vault, "2026-03", tmp_path / "third", now=NOW, vintage=1)
    assert contents(old.folder) == contents(first.folder)
    with pytest.raises(BadUsage, match="no vintage 3"):
        figures.export(vault, "2026-03", tmp_path / "fourth", now=NOW, vintage=3)
    reasons = {line.vintage: line.reason for line in figures.history(vault)}
    assert reasons == {1: "", 2: "night sheets <late>"}
    assert not any("night" in line.subject for line in vault.audit_lines())
    assert not any(b"night" in content for content in contents(newest.folder).values())


def test_what_cannot_be_restated_changes_nothing(vault: Vault, tmp_path: Path) -> None:
    insert(vault, "2026-03", long_tailed(1, 60))

    def refused(words: str, reason: str = "why") -> None:
        before = state(vault)
        with pytest.raises(ConsoleError, match=words):
            figures.restate(vault, "2026-03", reason, now=NOW)
        assert state(vault) == before

    refused("not published")
    figures.export(vault, "2026-03", tmp_path, now=NOW)
    refused("say in a line", reason=" \n")
    refused("nothing of 2026-03")
    with vault.transaction():
        vault.conn.execute("UPDATE call SET age = 'unknown' WHERE age != 'unknown'")
    come_in_late(vault, "2026-03", "2026-04", 3)
    refused("amended")


def test_late_calls_of_a_closed_later_month_stay_there(vault: Vault, tmp_path: Path) -> None:
    insert(vault, "2026-03", long_tailed(1, 60))
    figures.export(vault, "2026-03", tmp_path, now=NOW)
    come_in_late(vault, "2026-03", "2026-04", 3)
    figures.close(vault, "2026-04", now=NOW)
    with pytest.raises(Refused, match="nothing of 2026-03"):
        figures.restate(vault, "2026-03", "why", now=NOW)


def test_a_month_of_a_published_quarter_is_not_restated(vault: Vault, tmp_path: Path) -> None:
    insert(vault, "2026-01", long_tailed(1, 9))
    for month in ("2026-01", "2026-02", "2026-03"):
        figures.export(vault, month, tmp_path, now=NOW)
    figures.export(vault, "2026-Q1", tmp_path, now=NOW)
    come_in_late(vault, "2026-03", "2026-04", 3)
    with pytest.raises(Refused, match="part of 2026-Q1"):
        figures.restate(vault, "2026-03", "why", now=NOW)


def test_a_release_that_gives_a_count_away_is_refused() -> None:
    """What the usual rule would write: a hidden cell beside its total and the other part."""
    described = {
        "format": 1,
        "period": "2026-03",
        "vintage": 1,
        "mode": "suppressed",
        "hidden": {"<5": [0, 4]},
        "tables": [
            {"name": "kind", "file": "kind.csv", "dimensions": ["kind"], "counts": "contacts"}
        ],
    }
    rows = "period,kind,count\n2026-03,data,10\n2026-03,silent,<5\n2026-03,_T,13\n"
    files = {"release.json": json.dumps(described).encode(), "kind.csv": rows.encode()}
    with pytest.raises(Refused, match="could prove"):
        publishing.require_safe(files, [])
    safe = rows.replace("data,10", "data,<5").replace("_T,13", "_T,<5")
    publishing.require_safe({**files, "kind.csv": safe.encode()}, [])


@pytest.mark.parametrize("days", [366, 40])
def test_a_clock_that_is_behind_the_trail_publishes_nothing(
    vault: Vault, tmp_path: Path, days: int
) -> None:
    behind = NOW - timedelta(days=days)
    for attempt in (
        lambda: figures.export(vault, "2025-03", tmp_path / "out", now=behind),
        lambda: figures.close(vault, "2025-03", now=behind),
    ):
        with pytest.raises(Refused, match="set the clock"):
            attempt()
    assert figures.standings(vault) == []
    assert not (tmp_path / "out").exists()


def test_a_month_without_calls_prints_the_same_grid_in_zeros(vault: Vault, tmp_path: Path) -> None:
    insert(vault, "2026-03", long_tailed(1, 60))
    busy = figures.export(vault, "2026-03", tmp_path, now=NOW)
    empty = figures.export(vault, "2026-04", tmp_path, now=NOW)
    assert {*contents(busy.folder)} == {*contents(empty.folder)}
    for name in ("age_gender", "issue_gender", "kind"):
        table = read_table(empty.folder, name)
        assert {*table} == {*read_table(busy.folder, name)}
        assert {*table.values()} == {0}


def test_a_hundred_thousand_calls_in_one_cell(vault: Vault, tmp_path: Path) -> None:
    row = ["carla", "2026-03-01", "2026-03", "data", "woman", "18-25", "PK-SD", "unknown"]
    with vault.transaction():
        vault.conn.executemany(ADD_CALL, [row] * 100_003)
    done = figures.export(vault, "2026-03", tmp_path, now=NOW)
    table = read_table(done.folder, "age_gender")
    assert table["18-25", "woman"] == table[TOTAL, TOTAL]
    assert table[TOTAL, TOTAL] in (100_000, 100_005)


def test_a_full_disk_leaves_no_half_release(tmp_path: Path) -> None:
    files = {"release.json": b"{}", "large.csv": b"x" * 100_000}
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, hard))
    try:
        with pytest.raises(ConsoleError, match="export again"):
            folder.write(tmp_path / "out" / "2026-03", files)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert list((tmp_path / "out").iterdir()) == []
    folder.write(tmp_path / "out" / "2026-03", files)
    assert contents(tmp_path / "out" / "2026-03") == files


def test_tags_are_written_beside_a_release(vault: Vault, tmp_path: Path) -> None:
    insert(vault, "2026-03", long_tailed(1, 9))
    done = figures.export(vault, "2026-03", tmp_path, now=NOW, hxl=True)
    plain = figures.export(vault, "2026-03", tmp_path, now=NOW)
    assert contents(done.folder) == contents(plain.folder)
    assert {*contents(tmp_path / "2026-03-hxl")} == {
        "age_gender.csv",
        "issue_gender.csv",
        "kind.csv",
    }
