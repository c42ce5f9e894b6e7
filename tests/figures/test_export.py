"""Figures through a real vault: count, protect, publish once, write, and never otherwise."""

import csv
import json
import os
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from datetime import datetime
from itertools import count
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from console import codebook, figures
from console.errors import BadUsage, ConsoleError, Refused
from console.figures import ledger_store
from console.figures.rounding import Model, Running, Solution
from console.figures.solve import minimise
from console.figures.tally import TOTAL
from console.vault import Vault
from tests.figures.few import MORE, few_tables
from tests.figures.rows import MANY, Call, long_tailed, some_calls
from tests.vaults import make_vault, open_as, passphrase

NOW = datetime(2026, 11, 21, 9, 30).astimezone()

ADD_CALL = """
    INSERT INTO call (operator, day, period, kind, gender, age, region, perpetrator)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?)
"""
ADD_MENTION = "INSERT INTO call_mention (call, dimension, code) VALUES (?, 'issue', ?)"


def real_codes(vault: Vault, call: Call) -> dict[str, str]:
    """Translate the made-up regions into regions of the vault's country."""
    regions = codebook.load(vault, vault.setting("country")).grid("region")
    codes = {name: code for name, code in call.items() if isinstance(code, str)}
    return {**codes, "region": regions[int(codes["region"][1:]) % len(regions)]}


def insert(vault: Vault, period: str, calls: list[Call], kind: str = "data") -> None:
    with vault.transaction():
        for call in calls:
            codes = real_codes(vault, call)
            values = [codes[name] for name in ("gender", "age", "region", "perpetrator")]
            row = [vault.member.name, f"{period}-01", period, kind, *values]
            number = vault.conn.execute(ADD_CALL, row).lastrowid
            for issue in call["issue"]:
                vault.conn.execute(ADD_MENTION, [number, issue])


def read_table(folder: Path, name: str) -> dict[tuple[str, ...], int]:
    header, *rows = csv.reader((folder / f"{name}.csv").read_text("utf-8").splitlines())
    assert header[0] == "period"
    assert header[-1] == "count"
    return {tuple(row[1:-1]): int(row[-1]) for row in rows}


def contents(folder: Path) -> dict[str, bytes]:
    return {entry.name: entry.read_bytes() for entry in folder.iterdir()}


@pytest.fixture
def vault(tmp_path: Path) -> Iterator[Vault]:
    make_vault(tmp_path / "home")
    opened = open_as(tmp_path / "home", "carla")
    few_tables(opened)
    yield opened
    opened.close()


def test_a_month_is_published_and_written(vault: Vault, tmp_path: Path) -> None:
    insert(vault, "2026-03", long_tailed(1, 400))
    done = figures.export(vault, "2026-03", tmp_path / "out", now=NOW)
    assert done.folder == tmp_path / "out" / "2026-03"
    assert (done.period, done.vintage, done.mode) == ("2026-03", 1, "rounded")
    assert done.tables == 3
    assert done.largest_change <= 4
    assert 0 < done.mean_change < 4
    assert not done.already_published
    description = json.loads((done.folder / "release.json").read_text("utf-8"))
    assert description["digest"] == done.digest
    [line] = figures.history(vault)
    assert (line.period, line.published_on, line.published_by, line.digest) == (
        "2026-03",
        "2026-11-21",
        "carla",
        done.digest,
    )
    assert [(p.period, p.calls, p.state) for p in figures.periods(vault)] == [
        ("2026-03", 400, "published")
    ]


def test_the_preview_reconciles_with_the_rows(vault: Vault) -> None:
    few_tables(vault, MORE)
    calls = long_tailed(2, 150)
    insert(vault, "2026-03", calls)
    insert(vault, "2026-04", long_tailed(3, 20))
    insert(vault, "2026-03", long_tailed(4, 9), kind="abusive")
    tables = {table.name: table for table in figures.preview(vault, "2026-03")}
    for name, dimension in [("age_gender", "age"), ("perpetrator_gender", "perpetrator")]:
        for gender in ("woman", "man", "unknown"):
            for code in {str(call[dimension]) for call in calls}:
                found = sum(call[dimension] == code and call["gender"] == gender for call in calls)
                assert tables[name].cells[code, gender] == found
    assert tables["region_gender"].cells[TOTAL, TOTAL] == 150
    mentions = tables["issue_age"].cells
    for issue in ("rape", "threats"):
        assert mentions[issue, TOTAL] == sum(issue in call["issue"] for call in calls)
    unmentioned = sum(not call["issue"] for call in calls)
    unknown = sum("unknown" in call["issue"] for call in calls)
    assert unmentioned > 0
    assert mentions["unknown", TOTAL] == unknown + unmentioned


def test_a_call_that_goes_on_is_not_counted(vault: Vault) -> None:
    insert(vault, "2026-03", long_tailed(5, 3))
    with vault.transaction():
        vault.conn.execute("INSERT INTO call (operator, day) VALUES (?, '2026-03-02')", ["carla"])
    tables = {table.name: table for table in figures.preview(vault, "2026-03")}
    assert tables["age_gender"].cells[TOTAL, TOTAL] == 3


MONTHS = count()


@pytest.fixture(scope="module")
def busy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Vault]:
    home = tmp_path_factory.mktemp("busy") / "home"
    make_vault(home)
    opened = open_as(home, "carla")
    few_tables(opened, MORE)
    insert(opened, "1949-12", long_tailed(1, 1))
    yield opened
    opened.close()


@settings(
    max_examples=5,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(calls=some_calls())
def test_any_rows_in_a_vault_give_sound_files(
    busy: Vault, tmp_path_factory: pytest.TempPathFactory, calls: list[Call]
) -> None:
    month = next(MONTHS)
    period = f"{1950 + month // 12}-{month % 12 + 1:02}"
    insert(busy, period, calls)
    true = {table.name: table for table in figures.preview(busy, period)}
    done = figures.export(busy, period, tmp_path_factory.mktemp("out"), now=NOW)
    description = json.loads((done.folder / "release.json").read_text("utf-8"))
    margins: dict[object, int] = {}
    for entry in description["tables"]:
        table = read_table(done.folder, entry["name"])
        for cell, shown in table.items():
            assert shown >= 0
            assert shown % 5 == 0
            if entry["name"] in true:
                assert abs(shown - true[entry["name"]].cells[cell]) <= 4
            for position, code in enumerate(cell):
                if code == TOTAL:
                    assert shown == sum(
                        value
                        for other, value in table.items()
                        if other[position] != TOTAL
                        and other[:position] + other[position + 1 :]
                        == cell[:position] + cell[position + 1 :]
                    )
            named = zip(entry["dimensions"], cell, strict=True)
            key = (entry["counts"], frozenset(pair for pair in named if pair[1] != TOTAL))
            assert margins.setdefault(key, shown) == shown
        if entry["name"] in true:
            assert set(table) == set(true[entry["name"]].cells)


def test_exporting_again_gives_the_same_bytes(vault: Vault, tmp_path: Path) -> None:
    insert(vault, "2026-03", long_tailed(6, 200))
    first = figures.export(vault, "2026-03", tmp_path / "one", now=NOW)
    insert(vault, "2026-03", long_tailed(7, 50))
    same = figures.export(vault, "2026-03", tmp_path / "one", now=NOW)
    other = figures.export(vault, "2026-03", tmp_path / "two", now=NOW.replace(year=2031))
    assert same.already_published
    assert other.already_published
    assert first.digest == same.digest == other.digest
    assert contents(first.folder) == contents(other.folder)
    assert first.mean_change == other.mean_change


def test_another_process_in_another_time_zone_writes_the_same_bytes(tmp_path: Path) -> None:
    home = tmp_path / "home"
    make_vault(home)
    opened = open_as(home, "carla")
    few_tables(opened)
    insert(opened, "2026-03", long_tailed(8, 200))
    opened.close()
    child = textwrap.dedent(
        """
        import sys
        from datetime import datetime
        from pathlib import Path
        from console import figures, vault
        home, out, words = Path(sys.argv[1]), Path(sys.argv[2]), sys.stdin.read()
        now = datetime(2026, 11, 21, 9, 30).astimezone()
        opened = vault.unlock(home, "carla", words, now=now)
        figures.export(opened, "2026-03", out, now=now)
        opened.close()
        """
    )
    for zone in ("Pacific/Kiritimati", "America/Argentina/Salta"):
        subprocess.run(
            [sys.executable, "-c", child, str(home), str(tmp_path / zone[:4])],
            input=passphrase("carla"),
            text=True,
            check=True,
            env={**os.environ, "TZ": zone, "PYTHONHASHSEED": str(len(zone))},
        )
    again = open_as(home, "carla")
    done = figures.export(again, "2026-03", tmp_path / "here", now=NOW)
    again.close()
    assert contents(tmp_path / "Paci" / "2026-03") == contents(tmp_path / "Amer" / "2026-03")
    assert contents(tmp_path / "Paci" / "2026-03") == contents(done.folder)


def test_the_same_counts_in_another_order_are_protected_alike(vault: Vault, tmp_path: Path) -> None:
    calls = long_tailed(9, 120)
    insert(vault, "2026-03", calls)
    one = figures.export(vault, "2026-03", tmp_path / "one", now=NOW)
    make_vault(tmp_path / "second")
    second = open_as(tmp_path / "second", "carla")
    few_tables(second)
    second.set_setting("release_secret", vault.setting("release_secret"))
    insert(second, "2026-03", calls[::-1])
    two = figures.export(second, "2026-03", tmp_path / "two", now=NOW)
    second.close()
    assert one.digest == two.digest


@pytest.mark.parametrize("member", ["ines", "amina"])
def test_only_a_coordinator_sees_figures(tmp_path: Path, member: str) -> None:
    make_vault(tmp_path / "home")
    opened = open_as(tmp_path / "home", member)
    with pytest.raises(Refused):
        figures.preview(opened, "2026-03")
    with pytest.raises(Refused):
        figures.export(opened, "2026-03", tmp_path / "out", now=NOW)
    with pytest.raises(Refused):
        figures.history(opened)
    with pytest.raises(Refused):
        figures.periods(opened)
    opened.close()
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("period", ["", "26", "2026-13", "2026-1", "../2026-03", "2026-03\n"])
def test_what_is_no_month_is_bad_usage(vault: Vault, tmp_path: Path, period: str) -> None:
    with pytest.raises(BadUsage, match="YYYY-MM"):
        figures.export(vault, period, tmp_path / "out", now=NOW)
    with pytest.raises(BadUsage, match="YYYY-MM"):
        figures.preview(vault, period)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("period", ["2026-11", "2026-12", "2027-01"])
def test_a_month_that_is_not_over_is_refused(vault: Vault, tmp_path: Path, period: str) -> None:
    with pytest.raises(Refused, match="not over"):
        figures.export(vault, period, tmp_path / "out", now=NOW)
    assert figures.history(vault) == []


def test_a_folder_in_the_way_stops_the_publication(vault: Vault, tmp_path: Path) -> None:
    insert(vault, "2026-03", long_tailed(10, 30))
    folder = tmp_path / "out" / "2026-03"
    folder.mkdir(parents=True)
    (folder / "mine.txt").write_text("mine")
    with pytest.raises(BadUsage, match="something else"):
        figures.export(vault, "2026-03", tmp_path / "out", now=NOW)
    assert contents(folder) == {"mine.txt": b"mine"}
    assert figures.history(vault) == []


def test_a_folder_that_can_never_work_is_found_before_anything_is_published(
    vault: Vault, tmp_path: Path
) -> None:
    insert(vault, "2026-03", long_tailed(11, 80))
    with pytest.raises(ConsoleError, match="name another folder"):
        figures.export(vault, "2026-03", tmp_path / ("x" * 250) / ("y" * 300), now=NOW)
    assert figures.history(vault) == []
    assert not figures.export(vault, "2026-03", tmp_path / "out", now=NOW).already_published


def test_a_solver_that_lies_publishes_and_writes_nothing(vault: Vault, tmp_path: Path) -> None:
    def liar(model: Model) -> Solution:
        true = minimise(model)
        return Solution(tuple(choice.free for choice in model.choices), true.latent)

    insert(vault, "2026-03", long_tailed(12, 80))
    with pytest.raises(ConsoleError, match="nothing was written"):
        figures.export(vault, "2026-03", tmp_path / "out", now=NOW, solve=liar)
    assert not (tmp_path / "out").exists()
    assert figures.history(vault) == []
    assert [line.state for line in figures.periods(vault)] == ["open"]


def test_a_code_that_the_list_lacks_is_shown_but_not_published(
    vault: Vault, tmp_path: Path
) -> None:
    insert(vault, "2026-03", long_tailed(13, 5))
    with vault.transaction():
        vault.conn.execute("UPDATE call SET age = 'very_old' WHERE id = (SELECT min(id) FROM call)")
    table = figures.preview(vault, "2026-03")[1]
    assert table.cells["very_old", TOTAL] == 1
    with pytest.raises(Refused, match="age"):
        figures.export(vault, "2026-03", tmp_path / "out", now=NOW)
    assert figures.history(vault) == []


def test_publishing_and_writing_are_in_the_audit_trail(vault: Vault, tmp_path: Path) -> None:
    insert(vault, "2026-03", long_tailed(1, 9))
    done = figures.export(vault, "2026-03", tmp_path / "out", now=NOW)
    lines = vault.conn.execute("SELECT actor, action, subject FROM audit WHERE action LIKE 'rel%'")
    assert [tuple(line) for line in lines] == [
        ("carla", "release.published", f"2026-03 {done.digest}"),
        ("carla", "release.exported", f"2026-03 {done.digest}"),
    ]


def test_the_ledger_sums_each_cell_once_a_month(vault: Vault, tmp_path: Path) -> None:
    months = ["2026-03", "2026-04", "2026-05"]
    true = published = women = 0
    for seed, month in enumerate(months):
        calls = long_tailed(20 + seed, 150)
        insert(vault, month, calls)
        done = figures.export(vault, month, tmp_path, now=NOW)
        table = read_table(done.folder, "age_gender")
        true += len(calls)
        published += table[TOTAL, TOTAL]
        women += table[TOTAL, "woman"]
    sums = ledger_store.running(vault, MANY)
    assert sums["calls/", frozenset()] == Running(published, true)
    assert sums["calls/", frozenset({("gender", "woman")})].published == women
    assert sums["mentions/issue", frozenset()].true >= true


def test_progress_goes_forward_to_the_end(vault: Vault, tmp_path: Path) -> None:
    insert(vault, "2026-03", long_tailed(1, 9))
    told: list[float] = []
    figures.export(
        vault, "2026-03", tmp_path, now=NOW, progress=lambda _step, share: told.append(share)
    )
    assert told == sorted(told)
    assert told[-1] == 1.0
