"""The vault's budgets, each a ratio measured beside its reference in one run.

    python bench/vault.py [MEGABYTES]

Prints `name ratio`: rotation against SQLCipher's own rekey of the same file (100 MB by default;
1000 asks for 1 GB), unlocking without the key derivation against opening a raw-keyed file, a
durable draft against one row in plain SQLite on the same disk. Medians of several rounds, the two
sides taking turns.
"""

import os
import shutil
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from console.vault import Cost, Vault, create, keyring, unlock
from console.vault.database import driver, pragma_key
from console.vault.identity import Identity, MemberFile
from console.vault.keyring import RawKey
from console.vault.lock import Lock

NOW = datetime(2026, 11, 21, 14, 2, 7, tzinfo=UTC)
WORDS = "seven made up words for a bench"
ROWS_PER_MEGABYTE = 1000


def ratio(rounds: int, ours: Callable[[], float], reference: Callable[[], float]) -> float:
    """Return the median of our seconds over the median of the reference's."""
    pairs = [(ours(), reference()) for _ in range(rounds)]
    return statistics.median(a for a, _ in pairs) / statistics.median(b for _, b in pairs)


def timed(work: Callable[[], object]) -> float:
    """Return the seconds that ``work`` takes."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


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


def raw_open(path: Path, raw: RawKey) -> Any:
    """Open a SQLCipher file with a raw key, as bare as can be; the reference."""
    connection = driver().connect(str(path), isolation_level=None)
    connection.execute("PRAGMA key = " + pragma_key(raw))
    connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    return connection


def rotation(vault: Vault) -> float:
    """Return rotation's ratio to rekey; the files are equal at the start."""
    copy, key = vault.home / "rekeyed.db", vault.raw
    vault.checkpoint()
    shutil.copyfile(vault.file, copy)

    def rekey() -> float:
        nonlocal key
        connection = raw_open(copy, key)
        connection.execute("PRAGMA synchronous = FULL")
        fresh = RawKey.generate()
        seconds = timed(lambda: connection.execute("PRAGMA rekey = " + pragma_key(fresh)))
        seconds += timed(connection.close)
        key = RawKey(fresh.key, copy.read_bytes()[:16])
        return seconds

    return ratio(3, lambda: vault.rotate(now=NOW).seconds, rekey)


def opening(home: Path, me: Identity, raw: RawKey) -> float:
    """Return the ratio of unlocking, its key derivation apart, to opening a raw-keyed file."""

    def ours() -> float:
        began = time.perf_counter()
        lock = Lock.take(home / "keys", me.public.name, now=NOW)
        MemberFile.read(home / "keys" / "members" / f"{me.public.name}.json")
        vault = Vault(home, lock, keyring.read(home / "keys"), me)
        seconds = time.perf_counter() - began
        vault.close()
        return seconds

    def reference() -> float:
        began = time.perf_counter()
        connection = raw_open(home / "vault.db", raw)
        seconds = time.perf_counter() - began
        connection.close()
        return seconds

    return ratio(25, ours, reference)


def commit(vault: Vault) -> float:
    """Return the ratio of a durable draft to one durable row in plain SQLite."""
    plain = sqlite3.connect(vault.home / "plain.db", isolation_level=None)
    plain.execute("PRAGMA journal_mode = WAL")
    plain.execute("PRAGMA synchronous = FULL")
    plain.execute("CREATE TABLE draft (call INTEGER PRIMARY KEY, sealed BLOB)")
    payload = bytes(1000)
    return ratio(
        200,
        lambda: timed(lambda: vault.write_draft(1, payload, now=NOW)),
        lambda: timed(lambda: plain.execute("REPLACE INTO draft VALUES (1, ?)", (payload,))),
    )


def main(megabytes: int) -> None:
    """Make a vault in a throw-away folder and print the three ratios."""
    with tempfile.TemporaryDirectory(dir=Path.cwd()) as folder:
        home = Path(folder)
        create(home, "ines", WORDS, site="Bench", country="PK", now=NOW, cost=Cost.FLOOR)
        with unlock(home, "ines", WORDS, now=NOW) as vault:
            vault.add_member("amina", "operator", WORDS, now=NOW, cost=Cost.FLOOR)
            fill(vault, megabytes)
            print(f"rotation_to_rekey_{megabytes}_mb {rotation(vault):.2f}")
            me, raw = vault.me, vault.raw
        print(f"unlock_to_raw_open {opening(home, me, raw):.2f}")
        with unlock(home, "amina", WORDS, now=NOW) as vault:
            print(f"draft_to_plain_commit {commit(vault):.2f}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if sys.argv[1:] else 100)
