"""Time the figures beside plain SQLite: ``python bench/figures.py [CALLS]``, 200,000 by default.

Prints the ratio of a month's true tallies, counted from the vault for the standard tables, to the
same tables as GROUP BYs of Python's own sqlite3 on the same rows, unencrypted. Both take turns, and
every count of both is compared. Then the median times that protecting takes: of the tables that the
budgets name, of an ordinary month's, and of that month's. Times are the processor's, with what the
kernel did for it: on a busy machine the clock says little.
"""

import random
import sqlite3
import statistics
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from shared import made_up

from console import codebook, vault
from console.figures import counting, store
from console.figures.dimensions import WEEKDAYS, Dimensions
from console.figures.protect import protect
from console.figures.solve import minimise
from console.figures.tables import Definition
from console.figures.tally import tabulate

PERIOD = "2026-10"
NOW = made_up.NOW
PASSPHRASE = made_up.PASSPHRASE
COUNTRY = "FR"
ORDINARY = 2_000
RUNS = 3
CHUNK = 20_000
SINGLE = (
    "gender", "age", "region", "perpetrator", "caller", "first_disclosure", "source", "campaign",
    "campus", "want", "outcome",
)  # fmt: skip
PARTNERS = ("court", "shelter")
STATUSES = ("referred", "provided_here", "declined", "accepted", "no_answer")

ADD_CALL = f"""
    INSERT INTO call (id, operator, day, hour, period, kind, {", ".join(SINGLE)})
    VALUES (?, 'bench', ?, ?, ?, ?, {", ".join("?" * len(SINGLE))})
"""
ADD_MENTION = "INSERT INTO call_mention (call, dimension, code) VALUES (?, ?, ?)"
ADD_REFERRAL = "INSERT INTO referral (call, service, status, day) VALUES (?, ?, ?, ?)"
ADD_ORGANIZATION = "INSERT INTO organization (id, name, government) VALUES (?, ?, ?)"
ADD_SERVICE = "INSERT INTO service (id, organization_id, name) VALUES (?, ?, ?)"
ADD_PLACE = "INSERT INTO place VALUES (?, ?)"

PLAIN_SCHEMA = f"""
    CREATE TABLE call (id INTEGER PRIMARY KEY, operator TEXT, day TEXT, hour INTEGER, period TEXT,
                       kind TEXT, {", ".join(f"{name} TEXT" for name in SINGLE)});
    CREATE INDEX call_by_period ON call (period);
    CREATE TABLE call_mention (call INTEGER, dimension TEXT, code TEXT,
                               PRIMARY KEY (call, dimension, code)) WITHOUT ROWID;
    CREATE TABLE referral (call INTEGER, service TEXT, status TEXT, day TEXT);
    CREATE TABLE organization (id TEXT PRIMARY KEY, name TEXT, government INTEGER);
    CREATE TABLE service (id TEXT PRIMARY KEY, organization_id TEXT, name TEXT);
    CREATE TABLE place (region TEXT PRIMARY KEY, area TEXT) WITHOUT ROWID;
"""
PLAIN_DIMENSION = {
    "area": "(SELECT area FROM place WHERE region = c.region)",
    "weekday": "strftime('%w', c.day)",
    "hour": "c.hour",
    "unmet_need": "CASE c.outcome WHEN 'no_service' THEN c.want ELSE 'met' END",
    "one_platform": "p.code",
    "issue": "coalesce(m.code, 'unknown')",
    "kind": "c.kind",
    "status": "r.status",
    "partner": "CASE WHEN o.government THEN 'authority' ELSE 'organisation' END",
}
PLAIN_CALLS = "SELECT {dimensions}, count(*) FROM call c {joins} WHERE {which} GROUP BY {places}"
PLAIN_PLATFORM = """
    LEFT JOIN (SELECT call, CASE count(*) WHEN 1 THEN max(code) ELSE 'several' END AS code
               FROM call_mention WHERE dimension = 'platform' GROUP BY call) p ON p.call = c.id
"""
PLAIN_ISSUES = "LEFT JOIN call_mention m ON m.call = c.id AND m.dimension = 'issue'"
PLAIN_REFERRALS = """
    JOIN referral r ON r.call = c.id
    JOIN service s ON s.id = r.service JOIN organization o ON o.id = s.organization_id
"""

Row = tuple[object, ...]


def chunks(count: int, book: codebook.Codebook) -> Iterator[tuple[list[Row], list[Row], list[Row]]]:
    """Yield rows of calls, mentions and referrals of made-up calls, long-tailed in every way.

    One contact in eight is no call; one call in ten has no issue.
    """
    dice = random.Random(144)
    grids = {name: book.grid(name) for name in (*SINGLE, "issue", "platform")}
    weights = {name: [1 / at for at in range(1, len(grid) + 1)] for name, grid in grids.items()}
    kinds = [*["data"] * 7, "silent"]
    for start in range(1, count + 1, CHUNK):
        size = min(CHUNK, count + 1 - start)
        columns = [dice.choices(grids[name], weights[name], k=size) for name in SINGLE]
        days = [f"{PERIOD}-{day:02d}" for day in dice.choices(range(1, 32), k=size)]
        hours = dice.choices([*range(24), None], k=size)
        numbers = range(start, start + size)
        of_kind = dice.choices(kinds, k=size)
        calls = list(zip(numbers, days, hours, [PERIOD] * size, of_kind, *columns, strict=True))
        mentions: list[Row] = []
        for dimension, most in (("issue", (0, *[1, 2, 3] * 3)), ("platform", (0, 1, 1, 2))):
            for call, number in zip(numbers, dice.choices(most, k=size), strict=True):
                codes = {*dice.choices(grids[dimension], weights[dimension], k=number)}
                mentions.extend((call, dimension, code) for code in sorted(codes))
        referrals: list[Row] = [
            (call, dice.choice(PARTNERS), dice.choice(STATUSES), day)
            for call, day in zip(numbers, days, strict=True)
            if not call % 4
        ]
        yield calls, mentions, referrals


def fill(connection: sqlite3.Connection, count: int, book: codebook.Codebook) -> None:
    """Put the made-up calls into either database, in the caller's transaction."""
    connection.executemany(
        ADD_ORGANIZATION, [(name, name, name == PARTNERS[0]) for name in PARTNERS]
    )
    connection.executemany(ADD_SERVICE, [(name, name, name) for name in PARTNERS])
    for calls, mentions, referrals in chunks(count, book):
        connection.executemany(ADD_CALL, calls)
        connection.executemany(ADD_MENTION, mentions)
        connection.executemany(ADD_REFERRAL, referrals)


def query(definition: Definition) -> str:
    """Return the plain query of a table; the period is its parameter."""
    names = definition.dimensions
    joins = PLAIN_PLATFORM if "one_platform" in names else ""
    joins += PLAIN_ISSUES if definition.mentioned else ""
    joins += PLAIN_REFERRALS if definition.counts == "referrals" else ""
    of_all = definition.counts in ("contacts", "referrals")
    return PLAIN_CALLS.format(
        dimensions=", ".join(PLAIN_DIMENSION.get(name, f"c.{name}") for name in names),
        joins=joins,
        which="c.period = ?" + ("" if of_all else " AND c.kind = 'data'"),
        places=", ".join(str(place) for place in range(1, len(names) + 1)),
    )


def same(definition: Definition, ours: Counter[tuple[str, ...]], plain: Sequence[Row]) -> None:
    """Raise ``AssertionError`` unless the plain answer has every count of ours, and no other."""
    spelled = Counter[tuple[str, ...]]()
    for *codes, count in plain:
        cell = [
            code_of(name, code) for name, code in zip(definition.dimensions, codes, strict=True)
        ]
        spelled[tuple(cell)] += int(str(count))
    assert +ours == +spelled, f"table {definition.name} is not what plain SQLite counts"


def code_of(dimension: str, value: object) -> str:
    """Return the code that a value of a plain answer stands for."""
    if value is None:
        return "unknown"
    if dimension == "weekday":
        return WEEKDAYS[int(str(value)) - 1]
    return f"{int(str(value)):02d}" if dimension == "hour" else str(value)


def seconds(work: Callable[[], object]) -> float:
    """Return the processor's time that one run took."""
    started = time.process_time()
    work()
    return time.process_time() - started


def protecting(title: str, raw: made_up.Raw, budget: float | None, runs: int) -> None:
    """Print the median time that protecting tables takes, a new secret each time."""
    secrets = iter(bytes([run]) * 32 for run in range(runs))
    taken = statistics.median(
        seconds(lambda: protect(raw.tables, {}, next(secrets), PERIOD, minimise, raw.areas or None))
        for _ in range(runs)
    )
    wanted = f"; budget {budget:.1f} s" if budget else ""
    print(
        f"  {title}: {len(raw.tables)} tables, {raw.cells():,} cells: {taken:.3f} s{wanted}",
        flush=True,
    )


def tallies(count: int, folder: Path) -> tuple[made_up.Raw, float, float]:
    """Return a month's true tables, and the median seconds that they took and plain SQLite took."""
    home = folder / "home"
    floor = vault.Cost.FLOOR
    vault.create(home, "keeper", PASSPHRASE, site="Bench", country=COUNTRY, now=NOW, cost=floor)
    with vault.unlock(home, "keeper", PASSPHRASE, now=NOW) as opened:
        opened.add_member("bench", "coordinator", PASSPHRASE, now=NOW, cost=floor)
        with opened.transaction():
            fill(opened.conn, count, codebook.load(opened, COUNTRY))
    with vault.unlock(home, "bench", PASSPHRASE, now=NOW) as opened:
        dimensions = Dimensions(opened)
        plain = sqlite3.connect(folder / "plain.db")
        plain.executescript(PLAIN_SCHEMA)
        fill(plain, count, codebook.load(opened, COUNTRY))
        plain.executemany(ADD_PLACE, dimensions.levels().items())
        plain.commit()
        wanted = counting.definitions(opened, dimensions)
        queries = [query(definition) for definition in wanted]
        ours, reference = [], []
        counted: list[Counter[tuple[str, ...]]] = []
        answers: list[list[Row]] = []
        for _ in range(RUNS):
            began = time.process_time()
            counted = store.grouped(opened, PERIOD, wanted, dimensions.derived)
            between = time.process_time()
            answers = [plain.execute(each, [PERIOD]).fetchall() for each in queries]
            ours.append(between - began)
            reference.append(time.process_time() - between)
        for definition, mine, theirs in zip(wanted, counted, answers, strict=True):
            same(definition, mine, theirs)
        plain.close()
        tables = [
            tabulate(definition, dimensions.grid, rows.items())
            for definition, rows in zip(wanted, counted, strict=True)
        ]
        areas = dimensions.levels()
    return made_up.Raw(tables, areas), statistics.median(ours), statistics.median(reference)


def main(count: int) -> None:
    """Count, compare, protect, print."""
    with tempfile.TemporaryDirectory() as folder:
        month, ours, plain = tallies(count, Path(folder))
    print(f"{len(month.tables)} tables of {count:,} contacts, all counts as in plain sqlite3:")
    print(f"  {ours:.3f} s / {plain:.3f} s = {ours / plain:.2f}; budget 1.50")
    with tempfile.TemporaryDirectory() as folder:
        ordinary = tallies(ORDINARY, Path(folder))[0]
    print("protecting, median:")
    for (title, shape), budget in zip(made_up.designed().items(), (0.1, 1.0, 2.0), strict=True):
        protecting(title, shape, budget, 11)
    protecting(f"a month of {ORDINARY:,} contacts", ordinary, None, 3)
    protecting(f"a month of {count:,} contacts", month, None, 3)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 200_000)
