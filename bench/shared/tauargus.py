"""Protect tables with pytauargus: run by a Python that has it, and by nothing of the console.

Reads from standard input a JSON object: ``how``, ``optimal`` or ``rounded``; ``runs``; and
``tables``, a list of ``{"rows": [[[code, …], count], …]}`` of counted combinations. Prints a JSON
object: ``seconds``, the processor's time that each run took for all tables, the engine's protecting
step alone; and ``tables``, a list of ``[[[code, …, or "Total"], shown], …]``, where shown is
``null`` for a hidden cell. The engine does not print combinations that have no count: they show 0.

Optimal suppression is its ``OPT``, each table by itself, under the rule that a cell of one to four
is unsafe: ``FREQ(5, 30)``, 30 % being the width it protects. Controlled rounding is its ``RND`` to
base 5. The engine refuses a base below the leading power of ten of the largest count (1,000 for
2,500 calls); that floor is lifted here, so that the two can be compared at all.
"""

import json
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager

from pytauargus import engine, protect

LIMIT = 60
RULES = {"optimal": "FREQ(5,30)", "rounded": ""}
METHODS = {"optimal": f"OPT(1,{LIMIT})", "rounded": f"RND(1,5,0,{LIMIT},0,2,1)"}


class Timed(engine.Engine):
    """The engine, which adds up the seconds of its protecting step."""

    seconds = 0.0

    def suppress(self, cmd):
        """Protect a table, and count how long it took."""
        began = time.process_time()
        super().suppress(cmd)
        Timed.seconds += time.process_time() - began

    def _min_round_base(self, _tab):
        return 0


@contextmanager
def quiet() -> Iterator[None]:
    """Send what the native solver prints to standard output nowhere."""
    sys.stdout.flush()
    kept = os.dup(1)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    try:
        yield
    finally:
        os.dup2(kept, 1)
        os.close(kept)
        os.close(nowhere)


def protected(rows: list, how: str) -> list:
    """Return the cells of a table with what they show; a record a call goes in."""
    if not rows:
        return []
    names = [f"d{place}" for place in range(len(rows[0][0]))]
    records = [codes for codes, count in rows for _ in range(count)]
    columns = {name: [codes[at] for codes in records] for at, name in enumerate(names)}
    columns["n"] = [1] * len(records)
    with tempfile.TemporaryDirectory() as folder, quiet():
        made = protect(columns, names, "n", RULES[how], METHODS[how], workdir=folder)
        table = made.tables[0]
    return [
        [[row[name].strip() for name in names], None if row["status"] in "UM" else round(row["n"])]
        for row in table.rows
    ]


def main() -> None:
    """Protect what standard input asks for, as often as it asks."""
    asked = json.load(sys.stdin)
    engine.Engine = Timed
    seconds, tables = [], []
    for _ in range(asked["runs"]):
        Timed.seconds = 0.0
        tables = [protected(table["rows"], asked["how"]) for table in asked["tables"]]
        seconds.append(Timed.seconds)
    print(json.dumps({"seconds": seconds, "tables": tables}))


if __name__ == "__main__":
    main()
