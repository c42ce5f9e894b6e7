"""Slips: what IT did beside an open console, signed, for the next login to put into the trail.

The console holds the database for itself, so a backup leaves a file in `keys/slips`. Nobody can
forge one, since it is signed with the key of a member of IT; who can delete files can delete it.
"""

import contextlib
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from console.errors import ConsoleError, VaultDamaged
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
from console.vault.findings import Sheet
from console.vault.identity import Identity, Public

if TYPE_CHECKING:
    from console.vault.session import Vault

FORMAT = "helpline-slip-1"
BACKUP = "backup.made"
UNPROVEN = "backup.unproven"
_MOST = 1000
_LARGEST = 16 * 1024
_LONGEST = 200
_CALL_IT = (
    "ask IT which backups were made, and who could write there; the next login tells the trail "
    "and removes it"
)


class _UnprovenError(Exception):
    """A slip that is believed in nothing; the text goes on after its name."""


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
    proven = []
    for path in paths:
        with contextlib.suppress(_UnprovenError):
            proven.append(_read(path, vault.id, known))
    return Slips(tuple(proven), len(paths) - len(proven), tuple(paths))


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


def look(keys: Path, vault: str | None, known: Mapping[str, Public] | None, sheet: Sheet) -> None:
    """Say of each slip that is there what is wrong with it; nothing is told, nothing removed.

    Without ``known``, the present members by the database, nobody can say who may sign, and without
    ``vault``, whose slip it is. Raises ConsoleError.
    """
    folder = keys / "slips"
    with file_trouble(folder):
        paths = sorted(folder.glob("*"))
    if len(paths) > _MOST:
        sheet.wrong(
            f"{len(paths)} files are in keys/slips, more than backups leave",
            f"find out who put them there; each login tells the trail of {_MOST} and removes them",
        )
        return
    sheet.saw(f"{len(paths)} for the next login to tell")
    for path in paths:
        name = f"keys/slips/{plain(path.name, lines=False)}"
        if not path.is_file():
            sheet.wrong(f"{name} is no file", "find out who put it there, then remove it")
        elif path.suffix != ".json":
            sheet.notices.append(f"{name} is no slip and nobody reads it: delete it")
        else:
            try:
                _read(path, vault, known)
            except _UnprovenError as error:
                sheet.wrong(f"{name} {error}", _CALL_IT)


def _read(path: Path, vault: str | None, known: Mapping[str, Public] | None) -> tuple[str, str]:
    """Return actor and subject of a slip, or raise _UnprovenError; see `look` for None."""
    try:
        with file_trouble(path, missing=True):
            # A pipe would be waited for, and a device has no end.
            if not path.is_file():
                raise _UnprovenError("is no file")
            if path.stat().st_size > _LARGEST:
                raise _UnprovenError("is too large for a slip")
        file = read_document(path, f"keys/slips/{path.name}", FORMAT)
        return _proven(file, vault, known)
    except VaultDamaged as error:
        raise _UnprovenError("is damaged") from error
    except (ConsoleError, FileNotFoundError) as error:
        raise _UnprovenError("cannot be read") from error


def _proven(
    file: Document, vault: str | None, known: Mapping[str, Public] | None
) -> tuple[str, str]:
    """Return actor and subject; _UnprovenError unless a member of this vault's IT signed that."""
    name, subject = file.text("signed_by"), file.text("subject")
    signature = file.blob("signature", 64)
    if vault is not None and file.text("vault") != vault:
        raise _UnprovenError("is of another vault")
    if len(subject) > _LONGEST:
        raise _UnprovenError("says more than a slip does")
    if known is not None:
        signer = known.get(name)
        message = _message({k: v for k, v in file.fields.items() if k != "signature"})
        if signer is None or signer.role != "it" or not signer.signed(message, signature):
            raise _UnprovenError("is not signed by a present member of IT")
    return name, plain(subject, lines=False)


def _message(fields: dict[str, object]) -> bytes:
    return context("slip") + canonical(fields)
