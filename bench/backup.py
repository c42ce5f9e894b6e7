"""A backup and a restore, beside a plain copy of the same files.

    python bench/backup.py [MEGABYTES]

Prints `name ratio`: a backup taken of a vault that nobody has open, and its restore into an empty
home, each against copying the vault's files with fsync. Both prove what they wrote: page by page,
table by table, and line by line of the trail. The derivation from the passphrase is in both, and
printed. Medians of several rounds, the two sides taking turns.
"""

import os
import shutil
import sys
import tempfile
from pathlib import Path

from shared.turns import Spent, fill, line, spent
from shared.vaults import NOW, WORDS

from console.vault import Cost, back_up, create, identity, restore_backup, unlock

ROUNDS = 3


def copied(home: Path, to: Path) -> Spent:
    """Return what it takes to copy the vault's database and key files, durably."""

    def copy() -> None:
        shutil.copytree(home, to)
        for path in [*to.rglob("*"), to]:
            descriptor = os.open(path, os.O_RDONLY)
            os.fsync(descriptor)
            os.close(descriptor)

    took = spent(copy)
    shutil.rmtree(to)
    return took


def main(megabytes: int) -> None:
    """Make a vault in a throw-away folder and print the ratios."""
    with tempfile.TemporaryDirectory(dir=Path.cwd()) as folder:
        home, file, copy = (Path(folder) / name for name in ("home", "vault.backup", "copy"))
        create(home, "ines", WORDS, site="Bench", country="PK", now=NOW, cost=Cost.FLOOR)
        with unlock(home, "ines", WORDS, now=NOW) as vault:
            vault.add_member("amina", "operator", WORDS, now=NOW, cost=Cost.FLOOR)
            fill(vault, megabytes)

        def backed_up() -> Spent:
            file.unlink(missing_ok=True)
            return spent(lambda: back_up(home, "ines", WORDS, file, now=NOW))

        def restored() -> Spent:
            to = Path(folder) / "restored"
            took = spent(lambda: restore_backup(to, "ines", WORDS, file, now=NOW))
            shutil.rmtree(to)
            return took

        def reference() -> Spent:
            return copied(home, copy)

        print(line(f"backup_to_copy_{megabytes}_mb", ROUNDS, backed_up, reference))
        print(line(f"restore_to_copy_{megabytes}_mb", ROUNDS, restored, reference))
        derived = spent(lambda: identity.derive(WORDS, bytes(16), Cost.FLOOR))
        print(f"one_derivation_ms {derived.wall * 1e3:.0f}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if sys.argv[1:] else 100)
