"""The keyring: the database key of each epoch, sealed to every member's public key.

An epoch is found by its salt, which is the first 16 bytes of the database file it opens. The IT
member who wrote the keyring signed it; the signature can only be trusted once the database is
open and says who that member is.
"""

import os
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from console.errors import CannotUnlock, VaultDamaged
from console.language import _
from console.vault.files import (
    Document,
    canonical,
    context,
    file_trouble,
    read_document,
    to_text,
    write_atomic,
    write_document,
)
from console.vault.identity import Identity, Public

FORMAT = "helpline-keyring-1"
LABEL = "keys/keyring.json"


@dataclass(frozen=True)
class RawKey:
    """What opens one database file: 32 bytes of key, 16 of salt."""

    key: bytes
    salt: bytes

    @classmethod
    def generate(cls) -> "RawKey":
        """Return a new key from the system's randomness."""
        return cls(os.urandom(32), os.urandom(16))

    def __repr__(self) -> str:
        return "RawKey()"


@dataclass(frozen=True)
class Epoch:
    """One database key's life: its file's salt, the local day it was made, a slot a member."""

    salt: bytes
    made_on: str
    slots: dict[str, bytes]

    @classmethod
    def seal(
        cls, number: int, raw: RawKey, vault: str, members: Iterable[Public], now: datetime
    ) -> "Epoch":
        """Return an epoch that each of ``members`` can open with their own private key."""
        slots = {
            member.name: member.seal(raw.key, _info(vault, number, raw.salt, member.name))
            for member in members
        }
        return cls(raw.salt, now.date().isoformat(), slots)


@dataclass(frozen=True)
class Keyring:
    """The keyring of a vault; ``generation`` counts its versions."""

    vault: str
    generation: int
    epochs: dict[int, Epoch]

    def epoch_of(self, salt: bytes) -> int:
        """Return the number of the epoch whose file starts with ``salt``, or raise VaultDamaged."""
        for number, epoch in self.epochs.items():
            if epoch.salt == salt:
                return number
        raise VaultDamaged(
            _(
                "vault.db is damaged or is not the vault of these keys: "
                "restore vault.db and the folder keys from the same backup."
            )
        )

    def open(self, number: int, identity: Identity) -> RawKey:
        """Return the key of an epoch. Raises CannotUnlock if this member has none, VaultDamaged."""
        epoch = self.epochs[number]
        name = identity.public.name
        if name not in epoch.slots:
            raise CannotUnlock(
                _("{name} has no key to this vault: ask IT staff to add them again.").format(
                    name=name
                )
            )
        key = identity.unseal(epoch.slots[name], _info(self.vault, number, epoch.salt, name))
        if key is None or len(key) != 32:
            raise VaultDamaged(
                _(
                    "{file} and keys/members/{name}.json do not fit together: "
                    "put back both from the same backup."
                ).format(file=LABEL, name=name)
            )
        return RawKey(key, epoch.salt)

    def with_member(self, number: int, raw: RawKey, member: Public) -> "Keyring":
        """Return the keyring with a slot more in one epoch."""
        epoch = self.epochs[number]
        slot = member.seal(raw.key, _info(self.vault, number, epoch.salt, member.name))
        return self.with_epoch(number, replace(epoch, slots={**epoch.slots, member.name: slot}))

    def with_epoch(self, number: int, epoch: Epoch) -> "Keyring":
        """Return the keyring with one epoch added or replaced."""
        return replace(self, epochs={**self.epochs, number: epoch})

    def only(self, *numbers: int) -> "Keyring":
        """Return the keyring without any epoch but these."""
        return replace(
            self,
            epochs={number: self.epochs[number] for number in self.epochs if number in numbers},
        )


def _info(vault: str, number: int, salt: bytes, member: str) -> bytes:
    return context("database key", vault=vault, epoch=number, salt=salt.hex(), member=member)


@dataclass(frozen=True)
class SignedKeyring:
    """A keyring as it stands in its file: what was signed, by whom it says, and the signature."""

    keyring: Keyring
    signed_by: str
    message: bytes
    signature: bytes

    def check(self, signer: Public | None) -> None:
        """Raise VaultDamaged unless ``signer`` is an IT member and signed this keyring."""
        if signer is None or signer.role != "it" or not signer.signed(self.message, self.signature):
            raise VaultDamaged(
                _(
                    "{file} was not signed by an IT member of this vault: "
                    "put back a good copy of it from a backup, and ask who changed it."
                ).format(file=LABEL)
            )


def read(keys: Path) -> SignedKeyring:
    """Return the keyring in folder ``keys``. Raises CannotUnlock (missing), VaultDamaged."""
    try:
        file = read_document(keys / "keyring.json", LABEL, FORMAT)
    except FileNotFoundError as error:
        raise CannotUnlock(
            _(
                "{file} is missing: put back keys/keyring.prev.json under that name, "
                "or a copy from a backup."
            ).format(file=LABEL)
        ) from error
    epochs = file.table("epochs")
    return SignedKeyring(
        Keyring(
            vault=file.text("vault"),
            generation=file.number("generation"),
            epochs=dict(_read_epoch(epochs, number) for number in epochs.fields),
        ),
        signed_by=file.text("signed_by"),
        message=_message({k: v for k, v in file.fields.items() if k != "signature"}),
        signature=file.blob("signature", 64),
    )


def _read_epoch(epochs: Document, number: str) -> tuple[int, Epoch]:
    epoch = epochs.table(number)
    slots = epoch.table("slots")
    if not (number.isascii() and number.isdecimal()):
        raise epochs.damaged()
    return int(number), Epoch(
        salt=epoch.blob("salt", 16),
        made_on=epoch.text("made_on"),
        slots={name: slots.blob(name) for name in slots.fields},
    )


def write(keys: Path, keyring: Keyring, signer: Identity) -> Keyring:
    """Sign and write the next version of the keyring, keeping the last as keyring.prev.json.

    Returns it as written. Both files are durable on return. Raises ConsoleError.
    """
    path = keys / "keyring.json"
    with file_trouble(path):
        if path.exists():
            write_atomic(keys / "keyring.prev.json", path.read_bytes())
    written = replace(keyring, generation=keyring.generation + 1)
    write_document(path, _sign(written, signer))
    return written


def retire(keys: Path, keyring: Keyring, number: int, signer: Identity) -> Keyring:
    """Forget every epoch but ``number``, in keyring.prev.json and then in keyring.json.

    As long as the one that counts has others, it is known that there is something to forget.
    """
    written = replace(keyring.only(number), generation=keyring.generation + 1)
    fields = _sign(written, signer)
    for name in ("keyring.prev.json", "keyring.json"):
        write_document(keys / name, fields)
    return written


def _sign(keyring: Keyring, signer: Identity) -> dict[str, object]:
    fields: dict[str, object] = {
        "format": FORMAT,
        "vault": keyring.vault,
        "generation": keyring.generation,
        "epochs": {
            str(number): {
                "salt": to_text(epoch.salt),
                "made_on": epoch.made_on,
                "slots": {name: to_text(slot) for name, slot in epoch.slots.items()},
            }
            for number, epoch in keyring.epochs.items()
        },
        "signed_by": signer.public.name,
    }
    return {**fields, "signature": to_text(signer.sign(_message(fields)))}


def _message(fields: dict[str, object]) -> bytes:
    return context("keyring") + canonical(fields)
