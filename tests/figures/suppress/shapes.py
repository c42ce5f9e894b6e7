"""Small linked tables, and every possible truth behind what is published of them, by counting."""

from collections.abc import Mapping, Sequence
from itertools import product

import numpy as np
import numpy.typing as npt

from console.figures.published import Protected, PublishedTable
from console.figures.suppression import hidden_labels
from console.figures.tables import Definition
from console.figures.tally import TOTAL, Cell, RawTable, axes_of, tabulate

CODES = {"a": ("a1", "a2"), "b": ("b1", "b2"), "c": ("c1", "c2", "c3"), "one": ("o1", "o2", "o3")}

KINDS = ("annet", "arbeid", "soshjelp", "trygd")
MUNICIPALITIES = (
    (11, 11, 55, 36),
    (7, 1, 29, 18),
    (5, 8, 35, 25),
    (13, 2, 17, 13),
    (9, 14, 63, 52),
    (12, 9, 24, 22),
    (6, 4, 22, 8),
    (9, 3, 38, 15),
)


def table(name: str, dimensions: tuple[str, ...], inner: Sequence[int]) -> RawTable:
    """A table of calls from its innermost counts, the last dimension fastest."""
    cells = product(*(CODES[dimension] for dimension in dimensions))
    return tabulate(
        Definition(name, dimensions, "calls"), CODES.__getitem__, zip(cells, inner, strict=True)
    )


def municipalities() -> RawTable:
    codes = {"place": tuple(f"m{n}" for n in range(1, 9)), "kind_of_case": KINDS}
    grouped = (
        ((f"m{at}", kind), count)
        for at, row in enumerate(MUNICIPALITIES, 1)
        for kind, count in zip(KINDS, row, strict=True)
    )
    definition = Definition("cases", ("place", "kind_of_case"), "calls")
    return tabulate(definition, codes.__getitem__, grouped)


def hidden(result: Protected) -> dict[tuple[str, Cell], str]:
    return {
        (each.raw.name, cell): shown
        for each in result.tables
        for cell, shown in each.published.items()
        if isinstance(shown, str)
    }


Labels = Mapping[str, tuple[int, int | None]]
Whole = npt.NDArray[np.int64]


def truths(published: PublishedTable, labels: Labels, most: int) -> Whole:
    """Every table that a reader cannot tell from the true one, a row each, a column a cell.

    Its innermost counts go up to ``most`` where the labels have no bound.
    """
    inner = list(product(*axes_of(published.raw)))
    bounds = {cell: _bounds(shown, labels) for cell, shown in published.published.items()}
    ranges = [np.arange(bounds[cell][0], min(bounds[cell][1], most) + 1) for cell in inner]
    ranges = [
        kept if bounds[cell][0] <= most else np.array([bounds[cell][0]])
        for cell, kept in zip(inner, ranges, strict=True)
    ]
    leaves = np.stack(np.meshgrid(*ranges, indexing="ij"), axis=-1).reshape(-1, len(inner))
    within = np.array(
        [
            [
                all(code in (TOTAL, own) for code, own in zip(cell, leaf, strict=True))
                for leaf in inner
            ]
            for cell in bounds
        ]
    )
    sums: Whole = leaves @ within.T.astype(np.int64)
    lows, highs = np.array(list(bounds.values())).T
    return sums[((sums >= lows) & (sums <= highs)).all(axis=1)]


def _bounds(shown: int | str, labels: Labels) -> tuple[int, int]:
    low, high = (shown, shown) if isinstance(shown, int) else labels[shown]
    return low, 10**9 if high is None else high


def reachable(result: Protected, threshold: int = 5, most: int = 22) -> set[tuple[str, Cell, int]]:
    """What each cell can be, jointly, in tables any two of which share the same cells."""
    labels = hidden_labels(threshold)
    shared = set.intersection(
        *({_codes(each, cell) for cell in each.published} for each in result.tables)
    )
    found: list[tuple[PublishedTable, Whole, list[tuple[int, ...]]]] = []
    for each in result.tables:
        possible = truths(each, labels, most)
        columns = {_codes(each, cell): at for at, cell in enumerate(each.published)}
        key = possible[:, [columns[codes] for codes in sorted(shared, key=sorted)]]
        found.append((each, possible, [tuple(row) for row in key.tolist()]))
    agreed = set.intersection(*(set(keys) for _, _, keys in found))
    return {
        (each.raw.name, cell, int(count))
        for each, possible, keys in found
        for at, cell in enumerate(each.published)
        for count in np.unique(possible[[key in agreed for key in keys], at])
    }


def _codes(table: PublishedTable, cell: Cell) -> frozenset[tuple[str, str]]:
    pairs = zip(table.raw.dimensions, cell, strict=True)
    return frozenset(pair for pair in pairs if pair[1] != TOTAL)
