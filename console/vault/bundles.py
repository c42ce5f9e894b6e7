"""What leaves a vault on a stick: settings, signed, and counts, sealed to coordinators.

A bundle is JSON in one spelling with a digest, as a key file is. Settings are signed and open.
Counts are signed first, as from this vault to that one; the whole is padded, sealed under a key of
its own (AES-256-GCM-SIV), and that key to each coordinator of the vault that it is for (HPKE).
Described byte by byte in docs/bundles.md.
"""

import errno
import hashlib
import json
import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from console.errors import BadUsage, ConsoleError, Refused, VaultDamaged
from console.language import _
from console.vault import members
from console.vault.database import trouble
from console.vault.files import (
    LARGEST,
    Document,
    canonical,
    context,
    file_trouble,
    parse_document,
    spell_document,
    to_text,
    write_atomic,
)
from console.vault.identity import HPKE_PUBLIC, Public
from console.vault.model import Role, check_name
from console.vault.sealing import seal, unseal

if TYPE_CHECKING:
    from console.vault.session import Vault

SETTINGS = "helpline-settings-1"
COUNTS = "helpline-counts-1"
_FAMILIES = ("helpline-settings-", "helpline-counts-")

_PAD = 64 * 1024
"""Counts are padded to a multiple of this, so that the size of a file hardly tells of the calls."""

_KEY = 32

_VAULT = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True)
class Signer:
    """Who signed a bundle: a member of the vault ``vault``."""

    vault: str
    public: Public

    @property
    def name(self) -> str:
        """The member's name."""
        return self.public.name

    @property
    def sign_public(self) -> bytes:
        """What verifies the signature, 32 bytes."""
        return self.public.sign

    @property
    def fingerprint(self) -> str:
        """Six words for the signer's public keys in that vault, to be read aloud and compared."""
        return self.public.fingerprint(self.vault)

    def is_said(self, words: str) -> bool:
        """Return whether ``words`` are the fingerprint, however they are spaced and capitalised."""
        return members.letters(words) == members.letters(self.fingerprint)


@dataclass(frozen=True)
class Receiver:
    """The vault that counts are for, and the public keys (HPKE) of its coordinators."""

    vault: str
    keys: tuple[bytes, ...]


@dataclass(frozen=True)
class Bundle:
    """A bundle that was opened and whose signature holds; ``content`` is what it carries."""

    signer: Signer
    content: Mapping[str, Any]


def signer(vault: "Vault") -> Signer:
    """Return the member who opened the vault, as a signer of bundles."""
    return Signer(vault.id, vault.me.public)


def coordinators(vault: "Vault") -> list[bytes]:
    """Return the public keys (HPKE) of the vault's coordinators, in order of their names."""
    with trouble():
        everybody = members.known(vault.conn)
    return [public.hpke for _name, public in sorted(everybody.items()) if _coordinates(public)]


def _coordinates(public: Public) -> bool:
    return public.role == "coordinator"


def read(path: Path) -> bytes:
    """Return the bytes of a bundle at ``path``. Raises ConsoleError, BadUsage for one too large."""
    with file_trouble(path), path.open("rb") as file:
        raw = file.read(LARGEST + 1)
    if len(raw) > LARGEST:
        raise _no_bundle()
    return raw


def require_free(path: Path) -> None:
    """Raise BadUsage for a file that is there already, ConsoleError where no folder is for it."""
    with file_trouble(path):
        if path.exists() or path.is_symlink():
            raise BadUsage(_("{path} is there already: name another file.").format(path=path))
        if not path.parent.is_dir():
            raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR))


def write(path: Path, raw: bytes) -> None:
    """Write a bundle, durably and whole or not at all. Raises as `require_free`, ConsoleError."""
    require_free(path)
    write_atomic(path, raw)


def kind_of(raw: bytes) -> str:
    """Return the format of a bundle, ``SETTINGS`` or ``COUNTS``.

    Raises BadUsage for what is no bundle, or one of a newer version of this program.
    """
    try:
        fields = json.loads(raw)
        found = fields.get("format") if isinstance(fields, dict) else None
    except (ValueError, RecursionError):
        raise _no_bundle() from None
    if not isinstance(found, str) or not found.startswith(_FAMILIES):
        raise _no_bundle()
    if found not in (SETTINGS, COUNTS):
        raise BadUsage(_("The bundle was made by a newer version of this program: update it here."))
    return found


def _no_bundle() -> BadUsage:
    return BadUsage(_("This is no bundle, or it was cut short: have it made again."))


def _damaged() -> ConsoleError:
    return ConsoleError(_("The bundle was changed or is damaged: have it made again."))


def _open(raw: bytes, form: str) -> Document:
    try:
        return parse_document(raw, "bundle", form)
    except VaultDamaged:
        raise _damaged() from None


def spell_settings(vault: "Vault", content: Mapping[str, Any]) -> bytes:
    """Return a bundle of settings, signed by the member who opened the vault."""
    return spell_document({"format": SETTINGS, **_signed(vault, "settings bundle", content)})


def open_settings(raw: bytes) -> Bundle:
    """Return a bundle of settings. Raises ConsoleError for a changed one, Refused for a forged."""
    file = _open(raw, SETTINGS)
    fields = {name: value for name, value in file.fields.items() if name != "format"}
    return _verified("settings bundle", fields, "coordinator")


def spell_counts(vault: "Vault", to: Receiver, content: Mapping[str, Any]) -> bytes:
    """Return a bundle of counts for the vault ``to``, signed, that only its coordinators open."""
    inner = canonical(_signed(vault, "counts bundle", {**content, "to": to.vault}))
    padded = inner + b" " * (-len(inner) % _PAD)
    key = os.urandom(_KEY)
    bound = context("counts bundle", vault=to.vault)
    slots = {_slot(public): to_text(_public(public).seal(key, bound)) for public in to.keys}
    fields = {"format": COUNTS, "for": to.vault, "slots": slots}
    return spell_document({**fields, "sealed": to_text(seal(key, padded, bound))})


def open_counts(vault: "Vault", raw: bytes) -> Bundle:
    """Return a bundle of counts for this vault, opened with the key of who opened the vault.

    Raises ConsoleError for a changed one; Refused for one that is for another vault, for keys that
    the member has not, or forged.
    """
    file = _open(raw, COUNTS)
    try:
        receiver, sealed, slots = file.text("for"), file.blob("sealed"), file.table("slots")
        if receiver != vault.id:
            raise Refused(_("The bundle is for another vault: nothing here can open it."))
        mine = _slot(vault.me.public.hpke)
        if mine not in slots.fields:
            raise Refused(
                _(
                    "The bundle is sealed to other coordinators: let one of them merge it, or "
                    "bring the workstation new settings."
                )
            )
        bound = context("counts bundle", vault=vault.id)
        key = vault.me.unseal(slots.blob(mine), bound)
    except VaultDamaged:
        raise _damaged() from None
    padded = None if key is None else unseal(key, sealed, bound)
    if padded is None:
        raise _damaged()
    fields = _fields(padded.rstrip(b" "))
    if fields.get("to") != vault.id:
        raise _damaged()
    return _verified("counts bundle", fields, "coordinator")


def _fields(inner: bytes) -> dict[str, Any]:
    try:
        fields = json.loads(inner)
        if not isinstance(fields, dict) or canonical(fields) != inner:
            raise _damaged()
    except (ValueError, RecursionError):
        raise _damaged() from None
    return fields


def _signed(vault: "Vault", purpose: str, content: Mapping[str, Any]) -> dict[str, Any]:
    me = vault.me.public
    fields: dict[str, Any] = {
        **content,
        "vault": vault.id,
        "signed_by": me.name,
        "hpke_public": to_text(me.hpke),
        "sign_public": to_text(me.sign),
    }
    signature = vault.me.sign(context(purpose) + canonical(fields))
    return {**fields, "signature": to_text(signature)}


def _verified(purpose: str, fields: Mapping[str, Any], role: Role) -> Bundle:
    file = Document(fields, "bundle")
    try:
        public = Public(
            file.text("signed_by"),
            role,
            file.blob("hpke_public", HPKE_PUBLIC),
            file.blob("sign_public", 32),
        )
        vault, signature = file.text("vault"), file.blob("signature", 64)
        # Both are shown where somebody compares words, and kept in the trail.
        if check_name(public.name) != public.name or not _VAULT.fullmatch(vault):
            raise _damaged()
    except (VaultDamaged, BadUsage):
        raise _damaged() from None
    unsigned = {name: value for name, value in fields.items() if name != "signature"}
    if not public.signed(context(purpose) + canonical(unsigned), signature):
        raise Refused(_("The bundle was not signed by whom it names: ask who made it."))
    return Bundle(Signer(vault, public), unsigned)


def _public(key: bytes) -> Public:
    return Public("", "coordinator", key, b"")


def _slot(key: bytes) -> str:
    """Return what a slot is found by: it names nobody to who does not know the key."""
    return hashlib.sha256(key).hexdigest()[:32]


def receiver(vault: str, keys: Sequence[bytes]) -> Receiver:
    """Return the vault that counts are for, its coordinators' keys checked.

    Raises BadUsage where there is no key, or one is none.
    """
    if not keys or any(len(key) != HPKE_PUBLIC for key in keys):
        raise BadUsage(_("The settings name no coordinator who could open counts: make new ones."))
    return Receiver(vault, tuple(keys))
