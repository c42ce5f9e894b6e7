"""Files cut short, in each other's places or of different days, and clocks that are years off.

HELPLINE_KILLS sets how often; each drill prints its figures (`pytest -s`).
"""

import random
import shutil
from collections import Counter
from datetime import timedelta
from pathlib import Path

from console.errors import CannotUnlock, ConsoleError, VaultDamaged
from console.vault import purge
from tests.vault.checks import refuses
from tests.vault.test_drills import (
    _FEW,
    everything,
    filled,
    identity,
    looked_at,
    open_as_wrong,
)
from tests.vaults import NOW, open_as

# What a default run has of each; more come with HELPLINE_KILLS.
_MORE = max(0, _FEW - 4)


def test_a_file_cut_short_is_named(home: Path):
    it, figures = identity(home, "ines"), Counter[str]()
    for cut in (0.0, 0.3, 0.9, 0.9999, *(random.random() for _ in range(_MORE))):
        for path in (
            home / "vault.db",
            *(home / "keys").glob("*.json"),
            *(home / "keys/members").iterdir(),
        ):
            good = path.read_bytes()
            path.write_bytes(good[: int(len(good) * cut)])
            for name in ("amina", "ines"):
                try:
                    open_as(home, name).close()
                except ConsoleError as error:
                    assert "\n" not in str(error)
                    assert type(error) in (VaultDamaged, CannotUnlock)
                    figures["named"] += 1
                else:
                    # A last page that is short shows where it is read, and to the check.
                    if path.name == "vault.db":
                        assert looked_at(home, it).findings
                        figures["named by the check"] += 1
                        continue
                    # What this member's unlock does not need.
                    assert path.name not in ("keyring.json", f"{name}.json")
                    figures["not needed by who logs in"] += 1
            path.write_bytes(good)
    print(f"files cut short, at the unlock: {dict(figures)}, silent: 0")


def test_swapped_key_files_are_named(home: Path):
    """But for another's pin, which counts as none: as one's own of before a recovery does."""
    for name in ("amina", "bea"):
        open_as(home, name).close()
    keys, figures = home / "keys", Counter[str]()
    needed = {"members/amina.json", "keyring.json", "roster.json", "pins/amina.json"}
    others = {f"members/{name}.json" for name in ("bea", "carla", "ines")}
    pairs = [
        ("members/amina.json", "members/bea.json"),
        ("keyring.json", "roster.json"),
        ("pins/amina.json", "members/amina.json"),
        ("members/bea.json", "members/carla.json"),
        *(tuple(random.sample(sorted(needed | others), 2)) for _ in range(_FEW)),
    ]
    for pair in pairs:
        first, second = (keys / name for name in pair)
        good = first.read_bytes(), second.read_bytes()
        first.write_bytes(good[1])
        second.write_bytes(good[0])
        if needed & set(pair):
            line = refuses(VaultDamaged, lambda: open_as(home, "amina"))
            assert any(Path(name).name in line for name in needed & set(pair)), (pair, line)
            figures["named"] += 1
        else:
            open_as(home, "amina").close()
            figures["not needed by who logs in"] += 1
        first.write_bytes(good[0])
        second.write_bytes(good[1])
    print(f"two key files in each other's places: {dict(figures)}, silent: 0")
    open_as(home, "amina").close()


def test_vault_and_keys_of_different_days_are_named(home: Path, tmp_path: Path):
    old, mixed, named = tmp_path / "old", tmp_path / "mixed", 0
    for _ in range(1 + _MORE):
        shutil.rmtree(old, ignore_errors=True)
        shutil.copytree(home, old)
        with open_as(home, "ines") as vault:
            vault.rotate(now=NOW)
        for first, second in ((home, old), (old, home)):
            shutil.rmtree(mixed, ignore_errors=True)
            shutil.copytree(first, mixed)
            shutil.copy(second / "vault.db", mixed / "vault.db")
            for name in ("amina", "ines"):
                line = refuses(VaultDamaged, lambda name=name: open_as(mixed, name))
                assert "same backup" in line
                named += 1
        open_as(home, "amina").close()
        open_as(old, "amina").close()
    print(f"vault.db and keys of different days: {named} times named, silent: 0")


def test_a_clock_that_is_years_off_locks_nobody_out(home: Path):
    filled(home, 1)
    expected = everything(home, identity(home, "amina"))["notes"]
    (home / "keys/attempts").unlink(missing_ok=True)
    off = (10, -10, *(random.choice((-1, 1)) * random.randint(1, 40) for _ in range(_MORE)), 0)
    for years in off:
        now = NOW + timedelta(days=365 * years)
        refuses(CannotUnlock, lambda now=now: open_as_wrong(home, now))
        with open_as(home, "amina", now=now) as vault:
            vault.audit("card.changed", "closing", now=now)
            assert vault.audit_broken_at() is None
            assert [vault.read_note(1)] == expected
            assert years <= 0 or purge.is_held(vault, now=now)
    with open_as(home, "amina") as vault:
        told = [line.hour[:4] for line in vault.audit_lines() if line.action == "card.changed"]
    assert told == [str((NOW + timedelta(days=365 * years)).year) for years in off]
    print(f"clock off by {list(off)} years: {len(off)} logins, 0 locked out, 0 notes lost")
