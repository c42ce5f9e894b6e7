"""Key files: one spelling of JSON, written whole or not at all, read with suspicion.

A key file has exactly one valid spelling (`spell`), so that any damaged byte shows, and a digest
that tells damage from a wrong passphrase. Who wrote it is the business of its signature or seal.
"""

import base64
import binascii
import contextlib
import errno
import hashlib
import json
import os
import stat
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

from console.errors import ConsoleError, VaultDamaged
from console.language import _

_T = TypeVar("_T")

LARGEST = 16 * 1024 * 1024
"""Bytes of a key file at most."""

# Making an encoder takes longer than most of what it encodes.
_CANONICAL = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=True)
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_SHUT = {errno.EACCES, errno.EPERM, errno.EROFS}
# A pipe that nobody writes to would be waited for. Windows has no such pipes among its files, and
# changes line ends unless it is told not to.
_READING = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)


def canonical(value: Any) -> bytes:
    """Return JSON's one compact spelling: sorted keys, no spaces, ASCII."""
    return _CANONICAL.encode(value).encode()


def spell(value: Any) -> bytes:
    """Return JSON as key files hold it: sorted keys, one space of indent, ASCII, newline."""
    return json.dumps(value, sort_keys=True, indent=1, ensure_ascii=True).encode() + b"\n"


def context(purpose: str, **fields: str | int) -> bytes:
    """Return the bytes that bind a seal or signature to what it is for."""
    return canonical({"helpline-console": purpose, **fields})


def to_text(data: bytes) -> str:
    """Return bytes as a key file holds them: standard base64."""
    return base64.b64encode(data).decode("ascii")


class Document:
    """A key file's content; every getter raises VaultDamaged where the file is not as it should."""

    def __init__(self, fields: Mapping[str, Any], label: str, digest: str = "") -> None:
        self.fields = fields
        self.label = label
        self.digest = digest

    def damaged(self) -> VaultDamaged:
        """Return the error that says this file is damaged, and what to do."""
        return damaged(self.label)

    def text(self, name: str) -> str:
        """Return a text."""
        return self._typed(name, str)

    def number(self, name: str) -> int:
        """Return a whole number, never a truth value."""
        value = self._typed(name, int)
        if isinstance(value, bool):
            raise self.damaged()
        return value

    def blob(self, name: str, length: int | None = None) -> bytes:
        """Return bytes, of exactly ``length`` if given."""
        try:
            data = base64.b64decode(self.text(name), validate=True)
        except (binascii.Error, ValueError) as error:
            raise self.damaged() from error
        if length is not None and len(data) != length:
            raise self.damaged()
        return data

    def table(self, name: str) -> "Document":
        """Return a nested object."""
        return Document(self._typed(name, dict), self.label)

    def _typed(self, name: str, kind: type[_T]) -> _T:
        value = self.fields.get(name)
        if not isinstance(value, kind):
            raise self.damaged()
        return value


def damaged(label: str) -> VaultDamaged:
    """Return the error that says file ``label`` is damaged, and what to do."""
    return VaultDamaged(
        _("{file} is damaged: put back a good copy of it from a backup.").format(file=label)
    )


def read_document(path: Path, label: str, form: str) -> Document:
    """Return the key file at ``path``, of format ``form``.

    Raises FileNotFoundError if there is none (the caller knows what that means), VaultDamaged if
    a single byte is not as it was written, ConsoleError if it cannot be read.
    """
    return parse_document(read_file(path), label, form)


def read_file(path: Path) -> bytes:
    """Return what the file at ``path`` holds, one byte more than `LARGEST` at most.

    Raises FileNotFoundError, VaultDamaged for a folder, pipe or device, ConsoleError.
    """
    with file_trouble(path, missing=True), reading(path) as (descriptor, size):
        content = os.read(descriptor, min(size, LARGEST) + 1)
        while len(content) < min(size, LARGEST) and (more := os.read(descriptor, size)):
            content += more
        return content


@contextlib.contextmanager
def reading(path: Path) -> Iterator[tuple[int, int]]:
    """Give the descriptor of the file at ``path``, for reading, and its size in bytes.

    Anything but a file is refused, and never waited for. Raises OSError, VaultDamaged.
    """
    descriptor = os.open(path, _READING)
    try:
        found = os.fstat(descriptor)
        if not stat.S_ISREG(found.st_mode):
            raise VaultDamaged(
                _(
                    "{path} is a folder, a pipe or a device, not a file: move it away, then put "
                    "back a good copy from a backup."
                ).format(path=path)
            )
        yield descriptor, found.st_size
    finally:
        os.close(descriptor)


@lru_cache(maxsize=16)
def parse_document(raw: bytes, label: str, form: str) -> Document:
    """Return the document of format ``form`` that ``raw`` spells. Raises VaultDamaged.

    Pure, and remembered: an unlock reads some files several times.
    """
    try:
        fields = json.loads(raw) if len(raw) <= LARGEST else None
        if not isinstance(fields, dict) or spell(fields) != raw:
            raise damaged(label)
    except (ValueError, RecursionError) as error:
        raise damaged(label) from error
    digest = _digest({name: value for name, value in fields.items() if name != "digest"})
    if fields.pop("digest", None) != digest or fields.get("format") != form:
        raise damaged(label)
    return Document(fields, label, digest)


def spell_document(fields: Mapping[str, Any]) -> bytes:
    """Return a key file's bytes: the fields and their digest."""
    return spell({**fields, "digest": _digest(fields)})


def write_document(path: Path, fields: Mapping[str, Any]) -> None:
    """Write a key file with its digest, durably and whole or not at all."""
    write_atomic(path, spell_document(fields))


def _digest(fields: Mapping[str, Any]) -> str:
    return hashlib.sha256(canonical(fields)).hexdigest()


def write_atomic(path: Path, data: bytes, *, durable: bool = True) -> None:
    """Put ``data`` at ``path``, mode 0600: the old content or the new one, never a mixture.

    With ``durable`` it is on the disk on return. Raises ConsoleError: full disk, read-only folder.
    """
    temporary = path.with_name(path.name + ".new")
    with file_trouble(path):
        temporary.unlink(missing_ok=True)
        try:
            with os.fdopen(create_private(temporary), "wb") as file:
                file.write(data)
                file.flush()
                if durable:
                    os.fsync(file.fileno())
            temporary.replace(path)
        except OSError:
            with contextlib.suppress(OSError):
                temporary.unlink(missing_ok=True)
            raise
        if durable:
            sync_folder(path.parent)


def create_private(path: Path) -> int:
    """Create ``path``, readable by its owner alone, and return its descriptor for writing."""
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)


def make_folder(path: Path) -> None:
    """Make a folder only its owner may enter, with the folders above it, if there is none."""
    if not path.parent.exists():
        make_folder(path.parent)
    with file_trouble(path):
        path.mkdir(mode=0o700, exist_ok=True)


def sync_folder(folder: Path) -> None:
    """Make renames and removals in ``folder`` durable, on systems that let a folder be synced."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextlib.contextmanager
def put_off() -> Iterator[None]:
    """Leave to the next unlock what the disk does not take now; VaultDamaged and others pass."""
    try:
        yield
    except ConsoleError as error:
        if type(error) is not ConsoleError:
            raise


@contextlib.contextmanager
def file_trouble(path: Path, *, missing: bool = False) -> Iterator[None]:
    """Turn what the system says of ``path`` into a ConsoleError of one line.

    With ``missing``, FileNotFoundError passes.
    """
    try:
        yield
    except FileNotFoundError as error:
        if missing:
            raise
        raise ConsoleError(
            _("{path} is not there: check the home folder.").format(path=path)
        ) from error
    except OSError as error:
        if error.errno in _FULL:
            raise ConsoleError(
                _(
                    "The disk is full, {file} was not written: free some space, then try again."
                ).format(file=path.name)
            ) from error
        if error.errno in _SHUT:
            raise ConsoleError(
                _(
                    "{path} may not be read or written: give yourself access to the home folder."
                ).format(path=path)
            ) from error
        raise ConsoleError(
            _("{path} cannot be used ({reason}): check the disk and the home folder.").format(
                path=path, reason=error.strerror
            )
        ) from error
