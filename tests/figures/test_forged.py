"""Bundles that somebody made up: refused one by one, in one line, and the honest ones are taken."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from console import figures
from console.figures import bundles, folding, headquarters
from console.vault import Vault
from console.vault import bundles as sealed
from console.vault.files import to_text
from console.vault.identity import Identity
from tests.figures.few import few_tables
from tests.figures.lines import Line, anybody, nobody
from tests.figures.rows import long_tailed
from tests.figures.test_export import NOW, insert

MONTH = "2026-03"
MAKER = "ab" * 16

Change = Callable[[dict[str, Any]], None]

TWO = """
[[table]]
name = "age_gender"
dimensions = ["age", "gender"]
counts = "calls"

[[table]]
name = "caller_gender"
dimensions = ["caller", "gender"]
counts = "calls"

[[table]]
name = "issue_gender"
dimensions = ["issue", "gender"]
counts = "mentions"
"""


@pytest.fixture
def line(tmp_path: Path) -> Iterator[Line]:
    made = Line(tmp_path, NOW)
    yield made
    made.hq.close()


def forged(path: Path, change: Change, name: str = "mallory", vault: str = MAKER) -> Path:
    """Write settings as anybody can who has keys of their own."""
    me = Identity.generate(name, "coordinator")
    content: dict[str, Any] = {
        "site": "Linea",
        "country": "PK",
        "codes": [row()],
        "merges": [],
        "tables": "",
        "coordinators": [to_text(me.public.hpke)],
        "number": 1,
    }
    change(content)
    maker = cast(Vault, SimpleNamespace(id=vault, me=me))
    path.write_bytes(sealed.spell_settings(maker, content))
    return path


def row(**changed: object) -> dict[str, object]:
    return {
        "dimension": "source", "code": "campus", "parent": None, "labels": {"en": "Campus"},
        "words": {"en": ["yard"]}, "retired": False, **changed,
    }  # fmt: skip


def setting(**changed: object) -> Change:
    return lambda content: content.update(changed)


def without(name: str) -> Change:
    return lambda content: content.__delitem__(name)


NONSENSE = {
    **{f"no {name}": without(name) for name in ("tables", "country", "site", "codes", "number")},
    "country": setting(country=["PK"]),
    "row": setting(codes=["abc"]),
    "labels": setting(codes=[row(labels=["a"])]),
    "words": setting(codes=[row(words=["a"])]),
    "said": setting(codes=[row(words={"en": "yard"})]),
    "surrogate": setting(codes=[row(labels={"en": "\ud800"})]),
    "parent": setting(codes=[row(parent=7)]),
    "merge of none": setting(merges=[[]]),
    "merge of four": setting(merges=[["source", "a", "b", "c"]]),
    "merge of a text": setting(merges=["abc"]),
    "deep": setting(tables="x=" + "[" * 5000),
    "no toml": setting(tables="x = ["),
    "tables of numbers": setting(tables="table = [5]"),
    "surrogate in tables": setting(tables='# \ud800\n[[table]]\nname="a"\ndimensions=["age"]'),
    "huge": setting(number=10**30),
    "negative": setting(number=-5),
    "last": setting(number=2**63 - 1),
}


def codes(vault: Vault) -> list[object]:
    return [tuple(each) for each in vault.conn.execute("SELECT * FROM code ORDER BY 1, 2")]


@pytest.mark.parametrize("trust", [anybody, nobody])
def test_made_up_settings_stop_no_other_file(line: Line, trust: Any) -> None:
    sticks = {forged(line.stick(), change): name for name, change in NONSENSE.items()}
    with line.workstation("north") as north:
        before = codes(north)
        *bad, good = figures.merge(north, [*sticks, line.settings], trust, now=NOW)
        assert [sticks[each.file] for each in bad if each.outcome != "refused"] == []
        assert not any("\n" in each.detail for each in bad)
        assert good.outcome == "already there"
        assert codes(north) == before
        whose = headquarters.of(north)
        assert whose is not None
        assert whose.vault == line.hq.id


def test_settings_that_make_sense_are_taken_from_whom_is_trusted(line: Line) -> None:
    good = forged(line.stick(), lambda _: None)
    with line.workstation("north") as north:
        assert figures.merge(north, [good], nobody, now=NOW)[0].outcome == "refused"
        assert figures.merge(north, [good], anybody, now=NOW)[0].outcome == "merged"


@pytest.mark.parametrize(
    ("name", "vault"),
    [
        ("Carla\x1b[9A\x1b[J", MAKER),
        ("Carla\nFingerprint: badu kero lima nevi posa tuve", MAKER),
        ("C" * 41, MAKER),
        ("carla", "ab" * 15 + "\x1b["),
        ("carla", "AB" * 16),
    ],
)
def test_nobody_is_asked_about_a_name_that_no_member_can_have(
    line: Line, name: str, vault: str
) -> None:
    asked: list[object] = []
    bad = forged(line.stick(), lambda _: None, name, vault)
    with line.workstation("north") as north:
        [found] = figures.merge(north, [bad], lambda *what: bool(asked.append(what)), now=NOW)
    assert found.outcome == "refused"
    assert "changed or is damaged" in found.detail
    assert asked == []


def test_a_sites_name_is_one_short_line_in_what_is_asked(line: Line) -> None:
    asked: list[str] = []

    def refuse(_signer: sealed.Signer, what: str) -> bool:
        asked.append(what)
        return False

    site = "HQ.\x1b[J" + " " * 20 + "\nFingerprint: " + "badu " * 40
    bad = forged(line.stick(), setting(site=site))
    with line.workstation("north") as north:
        figures.merge(north, [bad], refuse, now=NOW)
    [what] = asked
    assert len(what) <= len("the settings of ") + 60
    assert what.isprintable()
    assert "  " not in what


def handmade(line: Line, north: Vault, listed: list[Any], number: int = 0) -> Path:
    """Write a bundle of counts as a workstation's coordinator can who wants to."""
    to = headquarters.of(north)
    assert to is not None
    content = {
        "name": "north",
        "period": MONTH,
        "number": number,
        "batch": bundles._batch(north.id, MONTH, number, listed),
        "counts": listed,
    }
    path = line.stick()
    path.write_bytes(sealed.spell_counts(north, to.receiver, content))
    return path


@pytest.mark.parametrize("number", [-1, 2**31, 2**63 - 1, 10**30])
def test_a_number_that_nothing_could_follow_is_refused(line: Line, number: int) -> None:
    with line.workstation("north") as north:
        insert(north, MONTH, long_tailed(2, 9))
        bad = handmade(line, north, bundles._listed(folding.counts(north, MONTH)), number)
        good = line.counts(north, MONTH)
    found = figures.merge(line.hq, [bad, good], anybody, now=NOW)
    assert [each.outcome for each in found] == ["refused", "merged"]


def all_in_one(cells: list[Any], cell: list[str]) -> None:
    cells[:] = [[cell, sum(count for _, count in cells)]]


def each_too_often(cells: list[Any], _cell: list[str]) -> None:
    cells[:] = [[cell, count + 1000] for cell, count in cells]


def too_few(cells: list[Any], _cell: list[str]) -> None:
    cells[:] = [[cells[0][0], 1]]


@pytest.mark.parametrize(
    ("table", "spoil", "cell"),
    [
        (["age", "gender"], all_in_one, ["0-11", "man"]),
        (["gender"], all_in_one, ["man"]),
        (["issue"], all_in_one, ["stalking"]),
        (["issue", "gender"], each_too_often, []),
        (["issue", "gender"], too_few, []),
        (["platform"], each_too_often, []),
        (["setting"], too_few, []),
    ],
)
def test_tables_that_disagree_are_refused_before_they_block_the_month(
    line: Line, table: list[str], spoil: Callable[..., None], cell: list[str]
) -> None:
    few_tables(line.hq, TWO)
    line.settings = line.stick()
    figures.make_settings(line.hq, line.settings, now=NOW)
    with line.workstation("north") as north:
        insert(north, MONTH, long_tailed(5, 60))
        listed = json.loads(json.dumps(bundles._listed(folding.counts(north, MONTH))))
        honest = handmade(line, north, listed)
        spoil(next(cells for dimensions, cells in listed if dimensions == table), cell)
        bad = handmade(line, north, listed, 1)
    found = figures.merge(line.hq, [honest, bad], anybody, now=NOW)
    assert [each.outcome for each in found] == ["merged", "refused"]
    assert "add up" in found[1].detail
