"""Time the figures beside plain SQLite: ``python bench/figures.py [CALLS]``, 200,000 by default.

Prints the ratio of a month's tallies from the vault to the same GROUP BYs of Python's own sqlite3
on the same rows, unencrypted, and the median time that protecting the month takes.
"""

import random
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from console import codebook, vault
from console.figures import preview, store
from console.figures.protect import protect
from console.figures.solve import minimise
from console.figures.tables import standard

PERIOD = "2026-10"
NOW = datetime(2026, 11, 21, 9, 0).astimezone()
PASSPHRASE = "made up for a bench, not a secret"
COUNTRY = "AR"
SINGLE = ("gender", "age", "region", "perpetrator")
ADD_CALL = """
    INSERT INTO call (id, operator, day, period, gender, age, region, perpetrator)
    VALUES (?, 'bench', '2026-10-05', ?, ?, ?, ?, ?)
"""
ADD_MENTION = "INSERT INTO call_mention (call, dimension, code) VALUES (?, 'issue', ?)"
PLAIN_SCHEMA = """
    CREATE TABLE call (id INTEGER PRIMARY KEY, operator TEXT, day TEXT, period TEXT, gender TEXT,
                       age TEXT, region TEXT, perpetrator TEXT);
    CREATE INDEX call_by_period ON call (period);
    CREATE TABLE call_mention (call INTEGER, dimension TEXT, code TEXT,
                               PRIMARY KEY (call, dimension, code)) WITHOUT ROWID;
"""
PLAIN_TALLIES = (
    "SELECT region, gender, count(*) FROM call WHERE period = ? GROUP BY 1, 2",
    "SELECT age, gender, count(*) FROM call WHERE period = ? GROUP BY 1, 2",
    "SELECT perpetrator, gender, count(*) FROM call WHERE period = ? GROUP BY 1, 2",
    """SELECT code, gender, count(*) FROM call_mention m JOIN call c ON c.id = m.call
       WHERE period = ? AND dimension = 'issue' GROUP BY 1, 2""",
    """SELECT code, age, count(*) FROM call_mention m JOIN call c ON c.id = m.call
       WHERE period = ? AND dimension = 'issue' GROUP BY 1, 2""",
)


def made_up(count: int) -> tuple[list[tuple[object, ...]], list[tuple[int, str]]]:
    """Return rows of calls and of mentions, with long tails in every dimension."""
    dice = random.Random(144)
    book = codebook.load(None, COUNTRY)
    grids = {name: book.grid(name) for name in (*SINGLE, "issue")}

    def pick(name: str) -> str:
        codes = grids[name]
        return codes[min(int(dice.paretovariate(0.8)) - 1, len(codes) - 1)]

    calls: list[tuple[object, ...]] = []
    mentions: list[tuple[int, str]] = []
    for call in range(1, count + 1):
        calls.append((call, PERIOD, *(pick(name) for name in SINGLE)))
        issues = {pick("issue") for _ in range(dice.randint(1, 4))}
        mentions.extend((call, issue) for issue in sorted(issues))
    return calls, mentions


def fill(home: Path, calls: list[tuple[object, ...]], mentions: list[tuple[int, str]]) -> None:
    """Make a vault with a coordinator in it and the calls."""
    floor = vault.Cost.FLOOR
    vault.create(home, "keeper", PASSPHRASE, site="Bench", country=COUNTRY, now=NOW, cost=floor)
    opened = vault.unlock(home, "keeper", PASSPHRASE, now=NOW)
    opened.add_member("bench", "coordinator", PASSPHRASE, now=NOW, cost=floor)
    with opened.transaction():
        opened.conn.executemany(ADD_CALL, calls)
        opened.conn.executemany(ADD_MENTION, mentions)
    opened.close()


def seconds(work: Callable[[], object]) -> float:
    """Return how long one run took."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def main(count: int) -> None:
    """Fill both databases, measure in turns, print."""
    calls, mentions = made_up(count)
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        fill(home, calls, mentions)
        plain = sqlite3.connect(Path(folder) / "plain.db")
        plain.executescript(PLAIN_SCHEMA)
        plain.executemany(ADD_CALL, calls)
        plain.executemany(ADD_MENTION, mentions)
        plain.commit()
        opened = vault.unlock(home, "bench", PASSPHRASE, now=NOW)
        definitions = standard({"issue", "platform", "setting"})
        ours, reference = [], []
        for _ in range(5):
            ours.append(seconds(lambda: store.grouped(opened, PERIOD, definitions)))
            reference.append(
                seconds(lambda: [plain.execute(q, [PERIOD]).fetchall() for q in PLAIN_TALLIES])
            )
        tables = preview(opened, PERIOD)
        secret = b"made up for a bench, not a secret"
        protecting = [
            seconds(lambda: protect(tables, {}, secret, PERIOD, minimise)) for _ in range(5)
        ]
        opened.close()
        plain.close()
    ratio = statistics.median(ours) / statistics.median(reference)
    cells = sum(len(table.cells) for table in tables)
    print(f"tallies of {count:,} calls, {len(mentions):,} mentions, beside plain sqlite3:")
    print(f"  {statistics.median(ours):.3f} s / {statistics.median(reference):.3f} s = {ratio:.2f}")
    print("  budget: 1.50")
    print(f"protect {len(tables)} linked tables of {cells} cells, median:")
    print(f"  {statistics.median(protecting):.3f} s; budget: 1 s")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 200_000)
