"""How long an import takes, beside what the csv and sqlite3 modules need for the same rows.

    python bench/imports.py [FILE.csv [MAPPING.toml]]

Without a file, 30,000 made-up rows in the columns of docs/examples/linea144.toml.

The reference reads the file with csv.reader and inserts its rows, as they are, into a plain
SQLite file in one transaction with synchronous = FULL. The import maps, codes and inserts the
same rows into a fresh encrypted vault. Both end on the disk. The best of three runs counts.
"""

import csv
import random
import sqlite3
import sys
import tempfile
import time
import tomllib
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path

from console.calls import import_calls
from console.vault import Cost, create, unlock

NOW = datetime(2026, 11, 21, 9, 0).astimezone()
PASSPHRASE = "made up for a bench, not a secret"
ROWS = 30_000
MAPPING = Path(__file__).parent.parent / "docs" / "examples" / "linea144.toml"
BUDGET = 10.0
RUNS = 3


def made_up(file: Path) -> None:
    """Write rows shaped like the real file: the same columns, values and empty cells."""
    maps = tomllib.loads(MAPPING.read_text("utf-8"))["map"]
    pick = random.Random(144)
    flags = [
        column
        for name in ("issue", "setting")
        for column, code in maps[name]["flags"].items()
        if isinstance(code, str)
    ]
    values = {
        maps[name]["column"]: ["", *maps[name]["values"]]
        for name in ("gender", "region", "perpetrator")
    }
    with file.open("w", encoding="utf-8", newline="") as text:
        rows = csv.writer(text)
        rows.writerow(["fecha", *values, maps["age"]["column"], *flags])
        for number in range(ROWS):
            rows.writerow(
                [
                    date(2020, 1, 1) + timedelta(days=number * 366 // ROWS),
                    *(pick.choice(texts) for texts in values.values()),
                    pick.choice(["", pick.randint(1, 95)]),
                    *("Si" if pick.random() < 0.28 else "No" for _ in flags),
                ]
            )


def reference(file: Path, folder: Path) -> float:
    """Return the seconds that csv and sqlite3 take."""
    began = time.perf_counter()
    with file.open(encoding="utf-8-sig", newline="") as text:
        rows = csv.reader(text)
        header = next(rows)
        columns = ", ".join(f"c{number} TEXT" for number in range(len(header)))
        marks = ", ".join("?" * len(header))
        connection = sqlite3.connect(folder / "reference.db")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute(f"CREATE TABLE call (id INTEGER PRIMARY KEY, {columns})")
        connection.executemany(f"INSERT INTO call VALUES (NULL, {marks})", rows)
        connection.commit()
    connection.close()
    return time.perf_counter() - began


def imported(file: Path, mapping: Path, folder: Path) -> float:
    """Return the seconds that the import takes."""
    create(folder, "ines", PASSPHRASE, site="Bench", country="AR", now=NOW, cost=Cost.FLOOR)
    with unlock(folder, "ines", PASSPHRASE, now=NOW) as vault:
        vault.add_member("amina", "operator", PASSPHRASE, now=NOW, cost=Cost.FLOOR)
    with unlock(folder, "amina", PASSPHRASE, now=NOW) as vault:
        began = time.perf_counter()
        import_calls(vault, file, mapping, now=NOW)
        return time.perf_counter() - began


def best(measure: Callable[[Path], float]) -> float:
    """Return the least of a few runs, each in a folder of its own."""
    seconds = []
    for _ in range(RUNS):
        with tempfile.TemporaryDirectory() as folder:
            seconds.append(measure(Path(folder)))
    return min(seconds)


def main() -> int:
    """Measure both and print the ratio; 1 when it is over the budget."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(folder) / "made-up.csv"
        mapping = Path(sys.argv[2]) if len(sys.argv) > 2 else MAPPING
        if len(sys.argv) == 1:
            made_up(file)
        plain = best(lambda folder: reference(file, folder))
        ours = best(lambda folder: imported(file, mapping, folder))
    print(
        f"import of {file.name}: {ours:.3f} s; csv + sqlite3: {plain:.3f} s; "
        f"ratio {ours / plain:.1f} (budget {BUDGET:.0f})"
    )
    return int(ours / plain > BUDGET)


if __name__ == "__main__":
    sys.exit(main())
