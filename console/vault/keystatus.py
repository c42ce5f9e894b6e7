"""Where the keys stand: how old they are, who holds what, and what is due. No key is needed."""

import contextlib
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from console.errors import BadUsage, ConsoleError
from console.vault import resealing, store
from console.vault.database import trouble
from console.vault.model import KeyStatus
from console.vault.notekeys import read_roster

if TYPE_CHECKING:
    from console.vault.session import Vault

POLICY = "policy.keys"
ROTATE_DAYS = 180
_LONGEST = 3650


def status(vault: "Vault") -> KeyStatus:
    """Return where the keys stand; see `Vault.key_status`."""
    with trouble():
        (generation,) = vault.conn.execute(store.NOTE_GENERATION).fetchone()
    members = vault.members()
    leaving = _leaving(vault, {member.name for member in members}) if generation else ()
    made_on = vault.keyring.epochs[vault.epoch].made_on
    return KeyStatus(
        epoch=vault.epoch,
        made_on=made_on,
        rotate_by=_rotate_by(made_on, rotate_days(vault)),
        note_generation=generation,
        notes_made_on=_notes_made_on(vault) if generation else "",
        holders=tuple(member.name for member in members if member.holds_notes),
        waiting=tuple(vault.waiting()),
        leaving=leaving,
        to_reseal=resealing.remaining(vault, generation + bool(leaving)),
    )


def _notes_made_on(vault: "Vault") -> str:
    """Return the day of the newest notes' key; the first one is made for the first operator."""
    with trouble():
        (day,) = vault.conn.execute(store.NOTES_MADE_ON).fetchone()
    return str(day)


def own_words(vault: "Vault") -> str:
    """Return six words for the member's own private keys, and nothing that others can write.

    So nobody else decides what she reads out to be approved by.
    """
    return vault.me.fingerprint(vault.id)


def _leaving(vault: "Vault", active: set[str]) -> tuple[str, ...]:
    # Whether the roster is damaged is said to whoever holds notes, when they unlock.
    with contextlib.suppress(ConsoleError):
        return tuple(sorted(read_roster(vault.keys).holders.keys() - active))
    return ()


def _rotate_by(made_on: str, days: int) -> str:
    try:
        return (date.fromisoformat(made_on) + timedelta(days=days)).isoformat()
    except (ValueError, OverflowError):
        return made_on


def rotate_days(vault: "Vault") -> int:
    """Return after how many days the vault's key is to be a new one, as the site's policy says."""
    kept = vault.setting(POLICY, {})
    days = kept.get("rotate_days") if isinstance(kept, dict) else None
    return days if type(days) is int and 0 < days <= _LONGEST else ROTATE_DAYS


def set_rotate_days(vault: "Vault", days: int, *, now: datetime) -> None:
    """Set after how many days, 1 to 3650, the vault's key is to be a new one.

    Raises Refused unless the member is of IT, BadUsage.
    """
    vault.require("it")
    if not 0 < days <= _LONGEST:
        raise BadUsage(f"The vault's key can be kept for 1 to {_LONGEST} days.")
    with vault.transaction():
        vault.set_setting(POLICY, {"rotate_days": days})
        vault.audit("policy.changed", f"{POLICY}: {days} days", now=now)
