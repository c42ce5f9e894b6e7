"""Made-up tables with long tails, as true counts, and a real month's from a vault of its own."""

import random
import tempfile
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from console.calls import import_calls
from console.figures import preview
from console.figures.dimensions import Dimensions
from console.figures.tables import Definition
from console.figures.tally import RawTable, tabulate
from console.vault import Cost, create, unlock

NOW = datetime(2026, 11, 21, 9, 0).astimezone()
PASSPHRASE = "made up for a bench, not a secret"
MAPPING = Path(__file__).parents[2] / "docs" / "examples" / "linea144.toml"


@dataclass(frozen=True)
class Raw:
    """True tables of the same calls, and the area that each region lies in."""

    tables: Sequence[RawTable]
    areas: Mapping[str, str] = field(default_factory=dict)

    def cells(self) -> int:
        """Return how many cells the tables print."""
        return sum(len(table.cells) for table in self.tables)


def tables(
    calls: int, sizes: Mapping[str, int], wanted: Sequence[tuple[str, ...]], seed: int = 144
) -> Raw:
    """Return tables of the same made-up calls, each over the dimensions that are wanted.

    ``sizes`` says how many codes a dimension has. By Zipf's law the n-th code is used
    1/n times as often as the first, the dimensions apart from each other.
    """
    dice = random.Random(seed)
    grid = {name: [f"{name}{at:02d}" for at in range(1, size + 1)] for name, size in sizes.items()}
    columns = {
        name: dice.choices(codes, [1 / at for at in range(1, len(codes) + 1)], k=calls)
        for name, codes in grid.items()
    }
    return Raw(
        [
            tabulate(
                Definition("_".join(dimensions), dimensions, "calls"),
                grid.__getitem__,
                Counter(zip(*(columns[name] for name in dimensions), strict=True)).items(),
            )
            for dimensions in wanted
        ]
    )


def designed() -> dict[str, Raw]:
    """Return the tables that the budgets name: two-way, three-way, and four that are linked."""
    return {
        "12 x 20, 2,500 calls": tables(2_500, {"a": 12, "b": 20}, [("a", "b")]),
        "20 x 4 x 8, 10,000 calls": tables(10_000, {"a": 20, "b": 4, "c": 8}, [("a", "b", "c")]),
        "four linked tables, 5,000 calls": tables(
            5_000,
            {"a": 20, "b": 12, "c": 4, "d": 8, "e": 27},
            [("a", "b"), ("a", "c"), ("d", "c"), ("e", "c")],
        ),
    }


def real(file: Path, month: str) -> Raw:
    """Return the standard tables of a month of the line 144's open data, with true counts."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        create(home, "ines", PASSPHRASE, site="Bench", country="AR", now=NOW, cost=Cost.FLOOR)
        with unlock(home, "ines", PASSPHRASE, now=NOW) as vault:
            vault.add_member("amina", "operator", PASSPHRASE, now=NOW, cost=Cost.FLOOR)
            vault.add_member("nadia", "coordinator", PASSPHRASE, now=NOW, cost=Cost.FLOOR)
        with unlock(home, "amina", PASSPHRASE, now=NOW) as vault:
            import_calls(vault, file, MAPPING, now=NOW)
        with unlock(home, "nadia", PASSPHRASE, now=NOW) as vault:
            return Raw(preview(vault, month), Dimensions(vault).levels())
