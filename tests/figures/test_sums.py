"""Longer periods over months that did not print the same tables."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from console import figures
from console.figures import sums
from console.figures.tally import TOTAL, one_way
from console.vault import Vault
from tests.figures.few import MORE, SMALL, few_tables
from tests.figures.rows import DEFINITIONS, GRIDS, long_tailed, tables_of
from tests.figures.test_export import NOW, insert, read_table
from tests.figures.test_ledger import month_of_fives
from tests.vaults import make_vault, open_as


@pytest.fixture
def vault(tmp_path: Path) -> Iterator[Vault]:
    make_vault(tmp_path / "home")
    opened = open_as(tmp_path / "home", "carla")
    yield opened
    opened.close()


@pytest.mark.parametrize("added", [1, 2])
def test_a_table_that_was_added_during_a_quarter_is_left_out_and_named(
    vault: Vault, tmp_path: Path, added: int
) -> None:
    months = ("2026-01", "2026-02", "2026-03")
    for number, month in enumerate(months):
        few_tables(vault, MORE if number >= added else SMALL)
        insert(vault, month, long_tailed(number, 80))
        figures.export(vault, month, tmp_path, now=NOW)
    done = figures.export(vault, "2026-Q1", tmp_path, now=NOW)
    described = json.loads((done.folder / "release.json").read_text("utf-8"))
    assert {each["name"] for each in described["tables"]} == {
        "kind",
        "age_gender",
        "issue_gender",
    }
    notes = " ".join(described["notes"]["en"])
    for name in ("Region × Gender", "Perpetrator × Gender", "Issue × Age"):
        assert name in notes
    for name in ("age_gender", "issue_gender"):
        parts = [read_table(tmp_path / month, name) for month in months]
        summed = read_table(done.folder, name)
        assert summed == {cell: sum(part[cell] for part in parts) for cell in summed}


@pytest.mark.parametrize("newest_first", [False, True])
def test_a_dimension_that_one_month_lacks_is_summed_nowhere(newest_first: bool) -> None:
    more = [each for each in DEFINITIONS if each.name in ("age_gender", "perpetrator_gender")]
    less = [each for each in more if each.name == "age_gender"]
    months = [
        month_of_fives("2026-01", tables_of(long_tailed(1, 50), less)),
        month_of_fives("2026-02", tables_of(long_tailed(2, 50), more)),
    ]
    summed = sums.add_up(months[::-1] if newest_first else months, GRIDS.__getitem__)
    assert [table.raw.name for table in summed.tables] == ["age_gender"]
    assert summed.coarser == ("perpetrator_gender",)


def test_a_code_that_one_month_lacks_counts_nothing_there() -> None:
    """It is the dimension that must have been counted, not each of its codes."""
    definitions = [each for each in DEFINITIONS if each.name == "age_gender"]
    [whole] = tables_of(long_tailed(1, 50), definitions)
    lines = [raw for raw in one_way(whole) if raw.dimensions == ("age",)]
    january = month_of_fives("2026-01", lines)
    [table] = january.tables
    newer = table.raw.cells | {("90+",): 5, (TOTAL,): table.raw.cells[TOTAL,] + 5}
    raw = replace(table.raw, cells=newer)
    february = sums.Month("2026-02", (sums.PublishedTable(raw, newer),))
    [summed] = sums.add_up([january, february], GRIDS.__getitem__).tables
    assert summed.published["90+",] == 5
