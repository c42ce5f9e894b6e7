"""A member removed: with the database key that they knew, in one instant; then their files.

The instant is the swap of a rotation, whose copy says already that they are removed. The notes'
key, which IT does not have, moves on at the next unlock of a note holder (`generations`).
"""

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

from console.errors import BadUsage, Refused
from console.vault import members, pins, rotation, store
from console.vault.database import trouble
from console.vault.files import file_trouble, put_off, sync_folder
from console.vault.model import RotationReport, check_name
from console.vault.notekeys import read_roster

if TYPE_CHECKING:
    from console.vault.session import Vault


def remove(
    vault: "Vault", name: str, *, now: datetime, progress: Callable[[str, float], None]
) -> RotationReport:
    """Remove a member; see `Vault.remove_member`."""
    with trouble():
        member = members.find(vault.conn, check_name(name))
    if member.name == vault.member.name:
        raise Refused("Nobody removes themselves: let another member of IT do it.")
    _keep_a_holder(vault, member.name)
    report = rotation.rotate(vault, now=now, progress=progress, leaving=member.name)
    tidy(vault)
    return report


def _keep_a_holder(vault: "Vault", name: str) -> None:
    """Raise Refused if the notes would be left to nobody, or to nobody who can rekey them."""
    holders = [member.name for member in vault.members() if member.holds_notes]
    if name not in holders:
        return
    roster = read_roster(vault.keys)
    if not any(other in roster.holders for other in holders if other != name):
        raise Refused(
            f"Only {name} can read the notes: let her approve another operator first "
            "(`helpline member approve`)."
        )


def tidy(vault: "Vault") -> None:
    """Delete the key files of removed members; a removal may have been cut short before that.

    One that cannot be deleted opens nothing any more, and keeps nobody out.
    """
    with trouble():
        removed = [name for (name,) in vault.conn.execute(store.REMOVED)]
    for name in removed:
        try:
            file_name = f"{check_name(name)}.json"
        except BadUsage:
            continue
        for path in (vault.keys / "members" / file_name, pins.path_of(vault.keys, name)):
            if path.exists():
                with put_off(), file_trouble(path):
                    path.unlink()
                    sync_folder(path.parent)
