"""The file of a backup: a plain tar of which every byte but the contents is known beforehand.

Whoever reads it makes each header anew from the manifest and compares, so that there is nothing
to interpret: no path, link, sparse file or extension can be smuggled in.
"""

import hashlib
import os
import shutil
import tarfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from console.errors import BadUsage, VaultDamaged
from console.vault.files import LARGEST, create_private, file_trouble, make_folder
from console.vault.model import check_name

MANIFEST = "manifest.json"
_BLOCK = 512
_PIECE = 1 << 20
_END = bytes(2 * _BLOCK)
_SIZE = slice(124, 135)
REQUIRED = ("keys/keyring.json", "vault.db")
_OPTIONAL = ("keys/keyring.prev.json", "keys/roster.json")
_FOLDERS = ("keys/members", "keys/pins")


@dataclass(frozen=True, slots=True)
class Entry:
    """A file in a backup: its name in the home, its bytes, its SHA-256 in hexadecimal digits."""

    name: str
    size: int
    sha256: str

    @classmethod
    def of(cls, folder: Path, name: str) -> "Entry":
        """Return what the file ``name`` in ``folder`` is."""
        with file_trouble(folder / name), (folder / name).open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
            return cls(name, file.tell(), digest)

    @property
    def allowed(self) -> bool:
        """Whether a backup may hold a file of that name and size."""
        if self.name == "vault.db":
            return self.size >= 0
        if not 0 <= self.size <= LARGEST:
            return False
        if self.name in REQUIRED or self.name in _OPTIONAL:
            return True
        folder, _, file = self.name.rpartition("/")
        name = file.removesuffix(".json")
        try:
            return folder in _FOLDERS and f"{folder}/{check_name(name)}.json" == self.name
        except BadUsage:
            return False


def damaged(path: Path) -> VaultDamaged:
    """Return the error that says this backup is of no use."""
    return VaultDamaged(f"{path.name} is damaged, or is no backup: take another backup.")


def header(name: str, size: int) -> bytes:
    """Return the tar header of a file, GNU format: mode 0600, everything else nought."""
    info = tarfile.TarInfo(name)
    info.size, info.mode = size, 0o600
    return info.tobuf(tarfile.GNU_FORMAT, "utf-8", "strict")


def _padding(size: int) -> bytes:
    return bytes(-size % _BLOCK)


def write(path: Path, manifest: bytes, folder: Path, entries: Iterable[Entry]) -> None:
    """Write a backup of the files in ``folder``; it is on the disk on return."""
    with file_trouble(path), os.fdopen(create_private(path), "wb") as file:
        file.write(header(MANIFEST, len(manifest)) + manifest + _padding(len(manifest)))
        for entry in entries:
            file.write(header(entry.name, entry.size))
            with (folder / entry.name).open("rb") as source:
                shutil.copyfileobj(source, file, _PIECE)
            file.write(_padding(entry.size))
        file.write(_END)
        file.flush()
        os.fsync(file.fileno())


def read_manifest(path: Path) -> bytes:
    """Return the manifest of the backup at ``path``. Raises VaultDamaged, ConsoleError."""
    with file_trouble(path), path.open("rb") as file:
        first = file.read(_BLOCK)
        try:
            size = int(first[_SIZE], 8)
        except ValueError as error:
            raise damaged(path) from error
        if not 0 < size <= LARGEST or first != header(MANIFEST, size):
            raise damaged(path)
        manifest = file.read(size)
        if len(manifest) != size or file.read(-size % _BLOCK) != _padding(size):
            raise damaged(path)
        return manifest


def unpack(
    path: Path,
    manifest: bytes,
    entries: list[Entry],
    folder: Path | None,
    told: Callable[[float], None] = lambda _share: None,
) -> None:
    """Read the files of a backup into ``folder``, or only compare them without one.

    Raises VaultDamaged if one byte is not as the manifest says; ConsoleError for a full disk.
    """
    names = [entry.name for entry in entries]
    if names != sorted(set(names)) or not set(REQUIRED) <= set(names):
        raise damaged(path)
    if not all(entry.allowed for entry in entries):
        raise damaged(path)
    start = _BLOCK + len(manifest) + len(_padding(len(manifest)))
    whole = start + len(_END)
    for entry in entries:
        whole += len(header(entry.name, entry.size)) + entry.size + -entry.size % _BLOCK
    with file_trouble(path), path.open("rb") as file:
        if file.seek(0, os.SEEK_END) != whole:
            raise damaged(path)
        file.seek(start)
        for entry in entries:
            expected = header(entry.name, entry.size)
            if file.read(len(expected)) != expected:
                raise damaged(path)
            digest = _copy(file, entry.size, None if folder is None else folder / entry.name)
            if digest != entry.sha256 or file.read(-entry.size % _BLOCK) != _padding(entry.size):
                raise damaged(path)
            told(file.tell() / whole)
        if file.read() != _END:
            raise damaged(path)


def _copy(file: BinaryIO, size: int, to: Path | None) -> str:
    digest, left = hashlib.sha256(), size
    if to is not None:
        make_folder(to.parent)
    out = None if to is None else os.fdopen(create_private(to), "wb")
    try:
        while left and (piece := file.read(min(left, _PIECE))):
            digest.update(piece)
            left -= len(piece)
            if out is not None:
                out.write(piece)
    finally:
        if out is not None:
            out.close()
    return digest.hexdigest()
