"""Two works taking turns, and a vault filled with noise for them."""

import os
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass

from console.vault import Vault

ROWS_PER_MEGABYTE = 1000


@dataclass(frozen=True)
class Spent:
    """What a work took, in seconds: on the clock, and of all processors by this process."""

    wall: float
    processor: float

    def __add__(self, other: "Spent") -> "Spent":
        return Spent(self.wall + other.wall, self.processor + other.processor)

    def __sub__(self, other: "Spent") -> "Spent":
        return Spent(self.wall - other.wall, self.processor - other.processor)


def now() -> Spent:
    """Return where both clocks stand."""
    return Spent(time.perf_counter(), time.process_time())


def spent(work: Callable[[], object]) -> Spent:
    """Return what ``work`` takes."""
    began = now()
    work()
    return now() - began


def line(name: str, rounds: int, ours: Callable[[], Spent], reference: Callable[[], Spent]) -> str:
    """Return ``name`` and our median over the reference's, on the clock.

    Behind it: the same of each side's least, which other work on the machine disturbs least; the
    same of what processors did; and the medians.
    """
    pairs = [(ours(), reference()) for _ in range(rounds)]
    first, second = ([pair[side] for pair in pairs] for side in (0, 1))
    ratio = _ratio(statistics.median, [one.wall for one in first], [one.wall for one in second])
    least = _ratio(min, [one.wall for one in first], [one.wall for one in second])
    work = _ratio(
        statistics.median, [one.processor for one in first], [one.processor for one in second]
    )
    medians = [statistics.median(one.wall for one in side) * 1e3 for side in (first, second)]
    return (
        f"{name} {ratio:.2f} (least {least:.2f}, processors {work:.2f}; "
        f"{medians[0]:.2f} ms beside {medians[1]:.2f} ms)"
    )


def _ratio(of: Callable[[list[float]], float], first: list[float], second: list[float]) -> float:
    return of(first) / of(second)


def fill(vault: Vault, megabytes: int) -> None:
    """Put calls with a sealed note's worth of noise into the vault, about a kilobyte each."""
    rows = megabytes * ROWS_PER_MEGABYTE
    with vault.transaction():
        vault.conn.executemany(
            "INSERT INTO call (operator, day, hour, period) VALUES ('amina', ?, 14, '2026-11')",
            (("2026-11-21",) for _ in range(rows)),
        )
        vault.conn.executemany(
            "INSERT INTO note (call, revision, day, sealed) VALUES (?, 1, '2026-11-21', ?)",
            ((call, os.urandom(800)) for call in range(1, rows + 1)),
        )
    vault.checkpoint()
