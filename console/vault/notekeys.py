"""The notes' key and who holds it: slots in the database, the roster that a holder signed.

IT staff never have a slot. What IT could do is to put a notes' key of its own making, or a key
pair of its own, in the place of the real one; so the roster lists whose public keys may receive
the notes' key, states a commitment to every generation of it, and is signed by a note holder.
"""

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from console.errors import VaultDamaged
from console.vault.files import (
    canonical,
    context,
    read_document,
    to_text,
    write_document,
)
from console.vault.identity import HPKE_PUBLIC, Identity, Public
from console.vault.sealing import seal, subkey, unseal

FORMAT = "helpline-roster-1"
LABEL = "keys/roster.json"


def _wrong(what: str) -> VaultDamaged:
    return VaultDamaged(f"{what}: put back {LABEL} and vault.db from a backup, and ask who did it.")


@dataclass(frozen=True)
class Roster:
    """Who may hold notes (public keys, approved by whom) and a commitment to each notes' key."""

    vault: str
    holders: dict[str, tuple[Public, str]]
    commitments: dict[int, bytes]

    def approve(self, member: Public, by: str) -> "Roster":
        """Return the roster with ``member`` among the holders, approved by the holder ``by``."""
        return replace(self, holders={**self.holders, member.name: (member, by)})

    def check(self, me: Public, members: Mapping[str, Public]) -> None:
        """Raise VaultDamaged unless I am on it and all keys are those of the database."""
        if self.holders.get(me.name, (None, ""))[0] != me:
            raise _wrong(f"{LABEL} does not name you with your own keys")
        for name, (public, _) in self.holders.items():
            if name in members and members[name] != public:
                raise _wrong(f"The keys of {name} in the vault are not those in {LABEL}")

    def write(self, keys: Path, signer: Identity) -> None:
        """Sign as a note holder and write, durably. Raises ConsoleError."""
        fields: dict[str, object] = {
            "format": FORMAT,
            "vault": self.vault,
            "holders": {
                name: {
                    "hpke_public": to_text(public.hpke),
                    "sign_public": to_text(public.sign),
                    "approved_by": by,
                }
                for name, (public, by) in self.holders.items()
            },
            "commitments": {
                str(generation): to_text(commitment)
                for generation, commitment in self.commitments.items()
            },
            "signed_by": signer.public.name,
        }
        signature = signer.sign(_message(fields))
        write_document(keys / "roster.json", {**fields, "signature": to_text(signature)})


def _message(fields: Mapping[str, object]) -> bytes:
    return context("roster") + canonical(fields)


def read_roster(keys: Path) -> Roster:
    """Return the roster, signed by one of those it names. Raises VaultDamaged."""
    try:
        file = read_document(keys / "roster.json", LABEL, FORMAT)
    except FileNotFoundError as error:
        raise VaultDamaged(f"{LABEL} is missing: put back a copy of it from a backup.") from error
    listed = file.table("holders")
    holders: dict[str, tuple[Public, str]] = {}
    for name in listed.fields:
        entry = listed.table(name)
        public = Public(
            name, "operator", entry.blob("hpke_public", HPKE_PUBLIC), entry.blob("sign_public", 32)
        )
        holders[name] = (public, entry.text("approved_by"))
    signer, _ = holders.get(file.text("signed_by"), (None, ""))
    message = _message({k: v for k, v in file.fields.items() if k != "signature"})
    if signer is None or not signer.signed(message, file.blob("signature", 64)):
        raise _wrong(f"{LABEL} was not signed by a note holder")
    stated = file.table("commitments")
    commitments: dict[int, bytes] = {}
    for number in stated.fields:
        if not (number.isascii() and number.isdecimal()):
            raise file.damaged()
        commitments[int(number)] = stated.blob(number, 32)
    return Roster(file.text("vault"), holders, commitments)


class NoteKeys:
    """The notes' key by generation, and everything that is sealed under it."""

    def __init__(self, vault: str, keys: Mapping[int, bytes]) -> None:
        self._vault = vault
        self._keys = dict(keys)

    @classmethod
    def generate(cls, vault: str) -> "NoteKeys":
        """Return a first notes' key from the system's randomness."""
        return cls(vault, {1: os.urandom(32)})

    @classmethod
    def unseal(
        cls, vault: str, slots: Iterable[tuple[int, bytes]], me: Identity, roster: Roster
    ) -> "NoteKeys":
        """Return my notes' keys, proven to be those the roster speaks of, or raise VaultDamaged."""
        keys: dict[int, bytes] = {}
        for generation, sealed in slots:
            key = me.unseal(sealed, _slot_info(vault, generation, me.public.name))
            if key is None or commitment(vault, generation, key) != roster.commitments.get(
                generation
            ):
                raise _wrong("The notes' key in the vault is not the one that a note holder made")
            keys[generation] = key
        return cls(vault, keys)

    @property
    def generation(self) -> int:
        """The generation that seals from now on."""
        return max(self._keys)

    def slots_for(self, member: Public) -> list[tuple[int, bytes]]:
        """Return every generation's key, sealed to ``member``."""
        return [
            (generation, member.seal(key, _slot_info(self._vault, generation, member.name)))
            for generation, key in sorted(self._keys.items())
        ]

    def commitments(self) -> dict[int, bytes]:
        """Return what the roster states of every generation."""
        return {number: commitment(self._vault, number, key) for number, key in self._keys.items()}

    def new_day(self, day: str) -> tuple[bytes, bytes]:
        """Return a new key for the notes of ``day``, and the same sealed for the database."""
        key = os.urandom(32)
        return key, seal(self._for(self.generation, b"day key"), key, self._day(day))

    def open_day(self, day: str, generation: int, sealed: bytes) -> bytes | None:
        """Return the key of a day, or None if it is damaged or not of this vault."""
        if generation not in self._keys:
            return None
        return unseal(self._for(generation, b"day key"), sealed, self._day(day, generation))

    def seal_draft(self, call: int, payload: bytes) -> bytes:
        """Return the state of a call still going on, sealed for the journal."""
        bound = self._draft(call, self.generation)
        return seal(self._for(self.generation, b"draft"), payload, bound)

    def open_draft(self, call: int, generation: int, sealed: bytes) -> bytes | None:
        """Return what `seal_draft` sealed, or None if it is damaged or not of this call."""
        if generation not in self._keys:
            return None
        return unseal(self._for(generation, b"draft"), sealed, self._draft(call, generation))

    def seal_note(self, day_key: bytes, day: str, call: int, revision: int, text: str) -> bytes:
        """Return one revision of a call's note, sealed under the key of its day."""
        bound = self._note(day, call, revision)
        return seal(day_key, text.encode("utf-8", "surrogatepass"), bound)

    def open_note(
        self, day_key: bytes, day: str, call: int, revision: int, sealed: bytes
    ) -> str | None:
        """Return what `seal_note` sealed, or None if it is damaged or another note."""
        text = unseal(day_key, sealed, self._note(day, call, revision))
        return None if text is None else text.decode("utf-8", "surrogatepass")

    def _for(self, generation: int, purpose: bytes) -> bytes:
        return subkey(self._keys[generation], purpose)

    def _day(self, day: str, generation: int | None = None) -> bytes:
        generation = self.generation if generation is None else generation
        return context("day key", vault=self._vault, generation=generation, day=day)

    def _draft(self, call: int, generation: int) -> bytes:
        return context("draft", vault=self._vault, generation=generation, call=call)

    def _note(self, day: str, call: int, revision: int) -> bytes:
        return context("note", vault=self._vault, day=day, call=call, revision=revision)

    def __repr__(self) -> str:
        return f"NoteKeys({sorted(self._keys)})"


def commitment(vault: str, generation: int, key: bytes) -> bytes:
    """Return 32 bytes that name a notes' key without giving it away."""
    return subkey(key, context("commitment", vault=vault, generation=generation))


def _slot_info(vault: str, generation: int, member: str) -> bytes:
    return context("notes key", vault=vault, generation=generation, member=member)
