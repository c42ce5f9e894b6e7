"""Time the merging of bundles: ``python bench/bundles.py [BUNDLES] [CALLS]``, 500 of 100 calls.

Prints the seconds to merge them all at headquarters in one command's work, those to say of each
that it is there already, and those to preview the month afterwards.
"""

import random
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, cast

from console import codebook, figures, vault
from console.figures import bundles, folding
from console.vault import bundles as sealed
from console.vault.identity import Identity

MONTH = "2026-10"
NOW = datetime(2026, 11, 21, 9, 0).astimezone()
PASSPHRASE = "made up for a bench, not a secret"
COUNTRY = "AR"
SINGLE = ("gender", "age", "region", "perpetrator", "caller", "source", "want", "outcome")
ADD_CALL = f"""
    INSERT INTO call (id, operator, day, period, hour, {", ".join(SINGLE)})
    VALUES (?, 'bench', ?, '{MONTH}', ?, {", ".join("?" * len(SINGLE))})
"""
ADD_MENTION = "INSERT INTO call_mention (call, dimension, code) VALUES (?, 'issue', ?)"


@dataclass(frozen=True)
class Maker:
    """As much of a workstation's vault as making a bundle needs."""

    id: str
    me: Identity


def open_new(home: Path) -> vault.Vault:
    """Return a new vault, opened by its coordinator."""
    floor = vault.Cost.FLOOR
    vault.create(home, "keeper", PASSPHRASE, site="Bench", country=COUNTRY, now=NOW, cost=floor)
    with vault.unlock(home, "keeper", PASSPHRASE, now=NOW) as opened:
        opened.add_member("bench", "coordinator", PASSPHRASE, now=NOW, cost=floor)
    return vault.unlock(home, "bench", PASSPHRASE, now=NOW)


def counted(workstation: vault.Vault, calls: int) -> list[list[Any]]:
    """Return the counts of a month of made-up calls, with long tails, as a bundle lists them."""
    dice = random.Random(500)
    book = codebook.load(None, COUNTRY)

    def pick(name: str) -> str:
        codes = book.grid(name)
        return codes[min(int(dice.paretovariate(0.8)) - 1, len(codes) - 1)]

    with workstation.transaction():
        for call in range(1, calls + 1):
            day, hour = f"{MONTH}-{dice.randint(1, 28):02d}", dice.randint(0, 23)
            row = [call, day, hour, *(pick(name) for name in SINGLE)]
            workstation.conn.execute(ADD_CALL, row)
            for issue in sorted({pick("issue") for _ in range(dice.randint(1, 4))}):
                workstation.conn.execute(ADD_MENTION, [call, issue])
    return bundles._listed(folding.counts(workstation, MONTH))


def make(count: int, listed: list[list[Any]], to: sealed.Receiver, folder: Path) -> list[Path]:
    """Return as many bundles, each of a workstation of its own."""
    paths = []
    for number in range(count):
        maker = Maker(f"{number:032x}", Identity.generate("carla", "coordinator"))
        content = {
            "name": f"workstation {number}",
            "period": MONTH,
            "number": 0,
            "batch": bundles._batch(maker.id, MONTH, 0, listed),
            "counts": listed,
        }
        paths.append(folder / f"{number}.bundle")
        paths[-1].write_bytes(sealed.spell_counts(cast(vault.Vault, maker), to, content))
    return paths


def timed(what: str, work: Callable[[], object]) -> None:
    """Print how long the work takes."""
    began, used = time.perf_counter(), time.process_time()
    work()
    seconds, spent = time.perf_counter() - began, time.process_time() - used
    print(f"{what:<34} {seconds:7.2f} s, {spent:.2f} s of the processor")


def main(count: int = 500, calls: int = 100) -> None:
    """Make the bundles, merge them twice, and preview the month."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with open_new(folder / "workstation") as workstation:
            listed = counted(workstation, calls)
        cells = sum(len(each[1]) for each in listed)
        with open_new(folder / "headquarters") as headquarters:
            keys = sealed.coordinators(headquarters)
            paths = make(count, listed, sealed.receiver(headquarters.id, keys), folder)
            size = paths[0].stat().st_size // 1024
            print(f"{count} bundles of {calls} calls: {cells} counts, {size} KiB each")

            def merge() -> None:
                found = figures.merge(headquarters, paths, lambda _signer, _what: True, now=NOW)
                assert not any(each.exit_code for each in found), found[0]

            timed("merge all", merge)
            timed("merge all again (already there)", merge)
            timed("preview the month", lambda: figures.preview(headquarters, MONTH))


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
