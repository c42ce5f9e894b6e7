"""Usual ways to protect a table of counts, and releases in the format that the attack reads.

None of them looks at more than one cell at a time. The rules: hide counts of 1 to 4, a usual
practice; counts of 1 to 7 hidden and the others rounded to the nearest 5, as NHS England's hospital
statistics do; every count rounded to the nearest 5 by itself.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from console.figures.published import PublishedTable, Shown
from console.figures.release.files import digest_of, table_csv
from shared.made_up import Raw

PERIOD = "2026-10"
BASE = 5


@dataclass(frozen=True)
class Made:
    """Tables protected in some way, and what release.json tells of their cells."""

    tables: tuple[PublishedTable, ...]
    areas: Mapping[str, str]
    told: Mapping[str, object]


def files(made: Made) -> dict[str, bytes]:
    """Return the files of a release folder, without what is there for people alone."""
    tables = {f"{table.raw.name}.csv": table_csv(PERIOD, table) for table in made.tables}
    description = {
        "format": 1,
        "period": PERIOD,
        "vintage": 1,
        **made.told,
        "reading": {},
        "notes": {},
        "levels": [{"dimension": "region", "coarser": "area", "codes": dict(made.areas)}],
        "digest": digest_of(tables),
        "tables": [
            {
                "name": table.raw.name,
                "file": f"{table.raw.name}.csv",
                "dimensions": list(table.raw.dimensions),
                "counts": table.raw.counts,
                **({"of": table.raw.mentioned} if table.raw.mentioned else {}),
            }
            for table in made.tables
        ],
    }
    return {"release.json": json.dumps(description).encode(), **tables}


def each(raw: Raw, shown: Callable[[int], Shown], told: Mapping[str, object]) -> Made:
    """Return the tables with every cell shown by itself."""
    tables = [
        PublishedTable(table, {cell: shown(count) for cell, count in table.cells.items()})
        for table in raw.tables
    ]
    return Made(tuple(tables), raw.areas, told)


def nearest(count: int) -> int:
    """Return the nearest multiple of five."""
    return BASE * ((count + 2) // BASE)


def below_five(raw: Raw) -> Made:
    """Hide counts of 1 to 4; a count of 0 is shown."""
    told = {"mode": "suppressed", "hidden": {"<5": [1, 4]}}
    return each(raw, lambda count: "<5" if 0 < count < BASE else count, told)


def below_five_and_zero(raw: Raw) -> Made:
    """Hide counts of 0 to 4 alike."""
    told = {"mode": "suppressed", "hidden": {"<5": [0, 4]}}
    return each(raw, lambda count: "<5" if count < BASE else count, told)


def one_to_seven(raw: Raw) -> Made:
    """Hide counts of 1 to 7; a count of 0 is shown, the others are rounded to the nearest 5.

    A rounded count is printed with a tilde here, so that its reader knows what it may be: in this
    format plain numbers beside hidden ones are exact.
    """
    most = max((count for table in raw.tables for count in table.cells.values()), default=0)
    rounded = {f"~{about}": [about - 2, about + 2] for about in range(10, most + 3, BASE)}
    told = {"mode": "suppressed", "hidden": {"*": [1, 7], **rounded}}

    def shown(count: int) -> Shown:
        return 0 if count == 0 else "*" if count < 8 else f"~{nearest(count)}"

    return each(raw, shown, told)


def nearest_five(raw: Raw) -> Made:
    """Round every count to the nearest 5 by itself."""
    told = {"mode": "rounded", "rounding": {"base": BASE, "max_change": 2}}
    return each(raw, nearest, told)


def value(shown: Shown) -> int | None:
    """Return the number that a cell shows, or nothing for a hidden one."""
    if isinstance(shown, int):
        return shown
    return int(shown[1:]) if shown.startswith("~") else None
