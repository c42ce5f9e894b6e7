"""Vaults for tests: made once a run at the least cost that is allowed, then copied."""

import atexit
import shutil
import tempfile
from datetime import datetime, timedelta, timezone
from functools import cache
from pathlib import Path

from console.vault import Cost, Vault, create, unlock

NOW = datetime(2026, 11, 21, 14, 2, 7, tzinfo=timezone(timedelta(hours=5)))


def passphrase(name: str) -> str:
    """Return the made-up passphrase of a member."""
    return f"{name} paints seven quiet lanterns"


def open_as(home: Path, name: str, *, now: datetime = NOW) -> Vault:
    """Unlock the vault in ``home`` as ``name``."""
    return unlock(home, name, passphrase(name), now=now)


def make_vault(
    home: Path,
    *,
    operators: tuple[str, ...] = ("amina",),
    coordinators: tuple[str, ...] = ("carla",),
    it: str = "ines",
    country: str = "PK",
    now: datetime = NOW,
) -> None:
    """Make a vault in ``home``; every operator holds notes, the first by right, the rest approved.

    ``home`` may exist already; what else is in it stays.
    """
    template = _template(operators, coordinators, it, country, now)
    shutil.copytree(template, home, dirs_exist_ok=True)


@cache
def _template(
    operators: tuple[str, ...],
    coordinators: tuple[str, ...],
    it: str,
    country: str,
    now: datetime,
) -> Path:
    folder = Path(tempfile.mkdtemp(prefix="helpline-vault-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    create(folder, it, passphrase(it), site="Linea", country=country, now=now, cost=Cost.FLOOR)
    with open_as(folder, it, now=now) as vault:
        for name in operators:
            vault.add_member(name, "operator", passphrase(name), now=now, cost=Cost.FLOOR)
        for name in coordinators:
            vault.add_member(name, "coordinator", passphrase(name), now=now, cost=Cost.FLOOR)
    if operators[1:]:
        with open_as(folder, operators[0], now=now) as vault:
            for name in operators[1:]:
                vault.approve(name, vault.fingerprint(name), now=now)
    return folder
