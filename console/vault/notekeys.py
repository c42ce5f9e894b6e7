"""The notes' key by generation: its slots in the database, and everything that it seals.

IT staff never have a slot. That nobody slips in a notes' key of their own making is the business
of the roster (`holders`): it says who may have a slot, and commits to every generation.
"""

import os
from collections.abc import Iterable, Mapping

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from console.language import _
from console.vault.files import context
from console.vault.holders import LABEL, NamedKit, Roster, read_roster, wrong
from console.vault.identity import Identity, Public
from console.vault.sealing import seal, subkey, unseal

__all__ = ["NamedKit", "NoteKeys", "Roster", "commitment", "read_roster"]


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
        """Return my notes' keys, those that the roster commits to, or raise VaultDamaged.

        Whether they signed it is for `check` to say. Slots beyond the roster's newest generation
        are of one that was being made, and pass.
        """
        keys: dict[int, bytes] = {}
        for generation, sealed in slots:
            if generation > roster.generation:
                continue
            key = me.unseal(sealed, _slot_info(vault, generation, me.public.name))
            if key is None or commitment(vault, generation, key) != roster.commitments.get(
                generation
            ):
                raise wrong(_("The notes' key in the vault is not the one that a note holder made"))
            keys[generation] = key
        if roster.generation not in keys:
            raise wrong(_("The vault keeps the newest notes' key from you"))
        return cls(vault, keys)

    @property
    def generation(self) -> int:
        """The generation that seals from now on."""
        return max(self._keys)

    def slots_for(self, member: Public) -> list[tuple[int, bytes]]:
        """Return every generation's key, sealed to ``member``."""
        return [(number, self.slot_for(member, number)) for number in sorted(self._keys)]

    def slot_for(self, member: Public, generation: int) -> bytes:
        """Return one generation's key, sealed to ``member``."""
        bound = _slot_info(self._vault, generation, member.name)
        return member.seal(self._keys[generation], bound)

    @property
    def generations(self) -> frozenset[int]:
        """The generations that can be opened."""
        return frozenset(self._keys)

    def next(self) -> "NoteKeys":
        """Return these and a new generation from the system's randomness."""
        return NoteKeys(self._vault, {**self._keys, self.generation + 1: os.urandom(32)})

    def only(self, generations: Iterable[int]) -> "NoteKeys":
        """Return these generations and the newest, without the others."""
        kept = {*generations, self.generation}
        return NoteKeys(self._vault, {n: key for n, key in self._keys.items() if n in kept})

    def check(self, roster: Roster) -> None:
        """Raise VaultDamaged unless the newest notes' key that signed the roster is one of these.

        Then all of it is as a note holder wrote it.
        """
        mine, stated = self.checks(), roster.checks
        if (
            roster.vault != self._vault
            or roster.generation not in mine
            or any(stated.get(number, check) != check for number, check in mine.items())
        ):
            raise wrong(
                _("{file} was signed with a notes' key that no note holder made").format(file=LABEL)
            )

    def prove(self, roster: Roster) -> Roster:
        """Return the roster as the next version of it, with every generation there is.

        Raises VaultDamaged unless it is these notes' keys' own, or the first there is.
        """
        if roster.checks:
            self.check(roster)
        return roster.extended(self)

    def sign(self, message: bytes, generation: int | None = None) -> bytes:
        """Return a generation's signature, of the newest unless told: Ed25519, 64 bytes."""
        return self._signing(self.generation if generation is None else generation).sign(message)

    def checks(self) -> dict[int, bytes]:
        """Return by generation what verifies its signatures."""
        return {
            number: self._signing(number).public_key().public_bytes_raw() for number in self._keys
        }

    def _signing(self, generation: int) -> Ed25519PrivateKey:
        bound = context("roster signing", vault=self._vault, generation=generation)
        return Ed25519PrivateKey.from_private_bytes(self._for(generation, bound))

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

    def wrap(self, purpose: str, secret: bytes, **fields: str | int) -> bytes:
        """Return a secret sealed for one purpose, bound to the generation and to ``fields``."""
        bound = context(purpose, vault=self._vault, generation=self.generation, **fields)
        return seal(self._for(self.generation, purpose.encode()), secret, bound)

    def unwrap(
        self, purpose: str, generation: int, sealed: bytes, **fields: str | int
    ) -> bytes | None:
        """Return what `wrap` sealed, or None if it is damaged or of something else."""
        if generation not in self._keys:
            return None
        bound = context(purpose, vault=self._vault, generation=generation, **fields)
        return unseal(self._for(generation, purpose.encode()), sealed, bound)

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
