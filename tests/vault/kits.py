"""A vault with a recovery kit for tests: made once a run, then copied."""

import atexit
import shutil
import tempfile
from functools import cache
from pathlib import Path
from typing import NamedTuple

from console.vault import NewKit, Vault
from console.vault.identity import Identity, MemberFile
from console.vault.opening import enter
from tests.vault.checks import add_note
from tests.vaults import NOW, make_vault, passphrase


class Kept(NamedTuple):
    """A home with a note of call 1, its kit (any three of five sheets), and who is in it."""

    home: Path
    kit: NewKit
    people: dict[str, Identity]


@cache
def template() -> Kept:
    """Return the vault that tests copy: amina and bea hold notes, ines is IT."""
    folder = Path(tempfile.mkdtemp(prefix="helpline-kit-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    home = folder / "home"
    make_vault(home, operators=("amina", "bea"))
    people = {}
    for name in ("amina", "bea", "ines"):
        opened = MemberFile.read(home / f"keys/members/{name}.json").open(passphrase(name))
        assert opened
        people[name] = opened
    with open_with(home, people["amina"]) as vault:
        add_note(vault)
        kit = make_kit(vault, people["ines"])
    return Kept(home, kit, people)


def open_with(home: Path, me: Identity) -> Vault:
    """Unlock without deriving a key again."""
    return enter(home, me, now=NOW)


def make_kit(vault: Vault, it: Identity) -> NewKit:
    """Put a kit of five sheets in use, three of which open the vault."""
    kit = vault.draw_kit(5, 3)
    vault.keep_kit(kit, it, now=NOW)
    return kit
