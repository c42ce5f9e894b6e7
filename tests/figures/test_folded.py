"""Counts outlive the rows that they were made of, and not one of them changes."""

import json
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from console import figures
from console.errors import ConsoleError, Refused
from console.figures import folding, store
from console.figures.dimensions import Dimensions
from console.figures.tables import OF_CALLS, Definition, standard
from console.figures.tally import TOTAL
from console.vault import Vault
from tests.figures.rows import MANY, Call, long_tailed, some_calls
from tests.figures.test_export import insert
from tests.vaults import NOW, make_vault, open_as

MONTHS = count()
DROP = "DELETE FROM call WHERE period = ?"


@pytest.fixture(scope="module")
def vault(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Vault]:
    home = tmp_path_factory.mktemp("folded") / "home"
    make_vault(home)
    with open_as(home, "carla") as opened:
        yield opened


def publish(vault: Vault, period: str) -> None:
    with vault.transaction():
        vault.conn.execute(
            "INSERT INTO release VALUES (?, 1, 'rounded', '', 'carla', '')", [period]
        )


def fold(vault: Vault, period: str) -> None:
    with vault.transaction():
        figures.fold(vault, period, lambda: vault.conn.execute(DROP, [period]))


def every_count(vault: Vault, period: str) -> dict[object, object]:
    """Whatever the figures can be asked of a month, and of all months together."""
    return {
        "preview": figures.preview(vault, period),
        "kept": folding.counts(vault, period),
        "kinds": store.kinds(vault, period),
        "periods": figures.periods(vault),
    }


def merge(vault: Vault, dimension: str, code: str, successor: str) -> None:
    with vault.transaction():
        vault.conn.execute(
            "INSERT OR REPLACE INTO code_merge VALUES (?, ?, ?)", [dimension, code, successor]
        )


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(some_calls(), some_calls(10), st.booleans())
def test_no_count_changes_when_rows_are_folded(
    vault: Vault, calls: list[Call], silent: list[Call], merged: bool
) -> None:
    period = f"{1900 + next(MONTHS)}-01"
    insert(vault, period, calls)
    insert(vault, period, silent, kind="silent")
    publish(vault, period)
    if merged:
        merge(vault, "issue", "threats", "stalking")
        merge(vault, "perpetrator", "parent", "other")
    before = every_count(vault, period)
    fold(vault, period)
    rows = "SELECT count(*) FROM call WHERE period = ?"
    assert vault.conn.execute(rows, [period]).fetchone() == (0,)
    assert every_count(vault, period) == before
    with vault.transaction():
        vault.conn.execute("DELETE FROM code_merge")


def test_other_months_are_left_alone(vault: Vault) -> None:
    insert(vault, "2020-01", long_tailed(1, 30))
    insert(vault, "2020-02", long_tailed(2, 30))
    publish(vault, "2020-01")
    before = every_count(vault, "2020-02")
    fold(vault, "2020-01")
    assert every_count(vault, "2020-02") == before


def test_a_month_that_is_not_published_keeps_its_rows(vault: Vault) -> None:
    insert(vault, "2020-03", long_tailed(3, 5))
    with pytest.raises(Refused, match="not published"):
        fold(vault, "2020-03")
    assert figures.preview(vault, "2020-03")[1].cells[TOTAL, TOTAL] == 5


def test_a_month_is_folded_once(vault: Vault) -> None:
    insert(vault, "2020-04", long_tailed(4, 5))
    publish(vault, "2020-04")
    fold(vault, "2020-04")
    with pytest.raises(Refused, match="before"):
        fold(vault, "2020-04")


def test_a_published_month_is_exported_with_the_same_bytes(vault: Vault, tmp_path: Path) -> None:
    insert(vault, "2020-05", long_tailed(5, 60))
    first = figures.export(vault, "2020-05", tmp_path / "a", now=NOW)
    fold(vault, "2020-05")
    again = figures.export(vault, "2020-05", tmp_path / "b", now=NOW)
    assert again.digest == first.digest
    for path in first.folder.iterdir():
        assert (again.folder / path.name).read_bytes() == path.read_bytes()


def test_a_larger_table_gives_its_margins_and_a_new_one_says_that_it_cannot(vault: Vault) -> None:
    insert(vault, "2020-06", long_tailed(6, 40))
    publish(vault, "2020-06")
    turned = Definition("turned", ("gender", "age"), "calls")
    issues = Definition("issues", ("issue",), "mentions", "issue")
    weekdays = Definition("weekdays", ("weekday",), "calls")
    derived = Dimensions(vault).derived
    before = store.grouped(vault, "2020-06", [turned, issues, weekdays], derived)
    fold(vault, "2020-06")
    after = store.grouped(vault, "2020-06", [turned, issues, weekdays], derived)
    assert after == before
    for later in (
        Definition("later", ("age", "want"), "calls"),
        Definition("later", ("platform", "age"), "mentions", "platform"),
    ):
        with pytest.raises(ConsoleError, match="later month"):
            store.grouped(vault, "2020-06", [later], derived)


def test_what_is_kept_names_no_call(vault: Vault) -> None:
    """Counts by the tables of a release and one dimension at a time, and nothing finer."""
    insert(vault, "2020-07", long_tailed(7, 20))
    publish(vault, "2020-07")
    fold(vault, "2020-07")
    kept = {
        tuple(json.loads(row[0]))
        for row in vault.conn.execute("SELECT dimensions FROM folded WHERE period = '2020-07'")
    }
    assert {(name,) for name in OF_CALLS} <= kept
    assert not any("day" in dimensions for dimensions in kept)
    large = {dimensions for dimensions in kept if len(dimensions) > 1}
    assert large <= {table.dimensions for table in standard(MANY)}


def test_only_a_coordinator_folds(vault: Vault) -> None:
    home = vault.home.parent / "other"
    make_vault(home)
    with open_as(home, "amina") as other, pytest.raises(Refused):
        fold(other, "2020-01")
