"""Releases made up for tests of their form: their published numbers need not be protected ones."""

import zipfile
from collections import Counter
from io import BytesIO
from itertools import cycle
from typing import Any
from xml.etree import ElementTree

from console.figures.published import Protected, PublishedTable, Shown
from console.figures.release.about import Description
from console.figures.tables import Definition
from console.figures.tally import RawTable, tabulate
from tests.figures.rows import GRIDS, long_tailed, tables_of

WIDE = {**GRIDS, "region": tuple(f"r{n}" for n in range(30))}
KINDS = ("data", "silent", "hang_up", "unknown")
DEFINITIONS = (
    Definition("age", ("age",), "calls"),
    Definition("region_gender", ("region", "gender"), "calls"),
    Definition("issue_gender", ("issue", "gender"), "mentions", "issue"),
    Definition("perpetrator_age_gender", ("perpetrator", "age", "gender"), "calls"),
)


def raw_tables(calls: int) -> list[RawTable]:
    """True tables of every shape: one to three dimensions, long, and longer across than down."""
    rows = long_tailed(21, calls)
    wide = Counter({("partner", f"r{n}"): calls // (n + 1) for n in range(30)})
    kinds = Counter({("data",): calls, ("silent",): calls // 3})
    many = {**WIDE, "kind": KINDS}
    return [
        tabulate(Definition("kind", ("kind",), "contacts"), many.__getitem__, kinds.items()),
        *tables_of(rows, DEFINITIONS),
        tabulate(
            Definition("perpetrator_region", ("perpetrator", "region"), "referrals"),
            many.__getitem__,
            wide.items(),
        ),
    ]


def rounded(calls: int = 300) -> Protected:
    tables = raw_tables(calls)
    return Protected(
        "rounded",
        tuple(
            PublishedTable(table, {cell: 5 * ((n + 2) // 5) for cell, n in table.cells.items()})
            for table in tables
        ),
    )


def suppressed(calls: int = 300) -> Protected:
    turns = cycle(("", "", "", "x", "", "", "*"))

    def shown(count: int) -> Shown:
        return "<5" if count < 5 else next(turns) or count

    return Protected(
        "suppressed",
        tuple(
            PublishedTable(table, {cell: shown(n) for cell, n in table.cells.items()})
            for table in raw_tables(calls)
        ),
        certificate={"format": 1, "witnesses": []},
    )


def named(language: str, dimension: str, code: str) -> str:
    """A label that says what it stands for, different for all."""
    return f"{language} {dimension} {code or 'itself'}"


def about(**more: Any) -> Description:
    known: dict[str, Any] = {
        "period": "2020-03",
        "labels": named,
        "site": "A line",
        "audit_head": "ab12",
        **more,
    }
    return Description(**known)


def parts(workbook: bytes) -> dict[str, bytes]:
    """The files inside of a workbook, by name."""
    with zipfile.ZipFile(BytesIO(workbook)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def cells(workbook: bytes) -> dict[str, dict[str, str]]:
    """The texts and numbers of a workbook by sheet and place, such as ``B4``."""
    inside = parts(workbook)
    space = {"m": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}
    shared = [
        "".join(text.itertext())
        for text in ElementTree.fromstring(inside["xl/sharedStrings.xml"]).findall("m:si", space)
    ]
    listed = ElementTree.fromstring(inside["xl/workbook.xml"]).findall(".//m:sheet", space)
    found: dict[str, dict[str, str]] = {}
    for number, sheet in enumerate(listed, 1):
        tree = ElementTree.fromstring(inside[f"xl/worksheets/sheet{number}.xml"])
        found[sheet.attrib["name"]] = {
            cell.attrib["r"]: shared[int(value)] if cell.attrib.get("t") == "s" else value
            for cell in tree.findall(".//m:c", space)
            if (value := cell.findtext("m:v", None, space)) is not None
        }
    return found
