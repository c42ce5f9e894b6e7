"""Release folders for the attack's tests, written as any other program might write them."""

import csv
import io
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from itertools import product
from pathlib import Path

from console.figures.attack import Release, read_files

T = "_T"
Cell = tuple[str, ...]
Shown = Mapping[Cell, int | str]


@dataclass(frozen=True)
class Made:
    """A table to be written: its cells in the order in which they are printed."""

    name: str
    dimensions: tuple[str, ...]
    cells: Shown
    counts: str = "calls"
    of: str = ""


def with_margins(leaves: Mapping[Cell, int]) -> dict[Cell, int]:
    """Return the counts with every total, totals last in each dimension."""
    size = len(next(iter(leaves)))
    axes = [[*dict.fromkeys(cell[at] for cell in leaves), T] for at in range(size)]
    full = dict.fromkeys(product(*axes), 0)
    for cell, count in leaves.items():
        for margin in product(*((code, T) for code in cell)):
            full[margin] += count
    return full


def hide(
    true: Mapping[Cell, int], label: Callable[[Cell, int], str | None]
) -> dict[Cell, int | str]:
    """Return the counts, those with a label hidden behind it."""
    return {cell: label(cell, count) or count for cell, count in true.items()}


def below(threshold: int) -> Callable[[Cell, int], str | None]:
    """The rule of the naive: hide what is below the threshold and not zero."""
    return lambda _cell, count: f"<{threshold}" if 0 < count < threshold else None


def files(tables: Iterable[Made], period: str = "2026-03", **told: object) -> dict[str, bytes]:
    """Return the files of a release; ``told`` is what else ``release.json`` says."""
    tables = list(tables)
    description: dict[str, object] = {
        "format": 1,
        "period": period,
        "vintage": 1,
        "mode": "suppressed" if "hidden" in told else "rounded",
        "tables": [
            {
                "name": table.name,
                "file": f"{table.name}.csv",
                "dimensions": list(table.dimensions),
                "counts": table.counts,
                **({"of": table.of} if table.of else {}),
            }
            for table in tables
        ],
        **told,
    }
    made = {"release.json": json.dumps(description).encode()}
    for table in tables:
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(["period", *table.dimensions, "count"])
        writer.writerows([period, *cell, str(shown)] for cell, shown in table.cells.items())
        made[f"{table.name}.csv"] = text.getvalue().encode()
    return made


def release(tables: Iterable[Made], period: str = "2026-03", **told: object) -> Release:
    """Return the release that the files say."""
    return read_files(files(tables, period, **told))


def write(folder: Path, made: Mapping[str, bytes]) -> Path:
    """Write the files of a release into a folder, and return it."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in made.items():
        (folder / name).write_bytes(content)
    return folder
