"""Suppressed releases under the room's own attack, and what hiding costs, printed with -s."""

import json
import random
from collections import Counter
from collections.abc import Callable
from time import process_time

import pytest

from console.figures.attack import attack, read_files
from console.figures.published import Protected
from console.figures.release.files import files_of
from console.figures.suppression import SCRIPT, suppress
from console.figures.tables import Definition
from console.figures.tally import RawTable, tabulate
from tests.figures.made import about
from tests.figures.rows import long_tailed, tables_of


def _attacked(result: Protected) -> tuple[str, int, int]:
    files, _ = files_of(about(checker=SCRIPT), result)
    found = attack([read_files(files)])
    return found.verdict, found.exact, found.proven_small


def test_an_outsider_proves_nothing_of_small_counts() -> None:
    for calls in (30, 120, 600):
        result = suppress(tables_of(long_tailed(5, calls)))
        assert any("<5" in each.published.values() for each in result.tables)
        assert _attacked(result) == ("safe", 0, 0)


def _long_tailed(name: str, axes: dict[str, int], calls: int) -> RawTable:
    dice = random.Random(8)
    grid = {axis: tuple(f"{axis}{n}" for n in range(size)) for axis, size in axes.items()}
    rows = (
        tuple(
            codes[min(int(dice.paretovariate(0.6)) - 1, len(codes) - 1)] for codes in grid.values()
        )
        for _ in range(calls)
    )
    definition = Definition(name, tuple(axes), "calls")
    return tabulate(definition, grid.__getitem__, Counter(rows).items())


def _linked() -> list[RawTable]:
    grid = {"a": 10, "b": 12, "c": 15, "d": 20}
    dice = random.Random(9)
    rows = [
        {axis: min(int(dice.paretovariate(0.6)) - 1, n - 1) for axis, n in grid.items()}
        for _ in range(3_000)
    ]
    codes = {axis: tuple(f"{axis}{n}" for n in range(size)) for axis, size in grid.items()}
    made = []
    for pair in (("a", "b"), ("a", "c"), ("a", "d"), ("b", "one")):
        shown = ("b",) if "one" in pair else pair
        counts = Counter(tuple(f"{axis}{row[axis]}" for axis in shown) for row in rows)
        made.append(
            tabulate(Definition("_".join(pair), shown, "calls"), codes.__getitem__, counts.items())
        )
    return made


@pytest.mark.parametrize(
    ("what", "made"),
    [
        ("12 x 20", lambda: [_long_tailed("t", {"a": 12, "b": 20}, 3_000)]),
        ("20 x 4 x 8", lambda: [_long_tailed("t", {"a": 20, "b": 4, "c": 8}, 10_000)]),
        ("four linked", _linked),
    ],
)
def test_what_hiding_costs(what: str, made: Callable[[], list[RawTable]]) -> None:
    tables = made()
    start = process_time()
    result = suppress(tables)
    spent = process_time() - start
    shown = Counter(
        label if isinstance(label, str) else "shown"
        for each in result.tables
        for label in each.published.values()
    )
    size = len(json.dumps(result.certificate))
    print(f"\n{what}: {spent:.2f} s, {sum(shown.values())} cells, {dict(shown)}, {size} bytes")
    assert result.coarser == ()
    assert _attacked(result) == ("safe", 0, 0)
