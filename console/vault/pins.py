"""A note holder's pin: which notes' key she saw last, in a file that she signed herself.

Who can write every file could put another roster, another notes' key and other slots in the place
of the real ones, all fitting together. The pin does not fit then: only a generation that leads on
from the one she saw, each signed by the one before, is taken for real. A missing pin is made anew
where the notes' keys open the key of every day of notes that is there (`generations`).
"""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from console.errors import VaultDamaged
from console.language import _
from console.vault.files import (
    Document,
    canonical,
    context,
    make_folder,
    read_document,
    to_text,
    write_document,
)
from console.vault.identity import Identity, Public
from console.vault.notekeys import Roster

FORMAT = "helpline-pin-1"


@dataclass(frozen=True)
class Pin:
    """What a note holder saw of the roster last."""

    roster_version: int
    generation: int
    check: bytes

    def holds(self, roster: Roster) -> bool:
        """Return whether ``roster`` is the one that was seen, or leads on from it."""
        return (
            roster.version >= self.roster_version
            and roster.generation >= self.generation
            and roster.checks.get(self.generation) == self.check
        )


def path_of(keys: Path, name: str) -> Path:
    """Return where the pin of a member is."""
    return keys / "pins" / f"{name}.json"


def check(pin: Pin | None, roster: Roster) -> None:
    """Raise VaultDamaged unless ``roster`` leads on from the one that I saw last, if I saw any."""
    if pin is not None and not pin.holds(roster):
        raise VaultDamaged(
            _(
                "keys/roster.json is not what you saw last, or older: put back vault.db and the "
                "folder keys from the newest backup, and ask who did it."
            )
        )


def check_none(keys: Path, me: Identity, vault: str) -> None:
    """Raise VaultDamaged if I held notes when I unlocked last, for whom no notes' key is kept."""
    if read(keys, me.public, vault) is not None:
        raise VaultDamaged(
            _(
                "vault.db keeps no notes' key for you, and you had one: put back vault.db and the "
                "folder keys from the newest backup, and ask who did it."
            )
        )


def renew(keys: Path, me: Identity, roster: Roster) -> None:
    """Remember a roster that was checked; nothing is written for one that is known already."""
    seen = Pin(roster.version, roster.generation, roster.checks[roster.generation])
    if read(keys, me.public, roster.vault) == seen:
        return
    fields: dict[str, object] = {
        "format": FORMAT,
        "vault": roster.vault,
        "name": me.public.name,
        "sign_public": to_text(me.public.sign),
        "roster": seen.roster_version,
        "generation": seen.generation,
        "check": to_text(seen.check),
    }
    signature = me.sign(context("pin") + canonical(fields))
    path = path_of(keys, me.public.name)
    make_folder(path.parent)
    write_document(path, {**fields, "signature": to_text(signature)})


def read(keys: Path, me: Public, vault: str) -> Pin | None:
    """Return my pin; None if there is none, or if it is of keys that I had before a recovery.

    Raises VaultDamaged for a forged one.
    """
    path = path_of(keys, me.name)
    try:
        file = read_document(path, f"keys/pins/{path.name}", FORMAT)
    except FileNotFoundError:
        return None
    return _checked(file, me, vault)


@lru_cache(maxsize=4)
def _checked(file: Document, me: Public, vault: str) -> Pin | None:
    """Return the pin that a file states; remembered, as `parse_document` remembers the file."""
    if file.blob("sign_public", 32) != me.sign:
        return None
    message = context("pin") + canonical({k: v for k, v in file.fields.items() if k != "signature"})
    if (
        file.text("vault") != vault
        or file.text("name") != me.name
        or not me.signed(message, file.blob("signature", 64))
    ):
        raise VaultDamaged(
            _("{file} is not what you signed: put it back from a backup.").format(file=file.label)
        )
    return Pin(file.number("roster"), file.number("generation"), file.blob("check", 32))
