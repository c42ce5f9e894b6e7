"""True counts from a vault's rows, beside counts that are made here from what was put in."""

import random
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from console import codebook, figures
from console.errors import BadUsage, Refused
from console.figures import counting
from console.figures.dimensions import Dimensions
from console.figures.tally import TOTAL, RawTable
from console.vault import Vault
from tests.vaults import NOW, make_vault, open_as

MONTH = "2026-10"
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
ADD = """
    INSERT INTO call (id, operator, day, hour, period, kind, gender, region, want, outcome)
    VALUES (?, 'amina', ?, ?, ?, ?, ?, ?, ?, ?)
"""
MENTION = "INSERT INTO call_mention (call, dimension, code) VALUES (?, ?, ?)"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("counting") / "home"
    make_vault(folder, country="FR")
    return folder


@pytest.fixture
def vault(home: Path, tmp_path: Path) -> Iterator[Vault]:
    with open_as(home, "carla") as opened:
        yield opened
        with opened.transaction():
            for table in (
                "referral",
                "call",
                "code_merge",
                "setting WHERE name = 'figures.tables'",
            ):
                opened.conn.execute(f"DELETE FROM {table}")


Row = dict[str, Any]


def some_rows(count: int, seed: int = 3) -> list[Row]:
    dice = random.Random(seed)
    return [
        {
            "day": date(2026, 10, dice.randint(1, 31)).isoformat(),
            "hour": dice.choice([None, 0, 9, 23]),
            "kind": dice.choice(["data", "data", "data", "silent"]),
            "gender": dice.choice(["woman", "man"]),
            "region": dice.choice(["FR-01", "FR-69", "FR-ARA", "FR-75C", "unknown"]),
            "want": dice.choice(["shelter", "report"]),
            "outcome": dice.choice(["no_service", "informed"]),
            "platform": dice.sample(["whatsapp", "instagram", "x"], dice.randint(0, 2)),
            "issue": dice.sample(["stalking", "threats", "doxing"], dice.randint(0, 3)),
        }
        for _ in range(count)
    ]


def put(vault: Vault, rows: list[Row], month: str = MONTH) -> None:
    with vault.transaction():
        first = vault.conn.execute("SELECT coalesce(max(id), 0) + 1 FROM call").fetchone()[0]
        for at, row in enumerate(rows, first):
            codes = [row[name] for name in ("kind", "gender", "region", "want", "outcome")]
            vault.conn.execute(ADD, [at, row["day"], row["hour"], month, *codes])
            for dimension in ("platform", "issue"):
                for code in row[dimension]:
                    vault.conn.execute(MENTION, [at, dimension, code])


def tables(vault: Vault, *months: str) -> dict[str, RawTable]:
    return {table.name: table for table in counting.count(vault, months or (MONTH,))}


def innermost(table: RawTable) -> dict[tuple[str, ...], int]:
    return {cell: n for cell, n in table.cells.items() if TOTAL not in cell and n}


def expected(rows: list[Row], *codes: Callable[[Row], object]) -> dict[tuple[object, ...], int]:
    data = [row for row in rows if row["kind"] == "data"]
    return dict(Counter(tuple(code(row) for code in codes) for row in data))


def area(row: Row) -> object:
    return {"FR-01": "FR-ARA", "FR-69": "FR-ARA", "FR-75C": "FR-IDF"}.get(
        str(row["region"]), row["region"]
    )


def test_derived_dimensions_follow_from_what_was_coded(vault: Vault) -> None:
    rows = some_rows(400)
    put(vault, rows)
    found = tables(vault)
    assert innermost(found["hour_of_week"]) == expected(
        rows,
        lambda row: DAYS[date.fromisoformat(str(row["day"])).weekday()],
        lambda row: "unknown" if row["hour"] is None else f"{row['hour']:02d}",
    )
    assert innermost(found["unmet_need_area"]) == expected(
        rows, lambda row: row["want"] if row["outcome"] == "no_service" else "met", area
    )
    kinds = Counter((str(row["kind"]),) for row in rows)
    assert innermost(found["kind"]) == dict(kinds)


def test_a_call_with_several_platforms_counts_once_for_each_of_its_issues(vault: Vault) -> None:
    rows = some_rows(300)
    put(vault, rows)
    wanted: Counter[tuple[str, str]] = Counter()
    for row in rows:
        if row["kind"] == "data":
            platforms, issues = list(row["platform"]), list(row["issue"])
            one = "several" if len(platforms) > 1 else (platforms or ["unknown"])[0]
            wanted.update((one, issue) for issue in issues or ["unknown"])
    found = tables(vault)
    assert innermost(found["platform_issue"]) == dict(wanted)
    assert found["platform_issue"].cells[TOTAL, TOTAL] == found["issue_gender"].cells[TOTAL, TOTAL]


def test_two_platforms_that_were_merged_are_one(vault: Vault) -> None:
    row = {**some_rows(1)[0], "kind": "data", "platform": ["whatsapp", "x"], "issue": ["doxing"]}
    put(vault, [row])
    assert innermost(tables(vault)["platform_issue"]) == {("several", "doxing"): 1}
    with vault.transaction():
        vault.conn.execute("INSERT INTO code_merge VALUES ('platform', 'x', 'whatsapp')")
    assert innermost(tables(vault)["platform_issue"]) == {("whatsapp", "doxing"): 1}


def test_referrals_count_by_status_and_kind_of_partner(vault: Vault) -> None:
    put(vault, [{**some_rows(1)[0], "kind": "data"}])
    with vault.transaction():
        for name, government in (("police", 1), ("shelter", 0)):
            vault.conn.execute(
                "INSERT OR IGNORE INTO organization (id, name, government) VALUES (?, ?, ?)",
                [name, name, government],
            )
            vault.conn.execute(
                "INSERT OR IGNORE INTO service (id, organization_id, name) VALUES (?, ?, ?)",
                [name, name, name],
            )
            vault.conn.execute(
                "INSERT INTO referral (call, service, status, day) "
                "SELECT max(id), ?, 'declined', '2026-10-02' FROM call",
                [name],
            )
    assert innermost(tables(vault)["referral_partner"]) == {
        ("declined", "authority"): 1,
        ("declined", "organisation"): 1,
    }


def test_months_add_up(vault: Vault) -> None:
    put(vault, some_rows(50, 1), "2026-08")
    put(vault, some_rows(70, 2), "2026-09")
    one, other = tables(vault, "2026-08"), tables(vault, "2026-09")
    assert figures.preview(vault, "2026-Q3") == counting.count(vault, ["2026-08", "2026-09"])
    for name, both in tables(vault, "2026-08", "2026-09").items():
        assert both.cells == {
            cell: one[name].cells[cell] + other[name].cells[cell] for cell in both.cells
        }


def test_every_printed_code_has_words_in_every_language(vault: Vault) -> None:
    dimensions = Dimensions(vault)
    for table in counting.count(vault, [MONTH]):
        for at, dimension in enumerate(table.dimensions):
            for code in ("", *{cell[at] for cell in table.cells}):
                for language in codebook.LANGUAGES:
                    assert dimensions.label(language, dimension, code)
    assert dimensions.label("es", "partner", "authority") == "autoridad pública"
    assert dimensions.label("nb", "unmet_need", "shelter") == dimensions.label(
        "nb", "want", "shelter"
    )
    assert dimensions.label("fr", "area", "FR-ARA") == dimensions.label("fr", "region", "FR-ARA")
    assert dimensions.label("en", "hour", TOTAL) == "Total"


def test_an_area_is_the_top_level_of_a_region(vault: Vault) -> None:
    levels = Dimensions(vault).levels()
    assert levels["FR-01"] == levels["FR-ARA"] == "FR-ARA"
    assert levels["unknown"] == "unknown"
    assert set(levels.values()) == set(Dimensions(vault).grid("area"))


def test_the_policy_names_other_tables_and_refuses_what_makes_none(vault: Vault) -> None:
    counting.define_tables(
        vault, '[[table]]\nname = "age"\ndimensions = ["age"]\ncounts = "calls"\n', now=NOW
    )
    assert list(tables(vault)) == ["age"]
    with pytest.raises(BadUsage):
        counting.define_tables(vault, "[[table]]", now=NOW)
    assert list(tables(vault)) == ["age"]
    counting.define_tables(vault, "", now=NOW)
    assert "kind" in tables(vault)


def test_only_a_coordinator_defines_tables(home: Path) -> None:
    with open_as(home, "amina") as vault, pytest.raises(Refused):
        counting.define_tables(vault, "", now=NOW)
