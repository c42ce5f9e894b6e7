"""Slips: what IT did beside an open console, signed, for the next login to put into the trail.

The console holds the database for itself, so a backup leaves a file in `keys/slips`. Nobody can
forge one, since it is signed with the key of a member of IT; who can delete files can delete it.
"""

import contextlib
import hashlib
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from console.errors import ConsoleError
from console.text import plain
from console.vault import audit, members
from console.vault.files import (
    Document,
    canonical,
    context,
    file_trouble,
    make_folder,
    read_document,
    sync_folder,
    to_text,
    write_document,
)
from console.vault.identity import Identity, Public

if TYPE_CHECKING:
    from console.vault.session import Vault

FORMAT = "helpline-slip-1"
BACKUP = "backup.made"
UNPROVEN = "backup.unproven"
_MOST = 1000
_LARGEST = 16 * 1024
_LONGEST = 200


@dataclass(frozen=True)
class Slips:
    """Slips that were found: (actor, subject) of the proven ones, how many are not, their files."""

    proven: tuple[tuple[str, str], ...]
    unproven: int
    paths: tuple[Path, ...]


def leave(keys: Path, vault: str, me: Identity, subject: str, *, now: datetime) -> None:
    """Leave word of a backup that ``me`` makes; it is on the disk on return.

    The same word twice is one slip. Raises ConsoleError for what the disk says.
    """
    fields: dict[str, object] = {
        "format": FORMAT,
        "vault": vault,
        "subject": f"{audit.hour_of(now)}, {subject}",
        "signed_by": me.public.name,
    }
    message = _message(fields)
    path = keys / "slips" / f"{hashlib.sha256(message).hexdigest()[:16]}.json"
    make_folder(path.parent)
    write_document(path, {**fields, "signature": to_text(me.sign(message))})


def found(vault: "Vault") -> Slips | None:
    """Return the slips that are there, None if there are none. Raises ConsoleError."""
    folder = vault.keys / "slips"
    with file_trouble(folder):
        paths = sorted(folder.glob("*.json"))[:_MOST]
    if not paths:
        return None
    known = members.known(vault.conn)
    read = [_read(path, vault.id, known) for path in paths]
    proven = tuple(each for each in read if each is not None)
    return Slips(proven, len(read) - len(proven), tuple(paths))


def tell(vault: "Vault", slips: Slips, *, now: datetime) -> None:
    """Write the slips into the trail, inside the caller's transaction; a known one not again."""
    for actor, subject in slips.proven:
        if not vault.audited(BACKUP, subject):
            audit.append(vault.conn, vault.id, actor, BACKUP, subject, now=now)
    if slips.unproven:
        vault.audit(UNPROVEN, f"{slips.unproven} slips", now=now)


def drop(slips: Slips) -> None:
    """Delete the slips that the trail has. Raises ConsoleError."""
    for path in slips.paths:
        # What cannot be deleted, as a folder, is named again, and keeps nothing else there.
        with contextlib.suppress(ConsoleError), file_trouble(path):
            path.unlink(missing_ok=True)
    with file_trouble(slips.paths[0].parent):
        sync_folder(slips.paths[0].parent)


def _read(path: Path, vault: str, known: dict[str, Public]) -> tuple[str, str] | None:
    try:
        with file_trouble(path, missing=True):
            # A pipe would be waited for, and a device has no end.
            if not path.is_file() or path.stat().st_size > _LARGEST:
                return None
        file = read_document(path, f"keys/slips/{path.name}", FORMAT)
        return _proven(file, vault, known)
    except (ConsoleError, FileNotFoundError):
        return None


def _proven(file: Document, vault: str, known: dict[str, Public]) -> tuple[str, str] | None:
    """Return actor and subject, None unless a member of this vault's IT signed the slip."""
    signer, subject = known.get(file.text("signed_by")), file.text("subject")
    message = _message({k: v for k, v in file.fields.items() if k != "signature"})
    if (
        signer is None
        or signer.role != "it"
        or file.text("vault") != vault
        or len(subject) > _LONGEST
        or not signer.signed(message, file.blob("signature", 64))
    ):
        return None
    return signer.name, plain(subject, lines=False)


def _message(fields: dict[str, object]) -> bytes:
    return context("slip") + canonical(fields)
