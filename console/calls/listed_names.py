"""The site's own list of names that the guard points out wherever they stand in a note."""

from datetime import datetime
from typing import TYPE_CHECKING

from console.errors import BadUsage
from console.text import plain

if TYPE_CHECKING:
    from console.vault import Vault

LONGEST_NAME = 80
MOST_NAMES = 2_000
_SETTING = "guard_names"


def guard_names(vault: "Vault") -> tuple[str, ...]:
    """Return the names of the list, in the order of the alphabet."""
    return tuple(vault.setting(_SETTING, []))


def add_guard_name(vault: "Vault", name: str, *, now: datetime) -> None:
    """Put a name on the list; the audit trail tells that the list grew, not of which name.

    Raises:
        Refused: the member is no coordinator.
        BadUsage: it is no name, it is on the list already, or the list is full.
    """
    vault.require("coordinator")
    name = _clean(name)
    with vault.transaction():
        names = guard_names(vault)
        if name.casefold() in map(str.casefold, names):
            raise BadUsage("that name is on the list already")
        if len(names) >= MOST_NAMES:
            raise BadUsage(f"the list holds {MOST_NAMES} names and is full; remove some first")
        vault.set_setting(_SETTING, sorted((*names, name), key=str.casefold))
        vault.audit("guard.name_added", now=now)


def remove_guard_name(vault: "Vault", name: str, *, now: datetime) -> None:
    """Take a name off the list, whatever its case; audited without the name.

    Raises:
        Refused: the member is no coordinator.
        BadUsage: the name is not on the list.
    """
    vault.require("coordinator")
    name = _clean(name)
    with vault.transaction():
        names = guard_names(vault)
        kept = [each for each in names if each.casefold() != name.casefold()]
        if len(kept) == len(names):
            raise BadUsage("that name is not on the list; see helpline guard list")
        vault.set_setting(_SETTING, kept)
        vault.audit("guard.name_removed", now=now)


def _clean(name: str) -> str:
    name = " ".join(plain(name, lines=False).split())
    if not any(map(str.isalpha, name)):
        raise BadUsage("a name has letters")
    if len(name) > LONGEST_NAME:
        raise BadUsage(f"a name has {LONGEST_NAME} characters at most")
    return name
