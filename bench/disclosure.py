"""What protecting a table costs and what it is worth, by method, on the same tables.

    python bench/disclosure.py [--runs N] [--only WORDS]… [--tauargus PYTHON] [FILE.csv YYYY-MM]

Tables: made-up calls with long tails, of the shapes that the budgets name; with a file of the line
144's open data and a month, that month's standard tables too. Methods: both modes of the console;
what pytauargus makes of them, if PYTHON is an interpreter that has it (it is no part of this
project: install it into an environment of its own); and rules that look at one cell at a time.
``--only`` picks methods by words of their names.

Columns: the median over the runs, each with a new secret, of the processor's time, since on a busy
machine the clock says little; the share of cells that show a number; the mean distance of these
from the truth; the share of totals that are the sum of their parts as shown; and, of the distinct
cells that truly count 1 to 4, the share of which the attack proves the exact count, and the share
that it proves to be 1 to 4. Everything is read back from the files of a release folder, as an
outsider would.
"""

import argparse
import json
import statistics
import subprocess
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from shared import made_up, naive
from shared.made_up import Raw
from shared.naive import Made

from console.errors import ConsoleError
from console.figures.attack import attack, read_files
from console.figures.protect import protect
from console.figures.published import PublishedTable, Shown
from console.figures.rounding import Identity, identity
from console.figures.solve import minimise
from console.figures.suppression import hidden_labels, suppress
from console.figures.tally import TOTAL, Cell, RawTable, sums_of

BUDGETS = (0.1, 1.0, 2.0)
"""Seconds for mode ``rounded`` on each of the designed sets, in order."""

ROUNDED = {"mode": "rounded", "rounding": {"base": 5, "max_change": 4}}
SUPPRESSED = {"mode": "suppressed", "hidden": hidden_labels()}
HIDDEN_AT_ALL = {"mode": "suppressed", "hidden": {"x": [1, None]}}
WORKER = Path(__file__).parent / "shared" / "tauargus.py"
PATIENCE = 300

Method = Callable[[Raw, int], tuple[Made, float]]
"""From true tables and the number of the run to protected ones, and the seconds it took."""


@dataclass(frozen=True)
class Line:
    """One line of the printed table; shares are 0 to 1, nothing where there is none to speak of."""

    method: str
    seconds: float
    shown: float
    error: float | None
    sums: float
    exact: float
    small: float


def rounded(raw: Raw, run: int) -> tuple[Made, float]:
    """Protect with the console's default mode."""
    secret = bytes([run]) * 32
    began = time.process_time()
    made = protect(raw.tables, {}, secret, naive.PERIOD, minimise, raw.areas or None)
    seconds = time.process_time() - began
    return Made(made.tables, raw.areas, ROUNDED), seconds


def suppressed(raw: Raw, _run: int) -> tuple[Made, float]:
    """Protect with the console's other mode."""
    began = time.process_time()
    made = suppress(raw.tables, areas=raw.areas or None)
    seconds = time.process_time() - began
    return Made(made.tables, raw.areas, SUPPRESSED), seconds


def cell_by_cell(rule: Callable[[Raw], Made]) -> Method:
    """Return the method that applies a naive rule."""

    def protected(raw: Raw, _run: int) -> tuple[Made, float]:
        began = time.process_time()
        made = rule(raw)
        return made, time.process_time() - began

    return protected


def tauargus(python: str, how: str) -> Method:
    """Return the method of a worker with pytauargus in it; ``how`` as it says there."""
    told = HIDDEN_AT_ALL if how == "optimal" else ROUNDED

    def protected(raw: Raw, _run: int) -> tuple[Made, float]:
        asked = {"how": how, "runs": 1, "tables": [{"rows": inner(table)} for table in raw.tables]}
        answer = subprocess.run(
            [python, str(WORKER)],
            input=json.dumps(asked),
            capture_output=True,
            check=True,
            text=True,
            timeout=PATIENCE,
        )
        told_back = json.loads(answer.stdout)
        made = [
            PublishedTable(table, printed(table, cells))
            for table, cells in zip(raw.tables, told_back["tables"], strict=True)
        ]
        return Made(tuple(made), raw.areas, told), told_back["seconds"][0]

    return protected


def inner(table: RawTable) -> list[tuple[Cell, int]]:
    """Return the combinations of codes that have calls."""
    return [(cell, n) for cell, n in table.cells.items() if n and TOTAL not in cell]


def printed(table: RawTable, cells: list[tuple[list[str], int | None]]) -> dict[Cell, Shown]:
    """Return what a worker's table shows; what it does not print shows 0."""
    shown: dict[Cell, Shown] = dict.fromkeys(table.cells, 0)
    for codes, count in cells:
        cell = tuple(TOTAL if code == "Total" else code for code in codes)
        shown[cell] = "x" if count is None else count
    return shown


def measured(method: str, protect_by: Method, raw: Raw, runs: int) -> Line:
    """Return what a method costs and what it is worth."""
    done = [protect_by(raw, run) for run in range(runs)]
    return judged(method, done[-1][0], statistics.median(seconds for _, seconds in done))


def judged(method: str, made: Made, seconds: float) -> Line:
    """Return what protected tables are worth, by their files."""
    true: dict[Identity, int] = {}
    shown: dict[Identity, Shown] = {}
    keys: dict[tuple[str, Cell], Identity] = {}
    for table in made.tables:
        for cell, count in table.raw.cells.items():
            key = keys[table.raw.name, cell] = identity(table.raw, cell)
            true[key] = count
            shown[key] = table.published[cell]
    low, high = bounds(made, keys)
    for key, count in true.items():
        assert low.get(key, count) <= count, "the attack proves what is not so"
        assert count <= high.get(key, count), "the attack proves what is not so"
    numbers = {key: n for key, s in shown.items() if (n := naive.value(s)) is not None}
    few = [key for key, count in true.items() if 1 <= count <= 4]
    spans = [(low.get(key, true[key]), high.get(key, true[key])) for key in few]
    return Line(
        method,
        seconds,
        len(numbers) / len(true),
        statistics.mean(abs(n - true[key]) for key, n in numbers.items()) if numbers else None,
        sums_held(made),
        sum(least == most for least, most in spans) / max(1, len(few)),
        sum(least >= 1 and most <= 4 for least, most in spans) / max(1, len(few)),
    )


def bounds(
    made: Made, keys: Mapping[tuple[str, Cell], Identity]
) -> tuple[dict[Identity, float], dict[Identity, float]]:
    """Return the least and the greatest count that the attack proves of each distinct cell."""
    low: dict[Identity, float] = {}
    high: dict[Identity, float] = {}
    dimensions = {table.raw.name: table.raw.dimensions for table in made.tables}
    for found in attack([read_files(naive.files(made))]).cells:
        cell = tuple(found.cell.get(name, TOTAL) for name in dimensions[found.table])
        key = keys[found.table, cell]
        most = float("inf") if found.high is None else found.high
        low[key] = max(low.get(key, 0), found.low)
        high[key] = min(high.get(key, most), most)
    return low, high


def sums_held(made: Made) -> float:
    """Return the share of totals that are the sum of their parts, as shown."""
    held = []
    for table in made.tables:
        for total, parts in sums_of(table.raw):
            shown = [naive.value(table.published[cell]) for cell in (total, *parts)]
            numbers = [number for number in shown if number is not None]
            held.append(numbers == shown and numbers[0] == sum(numbers[1:]))
    return sum(held) / len(held)


def show(line: Line) -> str:
    """Return a line of the table."""
    error = "n/a" if line.error is None else f"{line.error:.2f}"
    return (
        f"  {line.method:<34}{line.seconds:>9.3f} s{line.shown:>8.0%}{error:>8}{line.sums:>8.0%}"
        f"{line.exact:>9.1%}{line.small:>9.1%}"
    )


def main() -> None:
    """Make the tables, protect them by every method, attack, print."""
    parser = argparse.ArgumentParser(description="Compare ways to protect tables of counts.")
    parser.add_argument("--runs", type=int, default=5, metavar="N")
    parser.add_argument("--tauargus", metavar="PYTHON", help="an interpreter with pytauargus 0.6")
    parser.add_argument("--only", action="append", metavar="WORDS", help="of a method's name")
    parser.add_argument("real", nargs="*", metavar="FILE.csv YYYY-MM")
    asked = parser.parse_args()
    methods: dict[str, Method] = {
        "console, rounded": rounded,
        "console, suppressed": suppressed,
    }
    if asked.tauargus:
        methods["tau-argus, optimal suppression"] = tauargus(asked.tauargus, "optimal")
        methods["tau-argus, rounding to 5"] = tauargus(asked.tauargus, "rounded")
    for name, rule in (
        ("1 to 4 hidden", naive.below_five),
        ("0 to 4 hidden", naive.below_five_and_zero),
        ("1 to 7 hidden, others nearest 5", naive.one_to_seven),
        ("nearest 5, cell by cell", naive.nearest_five),
    ):
        methods[name] = cell_by_cell(rule)
    if asked.only:
        methods = {
            name: method
            for name, method in methods.items()
            if any(words in name for words in asked.only)
        }
    sets = made_up.designed()
    if asked.real:
        file, month = asked.real
        sets[f"line 144, {month}, the standard tables"] = made_up.real(Path(file), month)
    budgets = dict(zip(sets, BUDGETS, strict=False))
    for title, raw in sets.items():
        few = {identity(t, c) for t in raw.tables for c, n in t.cells.items() if 1 <= n <= 4}
        print(f"{title}: {raw.cells():,} cells, {len(few):,} distinct ones of 1 to 4")
        print(
            f"  {'':<34}{'median':>11}{'shown':>8}{'error':>8}{'sums':>8}{'exact':>9}{'small':>9}"
        )
        for method, protect_by in methods.items():
            try:
                line = measured(method, protect_by, raw, asked.runs)
            except (ConsoleError, subprocess.SubprocessError) as error:
                print(f"  {method:<34}  gives no tables: {str(error)[:60]}")
                continue
            print(show(line), flush=True)
            if method == "console, rounded" and title in budgets:
                within = "within" if line.seconds <= budgets[title] else "over"
                print(f"  {'':<34}{within:>9} the budget of {budgets[title]:.1f} s")


if __name__ == "__main__":
    main()
